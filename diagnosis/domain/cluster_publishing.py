"""When the figures of a cluster are published anew, so that comparing two times singles nobody out.

Publication: the counts of one cluster, from self-reported or from verified diagnoses, as they stand until the
next one. It is frozen; "an earlier period" is the publication that stood then, and nothing is ever counted for
a stretch of time chosen freely: the difference of two stretches could be a single firm.

1. The whole: like the figures of peers (disclosure.py), published anew when `step` firms have changed: come,
   gone, or handed in again. Two publications after each other differ in THRESHOLD firms or more.
2. A breakdown (by scale, by tier) is taken over from the publication before until each of its rows has changed
   in THRESHOLD firms or more, or not at all; it says its own day. Firms that did not say where they belong are
   a row of their own if none of its cells is small, else they stand with the lower row (`folded`).
3. The outcomes of one type of firms are likewise taken over until THRESHOLD firms of that type have changed.
4. What was not shown before because it was too small may be replaced at any time.
5. Self-reported and verified diagnoses are never added up, and one firm is in one of the two only.
6. Figures of several clusters are sums of what is shown of each (cluster_view.py), so they say nothing more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from diagnosis.domain.cluster_cells import small
from diagnosis.domain.disclosure import enough, step

FOLDS: Final[Mapping[str, Mapping[str, str]]] = {"scale": {"unknown": "below"}, "tier": {"unknown": "tail"}}
Rows = Mapping[str, Mapping[str, int]]  # firms by row and type
Changed = Iterable[tuple[int, str]]  # firm, row it came into or left


def due(size: int, standing: int | None, changed: int) -> bool:
    """Whether a group of `size` firms now is to be published; `standing`: firms in its publication."""
    if standing is None:
        return enough(size)
    return changed >= step(standing)


def folded(breakdown: str, rows: Rows) -> dict[str, dict[str, int]]:
    """The rows; one of firms that did not say is added to its neighbour if anything of it is small."""
    found = {row: dict(types) for row, types in rows.items() if any(types.values())}
    for row, into in FOLDS[breakdown].items():
        if row in found and any(small(number) for number in (sum(found[row].values()), *found[row].values())):
            target = found.setdefault(into, {})
            for type_, number in found.pop(row).items():
                target[type_] = target.get(type_, 0) + number
    return found


def _separable(changed: Changed, places: Mapping[str, str]) -> bool:
    """Whether no row has changed in a few firms only. `places`: where a row stands, if not by itself."""
    by_row: dict[str, set[int]] = {}
    for firm, row in changed:
        by_row.setdefault(places.get(row, row), set()).add(firm)
    return all(enough(len(firms)) for firms in by_row.values())


def breakdown_due(breakdown: str, before: Rows, now: Rows, changed: Iterable[tuple[int, str]]) -> bool:
    """Whether a breakdown that was shown may be replaced."""
    moves = list(changed)
    both = (_places(breakdown, before), _places(breakdown, now))
    return bool(moves) and all(_separable(moves, places) for places in both)


def _places(breakdown: str, rows: Rows) -> dict[str, str]:
    kept = folded(breakdown, rows)
    folds = FOLDS[breakdown].items()
    return {row: into for row, into in folds if row not in kept and any(rows.get(row, {}).values())}


def type_due(type_: str, changed: Iterable[tuple[int, str]]) -> bool:
    """Whether the outcomes of one type, which were shown, may be replaced."""
    return enough(len({firm for firm, row in changed if row == type_}))


def added(histograms: Iterable[Mapping[str, int]]) -> dict[str, int]:
    """Numbers of firms by value, added up."""
    together: dict[str, int] = {}
    for histogram in histograms:
        for value, number in histogram.items():
            together[value] = together.get(value, 0) + number
    return together


Counts = dict[str, Any]  # what a publication holds; made by diagnosis.cluster_statistics
