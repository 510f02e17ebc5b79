"""Everything that changes a diagnosis. Each function is one transaction."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.utils import timezone

from clusters.content import get_places
from clusters.models import User
from diagnosis.access import hash_token, new_link_token, new_reference
from diagnosis.content import diagnose_answers, get_questionnaire
from diagnosis.domain.answers import Answers, Value
from diagnosis.domain.answers_file import subsector_fault
from diagnosis.domain.carry_over import carried_over
from diagnosis.domain.progress import required_missing
from diagnosis.domain.questionnaire import Group
from diagnosis.models import Company, Event, EventKind, State, Submission

CONSENT_VERSION = "2026-11"


class NotADraft(Exception):
    """The diagnosis was handed in already; its answers are fixed."""


class NotComplete(Exception):
    """Facts that must be known before handing in are missing; `missing` lists their ids."""

    def __init__(self, missing: tuple[str, ...]) -> None:
        super().__init__(", ".join(missing))
        self.missing = missing


@dataclass(frozen=True, kw_only=True)
class Conflict(Exception):
    """The same answers were changed elsewhere since the page was shown; `stored` has them now."""

    stored: Mapping[str, Any]


def fingerprint(answers: Mapping[str, Any], ids: tuple[str, ...]) -> str:
    """Short mark of the stored answers to `ids`, to notice a change made in another window."""
    content = {id: answers[id] for id in ids if id in answers}
    return sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]


def log(submission: Submission, kind: EventKind, *, by: User | None, **detail: Any) -> None:
    Event.objects.create(submission=submission, kind=kind, actor=by, detail=detail)


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


def _draft(pk: int) -> Submission:
    submission = Submission.objects.select_for_update(of=("self",)).get(pk=pk)
    if not submission.is_draft:
        raise NotADraft
    return submission


@transaction.atomic
def save_page(*, submission: Submission, ids: tuple[str, ...], values: Mapping[str, Value], seen: str) -> Submission:
    """Store the answers of one page. `ids` are its questions, `seen` the fingerprint it was shown with.

    Raises Conflict when another window stored different answers meanwhile, NotADraft after submission.
    """
    current = _draft(submission.pk)
    answers = {id: value for id, value in current.answers.items() if id not in ids}
    answers = _consistent(answers | Answers(values).to_json())
    if seen != fingerprint(current.answers, ids) and fingerprint(answers, ids) != fingerprint(current.answers, ids):
        raise Conflict(stored={id: current.answers[id] for id in ids if id in current.answers})
    current.answers = answers
    current.save(update_fields=("answers", "updated_at"))
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
    current.content_version = get_questionnaire().version
    _copy_facts(current, answers, eligible_programmes)
    current.state = State.SUBMITTED
    current.submitted_at = timezone.now()
    current.consent_version = CONSENT_VERSION
    current.consent_statistics = consent_statistics
    current.save()
    log(current, EventKind.SUBMITTED, by=by, revision=current.revision)
    return current


def _copy_facts(submission: Submission, answers: Answers, eligible_programmes: int) -> None:
    """Verdict and the columns that lists and filters use."""
    result = diagnose_answers(answers, eligible_programmes=eligible_programmes).to_dict()
    submission.verdict = result
    submission.company_name = str(answers["company_name"])
    submission.uscc = str(answers["uscc"])
    submission.cluster = str(answers["cluster"])
    submission.county = answers.choice("county") or ""
    submission.size_class = result["size_class"] or ""
    submission.above_scale = {"yes": True, "no": False}.get(answers.choice("above_scale") or "")
    submission.type, submission.stage, submission.distance = result["type"], result["stage"], result["distance"]
    submission.flags = [flag["id"] for flag in result["flags"]]
    submission.company, _ = Company.objects.get_or_create(
        uscc=submission.uscc,
        defaults={"name": submission.company_name, "cluster": submission.cluster, "county": submission.county},
    )
