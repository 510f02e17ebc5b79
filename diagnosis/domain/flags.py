"""Consistency flags: answers that do not seem to fit together. They ask, they never block.

A flag names the answers concerned. An unknown answer contradicts nothing, so a flag is raised
only from answers that were given. Management has no links, so `scene_without_link` is about the
four domains of the data chain.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from diagnosis.domain.answers import Answers
from diagnosis.domain.chain import (
    BANDS,
    LINKS,
    SCENES,
    SYSTEM_LEVEL,
    core_scenes,
    domain_level,
    links_between,
)
from diagnosis.domain.scores import RESULTS, result_share
from diagnosis.domain.verdict import Verdict, read

LINKED_LEVEL: Final = 3  # from here on a scene is described as linked with others
ABOVE_SCALE_REVENUE: Final = 2_000  # 10,000 RMB: annual main revenue of RMB 20 million
NO_CHANGE: Final = 0.5  # share of the best value at which a trend stands still

Range = tuple[float, float]
# A cluster's widest plausible [low, high]: employees, and yearly revenue per head in 10,000 RMB.
ClusterBounds = tuple[Range, Range]


@dataclass(frozen=True, kw_only=True)
class Flag:
    id: str
    answers: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Case:
    """What the rules look at. `bounds` is None for an unknown cluster."""

    answers: Answers
    verdict: Verdict
    bounds: ClusterBounds | None


def _links_of(domain: str, case: Case) -> tuple[str, ...]:
    return tuple(link for link in links_between(case.verdict.applicable_domains) if domain in LINKS[link])


def _is_cut_off(domain: str, case: Case) -> bool:
    """Every link of the domain is known and none passes data on by itself."""
    levels = [case.answers.level(link) for link in _links_of(domain, case)]
    return all(level is not None and level < SYSTEM_LEVEL for level in levels)


def scene_without_link(case: Case) -> tuple[str, ...]:
    """Scenes described as linked (level 3 or more) in domains cut off from all others, and those links."""
    domains = case.verdict.applicable_domains
    cut_off = [domain for domain in domains if _is_cut_off(domain, case)]
    high = [scene for scene in SCENES if (case.answers.level(scene) or 0) >= LINKED_LEVEL]
    scenes = [scene for scene in high if SCENES[scene] in cut_off]
    concerned = {SCENES[scene] for scene in scenes}
    return (*scenes, *(link for link in links_between(domains) if concerned & set(LINKS[link])))


def links_without_systems(case: Case) -> tuple[str, ...]:
    """Links at level 2 or more whose two ends are both surely below level 2."""
    best = read(case.answers, best=True)
    low = {domain for domain in best.domains if domain_level(domain, best.levels) < SYSTEM_LEVEL}
    links = [link for link in links_between(low) if (case.answers.level(link) or 0) >= SYSTEM_LEVEL]
    ends = {end for link in links for end in LINKS[link]}
    return (*core_scenes(ends), *links)


def networked_above_digitised(case: Case) -> tuple[str, ...]:
    digitised, networked = (case.answers.level(band) for band in BANDS)
    if digitised is None or networked is None or networked <= digitised:
        return ()
    return BANDS


def _is_claimed(answers: Answers, result: str) -> bool:
    share = result_share(answers, result)
    still = 0.0 if answers.number(result) is not None else NO_CHANGE
    return share is not None and share > still


def results_without_start(case: Case) -> tuple[str, ...]:
    if case.verdict.type != "not_started":
        return ()
    return tuple(result for result in RESULTS if _is_claimed(case.answers, result))


def _above_scale_against_revenue(case: Case, *, said: str, revenue_fits: bool) -> tuple[str, ...]:
    revenue = case.answers.number("revenue")
    if revenue is None or case.answers.choice("above_scale") != said:
        return ()
    return () if (revenue >= ABOVE_SCALE_REVENUE) == revenue_fits else ("revenue", "above_scale")


def above_scale_no_but_revenue(case: Case) -> tuple[str, ...]:
    return _above_scale_against_revenue(case, said="no", revenue_fits=False)


def above_scale_yes_but_revenue(case: Case) -> tuple[str, ...]:
    return _above_scale_against_revenue(case, said="yes", revenue_fits=True)


def _is_within(value: float, bounds: Range) -> bool:
    return bounds[0] <= value <= bounds[1]


def size_outside_cluster(case: Case) -> tuple[str, ...]:
    employees = case.answers.number("employees")
    if case.bounds is None or employees is None:
        return ()
    return () if _is_within(employees, case.bounds[0]) else ("cluster", "employees")


def revenue_per_head_outside_cluster(case: Case) -> tuple[str, ...]:
    employees, revenue = case.answers.number("employees"), case.answers.number("revenue")
    if case.bounds is None or not employees or revenue is None:
        return ()
    inside = _is_within(revenue / employees, case.bounds[1])
    return () if inside else ("cluster", "employees", "revenue")


# Each rule gives the answers concerned, none when nothing is odd.
RULES: Final[Mapping[str, Callable[[Case], tuple[str, ...]]]] = {
    "scene_without_link": scene_without_link,
    "links_without_systems": links_without_systems,
    "networked_above_digitised": networked_above_digitised,
    "results_without_start": results_without_start,
    "above_scale_no_but_revenue": above_scale_no_but_revenue,
    "above_scale_yes_but_revenue": above_scale_yes_but_revenue,
    "size_outside_cluster": size_outside_cluster,
    "revenue_per_head_outside_cluster": revenue_per_head_outside_cluster,
}


def flags(
    answers: Answers, verdict: Verdict, cluster_bounds: Mapping[str, ClusterBounds]
) -> tuple[Flag, ...]:
    """At most one flag of each kind, in the order of `RULES`. Bounds are keyed by cluster id."""
    bounds = cluster_bounds.get(answers.choice("cluster") or "")
    case = Case(answers=answers, verdict=verdict, bounds=bounds)
    concerned = {id: rule(case) for id, rule in RULES.items()}
    return tuple(Flag(id=id, answers=answers) for id, answers in concerned.items() if answers)
