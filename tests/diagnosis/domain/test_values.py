"""Which raw values each kind of question accepts, at and beyond every border."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diagnosis.content import get_questionnaire
from diagnosis.domain.answers import Value
from diagnosis.domain.chain import NOT_APPLICABLE_ALLOWED
from diagnosis.domain.questionnaire import Question
from diagnosis.domain.values import BadValue, check_value, clean_text, plain_number, shown

ASKED = get_questionnaire().questions
USCC = "913505820000000012"


def question(id: str) -> Question:
    return ASKED[id]


def refused(id: str, raw: Any) -> BadValue:
    with pytest.raises(BadValue) as caught:
        check_value(question(id), raw)
    return caught.value


@pytest.mark.parametrize(
    ("id", "raw", "value"),
    [
        ("quality", 0, 0),
        ("quality", 4, 4),
        ("link_supply_marketing", 3, 3),
        ("planning", 5, 5),
        ("equipment_networked", 4, 4),
        ("employees", 1, 1),
        ("employees", 200_000, 200_000),
        ("employees", 86.0, 86),
        ("revenue", 0, 0),
        ("revenue", 1200.5, 1200.5),
        ("operating_cost", -100, -100),
        ("operating_cost", 1000, 1000),
        ("operating_cost", -0.0, 0),
        ("apps_per_head", 0.7, 0.7),
        ("pass_rate", "worse", "worse"),
        ("cluster", "tea", None),
        ("cluster", "footwear", "footwear"),
        ("family_managed", "no", "no"),
        ("family_managed", False, "no"),
        ("above_scale", True, "yes"),
        ("pass_rate", True, None),
        ("network", [], ()),
        ("network", ["application", "floor_control"], ("floor_control", "application")),
        ("network", ["application", "application"], ("application",)),
        ("network", ("application",), ("application",)),
        ("talent", ["staff", "driver"], None),
        ("talent", ["staff", 1], None),
        ("talent", {"staff": True}, None),
        ("wishes", [], ()),
        ("wishes", [" 少抄单 ", "", "\u200b", "b", "c"], ("少抄单", "b", "c")),
        ("wishes", ["a", "b", "c", "d"], None),
        ("wishes", ["a" * 200], ("a" * 200,)),
        ("wishes", ["a" * 201], None),
        ("wishes", "a", None),
        ("company_name", " 踏浪鞋业 ", "踏浪鞋业"),
        ("company_name", "鞋" * 120, "鞋" * 120),
        ("company_name", "鞋" * 121, None),
        ("company_name", "", None),
        ("company_name", " \t\n", None),
        ("company_name", "\u200b\ufeff\u2028", None),
        ("company_name", 7, None),
        ("company_name", ["a"], None),
    ],
)
def test_value_of_a_kind(id: str, raw: Any, value: Value | None) -> None:
    """None stands for a refusal."""
    if value is None:
        refused(id, raw)
        return
    found = check_value(question(id), raw)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize("raw", [-1, 5, 1.0, "1", True, None, [], {}, 10**400, float("nan")])
def test_scale_refuses(raw: Any) -> None:
    bad = refused("quality", raw)
    assert bad.allowed.en == "use a whole number from 0 to 4"
    assert "0 到 4" in bad.allowed.zh


@pytest.mark.parametrize("raw", [0, 200_001, -1, 10**400, -(10**400)])
def test_number_out_of_range(raw: Any) -> None:
    assert refused("employees", raw).wrong.en == "out of range"


@pytest.mark.parametrize("raw", [1.5, "12", "１２", True, None, [1], float("inf"), float("-inf"), float("nan")])
def test_number_of_another_kind(raw: Any) -> None:
    bad = refused("employees", raw)
    assert bad.wrong.en == "not a number of this kind"
    assert bad.allowed.en == "use a whole number from 1 to 200000"


# The special answers -----------------------------------------------------------------------------------


@pytest.mark.parametrize("id", ASKED)
def test_unknown_is_accepted_everywhere(id: str) -> None:
    assert check_value(question(id), "unknown") == "unknown"


@pytest.mark.parametrize("id", ASKED)
def test_not_applicable_only_where_it_is_stated(id: str) -> None:
    if id in NOT_APPLICABLE_ALLOWED:
        assert check_value(question(id), "not_applicable") == "not_applicable"
    else:
        assert "not_applicable" in refused(id, "not_applicable").wrong.en


# Codes and texts ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "written",
    [
        USCC,
        f"  {USCC}\n",
        "9135 0582 0000 0000 12",
        "91350582-00000000-12",
        "91350582\u201000000000\u201112",
        "".join(chr(ord(char) + 0xFEE0) for char in USCC),  # full-width
        f"\ufeff{USCC[:9]}\u200b{USCC[9:]}",
        "91350582\u300000000000\u00a012",
    ],
)
def test_code_however_it_is_written(written: str) -> None:
    assert check_value(question("uscc"), written) == USCC


def test_code_in_small_letters() -> None:
    assert check_value(question("uscc"), "91350583000000002k") == "91350583000000002K"


@pytest.mark.parametrize(
    "written", [USCC[:-1] + "3", USCC[:-1], USCC + "1", "0" * 17, "I" * 18, "无", "9" * 40, "9" * 41, "not known"]
)
def test_code_that_is_wrong(written: str) -> None:
    refused("uscc", written)


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("e\u0301", "é"),
        ("踏\x00浪\x07\x1b\x7f\x9f", "踏浪"),
        ("踏\ud800浪", "踏浪"),
        ("第一行\r\n第二行\t。", "第一行\n第二行\t。"),
        ("  空格 内 ", "空格 内"),
        ("\x00", ""),
        ("👨‍👩‍👧", "👨‍👩‍👧"),
    ],
)
def test_clean_text(raw: str, clean: str) -> None:
    assert clean_text(raw) == clean


@given(st.text())
def test_clean_text_can_be_stored_and_is_final(raw: str) -> None:
    text = clean_text(raw)
    assert "\x00" not in text
    text.encode("utf-8")
    assert clean_text(text) == text


@pytest.mark.parametrize(
    ("number", "words"),
    [(1200, "1200"), (1200.0, "1200"), (0.4, "0.4"), (-12.5, "-12.5"), (1e-7, "0.0000001"), (-0.0, "0")],
)
def test_plain_number(number: float, words: str) -> None:
    assert plain_number(number) == words


@given(st.text())
def test_shown_is_one_printable_line(text: str) -> None:
    line = shown(text)
    assert line.isprintable()
    line.encode("utf-8")
    assert len(line) <= 81 * len("\\U0010ffff")


# Whatever comes in ----------------------------------------------------------------------------------

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)


@given(id=st.sampled_from(list(ASKED)), raw=JSON | st.integers(-3, 8))
def test_nothing_but_a_bad_value_is_raised(id: str, raw: Any) -> None:
    try:
        value = check_value(question(id), raw)
    except BadValue as bad:
        assert bad.wrong.zh and bad.allowed.en
        return
    hash(value)
    back = list(value) if isinstance(value, tuple) else value
    assert check_value(question(id), back) == value
