"""From counts to what may be shown: tables, breakdowns, spreads, several clusters together."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diagnosis.domain.cluster_cells import SMALL, Cell
from diagnosis.domain.cluster_facts import SCALES, WITHIN
from diagnosis.domain.cluster_publishing import breakdown_due, due, folded, type_due
from diagnosis.domain.cluster_view import Spread, Table, View, shown_breakdown, together, view_of
from diagnosis.domain.disclosure import THRESHOLD
from tests.recommendations.cluster_counts import DAY, counts, spread, table

Rows = dict[str, dict[str, int]]
TYPES = ("not_started", "single_point", "full_process")


def exact(number: int) -> Cell:
    return Cell(number, number)


def rows(*lines: tuple[int, int, int]) -> Rows:
    return dict(table(SCALES, *lines)["rows"])


class TestWhatIsShown:
    def test_plain_figures(self) -> None:
        view = view_of(counts(), day=DAY)
        assert view.types is not None and view.stages is not None
        assert view.types.cells["full_process"] == exact(44)
        assert view.types.part("single_point", "full_process") == exact(220)
        assert view.stages.part("3", "4", "5") == exact(70)
        assert view.rows["scale.above"].cells["single_point"] == exact(60)
        assert view.days == {}

    def test_three_firms_of_a_type_are_hidden_and_so_is_another(self) -> None:
        view = view_of(counts(types={"not_started": 100, "single_point": 217, "full_process": 3}), day=DAY)
        assert view.types is not None
        assert view.types.cells == {
            "single_point": Cell(216, 219), "not_started": exact(100), "full_process": SMALL
        }
        assert view.types.part("single_point", "full_process") == exact(220)  # the two together are no secret

    def test_outcomes_of_five_firms_or_more(self) -> None:
        view = view_of(counts(), day=DAY)
        assert "not_started.production_efficiency" not in view.outcomes  # three firms
        assert view.outcomes["full_process.production_efficiency"].firms == 10

    def test_links_of_design_among_firms_with_a_design(self) -> None:
        traits = view_of(counts(), day=DAY).traits
        assert (traits["link_design_supply"].of, traits["link_supply_marketing"].of) == (exact(260), exact(320))

    def test_a_few_firms_without_design_stand_with_the_others(self) -> None:
        traits = {**counts()["traits"], "own_design": 317}
        view = view_of(counts(traits=traits), day=DAY)
        assert view.traits["link_design_supply"].of == exact(320)
        assert view.traits["own_design"].cells["no"] == SMALL

    def test_what_differs_from_a_part_of_it_in_a_few_firms_is_not_shown(self) -> None:
        traits = {**counts()["traits"], "chain_platform": 197, "ecosystem": 200}
        assert "ecosystem" not in view_of(counts(traits=traits), day=DAY).traits
        assert set(WITHIN) <= set(view_of(counts(), day=DAY).traits)
        traits = {**counts()["traits"], "management_view": 46}  # 44 firms are full-process and have it
        assert "management_view" not in view_of(counts(traits=traits), day=DAY).traits

    def test_measures_and_grants_of_a_few_firms_are_left_out(self) -> None:
        view = view_of(counts(), day=DAY)
        assert set(view.measures) == {"saas_modules", "internal_integration"}
        assert view.grants["quanzhou_pilot_city_2025"].amount == 3_400_000
        assert view.grants["tiny"].amount is None

    def test_older_parts_say_their_day(self) -> None:
        scale = {**counts()["scale"], "as_of": "2026-09-30"}
        assert view_of(counts(scale=scale), day=DAY).days == {"scale": "2026-09-30"}


class TestBreakdowns:
    def test_firms_that_did_not_say_stand_with_the_lower_row_when_few(self) -> None:
        assert folded("scale", rows((6, 60, 34), (90, 110, 10), (1, 1, 0)))["below"] == {
            "not_started": 91, "single_point": 111, "full_process": 10
        }
        assert set(folded("scale", rows((6, 60, 34), (90, 110, 10), (9, 9, 9)))) == set(SCALES)

    def test_hidden_types_are_one_column(self) -> None:
        shown = shown_breakdown("scale", rows((1, 60, 40), (2, 110, 9)))
        assert shown is not None
        assert shown["above"].cells["not_started"] == Cell(0, 4)  # as the whole says: fewer than five
        assert shown["above"].part("single_point", "full_process") == Cell(97, 101)
        assert shown["above"].cells["full_process"] == exact(40)

    def test_one_row_is_no_breakdown(self) -> None:
        assert shown_breakdown("scale", rows((0, 0, 0), (20, 30, 10))) is None
        assert shown_breakdown("scale", rows((1, 1, 1), (20, 30, 10))) is None

    @given(st.lists(st.tuples(*[st.integers(0, 30)] * 3), min_size=3, max_size=3))
    def test_rows_and_whole_never_leave_a_few_firms(self, lines: list[tuple[int, int, int]]) -> None:
        """Whatever is taken from the whole: what remains of a type is none, or not known exactly, or five and more."""
        numbers = rows(*lines)
        shown = shown_breakdown("scale", numbers)
        if shown is None:
            return
        kept = folded("scale", numbers)
        for row, part in shown.items():
            for type_ in TYPES:
                number, cell = kept[row].get(type_, 0), part.cells[type_]
                assert cell.low <= number <= cell.high
                assert not 0 < number < THRESHOLD or not cell.exact


class TestSpreads:
    def test_quarters(self) -> None:
        found = Spread(values=spread(1, 40))
        assert [found.quarter(number) for number in (1, 2, 3)] == [10, 20, 30]

    def test_few_firms_are_given_in_steps_of_five(self) -> None:
        assert [Spread(values=spread(11, 6)).quarter(number) for number in (1, 2, 3)] == [10, 15, 15]

    def test_negative_values_stand_in_their_order(self) -> None:
        assert Spread(values={"-20": 10, "5": 10, "-3": 10}).quarter(2) == -3


class TestSeveralClusters:
    def test_sums_of_what_is_shown(self) -> None:
        both = together([view_of(counts(), day=DAY)] * 2)
        assert both is not None and both.types is not None
        assert (both.firms, both.clusters, both.types.cells["full_process"]) == (640, 2, exact(88))
        assert both.outcomes["full_process.production_efficiency"].firms == 20
        assert both.grants["quanzhou_pilot_city_2025"].amount == 6_800_000

    def test_a_hidden_number_stays_a_range(self) -> None:
        hidden = view_of(counts(types={"not_started": 100, "single_point": 217, "full_process": 3}), day=DAY)
        both = together([view_of(counts(), day=DAY), hidden])
        assert both is not None and both.types is not None
        assert both.types.cells["full_process"] == Cell(45, 48)
        assert both.types.part("single_point", "full_process") == exact(440)

    def test_a_closed_table_is_left_out_and_said(self) -> None:
        closed = view_of(counts(scale=table(SCALES, (1, 1, 1), (99, 175, 43))), day=DAY)
        both = together([view_of(counts(), day=DAY), closed])
        assert both is not None
        assert (both.rows["scale.above"].clusters, both.clusters) == (1, 2)

    def test_of_nothing(self) -> None:
        assert together([]) is None

    @given(st.lists(st.lists(st.integers(0, 40), min_size=3, max_size=3), min_size=2, max_size=4))
    def test_a_sum_says_no_more_than_its_parts(self, clusters: list[list[int]]) -> None:
        views = [view_of(_typed(numbers), day=DAY) for numbers in clusters if sum(numbers) >= THRESHOLD]
        both = together(views)
        shown = [view.types for view in views if view.types]
        if both is None or both.types is None:
            return
        for type_ in TYPES:
            parts = [one.cells[type_] for one in shown]
            assert both.types.cells[type_] == Cell(sum(one.low for one in parts), sum(one.high for one in parts))


def _typed(numbers: list[int]) -> dict[str, Any]:
    return counts(types=dict(zip(TYPES, numbers, strict=True)))


class TestPublishing:
    @pytest.mark.parametrize(
        ("size", "standing", "changed", "expected"),
        [(4, None, 4, False), (5, None, 5, True), (20, 20, 4, False), (20, 20, 5, True), (800, 800, 39, False),
         (800, 800, 40, True), (3, 8, 5, True)],
    )
    def test_the_whole(self, size: int, standing: int | None, changed: int, expected: bool) -> None:
        assert due(size, standing, changed) is expected

    def test_a_breakdown_waits_for_each_of_its_rows(self) -> None:
        before = now = rows((6, 60, 34), (90, 110, 10))
        above = [(firm, "above") for firm in range(5)]
        assert breakdown_due("scale", before, now, above)
        assert not breakdown_due("scale", before, now, [*above, (9, "below")])
        assert not breakdown_due("scale", before, now, [])

    def test_a_firm_that_moves_counts_in_both_rows(self) -> None:
        before = now = rows((6, 60, 34), (90, 110, 10))
        moves = [(firm, row) for firm in range(5) for row in ("above", "below")]
        assert breakdown_due("scale", before, now, moves)
        assert not breakdown_due("scale", before, now, moves[:-2])

    def test_rows_shown_together_change_together(self) -> None:
        before = now = rows((6, 60, 34), (90, 110, 10), (1, 1, 0))
        assert breakdown_due("scale", before, now, [*((firm, "below") for firm in range(4)), (9, "unknown")])

    def test_outcomes_of_a_type(self) -> None:
        changed = [(firm, "full_process") for firm in range(5)]
        assert type_due("full_process", changed)
        assert not type_due("full_process", changed[1:])
        assert not type_due("single_point", changed)


def test_a_part_of_a_range() -> None:
    shown = Table(cells={"a": SMALL, "b": Cell(19, 22), "c": exact(30)}, of=exact(53))
    assert shown.part("a", "b") == exact(23)
    assert shown.part("b") == Cell(19, 22)
    assert View(firms=5).types is None
