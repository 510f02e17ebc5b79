"""Numbers with their units in words, as they are printed; what is stored keeps the unit of the question.

Revenue is asked for in units of RMB 10,000 (万元). Chinese readers count in that unit, English readers in
thousands and millions, so that 2350 reads 2,350 万元 and RMB 23.5 million.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from clusters.domain.content_file import Text

TEN_THOUSAND_RMB: Final = "万元"
TEN_THOUSAND: Final = 10_000
# At least so many RMB, and the word for that many.
ENGLISH_WORDS: Final = ((1_000_000_000, "billion"), (1_000_000, "million"))
CLOSE_UP: Final = frozenset("%")  # units written without a space


def grouped(number: float | Decimal) -> str:
    """Thousands apart, no digits that say nothing: 2350 is 2,350, 2350.50 is 2,350.5."""
    text = f"{Decimal(str(number)):,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _english_money(rmb: Decimal) -> str:
    for unit, word in ENGLISH_WORDS:
        if abs(rmb) >= unit:
            return f"RMB {grouped(rmb / unit)} {word}"
    return f"RMB {grouped(rmb)}"


def money_in_words(ten_thousands: float) -> dict[str, str]:
    """An amount given in units of RMB 10,000."""
    rmb = Decimal(str(ten_thousands)) * TEN_THOUSAND
    return {"zh": f"{grouped(ten_thousands)} {TEN_THOUSAND_RMB}", "en": _english_money(rmb)}


def with_unit(number: float, unit: Text) -> dict[str, str]:
    """A number and its unit in every language."""
    if unit.zh == TEN_THOUSAND_RMB:
        return money_in_words(number)
    return {
        lang: f"{grouped(number)}{'' if word in CLOSE_UP else ' '}{word}" for lang, word in unit.to_dict().items()
    }
