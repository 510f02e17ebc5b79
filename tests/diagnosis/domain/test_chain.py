"""The chain: domains, links, trees and cuts."""

from __future__ import annotations

from itertools import combinations, product

import pytest

from diagnosis.domain.answers import Answers
from diagnosis.domain.chain import (
    CORE_SCENES,
    DOMAINS,
    LINK_PREFERENCE,
    LINKS,
    SCENES,
    TOPS,
    applicable_domains,
    applicable_scenes,
    cheapest_cut,
    cheapest_tree,
    connects,
    core_scenes,
    domain_level,
    groups,
    links_between,
)

THREE = ("production", "supply_chain", "marketing")


def test_there_are_sixteen_scenes_six_links_and_five_core_scenes() -> None:
    assert (len(SCENES), len(LINKS), len(core_scenes(DOMAINS))) == (16, 6, 5)
    assert len(TOPS) == 16 + 6 + 1 + 2
    assert all(SCENES[scene] == domain for domain, scenes in CORE_SCENES.items() for scene in scenes)


def test_every_pair_of_domains_has_one_link() -> None:
    assert sorted(map(sorted, LINKS.values())) == sorted(sorted(pair) for pair in combinations(DOMAINS, 2))
    assert sorted(LINK_PREFERENCE) == sorted(LINKS)


@pytest.mark.parametrize(
    ("answers", "domains", "scenes"),
    [
        ({}, DOMAINS, 16),
        ({"product_design": "unknown"}, DOMAINS, 16),
        ({"product_design": "not_applicable"}, THREE, 15),
        ({"process_design": "not_applicable", "energy": "not_applicable"}, DOMAINS, 14),
        ({"purchasing": "not_applicable"}, DOMAINS, 16),  # not allowed there, so it drops nothing
    ],
)
def test_what_applies(answers: dict[str, str], domains: tuple[str, ...], scenes: int) -> None:
    assert applicable_domains(Answers(answers)) == domains
    assert len(applicable_scenes(Answers(answers))) == scenes


def test_links_of_a_dropped_domain_are_gone() -> None:
    assert links_between(THREE) == (
        "link_production_supply",
        "link_production_marketing",
        "link_supply_marketing",
    )


@pytest.mark.parametrize(("purchasing", "warehousing", "level"), [(0, 4, 0), (3, 2, 2), (2, 2, 2)])
def test_level_of_a_domain_is_its_lowest_core_scene(purchasing: int, warehousing: int, level: int) -> None:
    assert domain_level("supply_chain", {"purchasing": purchasing, "warehousing": warehousing}) == level


def test_groups_grow_along_a_path() -> None:
    links = ["link_design_production", "link_supply_marketing"]
    assert set(groups(DOMAINS, links)) == {
        frozenset({"design", "production"}),
        frozenset({"supply_chain", "marketing"}),
    }
    assert not connects(DOMAINS, links)
    assert connects(DOMAINS, [*links, "link_production_supply"])
    assert connects(THREE, ["link_production_supply", "link_supply_marketing"])


@pytest.mark.parametrize("domains", [DOMAINS, THREE])
def test_tree_and_cut_equal_trying_everything(domains: tuple[str, ...]) -> None:
    links = links_between(domains)
    subsets = [set(some) for size in range(len(links) + 1) for some in combinations(links, size)]
    joining = [some for some in subsets if connects(domains, some)]
    cutting = [some for some in subsets if not connects(domains, set(links) - some)]
    for costs in (dict(zip(links, values, strict=True)) for values in product(range(3), repeat=len(links))):
        tree = cheapest_tree(domains, costs)
        assert connects(domains, tree) and len(tree) == len(domains) - 1
        assert sum(costs[link] for link in tree) == min(sum(map(costs.get, some)) for some in joining)
        assert cheapest_cut(domains, costs) == min(sum(map(costs.get, some)) for some in cutting)


def test_of_equal_trees_the_one_through_production_is_taken() -> None:
    assert cheapest_tree(DOMAINS, dict.fromkeys(LINKS, 2)) == (
        "link_design_production",
        "link_production_supply",
        "link_production_marketing",
    )
