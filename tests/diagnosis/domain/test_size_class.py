"""Size classes at their boundaries."""

from __future__ import annotations

import pytest

from diagnosis.domain.answers import Answers, Value
from diagnosis.domain.size_class import size_class


@pytest.mark.parametrize(
    ("employees", "revenue", "expected"),
    [
        (1000, 40_000, "large"),
        (999, 40_000, "medium"),
        (1000, 39_999, "medium"),
        (300, 2_000, "medium"),
        (299, 2_000, "small"),
        (300, 1_999.9, "small"),
        (20, 300, "small"),
        (19, 300, "micro"),
        (20, 299, "micro"),
        (5000, 299, "micro"),
        (5, 100_000, "micro"),
        (0, 0, "micro"),
        ("unknown", 300, None),
        (20, "unknown", None),
    ],
)
def test_size_class(employees: Value, revenue: Value, expected: str | None) -> None:
    assert size_class(Answers({"employees": employees, "revenue": revenue})) == expected


def test_unanswered_has_no_size_class() -> None:
    assert size_class(Answers({})) is None
