"""Comparison with peers (methodology section 10): which group, which figures, and where a firm stands.

Figure: a dimension (0-100), the distance (steps) or the stage (0-5). Group: the firms of one cluster
and size class, of one cluster, or all firms. Quartiles: the values at a quarter, half and three
quarters of the group in ascending order (nearest rank), on the grid of the figure. Place: how many of
the three quartiles a firm is ahead of and how many it is behind, so a percentile in steps of a quarter.
Publishing: a group's figures are kept as they are until enough firms have changed (disclosure.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor
from typing import Final, NamedTuple, Protocol

from diagnosis.domain.disclosure import (
    Counted,
    Members,
    changed_firms,
    enough,
    guarded,
    merged,
    separable,
    step,
    with_rest,
)

FIGURES: Final = (
    "technological_integration",
    "model_innovation",
    "economic_performance",
    "distance",
    "stage",
)
WHOLE_GROUP: Final = "distance"  # known of every firm, so its group is the whole group
GRID: Final[Mapping[str, int]] = {
    "technological_integration": 5,
    "model_innovation": 5,
    "economic_performance": 5,
    "distance": 1,
    "stage": 1,
}
LESS_IS_BETTER: Final = frozenset({"distance"})
SIZES: Final = ("micro", "small", "medium", "large")

Quartiles = tuple[float, float, float]
Place = tuple[int, int]  # quartiles the firm is ahead of, quartiles it is behind


class Group(NamedTuple):
    """An empty cluster means all clusters, an empty size class all sizes."""

    cluster: str = ""
    size_class: str = ""


EVERYBODY: Final = Group()


@dataclass(frozen=True, kw_only=True, slots=True)
class Firm:
    """A firm's latest handing-in. `size_class` is empty where it is not known."""

    firm: int
    mark: int
    cluster: str
    size_class: str
    values: Mapping[str, float | None]


def widening(cluster: str, size_class: str) -> tuple[Group, ...]:
    """The groups a firm is compared with, narrowest first."""
    narrow = (Group(cluster, size_class),) if size_class else ()
    return (*narrow, Group(cluster), EVERYBODY)


def on_grid(figure: str, value: float) -> float:
    """The nearest point of the figure's grid, halves upwards."""
    grid = GRID[figure]
    return float(floor(value / grid + 0.5) * grid)


def quartiles(figure: str, values: Sequence[float]) -> Quartiles:
    """Nearest-rank quartiles on the grid; raises TooFewFirms."""
    ordered = sorted(guarded(values))
    first, middle, third = (on_grid(figure, ordered[ceil(len(ordered) * quarter / 4) - 1]) for quarter in (1, 2, 3))
    return first, middle, third


def place(figure: str, own: float, group: Quartiles) -> Place:
    """Where a value stands among the quartiles of a group, compared on the same grid."""
    sign = -1 if figure in LESS_IS_BETTER else 1
    value = sign * on_grid(figure, own)
    return sum(value > sign * one for one in group), sum(value < sign * one for one in group)


class Shelf(Protocol):
    """The publications of one kind (from verified or from self-reported diagnoses), read and added to."""

    def current(self, group: Group, figure: str) -> Members | None:
        """Members of the publication that stands, if there is one."""

    def near(self, figure: str, size: int) -> Iterable[Members]:
        """Every publication of either kind there ever was, of a size less than THRESHOLD away."""

    def publish(self, group: Group, figure: str, members: Members, found: Quartiles) -> None: ...

    def withdraw(self, group: Group, figure: str) -> None: ...


def settle(shelf: Shelf, group: Group, figure: str, candidate: Members) -> None:
    """Publish the candidate where the rules let it be; else the publication that stands is kept."""
    standing = shelf.current(group, figure)
    if standing is not None and changed_firms(standing, candidate) < step(len(standing)):
        return
    if not enough(len(candidate)):
        if standing is not None:
            shelf.withdraw(group, figure)
    elif separable(candidate, shelf.near(figure, len(candidate))):
        values = [counted.value for counted in candidate.values()]
        shelf.publish(group, figure, candidate, quartiles(figure, values))


def counted(firms: Iterable[Firm], figure: str) -> Members:
    """The firms with a value of the figure."""
    return {
        one.mark: Counted(firm=one.firm, value=value)
        for one in firms
        if (value := one.values.get(figure)) is not None
    }


def _shown(shelf: Shelf, groups: Iterable[Group], figure: str) -> Members:
    standing = (shelf.current(group, figure) for group in groups)
    return merged(members for members in standing if members is not None)


def settle_cluster(shelf: Shelf, cluster: str, firms: Sequence[Firm], figure: str) -> None:
    """Bring one cluster up to date, size classes first. `firms` are those of the cluster."""
    for size in SIZES:
        members = counted((one for one in firms if one.size_class == size), figure)
        settle(shelf, Group(cluster, size), figure, members)
    shown = _shown(shelf, (Group(cluster, size) for size in SIZES), figure)
    settle(shelf, Group(cluster), figure, with_rest(shown, counted(firms, figure)))


def settle_all(shelf: Shelf, firms: Mapping[str, Sequence[Firm]], figure: str) -> None:
    """Bring every group up to date. `firms` by cluster, every cluster named."""
    for cluster, own in firms.items():
        settle_cluster(shelf, cluster, own, figure)
    shown = _shown(shelf, (Group(cluster) for cluster in firms), figure)
    everyone = counted((one for own in firms.values() for one in own), figure)
    settle(shelf, EVERYBODY, figure, with_rest(shown, everyone))


@dataclass(frozen=True, kw_only=True)
class Published:
    """A publication as a firm may see it. `others`: firms in it besides the firm that looks."""

    group: Group
    figure: str
    size: int
    others: int
    quartiles: Quartiles


def peer_group(published: Iterable[Published], cluster: str, size_class: str) -> tuple[Published, ...]:
    """The figures of the narrowest group with enough other firms; empty where there is none."""
    by_group: dict[Group, list[Published]] = {}
    for one in published:
        if enough(one.others):
            by_group.setdefault(one.group, []).append(one)
    for group in widening(cluster, size_class):
        found = by_group.get(group, [])
        if any(one.figure == WHOLE_GROUP for one in found):
            return tuple(sorted(found, key=lambda one: FIGURES.index(one.figure)))
    return ()
