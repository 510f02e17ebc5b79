"""Type, distance, steps and margin."""

from __future__ import annotations

from dataclasses import asdict

import pytest

from diagnosis.domain.answers import Answers, Value
from diagnosis.domain.chain import BANDS, DOMAINS, LINKS, SCENES, VIEW
from diagnosis.domain.verdict import Step, judge
from tests.diagnosis.domain.firms import CORE, firm, full_firm, levels

THREE_LINKS = ("link_production_supply", "link_production_marketing", "link_supply_marketing")
CHAIN = ("link_design_production", "link_production_supply", "link_supply_marketing")
BROKEN = levels(list(LINKS), 0)


@pytest.mark.parametrize(
    ("changes", "type"),
    [
        ({}, "not_started"),
        (levels(list(SCENES), 1), "not_started"),
        (levels([*LINKS, VIEW], 3), "not_started"),
        ({"hr": 2}, "single_point"),
        ({"equipment_digitised": 1}, "single_point"),
        ({"equipment_networked": 1}, "single_point"),
        ({**levels(list(SCENES), 4), **levels(list(BANDS), 4)}, "single_point"),
        (levels([*CORE, *LINKS, VIEW], 2), "full_process"),
        (levels([*CORE, *CHAIN, VIEW], 2), "full_process"),
        ({**levels([*CORE, *LINKS, VIEW], 2), VIEW: 1}, "single_point"),
        *(({**levels([*CORE, *LINKS, VIEW], 2), scene: 1}, "single_point") for scene in CORE),
        # Two joined pairs are not one chain.
        (
            {**levels([*CORE, VIEW], 2), "link_design_production": 3, "link_supply_marketing": 3},
            "single_point",
        ),
    ],
)
def test_type(changes: dict[str, Value], type: str) -> None:
    verdict = judge(firm(**changes))
    assert (verdict.type, verdict.settled, verdict.possible_types, verdict.find_out) == (
        type,
        True,
        (type,),
        (),
    )


def test_systems_everywhere_but_nothing_linked_is_single_point() -> None:
    """The trap case: ERP, MES and LIMS are all there, none passes data to another."""
    verdict = judge(firm(**levels(list(SCENES), 2), **levels(list(BANDS), 4), management_view=2))
    assert verdict.type == "single_point" and verdict.settled
    assert verdict.distance == verdict.margin == 6
    assert [step.answer for step in verdict.steps] == [
        "link_design_production",
        "link_production_supply",
        "link_production_marketing",
    ]


@pytest.mark.parametrize(
    ("changes", "distance"),
    [
        ({}, 0),
        ({"marketing": 0}, 2),
        ({"purchasing": 1, "warehousing": 1}, 2),
        (BROKEN, 6),
        (levels(list(LINKS), 1), 3),
        ({**BROKEN, "link_design_marketing": 1, "link_supply_marketing": 3}, 3),
        ({VIEW: 0}, 2),
        ({**levels([*CORE, VIEW], 0), **BROKEN}, 18),
    ],
)
def test_distance_counts_the_missing_levels(changes: dict[str, Value], distance: int) -> None:
    verdict = judge(full_firm(**changes))
    assert verdict.distance == distance == sum(step.to_level - step.from_level for step in verdict.steps)
    assert verdict.distance_best == distance


def test_distance_takes_the_cheapest_tree_of_links() -> None:
    changes = {**BROKEN, "link_design_marketing": 1, "link_supply_marketing": 3, "link_production_supply": 1}
    verdict = judge(full_firm(**changes))
    assert {step.answer for step in verdict.steps} == {"link_design_marketing", "link_production_supply"}
    assert verdict.distance == 2


def test_steps_name_links_then_scenes_then_view() -> None:
    changes: dict[str, Value] = {**levels(list(CHAIN), 2), "link_design_production": 1}
    verdict = judge(firm(**levels(list(CORE), 2), **changes).replace(marketing=0, management_view=1))
    assert verdict.steps == (
        Step(answer="link_design_production", from_level=1, to_level=2),
        Step(answer="marketing", from_level=0, to_level=2),
        Step(answer=VIEW, from_level=1, to_level=2),
    )


@pytest.mark.parametrize(
    ("changes", "margin"),
    [
        ({}, 1),
        (levels([*CORE, *LINKS, VIEW], 3), 2),
        ({**levels(list(CORE), 4), **levels([*LINKS, VIEW], 3)}, 2),
        ({**levels([*CORE, *LINKS], 3), VIEW: 2}, 1),
        # One domain hangs on a single link at 2: cutting that is the cheapest break.
        (
            {
                **levels([*CORE, *LINKS, VIEW], 3),
                "link_design_supply": 1,
                "link_design_marketing": 0,
                "link_design_production": 2,
            },
            1,
        ),
        ({"marketing": 1}, 1),
        ({"marketing": 0, VIEW: 1}, 3),
    ],
)
def test_margin(changes: dict[str, Value], margin: int) -> None:
    verdict = judge(full_firm(**changes))
    assert verdict.margin == margin
    assert verdict.borderline == (margin == 1)


def test_contract_maker_is_judged_on_three_domains() -> None:
    maker = firm(**levels([*CORE, VIEW], 2)).replace(
        product_design="not_applicable", link_production_supply=2, link_supply_marketing=2
    )
    verdict = judge(maker)
    assert (verdict.type, verdict.distance, verdict.margin) == ("full_process", 0, 1)
    assert verdict.applicable_domains == DOMAINS[1:]
    assert verdict.domains == {"design": None, "production": 2, "supply_chain": 2, "marketing": 2}


def test_design_links_do_not_join_the_domains_of_a_contract_maker() -> None:
    maker = firm(**levels([*CORE, VIEW], 2), **levels([x for x in LINKS if x not in THREE_LINKS], 3))
    verdict = judge(maker.replace(product_design="not_applicable"))
    assert (verdict.type, verdict.distance) == ("single_point", 4)


@pytest.mark.parametrize(
    ("changes", "possible", "find_out"),
    [
        ({"purchasing": "unknown"}, ("single_point", "full_process"), ("purchasing",)),
        ({"hr": "unknown"}, ("full_process",), ()),
        ({VIEW: "unknown"}, ("single_point", "full_process"), (VIEW,)),
        # The other five links join the four domains without this one.
        ({"link_design_supply": "unknown"}, ("full_process",), ()),
        ({**BROKEN, "link_design_supply": "unknown"}, ("single_point",), ()),
        # Design and production are joined for certain; only links between the remaining groups decide.
        (
            {**levels(list(LINKS), 0), "link_design_production": 2, "link_production_supply": 2,
             "link_design_supply": "unknown", "link_supply_marketing": "unknown",
             "link_design_marketing": "unknown", VIEW: "unknown", "energy": "unknown"},
            ("single_point", "full_process"),
            ("link_design_marketing", "link_supply_marketing", VIEW),
        ),
        # A known gap elsewhere keeps the firm single-point whatever the unknown is.
        ({"marketing": 1, "purchasing": "unknown"}, ("single_point",), ()),
    ],
)  # fmt: skip
def test_open_verdicts_name_what_to_find_out(
    changes: dict[str, Value], possible: tuple[str, ...], find_out: tuple[str, ...]
) -> None:
    verdict = judge(full_firm(**changes))
    assert verdict.possible_types == possible
    assert verdict.settled == (len(possible) == 1)
    assert verdict.type == possible[0]
    assert verdict.find_out == find_out


def test_a_firm_that_may_not_have_started_asks_for_every_unknown_scene_and_band() -> None:
    verdict = judge(firm(energy="unknown", management_view="unknown", equipment_networked="unknown"))
    assert verdict.possible_types == ("not_started", "single_point")
    assert verdict.find_out == ("energy", "equipment_networked")


def test_nothing_answered_is_not_started_at_worst_and_full_process_at_best() -> None:
    verdict = judge(Answers({}))
    assert verdict.possible_types == ("not_started", "full_process")
    assert (verdict.distance, verdict.distance_best, verdict.margin) == (18, 0, 18)
    assert verdict.find_out == (*SCENES, *LINKS, VIEW, *BANDS)
    assert verdict.domains == dict.fromkeys(DOMAINS)


def test_level_of_a_domain_is_known_when_the_unknown_cannot_lower_or_raise_it() -> None:
    verdict = judge(full_firm(purchasing=0, warehousing="unknown", marketing="unknown"))
    assert verdict.domains == {"design": 2, "production": 2, "supply_chain": 0, "marketing": None}


def test_verdict_is_plain_data() -> None:
    assert asdict(judge(full_firm()))["steps"] == ()
