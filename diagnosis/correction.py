"""The answers an owner can change now: those of a draft, or the correction of a returned diagnosis.

A correction begins as what was handed in, as far as today's questionnaire still takes it, and waits in
`Submission.correction` until it is handed in again.
"""

from __future__ import annotations

from typing import Any

from clusters.content import get_places
from diagnosis.content import get_questionnaire
from diagnosis.domain.answers import Answers
from diagnosis.domain.carry_over import carried_over
from diagnosis.domain.differences import changed_ids
from diagnosis.models import Comment, State, Submission


def may_edit(submission: Submission) -> bool:
    """Whether the owner may change answers now."""
    return submission.state in (State.DRAFT, State.RETURNED)


def working_answers(submission: Submission) -> dict[str, Any]:
    """As stored: what the owner is working on."""
    if submission.correction is not None:
        return submission.correction
    if submission.is_draft:
        return submission.answers
    return carried_over(submission.answers, get_questionnaire(), get_places().cluster_of_subsector).to_json()


def working_set(submission: Submission) -> Answers:
    return Answers.from_json(working_answers(submission))


def corrected(submission: Submission) -> tuple[str, ...]:
    """Ids of the questions whose answer the owner has changed since handing in."""
    return changed_ids(get_questionnaire(), submission.answer_set(), working_set(submission))


def asked_of_owner(submission: Submission) -> dict[str, list[Comment]]:
    """The standing comments on a returned diagnosis by question id; "" has those about the whole."""
    if submission.state != State.RETURNED:
        return {}
    asked: dict[str, list[Comment]] = {}
    for comment in Comment.objects.filter(submission=submission, revision=submission.revision, withdrawn_at=None):
        asked.setdefault(comment.question, []).append(comment)
    return asked


def asked_rows(submission: Submission) -> list[dict[str, Any]]:
    """What the officer asks, question by question in the order of the questionnaire: `texts`, where the
    question is answered (`page`), and whether the answer is `changed` since. About the whole comes first."""
    asked, questionnaire = asked_of_owner(submission), get_questionnaire()
    if not asked:
        return []
    changed = corrected(submission)
    order = ["", *(id for page in questionnaire.pages for id in page.questions)]
    return [
        {
            "question": questionnaire.questions.get(id), "page": questionnaire.page_of.get(id),
            "texts": [comment.text for comment in asked[id]], "changed": id in changed,
        }
        for id in sorted(asked, key=lambda id: order.index(id) if id in order else len(order))
    ]


__all__ = ["asked_of_owner", "asked_rows", "corrected", "may_edit", "working_answers", "working_set"]
