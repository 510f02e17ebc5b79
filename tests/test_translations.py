"""Every text of ours has a Chinese translation that is finished and keeps the placeholders."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from io import BytesIO
from pathlib import Path

import allauth
import django
import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.pofile import read_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
CODE = ("config", "clusters", "diagnosis", "recommendations")
KEYWORDS = {
    "_": None, "gettext": None, "gettext_lazy": None, "gettext_noop": None, "ngettext": (1, 2), "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2), "pgettext_lazy": ((1, "c"), 2), "npgettext": ((1, "c"), 2, 3),
}
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|%[sd]|\{(\w*)\}")
Key = tuple[str, str | None]


def sources() -> Iterator[tuple[Path, str]]:
    """Python as it is, templates as the calls they stand for."""
    for folder in CODE:
        for path in (ROOT / folder).rglob("*.py"):
            if "migrations" not in path.parts:
                yield path, path.read_text(encoding="utf-8")
    for path in (ROOT / "templates").rglob("*.*"):
        if path.suffix in (".html", ".txt"):
            yield path, templatize(path.read_text(encoding="utf-8"), origin=str(path))


@cache
def used() -> dict[Key, tuple[tuple[str, ...], str]]:
    """Message id and context: all its forms, and where it stands."""
    found: dict[Key, tuple[tuple[str, ...], str]] = {}
    for path, text in sources():
        for line, message, _, context in extract("python", BytesIO(text.encode()), keywords=KEYWORDS):
            forms = message if isinstance(message, tuple) else (message,)
            if forms[0]:
                found[forms[0], context] = (forms, f"{path.relative_to(ROOT)}:{line}")
    return found


@cache
def chinese() -> Catalog:
    with (ROOT / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po").open("rb") as file:
        return read_po(file, locale="zh_Hans", abort_invalid=True)


def placeholders(text: str) -> set[str]:
    return {match[0] for match in PLACEHOLDER.finditer(text)}


def translations(message: Message) -> tuple[str, ...]:
    return tuple(message.string) if isinstance(message.string, list | tuple) else (message.string,)


def fault(key: Key, forms: tuple[str, ...]) -> str:
    """What is wrong with the translation of one text, or nothing."""
    message = chinese().get(key[0], key[1])
    if message is None:
        return "" if key[0] in of_packages("zh_Hans") else "is not in django.po"
    if message.fuzzy:
        return "is marked fuzzy"
    texts = translations(message)
    if not all(texts):
        return "has no translation"
    wanted = placeholders("".join(forms))
    wrong = [text for text in texts if placeholders(text) - wanted or placeholders(forms[-1]) - placeholders(text)]
    return f"has other placeholders: {wrong}" if wrong else ""


def test_something_is_found() -> None:
    assert len(used()) > 300
    assert ("Continue", None) in used()


def test_every_text_is_translated() -> None:
    faults = [f"{where}: {key[0]!r} {why}" for key, (forms, where) in used().items() if (why := fault(key, forms))]
    assert not faults, "\n".join(sorted(faults))


def test_every_translation_is_used() -> None:
    """By us, or by a package whose own words we better."""
    ours = {key[0] for key in used()}
    left = {first(message) for message in chinese() if message.id} - ours - of_packages("en") - of_packages("zh_Hans")
    assert not left, sorted(left)


def first(message: Message) -> str:
    return str(message.id[0] if isinstance(message.id, list | tuple) else message.id)


@cache
def of_packages(language: str) -> frozenset[str]:
    """Texts of Django and allauth; for a language other than English the translated ones."""
    found: set[str] = set()
    for package in (allauth, django):
        for path in Path(str(package.__file__)).parent.rglob(f"locale/{language}/LC_MESSAGES/django.po"):
            with path.open("rb") as file:
                messages = [message for message in read_po(file) if message.id]
            found |= {first(message) for message in messages if language == "en" or all(translations(message))}
    return frozenset(found)


@pytest.mark.parametrize(
    ("text", "expected"), [("%(count)s of %(all)d", {"%(count)s", "%(all)d"}), ("{n} %s 100%", {"{n}", "%s"})]
)
def test_placeholders(text: str, expected: set[str]) -> None:
    assert placeholders(text) == expected
