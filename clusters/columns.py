"""Columns of a list that officers bring as a table, and how a cell of each is understood.

Ids and names of either language are understood, whatever their case, width or spaces.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from typing import Any, Final

from django.utils import translation
from django.utils.translation import gettext as _

from clusters.content import get_places
from clusters.domain.content_file import Text
from clusters.domain.languages import LANGUAGES
from clusters.localised import short_language
from clusters.workbook import Cell, Formula

SHORT_LIST: Final = 15  # allowed values that are all named in a message
BETWEEN: Final = re.compile(r"[;；\n]+")
BETWEEN_IDS: Final = re.compile(r"[,，、]+")

Names = Mapping[str, Text]  # of the allowed values by id


class Refused(Exception):
    """A cell that cannot be understood."""


def enum_names(enum: Any) -> Names:
    """The labels of a TextChoices in both languages."""
    said: dict[str, dict[str, str]] = {value: {} for value in enum.values}
    for language in LANGUAGES:
        with translation.override(language.code):
            for value, label in enum.choices:
                said[value][language.key] = str(label)
    return {value: Text(**names) for value, names in said.items()}


def county_names() -> Names:
    return {place.id: place.name for place in get_places().counties}


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column. `allowed` names the values a cell may hold; `many`: several of them. `aliases` are other
    headings it is known by; `read` understands a cell in its own way."""

    id: str
    label: Any
    allowed: Callable[[], Names] | None = None
    many: bool = False
    required: bool = False
    width: int = 24
    aliases: tuple[str, ...] = ()
    read: Callable[[Column, Any, Vocabulary], Any] | None = None


def key(text: str) -> str:
    """A text as it is compared: without regard to case, width and spaces."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _known(names: Names) -> dict[str, str]:
    spellings = {key(text): id for id, name in names.items() for text in name.to_dict().values()}
    return spellings | {key(id): id for id in names}


@dataclass(frozen=True, kw_only=True)
class Vocabulary:
    """The allowed values of a column and every spelling of them that is understood."""

    names: Names
    spellings: Mapping[str, str]

    @classmethod
    def of(cls, column: Column) -> Vocabulary:
        names = column.allowed() if column.allowed else {}
        return cls(names=names, spellings=_known(names))

    def said(self, id: str) -> str:
        known = self.names.get(id)
        return str(getattr(known, short_language())) if known else id


def headings(columns: Iterable[Column]) -> dict[str, str]:
    """Column ids by heading, in both languages, as an alias or as the id itself."""
    columns = tuple(columns)
    found = {key(text): column.id for column in columns for text in (*column.aliases, column.id)}
    for language in LANGUAGES:
        with translation.override(language.code):
            found |= {key(str(column.label)): column.id for column in columns}
    return found


def allowed_rows(columns: Sequence[Column]) -> Iterator[list[Cell]]:
    """Every value the columns may hold: column, id and both names."""
    for column in columns:
        for id, name in Vocabulary.of(column).names.items():
            yield [str(column.label), id, *name.to_dict().values()]


def _unknown(value: str, vocabulary: Vocabulary) -> str:
    allowed = list(vocabulary.names)
    if len(allowed) > SHORT_LIST:
        near = get_close_matches(value, allowed, n=5, cutoff=0.4)
        message = _("“%(value)s” is not known. Similar: %(near)s. The second sheet of the exported list names all.")
        return message % {"value": value[:60], "near": ", ".join(near) or "–"}
    said = ", ".join(f"{id} ({vocabulary.said(id)})" for id in allowed)
    return _("“%(value)s” is not known. Allowed: %(allowed)s.") % {"value": value[:60], "allowed": said}


def _pieces(text: str, known: Mapping[str, str]) -> list[str]:
    """The texts between semicolons and line ends; commas part ids, but may stand within a name."""
    found: list[str] = []
    for piece in BETWEEN.split(text):
        found += [piece] if key(piece) in known else BETWEEN_IDS.split(piece)
    return [piece.strip() for piece in found if piece.strip()]


def as_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return value.isoformat() if isinstance(value, date) else str(value)


def as_ids(column: Column, value: Any, vocabulary: Vocabulary) -> list[str]:
    """The ids a cell names; raises Refused."""
    text, known = as_text(value), vocabulary.spellings
    pieces = _pieces(text, known) if column.many else [text]
    for piece in pieces:
        if key(piece) not in known:
            raise Refused(_unknown(piece, vocabulary))
    return list(dict.fromkeys(known[key(piece)] for piece in pieces))


def understood(column: Column, value: Any, vocabulary: Vocabulary) -> Any:
    """The value of a cell as the field takes it; raises Refused."""
    if isinstance(value, Formula):
        raise Refused(_("This cell holds a formula. Write the value itself."))
    if value is None and column.required:
        raise Refused(_("This cell must not be empty."))
    if column.read is not None:
        return column.read(column, value, vocabulary)
    if column.allowed is None:
        return as_text(value)
    if value is None and not column.many:
        return ""
    ids = as_ids(column, value, vocabulary)
    return ids if column.many else ids[0]
