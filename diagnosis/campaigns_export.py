"""The firms of a campaign with the state of each, as a table."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, Final

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clusters.content import get_places
from diagnosis.campaigns import Progress
from diagnosis.campaigns_mail import fault_words
from diagnosis.campaigns_wording import personal_address
from diagnosis.invitation_codes import spaced
from diagnosis.localised import said
from diagnosis.models import Invitation

Cell = Callable[[Any], str]


def county_name(id: str) -> str:
    place = get_places().county.get(id)
    return said(place.name) if place else id


def _day(moment: datetime | None) -> str:
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M}" if moment else ""


# Heading and cell; whoever may change nothing gets no codes: with one a diagnosis can be begun.
COLUMNS: Final[tuple[tuple[Any, Cell], ...]] = (
    (_("Name"), lambda row: row.company_name),
    (_("Unified social credit code"), lambda row: row.uscc),
    (_("County"), lambda row: county_name(row.county)),
    (_("Size"), lambda row: str(row.get_size_class_display())),
    (_("Contact"), lambda row: row.contact),
    (_("E-mail"), lambda row: row.email),
    (_("Language"), lambda row: row.language),
    (_("State"), lambda row: str(Progress(row.progress).label)),
    (_("Mailed"), lambda row: _day(row.mailed_at)),
    (_("Mail fault"), lambda row: fault_words(row.mail_fault) if row.mail_fault else ""),
    (_("Letter printed"), lambda row: _day(row.printed_at)),
    (_("Reminders"), lambda row: str(row.reminders)),
    (_("Last reminder"), lambda row: _day(row.reminded_at)),
    (_("Opened"), lambda row: _day(row.opened_at)),
    (_("No more reminders wanted"), lambda row: _day(row.stopped_at)),
)
SECRETS: Final[tuple[tuple[Any, Cell], ...]] = (
    (_("Invitation code"), lambda row: spaced(row.code)),
    (_("Personal link"), personal_address),
)


def heading(*, codes: bool) -> list[str]:
    return [str(label) for label, _cell in _columns(codes)]


def lines(rows: QuerySet[Invitation], *, codes: bool) -> Iterator[list[str]]:
    """Invitations with progress as cells, a thousand at a time."""
    columns = _columns(codes)
    for row in rows.iterator(chunk_size=1_000):
        yield [cell(row) for _label, cell in columns]


def _columns(codes: bool) -> tuple[tuple[Any, Cell], ...]:
    return (*COLUMNS, *SECRETS) if codes else COLUMNS
