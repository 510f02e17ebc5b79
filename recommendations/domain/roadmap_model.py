"""The roadmap as a mixed-integer program.

For every candidate and possible start quarter a variable says whether it starts then; at most one
start each. Rows: at most two candidates running in a quarter; a requirement met by finished
candidates before the start; budgets. For every unit of the goal a variable says that it is there at
the end (some chosen candidate brings it), for every option of a choice one that it is picked; a unit
is missing when a picked option asks for it and it is not there. Picking is left to the solver, so
links are joined by the best of all spanning trees, exactly.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import reduce
from math import floor, gcd
from typing import Final

from diagnosis.domain.answers import Answers
from diagnosis.domain.needs import Pathway
from recommendations.domain.candidates import Candidate, Group, Requirement
from recommendations.domain.goal import Choice, Goal, Unit
from recommendations.domain.solver import SLACK, Program, Solution, Terms

AT_ONCE: Final = 2  # measures a firm can run in the same quarter


def total(parts: Iterable[Terms]) -> Terms:
    """Sum of expressions."""
    added: dict[int, float] = defaultdict(float)
    for part in parts:
        for variable, coefficient in part.items():
            added[variable] += coefficient
    return added


def times(factor: float, terms: Terms) -> Terms:
    return {variable: factor * coefficient for variable, coefficient in terms.items()}


@dataclass(frozen=True, kw_only=True)
class Start:
    """A candidate chosen, with its first and last quarter."""

    candidate: Candidate
    start: int

    @property
    def end(self) -> int:
        return self.start + self.candidate.quarters - 1


@dataclass(kw_only=True)
class RoadmapModel:
    """Program with the expressions that can be minimised; units of the goal as `asked` for."""

    program: Program
    candidates: tuple[Candidate, ...]
    horizon: int
    starts: dict[str, dict[int, int]] = field(default_factory=dict)  # candidate -> quarter -> variable
    missing: dict[int, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for one in self.candidates:
            quarters = range(one.earliest, self.horizon - one.quarters + 2)
            self.starts[one.id] = {quarter: self.program.variable() for quarter in quarters}
            self.program.row(self.taken(one), upper=1)
        for quarter in range(1, self.horizon + 1):
            self.program.row(total(self.running(one, quarter) for one in self.candidates), upper=AT_ONCE)
        for one in self.candidates:
            for requirement in one.requirements:
                self._wait(one, requirement)

    # Expressions -----------------------------------------------------------------------------

    def taken(self, one: Candidate) -> Terms:
        """1 when the candidate is chosen."""
        return dict.fromkeys(self.starts[one.id].values(), 1.0)

    def started(self, one: Candidate, quarter: int) -> Terms:
        """1 when it starts in this quarter or before."""
        return {variable: 1.0 for at, variable in self.starts[one.id].items() if at <= quarter}

    def finished(self, one: Candidate, quarter: int) -> Terms:
        """1 when it ends before this quarter."""
        return self.started(one, quarter - one.quarters)

    def running(self, one: Candidate, quarter: int) -> Terms:
        starts = range(quarter - one.quarters + 1, quarter + 1)
        return {variable: 1.0 for at, variable in self.starts[one.id].items() if at in starts}

    @property
    def money(self) -> int:
        """Every price is a multiple of this many RMB."""
        return reduce(gcd, (one.price for one in self.candidates), 0) or 1

    def cost(self) -> Terms:
        """Price of everything chosen, in units of `money`."""
        money = self.money
        return total(times(one.price // money, self.taken(one)) for one in self.candidates)

    def count(self) -> Terms:
        return total(self.taken(one) for one in self.candidates)

    def lateness(self) -> Terms:
        """Sum of the start quarters."""
        return {
            variable: float(quarter)
            for starts in self.starts.values()
            for quarter, variable in starts.items()
        }

    # Rows ------------------------------------------------------------------------------------

    def _some(self, group: Group, quarter: int) -> Terms:
        """How many of the group are finished before the quarter."""
        return total(self.finished(one, quarter) for one in self.candidates if one.id in group)

    def _wait(self, one: Candidate, requirement: Requirement) -> None:
        """Before the candidate starts, enough groups have a finished measure."""
        for quarter in self.starts[one.id]:
            ready = [self._some(group, quarter) for group in requirement.groups]
            met = ready if len(ready) == 1 else [{self._capped(part): 1.0} for part in ready]
            waiting = times(requirement.amount, self.started(one, quarter))
            self.program.row(total([waiting, *(times(-1, part) for part in met)]), upper=0)

    def _capped(self, terms: Terms) -> int:
        """A variable of at most 1 and at most the expression."""
        variable = self.program.variable(whole=False)
        self.program.row(total([{variable: 1.0}, times(-1, terms)]), upper=0)
        return variable

    def limit(self, budget: float | None, quarter_budget: float | None) -> None:
        """Limits in RMB on everything chosen and on what starts in one quarter."""
        if budget is not None:
            self.program.row(self.cost(), upper=floor(budget / self.money) + SLACK)
        if quarter_budget is None:
            return
        for quarter in range(1, self.horizon + 1):
            due = {
                self.starts[one.id][quarter]: one.price / self.money
                for one in self.candidates
                if quarter in self.starts[one.id]
            }
            self.program.row(due, upper=floor(quarter_budget / self.money) + SLACK)

    # The goal --------------------------------------------------------------------------------

    def _brought(self, requirements: Mapping[Unit, Requirement]) -> dict[Unit, int]:
        """For every missing unit a variable that can be 1 only when it is there at the end."""
        of_answer: dict[str, dict[Unit, Requirement]] = defaultdict(dict)
        for unit, requirement in requirements.items():
            of_answer[unit[0]][unit] = requirement
        there: dict[Unit, int] = {}
        for units in of_answer.values():
            last = max(units.values(), key=lambda requirement: requirement.amount)
            counts_ticks = len(last.groups) > 1 or last.amount > 1
            there |= self._ticks_there(units) if counts_ticks else self._levels_there(units)
        return there

    def _levels_there(self, units: Mapping[Unit, Requirement]) -> dict[Unit, int]:
        end = self.horizon + 1
        return {
            unit: self._capped(total(self._some(group, end) for group in requirement.groups))
            for unit, requirement in units.items()
        }

    def _ticks_there(self, units: Mapping[Unit, Requirement]) -> dict[Unit, int]:
        """As many units as options are ticked, each option counted once."""
        there = {unit: self.program.variable(whole=False) for unit in units}
        groups = next(iter(units.values())).groups
        gained = [{self._capped(self._some(group, self.horizon + 1)): -1.0} for group in groups]
        self.program.row(total([dict.fromkeys(there.values(), 1.0), *gained]), upper=0)
        return there

    def ask(
        self, goal: Goal, answers: Answers, requirements: Mapping[Unit, Requirement], *, must: bool
    ) -> None:
        """The goal has to be reached (`must`), or `missing` counts the units left."""
        there = self._brought(requirements)
        missing: list[int] = []
        for choice in goal.choices:
            for unit, asked, always in self._asked(choice, answers):
                row = total([{there[unit]: 1.0}, times(-1, asked)])
                if not must:
                    missing.append(self.program.variable(whole=False))
                    row = total([row, {missing[-1]: 1.0}])
                self.program.row(row, lower=always)
        self.missing = dict.fromkeys(missing, 1.0)

    def distance(self) -> Terms:
        """Units of the goal that are missing at the end."""
        return self.missing

    def _asked(self, choice: Choice, answers: Answers) -> Iterator[tuple[Unit, Terms, int]]:
        """Missing units with the expression that is 1 when they are asked for, and 1 when they always are."""
        units = [frozenset(option.units(answers)) for option in choice.options]
        if choice.pick > 1:
            picks = [self.program.variable() for _ in units]
            weighted = {
                pick: float(option.weight) for pick, option in zip(picks, choice.options, strict=True)
            }
            self.program.row(weighted, lower=choice.pick)
            yield from (
                (unit, {pick: 1.0}, 0)
                for pick, some in zip(picks, units, strict=True)
                for unit in sorted(some)
            )
            return
        # An option that asks for more than another need not be looked at.
        least = list(dict.fromkeys(some for some in units if not any(other < some for other in units)))
        if len(least) == 1:
            yield from ((unit, {}, 1) for unit in sorted(least[0]))
            return
        picks = [self.program.variable() for _ in least]
        self.program.row(dict.fromkeys(picks, 1.0), lower=1)
        for unit in sorted(frozenset[Unit]().union(*least)):
            yield unit, {pick: 1.0 for pick, some in zip(picks, least, strict=True) if unit in some}, 0

    # Further objectives -------------------------------------------------------------------------

    def uncovered(self, weights: Mapping[Pathway, int]) -> Terms:
        """Minus the need of all pathways with a measure that changes something for the firm."""
        pathways = {
            pathway: total(
                self.taken(one) for one in self.candidates if one.covers and one.pathway == pathway
            )
            for pathway in weights
        }
        return {self._capped(chosen): -float(weights[pathway]) for pathway, chosen in pathways.items()}

    def finish(self) -> Terms:
        """The last quarter in which something runs."""
        last = self.program.variable(whole=False, upper=self.horizon)
        for one in self.candidates:
            ends = {
                variable: -float(start + one.quarters - 1) for start, variable in self.starts[one.id].items()
            }
            self.program.row(total([{last: 1.0}, ends]), lower=0)
        return {last: 1.0}

    def chosen(self, solution: Solution) -> tuple[Start, ...]:
        """What is chosen, in order of time."""
        found = [
            Start(candidate=one, start=quarter)
            for one in self.candidates
            for quarter, variable in self.starts[one.id].items()
            if solution.chosen(variable)
        ]
        return tuple(sorted(found, key=lambda one: (one.start, one.end, one.candidate.id)))
