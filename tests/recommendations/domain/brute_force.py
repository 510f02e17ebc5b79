"""The roadmap by trying everything: every selection with every schedule, judged by simulation.

Written from the methodology, not from the solver's model: nothing here counts units, trees or rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, combinations, product

from diagnosis.domain.answers import Answers
from diagnosis.domain.chain import SCENES, applicable_domains, connects, links_between
from diagnosis.domain.size_class import SizeClass
from diagnosis.domain.stage import stage_of
from diagnosis.domain.verdict import judge
from recommendations.domain.apply import after, applicability, does_something
from recommendations.domain.measure import Measure, MeasureNeed, Need

AT_ONCE = 2
Schedule = Mapping[str, int]  # measure -> start quarter
Score = tuple[float, ...]


@dataclass(frozen=True, kw_only=True)
class Case:
    measures: tuple[Measure, ...]
    answers: Answers
    size_class: SizeClass | None
    target: str
    weights: Mapping[str, float]
    budget: int | None
    quarter_budget: int | None
    prices: Mapping[str, int]
    horizon: int

    @property
    def library(self) -> dict[str, Measure]:
        return {measure.id: measure for measure in self.measures}

    def price(self, id: str) -> int:
        return self.prices.get(id, self.library[id].band(self.size_class).planned)


# Distance to each kind of target ------------------------------------------------------------------


def _count(answers: Answers, answer: str) -> int:
    value = answers.get(answer)
    return len(value) if isinstance(value, tuple) else answers.level(answer) or 0


def _lack(answers: Answers, answer: str, wanted: int) -> int:
    return max(0, wanted - _count(answers, answer))


def _joining_three(answers: Answers) -> int:
    """Fewest levels that make some set of links join three domains."""
    best = 99
    for domains in combinations(applicable_domains(answers), 3):
        links = links_between(domains)
        for chosen in chain.from_iterable(combinations(links, size) for size in range(len(links) + 1)):
            if connects(domains, chosen):
                best = min(best, sum(_lack(answers, link, 2) for link in chosen))
    return best


def _stage_distance(answers: Answers, stage: int) -> int:
    scenes = sorted(_lack(answers, scene, 4) for scene in SCENES if not answers.is_na(scene))
    distances = (
        _lack(answers, "network", 1) + _lack(answers, "systems_coverage", 1),
        _lack(answers, "equipment_networked", 2) + _lack(answers, "data_collection", 2),
        _joining_three(answers),
        min(_lack(answers, "decision_support", 3), sum(scenes[:3])),
        _lack(answers, "chain_platform", 2) + _lack(answers, "partner_data_sharing", 2),
    )
    return sum(distances[:stage])


def distance(case: Case, answers: Answers) -> int:
    if case.target == "full_process":
        return judge(answers).distance
    if case.target == "stage":
        reached = stage_of(case.answers).reached
        return _stage_distance(answers, reached + 1) if reached < 5 else 0
    wanted: dict[str, int] = {}
    for name in case.target.split(","):
        scene, level = name.split(":")
        wanted[scene] = max(wanted.get(scene, 0), int(level))
    return sum(_lack(answers, scene, level) for scene, level in wanted.items())


# Feasibility by simulation ------------------------------------------------------------------------


def _holds(answers: Answers, measure: Measure) -> bool:
    """Everything the measure brings to this firm is there, and it brings something."""
    effects = {id: effect for id, effect in measure.effects.items() if not answers.is_na(id)}
    there = [
        effect <= _count(answers, id)
        if isinstance(effect, int)
        else set(effect) <= set(answers.ticks(id) or ())
        for id, effect in effects.items()
    ]
    return bool(there) and all(there)


def _met(need: Need, case: Case, done: set[str]) -> bool:
    answers = after(case.answers, (case.library[id] for id in done))
    if isinstance(need, MeasureNeed):
        return need.measure in done or _holds(answers, case.library[need.measure])
    return not answers.is_na(need.answer) and _count(answers, need.answer) >= need.at_least


def feasible(case: Case, schedule: Schedule, *, limited: bool = True) -> bool:
    ends = {id: start + case.library[id].quarters - 1 for id, start in schedule.items()}
    if any(end > case.horizon for end in ends.values()):
        return False
    for quarter in range(1, case.horizon + 1):
        starting = [id for id, start in schedule.items() if start == quarter]
        if sum(start <= quarter <= ends[id] for id, start in schedule.items()) > AT_ONCE:
            return False
        done = {id for id, end in ends.items() if end < quarter}
        if not all(_met(need, case, done) for id in starting for need in case.library[id].needs):
            return False
        due = sum(case.price(id) for id in starting)
        if limited and case.quarter_budget is not None and due > case.quarter_budget:
            return False
    spent = sum(case.price(id) for id in schedule)
    return not limited or case.budget is None or spent <= case.budget


def _usable(case: Case) -> list[str]:
    return [
        measure.id
        for measure in case.measures
        if measure.retired_on is None and applicability(measure, case.answers, case.size_class).value
    ]


def schedules(case: Case, *, limited: bool) -> Iterator[Schedule]:
    usable = _usable(case)
    for chosen in chain.from_iterable(combinations(usable, size) for size in range(len(usable) + 1)):
        if limited and case.budget is not None and sum(map(case.price, chosen)) > case.budget:
            continue
        for starts in product(range(1, case.horizon + 1), repeat=len(chosen)):
            schedule = dict(zip(chosen, starts, strict=True))
            if feasible(case, schedule, limited=limited):
                yield schedule


# What is better -----------------------------------------------------------------------------------


def covered(case: Case, schedule: Schedule) -> float:
    touched = {case.library[id].pathway for id in schedule if does_something(case.answers, case.library[id])}
    return sum(score for pathway, score in case.weights.items() if pathway in touched)


def score(case: Case, schedule: Schedule) -> Score:
    """Least is best: what counts once the target is reached, or on the way to it."""
    left = distance(case, after(case.answers, (case.library[id] for id in schedule)))
    need = round(-covered(case, schedule), 1) if left else 0.0
    end = max((start + case.library[id].quarters - 1 for id, start in schedule.items()), default=0)
    spent = sum(case.price(id) for id in schedule)
    return (left, need, spent, len(schedule), end, sum(schedule.values()))


def best(case: Case) -> Score:
    return min(score(case, schedule) for schedule in schedules(case, limited=True))


def cost_without_limits(case: Case) -> int | None:
    scores = (score(case, schedule) for schedule in schedules(case, limited=False))
    return min((int(one[2]) for one in scores if one[0] == 0), default=None)
