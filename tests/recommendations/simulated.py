"""Simulated firms and their whole reports, for tests over many firms; no database."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Any, Final

from clusters.content import get_places
from diagnosis.content import get_questionnaire
from diagnosis.domain.answers import Answers
from diagnosis.domain.population import Population
from recommendations.content import get_first_programmes
from recommendations.documents import library_with
from recommendations.domain.report import Library, advise, build_document

SEED: Final = 2026
DAY: Final = date(2026, 11, 24)
Document = dict[str, Any]


@cache
def population() -> Population:
    return Population(questionnaire=get_questionnaire(), places=get_places())


@cache
def library() -> Library:
    return library_with(get_first_programmes())


def firm(index: int) -> Answers:
    return population().firm(SEED, index)


def report_of(answers: Answers) -> Document:
    advice = advise(library(), answers, today=DAY)
    return build_document(library(), advice, reference="7KQ2-9FDM", submitted_on=DAY, revision=1)
