"""The three dimensions."""

from __future__ import annotations

import pytest

from diagnosis.domain.answers import Answers, Value
from diagnosis.domain.chain import LINKS, SCENES, VIEW
from diagnosis.domain.official_sheet import fill_sheet
from diagnosis.domain.scores import CURVES, INNOVATION, RESULTS, Dimensions, dimensions, interpolate
from tests.diagnosis.domain.firms import POINTS, TICKS, levels, scoring_questionnaire

QUESTIONNAIRE = scoring_questionnaire()
SCALES = tuple(id for id in INNOVATION if id != "apps_per_head")
TRENDS = RESULTS[4:]
FOUNDATION = (
    "network", "equipment_digitised", "equipment_networked", "data_collection", "systems_coverage",
    "network_security", "data_security",
)  # fmt: skip


def score(**values: Value) -> Dimensions:
    answers = Answers(values)
    return dimensions(answers, fill_sheet(QUESTIONNAIRE, answers))


def foundation(*, full: bool) -> dict[str, Value]:
    best = {id: tuple(POINTS[id]) if id in TICKS else 4 for id in FOUNDATION}
    return best if full else {id: () if id in TICKS else 0 for id in FOUNDATION}


@pytest.mark.parametrize(
    ("id", "value", "share"),
    [
        ("apps_per_head", 0, 0),
        ("apps_per_head", 0.35, 1 / 6),
        ("apps_per_head", 0.7, 1 / 3),
        ("apps_per_head", 1.5, 2 / 3),
        ("apps_per_head", 2.3, 1),
        ("apps_per_head", 9, 1),
        ("production_efficiency", -5, 0),
        ("production_efficiency", 15, 0.5),
        ("production_efficiency", 30, 1),
        ("production_efficiency", 31, 1),
        ("operating_cost", 5, 0),
        ("operating_cost", 0, 0),
        ("operating_cost", -12, 0.6),
        ("operating_cost", -20, 1),
        ("defect_rate", -45, 1),
        ("delivery_cycle", -9, 0.2),
        ("delivery_cycle", -100, 1),
    ],
)
def test_numbers_follow_their_curves(id: str, value: float, share: float) -> None:
    assert interpolate(CURVES[id], value) == pytest.approx(share)


@pytest.mark.parametrize(
    ("scenes", "links", "full", "expected"),
    [(4, 3, True, 100.0), (0, 0, False, 0.0), (4, 0, False, 40.0), (0, 3, False, 30.0), (0, 0, True, 30.0),
     (1, 1, False, 20.0)],
)  # fmt: skip
def test_technological_integration_weighs_its_three_parts(
    scenes: int, links: int, full: bool, expected: float
) -> None:
    values = {**levels(list(SCENES), scenes), **levels([*LINKS, VIEW], links), **foundation(full=full)}
    assert score(**values).technological_integration == expected


def test_a_part_with_nothing_answered_leaves_its_weight_to_the_others() -> None:
    values = {**levels(list(SCENES), 4), **levels([*LINKS, VIEW], 0)}
    assert score(**values).technological_integration == pytest.approx(100 * 40 / 70, abs=0.05)


def test_a_part_is_measured_by_its_answered_questions() -> None:
    values = {**levels(list(SCENES), 2), "network": ("application", "industrial_5g")}
    assert score(**values).technological_integration == 50.0


def test_fourteen_of_thirty_answers_are_too_few_and_fifteen_enough() -> None:
    scenes = list(SCENES)
    assert score(**levels(scenes[:14], 2)).technological_integration is None
    assert score(**levels(scenes[:15], 2)).technological_integration == 50.0


def test_what_does_not_apply_is_not_missed() -> None:
    """Without product design 15 scenes, 4 links and view, 7 items apply: 13 of 26 are enough."""
    scenes = list(SCENES)[1:14]
    assert score(**levels(scenes, 2)).technological_integration is None
    maker = score(product_design="not_applicable", **levels(scenes, 2))
    assert maker.technological_integration == 50.0
    assert score(product_design="not_applicable", **levels(scenes[1:], 2)).technological_integration is None


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({**levels(list(SCALES), 3), "apps_per_head": 2.3}, 100.0),
        ({**levels(list(SCALES), 0), "apps_per_head": 0.7}, 4.2),
        (levels(list(SCALES[:4]), 1), 33.3),
        (levels(list(SCALES[:3]), 1), None),
        ({**levels(list(SCALES[:3]), 3), "apps_per_head": 0}, 75.0),
    ],
)
def test_model_innovation(values: dict[str, Value], expected: float | None) -> None:
    assert score(**values).model_innovation == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (dict.fromkeys(TRENDS, "same"), 50.0),
        (dict.fromkeys(TRENDS, "better"), 100.0),
        (dict.fromkeys(TRENDS, "worse"), 0.0),
        (dict.fromkeys(TRENDS[:3], "better"), None),
        ({**dict.fromkeys(TRENDS[:3], "better"), "production_efficiency": 15}, 87.5),
        ({**dict.fromkeys(TRENDS[:3], "better"), "production_efficiency": "unknown"}, None),
        (
            {"production_efficiency": 30, "operating_cost": -10, "defect_rate": 10, "delivery_cycle": -45},
            62.5,
        ),
    ],
)
def test_economic_performance(values: dict[str, Value], expected: float | None) -> None:
    assert score(**values).economic_performance == expected


def test_nothing_answered_has_no_scores() -> None:
    assert set(score().to_dict().values()) == {None}
