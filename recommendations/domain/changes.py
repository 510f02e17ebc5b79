"""What changed since the diagnosis before, answer by answer and figure by figure.

Signature: a short mark of what a question can be answered with (its kind and the ids of its options).
Each document keeps the signatures of the questions it was made with. Answers are compared only where
question and signature are the same in both documents; the others are counted, never guessed.
An unanswered question and "I don't know" mean the same. A measure of the roadmap before counts as
done when all its effects on the firm hold now; one without effects, when the barriers it eases are gone.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any, Final

from clusters.domain.languages import in_all
from diagnosis.domain.answers import Answers
from diagnosis.domain.questionnaire import UNKNOWN, Question, Questionnaire
from diagnosis.domain.values import plain_number
from diagnosis.domain.wording import Part, Said, Wording, answer_text
from recommendations.domain.apply import eased, gain, standing
from recommendations.domain.catalogue import Catalogue
from recommendations.domain.measure import Measure

Document = Mapping[str, Any]
SIGNATURE_LENGTH: Final = 12
NOTHING: Final[Said] = in_all("–")


def signature(question: Question) -> str:
    said = json.dumps([question.kind, [option.id for option in question.options]])
    return sha256(said.encode()).hexdigest()[:SIGNATURE_LENGTH]


def signatures(questionnaire: Questionnaire) -> dict[str, str]:
    """Question id -> signature."""
    return {id: signature(question) for id, question in questionnaire.questions.items()}


# Figures ------------------------------------------------------------------------------------------


def _row(name: Said, before: Said, after: Said) -> Part:
    return {"name": name, "before": before, "after": after}


def _plain(value: float | None) -> Said:
    return NOTHING if value is None else in_all(plain_number(value))


def _values(parts: list[Part], key: str) -> dict[str, float | None]:
    return {part["id"]: part[key] for part in parts}


def _scores(name: Said, id: str, before: Document, now: Document, part: str, key: str) -> Part:
    values = [_plain(_values(document[part], key).get(id)) for document in (before, now)]
    return _row(name, *values)


def _figures(words: Wording, before: Document, now: Document) -> list[Part]:
    """Type, distance, stage, the three dimensions and the four needs."""

    def steps(document: Document) -> Said:
        return words.say("changes.steps", count=document["verdict"]["distance"])

    def stage(document: Document) -> Said:
        return words.say("changes.stage_of", number=document["stage"]["reached"], name=document["stage"]["name"])

    types = [document["verdict"]["type"]["name"] for document in (before, now)]
    return [
        _row(words.say("changes.type"), *types),
        _row(words.say("changes.distance"), steps(before), steps(now)),
        _row(words.say("changes.stage"), stage(before), stage(now)),
        *(_scores(one["name"], one["id"], before, now, "dimensions", "value") for one in now["dimensions"]),
        *(
            _scores(words.say("changes.need", name=one["name"]), one["id"], before, now, "needs", "score")
            for one in now["needs"]
        ),
    ]


# Answers ------------------------------------------------------------------------------------------


def _comparable(before: Document, now: Document) -> list[str]:
    """Questions asked in the same way both times, in the order of today's questionnaire."""
    then = before.get("signature", {})
    return [id for id, mark in now["signature"].items() if then.get(id) == mark]


def _said_then(before: Document) -> dict[str, Said]:
    """Each answer in the words of its own time."""
    return {row["answer"]: row["value"] for page in before["annex"] for row in page["rows"]}


def _answers(
    questions: list[Question], wording: Wording, then: Mapping[str, Said], before: Answers, now: Answers
) -> list[Part]:
    changed = [one for one in questions if before.get(one.id, UNKNOWN) != now.get(one.id, UNKNOWN)]
    return [
        _row(
            one.name.to_dict(),
            then.get(one.id) or answer_text(wording, one, before),
            answer_text(wording, one, now),
        )
        for one in changed
    ]


# The plan -----------------------------------------------------------------------------------------


def is_done(measure: Measure, answers: Answers) -> bool:
    """What the measure is for is there now."""
    effects = {id: effect for id, effect in measure.effects.items() if standing(answers, id) is not None}
    if effects:
        return not any(gain(answers, id, effect) for id, effect in effects.items())
    return not measure.effects and not eased(answers, measure)


def _plan(catalogue: Catalogue, before: Document, now: Answers) -> list[Part]:
    """The measures of the roadmap before."""
    return [
        {"title": one["title"], "done": is_done(catalogue.measures[one["id"]], now)}
        for one in before["roadmap"]["measures"]
        if one["id"] in catalogue.measures
    ]


def changes_part(
    questionnaire: Questionnaire,
    wording: Wording,
    words: Wording,
    catalogue: Catalogue,
    *,
    before: Document,
    answers_before: Answers,
    now: Document,
    answers_now: Answers,
) -> Part:
    """`before` and `now` are documents of recommendations.domain.report with the answers they are about.

    `figures` say type and distance in words once more: the page lists them, the printed report words them itself.
    """
    comparable = _comparable(before, now)
    asked = {*before.get("signature", {}), *now["signature"]}
    questions = [questionnaire.questions[id] for id in comparable]
    return {
        "since": before["submitted_on"],
        "reference": before["reference"],
        "type_before": before["verdict"]["type"],
        "type_after": now["verdict"]["type"],
        "distance_before": before["verdict"]["distance"],
        "distance_after": now["verdict"]["distance"],
        "figures": _figures(words, before, now),
        "answers": _answers(questions, wording, _said_then(before), answers_before, answers_now),
        "plan": _plan(catalogue, before, answers_now),
        "compared": len(comparable),
        "not_compared": len(asked) - len(comparable),
    }


__all__ = ["changes_part", "is_done", "signature", "signatures"]
