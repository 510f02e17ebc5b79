"""Workers that die, fall asleep or never hear of a report."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from config.local.paths import ROOT
from config.local.processes import Child
from tests.stack import dies_after_commit
from tests.stack.checks import FILES, check_nothing_doubled, check_ready
from tests.stack.owner import Owner
from tests.stack.site import Site, freeze, kill, thaw, until


def wait_for_step(site: Site, owner: Owner, step: int) -> None:
    """Hand in and look very often how far the report is, up to the step or past it."""
    look = (
        "SELECT 1 FROM recommendations_report r JOIN diagnosis_submission s ON s.id = r.submission_id"
        " WHERE s.reference = %s AND (r.state = 'ready' OR r.state = 'building' AND r.step >= %s)"
    )
    with site.connect() as connection:
        assert owner.hand_in().status == 302
        until(lambda: connection.execute(look, [owner.reference, step]).fetchone(), site.state, pause=0.001)


def caught_in_the_middle(site: Site, worker: Child, step: int) -> str:
    """Hand in until the worker is stopped with a report made up to `step`; returns its reference."""
    for _ in range(20):
        owner = Owner(site.port)
        owner.fill_in()
        wait_for_step(site, owner, step)
        freeze(worker)
        site.settled()
        if site.report(owner.reference)["state"] == "building":
            return owner.reference
        thaw(worker)  # it was faster
        check_ready(site, [owner.reference])
    pytest.fail("the worker was never caught in the middle of a report")


@pytest.mark.parametrize("step", [0, 2])  # as soon as it is claimed, and with the first file stored
def test_killed_in_the_middle_of_a_report(site: Site, step: int) -> None:
    reference = caught_in_the_middle(site, site.worker, step)
    kill(site.worker)
    cut_off = site.report(reference)
    assert (cut_off["state"], cut_off["attempt"]) == ("building", 1)
    assert len(site.on_disk(reference)) >= step - 1
    site.worker.start()
    (report,) = check_ready(site, [reference])
    assert report["attempt"] > 1
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


def test_dead_between_commit_and_message(site: Site) -> None:
    done = subprocess.run(
        [sys.executable, "-m", dies_after_commit.__name__], cwd=ROOT, env={**os.environ, **site.web.environment},
        capture_output=True, text=True, timeout=60,
    )
    assert done.returncode == dies_after_commit.DEAD, done.stderr
    check_ready(site, [done.stdout.strip()])
