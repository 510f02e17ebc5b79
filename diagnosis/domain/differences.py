"""Which answers are different between two handings-in, in words.

An unanswered question and "I don't know" mean the same. Both sides are said in the words of the
questionnaire in use; questions it no longer asks are left out.
"""

from __future__ import annotations

from clusters.domain.languages import TEXT_KEYS
from diagnosis.domain.answers import Answers, Value
from diagnosis.domain.questionnaire import UNKNOWN, Question, Questionnaire
from diagnosis.domain.wording import Part, Said, Wording, answer_text


def _value(answers: Answers, question: Question) -> Value:
    return answers.get(question.id, UNKNOWN)


def changed_ids(questionnaire: Questionnaire, before: Answers, now: Answers) -> tuple[str, ...]:
    """Ids of the questions answered differently, in the order asked."""
    return tuple(
        question.id for question in questionnaire.questions.values()
        if _value(before, question) != _value(now, question)
    )


def _said(wording: Wording, question: Question, answers: Answers) -> Said:
    """The answer in words; one the question does not take any more as it was stored."""
    try:
        return answer_text(wording, question, answers)
    except (KeyError, TypeError):
        return dict.fromkeys(TEXT_KEYS, str(answers[question.id]))


def differences(questionnaire: Questionnaire, wording: Wording, before: Answers, now: Answers) -> list[Part]:
    """`answer`, `name`, `before` and `after` of each answer that is different."""
    questions = (questionnaire.questions[id] for id in changed_ids(questionnaire, before, now))
    return [
        {
            "answer": question.id, "name": question.name.to_dict(),
            "before": _said(wording, question, before), "after": _said(wording, question, now),
        }
        for question in questions
    ]


__all__ = ["changed_ids", "differences"]
