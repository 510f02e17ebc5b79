"""Size class of an industrial enterprise (joint notice 2011 No. 300 of MIIT and others).

Read from the top: whoever fails either test falls to the class below.
"""

from __future__ import annotations

from typing import Final, Literal

from diagnosis.domain.answers import Answers

SizeClass = Literal["micro", "small", "medium", "large"]

# Class, least employees, least yearly revenue in 10,000 RMB.
THRESHOLDS: Final[tuple[tuple[SizeClass, int, int], ...]] = (
    ("large", 1000, 40_000),
    ("medium", 300, 2_000),
    ("small", 20, 300),
)


def size_class(answers: Answers) -> SizeClass | None:
    """None when employees or revenue are unknown."""
    employees, revenue = answers.number("employees"), answers.number("revenue")
    if employees is None or revenue is None:
        return None
    return next(
        (name for name, staff, income in THRESHOLDS if employees >= staff and revenue >= income), "micro"
    )
