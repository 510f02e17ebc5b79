"""Answers that do not fit together."""

from __future__ import annotations

import pytest

from diagnosis.domain.answers import Answers, Value
from diagnosis.domain.chain import LINKS
from diagnosis.domain.flags import RULES, flags
from diagnosis.domain.verdict import judge
from tests.diagnosis.domain.firms import firm, full_firm, levels

BOUNDS = {"footwear": ((5, 5000), (5, 500))}
PRODUCTION_LINKS = ("link_design_production", "link_production_supply", "link_production_marketing")
FOOTWEAR: dict[str, Value] = {"cluster": "footwear"}


def raised(answers: Answers) -> dict[str, tuple[str, ...]]:
    return {flag.id: flag.answers for flag in flags(answers, judge(answers), BOUNDS)}


@pytest.mark.parametrize(
    ("changes", "flag", "concerned"),
    [
        ({"quality": 3}, "scene_without_link", ("quality", *PRODUCTION_LINKS)),
        ({"quality": 2}, "scene_without_link", None),
        ({"hr": 4, "finance": 3}, "scene_without_link", None),
        ({"quality": 3, "link_production_supply": 2}, "scene_without_link", None),
        ({"quality": 3, "link_supply_marketing": 2}, "scene_without_link", ("quality", *PRODUCTION_LINKS)),
        ({"quality": 3, "link_production_supply": "unknown"}, "scene_without_link", None),
        ({"quality": 3, "marketing": 4}, "scene_without_link",
         ("marketing", "quality", "link_design_production", "link_design_marketing", "link_production_supply",
          "link_production_marketing", "link_supply_marketing")),
        ({"product_design": "not_applicable", "process_design": 4}, "scene_without_link", None),
        ({"product_design": "not_applicable", "quality": 3}, "scene_without_link",
         ("quality", *PRODUCTION_LINKS[1:])),
        ({"link_design_production": 2}, "links_without_systems",
         ("product_design", "production_control", "link_design_production")),
        ({"link_design_production": 2, "product_design": 2}, "links_without_systems", None),
        ({"link_design_production": 1}, "links_without_systems", None),
        ({"link_design_production": 2, "product_design": "unknown"}, "links_without_systems", None),
        ({"link_supply_marketing": 3, "purchasing": 4, "warehousing": 1}, "links_without_systems",
         ("purchasing", "warehousing", "marketing", "link_supply_marketing")),
        ({"equipment_digitised": 1, "equipment_networked": 2}, "networked_above_digitised",
         ("equipment_digitised", "equipment_networked")),
        ({"equipment_digitised": 2, "equipment_networked": 2}, "networked_above_digitised", None),
        ({"equipment_digitised": "unknown", "equipment_networked": 2}, "networked_above_digitised", None),
        ({"production_efficiency": 5, "defect_rate": -1, "operating_cost": 3}, "results_without_start",
         ("production_efficiency", "defect_rate")),
        ({"pass_rate": "better", "energy_per_revenue": "same"}, "results_without_start", ("pass_rate",)),
        ({"pass_rate": "same", "delivery_cycle": 0, "defect_rate": "unknown"}, "results_without_start", None),
        ({"pass_rate": "better", "hr": 2}, "results_without_start", None),
        ({"above_scale": "no", "revenue": 2000}, "above_scale_no_but_revenue", ("revenue", "above_scale")),
        ({"above_scale": "no", "revenue": 1999}, "above_scale_no_but_revenue", None),
        ({"above_scale": "unknown", "revenue": 9999}, "above_scale_no_but_revenue", None),
        ({"above_scale": "yes", "revenue": 1999}, "above_scale_yes_but_revenue", ("revenue", "above_scale")),
        ({"above_scale": "yes", "revenue": 2000}, "above_scale_yes_but_revenue", None),
        ({"above_scale": "yes"}, "above_scale_yes_but_revenue", None),
        ({**FOOTWEAR, "employees": 4}, "size_outside_cluster", ("cluster", "employees")),
        ({**FOOTWEAR, "employees": 5}, "size_outside_cluster", None),
        ({**FOOTWEAR, "employees": 5001}, "size_outside_cluster", ("cluster", "employees")),
        ({"employees": 5001}, "size_outside_cluster", None),
        ({"cluster": "crafts", "employees": 5001}, "size_outside_cluster", None),
        ({**FOOTWEAR, "employees": 100, "revenue": 499}, "revenue_per_head_outside_cluster",
         ("cluster", "employees", "revenue")),
        ({**FOOTWEAR, "employees": 100, "revenue": 500}, "revenue_per_head_outside_cluster", None),
        ({**FOOTWEAR, "employees": 100, "revenue": 50_001}, "revenue_per_head_outside_cluster",
         ("cluster", "employees", "revenue")),
        ({**FOOTWEAR, "employees": 0, "revenue": 500}, "revenue_per_head_outside_cluster", None),
        ({**FOOTWEAR, "revenue": 500}, "revenue_per_head_outside_cluster", None),
    ],
)  # fmt: skip
def test_flag(changes: dict[str, Value], flag: str, concerned: tuple[str, ...] | None) -> None:
    assert flag in RULES
    assert raised(firm(**changes)).get(flag) == concerned


@pytest.mark.parametrize("answers", [Answers({}), firm(), full_firm(), full_firm(**levels(list(LINKS), 3))])
def test_answers_that_fit_together_raise_nothing(answers: Answers) -> None:
    assert raised(answers) == {}


def test_several_flags_stand_in_the_order_of_the_rules() -> None:
    odd = firm(**FOOTWEAR, quality=4, employees=9000, above_scale="yes", revenue=10, equipment_networked=4)
    assert list(raised(odd)) == [
        "scene_without_link",
        "networked_above_digitised",
        "above_scale_yes_but_revenue",
        "size_outside_cluster",
        "revenue_per_head_outside_cluster",
    ]
