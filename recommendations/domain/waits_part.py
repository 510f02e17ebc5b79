"""What a measure waits for, as plain data: other measures, and answers that must be raised first.

An answer is named by the measure of the roadmap that raises it, where there is one: an owner can do a
measure, not a level.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from diagnosis.domain.wording import Part
from recommendations.domain.matching import Match
from recommendations.domain.measure import AnswerNeed, Measure, MeasureNeed, Need

if TYPE_CHECKING:
    from recommendations.domain.report import Advice, Library


def _reaches(measure: Measure, need: AnswerNeed) -> bool:
    effect = measure.effects.get(need.answer)
    return isinstance(effect, int) and effect >= need.at_least


def _bringer(library: Library, advice: Advice, match: Match, need: Need) -> str | None:
    """Id of the measure that meets the need."""
    if isinstance(need, MeasureNeed):
        return need.measure
    planned = sorted(advice.roadmap.measures, key=lambda one: one.start)
    measures = library.catalogue.measures
    found = (one.measure for one in planned if _reaches(measures[one.measure], need))
    return next((id for id in found if id != match.measure.id), None)


def _measure(library: Library, advice: Advice, id: str) -> Part:
    quarters = {one.measure: one.start for one in advice.roadmap.measures}
    return {
        "measure": id,
        "text": library.catalogue.measures[id].title.to_dict(),
        "quarter": quarters.get(id),
    }


def _answer(library: Library, need: AnswerNeed) -> Part:
    question = library.questionnaire.questions[need.answer]
    filled: dict[str, Any] = {"name": question.name.to_dict(), "level": need.at_least}
    key = "wait.ticks" if question.kind == "ticks" else "wait.level"
    return {"measure": None, "text": library.words.say(key, **filled), "quarter": None}


def waits_part(library: Library, advice: Advice, match: Match) -> list[Part]:
    """Measures first, each once; empty for a measure that can start at once."""
    brought = [(need, _bringer(library, advice, match, need)) for need in match.waits]
    measures = list(dict.fromkeys(id for _, id in brought if id))
    answers = [need for need, id in brought if id is None and isinstance(need, AnswerNeed)]
    return [
        *(_measure(library, advice, id) for id in measures),
        *(_answer(library, need) for need in answers),
    ]
