"""The figures of a cluster as they may be shown (methodology section 11), made from a publication's counts.

Table: cells of a whole, each a number of firms or the range it lies in (cluster_cells.py). Spread: median and
quarters of what firms reported, from THRESHOLD firms or more. Views of several clusters add up: cells are added
to cells and ranges to ranges, so that a sum says nothing that its parts do not.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import reduce
from math import ceil, floor
from typing import Any, Final

from diagnosis.domain.cluster_cells import Cell, Row, protect, protect_row, small, total
from diagnosis.domain.cluster_facts import DESIGN_LINKS, LINK_COUNT, OUTCOMES, TRAITS, WITHIN, WITHIN_TYPE
from diagnosis.domain.cluster_publishing import FOLDS, Rows, added, folded
from diagnosis.domain.disclosure import THRESHOLD, enough, shown_size

# Which cells are hidden for the sake of others first: those of which most firms are.
TYPE_ORDER: Final = ("single_point", "not_started", "full_process")
COVERED: Final = ("single_point", "full_process")
MANY: Final = 4 * THRESHOLD  # from here on spreads are given in whole percent, below in steps of five
GRANT_STEP: Final = 100_000  # RMB; sums of grants are rounded down to it


@dataclass(frozen=True, kw_only=True)
class Table:
    """Numbers of firms by what they are; `of` all of them together, from so many `clusters`."""

    cells: Mapping[str, Cell]
    of: Cell
    clusters: int = 1

    def __add__(self, other: Table) -> Table:
        ids = dict.fromkeys((*self.cells, *other.cells))
        nobody = Cell(0, 0)
        cells = {id: self.cells.get(id, nobody) + other.cells.get(id, nobody) for id in ids}
        return Table(cells=cells, of=self.of + other.of, clusters=self.clusters + other.clusters)

    def part(self, *ids: str) -> Cell:
        """How many firms are one of these: from what is known of them and of the others."""
        inside, outside = total(self.cells[id] for id in ids), total(self._others(ids))
        if not self.of.exact:
            return inside
        return Cell(max(inside.low, self.of.low - outside.high), min(inside.high, self.of.low - outside.low))

    def _others(self, ids: Iterable[str]) -> Iterable[Cell]:
        return (cell for id, cell in self.cells.items() if id not in ids)


@dataclass(frozen=True, kw_only=True)
class Spread:
    """What firms of one kind reported: `values` by how many; never shown as such."""

    values: Mapping[str, int] = field(repr=False)

    @property
    def firms(self) -> int:
        """How many firms, rounded down."""
        return shown_size(sum(self.values.values()))

    def __add__(self, other: Spread) -> Spread:
        return Spread(values=added((self.values, other.values)))

    def quarter(self, number: int, *, grid: int | None = None) -> int:
        """The value at a quarter, half (2) or three quarters of the firms in ascending order (nearest rank)."""
        firms = sum(self.values.values())
        step = grid or (1 if firms >= MANY else THRESHOLD)
        rank, seen = ceil(firms * number / 4), 0
        for value in sorted(self.values, key=int):
            seen += self.values[value]
            if seen >= rank:
                return floor(int(value) / step + 0.5) * step
        raise ValueError("a spread of nobody")


@dataclass(frozen=True, kw_only=True)
class Grant:
    """One programme: firms eligible, and the sum of what they could draw in RMB, rounded down; None if hidden."""

    firms: Table
    amount: int | None

    def __add__(self, other: Grant) -> Grant:
        known = [one.amount for one in (self, other) if one.amount is not None]
        return Grant(firms=self.firms + other.firms, amount=sum(known) if known else None)


@dataclass(frozen=True, kw_only=True)
class View:
    """Everything shown of one or more clusters of one kind. What is not there is hidden or was not counted."""

    firms: int
    clusters: int = 1
    types: Table | None = None
    stages: Table | None = None
    needs: Table | None = None
    traits: Mapping[str, Table] = field(default_factory=dict)
    rows: Mapping[str, Table] = field(default_factory=dict)  # "scale.above": by type
    outcomes: Mapping[str, Spread] = field(default_factory=dict)  # "full_process.operating_cost"
    measures: Mapping[str, Table] = field(default_factory=dict)
    grants: Mapping[str, Grant] = field(default_factory=dict)
    days: Mapping[str, str] = field(default_factory=dict)  # parts older than the rest: "scale", "full_process"

    def __add__(self, other: View) -> View:
        return View(
            firms=self.firms + other.firms, clusters=self.clusters + other.clusters,
            types=_sum(self.types, other.types), stages=_sum(self.stages, other.stages),
            needs=_sum(self.needs, other.needs), traits=_joined(self.traits, other.traits),
            rows=_joined(self.rows, other.rows), outcomes=_joined(self.outcomes, other.outcomes),
            measures=_joined(self.measures, other.measures), grants=_joined(self.grants, other.grants),
            days=_oldest(self.days, other.days),
        )


def _sum(one: Table | None, other: Table | None) -> Table | None:
    return one + other if one and other else one or other


def _joined(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    return {**other, **{id: value + other[id] if id in other else value for id, value in one.items()}}


def _oldest(one: Mapping[str, str], other: Mapping[str, str]) -> dict[str, str]:
    return {id: min(day for day in (one.get(id), other.get(id)) if day) for id in {*one, *other}}


def together(views: Iterable[View]) -> View | None:
    """One view of several clusters; None where there is none."""
    several = list(views)
    return reduce(lambda one, other: one + other, several) if several else None


def shown_table(counts: Mapping[str, int], *, order: Iterable[str] | None = None) -> Table | None:
    """A table of one whole; None where it is closed. `order`: what is hidden first for the sake of others."""
    ids = list(order or counts)
    cells = protect_row([counts.get(id, 0) for id in ids])
    firms = sum(counts.values())
    return None if cells is None else Table(cells=dict(zip(ids, cells, strict=True)), of=Cell(firms, firms))


def shown_share(number: int, of: int) -> Table | None:
    """How many firms of a whole something is true of."""
    return shown_table({"no": of - number, "yes": number})


def shown_breakdown(breakdown: str, rows: Rows) -> dict[str, Table] | None:
    """Types of firms by row; None where it is closed. Types hidden in the whole are one column of the table."""
    kept = folded(breakdown, rows)
    whole = _whole(kept)
    if whole is None or len(kept) < 2:
        return None
    columns = _columns(whole)
    counts = [[sum(types.get(type_, 0) for type_ in several) for several in columns] for types in kept.values()]
    found = protect(counts)
    if found is None:
        return None
    return {
        row: Table(cells=_by_type(whole, columns, cells), of=Cell(sum(line), sum(line)))
        for row, cells, line in zip(kept, found, counts, strict=True)
    }


def _whole(rows: Rows) -> Table | None:
    return shown_table(added(rows.values()), order=TYPE_ORDER) if rows else None


def _columns(whole: Table) -> list[tuple[str, ...]]:
    """Types that are shown of the whole, each by itself; those hidden there stand together, first."""
    hidden = tuple(type_ for type_ in TYPE_ORDER if not whole.cells[type_].exact)
    alone: list[tuple[str, ...]] = [(type_,) for type_ in TYPE_ORDER if type_ not in hidden]
    return [hidden, *alone] if hidden else alone


def _by_type(whole: Table, columns: Iterable[tuple[str, ...]], cells: Row) -> dict[str, Cell]:
    """One cell a type; of types that stand together what is known of each."""
    found: dict[str, Cell] = {}
    for types, cell in zip(columns, cells, strict=True):
        for type_ in types:
            most = {other: min(cell.high, whole.cells[other].high) for other in types}
            least = max(0, cell.low - sum(high for other, high in most.items() if other != type_))
            found[type_] = cell if len(types) == 1 else Cell(least, most[type_])
    return {type_: found[type_] for type_ in TYPE_ORDER}


def outcomes_shown(values: Mapping[str, Mapping[str, int]]) -> bool:
    """Whether anything of what firms of one type reported is shown."""
    return any(enough(sum(histogram.values())) for histogram in values.values())


def _traits(counts: Mapping[str, Any]) -> dict[str, Table]:
    """Links of design are counted among firms with a design of their own, if the others are no small group."""
    firms, traits = counts["firms"], counts["traits"]
    own = shown_share(traits["own_design"], firms)
    whole = dict.fromkeys(TRAITS, firms)
    if own is not None and own.cells["yes"].exact and traits["own_design"]:
        whole |= dict.fromkeys(DESIGN_LINKS, traits["own_design"])
    found = {trait: shown_share(traits[trait], whole[trait]) for trait in TRAITS if not _tells_apart(trait, counts)}
    return {trait: table for trait, table in found.items() if table is not None}


def _tells_apart(trait: str, counts: Mapping[str, Any]) -> bool:
    """Whether the trait, less one that lies within it, leaves a few firms only."""
    within = [counts["traits"][one] for one in WITHIN.get(trait, ())]
    if trait in WITHIN_TYPE:
        within.append(counts["types"][WITHIN_TYPE[trait]])
    return any(small(counts["traits"][trait] - one) for one in within)


def _outcomes(counts: Mapping[str, Any]) -> dict[str, Spread]:
    return {
        f"{type_}.{id}": Spread(values=part["values"][id])
        for type_, part in counts["by_type"].items() for id in (*OUTCOMES, LINK_COUNT)
        if enough(sum(part["values"].get(id, {}).values()))
    }


def _grants(counts: Mapping[str, Any]) -> dict[str, Grant]:
    found: dict[str, Grant] = {}
    for id, grant in counts["advice"].get("grants", {}).items():
        firms = shown_share(grant["firms"], counts["firms"])
        if firms is not None:
            amount = grant["amount"] // GRANT_STEP * GRANT_STEP if enough(grant["firms"]) else None
            found[id] = Grant(firms=firms, amount=amount)
    return found


def _measures(counts: Mapping[str, Any]) -> dict[str, Table]:
    chosen = counts["advice"].get("measures", {})
    found = {id: shown_share(firms, counts["firms"]) for id, firms in chosen.items() if enough(firms)}
    return {id: table for id, table in found.items() if table is not None}


def _rows(counts: Mapping[str, Any]) -> dict[str, Table]:
    """The breakdowns that are shown; row `all` is their whole, on their own day."""
    found: dict[str, Table] = {}
    for name in FOLDS:
        rows = counts[name]["rows"]
        shown, whole = shown_breakdown(name, rows), _whole(rows)
        if shown is not None and whole is not None:
            found |= {f"{name}.{row}": table for row, table in ({"all": whole} | shown).items()}
    return found


def view_of(counts: Mapping[str, Any], *, day: str) -> View:
    """What may be shown of one publication; `day` is its own."""
    parts = {name: counts[name]["as_of"] for name in FOLDS}
    parts |= {type_: part["as_of"] for type_, part in counts["by_type"].items()}
    return View(
        firms=counts["firms"],
        types=shown_table(counts["types"], order=TYPE_ORDER),
        stages=shown_table(counts["stages"]),
        needs=shown_table(counts["needs"]),
        traits=_traits(counts), rows=_rows(counts), outcomes=_outcomes(counts),
        measures=_measures(counts), grants=_grants(counts),
        days={name: as_of for name, as_of in parts.items() if as_of != day},
    )
