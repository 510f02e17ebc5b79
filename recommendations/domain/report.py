"""The frozen document: everything that page, PDF and DOCX show of one diagnosis.

Plain JSON data; every text is {"zh": ..., "en": ...}. Pure: the same answers, content and
programmes give the same document. Nothing is computed again when it is shown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from clusters.domain.directory import Helper
from clusters.domain.evidence import Case, Reference
from diagnosis.domain import wording as diagnosis_parts
from diagnosis.domain.answers import Answers
from diagnosis.domain.diagnosis import Diagnosis, diagnose
from diagnosis.domain.flags import ClusterBounds
from diagnosis.domain.questionnaire import Questionnaire
from diagnosis.domain.size_class import size_class
from recommendations.domain import report_parts as parts
from recommendations.domain.cases_part import cases_part
from recommendations.domain.catalogue import Catalogue
from recommendations.domain.changes import signatures
from recommendations.domain.helpers_part import providers_note
from recommendations.domain.matching import Match, match, top
from recommendations.domain.next_part import next_part
from recommendations.domain.policy import Assessment, Programme, assess
from recommendations.domain.report_words import ReportWords
from recommendations.domain.roadmap import NOTHING, Roadmap, plan

SCHEMA = 1


@dataclass(frozen=True, kw_only=True)
class Library:
    """All content and live records a report draws on."""

    questionnaire: Questionnaire
    wording: diagnosis_parts.Wording
    words: ReportWords
    catalogue: Catalogue
    cluster_bounds: Mapping[str, ClusterBounds]
    programmes: Sequence[Programme]
    cases: Sequence[Case]
    references: Sequence[Reference]
    directory_words: diagnosis_parts.Wording
    directory: Sequence[Helper] = ()


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What the owner wants planned. Money in whole RMB; `prices` are the owner's quotes by measure."""

    target: str = "full_process"
    budget: int | None = None
    quarter_budget: int | None = None
    prices: Mapping[str, int] = field(default_factory=lambda: NOTHING)


@dataclass(frozen=True, kw_only=True)
class Advice:
    """Diagnosis and everything that follows from it."""

    answers: Answers
    diagnosis: Diagnosis
    matches: tuple[Match, ...]
    roadmap: Roadmap
    assessments: tuple[Assessment, ...]

    @property
    def net_cost(self) -> int | None:
        """Cost of the roadmap after the best grant the firm is eligible for; None without one."""
        amounts = [one.amount for one in self.assessments if one.amount]
        return self.roadmap.total_cost - max(amounts) if amounts else None


def count_eligible(programmes: Sequence[Programme], answers: Answers, today: date) -> int:
    size = size_class(answers)
    return sum(assess(one, answers, size, 0, today).verdict == "eligible" for one in programmes)


def advise(library: Library, answers: Answers, *, today: date, wish: Wish | None = None) -> Advice:
    """Diagnose, choose measures, plan, and look at the programmes. Raises TargetError, PlanError."""
    wanted = wish or Wish()
    diagnosis = diagnose(
        library.questionnaire,
        answers,
        cluster_bounds=library.cluster_bounds,
        eligible_programmes=count_eligible(library.programmes, answers, today),
    )
    size = diagnosis.size_class
    roadmap = plan(
        library.catalogue,
        answers,
        size,
        target=wanted.target,
        needs=diagnosis.needs,
        budget=wanted.budget,
        quarter_budget=wanted.quarter_budget,
        prices=wanted.prices,
    )
    measures = library.catalogue.measures
    grantable = sum(one.cost for one in roadmap.measures if measures[one.measure].grantable)
    return Advice(
        answers=answers,
        diagnosis=diagnosis,
        roadmap=roadmap,
        matches=top(
            match(library.catalogue, answers, size, diagnosis.needs),
            planned=[one.measure for one in roadmap.measures],
        ),
        assessments=tuple(assess(one, answers, size, grantable, today) for one in library.programmes),
    )


def build_document(
    library: Library,
    advice: Advice,
    *,
    reference: str,
    submitted_on: date,
    revision: int,
    peers: dict[str, Any] | None = None,
    changes: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """The document of one submission (shape: docs/document.md)."""
    questionnaire, wording, answers = library.questionnaire, library.wording, advice.answers
    diagnosis = advice.diagnosis
    company = diagnosis_parts.company_part(questionnaire, wording, answers, diagnosis)
    cluster = company["cluster"]["id"] if company["cluster"] else None
    needs = parts.needs_part(library, advice, company)
    return {
        "schema": SCHEMA,
        "content_version": questionnaire.version,
        "signature": signatures(questionnaire),
        "reference": reference,
        "submitted_on": submitted_on.isoformat(),
        "revision": revision,
        "company": company,
        "verdict": diagnosis_parts.verdict_part(questionnaire, wording, answers, diagnosis),
        "stage": diagnosis_parts.stage_part(wording, diagnosis),
        "dimensions": diagnosis_parts.dimensions_part(wording, diagnosis),
        "next": next_part(library, advice),
        "needs": needs,
        "providers_note": providers_note(library, needs),
        "flags": diagnosis_parts.flags_part(questionnaire, wording, diagnosis),
        "official_sheet": diagnosis_parts.sheet_part(questionnaire, wording, answers, diagnosis),
        "roadmap": parts.roadmap_part(library, advice),
        "policies": parts.policies_part(library, advice),
        "net_cost": advice.net_cost,
        "peers": peers,
        "references": [parts.reference_part(one) for one in library.references],
        "cases": cases_part(library, advice.matches, cluster),
        "changes": changes,
        "annex": diagnosis_parts.annex_part(questionnaire, wording, answers),
        "privacy": library.words.say("privacy"),
    }


def machine_output(advice: Advice) -> dict[str, Any]:
    """The keys of methodology section 12."""
    roadmap = advice.roadmap
    return {
        **advice.diagnosis.to_dict(),
        "measures": [
            {"id": one.measure.id, "pathway": one.measure.pathway, "because": list(one.because)}
            for one in advice.matches
        ],
        "roadmap": {
            "target": roadmap.target,
            "reached": roadmap.reached,
            "quarters": [
                {
                    "quarter": quarter.quarter,
                    "measures": [run.measure for run in quarter.running],
                    "cost": quarter.cost,
                    "type": quarter.type,
                    "distance": quarter.distance,
                }
                for quarter in roadmap.quarters
            ],
            "total_cost": roadmap.total_cost,
            "optimal": roadmap.optimal,
            "missing": parts.machine_missing(roadmap),
        },
        "policies": [
            {
                "id": one.programme,
                "verdict": one.verdict,
                "amount": one.amount,
                "reasons": [{"text": reason.text.to_dict(), "state": reason.state} for reason in one.reasons],
            }
            for one in advice.assessments
        ],
    }
