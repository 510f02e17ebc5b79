"""The content the product ships with, and invented firms that answer its questionnaire."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from random import Random

from clusters.domain.evidence import load_cases
from diagnosis.domain.answers import Answers, Value
from diagnosis.domain.questionnaire import Question, Questionnaire, load_questionnaire
from recommendations.domain.catalogue import Catalogue, load_catalogue

ROOT = Path(__file__).parents[3]
CONTENT = ROOT / "recommendations" / "content"

# How likely each level is, lowest first, and each tick: a firm of each kind.
KINDS: dict[str, tuple[tuple[int, ...], float]] = {
    "paper": ((6, 3, 1, 0, 0), 0.1),
    "partial": ((2, 3, 3, 1, 0), 0.35),
    "advanced": ((0, 1, 3, 3, 1), 0.7),
    "any": ((1, 1, 1, 1, 1), 0.5),
}


@cache
def questionnaire() -> Questionnaire:
    return load_questionnaire(ROOT / "diagnosis" / "content")


@cache
def catalogue() -> Catalogue:
    cases = {case.id for case in load_cases(ROOT / "clusters" / "content")}
    return load_catalogue(CONTENT, questionnaire(), cases=cases)


def _value(random: Random, question: Question, levels: tuple[int, ...], tick: float) -> Value:
    if question.not_applicable and random.random() < 0.25:
        return "not_applicable"
    if question.kind == "scale":
        weights = (*levels, 1)[: len(question.options)]
        return random.choices(range(len(question.options)), weights)[0]
    if question.kind == "ticks":
        return tuple(option.id for option in question.options if random.random() < tick)
    if question.kind == "choice":
        return random.choice(question.options).id
    return random.randint(int(question.minimum or 0), int(min(question.maximum or 0, 100)))


def firm(seed: int) -> Answers:
    """An invented firm; about one answer in twenty is not known."""
    random = Random(seed)
    levels, tick = KINDS[random.choice(sorted(KINDS))]
    answered = {
        question.id: _value(random, question, levels, tick)
        for question in questionnaire().questions.values()
        if question.kind not in ("text", "text_list") and random.random() > 0.05
    }
    size = {
        "employees": random.choice((8, 30, 80, 400, 1200)),
        "revenue": random.choice((100, 900, 2500, 60_000)),
    }
    return Answers({**answered, **size})


def uniform(*, top: bool, **changes: Value) -> Answers:
    """A firm at the top of every scale with everything ticked, or at the bottom with nothing."""
    values: dict[str, Value] = {}
    for question in questionnaire().questions.values():
        if question.kind == "scale":
            values[question.id] = 0 if question.group == "barriers" or not top else question.top
        if question.kind == "ticks":
            values[question.id] = tuple(option.id for option in question.options) if top else ()
    return Answers({**values, "cluster": "petrochemicals", "employees": 400, "revenue": 50_000, **changes})
