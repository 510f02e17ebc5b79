"""Levels officers found: set, taken back, and the verdict over them. Each change is one transaction.

A level may be set while the submission is in review, by an officer of its cluster. The answers stay as the
firm gave them; `Submission.verified_*` says what the same function makes of them with the levels found.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict

from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import QuerySet

from clusters.models import User
from diagnosis import evidence
from diagnosis.actions import locked, log
from diagnosis.content import diagnose_answers, get_questionnaire
from diagnosis.domain.verification import VERIFIABLE, Agreement, compare, verified_answers
from diagnosis.models import EventKind, State, Submission, VerifiedLevel
from diagnosis.review_actions import (
    LONGEST_TEXT,
    NoSuchMove,
    NoSuchQuestion,
    NotAllowed,
    Overtaken,
    Refused,
    TextRefused,
    is_officer_of,
)


class NoSuchLevel(Refused):
    """The question has no such level."""


def standing_levels(submission: Submission) -> QuerySet[VerifiedLevel]:
    """The levels that count for the revision as it is now."""
    rows = VerifiedLevel.objects.filter(submission=submission, revision=submission.revision, standing=True)
    return rows.select_related("officer")


def agreement(levels: Iterable[VerifiedLevel]) -> Agreement:
    return compare((row.reported, row.level) for row in levels)


def _in_review(submission: Submission, *, by: User, revision: int) -> Submission:
    current = locked(submission.pk)
    if not is_officer_of(by, current.cluster):
        raise NotAllowed
    if current.state != State.IN_REVIEW:
        raise NoSuchMove
    if revision != current.revision:
        raise Overtaken
    return current


def _checked(question: str, level: int, reason: str) -> str:
    if question not in VERIFIABLE:
        raise NoSuchQuestion
    if not 0 <= level <= get_questionnaire().questions[question].top:
        raise NoSuchLevel
    reason = reason.strip()
    if not reason or len(reason) > LONGEST_TEXT:
        raise TextRefused
    return reason


def set_level(
    *, submission: Submission, question: str, level: int, reason: str, file: UploadedFile | None, by: User,
    revision: int,
) -> VerifiedLevel:
    """Note what was found; an earlier finding for the same question ends its standing.

    Raises a Refused, diagnosis.evidence.BadEvidence, or OSError when the file cannot be stored.
    """
    reason = _checked(question, level, reason)
    kept = evidence.keep(file, reference=submission.reference) if file else None
    try:
        return _set_level(submission, question, level, reason, kept, by, revision)
    except BaseException:
        if kept:
            default_storage.delete(kept.evidence)
        raise


@transaction.atomic
def _set_level(
    submission: Submission, question: str, level: int, reason: str, kept: evidence.Evidence | None, by: User,
    revision: int,
) -> VerifiedLevel:
    current = _in_review(submission, by=by, revision=revision)
    standing_levels(current).filter(question=question).update(standing=False)
    found = VerifiedLevel.objects.create(
        submission=current, revision=current.revision, question=question, level=level, reason=reason, officer=by,
        reported=current.answers.get(question), **(asdict(kept) if kept else {}),
    )
    _judge(current)
    log(current, EventKind.LEVEL_VERIFIED, by=by, question=question, level=level, reported=found.reported)
    return found


@transaction.atomic
def take_back(*, found: VerifiedLevel, by: User, revision: int) -> None:
    """The reported answer counts again; what was found stays on record. Doing it twice does nothing more."""
    current = _in_review(found.submission, by=by, revision=revision)
    if standing_levels(current).filter(pk=found.pk).update(standing=False):
        _judge(current)
        log(current, EventKind.LEVEL_WITHDRAWN, by=by, question=found.question, level=found.level)


def _judge(submission: Submission) -> None:
    """The verified verdict, or none where nothing is verified."""
    found = dict(standing_levels(submission).values_list("question", "level"))
    verdict = diagnose_answers(verified_answers(submission.answer_set(), found)).to_dict() if found else None
    submission.verified_verdict = verdict
    submission.verified_type = verdict["type"] if verdict else ""
    submission.verified_stage = verdict["stage"] if verdict else None
    submission.verified_distance = verdict["distance"] if verdict else None
    submission.save(
        update_fields=("verified_verdict", "verified_type", "verified_stage", "verified_distance", "updated_at")
    )


__all__ = ["NoSuchLevel", "agreement", "set_level", "standing_levels", "take_back"]
