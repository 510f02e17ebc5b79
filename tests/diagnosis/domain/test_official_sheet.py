"""Points of the official sheet, and no level."""

from __future__ import annotations

import pytest

from diagnosis.domain.answers import Answers, Value
from diagnosis.domain.chain import SCENES
from diagnosis.domain.official_sheet import ITEMS, fill_sheet
from tests.diagnosis.domain.firms import COLLECTION, NETWORK, POINTS, TICKS, scoring_questionnaire

QUESTIONNAIRE = scoring_questionnaire()


def best(id: str) -> Value:
    if id in TICKS:
        return tuple(POINTS[id])
    return "better" if "better" in POINTS[id] else len(POINTS[id]) - 1


def test_everything_at_best_earns_fifty_thirty_twenty() -> None:
    sheet = fill_sheet(QUESTIONNAIRE, Answers({id: best(id) for id in POINTS}))
    assert (sheet.foundation, sheet.management, sheet.results, sheet.total) == (50, 30, 20, 100)
    assert all(item.points == item.maximum and item.lacking == 0 for item in sheet.items)


def test_nothing_answered_earns_nothing_and_is_marked_missing() -> None:
    sheet = fill_sheet(QUESTIONNAIRE, Answers({"network": "unknown"}))
    assert sheet.total == 0
    assert all(item.missing and item.lacking is None for item in sheet.items)
    assert [item.id for item in sheet.items] == [id for ids in ITEMS.values() for id in ids]
    assert sum(item.maximum for item in sheet.items) == pytest.approx(100)


@pytest.mark.parametrize(
    ("id", "value", "points"),
    [
        ("network", (), 0),
        ("network", NETWORK[:3], 6),
        ("data_collection", ("hr",), 0.9),
        ("data_collection", COLLECTION, 10),
        ("equipment_digitised", 0, 0),
        ("equipment_networked", 3, 4.5),
        ("systems_coverage", 2, 5),
        ("planning", 5, 7.5),
        ("management_rules", ("workflow", "incentives"), 3.75),
        ("talent", ("staff",), 1.5),
        ("digital_spend", 3, 5.625),
        ("pass_rate", "same", 3.5),
        ("energy_per_revenue", "better", 7),
        ("revenue_per_head", "same", 1.5),
        ("cost_per_revenue", "better", 3),
        ("cost_per_revenue", "worse", 0),
    ],
)
def test_points_of_one_item(id: str, value: Value, points: float) -> None:
    sheet = fill_sheet(QUESTIONNAIRE, Answers({id: value}))
    assert (sheet.item(id).points, sheet.item(id).missing, sheet.total) == (points, False, points)


def test_scenes_are_listed_with_their_levels() -> None:
    answers = Answers({"product_design": "not_applicable", "hr": 3, "energy": "unknown"})
    scenes = {scene.id: (scene.level, scene.state) for scene in fill_sheet(QUESTIONNAIRE, answers).scenes}
    assert tuple(scenes) == tuple(SCENES)
    assert scenes["product_design"] == (None, "not_applicable")
    assert scenes["hr"] == (3, "known")
    assert scenes["energy"] == scenes["quality"] == (None, "unknown")
