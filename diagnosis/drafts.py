"""Drafts nobody goes on with: deleted after DRAFT_DAYS, as the privacy page says."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from diagnosis.models import State, Submission

AT_ONCE: Final = 500


def remove_old() -> int:
    """Delete drafts not saved for DRAFT_DAYS; returns how many went. One that is being saved just now stays."""
    removed = 0
    while part := _remove_part():
        removed += part
    return removed


@transaction.atomic
def _remove_part() -> int:
    before = timezone.now() - timedelta(days=settings.DRAFT_DAYS)
    old = Submission.objects.filter(state=State.DRAFT, updated_at__lt=before).order_by("pk")
    found = [one.pk for one in old.select_for_update(skip_locked=True).only("pk")[:AT_ONCE]]
    Submission.objects.filter(pk__in=found).delete()
    return len(found)


__all__ = ["remove_old"]
