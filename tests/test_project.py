"""Promises about the repository itself."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from django.core.management import call_command

ROOT = Path(__file__).resolve().parent.parent


def tracked(*patterns: str) -> list[Path]:
    listed = subprocess.run(["git", "ls-files", *patterns], cwd=ROOT, capture_output=True, text=True, check=True)
    return [ROOT / line for line in listed.stdout.splitlines() if (ROOT / line).is_file()]


@pytest.mark.django_db
def test_no_migration_is_missing() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_no_registry_host_and_no_unfinished_mark() -> None:
    lines = re.compile(r"https?://[^ \"]*/(simple|packages)/|--(extra-)?index-url|cdn\.|unpkg|jsdelivr", re.I)
    marks = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X)\b")
    for path in tracked("*.py", "*.txt", "*.toml", "*.html", "*.css", "*.yaml", "*.md", "Makefile", ".ci/*"):
        if path == Path(__file__):
            continue
        text = path.read_text(encoding="utf-8")
        assert not lines.search(text), path
        assert not marks.search(text), path


def test_example_environment_names_every_variable() -> None:
    """.env.example lists exactly what the settings read."""
    read = set()
    for path in (
        ROOT / "config" / "settings.py",
        ROOT / "config" / "local" / "paths.py",
        ROOT / "config" / "local" / "run.py",
        ROOT / "config" / "web_server.py",
        ROOT / "config" / "metrics.py",
    ):
        text = path.read_text(encoding="utf-8")
        read |= set(re.findall(r"env\.(?:text|required|flag|integer|words|choice)\(\s*\"([A-Z_]+)\"", text))
        read |= set(re.findall(r"environ(?:ment)?\.get\(\"([A-Z_]+)\"", text))
    named = set(re.findall(r"^#? ?([A-Z][A-Z_]+)=", (ROOT / ".env.example").read_text(encoding="utf-8"), re.M))
    assert read == named
