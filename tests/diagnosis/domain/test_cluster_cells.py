"""Suppression: nothing hidden can be computed from what is shown, even by somebody who knows the rules."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diagnosis.domain.cluster_cells import NONE, SMALL, Cell, protect, protect_row, total
from diagnosis.domain.disclosure import THRESHOLD

Counts = tuple[int, ...]
Shown = tuple[tuple[Cell, ...], ...] | None
numbers = st.integers(0, 12) | st.integers(0, 300)
rows = st.lists(numbers, min_size=2, max_size=6)
tables = st.integers(2, 3).flatmap(
    lambda columns: st.lists(st.lists(numbers, min_size=columns, max_size=columns), min_size=2, max_size=3)
)


def splits(firms: int, cells: int) -> Iterator[Counts]:
    """All ways to sort firms into cells."""
    if cells == 1:
        yield (firms,)
        return
    for number in range(firms + 1):
        for rest in splits(firms - number, cells - 1):
            yield (number, *rest)


class TestOneRow:
    @pytest.mark.parametrize(
        ("counts", "shown"),
        [
            ((20, 5, 0), (Cell(20, 20), Cell(5, 5), NONE)),
            ((20, 3, 0), (Cell(19, 22), SMALL, NONE)),
            ((20, 3, 30), (Cell(19, 22), SMALL, Cell(30, 30))),
            ((3, 2, 30), (SMALL, SMALL, Cell(30, 30))),
            ((5, 1), None),
            ((8, 1), (Cell(5, 8), SMALL)),
            ((0, 40, 0), (NONE, Cell(40, 40), NONE)),
        ],
    )
    def test_examples(self, counts: Counts, shown: tuple[Cell, ...] | None) -> None:
        assert protect_row(counts) == shown

    @given(rows)
    def test_small_cells_are_never_shown(self, counts: list[int]) -> None:
        for number, cell in zip(counts, protect_row(counts) or (), strict=False):
            assert cell == SMALL if 0 < number < THRESHOLD else cell.low <= number <= cell.high

    @given(rows)
    def test_a_hidden_cell_is_never_alone(self, counts: list[int]) -> None:
        """What is left after taking away the shown cells is no small group either."""
        shown = protect_row(counts) or ()
        hidden = [number for number, cell in zip(counts, shown, strict=False) if not cell.exact]
        assert not hidden or (len(hidden) > 1 and sum(hidden) >= THRESHOLD)

    @pytest.mark.parametrize("cells", [2, 3, 4])
    def test_knowing_the_rules_does_not_help(self, cells: int) -> None:
        """All small tables: those that look alike leave every hidden cell two numbers or more."""
        for firms in range(THRESHOLD, 27 if cells < 4 else 20):
            alike: dict[object, list[Counts]] = defaultdict(list)
            for counts in splits(firms, cells):
                alike[protect_row(counts)].append(counts)
            for shown, several in alike.items():
                for at in range(cells):
                    possible = {counts[at] for counts in several}
                    exact = shown is not None and shown[at].exact  # type: ignore[index]
                    assert len(possible) == 1 if exact else len(possible) > 1, (shown, several)


class TestTables:
    @given(tables)
    def test_what_is_shown_is_true(self, counts: list[list[int]]) -> None:
        shown = protect(counts)
        for line, cells in zip(counts, shown or (), strict=False):
            for number, cell in zip(line, cells, strict=True):
                assert cell.low <= number <= cell.high
                assert not 0 < number < THRESHOLD or (not cell.exact and cell.high - cell.low > 2)

    @given(tables)
    def test_sums_do_not_give_a_hidden_cell_away(self, counts: list[list[int]]) -> None:
        """Taking shown cells from the sum of a row or column never leaves one firm's or a few firms' cell."""
        shown = protect(counts)
        if shown is None:
            return
        columns = zip(zip(*counts, strict=True), zip(*shown, strict=True), strict=True)
        for line, cells in [*zip(counts, shown, strict=True), *columns]:
            hidden = [number for number, cell in zip(line, cells, strict=True) if not cell.exact]
            assert len(hidden) != 1

    def test_a_small_row_closes_the_table(self) -> None:
        assert protect([[1, 2], [40, 50]]) is None

    def test_a_small_cell_hides_two_columns(self) -> None:
        shown = protect([[3, 60, 37], [97, 116, 7]])
        assert shown == ((SMALL, Cell(59, 62), Cell(37, 37)), (Cell(96, 99), Cell(114, 117), Cell(7, 7)))

    @pytest.mark.parametrize(
        ("firms", "columns", "lines"), [(17, 2, 2), (23, 2, 2), (31, 2, 2), (18, 3, 2), (16, 2, 3)]
    )
    def test_knowing_the_rules_does_not_help(self, firms: int, columns: int, lines: int) -> None:
        """All small tables: those that look alike leave every hidden cell three numbers or more."""
        alike: dict[tuple[Counts, Shown, Counts | None], list[tuple[Counts, ...]]] = defaultdict(list)
        for sizes in splits(firms, lines):
            for counts in product(*[list(splits(size, columns)) for size in sizes]):
                sums = tuple(map(sum, zip(*counts, strict=True)))
                if not any(0 < number < THRESHOLD for number in sums):  # such columns are added up before
                    shown = protect(counts)
                    alike[sums, shown, sizes if shown else None].append(counts)
        for (sums, shown, _sizes), several in alike.items():
            for row, column in product(range(lines), range(columns)):
                possible = {counts[row][column] for counts in several}
                if shown is not None and shown[row][column].exact:
                    assert len(possible) == 1
                elif sums[column]:
                    assert len(possible) > 2, (sums, shown, several)


def test_ranges_add_up() -> None:
    assert total([Cell(3, 3), SMALL, Cell(10, 12)]) == Cell(14, 19)
