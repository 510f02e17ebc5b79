"""The diagnosis in words with this installation's content: see diagnosis.domain.wording."""

from functools import cache
from typing import Any

from diagnosis.content import FOLDER, get_questionnaire
from diagnosis.domain import wording as parts
from diagnosis.domain.answers import Answers
from diagnosis.domain.diagnosis import Diagnosis


@cache
def get_wording() -> parts.Wording:
    return parts.load_wording(FOLDER)


def annex(answers: Answers) -> list[dict[str, Any]]:
    return parts.annex_part(get_questionnaire(), get_wording(), answers)


def flags(diagnosis: Diagnosis) -> list[dict[str, Any]]:
    return parts.flags_part(get_questionnaire(), get_wording(), diagnosis)


def verdict(answers: Answers, diagnosis: Diagnosis) -> dict[str, Any]:
    return parts.verdict_part(get_questionnaire(), get_wording(), answers, diagnosis)
