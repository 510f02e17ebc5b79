"""Drafts nobody goes on with are deleted, and what was handed in is not."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings as site_settings
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from diagnosis import drafts
from diagnosis.models import State, Submission
from diagnosis.tasks import remove_old_drafts
from tests.diagnosis.campaign_cast import make_campaign, make_invitation
from tests.factories import make_draft, make_submission

pytestmark = pytest.mark.django_db


def aged(submission: Submission, days: float) -> Submission:
    Submission.objects.filter(pk=submission.pk).update(updated_at=timezone.now() - timedelta(days=days))
    return submission


def test_only_drafts_and_only_old_ones(settings: Any) -> None:
    settings.DRAFT_DAYS = 30
    aged(make_draft(), 30.1)
    kept = {aged(make_draft(), 29.9), make_draft()}
    kept |= {aged(make_submission(state=state), 400) for state in State.values if state != State.DRAFT}
    assert drafts.remove_old() == 1
    assert set(Submission.objects.all()) == kept


def test_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drafts, "AT_ONCE", 2)
    for _ in range(5):
        aged(make_draft(), site_settings.DRAFT_DAYS + 1)
    assert drafts.remove_old() == 5


def test_the_invitation_begins_a_new_one() -> None:
    invitation = make_invitation(make_campaign(), submission=aged(make_draft(), 400))
    drafts.remove_old()
    invitation.refresh_from_db()
    assert invitation.submission is None


def test_the_daily_task_ends_old_sessions_too() -> None:
    Session.objects.create(session_key="old", session_data="", expire_date=timezone.now() - timedelta(days=1))
    aged(make_draft(), 400)
    remove_old_drafts(something_later="is ignored")
    assert not (Session.objects.exists() or Submission.objects.exists())
    entry = site_settings.CELERY_BEAT_SCHEDULE["remove-old-drafts"]
    assert (entry["task"], entry["schedule"]) == (remove_old_drafts.name, 86_400.0)


def test_the_privacy_page_says_after_how_many_days(client: Client, settings: Any) -> None:
    settings.DRAFT_DAYS = 123
    assert "123" in client.get(reverse("diagnosis:privacy")).content.decode()
