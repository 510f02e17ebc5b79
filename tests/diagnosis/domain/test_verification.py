"""Levels found beside levels reported."""

from __future__ import annotations

import pytest

from diagnosis.content import get_questionnaire
from diagnosis.domain.answers import Answers
from diagnosis.domain.verification import VERIFIABLE, compare, verified_answers


def test_all_that_decides_the_verdict_can_be_verified() -> None:
    questionnaire = get_questionnaire()
    groups = {question.id for group in ("scenes", "links", "view") for question in questionnaire.group(group)}
    assert set(VERIFIABLE) == groups


def test_the_found_level_takes_the_place_of_the_reported_one() -> None:
    reported = Answers({"marketing": 3, "purchasing": 1, "company_name": "甲"})
    assert verified_answers(reported, {"marketing": 1}).to_json() == {**reported.to_json(), "marketing": 1}
    assert reported["marketing"] == 3


@pytest.mark.parametrize("id", ["company_name", "b_finance", "network", "nothing"])
def test_nothing_else_can(id: str) -> None:
    with pytest.raises(KeyError, match=id):
        verified_answers(Answers({}), {id: 1})


def test_agreement() -> None:
    pairs = [(3, 1), (2, 2), (0, 1), (1, 1), ("unknown", 2), ("not_applicable", 0), (None, 3)]
    found = compare(pairs)
    assert (found.lower, found.same, found.higher, found.not_reported) == (1, 2, 1, 3)
    assert found.compared == 4
