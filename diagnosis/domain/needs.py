"""The four pathway needs (paper 4.1-4.4), 0-100, each with the answers that made it.

Contributor: one answer that speaks for a pathway. Its severity runs from 0 (no need) to 1.
    barrier   level / 3
    scene     levels missing to 3, where it works with the others, / 3; unknown core scene = 1
    link      levels missing to 2, where a system passes data on, / 2; unknown = 1
    practice  levels missing to the top of a 0..3 scale / 3
    leading   as practice, only in clusters whose leaders are known to use the technology (paper 2.2.1)
    points    share of MIIT's points not earned
    size      micro 1, small 2/3, medium and large 0
    programme 1 when the firm is eligible for a programme it does not use, else 0
Need = weighted mean of the severities of the answered contributors, times 100, one decimal.
An unknown answer is left out of the mean, except the unknown core scenes and links above, and is
never among `because`. `because` lists the answers with a severity above 0, strongest first
(weight times severity, then the order of the table). A programme is not an answer and not listed.

Weights are a judgement of this project: what the owner calls an obstacle weighs 3, what is seen
in the plant 0.5 to 2. `b_organisation` stands with 4.1, which starts from the loose organisation
of small private firms.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from diagnosis.domain.answers import Answers
from diagnosis.domain.chain import (
    CORE_SCENES,
    LINKS,
    SYSTEM_LEVEL,
    applicable_domains,
    links_between,
    scene_applies,
)
from diagnosis.domain.official_sheet import OfficialSheet
from diagnosis.domain.size_class import SizeClass

Pathway = Literal["inclusive_empowerment", "technology_adaptation", "data_collaboration", "policy_support"]
Kind = Literal["barrier", "scene", "link", "practice", "leading", "points", "size", "programme"]

SCALE_TOP: Final = 3
LINKED_LEVEL: Final = 3
SIZES: Final[Mapping[SizeClass, float]] = {"micro": 1.0, "small": 2 / 3, "medium": 0.0, "large": 0.0}
ALL_CORE_SCENES: Final = frozenset(scene for scenes in CORE_SCENES.values() for scene in scenes)

# Clusters of the leaders paper 2.2.1 names: Xintai and Anta (5G platforms for footwear and apparel),
# Jomoo (5G ceramics park, digital twin), Hui'an stone carving (digital twin).
LEADERS_USE: Final[Mapping[str, frozenset[str]]] = {
    "five_g_use": frozenset({"footwear", "textiles_garments", "building_materials_home"}),
    "digital_twin": frozenset({"building_materials_home", "crafts"}),
}


@dataclass(frozen=True)
class Contributor:
    kind: Kind
    answer: str
    weight: float


@dataclass(frozen=True, kw_only=True)
class Need:
    """`score` 0-100, `because` the answers that made it, strongest first."""

    pathway: Pathway
    score: float
    because: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Situation:
    """All that severities are read from."""

    answers: Answers
    size: SizeClass | None
    sheet: OfficialSheet
    eligible_programmes: int


def _each(kind: Kind, weight: float, *answers: str) -> tuple[Contributor, ...]:
    return tuple(Contributor(kind, answer, weight) for answer in answers)


CONTRIBUTORS: Final[Mapping[Pathway, tuple[Contributor, ...]]] = {
    "inclusive_empowerment": (
        *_each("barrier", 3, "b_finance", "b_benefit", "b_talent", "b_training", "b_organisation"),
        *_each("size", 2, "employees"),
        *_each("practice", 2, "chain_platform"),
        *_each("points", 0.5, "network", "equipment_digitised", "equipment_networked"),
        *_each("points", 0.5, "data_collection", "systems_coverage", "network_security"),
    ),
    "technology_adaptation": (
        *_each("barrier", 3, "b_fit", "b_provider"),
        *_each("scene", 1.5, "product_design", "production_control"),
        *_each("scene", 0.5, "process_design", "scheduling", "quality", "equipment", "safety", "energy"),
        *_each("leading", 1, "five_g_use", "digital_twin"),
    ),
    "data_collaboration": (
        *_each("link", 1.5, *LINKS),
        *_each("barrier", 3, "b_partners", "b_data_trust"),
        *_each("practice", 2, "partner_data_sharing"),
    ),
    "policy_support": (
        *_each("barrier", 3, "b_policy_access"),
        *_each("programme", 2, ""),
        *_each("points", 2, "data_security"),
        *_each("points", 1, "management_rules"),
    ),
}


def _missing_share(level: int, wanted: int) -> float:
    return max(0, wanted - level) / wanted


def _barrier(answer: str, situation: Situation) -> float | None:
    level = situation.answers.level(answer)
    return None if level is None else level / SCALE_TOP


def _scene(answer: str, situation: Situation) -> float | None:
    level = situation.answers.level(answer)
    if level is not None:
        return _missing_share(level, LINKED_LEVEL)
    return 1.0 if answer in ALL_CORE_SCENES and scene_applies(situation.answers, answer) else None


def _link(answer: str, situation: Situation) -> float | None:
    if answer not in links_between(applicable_domains(situation.answers)):
        return None
    return _missing_share(situation.answers.level(answer) or 0, SYSTEM_LEVEL)


def _practice(answer: str, situation: Situation) -> float | None:
    level = situation.answers.level(answer)
    return None if level is None else _missing_share(level, SCALE_TOP)


def _leading(answer: str, situation: Situation) -> float | None:
    used = situation.answers.choice("cluster") in LEADERS_USE[answer]
    return _practice(answer, situation) if used else None


def _points(answer: str, situation: Situation) -> float | None:
    return situation.sheet.item(answer).lacking


def _size(answer: str, situation: Situation) -> float | None:
    return None if situation.size is None else SIZES[situation.size]


def _programme(answer: str, situation: Situation) -> float | None:
    return 1.0 if situation.eligible_programmes else 0.0


SEVERITY: Final[Mapping[Kind, Callable[[str, Situation], float | None]]] = {
    "barrier": _barrier,
    "scene": _scene,
    "link": _link,
    "practice": _practice,
    "leading": _leading,
    "points": _points,
    "size": _size,
    "programme": _programme,
}


def _is_answered(contributor: Contributor, answers: Answers) -> bool:
    return contributor.kind != "programme" and not answers.is_unknown(contributor.answer)


def _need(pathway: Pathway, situation: Situation) -> Need:
    read = [(row, SEVERITY[row.kind](row.answer, situation)) for row in CONTRIBUTORS[pathway]]
    known = [(row, severity) for row, severity in read if severity is not None]
    weight = sum(row.weight for row, _ in known)
    made = [(row, row.weight * severity) for row, severity in known if severity > 0]
    named = [(row.answer, strength) for row, strength in made if _is_answered(row, situation.answers)]
    return Need(
        pathway=pathway,
        score=round(100 * sum(strength for _, strength in made) / weight, 1) if weight else 0.0,
        because=tuple(answer for answer, _ in sorted(named, key=lambda pair: -pair[1])),
    )


def needs(
    answers: Answers, *, size: SizeClass | None, sheet: OfficialSheet, eligible_programmes: int = 0
) -> tuple[Need, ...]:
    """All four needs, greatest first; equal ones in the order of the paper."""
    situation = Situation(answers=answers, size=size, sheet=sheet, eligible_programmes=eligible_programmes)
    found = [_need(pathway, situation) for pathway in CONTRIBUTORS]
    return tuple(sorted(found, key=lambda need: -need.score))
