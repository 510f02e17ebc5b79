"""The search for the best roadmap: objectives minimised one after the other, each kept for the next.

First the target at least cost with no budget, which also says what the target would cost. Where that
does not fit the budget: the target within it. Where that cannot be: the nearest point to the target.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, partial

from diagnosis.domain.answers import Answers
from diagnosis.domain.needs import Pathway
from recommendations.domain.candidates import Candidate, Requirement, goal_requirements, named, with_needs
from recommendations.domain.goal import Goal, Unit
from recommendations.domain.measure import Measure
from recommendations.domain.roadmap_model import RoadmapModel, Start
from recommendations.domain.solver import NoTimeLeft, Program, Solution, Terms


@dataclass(frozen=True, kw_only=True)
class Problem:
    """Everything that decides the roadmap; money in RMB, `weights` of the pathways by their need."""

    measures: Mapping[str, Measure]
    answers: Answers
    goal: Goal
    candidates: tuple[Candidate, ...]
    horizon: int
    budget: int | None
    quarter_budget: int | None
    weights: Mapping[Pathway, int]

    def affords(self, cost: int) -> bool:
        return self.budget is None or cost <= self.budget

    @cached_property
    def requirements(self) -> dict[Unit, Requirement]:
        """For every unit missing to the goal, what brings it."""
        return goal_requirements(self.goal, [self.measures[one.id] for one in self.candidates], self.answers)


@dataclass(frozen=True, kw_only=True)
class Found:
    """The roadmap found; `proven` when every objective was proven best."""

    starts: tuple[Start, ...]
    proven: bool
    cost_without_limits: int | None


def _cost(starts: tuple[Start, ...]) -> int:
    return sum(one.candidate.price for one in starts)


@dataclass(kw_only=True)
class Run:
    """One model and the best solution so far; `feasible` is False once nothing satisfies it."""

    model: RoadmapModel
    solution: Solution | None = None
    proven: bool = True
    feasible: bool = True

    def minimise(self, *objectives: Callable[[RoadmapModel], Terms]) -> Run:
        """One objective after the other; stops where there is no solution or no time left."""
        for objective in objectives:
            if not self.feasible or not self.proven:
                break
            self._minimise(objective(self.model))
        return self

    def _minimise(self, terms: Terms) -> None:
        try:
            found = self.model.program.minimise(terms)
        except NoTimeLeft:
            self.proven = False
            return
        if found is None:
            self.feasible = False
            return
        self.solution, self.proven = found, found.proven
        self.model.program.keep(terms, found.value)

    @property
    def starts(self) -> tuple[Start, ...]:
        return self.model.chosen(self.solution) if self.solution else ()


TIES = (RoadmapModel.count, RoadmapModel.finish, RoadmapModel.lateness)


def _pool(problem: Problem) -> tuple[Candidate, ...]:
    """Candidates that can bring the goal closer, with all they may have to wait for."""
    return with_needs(problem.candidates, named(problem.requirements.values()))


def _beats(one: Candidate, other: Candidate) -> bool:
    """Covers the same pathway, can start at once, and is as cheap and short (in a draw the first by id)."""
    if one.requirements or one.pathway != other.pathway:
        return False
    if one.price > other.price or one.quarters > other.quarters:
        return False
    return (one.price, one.quarters, one.id) < (other.price, other.quarters, other.id)


def _fillers(problem: Problem) -> tuple[str, ...]:
    """Measures that may be planned only to cover a pathway's need; of these the beaten ones are left out."""
    covering = [one for one in problem.candidates if one.covers and one.pathway in problem.weights]
    return tuple(one.id for one in covering if not any(_beats(other, one) for other in covering))


def _run(problem: Problem, seconds: float, *, must: bool, limited: bool) -> Run:
    pool = {one.id for one in _pool(problem)}
    wanted = pool if must else pool | set(_fillers(problem))
    model = RoadmapModel(
        program=Program(seconds=seconds),
        candidates=with_needs(problem.candidates, wanted),
        horizon=problem.horizon,
    )
    model.ask(problem.goal, problem.answers, problem.requirements, must=must)
    if limited:
        model.limit(problem.budget, problem.quarter_budget)
    return Run(model=model)


def _nearest(problem: Problem, seconds: float, cost: int | None) -> Found:
    """As close to the target as the limits allow, then the greatest need, then the least cost."""
    run = _run(problem, seconds, must=False, limited=True)
    run.minimise(RoadmapModel.distance, partial(RoadmapModel.uncovered, weights=problem.weights))
    run.minimise(RoadmapModel.cost, *TIES)
    return Found(starts=run.starts, proven=run.proven, cost_without_limits=cost)


def search(problem: Problem, seconds: float) -> Found:
    """The best roadmap within the time; what is not proven in time is the best one found."""
    if not problem.goal.distance(problem.answers):
        return Found(starts=(), proven=True, cost_without_limits=0)
    free = _run(problem, seconds, must=True, limited=False).minimise(RoadmapModel.cost)
    left, cost = free.model.program.seconds, _cost(free.starts) if free.solution else None
    if cost is not None and problem.affords(cost):
        if problem.quarter_budget is None:
            free.minimise(*TIES)
            return Found(starts=free.starts, proven=free.proven, cost_without_limits=cost)
        tight = _run(problem, left, must=True, limited=True).minimise(RoadmapModel.cost, *TIES)
        if tight.solution:
            return Found(starts=tight.starts, proven=free.proven and tight.proven, cost_without_limits=cost)
        left = tight.model.program.seconds
    nearest = _nearest(problem, left, cost)
    return replace(nearest, proven=nearest.proven and free.proven)
