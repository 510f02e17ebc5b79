"""The five stages, each with all earlier ones."""

from __future__ import annotations

import pytest

from diagnosis.domain.answers import Answers, Value
from diagnosis.domain.stage import stage_of
from tests.diagnosis.domain.firms import firm, levels

ONE: dict[str, Value] = {"network": ("application",), "systems_coverage": 1}
TWO: dict[str, Value] = {**ONE, "equipment_networked": 2, "data_collection": ("quality", "equipment")}
THREE: dict[str, Value] = {**TWO, "link_design_production": 2, "link_production_marketing": 2}
FOUR: dict[str, Value] = {**THREE, "decision_support": 3}
FIVE: dict[str, Value] = {**FOUR, "chain_platform": 2, "partner_data_sharing": 2}


@pytest.mark.parametrize(
    ("changes", "reached"),
    [
        ({}, 0),
        (ONE, 1),
        ({**ONE, "network": ()}, 0),
        ({**ONE, "network": "unknown"}, 0),
        ({**ONE, "systems_coverage": 0}, 0),
        (TWO, 2),
        ({**TWO, "equipment_networked": 1}, 1),
        ({**TWO, "data_collection": ("quality",)}, 1),
        (THREE, 3),
        ({**THREE, "link_design_production": 1}, 2),
        ({**THREE, "link_design_production": "unknown"}, 2),
        (FOUR, 4),
        ({**FOUR, "decision_support": 2}, 3),
        ({**THREE, **levels(["hr", "energy", "quality"], 4)}, 4),
        ({**THREE, **levels(["hr", "energy"], 4)}, 3),
        (FIVE, 5),
        ({**FIVE, "chain_platform": 1}, 4),
        ({**FIVE, "partner_data_sharing": 1}, 4),
        ({**FIVE, "network": ()}, 0),
    ],
)
def test_stage(changes: dict[str, Value], reached: int) -> None:
    assert stage_of(firm(**changes)).reached == reached


def test_two_separate_pairs_do_not_join_three_domains() -> None:
    pairs = firm(**TWO, link_design_production=3, link_supply_marketing=3)
    assert stage_of(pairs).met == (True, True, False, False, False)


def test_links_of_a_contract_makers_missing_design_do_not_count() -> None:
    assert stage_of(firm(**THREE)).reached == 3
    assert stage_of(firm(**THREE).replace(product_design="not_applicable")).reached == 2


def test_every_condition_is_reported_by_itself() -> None:
    assert stage_of(firm(decision_support=4)).met == (False, False, False, True, False)
    assert stage_of(Answers({})).met == (False,) * 5
