"""Name and code of a firm as a list or a short form states them, checked as the questionnaire checks them."""

from __future__ import annotations

from diagnosis.content import get_questionnaire
from diagnosis.domain.questionnaire import NOT_APPLICABLE, UNKNOWN
from diagnosis.domain.values import BadValue, check_value
from diagnosis.localised import refusal


class NotAFact(ValueError):
    """The message says why, in the language of the page."""


def stated(question: str, raw: str) -> str:
    """The fact as the questionnaire would take it; never "I don't know". Raises NotAFact."""
    try:
        value = check_value(get_questionnaire().questions[question], "" if raw in (UNKNOWN, NOT_APPLICABLE) else raw)
    except BadValue as bad:
        raise NotAFact(refusal(bad)) from bad
    return str(value)
