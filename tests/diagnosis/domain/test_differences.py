"""Which answers differ between two handings-in, in words."""

from __future__ import annotations

from diagnosis.content import get_questionnaire
from diagnosis.domain.answers import Answers
from diagnosis.domain.differences import changed_ids, differences
from diagnosis.wording import get_wording


def changed(before: dict[str, object], now: dict[str, object]) -> tuple[str, ...]:
    return changed_ids(get_questionnaire(), Answers.from_json(before), Answers.from_json(now))


def test_nothing_changed() -> None:
    assert changed({"employees": 86, "wishes": ["a"]}, {"wishes": ["a"], "employees": 86.0}) == ()


def test_left_out_and_not_known_mean_the_same() -> None:
    assert changed({"quality": "unknown"}, {}) == ()
    assert changed({}, {"quality": 0}) == ("quality",)
    assert changed({"quality": "unknown"}, {"quality": "not_applicable"}) == ("quality",)


def test_in_the_order_asked_whatever_the_order_given() -> None:
    order = list(get_questionnaire().questions)
    found = changed({}, {"management_view": 1, "employees": 5, "quality": 2})
    assert list(found) == sorted(found, key=order.index)
    assert set(found) == {"management_view", "employees", "quality"}


def test_questions_asked_no_longer_are_left_out() -> None:
    assert changed({"asked_in_2019": 3}, {}) == ()


def test_both_sides_in_words_of_both_languages() -> None:
    before, now = Answers.from_json({"employees": 86}), Answers.from_json({"employees": 90, "network": []})
    rows = {row["answer"]: row for row in differences(get_questionnaire(), get_wording(), before, now)}
    assert rows["employees"]["before"]["zh"].startswith("86")
    assert rows["employees"]["after"]["en"].startswith("90")
    assert rows["network"]["before"]["en"] == "Not answered"
    assert set(rows) == {"employees", "network"}


def test_an_option_that_is_gone_is_shown_as_stored() -> None:
    before = Answers.from_json({"chain_role": "no_option_any_more", "quality": 9})
    rows = differences(get_questionnaire(), get_wording(), before, Answers({}))
    assert {row["answer"]: row["before"]["en"] for row in rows} == {
        "chain_role": "no_option_any_more", "quality": "9",
    }
