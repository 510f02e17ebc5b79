"""Numbers with units as they are printed: money in the reader's own units, no digit lost."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clusters.domain.content_file import Text
from diagnosis.content import get_questionnaire
from diagnosis.domain.amounts import money_in_words, with_unit

PEOPLE = Text(zh="人", en="people")
PERCENT = Text(zh="%", en="%")


@pytest.mark.parametrize(
    ("ten_thousands", "zh", "en"),
    [
        (2350, "2,350 万元", "RMB 23.5 million"),
        (100, "100 万元", "RMB 1 million"),
        (99.99, "99.99 万元", "RMB 999,900"),
        (80, "80 万元", "RMB 800,000"),
        (0.5, "0.5 万元", "RMB 5,000"),
        (0, "0 万元", "RMB 0"),
        (99_999, "99,999 万元", "RMB 999.99 million"),
        (320_000, "320,000 万元", "RMB 3.2 billion"),
        (2350.0, "2,350 万元", "RMB 23.5 million"),
    ],
)
def test_revenue(ten_thousands: float, zh: str, en: str) -> None:
    assert money_in_words(ten_thousands) == {"zh": zh, "en": en}


@given(st.integers(0, 100_000_000))
def test_no_digit_is_lost(ten_thousands: int) -> None:
    words = money_in_words(ten_thousands)
    number, *unit = words["en"].removeprefix("RMB ").split()
    factor = {"million": 10**6, "billion": 10**9}[unit[0]] if unit else 1
    assert Decimal(number.replace(",", "")) * factor == ten_thousands * 10_000
    assert int(re.sub(r"\D", "", words["zh"])) == ten_thousands


def test_other_units() -> None:
    assert with_unit(1200, PEOPLE) == {"zh": "1,200 人", "en": "1,200 people"}
    assert with_unit(-12.5, PERCENT) == {"zh": "-12.5%", "en": "-12.5%"}


def test_the_question_about_revenue_is_asked_in_that_unit() -> None:
    unit = get_questionnaire().questions["revenue"].unit
    assert unit is not None
    assert with_unit(2350, unit)["en"] == "RMB 23.5 million"
