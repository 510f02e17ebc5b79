"""docs/security.md names only tests, files, commands and tables that exist, and leaves no table out."""

from __future__ import annotations

import re

import pytest
from django.apps import apps
from django.core.management import get_commands

from tests.doc_tables import ROOT, check_tests_exist, named_tests, read, rows, ticked

TEXT = read("security.md")
OURS = ("clusters", "diagnosis", "recommendations")
REQUIREMENTS = rows(TEXT, "Requirements")


@pytest.mark.parametrize("row", REQUIREMENTS, ids=[row[0] for row in REQUIREMENTS])
def test_a_requirement_has_its_place_and_its_test_or_says_that_it_is_not_done(row: list[str]) -> None:
    number, asked, done, where, shown = row
    assert re.fullmatch(r"\d+\.\d+\.\d+( \d+\.\d+\.\d+)*", number)
    assert asked and done
    assert (ticked(where) and ticked(shown)) or "Not done" in done
    for path in ticked(where):
        assert (ROOT / path).is_file(), path


def test_every_test_named_exists() -> None:
    assert len(named_tests(TEXT)) > 60
    check_tests_exist(TEXT)


def test_no_requirement_stands_twice() -> None:
    numbers = [number for row in REQUIREMENTS for number in row[0].split()]
    assert len(numbers) == len(set(numbers)) > 50


def test_every_table_of_ours_is_in_the_inventory() -> None:
    models = {model._meta.label for model in apps.get_models()}
    named = {one for one in ticked(TEXT) if re.fullmatch(r"[a-z]+\.[A-Z]\w+", one)}
    assert named <= models
    assert {model for model in models if model.split(".")[0] in OURS} <= named
    for row in rows(TEXT, "Personal data"):
        assert all(row), row


def test_commands_named_exist() -> None:
    known = get_commands()
    assert {"forget"} <= set(re.findall(r"manage\.py (\w+)", TEXT)) <= set(known)
