"""Attacks a whole site of its own with Wapiti, as a stranger, as an owner and as an officer (`make scan`).

Wapiti is a program of the system (Debian: apt-get install wapiti). The site runs on this computer with invented
firms and goes away afterwards. Modules that ask a server of their authors are left out. Ends with 1 when something was
found: by Wapiti, or a fault (500) in the site's own log.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from secrets import token_urlsafe
from typing import Any, Final

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django

django.setup()

from config.local.paths import ROOT
from tests.stack.owner import Owner
from tests.stack.site import Site, whole_site

MODULES: Final = (
    "backup,blindsql,cookieflags,crlf,csp,csrf,exec,file,htaccess,http_headers,methods,permanentxss,redirect,"
    "shellshock,sql,xss"
)
NOT_ASKED: Final = ("/accounts/logout/", "/admin/logout/", "/accounts/password/change/", "/accounts/sessions/")
# Debian's Wapiti 3.0.4 writes an expression for addresses left out that Python 3.11 refuses, and does not know the name
# of Django's token, so that it would take every form for one without.
RUN: Final = """
import fnmatch, re
from wapitiCore.attack.mod_csrf import mod_csrf
from wapitiCore.net import crawler
mod_csrf.TOKEN_FORM_STRINGS.append("csrfmiddlewaretoken")
crawler.wildcard_translate = lambda text: re.compile(fnmatch.translate(text))
from wapitiCore.main.wapiti import wapiti_main
wapiti_main()
"""
OFFICER, PASSWORD = "officer@example.org", token_urlsafe(20)
PREPARE: Final = f"""
import django; django.setup()
from django.core.management import call_command
from clusters.actions import store_person
from clusters.models import Role, User
call_command("simulate", "--count", "20")
store_person(person=User(email="{OFFICER}", role=Role.CITY_ADMIN), by=None, new_password="{PASSWORD}")
"""
# The site is asked on this computer without TLS; X-XSS-Protection is of browsers that are no more.
NO_FINDING: Final = re.compile(r"Strict-Transport-Security|Secure flag is not set|X-XSS-Protection", re.I)
LINE: Final = re.compile(r"config\.requests \[\w+\] (\w+) (\S+) (\d{3}) ")


@dataclass(frozen=True)
class Visitor:
    name: str
    start: tuple[str, ...]
    cookies: dict[str, str]


def visitors(site: Site) -> Iterator[Visitor]:
    yield Visitor("stranger", ("/", "/accounts/login/", "/invited/", "/mine/", "/about/", "/privacy/"), {})
    owner = Owner(site.port)
    owner.fill_in()
    pages = [f"{owner.page}{page}/" for page in ("p/q_firm", "p/company", "review", "link")]
    yield Visitor("owner with a draft", (*pages, "/mine/"), owner.cookies)
    owner = Owner(site.port)
    owner.fill_in()
    owner.hand_in()
    pages = [f"{owner.page}{page}/" for page in ("result", "what-if", "again", "withdraw")]
    yield Visitor("owner who handed in", tuple(pages), owner.cookies)
    officer = Owner(site.port)
    officer.get("/accounts/login/")
    assert officer.post("/accounts/login/", login=OFFICER, password=PASSWORD).status == 302
    lists = ("diagnosis/submission", "diagnosis/campaign", "clusters/auditevent", "recommendations/officerfile")
    yield Visitor("officer", ("/admin/", *(f"/admin/{name}/" for name in lists)), officer.cookies)


def attack(site: Site, visitor: Visitor, seconds: int, folder: Path) -> dict[str, Any]:
    """Wapiti's own report."""
    report = folder / f"{visitor.name.replace(' ', '_')}.json"
    address = f"http://127.0.0.1:{site.port}"
    command = [
        "/usr/bin/python3", "-c", RUN, "-u", f"{address}/", "--scope", "folder", "-m", MODULES,
        "-f", "json", "-o", str(report), "--flush-session", "--no-bugreport", "-v", "0", "-d", "3",
        "--max-files-per-dir", "12", "--max-parameters", "60",
        "--max-scan-time", str(seconds * 2), "--max-attack-time", str(seconds), "--store-session", str(folder),
    ]
    for page in visitor.start:
        command += ["-s", f"{address}{page}"]
    for page in NOT_ASKED:
        command += ["-x", f"{address}{page}"]
    if visitor.cookies:
        command += ["-H", "Cookie: " + "; ".join(f"{name}={value}" for name, value in visitor.cookies.items())]
    subprocess.run(command, cwd=folder, check=False, stdout=subprocess.DEVNULL)
    found: dict[str, Any] = json.loads(report.read_text(encoding="utf-8"))
    return found


def findings(report: dict[str, Any]) -> Iterator[str]:
    """Each once."""
    seen = set()
    for chapter in ("vulnerabilities", "anomalies"):
        for kind, rows in report[chapter].items():
            for row in rows:
                line = f"{kind}: {row['method']} {row['path']} {row.get('parameter') or ''} {row['info']}"
                if not NO_FINDING.search(line) and line not in seen:
                    seen.add(line)
                    yield line


def requests(site: Site) -> Counter[tuple[str, str]]:
    """Answers by status and, of faults, by view; from the site's own log."""
    text = "".join(file.read_text(errors="replace") for file in site.paths.logs.glob("*.log"))
    lines = LINE.findall(text)
    return Counter((status, f"{method} {view}" if status == "500" else "") for method, view, status in lines)


def main(seconds: int) -> int:
    if shutil.which("wapiti") is None:
        print("Wapiti is missing. On Debian: apt-get install wapiti")
        return 2
    folder = Path(tempfile.mkdtemp(prefix="chain-scan-"))
    try:
        with whole_site() as site:
            environment = {**os.environ, "VAR_DIR": str(site.paths.folder), "PYTHONPATH": str(ROOT)}
            subprocess.run([sys.executable, "-c", PREPARE], cwd=ROOT, env=environment, check=True)
            known = list(visitors(site))  # before the attacks use up the tries to sign in
            return 1 if sum(visit(site, one, seconds, folder) for one in known) else 0
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def visit(site: Site, visitor: Visitor, seconds: int, folder: Path) -> int:
    """How many findings; says what was asked and found."""
    before = requests(site)
    lines = list(findings(attack(site, visitor, seconds, folder)))
    answers = requests(site) - before
    lines += [f"fault: {view} ({count} times)" for (status, view), count in answers.items() if status == "500"]
    by_status = ", ".join(f"{status} {count}" for (status, _), count in sorted(answers.items()))
    print(f"{visitor.name}: {sum(answers.values())} requests ({by_status})")
    print("".join(f"  FOUND {line}\n" for line in lines) or "  nothing found", flush=True)
    return len(lines)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 60))
