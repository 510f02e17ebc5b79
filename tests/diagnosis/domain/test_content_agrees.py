"""The questionnaire's files say the same as the constants of the rules."""

from __future__ import annotations

from pathlib import Path

import pytest

import diagnosis
from diagnosis.domain.chain import BANDS, CORE_SCENES, LINKS, NOT_APPLICABLE_ALLOWED, SCENES, TOPS, VIEW
from diagnosis.domain.needs import CONTRIBUTORS
from diagnosis.domain.official_sheet import ITEMS
from diagnosis.domain.questionnaire import Questionnaire, load_questionnaire
from diagnosis.domain.scores import CURVES, INNOVATION, RESULTS, TRENDS
from tests.diagnosis.domain.firms import POINTS

CONTENT = Path(diagnosis.__file__).parent / "content"


@pytest.fixture(scope="module")
def questionnaire() -> Questionnaire:
    return load_questionnaire(CONTENT)


def test_scenes(questionnaire: Questionnaire) -> None:
    scenes = {question.id: question for question in questionnaire.group("scenes")}
    assert {id: question.domain for id, question in scenes.items()} == dict(SCENES)
    assert {id for id, q in scenes.items() if q.core} == {id for ids in CORE_SCENES.values() for id in ids}
    assert {id for id, q in scenes.items() if q.not_applicable} == NOT_APPLICABLE_ALLOWED


def test_links(questionnaire: Questionnaire) -> None:
    ends = {question.id: question.ends for question in questionnaire.group("links")}
    assert {id: set(pair or ()) for id, pair in ends.items()} == {id: set(pair) for id, pair in LINKS.items()}


def test_scales_have_the_levels_the_rules_count_with(questionnaire: Questionnaire) -> None:
    asked = questionnaire.questions
    assert {id: asked[id].top for id in TOPS} == dict(TOPS)
    assert all(asked[id].kind == "scale" for id in (*SCENES, *LINKS, VIEW, *BANDS))
    assert all(asked[id].top == 3 for id in INNOVATION if id not in CURVES)
    assert all(set(asked[id].options_by_id) == set(TRENDS) for id in RESULTS if id not in CURVES)
    assert all(asked[id].kind == "number" for id in CURVES)


@pytest.mark.parametrize("item", POINTS)
def test_points_are_those_of_the_indicators(questionnaire: Questionnaire, item: str) -> None:
    options = {option.id: option.points for option in questionnaire.questions[item].options}
    assert options == POINTS[item]
    assert item in {id for ids in ITEMS.values() for id in ids}


def test_every_contributor_to_a_need_is_asked(questionnaire: Questionnaire) -> None:
    rows = [row for rows in CONTRIBUTORS.values() for row in rows if row.kind != "programme"]
    assert {row.answer for row in rows} <= set(questionnaire.questions)
    barriers = {question.id for question in questionnaire.group("barriers") if question.kind == "scale"}
    assert {row.answer for row in rows if row.kind == "barrier"} == barriers
