"""Exported rows of the officers' list: fetched in batches, so that memory stays flat whatever their number.

A batch is one short query that goes on after the last row of the batch before. No transaction and no cursor
stays open while a slow line takes the file, a row that changes meanwhile is in the file once, and each
batch asks anew what the person may see at that moment. Every submission in a batch gets an event before the
batch leaves the house; the export as a whole is logged when it begins and when it ends, with the rows that
left.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from typing import Any, Final

from django.db.models import QuerySet

from clusters.audit import record
from clusters.csv_out import csv_lines, csv_rows
from clusters.models import AuditKind, User
from clusters.workbook import Cell
from diagnosis.export_columns import PARTS, TABLE, Column, columns
from diagnosis.list_filters import Wanted
from diagnosis.models import Event, EventKind, Submission

BATCH: Final = 500
EVENTS_AT_ONCE: Final = 1_000

Rows = QuerySet[Submission]


@dataclass(frozen=True, kw_only=True)
class Form:
    """How the rows are written: with all answers or without, as ids or in words, in which format."""

    format: str
    answers: bool
    ids: bool


def batches(rows: Callable[[], Rows], form: Form) -> Iterator[list[Submission]]:
    """The rows from the newest number down; `rows` is asked anew for each batch."""
    heavy = ("answers",) if form.answers else ()
    after: int | None = None
    while True:
        part = rows().order_by("-pk")
        part = part if after is None else part.filter(pk__lt=after)
        part = part.select_related("officer").only(*TABLE, *heavy).annotate(**PARTS)
        found = list(part[:BATCH])
        if found:
            yield found
        if len(found) < BATCH:
            return
        after = found[-1].pk


def note(wanted: Wanted, form: Form, *, by: User, **detail: Any) -> None:
    """One entry in the log about an export of this list."""
    noted = {"list": "submissions", **asdict(form), "filters": dict(wanted.values), **detail}
    record(AuditKind.LIST_EXPORTED, by=by, clusters=wanted.clusters, **noted)


def log_exported(pks: Iterable[int], *, by: User, **detail: Any) -> None:
    """The log of each submission says that it went out."""
    events = (Event(submission_id=pk, kind=EventKind.EXPORTED, actor=by, detail=detail) for pk in pks)
    while part := list(islice(events, EVENTS_AT_ONCE)):
        Event.objects.bulk_create(part)


def table(found: Sequence[Column], batch: Sequence[Submission]) -> Iterator[list[Cell]]:
    for row in batch:
        yield [column.cell(row) for column in found]


def csv_chunks(wanted: Wanted, form: Form, *, by: User) -> Iterator[bytes]:
    """The rows as CSV, a chunk for each batch. The words are fixed here, in the language of the page."""
    return _csv_chunks(columns(answers=form.answers, ids=form.ids), wanted, form, by)


def _csv_chunks(found: Sequence[Column], wanted: Wanted, form: Form, by: User) -> Iterator[bytes]:
    note(wanted, form, by=by, step="begun")
    left, whole = 0, False
    try:
        yield "".join(csv_lines([column.heading for column in found], ())).encode()
        for batch in batches(lambda: wanted.as_now().rows(), form):
            log_exported([row.pk for row in batch], by=by, format=form.format, answers=form.answers)
            left += len(batch)
            yield "".join(csv_rows(table(found, batch))).encode()
        whole = True
    finally:
        note(wanted, form, by=by, step="ended", rows=left, whole=whole)


__all__ = ["BATCH", "Form", "batches", "csv_chunks", "log_exported", "note", "table"]
