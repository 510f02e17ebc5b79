"""A whole site of its own: database, broker, web server, beat and workers as separate processes,
and the faults that may hit each of them.

Nothing in the product knows of it: a fault is a signal, a limit of the kernel or a file in the way.
"""

from __future__ import annotations

import json
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from types import MappingProxyType
from typing import Any

import psycopg
import redis
from celery import Celery
from psycopg.rows import dict_row

from config.local.paths import ROOT, LocalPaths
from config.local.postgres import start_postgres
from config.local.processes import Child, last_lines, wait_for
from config.local.run import free_port, site_children
from config.local.servers import Servers, servers
from config.local.valkey import start_valkey
from tests.stack.traps import FILE as TRAPS_FILE

SHORT = {"REPORT_LEASE_SECONDS": "5", "REPORT_RESEND_SECONDS": "1", "REPORT_SWEEP_SECONDS": "1"}
PREPARE = """
import django; django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0); call_command("createcachetable", verbosity=0); call_command("load_first_content")
"""
CUT = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'chain' AND pid <> pg_backend_pid()"
BUSY = "SELECT 1 FROM pg_stat_activity WHERE datname = 'chain' AND state = 'active' AND pid <> pg_backend_pid()"
OWN_QUEUE = re.compile(r"^ExecStart=.* --concurrency (\d+) .*-Q (\w+)", re.MULTILINE)
FAULT_LINE = re.compile(r" 500 |^[\w.]+(Error|Exception)\b")
TASK_DONE = re.compile(r"recommendations\.tasks\.build_report\[([^]]+)\] succeeded")


def quiet(line: str) -> None:
    """The lines for a terminal do not matter here."""


def until(
    condition: Callable[[], Any], what: Callable[[], str] = lambda: "", seconds: float = 60.0, pause: float = 0.05
) -> None:
    """Wait for the condition, or fail with what is the case instead."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds:.0f} s: {what()}")
        time.sleep(pause)


def processes_of(folder: Path) -> list[str]:
    """Every process that works in the folder or was started for it, whoever is its parent now."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            command = (entry / "cmdline").read_bytes()
            traces = command + (entry / "environ").read_bytes() + os.fsencode((entry / "cwd").readlink())
        except OSError:
            continue
        if os.fsencode(folder) in traces:
            found.append(f"{entry.name} {command.replace(bytes(1), b' ').decode(errors='replace')}")
    return found


def members(child: Child) -> list[int]:
    """The living processes of the child's group."""
    assert child.process is not None
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            state, _, group = (entry / "stat").read_text().rpartition(")")[2].split()[:3]
        except OSError:
            continue
        if int(group) == child.process.pid and state != "Z":
            found.append(int(entry.name))
    return found


def freeze(child: Child) -> None:
    """All processes of the child stop where they are."""
    assert child.process is not None
    os.killpg(child.process.pid, signal.SIGSTOP)


def thaw(child: Child) -> None:
    assert child.process is not None
    os.killpg(child.process.pid, signal.SIGCONT)


def kill(child: Child, with_signal: int = signal.SIGKILL) -> None:
    """End the child at once and for good, without a chance to tidy up."""
    assert child.process is not None
    with suppress(ProcessLookupError):  # it has ended by itself
        os.killpg(child.process.pid, with_signal)
    child.process.wait(30)
    until(lambda: not members(child), lambda: f"still there: {members(child)}", seconds=15)
    child.process = None


@contextmanager
def no_space_for_files(child: Child, size: int = 20_000) -> Iterator[None]:
    """Every file the child writes ends with an error after `size` bytes, as on a full disk."""
    limit = resource.RLIMIT_FSIZE
    before = {pid: resource.prlimit(pid, limit) for pid in members(child)}
    for pid, (_, hard) in before.items():
        resource.prlimit(pid, limit, (size, hard))
    try:
        yield
    finally:
        for pid in members(child):
            resource.prlimit(pid, limit, next(iter(before.values())))


@dataclass
class Site:
    """Processes, addresses and data of one running site."""

    paths: LocalPaths
    running: Servers
    port: int
    web: Child
    beat: Child
    worker: Child
    others: list[Child] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=lambda: count(2))  # a log of its own for every worker

    # --- data -----------------------------------------------------------------------------

    def connect(self) -> psycopg.Connection[dict[str, Any]]:
        return psycopg.connect(self.paths.database_url, autocommit=True, row_factory=dict_row)

    def rows(self, query: str, *values: Any) -> list[dict[str, Any]]:
        with self.connect() as connection:
            return connection.execute(query, values).fetchall()  # type: ignore[arg-type]

    def report(self, reference: str) -> dict[str, Any]:
        (row,) = self.rows(
            "SELECT r.* FROM recommendations_report r JOIN diagnosis_submission s ON s.id = r.submission_id"
            " WHERE s.reference = %s", reference,
        )
        return row

    def events(self, reference: str, kind: str) -> int:
        return len(self.rows(
            "SELECT 1 FROM diagnosis_event e JOIN diagnosis_submission s ON s.id = e.submission_id"
            " WHERE s.reference = %s AND e.kind = %s", reference, kind,
        ))

    @property
    def reports(self) -> Path:
        return self.paths.folder / "reports"

    def on_disk(self, reference: str) -> set[str]:
        """The files stored for a diagnosis, whether a row names them or not."""
        plain = reference.replace("-", "")
        return {str(path.relative_to(self.reports)) for path in self.reports.glob(f"*/{plain}/*")}

    @contextmanager
    def traps_open(self) -> Iterator[None]:
        """Firms whose name holds a word of traps.py break the worker meanwhile."""
        file = self.paths.folder / TRAPS_FILE
        file.touch()
        try:
            yield
        finally:
            file.unlink()

    def broker(self) -> redis.Redis:
        return redis.Redis(unix_socket_path=str(self.paths.sockets("valkey") / "valkey.sock"), socket_timeout=5)

    def messages(self) -> int:
        """Messages no worker has taken or that were taken and not done."""
        with self.broker() as broker:
            return int(broker.llen("chain:reports")) + int(broker.hlen("chain:unacked"))  # type: ignore[arg-type]

    def ring(self, report_id: int, times: int) -> None:
        """The same message to the workers, several times."""
        from django.conf import settings

        options = settings.CELERY_BROKER_TRANSPORT_OPTIONS
        app = Celery("test", broker=f"redis+socket://{self.paths.sockets('valkey')}/valkey.sock", set_as_current=False)
        app.conf.update(broker_transport_options=options, task_ignore_result=True)
        with app.connection_for_write() as connection:
            for _ in range(times):
                app.send_task(
                    "recommendations.tasks.build_report", kwargs={"report_id": report_id},
                    queue=settings.CELERY_TASK_DEFAULT_QUEUE, connection=connection,
                )

    def manage(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run manage.py on this site."""
        return subprocess.run(
            [sys.executable, "manage.py", *arguments], cwd=ROOT, capture_output=True, text=True,
            env={**os.environ, **self.web.environment}, timeout=120,
        )

    def newest_report(self) -> int:
        return int(self.rows("SELECT coalesce(max(id), 0) AS id FROM recommendations_report")[0]["id"])

    def settled(self) -> None:
        """Wait until the database works on nothing: statements sent by stopped processes are done."""
        until(lambda: not self.rows(BUSY), lambda: "the database stays busy")

    def tasks_done(self, worker: Child) -> int:
        """How many reports' messages the worker is through with, by its log."""
        return len(self.tasks_named([worker]))

    def tasks_named(self, workers: Sequence[Child]) -> list[str]:
        """The messages for reports these workers are through with, each as often as it was delivered."""
        return [name for worker in workers for name in TASK_DONE.findall(worker.log.read_text(errors="replace"))]

    # --- processes ------------------------------------------------------------------------

    @property
    def postgres(self) -> Child:
        assert self.running.postgres is not None
        return self.running.postgres

    @property
    def valkey(self) -> Child:
        assert self.running.valkey is not None
        return self.running.valkey

    def another_worker(self, *, more: dict[str, str] | None = None, **settings: Any) -> Child:
        """One more worker beside the first, as on another machine, with `more` in its environment and some settings
        of its own."""
        name = f"worker{next(self.numbers)}"
        child = replace(
            self.worker, name=name, command=[*self.worker.command, "-n", f"{name}@%h"],
            environment={**self.worker.environment, "STACK_SETTINGS": json.dumps(settings), **(more or {})},
            log=self.paths.logs / f"{name}.log", process=None,
        )
        child.start()
        self.others.append(child)
        return child

    def workers_as_on_servers(self) -> list[Child]:
        """In place of the one worker those of the units in deploy/, one for each queue."""
        kill(self.worker)
        units = [OWN_QUEUE.search(path.read_text()) for path in sorted((ROOT / "deploy").glob("chain-worker*.service"))]
        found = []
        for processes, queue in (unit.groups() for unit in units if unit is not None):
            options = ["-n", f"{queue}@%h", "--concurrency", processes, "-Q", queue]
            log = self.paths.logs / f"{queue}.log"
            child = replace(self.worker, name=queue, command=[*self.worker.command, *options], log=log, process=None)
            child.start()
            found.append(child)
        self.others.extend(found)
        return found

    def start_postgres(self) -> None:
        start_postgres(self.postgres, self.paths, quiet)

    def start_valkey(self) -> None:
        start_valkey(self.valkey, self.paths)

    def mend(self) -> None:
        """Everything runs again, and one worker only."""
        for child in (self.postgres, self.valkey, self.web, self.beat, self.worker, *self.others):
            if child.running:
                thaw(child)
        if not self.postgres.running:
            self.start_postgres()
        if not self.valkey.running:
            self.start_valkey()
        for child in self.others:
            if child.process is not None:
                kill(child)
        self.others.clear()
        for child in (self.web, self.beat, self.worker):
            if not child.running:
                child.start()

    def answers(self) -> bool:
        return answers(self.port)

    def faults_of_ours(self) -> str:
        """The requests answered with 500 and what was raised, by the log of the web server."""
        lines = self.web.log.read_text(errors="replace").splitlines()
        return "\n".join(line for line in lines if FAULT_LINE.search(line))[-5000:]

    def state(self) -> str:
        """What to know when a wait was in vain."""
        rows = self.rows(
            "SELECT r.id, s.reference, r.state, r.attempt, r.tries, r.step, r.lease_until, r.error"
            " FROM recommendations_report r JOIN diagnosis_submission s ON s.id = r.submission_id"
            " WHERE r.state <> 'ready'"
        )
        logs = "".join(
            f"\n{child.name} ({'runs' if child.running else 'ended'}):{last_lines(child.log, 12)}"
            for child in (self.web, self.beat, self.worker, *self.others)
        )
        return f"{rows}{logs}"


def answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as response:
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _children(paths: LocalPaths, port: int, environment: dict[str, str]) -> Sequence[Child]:
    """Web server, worker and beat as `make run` starts them, with this site's environment."""
    web, worker, beat = site_children(paths, port)
    worker = replace(worker, command=[*(word if word != "WARNING" else "INFO" for word in worker.command)])
    return [
        replace(child, environment={**child.environment, **environment}, patience=40.0) for child in (web, worker, beat)
    ]


def _new_data(site: Site) -> None:
    subprocess.run([sys.executable, "-c", PREPARE], cwd=ROOT, env={**os.environ, **site.web.environment}, check=True)


@contextmanager
def whole_site(
    more: Mapping[str, str] = MappingProxyType({}), *, fill: Callable[[Site], None] = _new_data
) -> Iterator[Site]:
    """Start everything on the data that `fill` makes, with `more` in its environment; at the end stop everything and
    make sure nothing is left."""
    paths, port = LocalPaths(Path(tempfile.mkdtemp(prefix="chain-stack-"))), free_port()
    environment = {
        **SHORT, "VAR_DIR": str(paths.folder), "PYTHONPATH": str(ROOT),
        "DJANGO_SETTINGS_MODULE": "tests.stack.settings", **more,
    }
    with ExitStack() as cleaning:
        cleaning.callback(shutil.rmtree, paths.folder, ignore_errors=True)
        cleaning.callback(_nothing_left, paths.folder)
        running = cleaning.enter_context(servers(paths, quiet))  # durable, as in production: it is killed below
        web, worker, beat = _children(paths, port, environment)
        site = Site(paths=paths, running=running, port=port, web=web, beat=beat, worker=worker)
        fill(site)
        cleaning.callback(_stop, site)
        for child in (site.web, site.worker, site.beat):
            child.start()
        wait_for(lambda: answers(port), site.web, seconds=60)
        yield site


def _stop(site: Site) -> None:
    site.mend()
    for child in (site.beat, site.worker, site.web):
        child.ask_to_stop()
    for child in (site.beat, site.worker, site.web):
        child.wait_until_stopped()


def _nothing_left(folder: Path) -> None:
    until(lambda: not processes_of(folder), lambda: f"still running: {processes_of(folder)}", seconds=15)
