"""The whole diagnosis of one set of answers: every rule of this folder, bundled.

The same answers and questionnaire give the same diagnosis for ever: no clock, no chance,
no dependence on the order of the answers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from diagnosis.domain.answers import Answers
from diagnosis.domain.flags import ClusterBounds, Flag, flags
from diagnosis.domain.needs import Need, needs
from diagnosis.domain.official_sheet import OfficialSheet, fill_sheet
from diagnosis.domain.questionnaire import Questionnaire
from diagnosis.domain.scores import Dimensions, dimensions
from diagnosis.domain.size_class import SizeClass, size_class
from diagnosis.domain.stage import Stage, stage_of
from diagnosis.domain.verdict import Verdict, judge


@dataclass(frozen=True, kw_only=True)
class Diagnosis:
    """`needs` stand greatest first; `to_dict` gives the keys of the machine interface."""

    content_version: str
    size_class: SizeClass | None
    verdict: Verdict
    stage: Stage
    dimensions: Dimensions
    needs: tuple[Need, ...]
    flags: tuple[Flag, ...]
    official_sheet: OfficialSheet

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON data with the keys of the machine interface."""
        return {
            "content_version": self.content_version,
            "size_class": self.size_class,
            **_verdict_keys(self.verdict),
            "stage": self.stage.reached,
            "dimensions": self.dimensions.to_dict(),
            "needs": {n.pathway: {"score": n.score, "because": list(n.because)} for n in self.needs},
            "flags": [{"id": flag.id, "answers": list(flag.answers)} for flag in self.flags],
            "official_sheet": _sheet_keys(self.official_sheet),
        }


def _verdict_keys(verdict: Verdict) -> dict[str, Any]:
    steps = [{"answer": step.answer, "from": step.from_level, "to": step.to_level} for step in verdict.steps]
    return {
        "type": verdict.type,
        "settled": verdict.settled,
        "possible_types": list(verdict.possible_types),
        "find_out": list(verdict.find_out),
        "domains": dict(verdict.domains),
        "distance": verdict.distance,
        "distance_best": verdict.distance_best,
        "steps": steps,
        "margin": verdict.margin,
    }


def _sheet_keys(sheet: OfficialSheet) -> dict[str, Any]:
    items = [
        {"id": item.id, "points": item.points, "max": item.maximum, "missing": item.missing}
        for item in sheet.items
    ]
    scenes = [{"id": scene.id, "level": scene.level, "state": scene.state} for scene in sheet.scenes]
    return {
        "foundation": sheet.foundation,
        "management": sheet.management,
        "results": sheet.results,
        "total": sheet.total,
        "items": items,
        "scenes": scenes,
    }


def diagnose(
    questionnaire: Questionnaire,
    answers: Answers,
    *,
    cluster_bounds: Mapping[str, ClusterBounds],
    eligible_programmes: int = 0,
) -> Diagnosis:
    """Diagnose one firm. `eligible_programmes`: policy programmes it could use and does not."""
    verdict, size, sheet = judge(answers), size_class(answers), fill_sheet(questionnaire, answers)
    return Diagnosis(
        content_version=questionnaire.version,
        size_class=size,
        verdict=verdict,
        stage=stage_of(answers),
        dimensions=dimensions(answers, sheet),
        needs=needs(answers, size=size, sheet=sheet, eligible_programmes=eligible_programmes),
        flags=flags(answers, verdict, cluster_bounds),
        official_sheet=sheet,
    )
