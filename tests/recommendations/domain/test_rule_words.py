"""Rules in words, and as rows of statements."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import TypeAdapter

from diagnosis.content import get_questionnaire
from diagnosis.wording import get_wording
from recommendations.domain.conditions import Condition, Fault, Rule, faults
from recommendations.domain.rule_rows import Rows, Statement, rows_of, rule_of
from recommendations.domain.rule_words import RuleWords


def rule(data: Any) -> Rule:
    return TypeAdapter[Rule](Condition).validate_python(data)


SMALL = {"size": ["micro", "small"]}
YES = {"answer": "above_scale", "is": ["yes"]}
WORDS = [
    (SMALL, "企业规模：微型企业或小型企业", "Size class: Micro or Small"),
    ({"answer": "employees", "at_least": 300}, "从业人数：至少300 人", "Employees: at least 300 people"),
    ({"answer": "revenue", "at_most": 2000}, "营业收入：至多2,000 万元", "Annual revenue: at most RMB 20 million"),
    ({"answer": "network", "at_least": 2}, "网络建设：至少勾选2项", "Networks: at least 2 ticked"),
    ({"not": SMALL}, "不是（企业规模：微型企业或小型企业）", "not (Size class: Micro or Small)"),
    ({"answer": "energy", "is": ["not_applicable"]}, "能耗管理：不适用", "Energy use: Not applicable"),
    ({"answer": "colour", "has": ["red", "blue"]}, "colour：勾选了“red”和“blue”",
     "colour: ticked are “red” and “blue”"),
    ({"answer": "colour", "lacks": ["red", "blue"]}, "colour：以下各项没有全部勾选：“red”、“blue”",
     "colour: not all of these are ticked: “red”, “blue”"),
    ({"answer": "colour", "at_least": 2.5}, "colour：至少2.5", "colour: at least 2.5"),
    ({"any": [{"all": [SMALL, YES]}, YES]},
     "（企业规模：微型企业或小型企业；并且是否规上企业：“是，规上”）；或者是否规上企业：“是，规上”",
     "(Size class: Micro or Small; and Above-scale firm: “Yes, above-scale”); or "
     "Above-scale firm: “Yes, above-scale”"),
]


@pytest.mark.parametrize(("data", "zh", "en"), WORDS, ids=[en for _, _, en in WORDS])
def test_a_rule_in_words(data: Any, zh: str, en: str) -> None:
    words = RuleWords(questionnaire=get_questionnaire(), wording=get_wording()).say(rule(data))
    assert (words.zh, words.en) == (zh, en)


def test_a_level_is_named_by_its_label() -> None:
    words = RuleWords(questionnaire=get_questionnaire(), wording=get_wording())
    said = words.say(rule({"answer": "energy", "at_least": 3}))
    assert get_questionnaire().questions["energy"].options[3].label.en.rstrip(".") in said.en


AS_ROWS = [
    (SMALL, Rows(join="one", statements=(Statement(question="firm.size", operator="is", options=("micro", "small")),))),
    ({"all": [{"not": YES}]},
     Rows(join="all", statements=(Statement(question="above_scale", operator="is", negated=True, options=("yes",)),))),
    ({"any": [{"answer": "energy", "at_least": 3}, {"answer": "employees", "at_most": 9}]},
     Rows(join="any", statements=(Statement(question="energy", operator="at_least", options=("3",)),
                                  Statement(question="employees", operator="at_most", bound=9)))),
]


@pytest.mark.parametrize(("data", "rows"), AS_ROWS, ids=str)
def test_rules_as_rows_and_back(data: Any, rows: Rows) -> None:
    assert rows_of(rule(data), get_questionnaire()) == rows
    assert rule(rule_of(rows)) == rule(data)


NO_ROWS = [
    {"any": [{"all": [SMALL, YES]}, YES]}, {"not": {"all": [SMALL]}}, {"not": {"not": SMALL}},
    {"size": ["micro", "micro"]},
    {"answer": "energy", "at_least": 1.5}, {"answer": "network", "at_most": 1.5},
    {"answer": "colour", "is": ["red"]}, {"answer": "above_scale", "is": ["perhaps"]},
    {"answer": "employees", "at_least": 0},
]


@pytest.mark.parametrize("data", NO_ROWS, ids=str)
def test_rules_no_row_can_show(data: Any) -> None:
    assert rows_of(rule(data), get_questionnaire()) is None


def test_a_fault_is_english_and_carries_what_other_languages_need() -> None:
    (at, fault), = faults(rule({"all": [{"answer": "employees", "at_least": 0.5}]}), get_questionnaire())
    assert at == ("all", 0)
    assert fault == "0.5 is not in 1..200000 of 'employees'"
    assert isinstance(fault, Fault)
    assert fault.code == "out_of_range"
    assert fault.values == {"bound": "0.5", "lowest": "1", "highest": "200000", "question": "employees"}
