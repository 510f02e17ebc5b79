"""Pages of a list that stay quick however long it is.

A list of up to MOST_COUNTED rows is counted, has page numbers and may be sorted by any column. A longer one
is "more than 1,000", in order of time, and goes from page to page by the place where the last one ended:
an index finds that place as quickly on page 10,000 as on page 1.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from django.core.paginator import Paginator
from django.db.models import BooleanField, DateTimeField, F, Func, QuerySet, Value
from django.db.models.lookups import GreaterThan, LessThan
from django.utils.functional import cached_property

from diagnosis.models import Submission

MOST_COUNTED: Final = 1000
NEWEST_FIRST: Final = ("-submitted_at", "-pk")
OLDEST_FIRST: Final = ("submitted_at", "pk")
PLACE: Final = re.compile(r"(on|back)\.(\d{1,17})\.(\d{1,18})", re.ASCII)
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

Rows = QuerySet[Submission]


def capped_count(rows: QuerySet[Any], most: int) -> int:
    """The number of rows, or `most` + 1 for any more. Counted in the order of the list, along its index."""
    return rows[: most + 1].count()


class ShortListPaginator(Paginator):  # type: ignore[type-arg]
    """Django's paginator, counting no further than needed to know that the list is long."""

    @cached_property
    def count(self) -> int:
        return capped_count(self.object_list, MOST_COUNTED)  # type: ignore[arg-type]

    @property
    def is_short(self) -> bool:
        return self.count <= MOST_COUNTED


@dataclass(frozen=True, kw_only=True)
class Slice:
    """One page of a long list; `back` and `on` are the places of the pages around it, empty at the ends."""

    rows: list[Submission]
    back: str
    on: str


def _tuple(*parts: Any) -> Func:
    return Func(*parts, template="(%(expressions)s)", output_field=BooleanField())


def _place(direction: str, row: Submission) -> str:
    assert row.submitted_at is not None  # drafts are out of sight
    return f"{direction}.{(row.submitted_at - EPOCH) // timedelta(microseconds=1)}.{row.pk}"


def _beyond(rows: Rows, direction: str, at: datetime, pk: int, oldest_first: bool) -> Rows:
    """The rows on that side of the place, the nearest first."""
    rising = (direction == "on") == oldest_first
    here = _tuple(F("submitted_at"), F("pk"))
    place = _tuple(Value(at, DateTimeField()), Value(pk))
    compare = GreaterThan if rising else LessThan
    return rows.filter(compare(here, place)).order_by(*(OLDEST_FIRST if rising else NEWEST_FIRST))


def page_at(rows: Rows, place: str, size: int, *, oldest_first: bool = False) -> Slice:
    """The page at a place given by a page before; anything that is no place is the start."""
    found = PLACE.fullmatch(place)
    if found is None:
        part = list(rows.order_by(*(OLDEST_FIRST if oldest_first else NEWEST_FIRST))[: size + 1])
        return _slice(part[:size], before=False, after=len(part) > size)
    direction, moment, pk = found.groups()
    at = EPOCH + timedelta(microseconds=int(moment))
    part = list(_beyond(rows, direction, at, int(pk), oldest_first)[: size + 1])
    more = len(part) > size
    if direction == "on":
        return _slice(part[:size], before=True, after=more)
    return _slice(part[:size][::-1], before=more, after=True)


def _slice(rows: list[Submission], *, before: bool, after: bool) -> Slice:
    return Slice(
        rows=rows, back=_place("back", rows[0]) if rows and before else "",
        on=_place("on", rows[-1]) if rows and after else "",
    )


__all__ = [
    "MOST_COUNTED", "NEWEST_FIRST", "OLDEST_FIRST", "ShortListPaginator", "Slice", "capped_count", "page_at",
]
