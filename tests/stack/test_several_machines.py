"""Two worker machines share one queue: every report is made once, by one of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.stack.machines import Machines, Namespaces, machines

JOBS = 30
REPORTS = """
SELECT r.state, r.attempt, r.tries, count(*) AS number FROM recommendations_report r GROUP BY 1, 2, 3
"""
EVENTS = """
SELECT max(number) AS most, min(number) AS fewest, count(*) AS reports FROM (
    SELECT r.id, count(e.id) AS number FROM recommendations_report r
    LEFT JOIN diagnosis_event e ON e.submission_id = r.submission_id AND e.kind = 'report_ready' GROUP BY r.id
) counted
"""
FILES = "SELECT count(*) AS number, count(DISTINCT name) AS names FROM recommendations_reportfile"


@pytest.fixture(scope="module")
def two() -> Iterator[Machines]:
    with machines(2) as found:
        for cable in found.network.cables:
            found.start_worker(cable)
        found.make_reports(JOBS, seed=5, seconds=500)
        yield found


def test_each_report_is_made_once(two: Machines) -> None:
    assert two.rows(REPORTS) == [{"state": "ready", "attempt": 1, "tries": 1, "number": JOBS}]
    assert two.rows(EVENTS) == [{"most": 1, "fewest": 1, "reports": JOBS}]
    (files,) = two.rows(FILES)
    assert files["number"] == files["names"] >= 4 * JOBS
    stored = [path for path in (two.paths.folder / "reports").rglob("*") if path.is_file()]
    assert len(stored) == files["number"]


def test_both_machines_took_part(two: Machines) -> None:
    made = [two.made_by(worker) for worker in two.workers]
    assert min(made) > 0
    assert sum(made) == JOBS


def test_each_asks_the_broker_from_an_address_of_its_own(two: Machines) -> None:
    addresses = two.addresses_at_broker()
    assert addresses == {cable.machine for cable in two.network.cables}
    assert len(addresses) == (2 if isinstance(two.network, Namespaces) else 1)
