"""A whole diagnosis of one firm."""

from __future__ import annotations

import json

from diagnosis.domain.answers import Answers
from diagnosis.domain.diagnosis import diagnose
from tests.diagnosis.domain.firms import firm, full_firm, scoring_questionnaire

QUESTIONNAIRE = scoring_questionnaire()


def test_keys_are_those_of_the_machine_interface() -> None:
    found = diagnose(QUESTIONNAIRE, full_firm(), cluster_bounds={}).to_dict()
    assert list(found) == [
        "content_version", "size_class", "type", "settled", "possible_types", "find_out", "domains",
        "distance", "distance_best", "steps", "margin", "stage", "dimensions", "needs", "flags",
        "official_sheet",
    ]  # fmt: skip
    assert list(found["official_sheet"]) == [
        "foundation",
        "management",
        "results",
        "total",
        "items",
        "scenes",
    ]
    assert list(found["dimensions"]) == [
        "technological_integration", "model_innovation", "economic_performance",
    ]  # fmt: skip


def test_values_are_plain_json() -> None:
    found = diagnose(QUESTIONNAIRE, firm(marketing=3, equipment_networked=1), cluster_bounds={}).to_dict()
    assert json.loads(json.dumps(found)) == found
    assert found["content_version"] == "test"
    assert found["size_class"] is None
    assert (found["type"], found["stage"]) == ("single_point", 0)
    assert found["steps"][-1] == {"answer": "management_view", "from": 0, "to": 2}
    assert found["flags"][0]["id"] == "scene_without_link"
    assert found["flags"][1] == {
        "id": "networked_above_digitised",
        "answers": ["equipment_digitised", "equipment_networked"],
    }
    assert found["official_sheet"]["total"] == 1.5
    assert found["official_sheet"]["items"][2] == {
        "id": "equipment_networked", "points": 1.5, "max": 6.0, "missing": False,
    }  # fmt: skip
    assert found["official_sheet"]["scenes"][2] == {"id": "marketing", "level": 3, "state": "known"}


def test_an_eligible_programme_reaches_the_needs() -> None:
    without = diagnose(QUESTIONNAIRE, firm(), cluster_bounds={}).to_dict()
    with_one = diagnose(QUESTIONNAIRE, firm(), cluster_bounds={}, eligible_programmes=1).to_dict()
    assert with_one["needs"]["policy_support"]["score"] > without["needs"]["policy_support"]["score"]


def test_an_empty_set_of_answers_can_be_diagnosed() -> None:
    found = diagnose(QUESTIONNAIRE, Answers({}), cluster_bounds={}).to_dict()
    assert found["possible_types"] == ["not_started", "full_process"]
    assert (found["distance"], found["distance_best"], found["stage"]) == (18, 0, 0)
