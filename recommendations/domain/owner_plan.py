"""A plan made from the owner's own figures: what was asked, and the answer to it as a document.

Asked: a wish (budget, target, own prices) and answers changed for the sake of the question. The
submission and its report stay as they are; the document holds both sides, so that page and PDF
show the plan beside the stored result and list every changed figure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from diagnosis.domain import wording as diagnosis_parts
from diagnosis.domain.answers import Answers, Value
from diagnosis.domain.size_class import SizeClass
from diagnosis.domain.wording import Part, Said, answer_text
from recommendations.domain import report_parts as parts
from recommendations.domain.goal import FULL_PROCESS
from recommendations.domain.policy import money
from recommendations.domain.report import Advice, Library, Wish

SCHEMA: Final = 1
NO_CHANGES: Final[Mapping[str, Value]] = {}


@dataclass(frozen=True, kw_only=True)
class Asked:
    """`answers` are only the changed ones; money in whole RMB."""

    wish: Wish = field(default_factory=Wish)
    answers: Mapping[str, Value] = field(default_factory=lambda: NO_CHANGES)

    def applied_to(self, answers: Answers) -> Answers:
        return answers.replace(**self.answers)

    def to_json(self) -> dict[str, Any]:
        wish = self.wish
        return {
            "target": wish.target,
            "budget": wish.budget,
            "quarter_budget": wish.quarter_budget,
            "prices": dict(wish.prices),
            "answers": Answers(self.answers).to_json(),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Asked:
        """What was stored with `to_json`."""
        facts = {key: data[key] for key in ("target", "budget", "quarter_budget", "prices")}
        return cls(wish=Wish(**facts), answers=dict(Answers.from_json(data["answers"])))


# What was changed ---------------------------------------------------------------------------------


def planned_price(library: Library, measure: str, size_class: SizeClass | None) -> int:
    """The planning assumption an own price replaces, in RMB."""
    return library.catalogue.measures[measure].band(size_class).planned


def _target(library: Library, target: str) -> Said:
    scene, _, level = target.partition(":")
    if not level:
        return library.words.say(f"roadmap.target.{parts.target_kind(target)}")
    name = library.questionnaire.questions[scene].name.to_dict()
    return library.words.say("plan.target.scene", name=name, level=level)


def _row(kind: str, name: Said, before: Said, after: Said) -> Part:
    return {"kind": kind, "name": name, "before": before, "after": after}


def _wish_rows(library: Library, wish: Wish) -> Iterator[Part]:
    say = library.words.say
    if wish.target != FULL_PROCESS:
        yield _row("target", say("plan.target"), _target(library, FULL_PROCESS), _target(library, wish.target))
    for key, amount in (("budget", wish.budget), ("quarter_budget", wish.quarter_budget)):
        if amount is not None:
            yield _row(key, say(f"plan.{key}"), say("plan.no_limit"), money(amount).to_dict())


def _price_rows(library: Library, wish: Wish, size_class: SizeClass | None) -> Iterator[Part]:
    for id, price in wish.prices.items():
        title = library.catalogue.measures[id].title.to_dict()
        planned = money(planned_price(library, id, size_class)).to_dict()
        yield _row("price", library.words.say("plan.price", name=title), planned, money(price).to_dict())


def _answer_rows(library: Library, before: Answers, after: Answers, changed: Mapping[str, Value]) -> Iterator[Part]:
    for id in changed:
        question = library.questionnaire.questions[id]
        said = [answer_text(library.wording, question, answers) for answers in (before, after)]
        yield _row("answer", question.name.to_dict(), *said)


def inputs_part(library: Library, asked: Asked, before: Answers, advice: Advice) -> list[Part]:
    """Every figure and answer that differs from the stored result."""
    return [
        *_wish_rows(library, asked.wish),
        *_price_rows(library, asked.wish, advice.diagnosis.size_class),
        *_answer_rows(library, before, advice.answers, asked.answers),
    ]


# The document -------------------------------------------------------------------------------------


def figures_of(document: Mapping[str, Any]) -> Part:
    """The figures of a report or plan that are held against each other."""
    verdict, stage, roadmap = document["verdict"], document["stage"], document["roadmap"]
    return {
        "verdict": {
            key: verdict[key]
            for key in ("type", "headline", "settled", "possible_types", "distance", "distance_best")
        },
        "stage": {"reached": stage["reached"], "name": stage["name"]},
        "reached": roadmap["reached"],
        "total_cost": roadmap["total_cost"],
        "quarters": len(roadmap["quarters"]),
        "net_cost": document["net_cost"],
    }


def plan_document(
    library: Library, advice: Advice, asked: Asked, *, stored: Mapping[str, Any], answers: Answers, made_on: date
) -> Part:
    """The plan beside the stored result. `stored` is the report's document, `answers` those it is about."""
    wording = library.wording
    plan = {
        "verdict": diagnosis_parts.verdict_part(library.questionnaire, wording, advice.answers, advice.diagnosis),
        "stage": diagnosis_parts.stage_part(wording, advice.diagnosis),
        "roadmap": {**parts.roadmap_part(library, advice), "target": _target(library, asked.wish.target)},
        "net_cost": advice.net_cost,
    }
    return {
        "schema": SCHEMA,
        "content_version": library.questionnaire.version,
        "reference": stored["reference"],
        "submitted_on": stored["submitted_on"],
        "made_on": made_on.isoformat(),
        "company": {"name": stored["company"]["name"]},
        "inputs": inputs_part(library, asked, answers, advice),
        "before": figures_of(stored),
        "after": figures_of(plan),
        "roadmap": plan["roadmap"],
        "policies": parts.policies_part(library, advice),
        "net_cost": plan["net_cost"],
    }


__all__ = ["Asked", "figures_of", "inputs_part", "plan_document", "planned_price"]
