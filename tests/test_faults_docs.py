"""docs/faults.md names all 25 scenarios, each with tests that exist or a plain line why there are none."""

from __future__ import annotations

import pytest

from tests.doc_tables import ROOT, check_tests_exist, named_tests, read, rows
from tests.stack.chaos import FAULTS

TEXT = read("faults.md")
SCENARIOS = rows(TEXT, "Scenarios")


def test_all_25_in_order() -> None:
    assert [row[0] for row in SCENARIOS] == [str(number) for number in range(1, 26)]


@pytest.mark.parametrize("row", SCENARIOS, ids=[row[0] for row in SCENARIOS])
def test_a_scenario_says_what_must_hold_and_what_shows_it(row: list[str]) -> None:
    _number, fault, holds, shown = row
    assert fault and holds.endswith(".")
    assert named_tests(shown) or "**Not tested:**" in holds


def test_every_test_named_exists() -> None:
    assert len(named_tests(TEXT)) > 40
    check_tests_exist(TEXT)


def test_every_test_of_a_whole_site_is_named() -> None:
    files = {one.split("::")[0] for one in named_tests(TEXT)}
    assert {str(path.relative_to(ROOT)) for path in (ROOT / "tests" / "stack").glob("test_*.py")} <= files


def test_every_random_fault_is_listed() -> None:
    assert {row[0] for row in rows(TEXT, "Faults at random")} == set(FAULTS)
