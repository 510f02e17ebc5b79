"""docs/security.md names only tests, files, commands and tables that exist, and leaves no table out."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import get_commands

ROOT = Path(__file__).resolve().parent.parent
TEXT = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
OURS = ("clusters", "diagnosis", "recommendations")


def rows(heading: str) -> list[list[str]]:
    """Cells of the table of a chapter, without its head."""
    chapter = TEXT.split(f"\n## {heading}\n", 1)[1].split("\n## ")[0]
    lines = [line for line in chapter.splitlines() if line.startswith("|")][2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def ticked(text: str) -> list[str]:
    return re.findall(r"`([^`]+)`", text)


@cache
def named_tests(path: Path) -> frozenset[str]:
    """Names of the tests in a file, those of a class as Class::test."""
    found: set[str] = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef):
            found.add(node.name)
        elif isinstance(node, ast.ClassDef):
            found |= {f"{node.name}::{one.name}" for one in node.body if isinstance(one, ast.FunctionDef)}
    return frozenset(name for name in found if name.rsplit("::", 1)[-1].startswith("test_"))


REQUIREMENTS = rows("Requirements")


@pytest.mark.parametrize("row", REQUIREMENTS, ids=[row[0] for row in REQUIREMENTS])
def test_a_requirement_has_its_place_and_its_test_or_says_that_it_is_not_done(row: list[str]) -> None:
    number, asked, done, where, shown = row
    assert re.fullmatch(r"\d+\.\d+\.\d+( \d+\.\d+\.\d+)*", number)
    assert asked and done
    assert (ticked(where) and ticked(shown)) or "Not done" in done
    for path in ticked(where):
        assert (ROOT / path).is_file(), path


def test_every_test_named_exists() -> None:
    named = [one for one in ticked(TEXT) if "::" in one]
    assert len(named) > 60
    for one in named:
        file, name = one.split("::", 1)
        assert (ROOT / file).is_file(), one
        assert name in named_tests(ROOT / file), one


def test_no_requirement_stands_twice() -> None:
    numbers = [number for row in REQUIREMENTS for number in row[0].split()]
    assert len(numbers) == len(set(numbers)) > 50


def test_every_table_of_ours_is_in_the_inventory() -> None:
    models = {model._meta.label for model in apps.get_models()}
    named = {one for one in ticked(TEXT) if re.fullmatch(r"[a-z]+\.[A-Z]\w+", one)}
    assert named <= models
    assert {model for model in models if model.split(".")[0] in OURS} <= named
    for row in rows("Personal data"):
        assert all(row), row


def test_commands_named_exist() -> None:
    known = get_commands()
    assert {"forget"} <= set(re.findall(r"manage\.py (\w+)", TEXT)) <= set(known)
