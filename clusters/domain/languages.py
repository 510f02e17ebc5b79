"""The languages of the site: how each is spelled, and the marks it writes between words.

A text is given in all of them, under their keys, wherever it stands: in content files, in documents, in code.
What a further language needs is listed in docs/content.md, and a test compares that list with the code.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

Lang = Literal["zh", "en"]


@dataclass(frozen=True, kw_only=True)
class Language:
    """`key` is that of texts, `code` the one Django, stored rows and addresses use, `tag` the one of web pages;
    `name` is what its own readers call it."""

    key: Lang
    code: str
    tag: str
    name: str
    comma: str
    semicolon: str
    stop: str


LANGUAGES: Final = (
    Language(key="zh", code="zh-hans", tag="zh-Hans", name="中文", comma="、", semicolon="；", stop="。"),
    Language(key="en", code="en", tag="en", name="English", comma=", ", semicolon="; ", stop="."),
)
FIRST: Final = LANGUAGES[0]
# A stored text has at least these; it is shown in the second where it is older than the reader's language.
FIRST_KEYS: Final = frozenset({"zh", "en"})
INSTEAD: Final[Lang] = "en"
TEXT_KEYS: Final = frozenset(language.key for language in LANGUAGES)
BY_KEY: Final[Mapping[str, Language]] = {language.key: language for language in LANGUAGES}
BY_CODE: Final[Mapping[str, Language]] = {language.code: language for language in LANGUAGES}


def language_of(code: str | None) -> Language:
    """The language of a code such as en or en-gb; the first one for a code of none of ours."""
    return next((one for one in LANGUAGES if (code or "").startswith(one.code)), FIRST)


def in_all(text: str) -> dict[str, str]:
    """A text that is the same in every language, such as a name or a number."""
    return dict.fromkeys((language.key for language in LANGUAGES), text)


def enumerated(texts: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """Names in one row."""
    several = list(texts)
    return {one.key: one.comma.join(text[one.key] for text in several) for one in LANGUAGES}


def listed(texts: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """Phrases in one row, which may hold commas of their own."""
    several = list(texts)
    return {one.key: one.semicolon.join(text[one.key] for text in several) for one in LANGUAGES}
