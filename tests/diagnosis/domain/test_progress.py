"""How far a questionnaire is: what counts as answered, minutes left, where to go on."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diagnosis.content import get_questionnaire
from diagnosis.domain.answers import Answers, Value
from diagnosis.domain.progress import OPTIONAL, REQUIRED_TO_SUBMIT, progress, required_missing
from diagnosis.domain.questionnaire import Page

QUESTIONNAIRE = get_questionnaire()
IDS = list(QUESTIONNAIRE.questions)
EVERYTHING = Answers(dict.fromkeys(IDS, "unknown"))


def test_nothing_answered() -> None:
    found = progress(QUESTIONNAIRE, Answers({}))
    assert found.total == len(IDS)
    assert found.missing == len(IDS) - len(OPTIONAL)
    assert found.first_open is not None
    assert found.first_open.page == QUESTIONNAIRE.pages[0]
    assert found.minutes_left == pytest.approx(sum(page.minutes for page in QUESTIONNAIRE.pages), abs=1)


def test_not_known_is_an_answer() -> None:
    found = progress(QUESTIONNAIRE, EVERYTHING)
    assert (found.missing, found.percent, found.minutes_left, found.first_open) == (0, 100, 0, None)
    assert all(page.complete for page in found.pages)


@pytest.mark.parametrize("value", ["not_applicable", 0, (), "unknown"])
def test_every_given_answer_counts(value: Value) -> None:
    before = progress(QUESTIONNAIRE, Answers({}))
    assert progress(QUESTIONNAIRE, Answers({"energy": value})).missing == before.missing - 1


def test_wishes_may_be_left_out() -> None:
    wanted = {id: value for id, value in EVERYTHING.items() if id not in OPTIONAL}
    assert progress(QUESTIONNAIRE, Answers(wanted)).first_open is None


@pytest.mark.parametrize("page", QUESTIONNAIRE.pages, ids=lambda page: page.id)
def test_one_page_left_is_where_to_go_on(page: Page) -> None:
    found = progress(QUESTIONNAIRE, Answers({id: v for id, v in EVERYTHING.items() if id not in page.questions}))
    assert found.first_open is not None
    assert found.first_open.page == page
    assert set(found.first_open.missing) == set(page.questions) - OPTIONAL
    assert found.minutes_left >= 1
    assert found.percent < 100


def test_one_question_left_is_not_done() -> None:
    found = progress(QUESTIONNAIRE, Answers({id: v for id, v in EVERYTHING.items() if id != "b_fit"}))
    assert (found.missing, found.minutes_left) == (1, 1)
    assert found.percent == 99


def test_strange_answers_do_not_count() -> None:
    assert progress(QUESTIONNAIRE, Answers({"no_such_question": 1})) == progress(QUESTIONNAIRE, Answers({}))


@given(st.sets(st.sampled_from(IDS)), st.sampled_from(IDS))
def test_an_answer_more_never_takes_progress_back(answered: set[str], more: str) -> None:
    before = progress(QUESTIONNAIRE, Answers(dict.fromkeys(answered, "unknown")))
    after = progress(QUESTIONNAIRE, Answers(dict.fromkeys({*answered, more}, "unknown")))
    assert after.missing <= before.missing
    assert after.percent >= before.percent
    assert after.minutes_left <= before.minutes_left


@pytest.mark.parametrize(
    ("changes", "missing"),
    [
        ({}, ()),
        ({"company_name": "unknown"}, ("company_name",)),
        ({"uscc": "unknown", "cluster": "unknown"}, ("uscc", "cluster")),
    ],
)
def test_facts_needed_to_hand_in(changes: dict[str, Value], missing: tuple[str, ...]) -> None:
    facts: dict[str, Value] = {"company_name": "踏浪鞋业", "uscc": "913505820000000012", "cluster": "footwear"}
    assert required_missing(Answers({**facts, **changes})) == missing


def test_all_facts_are_missing_at_first() -> None:
    assert required_missing(Answers({})) == REQUIRED_TO_SUBMIT
