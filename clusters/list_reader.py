"""A list brought as XLSX: its heading and cells understood, every fault collected by row, nothing stored.

A kind of list gives its columns and says in `take` what a row without faults means.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from clusters.columns import Column, Refused, Vocabulary, as_text, headings, key, understood
from clusters.workbook import UnusableWorkbook, read_workbook


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What is wrong, in the language of the page. `row` as the officer sees it; None for the whole file."""

    row: int | None
    column: str
    message: str


class HasFaults(Exception):
    """The file cannot be taken over; the plan's `faults` say why."""

    def __init__(self, plan: Any) -> None:
        super().__init__(f"{len(plan.faults)} faults")
        self.plan = plan


class ListReader:
    """Reads the rows of one file and collects what is wrong with them."""

    def __init__(self, columns: Sequence[Column]) -> None:
        self.all_columns = tuple(columns)
        self.by_id = {column.id: column for column in columns}
        self.vocabularies = {column.id: Vocabulary.of(column) for column in columns}
        self.faults: list[Fault] = []
        self._rows_of: dict[Any, int] = {}

    def take(self, number: int, values: Mapping[str, Any]) -> None:
        """What a row without faults means; may still find faults."""
        raise NotImplementedError

    def read(self, data: bytes) -> None:
        """The whole file. Afterwards `faults` says what is wrong with it."""
        try:
            rows = read_workbook(data)
        except UnusableWorkbook as error:
            self.fault(None, None, str(error))
            return
        if len(rows) < 2:
            self.fault(None, None, _("The list has no rows."))
            return
        columns = self._columns(*rows[0])
        if not self.faults:
            for number, cells in rows[1:]:
                width = max(len(columns), len(cells))
                self._row(number, _padded(columns, width), _padded(cells, width))

    def fault(self, row: int | None, column: Column | None, message: str) -> None:
        self.faults.append(Fault(row=row, column=str(column.label) if column else "", message=message))

    def first_row_of(self, number: int, mark: Any) -> int | None:
        """The earlier row that has the same mark; None for the first one."""
        first = self._rows_of.setdefault(mark, number)
        return None if first == number else first

    def _columns(self, number: int, heading: Sequence[Any]) -> list[Column | None]:
        """The column of each cell; faults for headings that are unknown, doubled or missing."""
        known, found = headings(self.all_columns), [None if value is None else as_text(value) for value in heading]
        columns = [self.by_id.get(known.get(key(text), "")) if text else None for text in found]
        for text, column in zip(found, columns, strict=True):
            if text and column is None:
                allowed = ", ".join(str(one.label) for one in self.all_columns)
                self.fault(number, None, _("There is no column “%(text)s”. The columns are: %(allowed)s.") % {
                    "text": text[:60], "allowed": allowed,
                })
        for column in self.all_columns:
            if columns.count(column) > 1:
                self.fault(number, column, _("This column stands there twice."))
            if column.required and column not in columns:
                self.fault(number, column, _("This column is missing."))
        return columns

    def _row(self, number: int, columns: Sequence[Column | None], cells: Sequence[Any]) -> None:
        before = len(self.faults)
        values: dict[str, Any] = {}
        for column, value in zip(columns, cells, strict=True):
            if column is not None:
                self._read_cell(number, column, value, values)
            elif value is not None:
                self.fault(number, None, _("A cell stands in a column without a heading."))
        if len(self.faults) == before:
            self.take(number, values)

    def _read_cell(self, number: int, column: Column, value: Any, values: dict[str, Any]) -> None:
        try:
            values[column.id] = understood(column, value, self.vocabularies[column.id])
        except Refused as refused:
            self.fault(number, column, str(refused))


def _padded(row: list[Any], width: int) -> list[Any]:
    return row + [None] * (width - len(row))
