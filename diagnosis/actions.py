"""Everything that changes a diagnosis. Each function is one transaction."""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from clusters.content import get_places
from clusters.models import User
from diagnosis.access import hash_token, new_link_token, new_reference
from diagnosis.content import diagnose_answers, get_questionnaire
from diagnosis.correction import may_edit, working_answers
from diagnosis.domain.answers import Answers, Value
from diagnosis.domain.answers_file import subsector_fault
from diagnosis.domain.carry_over import carried_over
from diagnosis.domain.progress import required_missing
from diagnosis.domain.questionnaire import Group
from diagnosis.models import Company, Event, EventKind, State, Submission

CONSENT_VERSION = "2026-11"


class NotADraft(Exception):
    """The diagnosis is handed in and was not returned; its answers are fixed."""


class NotComplete(Exception):
    """Facts that must be known before handing in are missing; `missing` lists their ids."""

    def __init__(self, missing: tuple[str, ...]) -> None:
        super().__init__(", ".join(missing))
        self.missing = missing


class Conflict(Exception):
    """The same answers were changed elsewhere since the page was shown; `stored` has them now."""

    def __init__(self, *, stored: Mapping[str, Any]) -> None:
        super().__init__()
        self.stored = stored


def fingerprint(answers: Mapping[str, Any], ids: tuple[str, ...]) -> str:
    """Short mark of the stored answers to `ids`, to notice a change made in another window."""
    content = {id: answers[id] for id in ids if id in answers}
    return sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]


def log(submission: Submission, kind: EventKind, *, by: User | None, **detail: Any) -> None:
    Event.objects.create(submission=submission, kind=kind, actor=by, detail=detail)


@transaction.atomic
def mark_opened(*, submission: Submission, by: User) -> None:
    """Somebody looks at the submission. For those who may act on it, it is new no longer."""
    log(submission, EventKind.VIEWED, by=by)
    if by.may_change:
        same = Submission.objects.filter(pk=submission.pk, revision=submission.revision, opened_at=None)
        same.update(opened_at=timezone.now())


@transaction.atomic
def start(
    *, language: str, by: User | None, previous: Submission | None = None, all_answers: bool = False
) -> Submission:
    """A new draft; one made after `previous` starts with its facts about the firm, or with all its answers.

    Only answers that today's questionnaire still takes are copied.
    """
    questionnaire = get_questionnaire()
    submission = Submission.objects.create(
        reference=new_reference(),
        content_version=questionnaire.version,
        language=language,
        owner=by,
        previous=previous,
        answers=_copied(previous, None if all_answers else "profile") if previous else {},
    )
    log(submission, EventKind.STARTED, by=by)
    return submission


def _copied(previous: Submission, group: Group | None) -> dict[str, Any]:
    home = get_places().cluster_of_subsector
    return carried_over(previous.answers, get_questionnaire(), home, group=group).to_json()


def locked(pk: int) -> Submission:
    """The submission as it is now, held until the transaction ends. Workers may still log events about it."""
    return Submission.objects.select_for_update(of=("self",), no_key=True).get(pk=pk)


def _draft(pk: int) -> Submission:
    submission = locked(pk)
    if not submission.is_draft:
        raise NotADraft
    return submission


def _editable(pk: int) -> Submission:
    submission = locked(pk)
    if not may_edit(submission):
        raise NotADraft
    return submission


@transaction.atomic
def save_page(*, submission: Submission, ids: tuple[str, ...], values: Mapping[str, Value], seen: str) -> Submission:
    """Store the answers of one page. `ids` are its questions, `seen` the fingerprint it was shown with.

    Of a returned submission the correction is stored; what was handed in stays as it is.
    Raises Conflict when another window stored different answers meanwhile, NotADraft when nothing may be changed.
    """
    current = _editable(submission.pk)
    stored = working_answers(current)
    answers = {id: value for id, value in stored.items() if id not in ids}
    answers = _consistent(answers | Answers(values).to_json())
    if seen != fingerprint(stored, ids) and fingerprint(answers, ids) != fingerprint(stored, ids):
        raise Conflict(stored={id: stored[id] for id in ids if id in stored})
    column = "answers" if current.is_draft else "correction"
    setattr(current, column, answers)
    current.save(update_fields=(column, "updated_at"))
    return current


def _consistent(answers: dict[str, Any]) -> dict[str, Any]:
    """Without a sub-sector that belongs to another cluster: the owner changed the cluster."""
    fault = subsector_fault(answers, get_places().cluster_of_subsector)
    return {id: value for id, value in answers.items() if id != "subsector"} if fault else answers


@transaction.atomic
def make_link(*, submission: Submission, by: User | None) -> str:
    """A new private link; the one before stops working. Returns the token, which is stored nowhere."""
    token = new_link_token()
    Submission.objects.filter(pk=submission.pk).update(link_hash=hash_token(token))
    log(submission, EventKind.LINK_MADE, by=by)
    return token


@transaction.atomic
def end_access(*, submission: Submission, by: User | None) -> Submission:
    """End the private link and what every browser remembers; the caller lets its own browser in again."""
    Submission.objects.filter(pk=submission.pk).update(link_hash=None, access_round=F("access_round") + 1)
    log(submission, EventKind.ACCESS_ENDED, by=by)
    return locked(submission.pk)


@transaction.atomic
def claim(*, submission: Submission, by: User) -> None:
    """The person who signed in owns a diagnosis nobody owns yet."""
    Submission.objects.filter(pk=submission.pk, owner=None).update(owner=by)


@transaction.atomic
def freeze(
    *, submission: Submission, consent_statistics: bool, by: User | None, eligible_programmes: int = 0
) -> Submission:
    """Hand the draft in: the verdict is computed once and kept.

    `eligible_programmes`: how many support programmes the firm could use.

    Raises NotADraft, or NotComplete when the firm cannot be named. The caller adds the report
    job in the same transaction (recommendations.actions.submit).
    """
    current = _draft(submission.pk)
    answers = current.answer_set()
    missing = required_missing(answers)
    if missing:
        raise NotComplete(missing)
    hand_in(current, consent_statistics=consent_statistics, by=by, eligible_programmes=eligible_programmes)
    return current


def hand_in(
    submission: Submission, *, consent_statistics: bool, by: User | None, eligible_programmes: int
) -> None:
    """Fix the answers of a submission that is held and complete, compute its verdict, and store it."""
    submission.content_version = get_questionnaire().version
    _copy_facts(submission, submission.answer_set(), eligible_programmes)
    submission.state = State.SUBMITTED
    submission.submitted_at, submission.opened_at = timezone.now(), None
    submission.consent_version = CONSENT_VERSION
    submission.consent_statistics = consent_statistics
    submission.save()
    log(submission, EventKind.SUBMITTED, by=by, revision=submission.revision)


def frozen_columns(answers: Answers, eligible_programmes: int) -> dict[str, Any]:
    """Verdict and the columns that lists and filters use."""
    result = diagnose_answers(answers, eligible_programmes=eligible_programmes).to_dict()
    return {
        "verdict": result,
        "company_name": str(answers["company_name"]),
        "uscc": str(answers["uscc"]),
        "cluster": str(answers["cluster"]),
        "county": answers.choice("county") or "",
        "size_class": result["size_class"] or "",
        "above_scale": {"yes": True, "no": False}.get(answers.choice("above_scale") or ""),
        "type": result["type"],
        "stage": result["stage"],
        "distance": result["distance"],
        "flags": [flag["id"] for flag in result["flags"]],
    }


def _copy_facts(submission: Submission, answers: Answers, eligible_programmes: int) -> None:
    for column, value in frozen_columns(answers, eligible_programmes).items():
        setattr(submission, column, value)
    submission.company, _ = Company.objects.get_or_create(
        uscc=submission.uscc,
        defaults={"name": submission.company_name, "cluster": submission.cluster, "county": submission.county},
    )
