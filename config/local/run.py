"""`make run`: the whole site on this computer, from servers to worker, until Ctrl-C.

Everything is a child of this process; stopping it, in whatever way, stops them all.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections import defaultdict, deque
from collections.abc import Callable
from types import FrameType

from config.local.paths import ROOT, LocalPaths
from config.local.processes import Child, ServerFault, last_lines, wait_for
from config.local.servers import Servers, lock, servers

PREPARE = (
    ("check", "--fail-level", "ERROR"),
    ("migrate", "--noinput", "-v0"),
    ("createcachetable", "-v0"),
    ("collectstatic", "--noinput", "-v0"),
)
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
RESTARTS = 5  # a minute; more means it cannot work


class Stop(Exception):
    """Somebody asked us to stop."""


def say(line: str) -> None:
    print(line, flush=True)


def _on_signal(number: int, frame: FrameType | None) -> None:
    for one in SIGNALS:  # stopping is bounded in time; a second Ctrl-C must not cut it short
        signal.signal(one, signal.SIG_IGN)
    raise Stop


def port_of(environment: dict[str, str]) -> int:
    text = environment.get("PORT", "") or "8000"
    if not text.isdigit() or not 0 < int(text) < 65_536:
        raise ServerFault(f"PORT={text}: use a number from 1 to 65535, for example make run PORT=8001")
    return int(text)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def check_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise ServerFault(
                f"Port {port} cannot be used ({error.strerror}). Take another one: make run PORT={port + 1}"
            ) from error


def manage(*arguments: str) -> str:
    """Run manage.py; raises ServerFault with what it said."""
    done = subprocess.run([sys.executable, "manage.py", *arguments], cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        raise ServerFault(f"manage.py {arguments[0]} failed:\n{(done.stderr or done.stdout).strip()[-2500:]}")
    return done.stdout


def site_children(paths: LocalPaths, port: int) -> list[Child]:
    """Web server, worker and beat."""
    python, logs = sys.executable, paths.logs
    web = [python, "-m", "gunicorn", "-c", "python:config.web_server", "config.wsgi", "--bind", f"127.0.0.1:{port}"]
    celery = [python, "-m", "celery", "-A", "config"]
    return [
        Child(name="Web server", command=web, log=logs / "web.log"),
        Child(
            name="Worker",
            command=[*celery, "worker", "--concurrency", "2", "-l", "WARNING"],
            log=logs / "worker.log",
            environment={"REMAP_SIGTERM": "SIGQUIT"},
        ),
        Child(
            name="Beat",
            command=[*celery, "beat", "-s", str(paths.folder / "beat"), "--pidfile=", "-l", "WARNING"],
            log=logs / "beat.log",
        ),
    ]


def answers(port: int) -> Callable[[], bool]:
    def ask() -> bool:
        try:
            with urllib.request.urlopen(  # nosec B310 # our own address
                f"http://127.0.0.1:{port}/readyz", timeout=2
            ) as response:
                return bool(response.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    return ask


def supervise(children: list[Child]) -> None:
    """Restart what dies; give up with a clear line when it keeps dying."""
    deaths: dict[str, deque[float]] = defaultdict(lambda: deque(maxlen=RESTARTS))
    while True:
        time.sleep(0.5)
        for child in children:
            if child.running:
                continue
            times = deaths[child.name]
            if len(times) == RESTARTS and time.monotonic() - times[0] < 60:
                raise ServerFault(f"{child.name} keeps stopping. The end of {child.log}:{last_lines(child.log)}")
            times.append(time.monotonic())
            say(f"{child.name} stopped; starting it again.")
            child.start()


def _wanted() -> tuple[str, ...]:
    return tuple(
        name
        for name, variable in (("postgres", "DATABASE_URL"), ("valkey", "REDIS_URL"))
        if not (os.environ.get(variable) or os.environ.get(f"{variable}_FILE"))
    )


def _banner(port: int, sign_ins: list[str]) -> None:
    say(f"\nThe site is running:  http://127.0.0.1:{port}/")
    if sign_ins:
        say(f"Officers sign in at:  http://127.0.0.1:{port}/admin/")
        for line in sign_ins:
            email, password = line.split()[1:3]
            say(f"    {email}   {password}")
    say("Ctrl-C stops everything. The data stay for the next time.\n")


def serve(paths: LocalPaths, port: int, running: Servers) -> None:
    for command in PREPARE:
        manage(*command)
    local = not os.environ.get("DATABASE_URL") and not os.environ.get("SECRET_KEY")
    sign_ins = [line for line in manage("prepare_demo").splitlines() if line.startswith("officer ")] if local else []
    site = site_children(paths, port)
    try:
        for child in site:
            child.start()
        wait_for(answers(port), site[0], seconds=60)
        _banner(port, sign_ins)
        supervise([*running.children, *site])
    finally:
        for child in site:
            child.ask_to_stop()
        for child in site:
            child.wait_until_stopped()


def main() -> int:
    for number in SIGNALS:
        signal.signal(number, _on_signal)
    try:
        paths = LocalPaths.from_environment()
        port = port_of(dict(os.environ))
        with lock(paths):
            check_port(port)
            say("Starting the database and the queue ...")
            with servers(paths, say, wanted=_wanted()) as running:
                say("Preparing data and pages ...")
                serve(paths, port, running)
    except Stop:
        say("\nStopped.")
        return 0
    except ServerFault as fault:
        say(str(fault))
        return 1
    except OSError as error:
        say(f"{error.filename or 'A file'} cannot be used: {error.strerror}.")
        say("Choose another folder: VAR_DIR=/path make run")
        return 1
    return 0
