"""Numbers of the cluster view in words: firms, shares and what firms reported, exact, as a range, or hidden.

Figure: one line of a chart and of its table, plain data:
    {"id", "name": T, "count": str | None, "of": str | None, "share": str | None, "low", "high": percent,
     "state": "exact" | "range" | "few" | "hidden", "note": T | None,
     "paper": {"value": T, "section", "percent"} | None}
`few` are fewer than THRESHOLD firms.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil, floor
from typing import Any, Final

from clusters.domain.evidence import Reference
from diagnosis.domain.cluster_cells import Cell
from diagnosis.domain.cluster_view import Spread, Table
from diagnosis.domain.disclosure import THRESHOLD
from diagnosis.domain.wording import Said, Wording

Figure = dict[str, Any]
ONE_DECIMAL: Final = 200  # firms from which on shares are given with a decimal
FEW: Final = f"<{THRESHOLD}"


def number(value: int) -> str:
    return f"{value:,}"


def cell_text(cell: Cell) -> str:
    if cell.exact:
        return number(cell.low)
    return FEW if cell.is_small else f"{number(cell.low)}–{number(cell.high)}"


def percents(part: Cell, of: Cell) -> tuple[float, float]:
    """Lowest and highest share in percent."""
    high = min(100.0, 100 * part.high / of.low) if of.low else 100.0
    return (100 * part.low / of.high if of.high else 0.0), high


def _plain(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def share_text(part: Cell, of: Cell) -> str:
    """"12.5%", or "92–98%" for a range; in a small group in whole percent."""
    low, high = percents(part, of)
    if part.exact and of.exact:
        return f"{_plain(low) if of.low >= ONE_DECIMAL else floor(low + 0.5)}%"
    fine = 10 if of.low >= ONE_DECIMAL else 1
    least, most = floor(low * fine) / fine, ceil(high * fine) / fine
    return f"{_plain(least)}%" if least == most else f"{_plain(least)}–{_plain(most)}%"


def signed(value: int) -> str:
    """A change in percent, with its sign."""
    return f"{'+' if value > 0 else '−' if value < 0 else ''}{abs(value)}%"


def points(value: float) -> str:
    """A difference in percentage points, with its sign."""
    rounded = round(value, 1)
    return f"{'+' if rounded > 0 else '−' if rounded < 0 else ''}{_plain(abs(rounded))}"


@dataclass(frozen=True, kw_only=True)
class Words:
    """Words of the view, the paper's figures by id, and how many clusters stand in the view."""

    view: Wording
    references: Mapping[str, Reference]
    clusters: int = 1

    def say(self, key: str, **filled: Said | str | int) -> Said:
        return self.view.say(key, **filled)

    def paper(self, id: str | None) -> dict[str, Any] | None:
        """A figure of the paper; `percent` is where it stands on a bar from 0 to 100."""
        if id is None:
            return None
        one = self.references[id]
        return {"value": one.text.to_dict(), "section": one.section, "percent": float(one.value)}

    def figure(
        self, id: str, name: Said, table: Table | None, *cells: str, of: Cell | None = None, paper: str | None = None
    ) -> Figure:
        """A line for the firms that are one of `cells` (`yes` if none is named)."""
        base: Figure = {"id": id, "name": name, "paper": self.paper(paper), "note": None}
        if table is None or (of or table.of).high == 0:
            return {**base, "count": None, "of": None, "share": None, "low": 0.0, "high": 0.0, "state": "hidden"}
        part, whole = table.part(*(cells or ("yes",))), of or table.of
        low, high = percents(part, whole)
        state = "exact" if part.exact and whole.exact else "few" if part.is_small else "range"
        return {
            **base, "count": cell_text(part), "of": cell_text(whole), "share": share_text(part, whole),
            "low": round(low, 2), "high": round(high, 2), "state": state, "note": self._from(table),
        }

    def _from(self, table: Table) -> Said | None:
        """Said where some clusters show this and others do not."""
        if table.clusters == self.clusters:
            return None
        return self.say("from_clusters", some=table.clusters, all=self.clusters)

    def spread(self, spread: Spread | None) -> Said:
        """Median and middle half of a change in percent, with how many firms said it."""
        if spread is None:
            return self.say("hidden")
        firms = self.say("firms_or_more", count=spread.firms)
        low, middle, high = (signed(spread.quarter(quarter)) for quarter in (1, 2, 3))
        return self.say("spread", low=low, middle=middle, high=high, firms=firms)

    def difference(self, one: Figure, other: Figure) -> Said | None:
        """By how many percentage points the first is above the second, or from how many to how many; None if hidden."""
        if "hidden" in (one["state"], other["state"]):
            return None
        low, high = (points(one["low"] - other["high"]), points(one["high"] - other["low"]))
        return self.say("points", value=low) if low == high else self.say("points_range", low=low, high=high)
