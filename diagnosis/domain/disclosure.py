"""The small-group rule of all statistics, in one place: nobody's answers can be read off a figure.

Firm: one company, known here by its number. Mark: the number of one handing-in; a firm that hands in
again gets a new mark. Members: the handings-in a figure was made from. Publication: a figure that
somebody may have seen; it stays one when a newer figure takes its place.

1. A figure is made from THRESHOLD firms or more (`guarded`).
2. Any two publications of the same figure, of whatever groups, times and kinds (verified or not), are
   made from the same handings-in or differ in THRESHOLD firms or more (`separable`). So comparing the figures of
   yesterday and today, or of a cluster and one of its size classes, never singles out fewer firms.
3. A wider group takes in firms that no narrower group shows only when they are THRESHOLD or more
   (`with_rest`): what is left after taking the narrower groups away is never a small group.
4. Sizes are shown rounded down (`shown_size`), and figures as quarters on a coarse grid (peers.py).

The rule does not help against somebody who hands in four firms of five: officers check who is new.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Final, NamedTuple, TypeVar

THRESHOLD: Final = 5
SHARE_OF_STEP: Final = 20  # a group of 100 or more is published anew when a twentieth of it has changed

One = TypeVar("One")
Group = TypeVar("Group", bound=Collection[object])


class TooFewFirms(Exception):
    """A figure of fewer firms than THRESHOLD was asked for."""


class Counted(NamedTuple):
    """One handing-in in a figure."""

    firm: int
    value: float


Members = Mapping[int, Counted]  # by mark


def enough(firms: int) -> bool:
    return firms >= THRESHOLD


def guarded(group: Group) -> Group:
    """The group itself, one entry a firm. Every statistic passes through here; raises TooFewFirms."""
    if not enough(len(group)):
        raise TooFewFirms
    return group


def shown_size(firms: int) -> int:
    """How many firms a group is said to have: rounded down to a multiple of THRESHOLD."""
    return firms // THRESHOLD * THRESHOLD


def changed_firms(before: Members, now: Members) -> int:
    """Firms that stand in one of the two only, or with another handing-in."""
    left = {before[mark].firm for mark in before.keys() - now.keys()}
    joined = {now[mark].firm for mark in now.keys() - before.keys()}
    return len(left | joined)


def step(size: int) -> int:
    """How many firms must have changed before a group of this size is published anew."""
    return max(THRESHOLD, size // SHARE_OF_STEP)


def separable(candidate: Members, publications: Iterable[Members]) -> bool:
    """Whether the candidate differs enough from everything published, or not at all."""
    return all(changed == 0 or enough(changed) for changed in (changed_firms(candidate, old) for old in publications))


def merged(groups: Iterable[Members]) -> Members:
    """All members of the groups; of a firm that stands in two of them, the latest handing-in."""
    latest: dict[int, int] = {}
    everyone: dict[int, Counted] = {}
    for group in groups:
        for mark, counted in group.items():
            known = latest.get(counted.firm, mark)
            if mark >= known:
                everyone.pop(known, None)
                latest[counted.firm] = mark
                everyone[mark] = counted
    return everyone


def with_rest(shown: Members, everyone: Members) -> Members:
    """The firms narrower groups show, and the rest of `everyone` where it is no small group."""
    known = {counted.firm for counted in shown.values()}
    rest = {mark: counted for mark, counted in everyone.items() if counted.firm not in known}
    return {**shown, **rest} if enough(len(rest)) else shown
