"""The five-stage path (paper 2.1.1). Reached is the highest stage with all earlier ones met, 0 none.

1 infrastructure foundation   a network ticked and at least one system
2 equipment connectivity      over 20% of equipment networked, data collected automatically in two places
3 data interconnection        links at level 2 or more join at least three domains into one group
4 intelligent optimisation    decision support at level 3 or more, or three scenes at level 4
5 ecosystem collaboration     connected to a chain platform, and sharing data with partners
Unknown answers count as lowest.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import takewhile

from diagnosis.domain.answers import Answers
from diagnosis.domain.chain import SCENES, applicable_domains, groups, joined_links, links_between


@dataclass(frozen=True, kw_only=True)
class Stage:
    """`met[i]` says whether the condition of stage i + 1 holds by itself."""

    reached: int
    met: tuple[bool, ...]


def _level(answers: Answers, answer: str) -> int:
    return answers.level(answer) or 0


def _infrastructure(answers: Answers) -> bool:
    return bool(answers.ticks("network")) and _level(answers, "systems_coverage") >= 1


def _connectivity(answers: Answers) -> bool:
    collected = answers.ticks("data_collection") or frozenset()
    return _level(answers, "equipment_networked") >= 2 and len(collected) >= 2


def _interconnection(answers: Answers) -> bool:
    domains = applicable_domains(answers)
    levels = {link: _level(answers, link) for link in links_between(domains)}
    return max(len(group) for group in groups(domains, joined_links(levels))) >= 3


def _optimisation(answers: Answers) -> bool:
    at_the_top = [scene for scene in SCENES if _level(answers, scene) >= 4]
    return _level(answers, "decision_support") >= 3 or len(at_the_top) >= 3


def _ecosystem(answers: Answers) -> bool:
    return _level(answers, "chain_platform") >= 2 and _level(answers, "partner_data_sharing") >= 2


CONDITIONS: tuple[Callable[[Answers], bool], ...] = (
    _infrastructure,
    _connectivity,
    _interconnection,
    _optimisation,
    _ecosystem,
)


def stage_of(answers: Answers) -> Stage:
    met = tuple(condition(answers) for condition in CONDITIONS)
    return Stage(reached=sum(1 for _ in takewhile(bool, met)), met=met)
