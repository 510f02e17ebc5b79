"""What the Celery worker does for diagnoses: each task is one call."""

from typing import Any

from celery import shared_task
from django.conf import settings
from django.core.management import call_command

from clusters import limits
from clusters.officer_session import remove_ended
from diagnosis import benchmarks, campaigns_mail, drafts, mails


@shared_task(soft_time_limit=settings.CLUSTER_FIGURES_SECONDS, time_limit=settings.CLUSTER_FIGURES_SECONDS + 20)
def refresh_statistics(**_later: Any) -> None:
    """Every few minutes: publish peer figures anew where enough firms have changed."""
    benchmarks.refresh_all()


@shared_task
def send_mail(*, mail_id: int, **_later: Any) -> None:
    """Send one mail; a message for a mail that is sent, held or gone does nothing."""
    mails.deliver(mail_id)


@shared_task
def send_waiting_mails(**_later: Any) -> None:
    """Every minute: send again what was never picked up or could not be sent."""
    mails.ring_waiting()


@shared_task
def send_invitations(**_later: Any) -> None:
    """When an officer asks, and every minute: mail a batch of the invitations and reminders that wait."""
    campaigns_mail.send_waiting()


@shared_task
def remove_old_drafts(**_later: Any) -> None:
    """Every day: delete what was begun, never handed in and not touched for DRAFT_DAYS; sessions and limits that
    ended go too."""
    drafts.remove_old()
    call_command("clearsessions")
    remove_ended()
    limits.remove_old()
