"""The verdict: which of the three types a firm is, how sure that is, how far full-process lies.

Types (paper, Table 1), lowest first:
`not_started`   no business scene at level 2 or more and both equipment bands at the lowest;
`full_process`  every applicable domain at level 2 or more, links at level 2 or more joining all of
                them into one group, and the management view at level 2 or more;
`single_point`  everything else.

Reading: one way the unknown answers could turn out. The worst takes each at 0, the best at its top.
Same type at both: the verdict is settled. The type never falls when a level rises, so an unknown
answer can decide the type exactly when it lies on one of the two borders between types.
Distance, steps and margin count one-level changes of answers and are given at the worst reading.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from diagnosis.domain.answers import Answers
from diagnosis.domain.chain import (
    BANDS,
    DOMAINS,
    LINKS,
    SCENES,
    SYSTEM_LEVEL,
    TOPS,
    VIEW,
    applicable_domains,
    applicable_scenes,
    cheapest_cut,
    cheapest_tree,
    connects,
    core_scenes,
    domain_level,
    groups,
    joined_links,
    links_between,
)

TypeId = Literal["not_started", "single_point", "full_process"]
TYPES: tuple[TypeId, ...] = ("not_started", "single_point", "full_process")


@dataclass(frozen=True, kw_only=True)
class Reading:
    """A level for every answer that decides the type; what does not apply is left out."""

    domains: tuple[str, ...]
    levels: Mapping[str, int]

    @property
    def core_scenes(self) -> tuple[str, ...]:
        return core_scenes(self.domains)

    @property
    def links(self) -> tuple[str, ...]:
        return links_between(self.domains)

    def missing(self, answer: str) -> int:
        """Levels missing to where a system does the work."""
        return max(0, SYSTEM_LEVEL - self.levels[answer])


@dataclass(frozen=True, kw_only=True)
class Step:
    """One answer to raise on the way to full-process."""

    answer: str
    from_level: int
    to_level: int


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """`type` is the type at the worst reading; `domains` has None where unknown or not applicable."""

    type: TypeId
    settled: bool
    possible_types: tuple[TypeId, ...]
    find_out: tuple[str, ...]
    applicable_domains: tuple[str, ...]
    domains: Mapping[str, int | None]
    distance: int
    distance_best: int
    steps: tuple[Step, ...]
    margin: int

    @property
    def borderline(self) -> bool:
        """One one-level change would move the firm into or out of full-process."""
        return self.margin == 1


def deciding_answers(answers: Answers) -> tuple[str, ...]:
    """Every answer that can matter for the type: scenes, links, view, equipment bands."""
    links = links_between(applicable_domains(answers))
    return (*applicable_scenes(answers), *links, VIEW, *BANDS)


def read(answers: Answers, *, best: bool = False) -> Reading:
    """The worst reading of the answers, or the best."""
    given = {answer: answers.level(answer) for answer in deciding_answers(answers)}
    levels = {
        answer: level if level is not None else TOPS[answer] if best else 0 for answer, level in given.items()
    }
    return Reading(domains=applicable_domains(answers), levels=levels)


def has_started(reading: Reading) -> bool:
    """A scene done in a system, or equipment digitised or networked beyond the lowest band."""
    scenes = any(level >= SYSTEM_LEVEL for answer, level in reading.levels.items() if answer in SCENES)
    return scenes or any(reading.levels[band] > 0 for band in BANDS)


def is_full_process(reading: Reading) -> bool:
    in_systems = all(reading.missing(answer) == 0 for answer in (*reading.core_scenes, VIEW))
    return in_systems and connects(reading.domains, joined_links(reading.levels))


def type_of(reading: Reading) -> TypeId:
    if is_full_process(reading):
        return "full_process"
    return "single_point" if has_started(reading) else "not_started"


def steps_of(reading: Reading) -> tuple[Step, ...]:
    """What is missing to full-process at least effort: broken links first, then scenes, then the view."""
    costs = {link: reading.missing(link) for link in reading.links}
    wanted = (*cheapest_tree(reading.domains, costs), *reading.core_scenes, VIEW)
    return tuple(
        Step(answer=answer, from_level=reading.levels[answer], to_level=SYSTEM_LEVEL)
        for answer in wanted
        if reading.missing(answer)
    )


def distance_of(reading: Reading) -> int:
    """Number of one-level steps to full-process; zero exactly there."""
    return sum(step.to_level - step.from_level for step in steps_of(reading))


def cheapest_break(reading: Reading) -> int:
    """One-level changes that take a full-process firm out again: a scene, the view, or a cut of links."""
    below = SYSTEM_LEVEL - 1
    drops = [reading.levels[answer] - below for answer in (*reading.core_scenes, VIEW)]
    links = {link: max(0, reading.levels[link] - below) for link in reading.links}
    return min(*drops, cheapest_cut(reading.domains, links))


def _unknown(answers: Answers) -> tuple[str, ...]:
    return tuple(answer for answer in deciding_answers(answers) if answers.level(answer) is None)


def _decides_full_process(answer: str, worst: Reading) -> bool:
    """Core scenes and view always do; a link does unless its ends are joined without it for certain."""
    if answer in LINKS:
        joined = groups(worst.domains, joined_links(worst.levels))
        return not any(set(LINKS[answer]) <= group for group in joined)
    return answer == VIEW or answer in worst.core_scenes


def _decides_start(answer: str) -> bool:
    """Any scene or equipment band does, as long as nothing else shows a start."""
    return answer in SCENES or answer in BANDS


def pivotal(answers: Answers) -> tuple[str, ...]:
    """The unknown answers that alone could change the type, for some outcome of the other unknowns.

    Raising a level never lowers the type, so it is enough to look at the outcome of the others that
    serves an answer best: towards full-process all the others high, except links it could replace;
    towards a start all the others low.
    """
    worst = read(answers)
    full_is_possible = is_full_process(read(answers, best=True))
    nothing_started = not has_started(worst)
    return tuple(
        answer
        for answer in _unknown(answers)
        if (full_is_possible and _decides_full_process(answer, worst))
        or (nothing_started and _decides_start(answer))
    )


def _domain_levels(worst: Reading, best: Reading) -> dict[str, int | None]:
    levels: dict[str, int | None] = dict.fromkeys(DOMAINS)
    for domain in worst.domains:
        low, high = domain_level(domain, worst.levels), domain_level(domain, best.levels)
        levels[domain] = low if low == high else None
    return levels


def judge(answers: Answers) -> Verdict:
    """The verdict on one set of answers (methodology, section 3)."""
    worst, best = read(answers), read(answers, best=True)
    low, high = type_of(worst), type_of(best)
    distance = distance_of(worst)
    return Verdict(
        type=low,
        settled=low == high,
        possible_types=(low,) if low == high else (low, high),
        find_out=pivotal(answers),
        applicable_domains=worst.domains,
        domains=_domain_levels(worst, best),
        distance=distance,
        distance_best=distance_of(best),
        steps=steps_of(worst),
        margin=distance or cheapest_break(worst),
    )
