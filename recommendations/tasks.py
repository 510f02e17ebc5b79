"""What the Celery worker does: each task is one call into actions."""

from typing import Any

from celery import shared_task
from django.conf import settings

from recommendations import actions, cluster_advice, workers_seen


@shared_task(max_retries=2, default_retry_delay=5)
def build_report(*, report_id: int, **_later: Any) -> None:
    """Make one report; a message for a report that is made, held or gone does nothing."""
    actions.build(report_id=report_id)


@shared_task(max_retries=2, default_retry_delay=5)
def build_plan(*, plan_id: int, **_later: Any) -> None:
    """Print one owner's plan; a message for a plan that is printed, held or gone does nothing."""
    actions.build_plan(plan_id=plan_id)


@shared_task(
    soft_time_limit=settings.OFFICER_FILE_SECONDS, time_limit=settings.OFFICER_FILE_SECONDS + 20, max_retries=2,
    default_retry_delay=5,
)
def build_officer_file(*, file_id: int, **_later: Any) -> None:
    """Make one file an officer asked for; a message for one that is made, held or gone does nothing."""
    actions.build_officer_file(file_id=file_id)


@shared_task
def remove_old_files(**_later: Any) -> None:
    """Every hour: remove officers' files that were kept long enough, and what killed workers left of reports."""
    actions.remove_old_files()
    actions.remove_leftovers()


@shared_task(bind=True)
def resend_reports(self: Any, **_later: Any) -> None:
    """Every few seconds: send again what was never picked up, reports, plans and officers' files alike."""
    actions.resend()
    workers_seen.note_sweep(worker=self.request.hostname or "-")


@shared_task(soft_time_limit=settings.CLUSTER_FIGURES_SECONDS, time_limit=settings.CLUSTER_FIGURES_SECONDS + 20)
def refresh_cluster_figures(**_later: Any) -> None:
    """Every ten minutes: publish the figures of clusters anew where enough firms have changed."""
    cluster_advice.refresh_cluster_figures()
