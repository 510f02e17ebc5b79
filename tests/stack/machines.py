"""Several machines in one: network namespaces that reach one database and one broker over TCP, and nothing else.

Where namespaces may not be made (not root, no `ip`) the machines are processes with names of their own on the loopback
address. Database and broker keep their Unix sockets, by which the tests look at them.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import redis
from psycopg.rows import dict_row

from config.local.paths import ROOT, LocalPaths
from config.local.processes import Child, wait_for
from config.local.servers import servers
from tests.stack.site import PREPARE, TASK_DONE, free_port, quiet

NOBODY = "65534"
AS_NOBODY = ["setpriv", "--reuid", NOBODY, "--regid", NOBODY, "--clear-groups", "--pdeathsig", "INT"]
OPEN = "SELECT count(*) AS number FROM recommendations_report WHERE state IN ('queued', 'building')"


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)


@dataclass(frozen=True)
class Cable:
    """What joins a machine with the servers: the servers' address on it and the machine's."""

    name: str
    server: str
    machine: str


@dataclass(frozen=True)
class Namespaces:
    """A namespace for the servers and one for each machine, each joined to it by a cable of its own."""

    prefix: str
    cables: tuple[Cable, ...]
    ports: tuple[int, int] = (5432, 6379)

    @property
    def hub(self) -> str:
        return f"{self.prefix}-servers"

    def at_servers(self, command: Sequence[str]) -> list[str]:
        return ["ip", "netns", "exec", self.hub, *command]

    def at(self, cable: Cable, command: Sequence[str]) -> list[str]:
        return ["ip", "netns", "exec", cable.name, *command]

    def lay(self) -> None:
        _ip("netns", "add", self.hub)
        for number, cable in enumerate(self.cables):
            near, far = f"{self.prefix}s{number}", f"{self.prefix}m{number}"
            _ip("netns", "add", cable.name)
            _ip("link", "add", near, "netns", self.hub, "type", "veth", "peer", "name", far, "netns", cable.name)
            for place, end, address in ((self.hub, near, cable.server), (cable.name, far, cable.machine)):
                _ip("-n", place, "addr", "add", f"{address}/30", "dev", end)
                _ip("-n", place, "link", "set", end, "up")

    def remove(self) -> None:
        for name in (self.hub, *(cable.name for cable in self.cables)):
            subprocess.run(["ip", "netns", "del", name], capture_output=True)


@dataclass(frozen=True)
class Loopback:
    """The stand-in without namespaces: every machine is this one."""

    cables: tuple[Cable, ...]
    ports: tuple[int, int]

    def at_servers(self, command: Sequence[str]) -> list[str]:
        return list(command)

    def at(self, cable: Cable, command: Sequence[str]) -> list[str]:
        return list(command)

    def lay(self) -> None:
        """Nothing has to be laid."""

    def remove(self) -> None:
        """Nor removed."""


def network(machines: int) -> Namespaces | Loopback:
    prefix = f"chain{os.getpid() % 10_000}"
    names = [f"{prefix}-machine{number}" for number in range(machines)]
    if may_make_namespaces():
        cables = (Cable(name, f"10.213.{number}.1", f"10.213.{number}.2") for number, name in enumerate(names))
        return Namespaces(prefix, tuple(cables))
    return Loopback(tuple(Cable(name, "127.0.0.1", "127.0.0.1") for name in names), (free_port(), free_port()))


def may_make_namespaces() -> bool:
    if os.geteuid() or not shutil.which("ip") or not shutil.which("setpriv"):
        return False
    name = f"chain{os.getpid() % 10_000}-try"
    made = subprocess.run(["ip", "netns", "add", name], capture_output=True).returncode == 0
    return made and subprocess.run(["ip", "netns", "del", name], capture_output=True).returncode == 0


@dataclass
class Machines:
    """Servers that run, and worker machines that may be started."""

    paths: LocalPaths
    network: Namespaces | Loopback
    workers: list[Child] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        """Of programs that reach database and broker by their sockets; PostgreSQL names its socket after the port."""
        return {**os.environ, "VAR_DIR": str(self.paths.folder), "PGPORT": str(self.network.ports[0])}

    def rows(self, query: str) -> list[dict[str, Any]]:
        address, port = self.paths.database_url, self.network.ports[0]
        with psycopg.connect(address, port=port, autocommit=True, row_factory=dict_row) as connection:
            return connection.execute(query).fetchall()  # type: ignore[call-overload, no-any-return]

    def addresses_at_broker(self) -> set[str]:
        """From where the broker is asked over TCP."""
        with redis.Redis(unix_socket_path=str(self.paths.sockets("valkey") / "valkey.sock")) as broker:
            clients = [client["addr"].rpartition(":")[0] for client in broker.client_list()]
        return {address for address in clients if "/" not in address}  # a path is the socket

    def manage(self, *words: str) -> None:
        """A command of manage.py, on the servers."""
        command = [sys.executable, "manage.py", *words]
        done = subprocess.run(command, cwd=ROOT, env=self.environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr

    def start_worker(self, cable: Cable, processes: int = 1) -> Child:
        """One worker on that machine; it knows the servers by their addresses only."""
        database, broker = self.network.ports
        environment = {
            "DATABASE_URL": f"postgresql://postgres@{cable.server}:{database}/chain",
            "REDIS_URL": f"redis://{cable.server}:{broker}/0", "SECRET_KEY": "only-for-this-test-" * 4,
            "ALLOWED_HOSTS": "localhost", "REPORT_ROOT": str(self.paths.folder / "reports"),
            "REMAP_SIGTERM": "SIGQUIT",
        }
        command = [
            sys.executable, "-m", "celery", "-A", "config", "worker", "--concurrency", str(processes), "-l", "INFO",
            "-n", f"reports@{cable.name}", "-Q", "reports",
        ]
        child = Child(
            name=cable.name, command=self.network.at(cable, command), log=self.paths.logs / f"{cable.name}.log",
            environment=environment, patience=60,
        )
        child.start()
        self.workers.append(child)
        wait_for(lambda: " ready." in child.log.read_text(errors="replace"), child, seconds=180)
        return child

    def stop_workers(self) -> None:
        for child in self.workers:
            child.ask_to_stop()
        for child in self.workers:
            child.wait_until_stopped()
        self.workers.clear()

    def made_by(self, worker: Child) -> int:
        return len(TASK_DONE.findall(worker.log.read_text(errors="replace")))

    def make_reports(self, number: int, seed: int, seconds: float) -> float:
        """Hand in so many diagnoses and wait for their reports; returns how long the reports took."""
        self.manage("simulate", "--count", str(number), "--reports", str(number), "--seed", str(seed))
        began = time.monotonic()
        while self.rows(OPEN)[0]["number"]:
            if time.monotonic() - began > seconds:
                raise AssertionError(f"not within {seconds:.0f} s: {self.rows(OPEN)}")
            time.sleep(0.1)
        return time.monotonic() - began


def _over_tcp(paths: LocalPaths, network: Namespaces | Loopback, postgres: Child, valkey: Child) -> None:
    """Start both servers again where the machines can reach them."""
    database, broker = network.ports
    with (paths.postgres / "pg_hba.conf").open("a") as rules:
        rules.write("host all all 10.213.0.0/16 trust\n")
    in_namespace = isinstance(network, Namespaces)
    address = "0.0.0.0" if in_namespace else "127.0.0.1"
    listen = ["-c", f"listen_addresses={address}", "-c", f"port={database}"]
    for child in (postgres, valkey):
        child.stop()
    become = AS_NOBODY if in_namespace and postgres.user is not None else []
    postgres.command = network.at_servers([*become, *postgres.command, *listen])
    postgres.user = None if become else postgres.user
    open_to = ["--bind", address, "--port", str(broker), "--protected-mode", "no"]
    valkey.command = network.at_servers([*valkey.command, *open_to])
    for child in (postgres, valkey):
        child.start()


@contextmanager
def machines(number: int) -> Iterator[Machines]:
    """Database and broker for so many worker machines; at the end everything is stopped and removed."""
    paths, laid = LocalPaths(Path(tempfile.mkdtemp(prefix="chain-machines-"))), network(number)
    with ExitStack() as cleaning:
        cleaning.callback(shutil.rmtree, paths.folder, ignore_errors=True)
        cleaning.callback(laid.remove)
        laid.lay()
        running = cleaning.enter_context(servers(paths, quiet, fast=True))
        found = Machines(paths=paths, network=laid)
        assert running.postgres is not None
        assert running.valkey is not None
        _over_tcp(paths, laid, running.postgres, running.valkey)
        wait_for(lambda: _answers(found), running.postgres)
        environment = {**found.environment, "DJANGO_SETTINGS_MODULE": "config.settings"}
        subprocess.run([sys.executable, "-c", PREPARE], cwd=ROOT, env=environment, check=True)
        cleaning.callback(found.stop_workers)
        yield found


def _answers(found: Machines) -> bool:
    try:
        return bool(found.rows("SELECT 1"))
    except psycopg.OperationalError:
        return False
