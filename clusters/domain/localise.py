"""Turns a document with texts in all languages into a document in one of them.

A text is a mapping with the keys of the languages; it becomes the string of the language. A document older than a
language has texts without it.
Everything else keeps its shape: mappings become dicts, lists and tuples become lists.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from clusters.domain.languages import FIRST_KEYS, INSTEAD, TEXT_KEYS, Lang


def localise(document: Any, lang: Lang) -> Any:
    """The document with every text replaced by its string in `lang`; the argument is not changed."""
    if isinstance(document, Mapping):
        if FIRST_KEYS <= document.keys() <= TEXT_KEYS:
            return document.get(lang, document[INSTEAD])
        return {key: localise(value, lang) for key, value in document.items()}
    if isinstance(document, list | tuple):
        return [localise(value, lang) for value in document]
    return document
