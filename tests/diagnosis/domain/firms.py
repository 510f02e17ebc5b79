"""Small hand-built firms and a questionnaire that holds only what earns points."""

from __future__ import annotations

from typing import Any

from diagnosis.domain.answers import Answers, Value
from diagnosis.domain.chain import BANDS, LINKS, SCENES, VIEW
from diagnosis.domain.questionnaire import Page, Questionnaire

CORE = ("product_design", "production_control", "purchasing", "warehousing", "marketing")
NETWORK = ("floor_control", "application", "industrial_5g", "full_coverage")
COLLECTION = tuple(scene for scene in SCENES if scene not in ("office", "decision_support"))

STEPS_5 = (0.0, 1.5, 3.0, 4.5, 6.0)
POINTS: dict[str, dict[str, float]] = {
    "network": dict.fromkeys(NETWORK, 2.0),
    "equipment_digitised": {str(i): p for i, p in enumerate(STEPS_5)},
    "equipment_networked": {str(i): p for i, p in enumerate(STEPS_5)},
    "data_collection": {scene: 0.9 if scene == "hr" else 0.7 for scene in COLLECTION},
    "systems_coverage": {str(i): i * 2.5 for i in range(5)},
    "network_security": dict.fromkeys(("rules", "products", "assessment", "boundary"), 1.25),
    "data_security": dict.fromkeys(("rules", "products", "assessment", "register"), 1.25),
    "planning": {str(i): i * 1.5 for i in range(6)},
    "management_rules": dict.fromkeys(("workflow", "it_rules", "data_rules", "incentives"), 1.875),
    "talent": dict.fromkeys(("staff", "post", "training", "pay", "ladder"), 1.5),
    "digital_spend": {str(i): i * 1.875 for i in range(5)},
    **{t: {"worse": 0.0, "same": 3.5, "better": 7.0} for t in ("energy_per_revenue", "pass_rate")},
    **{t: {"worse": 0.0, "same": 1.5, "better": 3.0} for t in ("revenue_per_head", "cost_per_revenue")},
}
TICKS = {"network", "data_collection", "network_security", "data_security", "management_rules", "talent"}
GROUPS = {"planning": "management", "management_rules": "management", "talent": "management"}


def _text(words: str) -> dict[str, str]:
    return {"zh": words, "en": words}


def _kind(id: str, points: dict[str, float]) -> str:
    return "ticks" if id in TICKS else "choice" if "better" in points else "scale"


def _question(id: str, points: dict[str, float]) -> dict[str, Any]:
    options = [{"id": option, "label": _text(option), "points": str(p)} for option, p in points.items()]
    kind = _kind(id, points)
    return {
        "id": id,
        "group": "results" if kind == "choice" else GROUPS.get(id, "foundation"),
        "kind": kind,
        "name": _text(id),
        "ask": _text(id),
        "options": options,
    }


def scoring_questionnaire() -> Questionnaire:
    """The fifteen scored items with the points of the MIIT indicators."""
    page = Page.model_validate(
        {
            "id": "all",
            "title": _text("all"),
            "intro": _text("all"),
            "quick": "no",
            "minutes": "1",
            "questions": tuple(POINTS),
        }
    )
    questions = {id: _question(id, points) for id, points in POINTS.items()}
    return Questionnaire.model_validate({"version": "test", "pages": (page,), "questions": questions})


def firm(**changes: Value) -> Answers:
    """A firm with everything at the lowest, except `changes`."""
    base: dict[str, Value] = dict.fromkeys((*SCENES, *LINKS, VIEW, *BANDS), 0)
    return Answers({**base, **changes})


def levels(answers: tuple[str, ...] | list[str], level: int) -> dict[str, Value]:
    return dict.fromkeys(answers, level)


def full_firm(**changes: Value) -> Answers:
    """Just full-process: every core scene, link and the view at 2, except `changes`."""
    return firm(**{**levels([*CORE, *LINKS, VIEW], 2), **changes})
