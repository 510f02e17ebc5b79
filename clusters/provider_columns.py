"""The columns of the directory of helpers as a list, and how a cell of each is understood.

Ids and names of either language are understood, whatever their case, width or spaces.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from typing import Any, Final

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clusters.content import get_places
from clusters.domain.content_file import Text
from clusters.models import ClusterId, ProviderKind
from clusters.topics import get_topics
from clusters.workbook import Formula

SHORT_LIST: Final = 15  # allowed values that are all named in a message
BETWEEN: Final = re.compile(r"[;；\n]+")
BETWEEN_IDS: Final = re.compile(r"[,，、]+")
YES_NO: Final[Mapping[str, Text]] = {"yes": Text(zh="是", en="yes"), "no": Text(zh="否", en="no")}
SHORT: Final = {"zh-hans": "zh", "en": "en"}

Names = Mapping[str, Text]  # of the allowed values by id


def _enum_names(enum: Any) -> Names:
    said: dict[str, dict[str, str]] = {value: {} for value in enum.values}
    for language, short in SHORT.items():
        with translation.override(language):
            for value, label in enum.choices:
                said[value][short] = str(label)
    return {value: Text(**names) for value, names in said.items()}


def _county_names() -> Names:
    return {place.id: place.name for place in get_places().counties}


def _topic_names() -> Names:
    return {topic.id: topic.name for topic in get_topics().values()}


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column. `allowed` names the values a cell may hold; `many`: several of them."""

    id: str
    label: Any
    allowed: Callable[[], Names] | None = None
    many: bool = False
    required: bool = False
    width: int = 24


COLUMNS: Final = (
    Column(id="kind", label=gettext_lazy("Kind"), allowed=lambda: _enum_names(ProviderKind), required=True),
    Column(id="name", label=gettext_lazy("Name"), required=True, width=36),
    Column(id="clusters", label=gettext_lazy("Clusters"), allowed=lambda: _enum_names(ClusterId), many=True),
    Column(id="counties", label=gettext_lazy("Counties"), allowed=_county_names, many=True),
    Column(id="topics", label=gettext_lazy("Helps with"), allowed=_topic_names, many=True, required=True, width=48),
    Column(id="contact", label=gettext_lazy("Contact"), required=True, width=36),
    Column(id="website", label=gettext_lazy("Website")),
    Column(id="source", label=gettext_lazy("Where the record comes from"), required=True, width=36),
    Column(id="verified_on", label=gettext_lazy("Verified on"), width=14),
    Column(id="active", label=gettext_lazy("Shown in reports"), allowed=lambda: YES_NO, width=10),
)
BY_ID: Final = {column.id: column for column in COLUMNS}
KEPT_AS_ID: Final = frozenset({"topics"})  # their names are sentences


def language() -> str:
    """`zh` or `en`: the language of the page."""
    return SHORT.get(translation.get_language() or "", "zh")


def key(text: str) -> str:
    """A text as it is compared: without regard to case, width and spaces."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _known(names: Names) -> dict[str, str]:
    spellings = {key(text): id for id, name in names.items() for text in (name.zh, name.en)}
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
        return str(getattr(known, language())) if known else id


def headings() -> dict[str, str]:
    """Column ids by heading, in both languages or as the id itself."""
    found = {key(column.id): column.id for column in COLUMNS}
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            found |= {key(str(column.label)): column.id for column in COLUMNS}
    return found


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


class Refused(Exception):
    """A cell that cannot be understood."""


def as_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return value.isoformat() if isinstance(value, date) else str(value)


def _as_date(column: Column, value: Any, vocabulary: Vocabulary) -> date | None:
    if value is None or isinstance(value, date):
        return value
    try:
        return date.fromisoformat(as_text(value))
    except ValueError as error:
        raise Refused(_("Write the date as 2026-11-24.")) from error


def _as_yes_no(column: Column, value: Any, vocabulary: Vocabulary) -> bool:
    """An empty cell says yes."""
    if isinstance(value, bool):
        return value
    text = key(as_text(value))
    if text in ("", "1", "true"):
        return True
    return text not in ("0", "false") and _as_ids(column, value, vocabulary) == ["yes"]


def _as_ids(column: Column, value: Any, vocabulary: Vocabulary) -> list[str]:
    text, known = as_text(value), vocabulary.spellings
    pieces = _pieces(text, known) if column.many else [text]
    for piece in pieces:
        if key(piece) not in known:
            raise Refused(_unknown(piece, vocabulary))
    return list(dict.fromkeys(known[key(piece)] for piece in pieces))


SPECIAL: Final[Mapping[str, Callable[[Column, Any, Vocabulary], Any]]] = {
    "verified_on": _as_date, "active": _as_yes_no,
}


def understood(column: Column, value: Any, vocabulary: Vocabulary) -> Any:
    """The value of a cell as the field takes it; raises Refused."""
    if isinstance(value, Formula):
        raise Refused(_("This cell holds a formula. Write the value itself."))
    if value is None and column.required:
        raise Refused(_("This cell must not be empty."))
    if column.id in SPECIAL:
        return SPECIAL[column.id](column, value, vocabulary)
    if column.allowed is None:
        return as_text(value)
    ids = _as_ids(column, value, vocabulary)
    return ids if column.many else ids[0]
