"""Asked to stop or to load anew, a part ends what it has begun; what cannot end in time is made by another."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from config.local.processes import Child
from tests.stack.checks import FILES, check_ready
from tests.stack.officer_files import ask, check_made, row
from tests.stack.owner import Owner, Reply
from tests.stack.site import Site, answers, kill, members, until
from tests.stack.test_officer_files import worker_waits_at

WAITING = "SELECT 1 FROM pg_stat_activity WHERE datname = 'chain' AND wait_event_type = 'Lock'"
SOFT_SHUTDOWN = "Initiating Soft Shutdown"
PATIENCE = 180.0  # seconds a server may need to start on a machine with much else to do
# As systemd does it for chain-web.socket: the listening socket is number 3, and two variables say so.
ACTIVATED = """
import os, sys
os.dup2(int(sys.argv[1]), 3)
os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS="1")
os.execv(sys.executable, [sys.executable, *sys.argv[2:]])
"""


@contextmanager
def request_under_way(site: Site, owner: Owner) -> Iterator[Future[Reply]]:
    """Handing in waits for the row; it goes on when the block is left."""
    with ThreadPoolExecutor(1) as pool, site.connect() as holder:
        with holder.transaction():
            holder.execute("SELECT 1 FROM diagnosis_submission WHERE reference = %s FOR UPDATE", [owner.reference])
            reply = pool.submit(owner.hand_in)
            until(lambda: site.rows(WAITING), site.state, pause=0.005)
            yield reply
        reply.result(PATIENCE)


def ended(child: Child) -> int:
    """Its exit status once it has ended by itself."""
    assert child.process is not None
    return child.process.wait(PATIENCE)


def test_web_ends_the_request_under_way(site: Site, owner: Owner) -> None:
    with request_under_way(site, owner) as reply:
        site.web.ask_to_stop()
    assert reply.result().status == 302
    assert ended(site.web) == 0
    assert not members(site.web)
    site.web.start()
    until(lambda: answers(site.port), site.state)
    check_ready(site, [owner.reference])


def test_web_loads_anew_on_hup(site: Site, owner: Owner) -> None:
    """The same main process, new ones under it, and the port is never closed."""
    assert site.web.process is not None
    main, before = site.web.process.pid, set(members(site.web))
    with request_under_way(site, owner) as reply:
        os.kill(main, signal.SIGHUP)
    assert reply.result().status == 302
    until(lambda: before & set(members(site.web)) == {main}, lambda: str(members(site.web)))
    assert owner.result().status == 200


def test_a_restart_refuses_nobody_where_the_system_holds_the_socket(site: Site) -> None:
    """deploy/chain-web.socket: visitors wait while one server ends and the next begins."""
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listening:
        port = listening.getsockname()[1]
        first = activated(site, listening)
        started = [first]
        try:
            assert Owner(port).send("GET", "/healthz", timeout=PATIENCE).status == 200
            first.terminate()
            assert first.wait(PATIENCE) == 0
            with ThreadPoolExecutor(5) as pool:
                waiting = [pool.submit(Owner(port).send, "GET", "/healthz", timeout=PATIENCE) for _ in range(5)]
                started.append(activated(site, listening))
                assert [one.result().status for one in waiting] == [200] * 5
        finally:
            for process in started:
                process.terminate()
                process.wait(PATIENCE)


def activated(site: Site, listening: socket.socket) -> subprocess.Popen[bytes]:
    number = listening.fileno()
    return subprocess.Popen(
        [sys.executable, "-c", ACTIVATED, str(number), *site.web.command[1:-2]], pass_fds=(number,),
        env={**os.environ, **site.web.environment}, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


@pytest.fixture
def stored(site: Site, owner: Owner) -> Path:
    """The file of a ready report that a ZIP will need."""
    assert owner.hand_in().status == 302
    check_ready(site, [owner.reference])
    (name,) = [
        file["name"] for file in site.rows(FILES, owner.reference)
        if (file["kind"], file["language"], file["format"]) == ("report", "zh-hans", "pdf")
    ]
    return site.reports / name


def test_worker_ends_its_job(site: Site, owner: Owner, stored: Path) -> None:
    patient = site.another_worker(more={"REPORT_LEASE_SECONDS": "300"})  # it waits here, however slow the machine is
    kill(site.worker)
    said = patient.log.read_text(errors="replace").count(SOFT_SHUTDOWN)
    with worker_waits_at(stored):
        file = ask(site, [owner.reference])
        until(lambda: row(site, file)["state"] == "building", site.state)
        patient.ask_to_stop()
        until(lambda: patient.log.read_text(errors="replace").count(SOFT_SHUTDOWN) > said, site.state)
        os.close(os.open(stored, os.O_WRONLY))  # whoever waits for the file goes on, and finds it empty
        assert ended(patient) == 0
    made = row(site, file)
    assert (made["state"], made["attempt"]) == ("ready", 1)
    site.worker.start()


def test_a_job_that_cannot_end_is_made_by_another_worker(site: Site, owner: Owner, stored: Path) -> None:
    impatient = site.another_worker(more={"SOFT_SHUTDOWN": "1"})
    kill(site.worker)
    with worker_waits_at(stored):
        file = ask(site, [owner.reference])
        until(lambda: row(site, file)["state"] == "building", site.state)
        impatient.ask_to_stop()
        ended(impatient)
    site.worker.start()
    assert check_made(site, file, [owner.reference])["attempt"] > 1


def test_beat_ends_and_begins_again(site: Site) -> None:
    site.beat.ask_to_stop()
    assert ended(site.beat) == 0
    before = site.rows("SELECT max(seen_at) AS seen FROM recommendations_workerseen")
    site.beat.start()
    until(lambda: site.rows("SELECT max(seen_at) AS seen FROM recommendations_workerseen") != before, site.state)
