"""`make run` from below: the servers, the supervisor, and what they say when something is in the way."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from config.local.paths import LocalPaths
from config.local.processes import ServerFault
from config.local.run import free_port
from config.local.servers import lock, servers

ROOT = Path(__file__).resolve().parent.parent
pytestmark = pytest.mark.stack


def quiet(line: str) -> None:
    """The lines for the terminal do not matter here."""


def processes_of(folder: Path) -> list[str]:
    """Command lines of all processes that name the folder."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            command = entry.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if str(folder) in command:
            found.append(command)
    return found


def until(condition: Callable[[], bool], seconds: float = 40.0) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.1)
    return condition()


@pytest.fixture
def paths(tmp_path: Path) -> LocalPaths:
    return LocalPaths(tmp_path / "var")


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Starts `python -m config.local`; whatever still runs at the end is stopped."""
    started: list[subprocess.Popen[str]] = []

    def start(**environment: str) -> subprocess.Popen[str]:
        clean = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "VAR_DIR": str(tmp_path / "var"), **environment}
        process = subprocess.Popen(
            [sys.executable, "-m", "config.local"],
            cwd=ROOT,
            env=clean,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.terminate()
        process.communicate(timeout=60)


def count(paths: LocalPaths) -> int:
    with psycopg.connect(paths.database_url) as connection:
        row = connection.execute("SELECT count(*) FROM kept").fetchone()
        assert row
        return int(row[0])


def test_data_survive_a_killed_server(paths: LocalPaths) -> None:
    with servers(paths, quiet) as running:
        with psycopg.connect(paths.database_url) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 1")
        assert running.postgres
        assert running.postgres.process
        os.kill(running.postgres.process.pid, signal.SIGKILL)
    with servers(paths, quiet, wanted=("postgres",)):  # the stale postmaster.pid is no obstacle
        assert count(paths) == 1
    assert until(lambda: not processes_of(paths.folder))


def test_one_run_at_a_time(paths: LocalPaths) -> None:
    with lock(paths), pytest.raises(ServerFault, match="running already"), lock(paths):
        pass


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ServerFault, match="cannot be written"), lock(LocalPaths(tmp_path / "file" / "var")):
        pass


def test_a_server_that_cannot_start_says_why(paths: LocalPaths) -> None:
    paths.postgres.mkdir(parents=True)
    (paths.postgres / "PG_VERSION").write_text("9.1\n")
    with pytest.raises(ServerFault, match="PostgreSQL did not start"), servers(paths, quiet, wanted=("postgres",)):
        pass
    assert not processes_of(paths.folder)


def test_a_taken_port_is_said_before_anything_starts(
    site: Callable[..., subprocess.Popen[str]], tmp_path: Path
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        process = site(PORT=str(port))
        output, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    assert f"Port {port} cannot be used" in output
    assert f"make run PORT={port + 1}" in output
    assert not (tmp_path / "var" / "postgres").exists()


def test_a_bad_port(site: Callable[..., subprocess.Popen[str]]) -> None:
    process = site(PORT="many")
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "PORT=many" in output


def _healthy(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2) as response:
            return bool(response.status == 200)
    except OSError:
        return False


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGKILL])
def test_the_whole_site_leaves_no_process(
    site: Callable[..., subprocess.Popen[str]], tmp_path: Path, ending: signal.Signals
) -> None:
    port = free_port()
    process = site(PORT=str(port))
    assert until(lambda: _healthy(port), 90), process.stdout and process.stdout.read()
    process.send_signal(ending)
    process.wait(timeout=60)
    assert until(lambda: not processes_of(tmp_path / "var"))
    assert until(lambda: not _healthy(port), 20)
