"""Which measures fit a firm, and why: at least three in every pathway, best first.

A measure fits when it applies and changes something: an effect not reached yet, or a barrier the
owner named. Pathways stand in the order of need. Within one, measures that can start now stand before
those that wait for something; then those that close more of the distance to full-process, then those
that ease the heavier barriers, then the cheaper ones. Where fewer than three fit, the next best are
added that are in place already: the firm has reached what they are for and can only keep it up.
Measures for other clusters, sizes or roles, or for what does not apply, are never added.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from diagnosis.domain.answers import Answers
from diagnosis.domain.needs import Need, Pathway
from diagnosis.domain.size_class import SizeClass
from diagnosis.domain.verdict import judge
from recommendations.domain.apply import after, applicability, does_something, eased, gains
from recommendations.domain.candidates import requirements
from recommendations.domain.catalogue import Catalogue
from recommendations.domain.measure import PATHWAYS, Measure

Standing = Literal["ready", "later", "in_place"]
STANDINGS: Final[tuple[Standing, ...]] = ("ready", "later", "in_place")
FEWEST: Final = 3
MOST: Final = 6

# Facts about the firm that no measure changes: a condition that fails on them makes a measure foreign.
FIRM: Final = frozenset(
    {"cluster", "subsector", "county", "employees", "revenue", "above_scale", "chain_role", "family_managed"}
)


@dataclass(frozen=True, kw_only=True)
class Match:
    """One measure for one firm. `closes`: steps of the distance; `relief`: levels of the eased
    barriers; `cost`: planned price in RMB; `because`: the answers that speak for it."""

    measure: Measure
    standing: Standing
    closes: int
    eases: tuple[str, ...]
    relief: int
    need: float
    cost: int
    because: tuple[str, ...]

    @property
    def rank(self) -> tuple[int, int, int, int, str]:
        """Least first."""
        return (STANDINGS.index(self.standing), -self.closes, -self.relief, self.cost, self.measure.id)


@dataclass(frozen=True, kw_only=True)
class _Firm:
    catalogue: Catalogue
    answers: Answers
    size_class: SizeClass | None
    distance: int
    scores: dict[Pathway, float]


def _because(measure: Measure, firm: _Firm) -> tuple[str, ...]:
    """Answers that make it apply, that it changes, that it eases; what is unknown gives no reason."""
    applying = applicability(measure, firm.answers, firm.size_class).because
    reasons = (*applying, *gains(firm.answers, measure), *eased(firm.answers, measure))
    return tuple(answer for answer in dict.fromkeys(reasons) if not firm.answers.is_unknown(answer))


def _standing(measure: Measure, firm: _Firm) -> Standing | None:
    """None when the measure is not for this firm."""
    outcome = applicability(measure, firm.answers, firm.size_class)
    if not outcome.value:
        foreign = any(answer in FIRM or firm.answers.is_na(answer) for answer in outcome.because)
        return None if foreign else "in_place"
    if not does_something(firm.answers, measure):
        return "in_place"
    waits = requirements(measure, firm.catalogue.active, firm.answers, firm.catalogue.measures)
    return "later" if waits else "ready"


def _match(measure: Measure, standing: Standing, firm: _Firm) -> Match:
    barriers = eased(firm.answers, measure)
    return Match(
        measure=measure,
        standing=standing,
        closes=firm.distance - judge(after(firm.answers, [measure])).distance,
        eases=barriers,
        relief=sum(firm.answers.level(barrier) or 0 for barrier in barriers),
        need=firm.scores.get(measure.pathway, 0.0),
        cost=measure.band(firm.size_class).planned,
        because=_because(measure, firm),
    )


def _enough(ranked: Sequence[Match]) -> tuple[Match, ...]:
    """Everything that fits, and as many already in place as are needed to make three."""
    fitting = sum(match.standing != "in_place" for match in ranked)
    return tuple(ranked[: max(FEWEST, fitting)])


def match(
    catalogue: Catalogue, answers: Answers, size_class: SizeClass | None, needs: Sequence[Need]
) -> tuple[Match, ...]:
    """The measures for this firm, pathway by pathway, greatest need first."""
    firm = _Firm(
        catalogue=catalogue,
        answers=answers,
        size_class=size_class,
        distance=judge(answers).distance,
        scores={need.pathway: need.score for need in needs},
    )
    found = [(measure, _standing(measure, firm)) for measure in catalogue.active]
    matches = [_match(measure, standing, firm) for measure, standing in found if standing is not None]
    matches.sort(key=lambda one: one.rank)
    order = sorted(PATHWAYS, key=lambda pathway: -firm.scores.get(pathway, 0.0))
    return tuple(
        one for pathway in order for one in _enough([m for m in matches if m.measure.pathway == pathway])
    )


def top(matches: Iterable[Match], most: int = MOST) -> tuple[Match, ...]:
    """The first `most` of every pathway, in the same order."""
    shown: list[Match] = []
    for one in matches:
        if sum(other.measure.pathway == one.measure.pathway for other in shown) < most:
            shown.append(one)
    return tuple(shown)
