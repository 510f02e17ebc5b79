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
from typing import Any, Final
from urllib.parse import urlsplit

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django

django.setup()

from tests.browser.running_site import Site, running_site
from tests.stack.owner import Owner

MODULES: Final = (
    "backup,blindsql,cookieflags,crlf,csp,csrf,exec,file,htaccess,http_headers,methods,permanentxss,redirect,"
    "shellshock,sql,xss"
)
# What would end the visit, or is a fault only without TLS: the site is asked on this computer without it.
NOT_ASKED: Final = ("/accounts/logout/", "/admin/logout/", "/accounts/password/change/")
WITHOUT_TLS: Final = re.compile(r"Strict-Transport-Security|Secure flag is not set", re.I)
LINE: Final = re.compile(r"config\.requests \[\w+\] (\w+) (\S+) (\d{3}) ")


@dataclass(frozen=True)
class Visitor:
    name: str
    start: tuple[str, ...]
    cookies: dict[str, str]


def visitors(site: Site) -> Iterator[Visitor]:
    port = urlsplit(site.address).port or 0
    yield Visitor("stranger", ("/", "/accounts/login/", "/invited/", "/mine/", "/about/", "/privacy/"), {})
    owner = Owner(port)
    owner.fill_in()
    draft = owner.page
    pages = [f"{draft}p/{page}/" for page in ("q_firm", "company")] + [f"{draft}review/", f"{draft}link/"]
    yield Visitor("owner with a draft", (*pages, "/mine/"), owner.cookies)
    done = Owner(port)
    done.fill_in()
    done.hand_in()
    pages = [f"{done.page}{page}/" for page in ("result", "what-if", "again", "withdraw")]
    yield Visitor("owner who handed in", tuple(pages), done.cookies)
    officer = Owner(port)
    officer.get("/accounts/login/")
    email, password = next(iter(site.officers.items()))
    assert officer.post("/accounts/login/", login=email, password=password).status == 302
    lists = ("diagnosis/submission", "diagnosis/campaign", "clusters/auditevent", "recommendations/officerfile")
    yield Visitor("officer", ("/admin/", *(f"/admin/{name}/" for name in lists)), officer.cookies)


def attack(program: str, site: Site, visitor: Visitor, seconds: int, folder: Path) -> dict[str, Any]:
    """Wapiti's own report."""
    report = folder / f"{visitor.name.replace(' ', '_')}.json"
    command = [
        program, "-u", f"{site.address}/", "--scope", "folder", "-m", MODULES, "-f", "json", "-o", str(report),
        "--flush-session", "--no-bugreport", "-v", "0", "-d", "3", "--max-files-per-dir", "12",
        "--max-parameters", "60",
        "--max-scan-time", str(seconds * 2), "--max-attack-time", str(seconds), "--store-session", str(folder),
    ]
    for page in visitor.start:
        command += ["-s", f"{site.address}{page}"]
    for page in NOT_ASKED:
        command += ["-x", f"{site.address}{page}"]
    if visitor.cookies:
        command += ["-H", "Cookie: " + "; ".join(f"{name}={value}" for name, value in visitor.cookies.items())]
    subprocess.run(command, cwd=folder, check=False, stdout=subprocess.DEVNULL)
    found: dict[str, Any] = json.loads(report.read_text(encoding="utf-8"))
    return found


def findings(report: dict[str, Any]) -> Iterator[str]:
    """Each once, without what only TLS would mend."""
    seen = set()
    for chapter in ("vulnerabilities", "anomalies"):
        for kind, rows in report[chapter].items():
            for row in rows:
                line = f"{kind}: {row['method']} {row['path']} {row.get('parameter') or ''} {row['info']}"
                if not WITHOUT_TLS.search(line) and line not in seen:
                    seen.add(line)
                    yield line


def requests(site: Site) -> Counter[str]:
    """Answers by status, from the site's own log."""
    text = "".join(file.read_text(errors="replace") for file in (site.folder / "logs").glob("*.log"))
    return Counter(match[3] for match in LINE.finditer(text))


def main(seconds: int) -> int:
    program = shutil.which("wapiti")
    if program is None:
        print("Wapiti is missing. On Debian: apt-get install wapiti")
        return 2
    wrong = 0
    folder = Path(tempfile.mkdtemp(prefix="chain-scan-"))
    try:
        with running_site(folder) as site:
            site.load_firms(40)
            before = requests(site)
            for visitor in visitors(site):
                lines = list(findings(attack(program, site, visitor, seconds, folder)))
                answers = requests(site) - before
                before += answers
                print(f"{visitor.name}: {sum(answers.values())} requests {dict(sorted(answers.items()))}")
                print("".join(f"  FOUND {line}\n" for line in lines) or "  nothing found")
                wrong += len(lines) + sum(count for status, count in answers.items() if status == "500")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 60))
