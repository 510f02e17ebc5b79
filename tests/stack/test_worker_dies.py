"""Workers that die, fall asleep or never hear of a report."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from types import ModuleType

import pytest
from django.conf import settings

from config.local.paths import ROOT
from tests.stack import dies_after_commit, rolls_back
from tests.stack.checks import FILES, check_nothing_doubled, check_ready
from tests.stack.in_the_middle import caught_in_the_middle
from tests.stack.owner import Owner
from tests.stack.site import Site, kill, members, thaw, until
from tests.stack.traps import WAITS


@pytest.mark.parametrize("step", [0, 2])  # as soon as it is claimed, and with the first file stored
def test_killed_in_the_middle_of_a_report(site: Site, step: int) -> None:
    reference = caught_in_the_middle(site, site.worker, step)
    kill(site.worker)
    cut_off = site.report(reference)
    assert cut_off["state"] == "building"
    assert len(site.on_disk(reference)) >= step - 1
    site.worker.start()
    (report,) = check_ready(site, [reference])
    assert report["attempt"] > cut_off["attempt"]
    check_nothing_doubled(site, reference)


def test_asleep_past_its_lease(site: Site) -> None:
    """The worker that took over is right; what the sleeper still writes is refused."""
    reference = caught_in_the_middle(site, site.worker, step=1)
    site.another_worker()
    check_ready(site, [reference])
    before, files = site.report(reference), site.rows(FILES, reference)
    assert before["attempt"] > 1
    done = site.tasks_done(site.worker)
    thaw(site.worker)
    until(lambda: site.tasks_done(site.worker) > done, site.state)
    check_ready(site, [reference])
    assert site.report(reference) == before
    assert site.rows(FILES, reference) == files
    check_nothing_doubled(site, reference)


def test_one_process_killed_in_the_middle(site: Site) -> None:
    """The worker lives on and makes the report anew with another process."""
    reference = caught_in_the_middle(site, site.worker, step=1)
    before = site.worker.process
    assert before is not None
    for pid in set(members(site.worker)) - {before.pid}:
        os.kill(pid, signal.SIGKILL)
    thaw(site.worker)
    (report,) = check_ready(site, [reference])
    assert report["attempt"] > 1
    assert site.worker.process is before and site.worker.running
    check_nothing_doubled(site, reference)


def test_delivered_again_while_it_is_made(site: Site) -> None:
    """The broker takes a long job for a lost one and gives its message out again: there is nothing to do for it."""
    kill(site.beat)  # or it rings as well
    kill(site.worker)
    impatient = {**settings.CELERY_BROKER_TRANSPORT_OPTIONS, "visibility_timeout": 1, "unacked_restore_interval": 1}
    values = {"CELERY_BROKER_TRANSPORT_OPTIONS": impatient, "REPORT_LEASE_SECONDS": 100}
    workers = [site.another_worker(**values) for _ in range(2)]
    until(lambda: site.messages() == 0, site.state)  # what the tests before left
    before = set(site.tasks_named(workers))
    owner = Owner(site.port)
    owner.fill_in(f"{WAITS}鞋业有限公司")
    with site.traps_open():
        assert owner.hand_in().status == 302
        until(lambda: site.report(owner.reference)["state"] == "building", site.state)
        until(lambda: set(site.tasks_named(workers)) - before, site.state)  # somebody was through with it already
        assert site.report(owner.reference)["state"] == "building"
    (report,) = check_ready(site, [owner.reference])
    assert (report["attempt"], report["tries"]) == (1, 1)
    (message,) = set(site.tasks_named(workers)) - before
    until(lambda: site.tasks_named(workers).count(message) > 1, site.state)  # the first delivery ends as well
    check_nothing_doubled(site, owner.reference)


def run(site: Site, program: ModuleType) -> subprocess.CompletedProcess[str]:
    """Run a program of these tests beside the site."""
    return subprocess.run(
        [sys.executable, "-m", program.__name__], cwd=ROOT, env={**os.environ, **site.web.environment},
        capture_output=True, text=True, timeout=120,
    )


def test_dead_between_commit_and_message(site: Site) -> None:
    done = run(site, dies_after_commit)
    assert done.returncode == dies_after_commit.DEAD, done.stderr
    check_ready(site, [done.stdout.strip()])


def test_handing_in_rolled_back(site: Site) -> None:
    """Nobody is told of it, and a message for a report that never was does no harm."""
    kill(site.beat)
    until(lambda: site.messages() == 0, site.state)
    before, newest = site.tasks_done(site.worker), site.newest_report()
    done = run(site, rolls_back)
    assert done.returncode == 0, done.stderr
    reference, report_id = done.stdout.split()
    assert site.newest_report() == newest < int(report_id)
    assert site.rows("SELECT state FROM diagnosis_submission WHERE reference = %s", reference) == [{"state": "draft"}]
    site.ring(int(report_id), times=1)
    until(lambda: site.tasks_done(site.worker) > before, site.state)
    assert site.tasks_done(site.worker) == before + 1  # the one above and no other
    assert site.newest_report() == newest
