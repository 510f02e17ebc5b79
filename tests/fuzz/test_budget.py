"""The ordinary run is at least ten thousand cases, and every number of cases is used where it says."""

from __future__ import annotations

import re
from pathlib import Path

from tests.fuzz.budget import BUDGETS, LEAST, LEAST_REQUESTS, REQUESTS, budget, cases

HERE = Path(__file__).parent
USED = re.compile(r'(?:cases|budget|visit)\("([a-z ]+)"')


def test_ten_thousand_cases_run() -> None:
    """`cases` fails a test that ends before its last one; here their numbers are added up."""
    assert sum(budget(name) for name in BUDGETS) >= LEAST
    assert sum(budget(name) for name in REQUESTS) >= LEAST_REQUESTS


def test_every_budget_is_spent_by_one_test() -> None:
    used = [
        name for file in HERE.glob("test_*.py") if file != Path(__file__) for name in USED.findall(file.read_text())
    ]
    assert sorted(used) == sorted(BUDGETS)


def test_a_test_that_stops_early_fails() -> None:
    try:
        with cases("languages") as each:
            next(iter(each))
    except AssertionError as error:
        assert "0 cases instead of" in str(error)
    else:
        raise AssertionError("nobody noticed")
