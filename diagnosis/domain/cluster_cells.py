"""Counts of firms as they may be shown: no group of 1 to 4 firms can be read off or computed.

Table: the firms of a group sorted by a row and a column; each firm stands in one cell, and the sum of every
row and every column is shown beside it. One row only: the cells are parts of one whole, whose sum is shown.
Small: 1 to THRESHOLD - 1 firms. Nobody is hidden in a cell of none, so 0 is shown.

1. A small cell is hidden: shown as fewer than THRESHOLD.
2. Cells beside it are hidden too, whole columns at a time in the order given, until each small one could hold
   any number from 1 to 4 and each of the others four numbers or more, for all that is shown and all that
   these rules say. A cell hidden for the sake of others is shown as the range it may lie in.
3. If hiding all columns does not reach that, or a row is small, the table is closed: nothing of it is shown, not
   even the sums of its rows.

Whether cells are opened depends on sums and on which cells are small, never on a hidden number itself, so
knowing the rules does not help to undo them; the tests try all small tables.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, combinations
from typing import Final

from diagnosis.domain.disclosure import THRESHOLD

MOST_HIDDEN: Final = THRESHOLD - 1
WIDTH: Final = MOST_HIDDEN - 1  # of the range of a hidden cell: from 1 to 4
Counts = Sequence[Sequence[int]]
Place = tuple[int, int]  # row, column


@dataclass(frozen=True)
class Cell:
    """A number of firms, known to lie between `low` and `high`."""

    low: int
    high: int

    @property
    def exact(self) -> bool:
        return self.low == self.high

    @property
    def is_small(self) -> bool:
        """Hidden because it holds too few firms, not only because of others."""
        return self == SMALL

    def __add__(self, other: Cell) -> Cell:
        return Cell(self.low + other.low, self.high + other.high)


NONE: Final = Cell(0, 0)
SMALL: Final = Cell(1, MOST_HIDDEN)
Row = tuple[Cell, ...]


def total(cells: Iterable[Cell]) -> Cell:
    return sum(cells, NONE)


def small(number: int) -> bool:
    return 0 < number < THRESHOLD


@dataclass(frozen=True)
class _Hidden:
    """The hidden columns of a table: what each cell may hold, and the sums that are known of them."""

    bounds: Mapping[Place, Cell]
    rows: Mapping[int, int]
    columns: Mapping[int, int]

    @classmethod
    def of(cls, counts: Counts, hidden: Sequence[int]) -> _Hidden:
        rows = {row: sum(line[column] for column in hidden) for row, line in enumerate(counts)}
        several = len(counts) > 1  # the sums of the columns of a single row are its cells
        columns = {column: sum(line[column] for line in counts) for column in hidden} if several else {}
        bounds = {
            (row, column): _known(line[column], rows[row]) for row, line in enumerate(counts) for column in hidden
        }
        return cls(bounds, rows, columns)

    def range(self, place: Place) -> Cell:
        """The numbers a cell can hold; between the lowest and the highest all are possible."""
        low, high = self.bounds[place].low, self.bounds[place].high
        for part, amount in self._parts():
            inside = [at for at in part if at != place]
            if place in part:
                low = max(low, amount - sum(self.bounds[at].high for at in inside))
                high = min(high, amount - sum(self.bounds[at].low for at in inside))
        return Cell(*self._cut(place, low, high))

    def _parts(self) -> Iterator[tuple[list[Place], int]]:
        for row, amount in self.rows.items():
            yield [place for place in self.bounds if place[0] == row], amount
        for column, amount in self.columns.items():
            yield [place for place in self.bounds if place[1] == column], amount

    def _cut(self, place: Place, low: int, high: int) -> tuple[int, int]:
        """Within rows and columns taken together: rows `some` into columns `into` (a transport problem)."""
        for some in _subsets(self.rows):
            for into in _subsets(self.columns):
                away = [at for at in self.bounds if at[0] in some and at[1] not in into]
                back = [at for at in self.bounds if at[0] not in some and at[1] in into]
                surplus = sum(self.rows[row] for row in some) - sum(self.columns[column] for column in into)
                if place in away:  # sum(away) - sum(back) is the surplus
                    rest = [at for at in away if at != place]
                    low = max(low, surplus - sum(self.bounds[at].high for at in rest) + _lows(self.bounds, back))
                    high = min(high, surplus - _lows(self.bounds, rest) + sum(self.bounds[at].high for at in back))
        return low, high

    @property
    def is_open(self) -> bool:
        """Whether what is shown leaves every hidden cell its range."""
        found = (self.range(place) for place, bound in self.bounds.items() if bound != NONE)
        return all(one.high - one.low >= WIDTH for one in found)


def _known(number: int, together: int) -> Cell:
    """What the rules say of a hidden number: none, small, or large."""
    return NONE if number == 0 else SMALL if small(number) else Cell(THRESHOLD, together)


def _lows(bounds: Mapping[Place, Cell], places: Iterable[Place]) -> int:
    return sum(bounds[place].low for place in places)


def _subsets(items: Iterable[int]) -> Iterator[tuple[int, ...]]:
    several = tuple(items)
    return chain.from_iterable(combinations(several, size) for size in range(1, len(several) + 1))


def _hide(counts: Counts) -> _Hidden | None:
    """The columns to hide and what is then known of them; None where hiding all of them is not enough."""
    columns = range(len(counts[0]))
    hidden = [column for column in columns if any(small(row[column]) for row in counts)]
    waiting = [column for column in columns if column not in hidden and any(row[column] for row in counts)]
    while not (found := _Hidden.of(counts, hidden)).is_open:
        if not waiting:
            return None
        hidden.append(waiting.pop(0))
    return found


def protect(counts: Counts) -> tuple[Row, ...] | None:
    """The cells as they may be shown; None for a closed table."""
    if any(small(sum(row)) for row in counts):
        return None
    hidden = _hide(counts)
    if hidden is None:
        return None
    return tuple(
        tuple(hidden.range((row, column)) if (row, column) in hidden.bounds else Cell(number, number)
              for column, number in enumerate(line))
        for row, line in enumerate(counts)
    )


def protect_row(counts: Sequence[int]) -> Row | None:
    """The same for one row."""
    found = protect([counts])
    return None if found is None else found[0]
