"""What the paper reports: reference figures and demonstration cases, each with its section."""

from __future__ import annotations

from pathlib import Path

from clusters.domain.content_file import ContentModel, NonEmpty, Text, load_model


class Reference(ContentModel):
    """One figure of the paper; `value` is the number alone, `text` the figure in words."""

    id: NonEmpty
    name: Text
    value: str
    text: Text
    section: NonEmpty


class Figure(ContentModel):
    name: Text
    value: Text


class Case(ContentModel):
    """One demonstration case of the paper and the clusters it speaks to."""

    id: NonEmpty
    name: Text
    section: NonEmpty
    clusters: tuple[NonEmpty, ...]
    text: Text
    figures: tuple[Figure, ...]
    lesson: Text


class _References(ContentModel):
    references: tuple[Reference, ...]


class _Cases(ContentModel):
    cases: tuple[Case, ...]


def load_references(folder: Path) -> tuple[Reference, ...]:
    return load_model(folder / "references.yaml", _References).references


def load_cases(folder: Path) -> tuple[Case, ...]:
    return load_model(folder / "cases.yaml", _Cases).cases
