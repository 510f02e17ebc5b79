"""Quartiles, places, widening, and the small-group rule under every history of firms."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import combinations, count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diagnosis.domain.disclosure import (
    THRESHOLD,
    Counted,
    Members,
    TooFewFirms,
    changed_firms,
    guarded,
    merged,
    separable,
    shown_size,
    step,
    with_rest,
)
from diagnosis.domain.peers import (
    EVERYBODY,
    SIZES,
    Firm,
    Group,
    Published,
    Quartiles,
    on_grid,
    peer_group,
    place,
    quartiles,
    settle_all,
    widening,
)

CLUSTERS = ("footwear", "crafts")
FIGURE = "distance"


class MemoryShelf:
    """Publications of one kind; `everything` is shared by the kinds."""

    def __init__(self, everything: list[tuple[Group, str, Members]] | None = None) -> None:
        self.everything = [] if everything is None else everything
        self.standing: dict[tuple[Group, str], tuple[Members, Quartiles]] = {}

    def current(self, group: Group, figure: str) -> Members | None:
        found = self.standing.get((group, figure))
        return found[0] if found else None

    def near(self, figure: str, size: int) -> Iterable[Members]:
        return [
            members for _, known, members in self.everything
            if known == figure and abs(len(members) - size) < THRESHOLD
        ]

    def publish(self, group: Group, figure: str, members: Members, found: Quartiles) -> None:
        self.standing[group, figure] = (dict(members), found)
        self.everything.append((group, figure, dict(members)))

    def withdraw(self, group: Group, figure: str) -> None:
        del self.standing[group, figure]


def make_firm(number: int, *, cluster: str = "footwear", size: str = "small", value: float | None = 4) -> Firm:
    return Firm(firm=number, mark=number * 1000, cluster=cluster, size_class=size, values={FIGURE: value})


def refresh(shelf: MemoryShelf, firms: Iterable[Firm]) -> None:
    by_cluster: Mapping[str, list[Firm]] = {cluster: [] for cluster in CLUSTERS}
    for one in firms:
        by_cluster[one.cluster].append(one)
    settle_all(shelf, by_cluster, FIGURE)


def shown(shelf: MemoryShelf) -> dict[Group, tuple[int, Quartiles]]:
    return {group: (len(members), found) for (group, _), (members, found) in shelf.standing.items()}


class TestOnePlace:
    def test_four_firms_are_refused(self) -> None:
        with pytest.raises(TooFewFirms):
            guarded([1, 2, 3, 4])
        assert guarded([1, 2, 3, 4, 5]) == [1, 2, 3, 4, 5]

    def test_quartiles_go_through_it(self) -> None:
        with pytest.raises(TooFewFirms):
            quartiles(FIGURE, [1, 2, 3, 4])

    @pytest.mark.parametrize(("size", "said"), [(5, 5), (9, 5), (10, 10), (23, 20)])
    def test_sizes_are_rounded_down(self, size: int, said: int) -> None:
        assert shown_size(size) == said

    @pytest.mark.parametrize(("size", "firms"), [(5, 5), (119, 5), (120, 6), (2000, 100)])
    def test_step_grows_with_the_group(self, size: int, firms: int) -> None:
        assert step(size) == firms


class TestQuartiles:
    @pytest.mark.parametrize(
        ("figure", "values", "expected"),
        [
            ("distance", [1, 2, 3, 4, 5], (2, 3, 4)),
            ("distance", [9, 1, 5, 3, 7, 2, 8, 4], (2, 4, 7)),
            ("stage", [0, 0, 0, 5, 5], (0, 0, 5)),
            ("model_innovation", [12.4, 12.5, 41.3, 57.4, 99.9], (15, 40, 55)),
        ],
    )
    def test_nearest_rank_on_the_grid(self, figure: str, values: list[float], expected: Quartiles) -> None:
        assert quartiles(figure, values) == expected

    @given(st.lists(st.floats(0, 100), min_size=5, max_size=40))
    def test_they_ascend_and_do_not_depend_on_the_order(self, values: list[float]) -> None:
        found = quartiles("model_innovation", values)
        assert found == tuple(sorted(found)) == quartiles("model_innovation", values[::-1])
        assert all(one % 5 == 0 for one in found)


class TestPlace:
    @pytest.mark.parametrize(
        ("figure", "own", "group", "expected"),
        [
            ("stage", 5, (1, 2, 3), (3, 0)),
            ("stage", 0, (1, 2, 3), (0, 3)),
            ("stage", 2, (1, 2, 3), (1, 1)),
            ("stage", 1, (1, 1, 1), (0, 0)),
            ("distance", 0, (2, 4, 6), (3, 0)),
            ("distance", 9, (2, 4, 6), (0, 3)),
            ("distance", 5, (2, 4, 6), (1, 2)),
            ("model_innovation", 41.3, (20, 40, 60), (1, 1)),
            ("model_innovation", 42.5, (20, 40, 60), (2, 1)),
        ],
    )
    def test_fewer_steps_are_better_and_ties_are_level(
        self, figure: str, own: float, group: Quartiles, expected: tuple[int, int]
    ) -> None:
        assert place(figure, own, group) == expected

    @given(st.floats(0, 100), st.floats(0, 100), st.lists(st.integers(0, 20), min_size=3, max_size=3))
    def test_a_better_value_is_never_placed_lower(self, low: float, high: float, grid: list[int]) -> None:
        group = tuple(sorted(5.0 * one for one in grid))
        low, high = sorted((low, high))
        worse, better = (place("model_innovation", one, group) for one in (low, high))  # type: ignore[arg-type]
        assert better[0] >= worse[0] and better[1] <= worse[1]

    def test_halves_go_up(self) -> None:
        assert [on_grid("model_innovation", one) for one in (2.4, 2.5, 97.5)] == [0, 5, 100]


class TestWidening:
    def test_cluster_and_size_then_cluster_then_all(self) -> None:
        assert widening("crafts", "micro") == (Group("crafts", "micro"), Group("crafts"), EVERYBODY)
        assert widening("crafts", "") == (Group("crafts"), EVERYBODY)

    @staticmethod
    def _published(group: Group, others: int, figure: str = FIGURE) -> Published:
        return Published(group=group, figure=figure, size=others + 1, others=others, quartiles=(1, 2, 3))

    def test_the_narrowest_with_five_others(self) -> None:
        narrow, wide = self._published(Group("crafts", "micro"), 4), self._published(Group("crafts"), 5)
        all_firms = self._published(EVERYBODY, 60)
        assert peer_group((narrow, wide, all_firms), "crafts", "micro") == (wide,)
        assert peer_group((all_firms,), "crafts", "micro") == (all_firms,)
        assert peer_group((narrow,), "crafts", "micro") == ()

    def test_a_figure_few_answered_is_left_out_not_widened(self) -> None:
        whole = self._published(Group("crafts"), 5)
        few = self._published(Group("crafts"), 4, "model_innovation")
        many = self._published(EVERYBODY, 60, "model_innovation")
        assert peer_group((few, whole, many), "crafts", "") == (whole,)


class TestMembers:
    def test_who_changed(self) -> None:
        before = {1: Counted(1, 4), 2: Counted(2, 4), 3: Counted(3, 4)}
        now = {1: Counted(1, 4), 22: Counted(2, 5), 4: Counted(4, 5)}
        assert changed_firms(before, now) == 3  # firm 2 handed in again, 3 left, 4 came
        assert changed_firms(now, now) == 0

    def test_the_latest_handing_in_counts(self) -> None:
        old, new = {1: Counted(7, 4)}, {2: Counted(7, 5)}
        assert merged([old, new]) == merged([new, old]) == new

    def test_a_small_rest_is_left_out(self) -> None:
        shown = {mark: Counted(mark, 4) for mark in range(10)}
        four = {mark: Counted(mark, 4) for mark in range(14)}
        five = {mark: Counted(mark, 4) for mark in range(15)}
        assert with_rest(shown, four) == shown
        assert with_rest(shown, five) == five

    def test_one_firm_apart_is_not_separable(self) -> None:
        members = {mark: Counted(mark, 4) for mark in range(10)}
        without = {mark: one for mark, one in members.items() if mark != 3}
        assert separable(members, [members])
        assert not separable(without, [members])


class TestSteps:
    def test_nothing_below_five(self) -> None:
        shelf = MemoryShelf()
        refresh(shelf, [make_firm(number) for number in range(4)])
        assert shelf.standing == {}

    def test_five_firms_are_published(self) -> None:
        shelf = MemoryShelf()
        refresh(shelf, [make_firm(number, value=number) for number in range(5)])
        assert shown(shelf)[Group("footwear", "small")] == (5, (1, 2, 3))

    @given(st.lists(st.integers(0, 12), min_size=5, max_size=30), st.integers(1, 4), st.data())
    def test_up_to_four_changes_show_nothing(self, values: list[int], changes: int, data: st.DataObject) -> None:
        firms = [make_firm(number, value=value) for number, value in enumerate(values)]
        shelf = MemoryShelf()
        refresh(shelf, firms)
        before = shown(shelf)
        for number in range(changes):
            if data.draw(st.booleans(), label="comes") or not firms:
                firms.append(make_firm(1000 + number, value=data.draw(st.integers(0, 12))))
            else:
                firms.pop(data.draw(st.integers(0, len(firms) - 1)))
            refresh(shelf, firms)
            assert shown(shelf) == before

    def test_the_fifth_change_publishes_anew(self) -> None:
        firms = [make_firm(number, value=2) for number in range(5)]
        shelf = MemoryShelf()
        refresh(shelf, firms)
        refresh(shelf, [*firms, *(make_firm(number, value=9) for number in range(5, 10))])
        assert shown(shelf)[Group("footwear", "small")] == (10, (2, 2, 9))

    def test_a_firm_that_hands_in_five_times_is_one_change(self) -> None:
        firms = [make_firm(number, value=2) for number in range(5)]
        shelf = MemoryShelf()
        refresh(shelf, firms)
        before = shown(shelf)
        for again in range(1, 6):
            firms[0] = replace(firms[0], mark=again, values={FIGURE: 12})
            refresh(shelf, firms)
        assert shown(shelf) == before

    def test_one_medium_firm_is_not_the_rest_of_the_cluster(self) -> None:
        small = [make_firm(number, value=2) for number in range(10)]
        shelf = MemoryShelf()
        refresh(shelf, [*small, make_firm(99, size="medium", value=12)])
        assert shown(shelf)[Group("footwear")][0] == shown(shelf)[Group("footwear", "small")][0] == 10

    def test_group_that_lost_its_firms_is_withdrawn(self) -> None:
        shelf = MemoryShelf()
        refresh(shelf, [make_firm(number) for number in range(6)])
        refresh(shelf, [make_firm(0)])
        assert shelf.standing == {}

    def test_figure_is_made_of_the_firms_that_have_it(self) -> None:
        shelf = MemoryShelf()
        refresh(shelf, [make_firm(number, value=3 if number < 4 else None) for number in range(20)])
        assert shelf.standing == {}


EVENTS = st.lists(
    st.tuples(
        st.sampled_from(("come", "come", "come", "leave", "again", "check")),
        st.integers(0, 30), st.sampled_from(CLUSTERS), st.sampled_from((*SIZES[:2], "")), st.integers(0, 12),
        st.integers(0, 3),
    ),
    min_size=20, max_size=120,
)


@given(EVENTS)
def test_no_history_singles_out_fewer_than_five_firms(events: list[tuple[str, int, str, str, int, int]]) -> None:
    """Firms come, leave, hand in again elsewhere and are checked, with a refresh now and then."""
    everything: list[tuple[Group, str, Members]] = []
    kinds = (MemoryShelf(everything), MemoryShelf(everything))
    firms: dict[int, Firm] = {}
    checked: set[int] = set()
    marks = count(1)
    for what, number, cluster, size, value, pause in events:
        if what in ("come", "again"):
            firms[number] = Firm(
                firm=number, mark=next(marks), cluster=cluster, size_class=size, values={FIGURE: value}
            )
            checked.discard(number)
        elif what == "leave":
            firms.pop(number, None)
        elif number in firms:
            checked.add(number)
        if pause == 0:
            for verified, shelf in enumerate(kinds):
                refresh(shelf, [one for one in firms.values() if (one.firm in checked) is bool(verified)])
                _check_rest(shelf)
    _check_publications(everything)


def _check_publications(everything: list[tuple[Group, str, Members]]) -> None:
    for _, _, members in everything:
        assert len({one.firm for one in members.values()}) == len(members) >= THRESHOLD
    for (_, _, one), (_, _, other) in combinations(everything, 2):
        assert changed_firms(one, other) == 0 or changed_firms(one, other) >= THRESHOLD


def _check_rest(shelf: MemoryShelf) -> None:
    """Every group whose publication is newest holds no small rest beyond its narrower groups."""
    newest = shelf.everything[-1] if shelf.everything else None
    standing = defaultdict(dict, {group: members for (group, _), (members, _) in shelf.standing.items()})
    if newest is None or newest[0].size_class or newest[2] != standing.get(newest[0]):
        return
    group = newest[0]
    narrower = [Group(group.cluster, size) for size in SIZES] if group.cluster else [Group(one) for one in CLUSTERS]
    known = {one.firm for inner in narrower for one in standing[inner].values()}
    rest = {one.firm for one in standing[group].values()} - known
    assert not rest or len(rest) >= THRESHOLD
