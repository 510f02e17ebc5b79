"""Steps of officers and owners in a review, as their forms would ask for them."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from django.db import connection

from clusters.models import ClusterId, Role, User
from diagnosis import review_actions as review
from diagnosis.actions import fingerprint, save_page
from diagnosis.correction import working_answers
from diagnosis.domain.review_rules import Move
from diagnosis.models import Comment, Event, Mail, Revision, State, Submission
from tests.factories import make_officer, make_owner, make_submission

OWN = ClusterId.FOOTWEAR


def person(kind: str | None) -> User | None:
    if kind is None:
        return None
    if kind == Role.OWNER:
        return make_owner()
    if kind == "other cluster":
        return make_officer(ClusterId.CRAFTS)
    if kind == "gone":
        return make_officer(OWN, is_active=False)
    return make_officer(OWN, role=kind)


def commented(submission: Submission, question: str = "", text: str = "请再看一下") -> Comment:
    return Comment.objects.create(
        submission=submission, revision=submission.revision, question=question, text=text, author=None
    )


def do(move: Move, submission: Submission, by: Any) -> Any:
    """The move as its form would ask for it, with all it needs."""
    seen = review.mark_of(submission)
    if move == Move.ASSIGN:
        return review.assign(submission=submission, officer=by, by=by, seen=seen)
    if move == Move.COMMENT:
        return review.comment(
            submission=submission, question="quality", text="为什么？", by=by, revision=submission.revision
        )
    if move == Move.TAKE_BACK:
        return review.take_back(comment=submission.comments.first(), by=by)  # type: ignore[attr-defined]
    if move == Move.CORRECT:
        return corrects(submission, quality=2)
    if move == Move.RESUBMIT:
        return hands_in_again(submission, by=by)
    if move == Move.WITHDRAW:
        return review.withdraw(submission=submission, by=by)
    return review.move(submission=submission, move=move, by=by, seen=seen, text="请再看一下")


def corrects(submission: Submission, **values: Any) -> Submission:
    ids = tuple(values)
    seen = fingerprint(working_answers(submission), ids)
    return save_page(submission=submission, ids=ids, values=values, seen=seen)


def hands_in_again(submission: Submission, by: User | None = None, **options: Any) -> Submission:
    options = {
        "seen": review.correction_mark(submission), "document": None, "consent_statistics": True, **options,
    }
    return review.hand_in_again(submission=submission, by=by, **options)


def moved(submission: Submission) -> tuple[Any, ...]:
    """All that a move may change."""
    row = Submission.objects.values(
        "state", "revision", "officer", "answers", "correction", "verdict", "submitted_at"
    ).get(pk=submission.pk)
    return (row, Event.objects.count(), Comment.objects.count(), Mail.objects.count(), Revision.objects.count())


def returned(**answers: Any) -> Submission:
    submission = make_submission(state=State.RETURNED, **answers)
    commented(submission, "quality")
    return submission


def together(*calls: Callable[[], Any]) -> list[Any]:
    """All calls at the same moment, each with its own connection; what each gave or raised."""
    barrier = Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        try:
            barrier.wait(timeout=10)
            return call()
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))
