"""Levels that an officer found on a visit, beside the levels the firm reported.

Verifiable: the scenes, the links and the view, whatever decides the verdict (methodology section 3).
Level found: what the officer saw, on the same scale as the question; the firm's own answer stays.
Verified answers: the firm's answers with the levels found in their places; the verdict over them is
computed by the same function as the reported one.
Agreement: how the levels found compare with those reported; where the firm did not know, or said that
the question does not apply, there is nothing to compare.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from diagnosis.domain.answers import Answers, Value
from diagnosis.domain.chain import LINKS, SCENES, VIEW

VERIFIABLE: Final = (*SCENES, *LINKS, VIEW)


def verified_answers(reported: Answers, found: Mapping[str, int]) -> Answers:
    """The reported answers with the levels found; raises KeyError for what is not verifiable."""
    strange = [id for id in found if id not in VERIFIABLE]
    if strange:
        raise KeyError(strange[0])
    return reported.replace(**found)


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """How many levels found lie below, at and above the reported ones, and how many had nothing to compare."""

    lower: int = 0
    same: int = 0
    higher: int = 0
    not_reported: int = 0

    @property
    def compared(self) -> int:
        return self.lower + self.same + self.higher


def compare(pairs: Iterable[tuple[Value | None, int]]) -> Agreement:
    """Agreement over pairs of (reported, found)."""
    counts = {"lower": 0, "same": 0, "higher": 0, "not_reported": 0}
    for reported, found in pairs:
        counts[_relation(reported, found)] += 1
    return Agreement(**counts)


def _relation(reported: Value | None, found: int) -> str:
    if not isinstance(reported, int):
        return "not_reported"
    return "same" if found == reported else "lower" if found < reported else "higher"


__all__ = ["VERIFIABLE", "Agreement", "compare", "verified_answers"]
