"""Searching submissions by company name, social credit code or reference, in part or whole.

A word may stand anywhere; of several words each must be found. Chinese names are not parted into words, so
the database keeps an index of all pairs of neighbouring characters, and of letters and digits also all threes
(diagnosis.models.search_parts): the parts of a word narrow the rows down, then the word itself is looked for.
Hence a search needs at least one word of two characters. Nothing in a word is a pattern: `%` and `_` mean themselves.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import Any, Final

from django.db.models import QuerySet, Value
from django.db.models.functions import StrIndex
from django.db.models.lookups import GreaterThan

from diagnosis.models import Submission, search_parts, searchable

LONGEST: Final = 120  # characters of a search; a company name has no more
PAIR: Final = 2


def words_of(text: str) -> list[str]:
    """The words as the index has them: width and case folded (case of Latin letters only)."""
    folded = unicodedata.normalize("NFKC", text).replace("\0", "")
    return "".join(sign.lower() if sign.isascii() else sign for sign in folded).split()


def is_searchable(text: str) -> bool:
    return len(text) <= LONGEST and any(len(word) >= PAIR for word in words_of(text))


def _parts(word: str) -> Iterator[str]:
    """The parts of a word the index has: threes of letters and digits, and the pairs that are in none of them."""
    covered: set[int] = set()
    for start in range(len(word) - 2):
        three = word[start : start + 3]
        if three.isascii():
            yield three
            covered |= {start, start + 1}
    yield from (word[start : start + PAIR] for start in range(len(word) - 1) if start not in covered)


def search(rows: QuerySet[Submission], text: str) -> QuerySet[Submission]:
    """The rows that hold every word of the text; none for a text that cannot be searched for."""
    if not is_searchable(text):
        return rows.none()
    words = words_of(text)
    wanted: Any = {"searched_parts__contains": sorted({part for word in words for part in _parts(word)})}
    found = rows.alias(searched_parts=search_parts(), searched=searchable()).filter(**wanted)
    for word in words:
        found = found.filter(GreaterThan(StrIndex("searched", Value(word)), 0))
    return found


__all__ = ["LONGEST", "is_searchable", "search", "words_of"]
