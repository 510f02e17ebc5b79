"""New releases, one after another, under load: whoever is asked to stop ends what it began, and nothing is lost."""

from __future__ import annotations

from tests.stack.checks import check_nothing_doubled, check_ready
from tests.stack.patient_owner import Tally, owners_at_work
from tests.stack.site import Site, until

RESTARTS = 2


def restart(site: Site, tally: Tally) -> None:
    """Worker, beat and web, as the service manager does it: SIGTERM, wait, start. None has to be killed."""
    for child in (site.worker, site.beat, site.web):
        process = child.process
        assert process is not None
        child.ask_to_stop()
        process.wait(child.patience)  # or it is stuck
        child.wait_until_stopped()
        child.start()
    until(site.answers, site.state, seconds=120)
    before = len(tally.handed_in)
    until(lambda: len(tally.handed_in) > before, site.state, seconds=120)


def test_rolling_restarts_under_load(site: Site) -> None:
    tally = Tally()
    with owners_at_work(site, tally, 3, seed=9):
        for _ in range(RESTARTS):
            restart(site, tally)
    check_ready(site, tally.handed_in, seconds=120)
    for reference in tally.handed_in:
        check_nothing_doubled(site, reference)
    assert len(tally.handed_in) >= RESTARTS
    assert not tally.counts["pages with 500"], site.faults_of_ours()
