"""How many cases each test of this folder runs, and that it really ran them.

A case is one input sent to the product with everything checked that must hold. BUDGETS says how many a test runs in
the ordinary run; `make fuzz CASES=50000 SEED=7` runs as many in total in the same proportions, with other inputs.
Every case has a random source of its own: the number printed with a failure is enough to see it again.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from random import Random
from typing import Final

# Cases of the ordinary run by test.
BUDGETS: Final[dict[str, int]] = {
    "values": 3600,
    "answers file": 2400,
    "answers file bytes": 900,
    "page forms": 600,
    "amounts": 600,
    "lists of firms": 300,
    "directories": 60,
    "evidence": 200,
    "owner pages": 560,
    "other owner addresses": 720,
    "accounts": 300,
    "officer addresses": 1080,
    "headers": 300,
    "languages": 60,
    "texts in files": 40,
    "steps": 300,
}
# Of these the ones that are requests to the site.
REQUESTS: Final = (
    "owner pages",
    "other owner addresses",
    "accounts",
    "officer addresses",
    "headers",
    "languages",
    "steps",
)
LEAST: Final = 10_000
LEAST_REQUESTS: Final = 2_500
SEED: Final = int(os.environ.get("SEED", "1"))
CASES: Final = int(os.environ.get("CASES", "0"))


def budget(name: str, parts: int = 1) -> int:
    """The cases of one of the parts a test is split into: of one part as many as of the next."""
    wanted = BUDGETS[name] if not CASES else BUDGETS[name] * CASES // sum(BUDGETS.values())
    return max(1, -(-wanted // parts))


@dataclass
class Cases:
    """The cases of one test. `done` counts those that were checked to the end."""

    name: str
    part: int
    wanted: int
    done: int = 0

    def __iter__(self) -> Iterator[Random]:
        for number in range(self.wanted):
            yield Random(f"{SEED}/{self.name}/{self.part}/{number}")
            self.done += 1


@contextmanager
def cases(name: str, part: int = 0, parts: int = 1) -> Iterator[Cases]:
    """Fails when the test ends before its last case, and says which case was the last."""
    found = Cases(name=name, part=part, wanted=budget(name, parts))
    try:
        yield found
    except BaseException as error:
        error.add_note(f"case {found.done} of {name!r}, part {part}, SEED={SEED}")
        raise
    assert found.done == found.wanted, f"{name}: {found.done} cases instead of {found.wanted}"
