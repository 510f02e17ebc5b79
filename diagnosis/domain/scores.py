"""The three dimensions (paper, section 1), 0-100 over the answered questions.

technological_integration  40% scenes + 30% links and management view + 30% MIIT foundation points;
                           the weight of a part with nothing answered is spread over the others
model_innovation           mean of the eight questions on new ways of doing business (paper 2.3.2, 2.3.3)
economic_performance       mean of the eight results (paper Table 1 and 2.2.1, MIIT)
A dimension with under half of its applicable questions answered has no value.
Every scale is linear from its lowest to its highest level; numbers follow `CURVES`, clipped at both ends.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from diagnosis.domain.answers import Answers
from diagnosis.domain.chain import TOPS, VIEW, applicable_domains, applicable_scenes, links_between
from diagnosis.domain.official_sheet import OfficialSheet

WEIGHTS: Final[Mapping[str, int]] = {"scenes": 40, "links": 30, "foundation": 30}

INNOVATION: Final = (
    "customisation",
    "online_channels",
    "chain_platform",
    "partner_data_sharing",
    "five_g_use",
    "cloud_collaboration",
    "digital_twin",
    "apps_per_head",
)
RESULTS: Final = (
    "production_efficiency",
    "operating_cost",
    "defect_rate",
    "delivery_cycle",
    "energy_per_revenue",
    "pass_rate",
    "revenue_per_head",
    "cost_per_revenue",
)
SCALE_TOP: Final = 3
TRENDS: Final[Mapping[str, float]] = {"worse": 0.0, "same": 0.5, "better": 1.0}

# Answered number -> share of the best value: apps per head (paper 2.3.3), changes in percent
# (paper Table 1 for efficiency and cost, 2.2.1 for defects and delivery).
CURVES: Final[Mapping[str, tuple[tuple[float, float], ...]]] = {
    "apps_per_head": ((0.0, 0.0), (0.7, 1 / 3), (2.3, 1.0)),
    "production_efficiency": ((0.0, 0.0), (30.0, 1.0)),
    "operating_cost": ((-20.0, 1.0), (0.0, 0.0)),
    "defect_rate": ((-45.0, 1.0), (0.0, 0.0)),
    "delivery_cycle": ((-45.0, 1.0), (0.0, 0.0)),
}

Shares = Sequence[float | None]


@dataclass(frozen=True, kw_only=True)
class Dimensions:
    """Each 0-100 with one decimal; None when under half of its questions are answered."""

    technological_integration: float | None
    model_innovation: float | None
    economic_performance: float | None

    def to_dict(self) -> dict[str, float | None]:
        return {
            "technological_integration": self.technological_integration,
            "model_innovation": self.model_innovation,
            "economic_performance": self.economic_performance,
        }


def interpolate(curve: Sequence[tuple[float, float]], value: float) -> float:
    """Linear between the points of the curve, constant beyond its ends."""
    if value <= curve[0][0]:
        return curve[0][1]
    for (left, low), (right, high) in pairwise(curve):
        if value <= right:
            return low + (high - low) * (value - left) / (right - left)
    return curve[-1][1]


def _level_share(answers: Answers, answer: str, top: int) -> float | None:
    level = answers.level(answer)
    return None if level is None else level / top


def innovation_share(answers: Answers, answer: str) -> float | None:
    """One answer on model innovation as a share 0..1; None when unknown."""
    number = answers.number(answer)
    if answer not in CURVES:
        return _level_share(answers, answer, SCALE_TOP)
    return None if number is None else interpolate(CURVES[answer], number)


def result_share(answers: Answers, answer: str) -> float | None:
    """One result as a share 0..1; None when unknown."""
    number = answers.number(answer)
    if answer not in CURVES:
        return TRENDS.get(answers.choice(answer) or "")
    return None if number is None else interpolate(CURVES[answer], number)


def _answered(shares: Shares) -> list[float]:
    return [share for share in shares if share is not None]


def _enough(shares: Shares) -> bool:
    return bool(shares) and 2 * len(_answered(shares)) >= len(shares)


def _mean(shares: Sequence[float]) -> float:
    return sum(shares) / len(shares)


def _mean_score(shares: Shares) -> float | None:
    return round(100 * _mean(_answered(shares)), 1) if _enough(shares) else None


def _foundation(sheet: OfficialSheet) -> float | None:
    """Share of the points that the answered items of the foundation can earn."""
    answered = [item for item in sheet.part("foundation") if not item.missing]
    maximum = sum(item.maximum for item in answered)
    return sum(item.points for item in answered) / maximum if maximum else None


def _technological_integration(answers: Answers, sheet: OfficialSheet) -> float | None:
    scenes = [_level_share(answers, scene, TOPS[scene]) for scene in applicable_scenes(answers)]
    linking = (*links_between(applicable_domains(answers)), VIEW)
    links = [_level_share(answers, link, TOPS[link]) for link in linking]
    foundation = [None if item.missing else item.points for item in sheet.part("foundation")]
    if not _enough([*scenes, *links, *foundation]):
        return None
    parts = {
        "scenes": _mean(_answered(scenes)) if _answered(scenes) else None,
        "links": _mean(_answered(links)) if _answered(links) else None,
        "foundation": _foundation(sheet),
    }
    known = {name: share for name, share in parts.items() if share is not None}
    weight = sum(WEIGHTS[name] for name in known)
    return round(100 * sum(WEIGHTS[name] * share for name, share in known.items()) / weight, 1)


def dimensions(answers: Answers, sheet: OfficialSheet) -> Dimensions:
    return Dimensions(
        technological_integration=_technological_integration(answers, sheet),
        model_innovation=_mean_score([innovation_share(answers, answer) for answer in INNOVATION]),
        economic_performance=_mean_score([result_share(answers, answer) for answer in RESULTS]),
    )
