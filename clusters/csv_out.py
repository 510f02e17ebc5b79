"""A table as CSV, line by line: UTF-8 with the mark that spreadsheet programs need to read Chinese, and no cell
that they would take for a formula. Numbers stay numbers."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from django.http import StreamingHttpResponse
from django.utils.http import content_disposition_header

from clusters.workbook import Cell, neutral

MARK: Final = "\ufeff"


class _Echo:
    """A file for the csv writer that hands back what it is given."""

    def write(self, text: str) -> str:
        return text


def csv_rows(rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    """The lines of some rows, for a table that is written in parts."""
    writer = csv.writer(_Echo())
    for row in rows:
        yield writer.writerow([neutral(cell) if isinstance(cell, str) else cell for cell in row])


def csv_lines(heading: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    """The mark, the heading and the rows: a whole file."""
    yield MARK
    yield from csv_rows([heading])
    yield from csv_rows(rows)


def csv_answer(file_name: str, heading: Sequence[str], rows: Iterable[Sequence[Cell]]) -> StreamingHttpResponse:
    """The table as a download that no cache keeps."""
    return StreamingHttpResponse(
        csv_lines(heading, rows), content_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": content_disposition_header(True, file_name) or "attachment",
            "Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff",
        },
    )
