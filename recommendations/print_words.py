"""Words, amounts, dates and levels in one language, for the files that Typst does not set.

The words are those of the Typst templates (typst/labels.typ) and of content/print_words.yaml, and the
amounts read as in typst/format.typ, so that PDF and DOCX say the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from typing import Any, Final

from clusters.domain.languages import BY_KEY, Lang
from recommendations.content import get_print_words
from recommendations.rendering import template_labels

DASH: Final = "–"
MARKS: Final = {"joined": "✓", "known": "✓", "broken": "×", "unknown": "?"}
REASON_MARKS: Final = {"met": "✓", "failed": "×", "unknown": "?"}
ISO_DAY: Final = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
TEN_THOUSAND: Final = 10_000


def number(value: float | None, digits: int = 1) -> str:
    if value is None:
        return DASH
    rounded = Decimal(str(value)).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    return f"{rounded:f}".rstrip("0").rstrip(".") if digits and rounded % 1 else f"{rounded:.0f}"


def grouped(value: float) -> str:
    return f"{Decimal(str(value)).quantize(Decimal(1), ROUND_HALF_UP):,}".replace("-", "−")


def mark(state: str) -> str:
    """The sign of a link's state, which tells it apart without colour."""
    return MARKS.get(state, DASH)


def reason_mark(state: str) -> str:
    return REASON_MARKS.get(state, "?")


@dataclass(frozen=True)
class Words:
    """The words of one language by key."""

    lang: Lang
    texts: Mapping[str, str]

    @property
    def zh(self) -> bool:
        return self.lang == "zh"

    @property
    def stop(self) -> str:
        """Between a label and its value."""
        return "：" if self.zh else ": "

    def say(self, key: str, **parts: object) -> str:
        text = self.texts[key]
        for name, value in parts.items():
            text = text.replace("{" + name + "}", str(value))
        return text

    @property
    def semicolon(self) -> str:
        return BY_KEY[self.lang].semicolon

    def bracketed(self, text: str) -> str:
        return f"（{text}）" if self.zh else f" ({text})"

    def listed(self, items: Iterable[str]) -> str:
        return ("、" if self.zh else "; ").join(items)

    def enumerated(self, items: Iterable[str]) -> str:
        return BY_KEY[self.lang].comma.join(items)

    def cased(self, text: str) -> str:
        """English names come in lower case; at the start of a line they get a capital."""
        return text if self.zh else text[:1].upper() + text[1:]

    def money(self, value: float | None) -> str:
        """Amounts come in RMB. Chinese readers count in 10,000 (万元)."""
        if value is None:
            return DASH
        if not self.zh:
            return f"RMB {grouped(value)}"
        return f"{grouped(value)} 元" if abs(value) < TEN_THOUSAND else f"{number(value / TEN_THOUSAND, 2)} 万元"

    def money_range(self, low: float | None, high: float | None) -> str:
        if low is None or high is None or low == high:
            return self.money(high if low is None else low)
        if not self.zh:
            return f"RMB {grouped(low)}–{grouped(high)}"
        start = number(low / TEN_THOUSAND, 2) if low >= TEN_THOUSAND else self.money(low)
        return f"{start}–{self.money(high)}"

    def day(self, value: Any) -> str:
        """A day such as 2026-11-24 in words; anything else as it is."""
        if value is None:
            return DASH
        iso = ISO_DAY.match(str(value))
        if iso is None:
            return str(value)
        year, month, day = map(int, iso.groups())
        if self.zh:
            return f"{year} 年 {month} 月 {day} 日"
        return f"{day} {self.texts['month_names'].split()[month - 1]} {year}"

    def level(self, level: int | None, state: str = "known") -> str:
        if state == "not_applicable":
            return self.say("not_applicable")
        return self.say("unknown") if level is None else self.say("level", n=level)

    def state(self, state: str) -> str:
        """Sign and word."""
        return f"{mark(state)} {self.say('state_' + state)}"

    def steps(self, count: int | None) -> str:
        if count is None:
            return DASH
        return self.say({0: "steps_none", 1: "steps_one"}.get(count, "steps"), n=count)

    def steps_left(self, count: int | None) -> str:
        """In a column that counts what is left, zero stays a number."""
        return self.say("steps", n=0) if count == 0 else self.steps(count)

    def distance_note(self, verdict: Mapping[str, Any]) -> str:
        """What is said beside the distance."""
        distance, best = verdict["distance"], verdict.get("distance_best")
        if distance == 0:
            return ""
        if best is not None and best < distance:
            return self.say("distance_best", n=best)
        return self.say("distance_help")

    def months(self, count: int | None) -> str:
        if count is None:
            return DASH
        return self.say("months_one" if count == 1 else "months_n", n=count)


@cache
def words_of(lang: Lang) -> Words:
    own = {key: text.to_dict() for key, text in get_print_words().texts.items()}
    return Words(lang, {key: text[lang] for key, text in {**template_labels(), **own}.items()})


def name_of(pair: Mapping[str, Any] | None, default: str = "") -> str:
    """Name of an {"id", "name"} pair that may be missing."""
    return str(pair["name"]) if pair else default
