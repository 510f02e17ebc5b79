"""A mixed-integer program over variables 0..upper, solved with HiGHS.

Silent, one thread, no gap allowed, fixed seed: the same program gives the same solution.
All objectives used here take whole values; a value found is exact after rounding.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import accumulate
from math import inf
from typing import Final

import highspy
import numpy as np

Terms = Mapping[int, float]  # variable -> coefficient

SLACK: Final = 0.5  # between two whole numbers, so that rounding inside the solver cannot matter
OPTIONS: Final[Mapping[str, bool | int | float]] = {
    "threads": 1,
    "random_seed": 0,
    "mip_rel_gap": 0.0,
    "mip_abs_gap": 0.99,  # below 1: values are whole
    "mip_feasibility_tolerance": 1e-9,  # prices go into the millions
}
ROWWISE: Final = int(highspy.MatrixFormat.kRowwise)
MINIMISE: Final = int(highspy.ObjSense.kMinimize)


class _Silent(highspy.Highs):
    """Without callbacks: none is used, and switching them on prints a banner whatever the options say."""

    def enableCallbacks(self) -> None:
        self.silent()


class NoTimeLeft(Exception):
    """The time limit passed before any solution was found."""


@dataclass(frozen=True, kw_only=True)
class Solution:
    """Value of the objective and of every variable; `proven` when no better one exists."""

    value: int
    values: tuple[float, ...]
    proven: bool

    def chosen(self, variable: int) -> bool:
        return self.values[variable] > 0.5


@dataclass(kw_only=True)
class Program:
    """Variables and rows are added, then one objective after the other is minimised."""

    seconds: float
    uppers: list[float] = field(default_factory=list)
    whole: list[int] = field(default_factory=list)
    rows: list[Terms] = field(default_factory=list)
    bounds: list[tuple[float, float]] = field(default_factory=list)

    def variable(self, *, whole: bool = True, upper: float = 1.0) -> int:
        self.uppers.append(upper)
        self.whole.append(int(whole))
        return len(self.uppers) - 1

    def row(self, terms: Terms, *, lower: float = -inf, upper: float = inf) -> None:
        self.rows.append(terms)
        self.bounds.append((lower, upper))

    def keep(self, objective: Terms, value: int) -> None:
        """From now on the objective may not rise above `value`."""
        self.row(objective, upper=value + SLACK)

    def minimise(self, objective: Terms) -> Solution | None:
        """The best solution, or None when there is none; raises NoTimeLeft.

        No earlier solution is handed over as a start: HiGHS 1.16 then may return that start together
        with the value of a better solution. The value is counted anew from the variables.
        """
        solver = self._solver(objective)
        solver.run()
        self.seconds = max(0.0, self.seconds - solver.getRunTime())
        status, info = solver.getModelStatus(), solver.getInfo()
        if status in (highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kUnboundedOrInfeasible):
            return None
        optimal = status == highspy.HighsModelStatus.kOptimal
        if not optimal and info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
            raise NoTimeLeft
        raw = solver.getSolution().col_value
        values = tuple(round(value) if whole else value for value, whole in zip(raw, self.whole, strict=True))
        value = sum(coefficient * values[variable] for variable, coefficient in objective.items())
        agrees = abs(value - info.objective_function_value) < SLACK
        return Solution(value=round(value), values=values, proven=optimal and agrees)

    def _solver(self, objective: Terms) -> highspy.Highs:
        solver = _Silent()  # type: ignore[no-untyped-call]
        for name, value in OPTIONS.items():
            solver.setOptionValue(name, value)
        solver.setOptionValue("time_limit", self.seconds)
        self._pass_model(solver, objective)
        return solver

    def _pass_model(self, solver: highspy.Highs, objective: Terms) -> None:
        entries = [entry for row in self.rows for entry in row.items()]
        solver.passModel(
            len(self.uppers),
            len(self.rows),
            len(entries),
            ROWWISE,
            MINIMISE,
            0.0,
            np.array(
                [objective.get(variable, 0.0) for variable in range(len(self.uppers))], dtype=np.float64
            ),
            np.zeros(len(self.uppers)),
            np.array(self.uppers, dtype=np.float64),
            np.array([lower for lower, _ in self.bounds], dtype=np.float64),
            np.array([upper for _, upper in self.bounds], dtype=np.float64),
            np.array([0, *accumulate(len(row) for row in self.rows)], dtype=np.int32),
            np.array([variable for variable, _ in entries], dtype=np.int32),
            np.array([coefficient for _, coefficient in entries], dtype=np.float64),
            np.array(self.whole, dtype=np.int32),
        )
