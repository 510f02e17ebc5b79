"""The parts of the frozen document that are about advice: measures, roadmap, programmes, cases."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from clusters.domain.content_file import Text
from clusters.domain.evidence import Reference
from clusters.domain.languages import listed
from diagnosis.domain.wording import Part, Said, answer_text, named, option_text
from recommendations.domain.apply import gains
from recommendations.domain.cases_part import evidence_part
from recommendations.domain.helpers_part import providers_part
from recommendations.domain.matching import Match
from recommendations.domain.policy import Assessment
from recommendations.domain.report_words import filler
from recommendations.domain.roadmap import Quarter, Roadmap
from recommendations.domain.waits_part import waits_part

if TYPE_CHECKING:
    from recommendations.domain.report import Advice, Library

Fill = Callable[[Text], Said]
MOST_REASONS = 6  # answers named as the reason of a need or measure


def _reasons(library: Library, advice: Advice, ids: tuple[str, ...]) -> list[Part]:
    questions = library.questionnaire.questions
    return [
        {
            "answer": id,
            "name": questions[id].name.to_dict(),
            "text": answer_text(library.wording, questions[id], advice.answers),
        }
        for id in ids[:MOST_REASONS]
    ]


def _effect(library: Library, answer: str, effect: int | tuple[str, ...]) -> Part:
    question = library.questionnaire.questions[answer]
    if isinstance(effect, int):
        return {
            "answer": answer,
            "name": question.name.to_dict(),
            "to": effect,
            "to_text": question.options[effect].label.to_dict(),
        }
    return {
        "answer": answer,
        "name": question.name.to_dict(),
        "to": None,
        "to_text": listed(option_text(question, option) for option in effect),
    }


def _measure(library: Library, advice: Advice, match: Match, fill: Fill, company: dict[str, Any]) -> Part:
    measure = match.measure
    cluster = company["cluster"]["id"] if company["cluster"] else None
    band = measure.band(advice.diagnosis.size_class)
    trade = measure.trade.get(cluster or "")
    effects = measure.effects if match.standing == "in_place" else gains(advice.answers, measure)
    return {
        "id": measure.id,
        "title": measure.title.to_dict(),
        "pathway": measure.pathway,
        "paper": measure.paper,
        "standing": match.standing,
        "waits": waits_part(library, advice, match),
        "closes": match.closes,
        "why": fill(measure.why),
        "trade": trade.to_dict() if trade else None,
        "steps": [step.to_dict() for step in measure.steps],
        "effects": [_effect(library, answer, effect) for answer, effect in effects.items()],
        "cost": {"low": band.low, "high": band.high, "planned": band.planned},
        "months": measure.months,
        "effort": measure.effort.to_dict(),
        "grantable": measure.grantable,
        "helpers": [library.catalogue.helpers[helper].to_dict() for helper in measure.helpers],
        "providers": providers_part(library, measure, company),
        "evidence": evidence_part(library, measure),
        "because": _reasons(library, advice, match.because),
    }


def needs_part(library: Library, advice: Advice, company: dict[str, Any]) -> list[Part]:
    """The four pathways, greatest need first, each with its measures."""
    fill = filler(library.questionnaire, library.wording, advice.answers, company)
    return [
        {
            **named(library.wording, "need", need.pathway),
            "score": need.score,
            "summary": library.wording.say(f"need_summary.{need.pathway}"),
            "because": _reasons(library, advice, need.because),
            "measures": [
                _measure(library, advice, match, fill, company)
                for match in advice.matches
                if match.measure.pathway == need.pathway
            ],
        }
        for need in advice.diagnosis.needs
    ]


def _quarter(library: Library, quarter: Quarter) -> Part:
    measures = library.catalogue.measures
    return {
        "quarter": quarter.quarter,
        "cost": quarter.cost,
        "spent": quarter.spent,
        "distance": quarter.distance,
        "type": named(library.wording, "type", quarter.type),
        "measures": [
            {"id": run.measure, "title": measures[run.measure].title.to_dict(), "starts": run.starts, "ends": run.ends}
            for run in quarter.running
        ],
    }


def target_kind(target: str) -> str:
    return target if target in ("full_process", "stage") else "scene"


def _note(library: Library, roadmap: Roadmap) -> Said:
    if not roadmap.measures and roadmap.reached:
        return library.words.say("roadmap.done")
    if roadmap.missing is not None:
        return library.words.say("roadmap.short", distance=roadmap.missing.distance, cost=f"{roadmap.total_cost:,}")
    key = "roadmap.reached" if roadmap.optimal else "roadmap.best_found"
    return library.words.say(
        key, count=len(roadmap.measures), quarters=len(roadmap.quarters), cost=f"{roadmap.total_cost:,}"
    )


def _missing(library: Library, roadmap: Roadmap) -> Part | None:
    missing = roadmap.missing
    if missing is None:
        return None
    text = (
        library.words.say("roadmap.missing.unreachable")
        if missing.cost is None
        else library.words.say("roadmap.missing.cost", cost=f"{missing.cost:,}")
    )
    return {"distance": missing.distance, "cost": missing.cost, "text": text}


def machine_missing(roadmap: Roadmap) -> Part | None:
    """What is left to the target, with the keys of methodology section 12."""
    missing = roadmap.missing
    if missing is None:
        return None
    steps = [{"answer": step.answer, "from": step.from_level, "to": step.to_level} for step in missing.steps]
    return {"distance": missing.distance, "cost": missing.cost, "steps": steps}


def roadmap_part(library: Library, advice: Advice) -> Part:
    roadmap = advice.roadmap
    measures = library.catalogue.measures
    return {
        "target": library.words.say(f"roadmap.target.{target_kind(roadmap.target)}"),
        "target_id": roadmap.target,
        "reached": roadmap.reached,
        "optimal": roadmap.optimal,
        "budget": roadmap.budget,
        "quarter_budget": roadmap.quarter_budget,
        "quarters": [_quarter(library, quarter) for quarter in roadmap.quarters],
        "measures": [
            {
                "id": one.measure,
                "title": measures[one.measure].title.to_dict(),
                "start": one.start,
                "end": one.end,
                "cost": one.cost,
                "grantable": measures[one.measure].grantable,
            }
            for one in roadmap.measures
        ],
        "total_cost": roadmap.total_cost,
        "missing": _missing(library, roadmap),
        "note": _note(library, roadmap),
        "cost_note": library.words.say("cost.note"),
    }


def _policy(library: Library, advice: Advice, assessment: Assessment) -> Part:
    programme = next(one for one in library.programmes if one.id == assessment.programme)
    return {
        "id": programme.id,
        "name": programme.name.to_dict(),
        "issuer": programme.issuer.to_dict(),
        "number": programme.number,
        "source": programme.source,
        "verdict": assessment.verdict,
        "expired": assessment.expired,
        "verified": assessment.verified,
        "reasons": [
            {
                "text": reason.text.to_dict(),
                "state": reason.state,
                "answers": _reasons(library, advice, reason.answers),
            }
            for reason in assessment.reasons
        ],
        "amount": assessment.amount,
        "amount_text": assessment.amount_text.to_dict(),
        "benefit": programme.benefit_text.to_dict(),
        "recorded_on": programme.recorded_on.isoformat(),
        "issued_on": programme.issued_on.isoformat() if programme.issued_on else None,
        "verified_on": programme.verified_on.isoformat() if programme.verified_on else None,
        "how": programme.how.to_dict(),
        "documents": [document.to_dict() for document in programme.documents],
    }


def policies_part(library: Library, advice: Advice) -> list[Part]:
    return [_policy(library, advice, assessment) for assessment in advice.assessments]


def reference_part(reference: Reference) -> Part:
    return {
        "id": reference.id,
        "name": reference.name.to_dict(),
        "value": reference.text.to_dict(),
        "section": reference.section,
    }
