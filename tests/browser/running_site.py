"""The whole site as `make run` starts it: servers, web, worker and beat, in a folder of its own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

from config.local.run import free_port

ROOT = Path(__file__).resolve().parents[2]
OFFICER_LINE = re.compile(r"^\s+(\S+@\S+)\s+(\S+)$", re.M)


@dataclass(frozen=True)
class Site:
    """A running site: where it answers, the officers' passwords by e-mail address, its folder and environment."""

    address: str
    officers: dict[str, str]
    folder: Path
    environment: dict[str, str]

    def manage(self, *arguments: str) -> str:
        """Run manage.py beside the site; what it said."""
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(command, cwd=ROOT, env=self.environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def load_firms(self, count: int) -> None:
        """Simulated firms, and the figures of their clusters as the worker publishes them."""
        self.manage("simulate", "--count", str(count))
        publish = "from recommendations.tasks import refresh_cluster_figures as publish; publish()"
        self.manage("shell", "-v0", "-c", publish)

    def mails(self) -> list[EmailMessage]:
        """What the site has mailed so far."""
        found = []
        for file in sorted((self.folder / "mails").glob("*.log")):
            texts = file.read_bytes().split(b"-" * 79)  # how Django's file backend parts them
            found += [message_from_bytes(text.lstrip(), policy=default) for text in texts if text.strip()]
        return found


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/readyz", timeout=2) as response:
            return bool(response.status == 200)
    except OSError:
        return False


def _wait(address: str, process: subprocess.Popen[bytes], output: Path, seconds: float = 300) -> None:
    """Until the site answers and has said where officers sign in."""
    deadline = time.monotonic() + seconds
    while not (_answers(address) and "Ctrl-C stops" in output.read_text(encoding="utf-8")):
        said = output.read_text(encoding="utf-8")
        assert process.poll() is None, f"the site did not start:\n{said}"
        assert time.monotonic() < deadline, f"the site did not answer in {seconds} s:\n{said}"
        time.sleep(0.2)


@contextmanager
def running_site(folder: Path) -> Iterator[Site]:
    port = free_port()
    address, output = f"http://127.0.0.1:{port}", folder / "output.txt"
    environment = {
        "PATH": os.environ["PATH"], "HOME": str(folder), "VAR_DIR": str(folder / "var"), "PORT": str(port),
        "DJANGO_SETTINGS_MODULE": "tests.browser.site_settings", "PYTHONDONTWRITEBYTECODE": "1",
    }
    with output.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "config.local"], cwd=ROOT, env=environment, stdout=file, stderr=file
        )
    try:
        _wait(address, process, output)
        officers = dict(OFFICER_LINE.findall(output.read_text(encoding="utf-8")))
        yield Site(address, officers, folder / "var", environment)
    finally:
        process.terminate()
        process.wait(timeout=60)
