"""Tables of the documents, and the tests they name."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def read(name: str) -> str:
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


def rows(text: str, heading: str) -> list[list[str]]:
    """Cells of the table of a chapter, without its head."""
    chapter = text.split(f"\n## {heading}\n", 1)[1].split("\n## ")[0]
    lines = [line for line in chapter.splitlines() if line.startswith("|")][2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def ticked(text: str) -> list[str]:
    return re.findall(r"`([^`]+)`", text)


@cache
def _tests_in(path: Path) -> frozenset[str]:
    """Names of the tests in a file, those of a class as Class::test."""
    found: set[str] = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef):
            found.add(node.name)
        elif isinstance(node, ast.ClassDef):
            found |= {f"{node.name}::{one.name}" for one in node.body if isinstance(one, ast.FunctionDef)}
    return frozenset(name for name in found if name.rsplit("::", 1)[-1].startswith("test_"))


def named_tests(text: str) -> list[str]:
    return [one for one in ticked(text) if "::" in one]


def check_tests_exist(text: str) -> None:
    for one in named_tests(text):
        file, name = one.split("::", 1)
        assert (ROOT / file).is_file(), one
        assert name in _tests_in(ROOT / file), one
