"""Which measures can take part in a roadmap, and what each must wait for.

Candidate: a current measure that applies to the firm as it is now and whose needs can be met
within the horizon. Requirement: `amount` of the groups must each have a finished measure before
the start. An answer-need asks for one measure that raises the answer so far (for tick questions:
for so many options more, one group an option). A measure-need asks for all effects of the needed
measure, whoever brings them; where the needed measure has no effect on this firm, for itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from math import inf

from diagnosis.domain.answers import Answers
from diagnosis.domain.needs import Pathway
from diagnosis.domain.size_class import SizeClass
from recommendations.domain.apply import applicability, does_something, standing
from recommendations.domain.catalogue import Catalogue
from recommendations.domain.goal import Goal, Unit
from recommendations.domain.measure import Effect, Measure, MeasureNeed, Need

Group = frozenset[str]  # measures, any one of which will do


@dataclass(frozen=True, kw_only=True)
class Requirement:
    amount: int
    groups: tuple[Group, ...]


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """`earliest` is the first quarter it can start; `covers` says that it serves its pathway's need."""

    id: str
    pathway: Pathway
    price: int
    quarters: int
    requirements: tuple[Requirement, ...]
    covers: bool
    earliest: int = 1


def raising(measures: Iterable[Measure], answer: str, level: int) -> Group:
    """Measures that raise the scale to this level at least."""
    effects = {measure.id: measure.effects.get(answer) for measure in measures}
    return frozenset(id for id, effect in effects.items() if isinstance(effect, int) and effect >= level)


def adding(measures: Iterable[Measure], answer: str, option: str) -> Group:
    """Measures that add this option."""
    effects = {measure.id: measure.effects.get(answer) for measure in measures}
    return frozenset(id for id, effect in effects.items() if isinstance(effect, tuple) and option in effect)


def tick_groups(measures: Iterable[Measure], answers: Answers, answer: str) -> tuple[Group, ...]:
    """For every option not ticked yet that some measure adds, the measures that add it."""
    pool = tuple(measures)
    effects = [measure.effects.get(answer) for measure in pool]
    added = {option for effect in effects if isinstance(effect, tuple) for option in effect}
    open_options = sorted(added - (answers.ticks(answer) or frozenset()))
    return tuple(adding(pool, answer, option) for option in open_options)


def is_ticked(measures: Iterable[Measure], answers: Answers, answer: str) -> bool:
    """The answer counts ticks (it is one, or some measure adds ticks to it)."""
    return answers.ticks(answer) is not None or any(
        isinstance(measure.effects.get(answer), tuple) for measure in measures
    )


def reach(pool: tuple[Measure, ...], answers: Answers, unit: Unit) -> Requirement | None:
    """What brings the answer to the level; None when it is there. Never met where it does not apply."""
    answer, level = unit
    now = standing(answers, answer)
    if now is None:
        return Requirement(amount=1, groups=())
    if now >= level:
        return None
    if is_ticked(pool, answers, answer):
        return Requirement(amount=level - now, groups=tick_groups(pool, answers, answer))
    return Requirement(amount=1, groups=(raising(pool, answer, level),))


def _holding(
    pool: tuple[Measure, ...], answers: Answers, answer: str, effect: Effect
) -> tuple[Requirement, ...]:
    """What brings about one effect of a needed measure."""
    if isinstance(effect, int):
        found = reach(pool, answers, (answer, effect))
        return (found,) if found else ()
    held = answers.ticks(answer) or frozenset()
    return tuple(
        Requirement(amount=1, groups=(adding(pool, answer, option),))
        for option in effect
        if option not in held
    )


def waits_for(
    need: Need, pool: tuple[Measure, ...], answers: Answers, library: Mapping[str, Measure]
) -> tuple[Requirement, ...]:
    """What the need still asks for; nothing when it is met."""
    if not isinstance(need, MeasureNeed):
        found = reach(pool, answers, (need.answer, need.at_least))
        return (found,) if found else ()
    effects = {id: effect for id, effect in library[need.measure].effects.items() if not answers.is_na(id)}
    if not effects:
        return (Requirement(amount=1, groups=(frozenset({need.measure}),)),)
    return tuple(one for id, effect in effects.items() for one in _holding(pool, answers, id, effect))


def requirements(
    measure: Measure, pool: tuple[Measure, ...], answers: Answers, library: Mapping[str, Measure]
) -> tuple[Requirement, ...]:
    """What the measure still has to wait for; `pool` are the measures that can be carried out."""
    return tuple(one for need in measure.needs for one in waits_for(need, pool, answers, library))


def _first_start(waits: Iterable[Requirement], finish: Mapping[str, float]) -> float:
    """First quarter in which every requirement can be met, given when each measure can be finished."""
    start = 1.0
    for requirement in waits:
        ready = sorted(
            min((finish.get(id, inf) for id in group), default=inf) for group in requirement.groups
        )
        met = ready[requirement.amount - 1] if len(ready) >= requirement.amount else inf
        start = max(start, met + 1)
    return start


def _startable(found: Iterable[Candidate], horizon: int) -> tuple[Candidate, ...]:
    """Those that can be finished within the horizon, with their earliest start (a lower bound)."""
    candidates = {candidate.id: candidate for candidate in found}
    finish: dict[str, float] = {}
    starts: dict[str, float] = {}
    while True:
        now = {id: _first_start(one.requirements, finish) for id, one in candidates.items()}
        if now == starts:
            break
        starts = now
        finish = {id: start + candidates[id].quarters - 1 for id, start in starts.items()}
        finish = {id: end for id, end in finish.items() if end <= horizon}
    return tuple(replace(candidates[id], earliest=int(starts[id])) for id in candidates if id in finish)


def candidates(
    catalogue: Catalogue,
    answers: Answers,
    size_class: SizeClass | None,
    *,
    prices: Mapping[str, int],
    horizon: int,
) -> tuple[Candidate, ...]:
    """Everything that could be planned for this firm, by id."""
    pool = tuple(measure for measure in catalogue.active if applicability(measure, answers, size_class).value)
    found = [
        Candidate(
            id=measure.id,
            pathway=measure.pathway,
            price=prices.get(measure.id, measure.band(size_class).planned),
            quarters=measure.quarters,
            requirements=requirements(measure, pool, answers, catalogue.measures),
            covers=does_something(answers, measure),
        )
        for measure in sorted(pool, key=lambda measure: measure.id)
    ]
    return _startable(found, horizon)


def named(waits: Iterable[Requirement]) -> set[str]:
    """Every measure that helps to meet one of the requirements."""
    return {id for requirement in waits for group in requirement.groups for id in group}


def with_needs(found: tuple[Candidate, ...], wanted: Iterable[str]) -> tuple[Candidate, ...]:
    """The wanted candidates, and all that those may have to wait for."""
    by_id = {candidate.id: candidate for candidate in found}
    waiting, kept = set(wanted), set[str]()
    while waiting:
        id = waiting.pop()
        if id in by_id and id not in kept:
            kept.add(id)
            waiting |= named(by_id[id].requirements)
    return tuple(candidate for candidate in found if candidate.id in kept)


def goal_requirements(goal: Goal, measures: Iterable[Measure], answers: Answers) -> dict[Unit, Requirement]:
    """For every unit of the goal still missing, what brings it."""
    pool = tuple(measures)
    units = {unit for choice in goal.choices for option in choice.options for unit in option.units(answers)}
    found = {unit: reach(pool, answers, unit) for unit in sorted(units)}
    return {unit: requirement for unit, requirement in found.items() if requirement is not None}
