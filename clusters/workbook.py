"""XLSX in and out without surprises: texts stay texts, and a file cannot hurt the server.

Out: every text is written as a string cell. One that a spreadsheet program could take for a formula
gets an apostrophe in front (also after a round through CSV); characters XML does not know are dropped.
In: size, number of rows and unpacked size are limited before anything is parsed; a file with a
document type or with entities is refused; formulas are reported, not computed.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, BinaryIO, Final

import xlsxwriter
from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.cell.cell import TYPE_FORMULA
from openpyxl.utils.exceptions import InvalidFileException

MOST_BYTES: Final = 2 * 1024 * 1024
MOST_UNPACKED: Final = 30 * 1024 * 1024
MOST_PARTS: Final = 200
MOST_ROWS: Final = 5_000
MOST_COLUMNS: Final = 60
EMPTY_ROWS_READ: Final = 2_000  # a sheet with more empty rows among its rows is not read on

# What a spreadsheet program may take for a formula: the signs in every width, also after blanks it drops.
STARTS_A_FORMULA: Final = re.compile("[\t\r\0]|[\\s\u200b-\u200f\u2060\ufeff]*[=+\\-@＝＋－＠﹦﹢﹣﹫]")
ILLEGAL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
WRITTEN_CR: Final = "_x000D_"  # how the format writes CR, for which XML itself has no place
UNREADABLE: Final = (  # what the reader raises for packages that are no workbook after all
    InvalidFileException, KeyError, ValueError, IndexError, TypeError, AttributeError, SyntaxError, OSError,
    OverflowError,
)
BEFORE_XML: Final = b"\xef\xbb\xbf\xfe\xff\0 \t\r\n"  # byte order marks, blanks, half a character
SHEET_XML: Final = re.compile(rb"<!\s*(DOCTYPE|ENTITY)", re.IGNORECASE)

Cell = str | int | float | bool | date | None


class UnusableWorkbook(Exception):
    """The file cannot be read as a small table; the message says why, in the language of the page."""


@dataclass(frozen=True, kw_only=True)
class Formula:
    """Stands for a cell that holds a formula."""

    text: str


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """A sheet to be written: texts, numbers and dates."""

    title: str
    heading: Sequence[str]
    rows: Iterable[Sequence[Cell]]
    widths: Sequence[int] = field(default_factory=tuple)


def neutral(text: str) -> str:
    """The text without characters XML does not know, and never the start of a formula."""
    risky = STARTS_A_FORMULA.match(text)
    clean = ILLEGAL.sub("", text)
    return f"'{clean}" if risky or STARTS_A_FORMULA.match(clean) else clean


def plain(text: str) -> str:
    """The text as it was before `neutral`."""
    return text[1:] if text.startswith("'") and STARTS_A_FORMULA.match(text, 1) else text


def write_workbook(sheets: Iterable[Sheet]) -> bytes:
    """The sheets as an XLSX file; the first row of each is its heading and stays in sight."""
    target = io.BytesIO()
    _write_sheets(target, sheets, in_memory=True)
    return target.getvalue()


def write_long_workbook(target: BinaryIO, sheets: Iterable[Sheet]) -> None:
    """The same in flat memory, whatever the number of rows; they are taken one by one, sheet after sheet."""
    _write_sheets(target, sheets, constant_memory=True)


def _write_sheets(target: BinaryIO, sheets: Iterable[Sheet], **how: bool) -> None:
    options = {"strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False, **how}
    with xlsxwriter.Workbook(target, options) as book:
        styles = {
            "head": book.add_format({"bold": True, "bg_color": "#E2EEEC", "text_wrap": True, "valign": "top"}),
            "text": book.add_format({"text_wrap": True, "valign": "top"}),
            "date": book.add_format({"num_format": "yyyy-mm-dd", "valign": "top"}),
        }
        for sheet in sheets:
            _write_sheet(book.add_worksheet(sheet.title), sheet, styles)


def _write_sheet(target: Any, sheet: Sheet, styles: dict[str, Any]) -> None:
    target.freeze_panes(1, 0)
    for column, label in enumerate(sheet.heading):
        target.write_string(0, column, neutral(label), styles["head"])
        target.set_column(column, column, sheet.widths[column] if column < len(sheet.widths) else 24)
    for number, row in enumerate(sheet.rows, start=1):
        for column, value in enumerate(row):
            _write_cell(target, number, column, value, styles)


def _write_cell(target: Any, row: int, column: int, value: Cell, styles: dict[str, Any]) -> None:
    if value is None or value == "":
        return
    if isinstance(value, str):
        target.write_string(row, column, neutral(value), styles["text"])
    elif isinstance(value, bool):
        target.write_boolean(row, column, value)
    elif isinstance(value, date):
        target.write_datetime(row, column, value, styles["date"])
    else:
        target.write_number(row, column, value)


def _check_package(data: bytes) -> None:
    if len(data) > MOST_BYTES:
        raise UnusableWorkbook(_("The file is larger than 2 MB."))
    if not zipfile.is_zipfile(io.BytesIO(data)):
        raise UnusableWorkbook(_("This is not an XLSX file."))
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            _check_parts(package)
    except (zipfile.BadZipFile, zlib.error, OSError, RuntimeError, NotImplementedError, EOFError, ValueError) as error:
        raise UnusableWorkbook(_("This is not an XLSX file.")) from error


def _check_parts(package: zipfile.ZipFile) -> None:
    """Unpacked once under a limit: what the file says about its own size is not believed."""
    parts = package.infolist()
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise UnusableWorkbook(_("The file unpacks to far more than a list needs. Save it again without pictures."))
    for part in parts:
        with package.open(part) as stream:
            content = stream.read(MOST_UNPACKED + 1)
        if len(content) > MOST_UNPACKED or _hides_entities(part.filename, content):
            raise UnusableWorkbook(_("The file holds parts that do not belong in a list."))


def _hides_entities(name: str, content: bytes) -> bool:
    """Document types and entities; also any encoding in which they could not be found this way.

    A part is XML whatever it is called: the package itself says under which name a sheet lies.
    """
    if not (name.endswith((".xml", ".rels", ".vml")) or content.lstrip(BEFORE_XML).startswith(b"<")):
        return False
    return b"\0" in content or SHEET_XML.search(content) is not None


def read_workbook(data: bytes) -> list[tuple[int, list[Any]]]:
    """Rows of the first sheet that hold anything, each up to its last filled cell, with its number.

    The first of them is the heading. Raises UnusableWorkbook.
    """
    _check_package(data)
    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
        try:
            return _read_rows(book.worksheets[0])
        finally:
            book.close()
    except UnusableWorkbook:
        raise
    except UNREADABLE as error:
        raise UnusableWorkbook(_("The file cannot be read. Save it again as XLSX.")) from error


def _read_rows(sheet: Any) -> list[tuple[int, list[Any]]]:
    found: list[tuple[int, list[Any]]] = []
    empty = 0
    sheet.reset_dimensions()  # what the file says of its own extent is not believed
    for number, cells in enumerate(sheet.iter_rows(max_col=MOST_COLUMNS), start=1):
        row = _without_empty_end([_value(cell) for cell in cells])
        if row:
            found.append((number, row))
        else:
            empty += 1
        if len(found) > MOST_ROWS + 1 or empty > EMPTY_ROWS_READ:
            raise UnusableWorkbook(_("The list has more than 5,000 rows, or very many empty ones."))
    return found


def _without_empty_end(row: list[Any]) -> list[Any]:
    filled = [index for index, value in enumerate(row) if value is not None]
    return row[: filled[-1] + 1] if filled else []


def _value(cell: Any) -> Any:
    if cell.value is None:
        return None
    if cell.data_type == TYPE_FORMULA:
        return Formula(text=str(cell.value)[:40])
    if isinstance(cell.value, datetime):
        return cell.value.date()
    if isinstance(cell.value, str):
        return plain(ILLEGAL.sub("", cell.value.replace(WRITTEN_CR, "\r")).strip()) or None
    return cell.value
