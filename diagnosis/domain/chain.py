"""The data chain of a firm: four domains, the scenes that carry them, the links between them.

Domain: a part of the business whose data should flow to the others (paper, Table 1: design,
production, supply chain, marketing). Management has scenes of its own but no links.
Core scene: one of the MIIT 2024 business scenes (level 0..4) that decides the level of its domain.
Link: how data get from one domain to another (level 0..3); from level 2 a system passes them on.
Joined: domains are joined when links at level 2 or more form a path between them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import combinations
from types import MappingProxyType
from typing import Final

from diagnosis.domain.answers import Answers

DOMAINS: Final = ("design", "production", "supply_chain", "marketing")
MANAGEMENT: Final = "management"

# Scene -> domain, in the order of the MIIT indicators by domain.
SCENES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "product_design": "design",
        "process_design": "design",
        "marketing": "marketing",
        "after_sales": "marketing",
        "scheduling": "production",
        "production_control": "production",
        "quality": "production",
        "equipment": "production",
        "safety": "production",
        "energy": "production",
        "purchasing": "supply_chain",
        "warehousing": "supply_chain",
        "finance": MANAGEMENT,
        "hr": MANAGEMENT,
        "office": MANAGEMENT,
        "decision_support": MANAGEMENT,
    }
)
CORE_SCENES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "design": ("product_design",),
        "production": ("production_control",),
        "supply_chain": ("purchasing", "warehousing"),
        "marketing": ("marketing",),
    }
)
NOT_APPLICABLE_ALLOWED: Final = frozenset(
    {"product_design", "process_design", "after_sales", "safety", "energy"}
)
LINKS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "link_design_production": ("design", "production"),
        "link_design_supply": ("design", "supply_chain"),
        "link_design_marketing": ("design", "marketing"),
        "link_production_supply": ("production", "supply_chain"),
        "link_production_marketing": ("production", "marketing"),
        "link_supply_marketing": ("supply_chain", "marketing"),
    }
)
# Which of two equally cheap links to build first: those of production, where every order passes.
LINK_PREFERENCE: Final = (
    "link_production_marketing",
    "link_production_supply",
    "link_design_production",
    "link_supply_marketing",
    "link_design_supply",
    "link_design_marketing",
)
VIEW: Final = "management_view"
BANDS: Final = ("equipment_digitised", "equipment_networked")

# Highest level of each scale, and the level from which a system does the work (scene, link and view alike).
TOPS: Final[Mapping[str, int]] = MappingProxyType(
    {**dict.fromkeys(SCENES, 4), **dict.fromkeys(LINKS, 3), VIEW: 3, **dict.fromkeys(BANDS, 4)}
)
SYSTEM_LEVEL: Final = 2


def scene_applies(answers: Answers, scene: str) -> bool:
    """False only where the questionnaire allows `not_applicable` and it was answered."""
    return not (scene in NOT_APPLICABLE_ALLOWED and answers.is_na(scene))


def applicable_scenes(answers: Answers) -> tuple[str, ...]:
    return tuple(scene for scene in SCENES if scene_applies(answers, scene))


def applicable_domains(answers: Answers) -> tuple[str, ...]:
    """All four domains, or three when the firm designs no products (contract makers)."""
    return tuple(
        domain for domain in DOMAINS if all(scene_applies(answers, scene) for scene in CORE_SCENES[domain])
    )


def core_scenes(domains: Collection[str]) -> tuple[str, ...]:
    """Core scenes of these domains, in the order of `DOMAINS`."""
    return tuple(scene for domain in DOMAINS if domain in domains for scene in CORE_SCENES[domain])


def links_between(domains: Collection[str]) -> tuple[str, ...]:
    """Links whose two ends are both among `domains`."""
    return tuple(link for link, ends in LINKS.items() if set(ends) <= set(domains))


def domain_level(domain: str, levels: Mapping[str, int]) -> int:
    """Level of a domain: the lowest of its core scenes."""
    return min(levels[scene] for scene in CORE_SCENES[domain])


def joined_links(levels: Mapping[str, int]) -> tuple[str, ...]:
    """The links that pass data on by themselves."""
    return tuple(link for link in LINKS if levels.get(link, 0) >= SYSTEM_LEVEL)


def groups(domains: Iterable[str], links: Iterable[str]) -> tuple[frozenset[str], ...]:
    """Groups of domains that are joined with one another, directly or through others."""
    found = [frozenset({domain}) for domain in domains]
    for link in links:
        touched = [group for group in found if group & set(LINKS[link])]
        found = [group for group in found if group not in touched] + [frozenset[str]().union(*touched)]
    return tuple(found)


def connects(domains: Collection[str], links: Iterable[str]) -> bool:
    """True when the links join all of `domains` into one group."""
    return len(groups(domains, links)) == 1


def cheapest_tree(domains: Collection[str], costs: Mapping[str, int]) -> tuple[str, ...]:
    """Links that join all domains at the least total cost (Kruskal), equals by `LINK_PREFERENCE`."""
    chosen: list[str] = []
    links = [link for link in LINK_PREFERENCE if link in links_between(domains)]
    for link in sorted(links, key=lambda link: costs[link]):
        if len(groups(domains, [*chosen, link])) < len(groups(domains, chosen)):
            chosen.append(link)
    return tuple(link for link in LINKS if link in chosen)


def _sides(domains: Collection[str]) -> Iterator[frozenset[str]]:
    """One side of every way to split the domains in two; the first domain is always on it."""
    first, *others = domains
    for size in range(len(others)):
        for rest in combinations(others, size):
            yield frozenset({first, *rest})


def cheapest_cut(domains: Collection[str], costs: Mapping[str, int]) -> int:
    """Least total cost of breaking links so that the domains are no longer one group."""
    links = links_between(domains)
    return min(
        sum(costs[link] for link in links if len(side & set(LINKS[link])) == 1) for side in _sides(domains)
    )
