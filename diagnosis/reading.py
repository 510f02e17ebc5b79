"""A submission as an officer reads it: every answer beside the options it was chosen from.

Texts are {"zh": ..., "en": ...} as in diagnosis.domain.wording. The options are those of the
questionnaire in use; an answer that no longer stands among them is shown as it was stored.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from clusters.domain.languages import in_all
from diagnosis.content import diagnose_answers, get_questionnaire
from diagnosis.domain import wording as parts
from diagnosis.domain.answers import Answers, Value
from diagnosis.domain.questionnaire import NOT_APPLICABLE, UNKNOWN, Question
from diagnosis.models import Submission, VerifiedLevel
from diagnosis.wording import get_wording

Part = dict[str, Any]


def answer_pages(answers: Answers) -> list[Part]:
    """All questions page by page, in the order asked."""
    questionnaire = get_questionnaire()
    return [
        {
            "id": page.id, "title": page.title.to_dict(),
            "rows": [_row(questionnaire.questions[id], answers) for id in page.questions],
        }
        for page in questionnaire.pages
    ]


def _row(question: Question, answers: Answers) -> Part:
    """`options` with the chosen ones marked; `text` where the answer is none of them."""
    chosen = _chosen(answers.get(question.id))
    known = set(question.options_by_id)
    return {
        "id": question.id, "name": question.name.to_dict(), "ask": question.ask.to_dict(),
        "options": [
            {"label": option.label.to_dict(), "chosen": option.id in chosen} for option in question.options
        ],
        "text": None if chosen & known else _other_text(question, answers),
    }


def _chosen(value: Value | None) -> set[str]:
    """Ids of the chosen options as the questionnaire spells them."""
    if value is None:
        return set()
    return set(value) if isinstance(value, tuple) else {str(value)}


def _other_text(question: Question, answers: Answers) -> parts.Said:
    """A number, a text, a special answer, or an option the questionnaire has no longer."""
    value = answers.get(question.id)
    special = value in (None, UNKNOWN, NOT_APPLICABLE)
    if not question.options or special or value == ():
        return parts.answer_text(get_wording(), question, answers)
    return in_all(", ".join(sorted(_chosen(value))))


def result_parts(answers: Answers) -> Part:
    """Verdict, stage, needs, flags and sheet in words, for a submission whose report is not made yet."""
    questionnaire, wording, diagnosis = get_questionnaire(), get_wording(), diagnose_answers(answers)
    return {
        "verdict": parts.verdict_part(questionnaire, wording, answers, diagnosis),
        "stage": parts.stage_part(wording, diagnosis),
        "needs": [
            {
                **parts.named(wording, "need", need.pathway), "score": need.score,
                "because": [parts.question_part(questionnaire.questions[id]) for id in need.because],
            }
            for need in diagnosis.needs
        ],
        "flags": parts.flags_part(questionnaire, wording, diagnosis),
        "official_sheet": parts.sheet_part(questionnaire, wording, answers, diagnosis),
    }


def verdicts_part(submission: Submission) -> Part | None:
    """Reported and verified type, stage and distance; None where nothing is verified."""
    if submission.verified_verdict is None:
        return None

    def one(type: str, stage: int | None, distance: int | None) -> Part:
        return {"type": parts.named(get_wording(), "type", type)["name"], "stage": stage, "distance": distance}

    return {
        "reported": one(submission.type, submission.stage, submission.distance),
        "verified": one(submission.verified_type, submission.verified_stage, submission.verified_distance),
        "changed": submission.type != submission.verified_type,
    }


def level_row(question: Question, answers: Answers, found: VerifiedLevel | None) -> Part:
    """What was reported, and beside it what an officer found, if anybody did."""
    return {
        "id": question.id, "name": question.name.to_dict(),
        "reported": parts.answer_text(get_wording(), question, answers), "found": found,
        "found_text": question.options[found.level].label.to_dict() if found else None,
    }


def found_rows(submission: Submission, levels: Iterable[VerifiedLevel]) -> list[Part]:
    """A row for each level that was verified."""
    answers, questions = submission.answer_set(), get_questionnaire().questions
    return [level_row(questions[row.question], answers, row) for row in levels]
