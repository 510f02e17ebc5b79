"""Of Bootstrap's style sheet what our pages can use: nine kilobytes instead of thirty-one on a slow phone line.

A rule stays unless its selector asks for a class whose name occurs nowhere in our templates and Python files or in
those of the form pack: such a rule can match nothing. A word that is no class keeps a rule too many, never one too few;
the price is that a class must be written in full somewhere, not put together.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
OURS: Final = ("templates", "clusters", "config", "diagnosis", "recommendations")
PACKS: Final = ("crispy_bootstrap5", "crispy_forms")
CLASS: Final = re.compile(r"\.(-?[A-Za-z_][\w-]*)")
NESTING: Final = ("@media", "@supports")


def _files() -> Iterator[Path]:
    folders = [ROOT / name for name in OURS]
    for pack in PACKS:
        spec = find_spec(pack)
        assert spec is not None
        folders += map(Path, spec.submodule_search_locations or ())
    for folder in folders:
        yield from (path for path in folder.rglob("*") if path.suffix in (".html", ".py"))


def words_in_use() -> frozenset[str]:
    """Every word that could be the name of a class."""
    return frozenset(word for path in _files() for word in re.findall(r"[\w-]+", path.read_text(encoding="utf-8")))


def _blocks(sheet: str) -> Iterator[tuple[str, str]]:
    """Each rule or group of rules: what stands before its braces, and within."""
    start = depth = opened = 0
    for at, sign in enumerate(sheet):
        if sign == "{":
            opened = opened if depth else at
            depth += 1
        elif sign == "}":
            depth -= 1
            if not depth:
                yield sheet[start:opened].strip(), sheet[opened + 1 : at]
                start = at + 1


def _selectors(head: str) -> list[str]:
    """Commas within brackets, as in :not(a, b), part nothing."""
    return re.split(r",(?![^()]*\))", head)


def _kept(head: str, body: str, words: Collection[str]) -> str:
    if head.startswith(NESTING):
        inner = "".join(_rules(body, words))
        return f"{head}{{{inner}}}" if inner else ""
    if head.startswith("@"):
        return f"{head}{{{body}}}"
    used = [one for one in _selectors(head) if all(name in words for name in CLASS.findall(one))]
    return f"{','.join(used)}{{{body}}}" if used else ""


def _rules(sheet: str, words: Collection[str]) -> Iterable[str]:
    return (_kept(head, body, words) for head, body in _blocks(sheet))


def used_rules(sheet: str, words: Collection[str]) -> str:
    """The sheet without rules that can match nothing, and without comments but the licence's."""
    licence = re.match(r"(?:@charset[^;]*;)?(/\*!.*?\*/)", sheet, re.S)
    bare = re.sub(r"@charset[^;]*;|/\*.*?\*/", "", sheet, flags=re.S)
    return (licence[1] if licence else "") + "".join(_rules(bare, words))
