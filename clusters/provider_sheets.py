"""The directory of helpers as an XLSX list: written out, read back, checked, and taken over as a whole.

A helper is known by kind and name. A column that is missing leaves what is recorded as it is; an empty
cell empties it. One fault anywhere: nothing is stored.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from clusters.models import Provider, User
from clusters.provider_columns import (
    BY_ID,
    COLUMNS,
    KEPT_AS_ID,
    Column,
    Refused,
    Vocabulary,
    as_text,
    headings,
    key,
    understood,
)
from clusters.workbook import Cell, Sheet, UnusableWorkbook, read_workbook, write_workbook


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What is wrong, in the language of the page. `row` as the officer sees it; None for the whole file."""

    row: int | None
    column: str
    message: str


@dataclass(frozen=True, kw_only=True)
class Change:
    """A recorded helper that the file changes; `fields` are the labels of what changes."""

    provider: Provider
    fields: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ImportPlan:
    """What taking the file over would do. With faults it does nothing."""

    added: tuple[Provider, ...] = ()
    changed: tuple[Change, ...] = ()
    unchanged: int = 0
    faults: tuple[Fault, ...] = ()


class HasFaults(Exception):
    """The file cannot be taken over; the plan says why."""

    def __init__(self, plan: ImportPlan) -> None:
        super().__init__(f"{len(plan.faults)} faults")
        self.plan = plan


# --- out ------------------------------------------------------------------------------------


def _cell(column: Column, vocabulary: Vocabulary, provider: Provider) -> Cell:
    value = getattr(provider, column.id)
    if isinstance(value, bool):
        value = "yes" if value else "no"
    if column.id in KEPT_AS_ID:
        return "; ".join(value)
    if column.many:
        return "; ".join(vocabulary.said(id) for id in value)
    return vocabulary.said(value) if column.allowed else value


def _vocabularies() -> dict[str, Vocabulary]:
    return {column.id: Vocabulary.of(column) for column in COLUMNS}


def _list_rows(providers: Sequence[Provider]) -> Iterator[list[Cell]]:
    known = _vocabularies()
    for provider in providers:
        yield [_cell(column, known[column.id], provider) for column in COLUMNS]


def _allowed_rows() -> Iterator[list[Cell]]:
    for column in COLUMNS:
        for id, name in Vocabulary.of(column).names.items():
            yield [str(column.label), id, name.zh, name.en]


def export_providers(providers: Sequence[Provider]) -> bytes:
    """The directory as XLSX, with a second sheet of the values the columns may hold."""
    labels = [str(column.label) for column in COLUMNS]
    return write_workbook([
        Sheet(
            title=_("Directory"), heading=labels, rows=_list_rows(providers),
            widths=[column.width for column in COLUMNS],
        ),
        Sheet(
            title=_("Allowed values"), heading=[_("Column"), _("Id"), "中文", "English"], rows=_allowed_rows(),
            widths=(24, 36, 48, 48),
        ),
    ])


# --- in -------------------------------------------------------------------------------------


class _Reader:
    """Reads the rows of one file and collects what is wrong with them."""

    def __init__(self) -> None:
        self.vocabularies = _vocabularies()
        self.faults: list[Fault] = []
        self.rows_of: dict[tuple[str, str], int] = {}
        self.recorded = {(one.kind, key(one.name)): one for one in Provider.objects.order_by("pk")}
        self.added: list[Provider] = []
        self.changed: list[Change] = []
        self.unchanged = 0

    def fault(self, row: int | None, column: Column | None, message: str) -> None:
        self.faults.append(Fault(row=row, column=str(column.label) if column else "", message=message))

    def columns(self, number: int, heading: Sequence[Any]) -> list[Column | None]:
        """The column of each cell; faults for headings that are unknown, doubled or missing."""
        known, found = headings(), [None if value is None else as_text(value) for value in heading]
        columns = [BY_ID.get(known.get(key(text), "")) if text else None for text in found]
        for text, column in zip(found, columns, strict=True):
            if text and column is None:
                allowed = ", ".join(str(one.label) for one in COLUMNS)
                self.fault(number, None, _("There is no column “%(text)s”. The columns are: %(allowed)s.") % {
                    "text": text[:60], "allowed": allowed,
                })
        for column in COLUMNS:
            if columns.count(column) > 1:
                self.fault(number, column, _("This column stands there twice."))
            if column.required and column not in columns:
                self.fault(number, column, _("This column is missing."))
        return columns

    def row(self, number: int, columns: Sequence[Column | None], cells: Sequence[Any]) -> None:
        before = len(self.faults)
        values: dict[str, Any] = {}
        for column, value in zip(columns, cells, strict=True):
            if column is not None:
                self._read_cell(number, column, value, values)
            elif value is not None:
                self.fault(number, None, _("A cell stands in a column without a heading."))
        if len(self.faults) == before and self._is_new(number, values):
            self._take(number, values)

    def _read_cell(self, number: int, column: Column, value: Any, values: dict[str, Any]) -> None:
        try:
            values[column.id] = understood(column, value, self.vocabularies[column.id])
        except Refused as refused:
            self.fault(number, column, str(refused))

    def _is_new(self, number: int, values: Mapping[str, Any]) -> bool:
        first = self.rows_of.setdefault((values["kind"], key(values["name"])), number)
        if first != number:
            self.fault(number, BY_ID["name"], _("The same kind and name stand in row %(row)s.") % {"row": first})
        return first == number

    def _take(self, number: int, values: Mapping[str, Any]) -> None:
        provider = self.recorded.get((values["kind"], key(values["name"]))) or Provider()
        differing = [id for id, value in values.items() if getattr(provider, id) != value]
        for id in differing:
            setattr(provider, id, values[id])
        try:
            provider.clean_fields()
            provider.clean()
        except ValidationError as error:
            for id, messages in error.message_dict.items():
                self.fault(number, BY_ID.get(id), " ".join(messages))
            return
        if provider.pk is None:
            self.added.append(provider)
        elif differing:
            labels = tuple(str(BY_ID[id].label) for id in differing)
            self.changed.append(Change(provider=provider, fields=labels))
        else:
            self.unchanged += 1

    def plan(self) -> ImportPlan:
        if self.faults:
            return ImportPlan(faults=tuple(self.faults))
        return ImportPlan(added=tuple(self.added), changed=tuple(self.changed), unchanged=self.unchanged)


def _padded(row: list[Any], width: int) -> list[Any]:
    return row + [None] * (width - len(row))


def plan_import(data: bytes) -> ImportPlan:
    """What the file would do, without doing it."""
    reader = _Reader()
    try:
        rows = read_workbook(data)
    except UnusableWorkbook as error:
        return ImportPlan(faults=(Fault(row=None, column="", message=str(error)),))
    if len(rows) < 2:
        return ImportPlan(faults=(Fault(row=None, column="", message=_("The list has no rows.")),))
    columns = reader.columns(*rows[0])
    if not reader.faults:
        for number, cells in rows[1:]:
            width = max(len(columns), len(cells))
            reader.row(number, _padded(columns, width), _padded(cells, width))
    return reader.plan()


@transaction.atomic
def import_providers(*, data: bytes, by: User) -> ImportPlan:
    """Take the whole file over, or nothing of it; raises HasFaults."""
    list(Provider.objects.select_for_update().order_by("pk").values_list("pk"))  # nobody else meanwhile
    plan = plan_import(data)
    if plan.faults:
        raise HasFaults(plan)
    Provider.objects.bulk_create(plan.added)
    for change in plan.changed:
        change.provider.save()
    message = _("Imported from a list")
    LogEntry.objects.log_actions(by.pk, plan.added, ADDITION, change_message=message)
    LogEntry.objects.log_actions(by.pk, [change.provider for change in plan.changed], CHANGE, change_message=message)
    return plan
