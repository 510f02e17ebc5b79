"""What the Celery worker does: each task is one call into actions."""

from typing import Any

from celery import shared_task

from recommendations import actions


@shared_task(max_retries=2, default_retry_delay=5)
def build_report(*, report_id: int, **_later: Any) -> None:
    """Make one report; a message for a report that is made, held or gone does nothing."""
    actions.build(report_id=report_id)


@shared_task(max_retries=2, default_retry_delay=5)
def build_plan(*, plan_id: int, **_later: Any) -> None:
    """Print one owner's plan; a message for a plan that is printed, held or gone does nothing."""
    actions.build_plan(plan_id=plan_id)


@shared_task
def resend_reports(**_later: Any) -> None:
    """Every few seconds: send again what was never picked up, reports and plans alike."""
    actions.resend()
