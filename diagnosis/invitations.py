"""What a firm does with its invitation. Each function is one transaction.

An invitation begins one diagnosis. Once it has, it opens nothing any more: the browser that began it goes
on, everybody else needs the private link or the account (diagnosis/access.py). If that diagnosis is
deleted, the invitation begins a new one.

A social credit code is public, so whoever types one gets nothing that only the officers' list knows: the
diagnosis is prefilled with the code and name as typed, and the invitation itself is not used up. The firm
is counted all the same, by its code, when it hands in.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from clusters.content import get_places
from clusters.models import User
from diagnosis.actions import log, start
from diagnosis.content import get_questionnaire
from diagnosis.domain.carry_over import carried_over
from diagnosis.models import EventKind, Invitation, Submission


class UsedAlready(Exception):
    """A diagnosis was begun with this invitation already."""


def exists_for(uscc: str) -> bool:
    """Whether any campaign invites the firm with this social credit code."""
    return Invitation.objects.filter(uscc=uscc).exists()


@transaction.atomic
def begin(*, invitation: Invitation, language: str, by: User | None) -> Submission:
    """A diagnosis prefilled with what the list says of the firm; raises UsedAlready."""
    current = Invitation.objects.select_for_update(of=("self",)).select_related("campaign").get(pk=invitation.pk)
    if current.submission_id is not None:
        raise UsedAlready
    facts = {
        "company_name": current.company_name, "uscc": current.uscc, "cluster": current.campaign.cluster,
        "county": current.county,
    }
    current.submission = _prefilled(facts, language, by, campaign=current.campaign_id)
    current.opened_at = current.opened_at or timezone.now()
    current.save(update_fields=("submission", "opened_at"))
    return current.submission


@transaction.atomic
def begin_by_code(*, company_name: str, uscc: str, language: str, by: User | None) -> Submission:
    """A diagnosis prefilled with what was typed, and nothing else."""
    return _prefilled({"company_name": company_name, "uscc": uscc}, language, by)


def _prefilled(facts: Mapping[str, Any], language: str, by: User | None, **detail: Any) -> Submission:
    """Facts the questionnaire does not take are left out; the owner may change all of them."""
    submission = start(language=language, by=by)
    submission.answers = carried_over(facts, get_questionnaire(), get_places().cluster_of_subsector).to_json()
    submission.save(update_fields=("answers", "updated_at"))
    log(submission, EventKind.INVITED, by=by, **detail)
    return submission


@transaction.atomic
def note_opened(*, invitation: Invitation) -> None:
    Invitation.objects.filter(pk=invitation.pk, opened_at=None).update(opened_at=timezone.now())


@transaction.atomic
def stop_reminders(*, invitation: Invitation) -> None:
    """The firm wants no more mail of this campaign; what waits to be mailed is dropped."""
    note_opened(invitation=invitation)
    rows = Invitation.objects.filter(pk=invitation.pk)
    rows.filter(stopped_at=None).update(stopped_at=timezone.now())
    rows.filter(mail_state__in=("invite", "remind")).update(mail_state="")


@transaction.atomic
def allow_reminders(*, invitation: Invitation) -> None:
    """The firm changed its mind."""
    Invitation.objects.filter(pk=invitation.pk).update(stopped_at=None)
