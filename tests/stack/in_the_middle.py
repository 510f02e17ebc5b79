"""Catching a worker with a report half made."""

from __future__ import annotations

import pytest

from config.local.processes import Child
from tests.stack.checks import check_ready
from tests.stack.owner import Owner
from tests.stack.site import Site, freeze, thaw, until


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
