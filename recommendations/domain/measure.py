"""One measure: what a firm can do, what it brings, needs, costs and takes.

Measure: one project a firm can carry out within two years (methodology section 5).
Pathway: one of the four of the paper (4.1-4.4); sub-line: a proposal within a pathway that some
measure must carry out. Effect: a scale raised to at least a level, or options of a tick question
added. Need: a measure that must be finished, or an answer that must be reached, before the start.
Cost: lowest and highest price in RMB by size class; cost and months are planning assumptions.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Annotated, Any, Final, Literal

from pydantic import Discriminator, Field, Tag, field_validator, model_validator

from clusters.domain.content_file import ContentModel, NonEmpty, Text
from diagnosis.domain.needs import Pathway
from diagnosis.domain.size_class import SizeClass
from recommendations.domain.conditions import Condition

PATHWAYS: Final[tuple[Pathway, ...]] = (
    "inclusive_empowerment",
    "technology_adaptation",
    "data_collaboration",
    "policy_support",
)
PAPER: Final[Mapping[Pathway, str]] = MappingProxyType(
    {pathway: f"4.{number}" for number, pathway in enumerate(PATHWAYS, 1)}
)
SUBLINES: Final[Mapping[Pathway, tuple[str, ...]]] = MappingProxyType(
    {
        "inclusive_empowerment": (
            "modular_cloud",
            "trade_saas",
            "leader_platform",
            "open_equipment_functions",
            "owner_training",
            "worker_training",
        ),
        "technology_adaptation": (
            "trade_systems",
            "small_batch",
            "customised_production",
            "adaptation_laboratory",
            "digital_twin",
            "five_g",
            "local_providers",
        ),
        "data_collaboration": (
            "internal_integration",
            "process_restructuring",
            "supply_chain_platform",
            "partner_sharing",
            "cross_trade_livestreaming",
            "cross_trade_smart_home",
        ),
        "policy_support": (
            "simpler_applications",
            "weak_link_support",
            "data_security_governance",
            "data_sharing_incentives",
            "industry_academia",
        ),
    }
)
Helper = Literal[
    "provider",
    "platform",
    "chain_leader",
    "laboratory",
    "training_base",
    "officer",
    "association",
    "own_team",
]
SIZES: Final[tuple[SizeClass, ...]] = ("micro", "small", "medium", "large")

Effect = int | tuple[str, ...]
PLACEHOLDER: Final = re.compile(r"\{(company|cluster|employees|answer\.([a-z0-9_]+))\}")
ROUNDING: Final = 100  # RMB


def _need_kind(data: Any) -> str | None:
    if isinstance(data, MeasureNeed | AnswerNeed):
        return "<measure>" if isinstance(data, MeasureNeed) else "<answer>"
    telling = [kind for kind in ("measure", "answer") if isinstance(data, dict) and kind in data]
    return f"<{telling[0]}>" if len(telling) == 1 else None


class MeasureNeed(ContentModel):
    """Waived where all effects of the needed measure are there already."""

    measure: NonEmpty


class AnswerNeed(ContentModel):
    """A scale at this level at least, or so many options ticked."""

    answer: NonEmpty
    at_least: int = Field(ge=1)


Need = Annotated[
    Annotated[MeasureNeed, Tag("<measure>")] | Annotated[AnswerNeed, Tag("<answer>")],
    Discriminator(_need_kind, custom_error_type="need", custom_error_message="a need has measure or answer"),
]


class Band(ContentModel):
    """Lowest and highest price in RMB."""

    low: int = Field(ge=0)
    high: int = Field(ge=0)

    @model_validator(mode="before")
    @classmethod
    def from_pair(cls, data: Any) -> Any:
        """Written as [low, high]."""
        if not isinstance(data, list):
            return data
        if len(data) != 2:
            raise ValueError("a cost band is [low, high]")
        return {"low": data[0], "high": data[1]}

    @model_validator(mode="after")
    def in_order(self) -> Band:
        if self.low > self.high:
            raise ValueError("the lowest price is above the highest")
        return self

    @property
    def planned(self) -> int:
        """Middle of the band, rounded to RMB 100 (halves upwards)."""
        return (self.low + self.high + ROUNDING) // (2 * ROUNDING) * ROUNDING


class Measure(ContentModel):
    """One measure. `why` may name {company}, {cluster}, {employees} and {answer.<id>}."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    pathway: Pathway
    paper: NonEmpty
    subline: NonEmpty
    title: Text
    why: Text
    steps: tuple[Text, ...] = Field(min_length=3, max_length=6)
    trade: Mapping[str, Text] = Field(default_factory=dict)
    effects: Mapping[str, Effect] = Field(default_factory=dict)
    needs: tuple[Need, ...] = ()
    applies: Condition | None = None
    cost: Mapping[SizeClass, Band]
    months: int = Field(ge=1, le=24)
    grantable: bool
    effort: Text
    helpers: tuple[Helper, ...] = Field(min_length=1)
    evidence: NonEmpty | None = None
    eases: tuple[NonEmpty, ...] = ()
    retired_on: date | None = None

    @model_validator(mode="before")
    @classmethod
    def nothing_is_none(cls, data: Any) -> Any:
        """Content files write `none` where there is nothing."""
        if not isinstance(data, dict):
            return data
        return {key: value for key, value in data.items() if value != "none"}

    @field_validator("cost")
    @classmethod
    def every_size(cls, cost: Mapping[SizeClass, Band]) -> Mapping[SizeClass, Band]:
        missing = [size for size in SIZES if size not in cost]
        if missing:
            raise ValueError(f"there is no price for {', '.join(missing)}")
        return cost

    @model_validator(mode="after")
    def fits_the_paper(self) -> Measure:
        if self.paper != PAPER[self.pathway]:
            raise ValueError(f"{self.pathway} is section {PAPER[self.pathway]}, not {self.paper}")
        if self.subline not in SUBLINES[self.pathway]:
            raise ValueError(f"'{self.subline}' is no sub-line of {self.pathway}")
        if not self.effects and not self.eases:
            raise ValueError("changes nothing: neither effects nor eased barriers")
        return self

    @property
    def quarters(self) -> int:
        """Whole quarters the measure takes."""
        return -(-self.months // 3)

    @property
    def texts(self) -> tuple[Text, ...]:
        """Every text but `why`."""
        return (self.title, self.effort, *self.steps, *self.trade.values())

    def band(self, size_class: SizeClass | None) -> Band:
        """An unknown size class is planned as small."""
        return self.cost[size_class or "small"]
