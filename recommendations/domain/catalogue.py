"""The library of measures, loaded strictly: whatever does not fit is refused with file and line.

Checked beyond the form of each measure: every answer, option, measure, cluster, barrier and case
named exists; effects and needs lie on their scales; needs run in no circle; no current measure needs a
retired one; each pathway has eight measures at least and every sub-line of the paper has one.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Final, get_args

from pydantic import Field

from clusters.domain.content_file import ContentError, ContentModel, Location, Source, Text
from diagnosis.domain.questionnaire import Group, Question, Questionnaire
from recommendations.domain.conditions import faults
from recommendations.domain.measure import (
    PATHWAYS,
    PLACEHOLDER,
    SUBLINES,
    AnswerNeed,
    Effect,
    Helper,
    Measure,
    MeasureNeed,
    Need,
)
from recommendations.domain.strict import read_model

FEWEST: Final = 8  # measures in each pathway
CHANGEABLE: Final[tuple[Group, ...]] = ("scenes", "links", "view", "foundation", "management", "innovation")
BRACES: Final = re.compile(r"[{}]")

Fault = tuple[Location, str]


@dataclass(frozen=True, kw_only=True)
class Catalogue:
    """All measures by id, in the order of their files, and the names of those who help."""

    measures: Mapping[str, Measure]
    helpers: Mapping[str, Text]

    @cached_property
    def active(self) -> tuple[Measure, ...]:
        """Measures that may still be recommended."""
        return tuple(measure for measure in self.measures.values() if measure.retired_on is None)


class _MeasureFile(ContentModel):
    measures: tuple[Measure, ...] = Field(min_length=1)


class _HelperFile(ContentModel):
    helpers: Mapping[Helper, Text]


@dataclass(frozen=True, kw_only=True)
class _Surroundings:
    """Everything a measure may refer to."""

    questionnaire: Questionnaire
    measures: Mapping[str, Measure]
    cases: Collection[str] | None

    def question(self, id: str, groups: tuple[Group, ...]) -> Question | None:
        found = self.questionnaire.questions.get(id)
        return found if found and found.group in groups else None


def _effect_fault(question: Question, effect: Effect) -> str | None:
    expected = {"scale": int, "ticks": tuple}.get(question.kind)
    if expected is None or not isinstance(effect, expected):
        return f"'{question.id}' is a question of kind {question.kind}"
    if isinstance(effect, int):
        return None if 1 <= effect <= question.top else f"level {effect} is outside 1-{question.top}"
    unknown = [option for option in effect if option not in question.options_by_id]
    if unknown:
        return f"there is no option '{unknown[0]}'"
    return None if effect else "no option is added"


def _effect_faults(measure: Measure, around: _Surroundings) -> Iterator[Fault]:
    for id, effect in measure.effects.items():
        question = around.question(id, CHANGEABLE)
        fault = _effect_fault(question, effect) if question else f"no measure can change an answer '{id}'"
        if fault:
            yield ("effects", id), fault


def _need_fault(need: Need, measure: Measure, around: _Surroundings) -> str | None:
    if isinstance(need, MeasureNeed):
        needed = around.measures.get(need.measure)
        if needed is None:
            return f"there is no measure '{need.measure}'"
        retired = needed.retired_on and not measure.retired_on
        return "a current measure needs a retired one" if retired else None
    question = around.question(need.answer, CHANGEABLE)
    if question is None or question.kind not in ("scale", "ticks"):
        return f"there is no scale or tick question '{need.answer}' a measure can change"
    highest = question.top if question.kind == "scale" else len(question.options)
    return None if need.at_least <= highest else f"{need.at_least} is above {highest}"


def _need_faults(measure: Measure, around: _Surroundings) -> Iterator[Fault]:
    for index, need in enumerate(measure.needs):
        fault = _need_fault(need, measure, around)
        if fault:
            yield ("needs", index), fault


def _applies_faults(measure: Measure, around: _Surroundings) -> Iterator[Fault]:
    if measure.applies is not None:
        for at, fault in faults(measure.applies, around.questionnaire):
            yield ("applies", *at), fault


def _reference_faults(measure: Measure, around: _Surroundings) -> Iterator[Fault]:
    for index, barrier in enumerate(measure.eases):
        if around.question(barrier, ("barriers",)) is None:
            yield ("eases", index), f"there is no barrier '{barrier}'"
    question = around.questionnaire.questions.get("cluster")
    for cluster in measure.trade:
        if question and question.options and cluster not in question.options_by_id:
            yield ("trade", cluster), f"there is no cluster '{cluster}'"
    if measure.evidence and around.cases is not None and measure.evidence not in around.cases:
        yield ("evidence",), f"there is no case '{measure.evidence}'"


def _text_faults(measure: Measure, around: _Surroundings) -> Iterator[Fault]:
    for said in measure.why.to_dict().values():
        if BRACES.search(PLACEHOLDER.sub("", said)):
            yield ("why",), "a placeholder is one of {company} {cluster} {employees} {answer.<id>}"
        for found in PLACEHOLDER.finditer(said):
            if found[2] and found[2] not in around.questionnaire.questions:
                yield ("why",), f"there is no question '{found[2]}'"
    if any(BRACES.search("".join(text.to_dict().values())) for text in measure.texts):
        yield (), "only `why` has placeholders"


CHECKS: Final = (_effect_faults, _need_faults, _applies_faults, _reference_faults, _text_faults)


def _circle(measures: Mapping[str, Measure]) -> list[str] | None:
    """A circle of needs, if there is one."""
    graph = {
        id: [need.measure for need in measure.needs if isinstance(need, MeasureNeed)]
        for id, measure in measures.items()
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return None


def _library_faults(catalogue: Catalogue) -> Iterator[str]:
    """Faults of the library as a whole."""
    circle = _circle(catalogue.measures)
    if circle:
        yield f"measures need each other in a circle: {' -> '.join(circle)}"
    for pathway in PATHWAYS:
        measures = [measure for measure in catalogue.active if measure.pathway == pathway]
        if len(measures) < FEWEST:
            yield f"{pathway} has {len(measures)} measures, at least {FEWEST} are needed"
        for subline in SUBLINES[pathway]:
            if not any(measure.subline == subline for measure in measures):
                yield f"no measure carries out the sub-line '{subline}' of {pathway}"


def _read_measures(folder: Path) -> tuple[dict[str, Measure], dict[str, tuple[Source, Location]]]:
    """Measures by id, and where each stands."""
    found: dict[str, Measure] = {}
    places: dict[str, tuple[Source, Location]] = {}
    for path in sorted(folder.glob("*.yaml")):
        source, content = read_model(path, _MeasureFile)
        for index, measure in enumerate(content.measures):
            if measure.id in found:
                raise source.fault(("measures", index, "id"), f"'{measure.id}' is used twice")
            found[measure.id] = measure
            places[measure.id] = (source, ("measures", index))
    return found, places


def _read_helpers(path: Path) -> Mapping[str, Text]:
    source, content = read_model(path, _HelperFile)
    missing = [helper for helper in get_args(Helper) if helper not in content.helpers]
    if missing:
        raise source.fault(("helpers",), f"there is no name for '{missing[0]}'")
    return {str(helper): name for helper, name in content.helpers.items()}


def load_catalogue(
    folder: Path, questionnaire: Questionnaire, *, cases: Collection[str] | None = None
) -> Catalogue:
    """Load `measures/*.yaml` and `helpers.yaml`; raises ContentError for the first fault.

    `cases` are the ids of the demonstration cases; without them `evidence` is not checked.
    """
    measures, places = _read_measures(folder / "measures")
    around = _Surroundings(questionnaire=questionnaire, measures=measures, cases=cases)
    for id, measure in measures.items():
        source, place = places[id]
        for at, fault in (fault for check in CHECKS for fault in check(measure, around)):
            raise source.fault((*place, *at), fault)
    catalogue = Catalogue(measures=measures, helpers=_read_helpers(folder / "helpers.yaml"))
    for fault in _library_faults(catalogue):
        raise ContentError(f"{folder / 'measures'}:1: {fault}")
    return catalogue


__all__ = ["AnswerNeed", "Catalogue", "Measure", "MeasureNeed", "load_catalogue"]
