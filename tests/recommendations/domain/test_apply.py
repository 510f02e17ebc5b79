"""Effects raise levels and add ticks, and never do the opposite."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diagnosis.domain.answers import Answers, Value
from diagnosis.domain.verdict import judge
from recommendations.domain.apply import after, does_something, eased, gain, gains, standing
from recommendations.domain.measure import Effect
from tests.recommendations.domain.world import full_process, measure, paper_based

LEVELS: list[tuple[Value, Effect, Value, int]] = [
    (0, 2, 2, 2),
    (1, 2, 2, 1),
    (3, 2, 3, 0),
    ("unknown", 2, 2, 2),
    ("not_applicable", 2, "not_applicable", 0),
    (("rules",), ("rules", "register"), ("rules", "register"), 1),
    (("rules",), ("rules",), ("rules",), 0),
    ("unknown", ("register",), ("register",), 1),
    ((), ("rules", "register"), ("rules", "register"), 2),
]


@pytest.mark.parametrize(("before", "effect", "expected", "gained"), LEVELS)
def test_one_effect(before: Value, effect: Effect, expected: Value, gained: int) -> None:
    answers = Answers({"x": before})
    one = measure(effects={"x": effect})
    assert gain(answers, "x", effect) == gained
    assert after(answers, [one])["x"] == expected
    assert bool(gains(answers, one)) == bool(gained)


def test_an_unanswered_question_is_raised_too() -> None:
    assert after(Answers({}), [measure(effects={"marketing": 2})]) == Answers({"marketing": 2})


@pytest.mark.parametrize(
    ("value", "expected"), [(3, 3), ("unknown", 0), ("not_applicable", None), (("a", "b"), 2), ((), 0)]
)
def test_standing(value: Value, expected: int | None) -> None:
    assert standing(Answers({"x": value}), "x") == expected


def test_eased_barriers_are_those_the_owner_named() -> None:
    answers = Answers({"b_fit": 1, "b_talent": 0, "b_provider": "unknown"})
    one = measure(effects={}, eases=["b_fit", "b_talent", "b_provider", "b_finance"])
    assert eased(answers, one) == ("b_fit",)
    assert does_something(answers, one)
    assert not does_something(answers.replace(b_fit=0), one)


levels = st.dictionaries(
    st.sampled_from(["marketing", "purchasing", "link_design_supply", "management_view"]), st.integers(1, 3)
)


@given(levels, levels)
def test_order_does_not_matter_and_nothing_falls(first: dict[str, int], second: dict[str, int]) -> None:
    one, two = measure("one", effects=first, eases=["b_fit"]), measure("two", effects=second, eases=["b_fit"])
    answers = paper_based(purchasing=2, marketing="unknown")
    both = after(answers, [one, two])
    assert both == after(answers, [two, one]) == after(both, [one])
    assert judge(both).distance <= judge(answers).distance
    assert after(full_process(), [one, two]).level("warehousing") == 2
