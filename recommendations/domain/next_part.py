"""What to do next, as plain data: the three steps on the first page.

The first measures of the roadmap in their order; where the roadmap has fewer than three, measures follow
that wait for nothing and change something, greatest need first, one of each pathway before a second one.
They are outside the roadmap and have no quarter.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from diagnosis.domain.wording import Part
from recommendations.domain.measure import PATHWAYS, Measure

if TYPE_CHECKING:
    from recommendations.domain.report import Advice, Library

MOST: Final = 3


def _planned(library: Library, advice: Advice) -> list[tuple[Measure, int, int | None]]:
    """Measure, cost in RMB and quarter of what the roadmap starts with."""
    ordered = sorted(advice.roadmap.measures, key=lambda one: one.start)
    return [(library.catalogue.measures[one.measure], one.cost, one.start) for one in ordered]


def _ready(advice: Advice) -> Iterator[tuple[Measure, int, int | None]]:
    """What can start at once, pathway by pathway in turn."""
    ready = [one for one in advice.matches if one.standing == "ready"]
    by_pathway = {pathway: [one for one in ready if one.measure.pathway == pathway] for pathway in PATHWAYS}
    order = list(dict.fromkeys(one.measure.pathway for one in ready))
    for place in range(len(ready)):
        for pathway in order:
            if place < len(by_pathway[pathway]):
                match = by_pathway[pathway][place]
                yield match.measure, match.cost, None


def next_part(library: Library, advice: Advice) -> list[Part]:
    """At most three measures with price, quarter (None outside the roadmap), months and who helps."""
    planned = _planned(library, advice)
    named = {measure.id for measure, _, _ in planned}
    more = [one for one in _ready(advice) if one[0].id not in named]
    return [
        {
            "id": measure.id,
            "title": measure.title.to_dict(),
            "quarter": quarter,
            "cost": cost,
            "months": measure.months,
            "helpers": [library.catalogue.helpers[helper].to_dict() for helper in measure.helpers],
        }
        for measure, cost, quarter in (*planned, *more)[:MOST]
    ]
