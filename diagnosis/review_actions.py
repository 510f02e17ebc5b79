"""Everything that happens to a submission after it was handed in. Each function is one transaction.

What may be done when and by whom stands in diagnosis.domain.review_rules. An officer's page is shown with
a mark of state, revision and officer; a move asked for with another mark than the stored one is refused, so
that of two officers at once the second sees what the first did and overwrites nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from clusters.models import Role, User
from diagnosis.actions import Conflict, NotComplete, fingerprint, hand_in, locked, log
from diagnosis.content import get_questionnaire
from diagnosis.correction import working_answers, working_set
from diagnosis.domain.answers import Answers
from diagnosis.domain.progress import required_missing
from diagnosis.domain.review_rules import TRANSITIONS, Move, Need, Step, Who
from diagnosis.domain.values import clean_text
from diagnosis.mails import ask_for_mail
from diagnosis.models import Comment, EventKind, MailKind, Revision, Submission

LONGEST_TEXT: Final = 1000


class Refused(Exception):
    """Nothing was changed; the subclass says why."""


class NotAllowed(Refused):
    """This person may not do it."""


class NoSuchMove(Refused):
    """In this state it cannot be done."""


class Overtaken(Refused):
    """The submission changed since the page was shown."""


class CommentNeeded(Refused):
    """Returning takes at least one comment of this revision."""


class ReasonNeeded(Refused):
    """Reopening takes a reason."""


class TextRefused(Refused):
    """A comment or reason is empty or too long."""


class NoSuchQuestion(Refused):
    """The questionnaire has no question of that id."""


class NotAnOfficerHere(Refused):
    """That person does not see the firm's cluster, or may not change anything."""


def mark_of(submission: Submission) -> str:
    """What an officer's page was shown with: state, revision and officer."""
    return f"{submission.state}.{submission.revision}.{submission.officer_id or 0}"


def is_officer_of(person: User | None, cluster: str) -> bool:
    return person is not None and person.may_change and cluster in person.visible_clusters()


def officers_of(cluster: str) -> QuerySet[User]:
    """Everybody a submission of this cluster may be assigned to."""
    sees = Q(role=Role.CITY_ADMIN) | Q(role=Role.OFFICER, memberships__cluster=cluster)
    return User.objects.filter(sees, is_active=True, is_staff=True).distinct().order_by("name", "email")


def standing_comments(submission: Submission) -> QuerySet[Comment]:
    """The comments of this revision that were not taken back."""
    return Comment.objects.filter(submission=submission, revision=submission.revision, withdrawn_at=None)


def _begin(submission: Submission, move: Move, *, by: User | None, seen: str | None = None) -> tuple[Submission, Step]:
    """Hold the submission and look the move up. Owners were let in by their page; officers are checked here."""
    current = locked(submission.pk)
    step = TRANSITIONS.get((current.state, move))
    officers_move = any(one.who == Who.OFFICER for (_, name), one in TRANSITIONS.items() if name == move)
    if officers_move and not is_officer_of(by, current.cluster):
        raise NotAllowed
    if seen is not None and seen != mark_of(current):
        raise Overtaken
    if step is None:
        raise NoSuchMove
    return current, step


def _checked(text: str) -> str:
    text = clean_text(text)
    if not text or len(text) > LONGEST_TEXT:
        raise TextRefused
    return text


def _write_comment(submission: Submission, question: str, text: str, by: User) -> Comment:
    text = _checked(text)
    same = standing_comments(submission).filter(question=question, text=text, author=by).first()
    if same is not None:  # a double click
        return same
    written = Comment.objects.create(
        submission=submission, revision=submission.revision, question=question, text=text, author=by
    )
    log(submission, EventKind.COMMENTED, by=by, comment=written.pk, question=question, revision=submission.revision)
    return written


def _with_comment(submission: Submission, text: str, by: User) -> dict[str, Any]:
    if text.strip():
        _write_comment(submission, "", text, by)
    comments = standing_comments(submission).count()
    if not comments:
        raise CommentNeeded
    return {"comments": comments}


def _with_reason(submission: Submission, text: str, by: User) -> dict[str, Any]:
    if not text.strip():
        raise ReasonNeeded
    return {"reason": _checked(text)}


# What each need makes of the text typed beside the button: the event's detail.
NEEDS: Final[Mapping[Need, Callable[[Submission, str, User], dict[str, Any]]]] = {
    Need.NOTHING: lambda submission, text, by: {},
    Need.COMMENT: _with_comment,
    Need.REASON: _with_reason,
}
MAIL_TO_OWNER: Final[Mapping[Move, MailKind]] = {Move.RETURN: MailKind.RETURNED, Move.VERIFY: MailKind.VERIFIED}


def _go(submission: Submission, step: Step, *, by: User | None, **detail: Any) -> None:
    before, submission.state = submission.state, step.to
    submission.save(update_fields=("state", "officer", "correction", "updated_at"))
    change = {"from": before, "to": step.to, "revision": submission.revision}
    log(submission, EventKind.STATE_CHANGED, by=by, **change, **detail)


@transaction.atomic
def move(*, submission: Submission, move: Move, by: User, seen: str, text: str = "") -> Submission:
    """Take, return, verify or reopen. `text` is the general comment of a return or the reason of a reopening.

    Raises a Refused.
    """
    current, step = _begin(submission, move, by=by, seen=seen)
    if step.to == current.state:
        raise NoSuchMove
    detail = NEEDS[step.needs](current, text, by)
    if move == Move.TAKE and current.officer_id != by.pk:
        current.officer = by
        log(current, EventKind.ASSIGNED, by=by, officer=by.pk)
    _go(current, step, by=by, **detail)
    if move in MAIL_TO_OWNER:
        ask_for_mail(MAIL_TO_OWNER[move], submission=current, to=current.owner, by=by)
    return current


@transaction.atomic
def assign(*, submission: Submission, officer: User | None, by: User, seen: str) -> Submission:
    """Give the submission to an officer who sees its cluster, or to nobody."""
    current, _ = _begin(submission, Move.ASSIGN, by=by, seen=seen)
    if officer is not None and not is_officer_of(officer, current.cluster):
        raise NotAnOfficerHere
    if current.officer_id == (officer.pk if officer else None):
        return current
    current.officer = officer
    current.save(update_fields=("officer", "updated_at"))
    log(current, EventKind.ASSIGNED, by=by, officer=officer.pk if officer else None)
    ask_for_mail(MailKind.ASSIGNED, submission=current, to=officer, by=by)
    return current


@transaction.atomic
def comment(*, submission: Submission, question: str, text: str, by: User, revision: int) -> Comment:
    """Write a comment at one answer of the revision the officer read; without a question at the whole."""
    current, _ = _begin(submission, Move.COMMENT, by=by)
    if revision != current.revision:
        raise Overtaken
    if question and question not in get_questionnaire().questions:
        raise NoSuchQuestion
    return _write_comment(current, question, text, by)


@transaction.atomic
def take_back(*, comment: Comment, by: User) -> None:
    """End the standing of a comment of this revision; doing it twice does nothing more."""
    current, _ = _begin(comment.submission, Move.TAKE_BACK, by=by)
    if comment.revision != current.revision:
        raise Overtaken
    if standing_comments(current).filter(pk=comment.pk).update(withdrawn_at=timezone.now()):
        log(current, EventKind.COMMENT_WITHDRAWN, by=by, comment=comment.pk, question=comment.question)


@transaction.atomic
def withdraw(*, submission: Submission, by: User | None) -> Submission:
    """The owner takes the submission back for good: officers and statistics leave it out from now on."""
    current, step = _begin(submission, Move.WITHDRAW, by=by)
    current.correction = None
    _go(current, step, by=by)
    ask_for_mail(MailKind.WITHDRAWN, submission=current, to=current.officer, by=by)
    return current


def correction_mark(submission: Submission) -> str:
    """Mark of all answers the owner is about to hand in."""
    answers = working_answers(submission)
    return fingerprint(answers, tuple(answers))


@transaction.atomic
def hand_in_again(
    *, submission: Submission, consent_statistics: bool, by: User | None, seen: str,
    document: dict[str, Any] | None, eligible_programmes: int = 0,
) -> Submission:
    """Hand the correction in as the next revision; what was handed in before is kept as a Revision.

    `document` is the report of the revision before. Raises Conflict when the correction was changed since
    it was shown, NotComplete, or a Refused. The caller asks for the new report in the same transaction
    (recommendations.actions.submit_again).
    """
    current, _ = _begin(submission, Move.RESUBMIT, by=by)
    if seen != correction_mark(current):
        raise Conflict(stored=working_answers(current))
    answers = working_set(current)
    missing = required_missing(answers)
    if missing:
        raise NotComplete(missing)
    _keep_revision(current, document)
    _replace_answers(current, answers)
    hand_in(current, consent_statistics=consent_statistics, by=by, eligible_programmes=eligible_programmes)
    _leave_to_who_sees_it(current)
    ask_for_mail(MailKind.RESUBMITTED, submission=current, to=current.officer, by=by)
    return current


def _keep_revision(submission: Submission, document: dict[str, Any] | None) -> None:
    Revision.objects.create(
        submission=submission, number=submission.revision, content_version=submission.content_version,
        answers=submission.answers, verdict=submission.verdict, verified_verdict=submission.verified_verdict,
        document=document, submitted_at=submission.submitted_at,
    )


def _replace_answers(submission: Submission, answers: Answers) -> None:
    """The levels officers verified stay with the revision before."""
    submission.answers, submission.correction = answers.to_json(), None
    submission.revision += 1
    submission.verified_verdict = submission.verified_stage = submission.verified_distance = None
    submission.verified_type = ""


def _leave_to_who_sees_it(submission: Submission) -> None:
    """A firm that corrected its cluster leaves the officer who does not see the new one."""
    if submission.officer is None or is_officer_of(submission.officer, submission.cluster):
        return
    submission.officer = None
    submission.save(update_fields=("officer", "updated_at"))
    log(submission, EventKind.ASSIGNED, by=None, officer=None)


__all__ = [
    "LONGEST_TEXT", "CommentNeeded", "NoSuchMove", "NoSuchQuestion", "NotAllowed", "NotAnOfficerHere", "Overtaken",
    "ReasonNeeded", "Refused", "TextRefused", "assign", "comment", "correction_mark", "hand_in_again",
    "is_officer_of", "mark_of", "move", "officers_of", "standing_comments", "take_back", "withdraw",
]
