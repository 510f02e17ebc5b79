"""Which values a question accepts: one rule for the web forms and for answer files.

`check_value` returns the typed value or raises BadValue with what is wrong and what is allowed,
in both languages. Whatever the raw value is, nothing but BadValue is raised.

The two special answers are the same for every kind: `unknown` is accepted everywhere and means that
the answer is missing, `not_applicable` only where the question allows it.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from stdnum.cn import uscc as social_credit_code

from clusters.domain.content_file import Text
from diagnosis.domain.answers import Value
from diagnosis.domain.questionnaire import NOT_APPLICABLE, UNKNOWN, Question

# No form offers "I don't know" here; in an answers file it means the same as left out.
NEVER_UNKNOWN = frozenset({"company_name"})
LONGEST_SHOWN = 80  # characters of a wrong value repeated in a message
# Separators, control and format characters: a text of nothing else cannot be seen.
INVISIBLE = frozenset("ZC")


class BadValue(ValueError):
    """A value the question does not accept."""

    def __init__(self, wrong: Text, allowed: Text) -> None:
        super().__init__(f"{wrong.en}; {allowed.en}")
        self.wrong = wrong
        self.allowed = allowed


def _listing(ids: Sequence[str]) -> Text:
    return Text(zh=f"可用：{'、'.join(ids)}", en=f"allowed: {', '.join(ids)}")


def shown(text: str) -> str:
    """A foreign text as one line of a message: cut when long, escaped where it cannot be printed."""
    cut = text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in cut)


def plain_number(number: float) -> str:
    """1200 for 1200.0, 0.4 for 0.4, and never an exponent."""
    return str(int(number)) if float(number).is_integer() else f"{Decimal(str(number)):f}"


def _range(question: Question) -> Text:
    low, high = plain_number(question.minimum or 0), plain_number(question.maximum or 0)
    whole_zh, whole_en = ("整数", "a whole number") if question.integer else ("数字", "a number")
    return Text(zh=f"请填 {low} 到 {high} 之间的{whole_zh}", en=f"use {whole_en} from {low} to {high}")


def _scale(question: Question, raw: Any) -> Value:
    if isinstance(raw, bool) or not isinstance(raw, int) or not 0 <= raw <= question.top:
        raise BadValue(
            Text(zh="这不是该题的选项", en="not a step of this scale"),
            Text(zh=f"请填 0 到 {question.top} 的整数", en=f"use a whole number from 0 to {question.top}"),
        )
    return raw


def _is_number(question: Question, raw: Any) -> bool:
    if isinstance(raw, bool) or not isinstance(raw, int | float):
        return False
    if isinstance(raw, int):
        return True
    return math.isfinite(raw) and (raw.is_integer() or not question.integer)


def _number(question: Question, raw: Any) -> Value:
    if not _is_number(question, raw):
        raise BadValue(Text(zh="这里要填数字", en="not a number of this kind"), _range(question))
    if not (question.minimum or 0) <= raw <= (question.maximum or 0):
        raise BadValue(Text(zh="数字超出范围", en="out of range"), _range(question))
    return int(raw) if float(raw).is_integer() else float(raw)


def _choice(question: Question, raw: Any) -> Value:
    if isinstance(raw, bool) and {"yes", "no"} <= question.options_by_id.keys():
        raw = "yes" if raw else "no"
    if not isinstance(raw, str) or raw not in question.options_by_id:
        raise BadValue(
            Text(zh="这不是该题的选项", en="not an option of this question"), _listing(list(question.options_by_id))
        )
    return raw


def _items(raw: Any, allowed: Text) -> list[str]:
    if not isinstance(raw, list | tuple) or not all(isinstance(item, str) for item in raw):
        raise BadValue(Text(zh="这里要填列表", en="not a list of strings"), allowed)
    return list(raw)


def _ticks(question: Question, raw: Any) -> Value:
    allowed = _listing(list(question.options_by_id))
    items = _items(raw, allowed)
    strangers = [item for item in items if item not in question.options_by_id]
    if strangers:
        named = shown(", ".join(strangers))
        raise BadValue(Text(zh=f"没有这个选项：{named}", en=f"no such option: {named}"), allowed)
    return tuple(option for option in question.options_by_id if option in items)


def _length(question: Question) -> Text:
    most = question.max_length
    return Text(zh=f"请填 1 到 {most} 个字", en=f"use 1 to {most} characters")


def clean_text(raw: str) -> str:
    """Text as typed, composed (NFC) and without characters no database or page can hold."""
    kept = "".join(char for char in raw if char in "\n\t" or unicodedata.category(char) not in ("Cc", "Cs"))
    return unicodedata.normalize("NFC", kept).strip()


def _is_blank(text: str) -> bool:
    return all(unicodedata.category(char)[0] in INVISIBLE for char in text)


def _text(question: Question, raw: Any) -> Value:
    if not isinstance(raw, str):
        raise BadValue(Text(zh="这里要填文字", en="not a text"), _length(question))
    value = clean_text(raw)
    if _is_blank(value):
        raise BadValue(Text(zh="没有文字", en="empty"), _length(question))
    if len(value) > (question.max_length or 0):
        raise BadValue(Text(zh="文字太长", en="too long"), _length(question))
    return _uscc(value) if question.id == "uscc" else value


def _uscc(value: str) -> str:
    """The code as printed on the licence: plain forms, without spaces, dashes and invisible marks."""
    plain = unicodedata.normalize("NFKC", value)
    code = social_credit_code.compact("".join(char for char in plain if unicodedata.category(char) != "Cf"))
    if not social_credit_code.is_valid(code):
        raise BadValue(
            Text(
                zh="统一社会信用代码不正确，请对照营业执照核对",
                en="not a valid unified social credit code, check it against the licence",
            ),
            Text(zh="共 18 位，末位为校验码", en="use 18 characters, the last one is a check character"),
        )
    return code


def _text_list(question: Question, raw: Any) -> Value:
    allowed = Text(
        zh=f"最多 {question.max_items} 条，每条不超过 {question.max_length} 个字",
        en=f"use at most {question.max_items} texts of up to {question.max_length} characters",
    )
    items = [clean_text(item) for item in _items(raw, allowed)]
    kept = tuple(item for item in items if not _is_blank(item))
    if len(kept) > (question.max_items or 0) or any(len(item) > (question.max_length or 0) for item in kept):
        raise BadValue(Text(zh="太多或太长", en="too many or too long"), allowed)
    return kept


_RULES: dict[str, Callable[[Question, Any], Value]] = {
    "scale": _scale,
    "number": _number,
    "choice": _choice,
    "ticks": _ticks,
    "text": _text,
    "text_list": _text_list,
}


def check_value(question: Question, raw: Any) -> Value:
    """The typed value of a raw answer; raises BadValue."""
    if raw == UNKNOWN:
        return UNKNOWN
    if raw == NOT_APPLICABLE:
        if question.not_applicable:
            return NOT_APPLICABLE
        raise BadValue(
            Text(zh="本题不能选「不适用」", en="'not_applicable' is not allowed for this question"),
            Text(zh="不清楚时可填 unknown", en="use 'unknown' when it is not known"),
        )
    return _RULES[question.kind](question, raw)
