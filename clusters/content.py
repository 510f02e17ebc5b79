"""The only door from Django to the cluster content: read once per process."""

from functools import cache
from pathlib import Path

from clusters.domain.evidence import Case, Reference, load_cases, load_references
from clusters.domain.places import Places, load_places

FOLDER = Path(__file__).parent / "content"


@cache
def get_places() -> Places:
    return load_places(FOLDER)


@cache
def get_references() -> tuple[Reference, ...]:
    return load_references(FOLDER)


@cache
def get_cases() -> tuple[Case, ...]:
    return load_cases(FOLDER)
