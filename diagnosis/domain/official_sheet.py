"""The official preparation sheet: MIIT's points by item (2024 edition) and the 16 scene levels.

Foundation 50 points, management 30, results 20. Points stand beside the options of the
questionnaire: a scale or choice earns the points of its option, ticks the sum of theirs.
An unknown answer earns nothing and is marked missing. How points and scenes combine into
an official level is not public knowledge here, so no level is ever derived.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from diagnosis.domain.answers import Answers
from diagnosis.domain.chain import SCENES, scene_applies
from diagnosis.domain.questionnaire import Question, Questionnaire

Part = Literal["foundation", "management", "results"]
State = Literal["known", "unknown", "not_applicable"]

ITEMS: Final[Mapping[Part, tuple[str, ...]]] = {
    "foundation": (
        "network",
        "equipment_digitised",
        "equipment_networked",
        "data_collection",
        "systems_coverage",
        "network_security",
        "data_security",
    ),
    "management": ("planning", "management_rules", "talent", "digital_spend"),
    "results": ("energy_per_revenue", "pass_rate", "revenue_per_head", "cost_per_revenue"),
}


@dataclass(frozen=True, kw_only=True)
class Item:
    """One scored item; `maximum` is what it can earn at most."""

    id: str
    part: Part
    points: float
    maximum: float
    missing: bool

    @property
    def lacking(self) -> float | None:
        """Share of the points not earned, 0..1; None when the answer is missing."""
        return None if self.missing or not self.maximum else 1 - self.points / self.maximum


@dataclass(frozen=True, kw_only=True)
class SceneLevel:
    """Level 0..4 of one business scene; None when unknown or not applicable."""

    id: str
    level: int | None
    state: State


@dataclass(frozen=True, kw_only=True)
class OfficialSheet:
    items: tuple[Item, ...]
    scenes: tuple[SceneLevel, ...]

    def part(self, part: Part) -> tuple[Item, ...]:
        return tuple(item for item in self.items if item.part == part)

    def _points(self, part: Part) -> float:
        return _exact(sum(item.points for item in self.part(part)))

    @property
    def foundation(self) -> float:
        return self._points("foundation")

    @property
    def management(self) -> float:
        return self._points("management")

    @property
    def results(self) -> float:
        return self._points("results")

    @property
    def total(self) -> float:
        return _exact(sum(item.points for item in self.items))

    def item(self, id: str) -> Item:
        return next(item for item in self.items if item.id == id)


def _exact(points: float) -> float:
    """MIIT's points have at most three decimals; this takes away what binary fractions add."""
    return round(points, 3)


def _earned(question: Question, answers: Answers) -> float | None:
    """Points of the answer; None when it is missing."""
    if question.kind == "ticks":
        ticked = answers.ticks(question.id)
        return None if ticked is None else sum(o.points for o in question.options if o.id in ticked)
    level = answers.level(question.id)
    chosen = answers.choice(question.id) if level is None else str(level)
    return None if chosen is None else question.options_by_id[chosen].points


def _maximum(question: Question) -> float:
    points = [option.points for option in question.options]
    return sum(points) if question.kind == "ticks" else max(points)


def _item(question: Question, part: Part, answers: Answers) -> Item:
    earned = _earned(question, answers)
    return Item(
        id=question.id,
        part=part,
        points=_exact(earned or 0.0),
        maximum=_exact(_maximum(question)),
        missing=earned is None,
    )


def _scene(scene: str, answers: Answers) -> SceneLevel:
    if not scene_applies(answers, scene):
        return SceneLevel(id=scene, level=None, state="not_applicable")
    level = answers.level(scene)
    return SceneLevel(id=scene, level=level, state="unknown" if level is None else "known")


def fill_sheet(questionnaire: Questionnaire, answers: Answers) -> OfficialSheet:
    return OfficialSheet(
        items=tuple(
            _item(questionnaire.questions[id], part, answers) for part, ids in ITEMS.items() for id in ids
        ),
        scenes=tuple(_scene(scene, answers) for scene in SCENES),
    )
