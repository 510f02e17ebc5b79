"""The condition grammar: leaves by table, three values, the worst reading, reasons, refusals."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from diagnosis.domain.answers import Answers
from diagnosis.domain.questionnaire import Questionnaire
from diagnosis.domain.size_class import SizeClass
from recommendations.domain.conditions import Condition, Facts, Rule, faults
from tests.recommendations.domain.world import text

ADAPTER: TypeAdapter[Any] = TypeAdapter(Condition)

ANSWERS = Answers(
    {
        "marketing": 2,
        "product_design": "not_applicable",
        "purchasing": "unknown",
        "network": ("application", "floor_control"),
        "talent": (),
        "above_scale": "yes",
        "chain_role": "unknown",
        "apps_per_head": 0.7,
        "employees": 80,
    }
)

# Condition, value when unknown stays unknown, value at the worst reading.
LEAVES: list[tuple[dict[str, Any], bool | None, bool]] = [
    ({"answer": "marketing", "at_least": 2}, True, True),
    ({"answer": "marketing", "at_least": 3}, False, False),
    ({"answer": "marketing", "at_most": 2}, True, True),
    ({"answer": "marketing", "at_most": 1}, False, False),
    ({"answer": "marketing", "is": ["2", "3"]}, True, True),
    ({"answer": "apps_per_head", "at_least": 0.7}, True, True),
    ({"answer": "apps_per_head", "at_most": 0.69}, False, False),
    ({"answer": "network", "at_least": 2}, True, True),
    ({"answer": "network", "at_least": 3}, False, False),
    ({"answer": "network", "has": ["floor_control"]}, True, True),
    ({"answer": "network", "has": ["floor_control", "full_coverage"]}, False, False),
    ({"answer": "network", "lacks": ["floor_control", "full_coverage"]}, True, True),
    ({"answer": "network", "lacks": ["floor_control"]}, False, False),
    ({"answer": "talent", "lacks": ["staff"]}, True, True),
    ({"answer": "above_scale", "is": ["yes"]}, True, True),
    ({"answer": "above_scale", "is": ["no"]}, False, False),
    # Not applicable is known, and neither at least nor at most anything.
    ({"answer": "product_design", "at_least": 0}, False, False),
    ({"answer": "product_design", "at_most": 4}, False, False),
    ({"answer": "product_design", "is": ["not_applicable"]}, True, True),
    # Unknown: scenes, links and view are read as 0 at the worst, the rest as false.
    ({"answer": "purchasing", "at_most": 0}, None, True),
    ({"answer": "purchasing", "at_least": 1}, None, False),
    ({"answer": "link_design_supply", "at_most": 1}, None, True),
    ({"answer": "management_view", "at_most": 0}, None, True),
    ({"answer": "chain_role", "is": ["leader"]}, None, False),
    ({"not": {"answer": "chain_role", "is": ["leader"]}}, None, True),
    ({"answer": "planning", "at_least": 2}, None, False),
    ({"answer": "planning", "at_most": 2}, None, False),
    ({"answer": "data_security", "lacks": ["rules"]}, None, False),
    ({"not": {"answer": "data_security", "has": ["rules"]}}, None, True),
    ({"size": ["small", "medium"]}, True, True),
    ({"size": ["micro"]}, False, False),
]


def parse(data: Any) -> Rule:
    rule = ADAPTER.validate_python(data)
    assert isinstance(rule, Rule)
    return rule


def facts(*, worst: bool = False, size: SizeClass | None = "small") -> Facts:
    return Facts(answers=ANSWERS, size_class=size, worst=worst)


@pytest.mark.parametrize(("data", "open_value", "worst_value"), LEAVES)
def test_each_statement(data: dict[str, Any], open_value: bool | None, worst_value: bool) -> None:
    assert parse(data).evaluate(facts()).value is open_value
    assert parse(data).evaluate(facts(worst=True)).value is worst_value


def test_an_unknown_size_is_unknown_and_false_at_the_worst() -> None:
    rule = parse({"size": ["micro", "small", "medium", "large"]})
    assert rule.evaluate(facts(size=None)).value is None
    assert rule.evaluate(facts(size=None, worst=True)).value is False


TRUE, FALSE = {"answer": "marketing", "at_least": 2}, {"answer": "network", "at_least": 4}
OPEN = {"answer": "planning", "at_least": 2}
COMBINED: list[tuple[dict[str, Any], bool | None, tuple[str, ...]]] = [
    ({"all": [TRUE, OPEN]}, None, ("planning",)),
    ({"all": [TRUE, OPEN, FALSE]}, False, ("network",)),
    ({"all": [TRUE, {"answer": "employees", "at_most": 80}]}, True, ("marketing", "employees")),
    ({"any": [FALSE, OPEN]}, None, ("planning",)),
    ({"any": [FALSE, OPEN, TRUE]}, True, ("marketing",)),
    ({"any": [FALSE, {"answer": "marketing", "at_most": 1}]}, False, ("network", "marketing")),
    ({"not": OPEN}, None, ("planning",)),
    ({"not": {"any": [FALSE]}}, True, ("network",)),
    ({"all": [TRUE, {"size": ["small"]}]}, True, ("marketing", "employees", "revenue")),
    ({"all": [TRUE, {"any": [TRUE, FALSE]}]}, True, ("marketing",)),
]


@pytest.mark.parametrize(("data", "value", "because"), COMBINED)
def test_combined(data: dict[str, Any], value: bool | None, because: tuple[str, ...]) -> None:
    outcome = parse(data).evaluate(facts())
    assert (outcome.value, outcome.because) == (value, because)


leaves = st.sampled_from([data for data, _, _ in LEAVES])
conditions = st.recursive(
    leaves,
    lambda part: st.one_of(
        st.lists(part, min_size=1, max_size=3).map(lambda parts: {"all": parts}),
        st.lists(part, min_size=1, max_size=3).map(lambda parts: {"any": parts}),
        part.map(lambda one: {"not": one}),
    ),
    max_leaves=8,
)


@given(st.lists(conditions, min_size=1, max_size=3))
def test_not_all_is_any_not(parts: list[dict[str, Any]]) -> None:
    left = parse({"not": {"all": parts}}).evaluate(facts())
    right = parse({"any": [{"not": part} for part in parts]}).evaluate(facts())
    assert (left.value, left.because) == (right.value, right.because)


@given(conditions)
def test_what_is_known_is_the_same_at_the_worst_reading(data: dict[str, Any]) -> None:
    rule = parse(data)
    known = rule.evaluate(facts())
    worst = rule.evaluate(facts(worst=True))
    assert worst.value is not None
    assert known.value is None or worst.value is known.value
    assert known.because


@given(conditions)
def test_a_condition_survives_being_stored(data: dict[str, Any]) -> None:
    rule = parse(data)
    stored = ADAPTER.dump_python(rule, mode="json", by_alias=True)
    assert parse(stored) == rule


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"answer": "marketing"},
        {"answer": "marketing", "at_least": 1, "at_most": 2},
        {"answer": "marketing", "above": 1},
        {"answer": "marketing", "at_least": "two"},
        {"answer": "marketing", "at_least": 1, "note": "x"},
        {"all": []},
        {"any": "marketing"},
        {"not": [TRUE]},
        {"size": ["tiny"]},
        {"answer": "", "at_least": 1},
        "marketing >= 2",
        ["marketing"],
    ],
)
def test_nothing_outside_the_grammar(data: Any) -> None:
    with pytest.raises(ValidationError):
        parse(data)


def _questions() -> Questionnaire:
    common: dict[str, Any] = {"name": text("名 name"), "ask": text("问 ask")}
    options = [{"id": "a", "label": text("甲 a")}, {"id": "b", "label": text("乙 b")}]
    steps = [{"label": option["label"]} for option in options]
    scale = {"group": "scenes", "kind": "scale", "domain": "design", "options": steps}
    number = {"minimum": "0", "maximum": "9", "unit": text("个 pieces")}
    questions: dict[str, dict[str, Any]] = {
        "scale": scale,
        "open_scale": {**scale, "not_applicable": "yes"},
        "ticks": {"group": "foundation", "kind": "ticks", "options": options},
        "choice": {"group": "profile", "kind": "choice", "options": options},
        "number": {"group": "profile", "kind": "number", **number},
        "words": {"group": "profile", "kind": "text", "max_length": "9"},
    }  # fmt: skip
    return Questionnaire.model_validate(
        {
            "version": "1",
            "pages": [],
            "questions": {id: {"id": id, **common, **question} for id, question in questions.items()},
        }
    )


FITS: list[tuple[dict[str, Any], str | None]] = [
    ({"answer": "scale", "at_least": 1}, None),
    ({"answer": "scale", "at_least": 2}, "2 is not in 0..1 of 'scale'"),
    ({"answer": "scale", "at_most": -1}, "-1 is not in 0..1 of 'scale'"),
    ({"answer": "ticks", "at_least": 2}, None),
    ({"answer": "ticks", "at_least": 3}, "3 is not in 0..2 of 'ticks'"),
    ({"answer": "number", "at_most": 9.5}, "9.5 is not in 0..9 of 'number'"),
    ({"answer": "choice", "at_least": 1}, "'choice' has no order to compare with"),
    ({"answer": "words", "at_least": 1}, "'words' has no order to compare with"),
    ({"answer": "nothing", "at_least": 1}, "there is no question 'nothing'"),
    ({"answer": "choice", "is": ["a", "c"]}, "'choice' has no option 'c'"),
    ({"answer": "scale", "is": ["1"]}, None),
    ({"answer": "scale", "is": ["not_applicable"]}, "'scale' has no option 'not_applicable'"),
    ({"answer": "open_scale", "is": ["not_applicable"]}, None),
    ({"answer": "ticks", "is": ["a"]}, "'ticks' is not a question of kind choice or scale"),
    ({"answer": "choice", "has": ["a"]}, "'choice' is not a question of kind ticks"),
    ({"answer": "ticks", "lacks": ["c"]}, "'ticks' has no option 'c'"),
    ({"size": ["micro"]}, None),
]


@pytest.mark.parametrize(("data", "fault"), FITS)
def test_checked_against_the_questionnaire(data: dict[str, Any], fault: str | None) -> None:
    nested = parse({"all": [{"not": {"any": [data]}}]})
    place = ("all", 0, "not", "any", 0)
    assert list(faults(nested, _questions())) == ([(place, fault)] if fault else [])
