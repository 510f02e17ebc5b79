"""Small worlds for the tests of the recommendation rules: measures and answers in a few words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from clusters.domain.content_file import Text
from diagnosis.domain.answers import Answers, Value
from diagnosis.domain.chain import LINKS, SCENES, VIEW
from diagnosis.domain.needs import Need, Pathway
from recommendations.domain.catalogue import Catalogue
from recommendations.domain.measure import PAPER, PATHWAYS, SIZES, SUBLINES, Measure


def text(words: str) -> dict[str, str]:
    return {"zh": words, "en": words}


def raw_measure(id: str = "one", pathway: Pathway = "data_collaboration", **changes: Any) -> dict[str, Any]:
    """A measure as it stands in a content file, all as strings."""
    return {
        "id": id,
        "pathway": pathway,
        "paper": PAPER[pathway],
        "subline": SUBLINES[pathway][0],
        "title": text("标题 title"),
        "why": text("因为 why"),
        "steps": [text("第一步 first"), text("第二步 second"), text("第三步 third")],
        "effects": {"production_control": "2"},
        "cost": {size: ["1000", "1000"] for size in SIZES},
        "months": "3",
        "grantable": "yes",
        "effort": text("两天 two days"),
        "helpers": ["own_team"],
        **changes,
    }


def measure(
    id: str = "one", pathway: Pathway = "data_collaboration", *, price: int = 1000, **changes: Any
) -> Measure:
    cost = {size: [price, price] for size in SIZES}
    return Measure.model_validate(raw_measure(id, pathway, **{"cost": cost, **changes}))


def catalogue(measures: Iterable[Measure]) -> Catalogue:
    return Catalogue(measures={one.id: one for one in measures}, helpers={})


def library() -> list[dict[str, Any]]:
    """Eight measures in every pathway, every sub-line carried out."""
    return [
        raw_measure(
            f"{pathway}_{number}", pathway, subline=SUBLINES[pathway][number % len(SUBLINES[pathway])]
        )
        for pathway in PATHWAYS
        for number in range(8)
    ]


def full_process(**changes: Value) -> Answers:
    """A firm with everything in systems and every link joined, except for the changes."""
    levels: dict[str, Value] = {**dict.fromkeys(SCENES, 2), **dict.fromkeys(LINKS, 2), VIEW: 2}
    return Answers({**levels, **changes})


def paper_based(**changes: Value) -> Answers:
    """A firm that does everything by memory, phone or paper, except for the changes."""
    levels: dict[str, Value] = {**dict.fromkeys(SCENES, 0), **dict.fromkeys(LINKS, 0), VIEW: 0}
    return Answers({**levels, **changes})


def pathway_needs(scores: Mapping[Pathway, float]) -> tuple[Need, ...]:
    return tuple(Need(pathway=pathway, score=score, because=()) for pathway, score in scores.items())


def words(zh: str, en: str) -> Text:
    return Text(zh=zh, en=en)
