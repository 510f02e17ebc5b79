"""Firms that score the same and differ in obstacles, cluster or size are advised differently.

Same scores: same type, distance, stage, and the three dimensions.
Visible: what an owner sees at a glance in the chapter of the pathways - the order of the needs, which measures stand
under them in which order, and of each measure the words for the trade, who helps and what it costs. Scores, reasons
and texts that fill in the firm's own answers are not counted: they differ anyway.
Other obstacles: four of the ten turned over - what was none or a small one now stops the firm, what was larger is
gone. Where only one obstacle differs the measures may be the same (they meet several at once); then what stops
the firm is named as a reason beside a measure that eases it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import cache
from itertools import combinations
from typing import Any, Final

import pytest

from clusters.content import get_places
from diagnosis.content import diagnose_answers, get_questionnaire
from diagnosis.domain.answers import Answers
from diagnosis.domain.chance import Chance
from diagnosis.domain.diagnosis import Diagnosis
from diagnosis.domain.size_class import size_class
from recommendations.domain.matching import STOPS, Match, match, top
from tests.recommendations.simulated import Document, firm, library, report_of

FIRMS: Final = range(0, 600, 10)
POPULATION: Final = 1_000
FOUND_PAIRS: Final = 30
SAMPLE: Final = range(0, 200, 5)
OBSTACLES: Final = tuple(one.id for one in get_questionnaire().group("barriers") if one.kind == "scale")
SIZES: Final = {"micro": (8, 150), "small": (80, 1500), "medium": (500, 9000), "large": (2000, 90_000)}


def scores(answers: Answers, step: float = 0.1) -> tuple[Any, ...]:
    """Type, distance, stage and dimensions, these rounded to `step`."""
    found: Diagnosis = diagnose_answers(answers)
    dimensions = [None if value is None else round(value / step) for value in found.dimensions.to_dict().values()]
    return (found.verdict.type, found.verdict.distance, found.stage.reached, *dimensions)


def visible(report: Document) -> list[Any]:
    return [
        (need["id"], [(one["id"], one["trade"], one["helpers"], one["cost"]) for one in need["measures"]])
        for need in report["needs"]
    ]


@cache
def seen(index: int) -> list[Any]:
    return visible(report_of(firm(index)))


# The same firm with something else about it ---------------------------------------------------------------


def turned(answers: Answers, obstacle: str) -> int:
    return STOPS if (answers.level(obstacle) or 0) <= 1 else 0


def other_obstacles(answers: Answers, chance: Chance) -> Answers:
    chosen: set[str] = set()
    while len(chosen) < 4:
        chosen.add(chance.one(OBSTACLES))
    return answers.replace(**{one: turned(answers, one) for one in chosen})


def other_cluster(answers: Answers, chance: Chance) -> Answers:
    cluster = chance.one([id for id in get_places().cluster if id != answers["cluster"]])
    return answers.replace(cluster=cluster, subsector=get_places().cluster[cluster].subsectors[0].id)


def other_size(answers: Answers, chance: Chance) -> Answers:
    """Another class; a firm whose size is not known is advised as a small one."""
    size = chance.one([id for id in SIZES if id != (size_class(answers) or "small")])
    employees, revenue = SIZES[size]
    return answers.replace(employees=employees, revenue=revenue)


CHANGES: Final[tuple[Callable[[Answers, Chance], Answers], ...]] = (other_obstacles, other_cluster, other_size)


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
@pytest.mark.parametrize("index", FIRMS)
def test_the_same_scores_and_something_else_about_the_firm(
    index: int, change: Callable[[Answers, Chance], Answers]
) -> None:
    answers = firm(index)
    other = change(answers, Chance(change.__name__, index))
    assert scores(answers) == scores(other)
    assert seen(index) != visible(report_of(other))


# Different firms of the population ------------------------------------------------------------------------


def standing(answers: Answers) -> tuple[Any, ...]:
    """What the pairs must differ in."""
    heavy = frozenset(one for one in OBSTACLES if (answers.level(one) or 0) == STOPS)
    return answers["cluster"], size_class(answers), heavy


def pairs() -> Iterator[tuple[int, int]]:
    """Firms of the population that started and whose scores agree, the dimensions to the nearest ten."""
    alike: dict[tuple[Any, ...], list[int]] = defaultdict(list)
    for index in range(POPULATION):
        alike[scores(firm(index), step=10)].append(index)
    for same, group in alike.items():
        if same[0] != "not_started":
            yield from combinations(group[:2], 2)


def test_two_firms_with_the_same_scores() -> None:
    found = [pair for pair in pairs() if standing(firm(pair[0])) != standing(firm(pair[1]))][:FOUND_PAIRS]
    assert len(found) == FOUND_PAIRS
    assert [(one, other) for one, other in found if seen(one) == seen(other)] == []


# One obstacle only ----------------------------------------------------------------------------------------


def shown(answers: Answers) -> tuple[Match, ...]:
    """The measures of the pathways, without those that only the roadmap brings in."""
    found = diagnose_answers(answers)
    return top(match(library().catalogue, answers, found.size_class, found.needs))


@pytest.mark.parametrize("obstacle", OBSTACLES)
def test_what_stops_a_firm_is_met(obstacle: str) -> None:
    for index in SAMPLE:
        matches = shown(firm(index).replace(**{obstacle: STOPS}))
        assert any(one.because[: len(one.frees)] == one.frees for one in matches if obstacle in one.frees), index


@pytest.mark.parametrize("obstacle", OBSTACLES)
def test_one_obstacle_more_changes_the_measures_of_most_firms(obstacle: str) -> None:
    """Nearly always; not where the measures that are right anyway ease it, too."""

    def ids(level: int, answers: Answers) -> list[str]:
        return [one.measure.id for one in shown(answers.replace(**{obstacle: level}))]

    firms = [firm(index) for index in SAMPLE]
    same = sum(ids(0, answers) == ids(STOPS, answers) for answers in firms)
    assert same <= len(firms) / 10
