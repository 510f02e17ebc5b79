"""Targets of a roadmap, written as what is still to be reached.

Unit: one level of an answer, or one tick more: (answer, n) is there when the level or the number
of ticks is n at least. Option: a set of units that belong together, with a weight. Choice: options
whose weights must add up to `pick`. Goal: choices that must all be made. So all three targets have
one form: full-process chooses one spanning tree of links besides its scenes and the view; stage 3
chooses one way to join any three domains; stage 4 chooses decision support (weight 3) or three
scenes at level 4 (weight 1 each). Distance: units missing when the choices are made as cheaply as
can be. Options of one choice share units only where one option is picked, choices share none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Final

from diagnosis.domain.answers import Answers
from diagnosis.domain.chain import (
    SCENES,
    SYSTEM_LEVEL,
    TOPS,
    VIEW,
    applicable_domains,
    applicable_scenes,
    connects,
    core_scenes,
    links_between,
)
from diagnosis.domain.stage import CONDITIONS, stage_of
from recommendations.domain.apply import standing

FULL_PROCESS: Final = "full_process"
STAGE: Final = "stage"

Unit = tuple[str, int]


class TargetError(ValueError):
    """A target that does not exist or does not apply to this firm."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """One answer to raise; for tick questions the levels are numbers of ticks."""

    answer: str
    from_level: int
    to_level: int

    @property
    def units(self) -> int:
        return self.to_level - self.from_level


@dataclass(frozen=True, kw_only=True)
class Option:
    """Levels to reach together, as (answer, level); `units` are those still missing."""

    levels: tuple[Unit, ...]
    weight: int = 1

    def steps(self, answers: Answers) -> tuple[Step, ...]:
        now = [(answer, standing(answers, answer) or 0, level) for answer, level in self.levels]
        return tuple(
            Step(answer=answer, from_level=low, to_level=level) for answer, low, level in now if low < level
        )

    def units(self, answers: Answers) -> tuple[Unit, ...]:
        return tuple(
            (step.answer, level)
            for step in self.steps(answers)
            for level in range(step.from_level + 1, step.to_level + 1)
        )


@dataclass(frozen=True, kw_only=True)
class Choice:
    options: tuple[Option, ...]
    pick: int = 1

    def cheapest(self, answers: Answers) -> tuple[Option, ...]:
        """The options to pick for the fewest missing units; of equals the first ones."""
        best: dict[int, tuple[int, tuple[Option, ...]]] = {0: (0, ())}
        for option in self.options:
            cost = len(option.units(answers))
            for weight, (spent, taken) in sorted(best.items(), reverse=True):
                reached = min(self.pick, weight + option.weight)
                if weight < self.pick and (reached not in best or spent + cost < best[reached][0]):
                    best[reached] = (spent + cost, (*taken, option))
        return best[self.pick][1]


@dataclass(frozen=True, kw_only=True)
class Goal:
    """What a target asks of these answers; `name` as the target was written."""

    name: str
    choices: tuple[Choice, ...]

    def steps(self, answers: Answers) -> tuple[Step, ...]:
        """What is missing when every choice is made at the least effort."""
        return tuple(
            step
            for choice in self.choices
            for option in choice.cheapest(answers)
            for step in option.steps(answers)
        )

    def distance(self, answers: Answers) -> int:
        return sum(step.units for step in self.steps(answers))


def _must(levels: Iterable[Unit]) -> Choice:
    return Choice(options=(Option(levels=tuple(levels)),))


def _trees(domains: tuple[str, ...]) -> Iterator[Option]:
    """Every way to join all of `domains` with the fewest links."""
    for links in combinations(links_between(domains), len(domains) - 1):
        if connects(domains, links):
            yield Option(levels=tuple((link, SYSTEM_LEVEL) for link in links))


def _full_process(answers: Answers) -> tuple[Choice, ...]:
    domains = applicable_domains(answers)
    systems = _must((answer, SYSTEM_LEVEL) for answer in (*core_scenes(domains), VIEW))
    return Choice(options=tuple(_trees(domains))), systems


def _infrastructure(answers: Answers) -> Choice:
    return _must([("network", 1), ("systems_coverage", 1)])


def _connectivity(answers: Answers) -> Choice:
    return _must([("equipment_networked", 2), ("data_collection", 2)])


def _interconnection(answers: Answers) -> Choice:
    triples = combinations(applicable_domains(answers), 3)
    return Choice(options=tuple(option for triple in triples for option in _trees(triple)))


def _optimisation(answers: Answers) -> Choice:
    scenes = tuple(Option(levels=((scene, 4),)) for scene in applicable_scenes(answers))
    return Choice(pick=3, options=(Option(weight=3, levels=(("decision_support", 3),)), *scenes))


def _ecosystem(answers: Answers) -> Choice:
    return _must([("chain_platform", 2), ("partner_data_sharing", 2)])


STAGES: Final = (_infrastructure, _connectivity, _interconnection, _optimisation, _ecosystem)


def _next_stage(answers: Answers) -> tuple[Choice, ...]:
    """Conditions of the next stage and of all before it; none are left after the last."""
    reached = stage_of(answers).reached
    return tuple(stage(answers) for stage in STAGES[: reached + 1]) if reached < len(CONDITIONS) else ()


def _scene(name: str, answers: Answers) -> Unit:
    scene, _, level = name.partition(":")
    if scene not in SCENES:
        raise TargetError(f"'{name}': a target is {FULL_PROCESS}, {STAGE} or scene:level")
    if scene not in applicable_scenes(answers):
        raise TargetError(f"'{name}': the scene does not apply to this firm")
    if not (level.isascii() and level.isdigit() and 1 <= int(level) <= TOPS[scene]):
        raise TargetError(f"'{name}': the level is 1 to {TOPS[scene]}")
    return scene, int(level)


def _scenes(target: str, answers: Answers) -> Choice:
    """Each scene once, at the highest level named."""
    return _must(dict(sorted(_scene(name, answers) for name in target.split(","))).items())


def goal_of(target: str, answers: Answers) -> Goal:
    """`full_process`, `stage` (the next one), or `scene:level`, several joined by commas.

    Raises TargetError for anything else.
    """
    if target == FULL_PROCESS:
        return Goal(name=target, choices=_full_process(answers))
    if target == STAGE:
        return Goal(name=target, choices=_next_stage(answers))
    return Goal(name=target, choices=(_scenes(target, answers),))


__all__ = ["FULL_PROCESS", "STAGE", "Choice", "Goal", "Option", "Step", "TargetError", "Unit", "goal_of"]
