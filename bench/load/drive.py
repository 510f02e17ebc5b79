"""The whole site under rising load: `make load USERS="10 50 100 200" SECONDS=40`.

Starts a site of its own (real web server, worker, beat, PostgreSQL, Valkey; loopback only), fills it with a thousand
firms, and for each setup named in TRY and each number of users at once runs Locust for SECONDS. A setup is
SERVER:PROCESSESxTHREADS with more words behind colons: `pool` keeps database connections in a pool instead of one for
each thread, `jobs1` lets the worker do one job at a time instead of two, `idle` stops the worker while requests are
measured. Locust runs on the same computer and takes its share of the cores; its CPU is shown too.

Prints for each run: requests a second, median and percentiles, failures, the oldest report's age, CPU of the web
server and the database for each request and of the worker for each report (which say what a core can do even when the
computer is busy with other things), cores used by part; then percentiles by kind of page; and at the end where the
site was full: where more users brought no more requests.
"""

from __future__ import annotations

import argparse
import csv
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from urllib.request import urlopen

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django

django.setup()

from bench.load.machine import cpu_seconds, megabytes
from config.local.paths import ROOT
from config.local.processes import Child, wait_for
from tests.stack.site import Site, whole_site

MOST_USERS, LONGEST = 1000, 300
WARM = 10  # pages for each web process before anything is counted
FULL = 1.1  # with so much less than that more for twice the users, the site is full
SETUP = re.compile(r"(gunicorn|granian):(\d+)x(\d+)((?::(?:pool|jobs1|idle))*)")
# As on a server; only that one address may ask as much as it likes.
ENVIRONMENT = {
    "DJANGO_SETTINGS_MODULE": "bench.load.settings", "ADDRESS_LIMIT": "0", "REPORT_LEASE_SECONDS": "120",
    "REPORT_RESEND_SECONDS": "30", "REPORT_SWEEP_SECONDS": "15",
}
OPEN = (
    "SELECT count(*) AS number, coalesce(extract(epoch FROM now() - min(queued_at)), 0)::float AS age"
    " FROM recommendations_report WHERE state IN ('queued', 'building')"
)
GATHER = "SELECT count(*) AS number FROM recommendations_report WHERE state = 'ready' AND ready_at > %s"


@dataclass(frozen=True)
class Setup:
    """How the site is served in one run."""

    server: str
    processes: int
    threads: int
    words: frozenset[str]

    @classmethod
    def read(cls, text: str) -> Setup:
        found = SETUP.fullmatch(text)
        if found is None:
            raise SystemExit(f"{text}: write for example gunicorn:2x4 or granian:1x8:pool")
        server, processes, threads, words = found.groups()
        return cls(server, int(processes), int(threads), frozenset(filter(None, words.split(":"))))

    def __str__(self) -> str:
        return ":".join([f"{self.server}:{self.processes}x{self.threads}", *sorted(self.words)])

    def web(self, child: Child, port: int) -> Child:
        counts = {"WEB_WORKERS": str(self.processes), "WEB_THREADS": str(self.threads)}
        pool = {"LOAD_POOL": str(self.threads)} if "pool" in self.words else {}
        command = child.command
        if self.server == "granian":
            command = [
                sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port),
                "--workers", str(self.processes), "--blocking-threads", str(self.threads), "config.wsgi:application",
            ]
        return replace(child, command=command, environment={**child.environment, **counts, **pool}, process=None)

    def worker(self, child: Child) -> Child:
        once = ["--concurrency", "1"] if "jobs1" in self.words else []
        return replace(child, command=[*child.command, *once], process=None)


@dataclass(kw_only=True)
class Run:
    """What one run showed; `kinds` by name of the page, with "Aggregated" for all."""

    setup: Setup
    users: int
    kinds: dict[str, dict[str, str]]
    cpu: dict[str, float]  # cores used by part
    memory: dict[str, float]  # megabytes by part
    failures: list[dict[str, str]]  # by name of the page and reason
    oldest: float  # seconds the oldest report waited, at worst
    reports: float  # made a second

    def value(self, kind: str, column: str) -> float:
        text = self.kinds.get(kind, {}).get(column, "")
        return float(text) if text not in ("", "N/A") else 0.0

    @property
    def rate(self) -> float:
        return self.value("Aggregated", "Requests/s")

    def cpu_each(self, part: str, number: float) -> float:
        """CPU seconds of a part for each of so many a second; 0 when there were none."""
        return self.cpu.get(part, 0.0) / number if number else 0.0


@contextmanager
def served(site: Site, setup: Setup, web: Child, worker: Child) -> Iterator[None]:
    """The site with this setup; web and worker begin anew and are warm."""
    for child in (site.web, site.worker):
        child.stop()
    site.web, site.worker = setup.web(web, site.port), setup.worker(worker)
    site.web.start()
    wait_for(lambda: answers(site.port), site.web, seconds=120)
    if "idle" not in setup.words:
        before = ready_times(site)
        site.worker.start()
        wait_for(lambda: ready_times(site) > before, site.worker, seconds=120)
    for _ in range(WARM * setup.processes):
        urlopen(f"http://127.0.0.1:{site.port}/", timeout=60).close()
    yield


def answers(port: int) -> bool:
    try:
        urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5).close()
    except OSError:
        return False
    return True


def ready_times(site: Site) -> int:
    """How often a worker said that it is ready."""
    return site.worker.log.read_text(errors="replace").count(" ready.")


def locust(site: Site, users: int, seconds: int, think: float) -> subprocess.Popen[bytes]:
    environment = {
        **os.environ, "LOAD_FOLDER": str(site.paths.folder), "LOAD_HOST": f"http://127.0.0.1:{site.port}",
        "LOAD_THINK": str(think),
    }
    command = [
        sys.executable, "-m", "locust", "-f", str(Path(__file__).with_name("users.py")), "--headless", "--only-summary",
        "-u", str(users), "-r", str(max(1, users // 5)), "-t", f"{seconds}s", "--stop-timeout", "5",
        "--csv", str(site.paths.folder / "load"), "--exit-code-on-error", "0",
    ]
    log = (site.paths.logs / "locust.log").open("ab")
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)


def run(site: Site, setup: Setup, users: int, seconds: int, think: float) -> Run:
    """One number of users for a while, watched from outside."""
    parts = {
        child.name: child.process.pid
        for child in (site.web, site.worker, site.postgres, site.valkey) if child.process is not None
    }
    began, now = time.monotonic(), site.rows("SELECT now() AS now")[0]["now"]
    driver = locust(site, users, seconds, think)
    before = {name: cpu_seconds(pid) for name, pid in parts.items()}
    oldest = locust_cpu = 0.0
    while driver.poll() is None:
        time.sleep(1)
        oldest = max(oldest, site.rows(OPEN)[0]["age"])
        locust_cpu = max(locust_cpu, cpu_seconds(driver.pid))
        if time.monotonic() - began > seconds + 60:
            driver.kill()
            raise SystemExit("Locust did not stop by itself.")
    took = time.monotonic() - began
    cpu = {name: (cpu_seconds(pid) - before[name]) / took for name, pid in parts.items()}
    made = site.rows(GATHER, now)[0]["number"]
    return Run(
        setup=setup, users=users, oldest=oldest, failures=table(site, "failures"),
        kinds={row["Name"]: row for row in table(site, "stats")},
        cpu={**cpu, "Locust": locust_cpu / took}, memory={name: megabytes(pid) for name, pid in parts.items()},
        reports=made / took,
    )


def table(site: Site, name: str) -> list[dict[str, str]]:
    """What Locust wrote at its end."""
    with (site.paths.folder / f"load_{name}.csv").open() as file:
        return list(csv.DictReader(file))


def head() -> None:
    print(
        f"{'setup':24} {'users':>5} {'req/s':>6} {'p50':>6} {'p95':>6} {'p99':>6} {'failed':>6} {'reports/s':>9} "
        f"{'oldest job':>10} {'web CPU':>8} {'db CPU':>8} {'job CPU':>8}   cores used"
    )


def line(one: Run) -> None:
    p50, p95, p99 = (one.value("Aggregated", f"{part}%") for part in (50, 95, 99))
    web, database = (one.cpu_each(part, one.rate) * 1000 for part in ("Web server", "PostgreSQL"))
    used = "  ".join(f"{name} {cores:.2f}" for name, cores in one.cpu.items())
    print(
        f"{one.setup!s:24} {one.users:5} {one.rate:6.1f} {p50:6.0f} {p95:6.0f} {p99:6.0f} "
        f"{one.value('Aggregated', 'Failure Count'):6.0f} {one.reports:9.2f} {one.oldest:8.1f} s "
        f"{web:5.1f} ms {database:5.1f} ms {one.cpu_each('Worker', one.reports):6.2f} s   {used}",
        flush=True,
    )


def by_kind(one: Run) -> None:
    """Where the time goes, of one run."""
    print(f"\nBy kind of request, {one.setup}, {one.users} users (ms)")
    print(f"  {'':22} {'number':>7} {'p50':>6} {'p95':>6} {'p99':>6} {'failed':>6}")
    for name, row in sorted(one.kinds.items()):
        if name != "Aggregated":
            shown = [one.value(name, f"{part}%") for part in (50, 95, 99)]
            print(f"  {name:22} {row['Request Count']:>7} " + " ".join(f"{ms:6.0f}" for ms in shown), end=" ")
            print(f"{row['Failure Count']:>6}")
    for row in one.failures:
        print(f"  failed {row['Occurrences']:>4} times: {row['Name']}: {row['Error']}")
    memory = ", ".join(f"{name} {size:.0f} MB" for name, size in one.memory.items())
    print(f"  memory at the end: {memory}")


def where_full(runs: list[Run]) -> str:
    """The first step at which more users brought hardly more requests."""
    for before, after in pairwise(runs):
        due = 1 + (FULL - 1) * (after.users / before.users - 1)
        if after.rate < before.rate * due:
            busy = max((name for name in after.cpu if name != "Locust"), key=lambda name: after.cpu[name])
            return (
                f"{before.setup}: full at about {max(before.rate, after.rate):.0f} requests a second, from "
                f"{before.users} users on; most CPU: {busy} ({after.cpu[busy]:.2f} cores)"
            )
    return f"{runs[0].setup}: not full with {runs[-1].users} users ({runs[-1].rate:.0f} requests a second)"


def measure(site: Site, asked: argparse.Namespace) -> None:
    web, worker = site.web, site.worker
    last = []
    head()
    for setup in map(Setup.read, asked.setups):
        runs = []
        with served(site, setup, web, worker):
            for users in asked.users:
                runs.append(run(site, setup, users, asked.seconds, asked.think))
                line(runs[-1])
        last.append(runs)
    for runs in last:
        by_kind(runs[-1])
    print("")
    for runs in last:
        print(where_full(runs))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--users", type=int, nargs="+", default=[10, 50, 100, 200])
    parser.add_argument("--seconds", type=int, default=40)
    parser.add_argument("--think", type=float, default=2.0, help="mean pause between two pages; 0: none")
    parser.add_argument("--setups", nargs="+", default=["gunicorn:2x4"])
    asked = parser.parse_args()
    if max(asked.users) > MOST_USERS or asked.seconds > LONGEST:
        parser.error(f"at most {MOST_USERS} users and {LONGEST} seconds")
    with whole_site(ENVIRONMENT) as site:
        prepared = {**os.environ, **site.web.environment}
        command = [sys.executable, "-m", "bench.load.prepare", str(site.paths.folder)]
        subprocess.run(command, cwd=ROOT, env=prepared, check=True)
        measure(site, asked)


if __name__ == "__main__":
    main()
