"""The roadmap: which measures to take in which quarters (methodology section 6), proven best.

Target reached: least cost, then fewest measures, earliest finish, earliest starts. Out of reach
within budget and horizon: smallest distance left to the target, then the greatest need covered (sum
of the need scores of the pathways with a planned measure that changes something for the firm), then
least cost, and so on. A measure is paid in the quarter it starts, takes whole quarters, and has its
effects once its last quarter is over. Unknown answers count as the lowest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from diagnosis.domain.answers import Answers
from diagnosis.domain.needs import Need
from diagnosis.domain.size_class import SizeClass
from diagnosis.domain.verdict import TypeId, judge
from recommendations.domain.apply import after
from recommendations.domain.candidates import candidates
from recommendations.domain.catalogue import Catalogue
from recommendations.domain.goal import FULL_PROCESS, Goal, Step, TargetError, goal_of
from recommendations.domain.roadmap_model import Start
from recommendations.domain.roadmap_search import Found, Problem, search

LONGEST: Final = 8  # quarters
SCORE_PARTS: Final = 10  # need scores have one decimal; the solver counts in whole numbers
NOTHING: Final[Mapping[str, int]] = MappingProxyType({})


class PlanError(ValueError):
    """A budget, price or horizon nobody can plan with."""


@dataclass(frozen=True, kw_only=True)
class Planned:
    """One measure of the roadmap; quarters count from 1, `end` is its last quarter."""

    measure: str
    start: int
    end: int
    cost: int


@dataclass(frozen=True, kw_only=True)
class Running:
    measure: str
    starts: bool
    ends: bool


@dataclass(frozen=True, kw_only=True)
class Quarter:
    """One quarter: what runs, what falls due, all spent so far, and the verdict when it is over."""

    quarter: int
    running: tuple[Running, ...]
    cost: int
    spent: int
    type: TypeId
    distance: int


@dataclass(frozen=True, kw_only=True)
class Missing:
    """What is left to the target; `cost` of reaching it with no budget limit, None if it cannot be."""

    steps: tuple[Step, ...]
    distance: int
    cost: int | None


@dataclass(frozen=True, kw_only=True)
class Roadmap:
    """`optimal`: proven that nothing better exists. `missing` is None when the target is reached."""

    target: str
    reached: bool
    optimal: bool
    budget: int | None
    quarter_budget: int | None
    quarters: tuple[Quarter, ...]
    measures: tuple[Planned, ...]
    total_cost: int
    missing: Missing | None


def _quarter(number: int, starts: tuple[Start, ...], catalogue: Catalogue, answers: Answers) -> Quarter:
    done = [catalogue.measures[one.candidate.id] for one in starts if one.end <= number]
    verdict = judge(after(answers, done))
    return Quarter(
        quarter=number,
        running=tuple(
            Running(measure=one.candidate.id, starts=one.start == number, ends=one.end == number)
            for one in starts
            if one.start <= number <= one.end
        ),
        cost=sum(one.candidate.price for one in starts if one.start == number),
        spent=sum(one.candidate.price for one in starts if one.start <= number),
        type=verdict.type,
        distance=verdict.distance,
    )


def _missing(goal: Goal, found: Found, catalogue: Catalogue, answers: Answers) -> Missing | None:
    """What is left once everything planned is finished."""
    steps = goal.steps(after(answers, (catalogue.measures[one.candidate.id] for one in found.starts)))
    if not steps:
        return None
    return Missing(steps=steps, distance=sum(step.units for step in steps), cost=found.cost_without_limits)


def _check(
    catalogue: Catalogue, prices: Mapping[str, int], amounts: tuple[int | None, ...], horizon: int
) -> None:
    unknown = sorted(prices.keys() - catalogue.measures.keys())
    if unknown:
        raise PlanError(f"there is no measure '{unknown[0]}'")
    if any(amount is not None and amount < 0 for amount in (*prices.values(), *amounts)):
        raise PlanError("prices and budgets are 0 or more")
    if not 1 <= horizon <= LONGEST:
        raise PlanError(f"the horizon is 1 to {LONGEST} quarters")


def plan(
    catalogue: Catalogue,
    answers: Answers,
    size_class: SizeClass | None,
    *,
    target: str = FULL_PROCESS,
    needs: Sequence[Need] = (),
    budget: int | None = None,
    quarter_budget: int | None = None,
    prices: Mapping[str, int] = NOTHING,
    horizon: int = LONGEST,
    time_limit: float = 5.0,
) -> Roadmap:
    """The best roadmap. Money in whole RMB; `needs` those of the four pathways; `prices` the owner's own.

    Raises TargetError for a target that does not exist or apply, PlanError for impossible figures.
    """
    _check(catalogue, prices, (budget, quarter_budget), horizon)
    goal = goal_of(target, answers)
    problem = Problem(
        measures=catalogue.measures,
        answers=answers,
        goal=goal,
        candidates=candidates(catalogue, answers, size_class, prices=prices, horizon=horizon),
        horizon=horizon,
        budget=budget,
        quarter_budget=quarter_budget,
        weights={need.pathway: round(need.score * SCORE_PARTS) for need in needs if need.score > 0},
    )
    found = search(problem, time_limit)
    missing = _missing(goal, found, catalogue, answers)
    last = max((one.end for one in found.starts), default=0)
    return Roadmap(
        target=target,
        reached=missing is None,
        optimal=found.proven,
        budget=budget,
        quarter_budget=quarter_budget,
        quarters=tuple(_quarter(number, found.starts, catalogue, answers) for number in range(1, last + 1)),
        measures=tuple(
            Planned(measure=one.candidate.id, start=one.start, end=one.end, cost=one.candidate.price)
            for one in found.starts
        ),
        total_cost=sum(one.candidate.price for one in found.starts),
        missing=missing,
    )


__all__ = ["Missing", "PlanError", "Planned", "Quarter", "Roadmap", "Running", "TargetError", "plan"]
