"""Which measures fit a firm, and why: at least three in every pathway, best first.

A measure fits when it applies and changes something: an effect not reached yet, or a barrier the
owner named. Pathways stand in the order of need. Within one, measures stand first that close more of
the distance to full-process, then those that ease heavier barriers, then those that wait for less,
then the cheaper ones. What a measure closes is counted from where its needs are met, so that it is not
credited with the work of others. Where fewer than three fit, the next best are added that are in place
already: the firm has reached what they are for and can only keep it up. Measures for other clusters,
sizes or roles, or for what does not apply, are never added. A barrier that stops the firm is always met
by a measure shown, in its own pathway where that has one, and is the first reason named there: two firms
of the same scores are advised differently when other things stop them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from diagnosis.domain.answers import Answers
from diagnosis.domain.chain import LINKS, SYSTEM_LEVEL, core_scenes
from diagnosis.domain.needs import CONTRIBUTORS, Pathway
from diagnosis.domain.needs import Need as PathwayNeed
from diagnosis.domain.size_class import SizeClass
from diagnosis.domain.verdict import distance_of, read
from recommendations.domain.apply import after, applicability, does_something, eased, gains, raised
from recommendations.domain.candidates import waits_for
from recommendations.domain.catalogue import Catalogue
from recommendations.domain.measure import PATHWAYS, AnswerNeed, Measure, MeasureNeed, Need

Standing = Literal["ready", "later", "in_place"]
FEWEST: Final = 3
MOST: Final = 4
STOPS: Final = 3  # the level of a barrier at which it stops the firm
# The barriers that speak for each pathway.
BARRIERS: Final = {
    pathway: frozenset(row.answer for row in rows if row.kind == "barrier") for pathway, rows in CONTRIBUTORS.items()
}

# Facts about the firm that no measure changes: a condition that fails on them makes a measure foreign.
FIRM: Final = frozenset(
    {"cluster", "subsector", "county", "employees", "revenue", "above_scale", "chain_role", "family_managed"}
)


@dataclass(frozen=True, kw_only=True)
class Match:
    """One measure for one firm. `waits`: needs not met yet, in the order of the measure; `closes`: steps
    of the distance; `relief`: levels of the eased barriers; `frees`: those of them that stop the firm;
    `cost`: planned price in RMB; `because`: the answers that speak for it, never empty."""

    measure: Measure
    standing: Standing
    waits: tuple[Need, ...]
    closes: int
    eases: tuple[str, ...]
    relief: int
    frees: tuple[str, ...]
    need: float
    cost: int
    because: tuple[str, ...]

    @property
    def rank(self) -> tuple[bool, int, int, int, int, str]:
        """Least first."""
        in_place = self.standing == "in_place"
        return (in_place, -self.closes, -self.relief, len(self.waits), self.cost, self.measure.id)


@dataclass(frozen=True, kw_only=True)
class _Firm:
    catalogue: Catalogue
    answers: Answers
    size_class: SizeClass | None
    scores: dict[Pathway, float]


def _stopping(barriers: Iterable[str], firm: _Firm) -> tuple[str, ...]:
    return tuple(barrier for barrier in barriers if firm.answers.level(barrier) == STOPS)


def _because(measure: Measure, firm: _Firm) -> tuple[str, ...]:
    """What stops the firm, then answers that make it apply, that it changes, that it eases. What is unknown
    is a reason only where nothing known is; a measure in place is about all it touches."""
    applying = applicability(measure, firm.answers, firm.size_class).because
    barriers = eased(firm.answers, measure)
    reasons = tuple(
        dict.fromkeys((*_stopping(barriers, firm), *applying, *gains(firm.answers, measure), *barriers))
    )
    known = tuple(answer for answer in reasons if not firm.answers.is_unknown(answer))
    return known or reasons or (*measure.effects, *measure.eases)


def _waits(measure: Measure, firm: _Firm) -> tuple[Need, ...]:
    """Needs that are not met by the answers as they are."""
    pool, library = firm.catalogue.active, firm.catalogue.measures
    return tuple(need for need in measure.needs if waits_for(need, pool, firm.answers, library))


def _prepared(waits: tuple[Need, ...], firm: _Firm) -> Answers:
    """The answers once these needs are just met; a link that passes data on has systems at both ends."""
    needed = [firm.catalogue.measures[need.measure] for need in waits if isinstance(need, MeasureNeed)]
    levels = {need.answer: need.at_least for need in waits if isinstance(need, AnswerNeed)}
    ends = [end for id, level in levels.items() if id in LINKS and level >= SYSTEM_LEVEL for end in LINKS[id]]
    levels = {**dict.fromkeys(core_scenes(ends), SYSTEM_LEVEL), **levels}
    scales = {id: level for id, level in levels.items() if firm.answers.ticks(id) is None}
    return raised(after(firm.answers, needed), scales)


def _standing(measure: Measure, firm: _Firm) -> Standing | None:
    """None when the measure is not for this firm."""
    outcome = applicability(measure, firm.answers, firm.size_class)
    if not outcome.value:
        foreign = any(answer in FIRM or firm.answers.is_na(answer) for answer in outcome.because)
        return None if foreign else "in_place"
    if not does_something(firm.answers, measure):
        return "in_place"
    return "later" if _waits(measure, firm) else "ready"


def _distance(answers: Answers) -> int:
    """The distance of the verdict alone, which is all that is asked of some sixty measures a firm."""
    return distance_of(read(answers))


def _match(measure: Measure, standing: Standing, firm: _Firm) -> Match:
    barriers, waits = eased(firm.answers, measure), _waits(measure, firm)
    before = _prepared(waits, firm)
    return Match(
        measure=measure,
        standing=standing,
        waits=waits,
        closes=_distance(before) - _distance(after(before, [measure])),
        eases=barriers,
        relief=sum(firm.answers.level(barrier) or 0 for barrier in barriers),
        frees=_stopping(barriers, firm),
        need=firm.scores.get(measure.pathway, 0.0),
        cost=measure.band(firm.size_class).planned,
        because=_because(measure, firm),
    )


def _enough(ranked: Sequence[Match]) -> tuple[Match, ...]:
    """Everything that fits, and as many already in place as are needed to make three."""
    fitting = sum(match.standing != "in_place" for match in ranked)
    return tuple(ranked[: max(FEWEST, fitting)])


def match(
    catalogue: Catalogue, answers: Answers, size_class: SizeClass | None, needs: Sequence[PathwayNeed]
) -> tuple[Match, ...]:
    """The measures for this firm, pathway by pathway, greatest need first."""
    firm = _Firm(
        catalogue=catalogue,
        answers=answers,
        size_class=size_class,
        scores={need.pathway: need.score for need in needs},
    )
    found = [(measure, _standing(measure, firm)) for measure in catalogue.active]
    matches = [_match(measure, standing, firm) for measure, standing in found if standing is not None]
    matches.sort(key=lambda one: one.rank)
    order = sorted(PATHWAYS, key=lambda pathway: -firm.scores.get(pathway, 0.0))
    return tuple(
        one for pathway in order for one in _enough([m for m in matches if m.measure.pathway == pathway])
    )


def top(matches: Iterable[Match], most: int = MOST, *, planned: Collection[str] = ()) -> tuple[Match, ...]:
    """Of every pathway the measures that are planned and the first others up to `most`, in the same order.

    Where a barrier stops the firm, the pathway that the paper meets it with shows a measure that eases it
    (any pathway, if that one has none): nothing else can begin before.
    """
    listed = list(matches)
    shown = {one.measure.id for one in listed if one.measure.id in planned}
    for pathway in PATHWAYS:
        own = [one.measure.id for one in listed if one.measure.pathway == pathway]
        free = max(0, most - len(shown.intersection(own)))
        shown.update([id for id in own if id not in shown][:free])
    shown.update(_freeing([one for one in listed if one.standing != "in_place"], shown))
    return tuple(one for one in listed if one.measure.id in shown)


def _freeing(fitting: Sequence[Match], shown: Collection[str]) -> set[str]:
    """For every barrier that stops the firm and that nothing shown meets yet, the first measure that does."""
    added: set[str] = set()
    for barrier in dict.fromkeys(barrier for one in fitting for barrier in one.frees):
        easing = [one for one in fitting if barrier in one.frees]
        own = [one for one in easing if barrier in BARRIERS[one.measure.pathway]] or easing
        if not added.union(shown).intersection(one.measure.id for one in own):
            added.add(own[0].measure.id)
    return added
