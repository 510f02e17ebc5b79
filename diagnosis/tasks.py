"""What the Celery worker does for statistics: one call into benchmarks."""

from typing import Any

from celery import shared_task

from diagnosis import benchmarks


@shared_task
def refresh_statistics(**_later: Any) -> None:
    """Every few minutes: publish peer figures anew where enough firms have changed."""
    benchmarks.refresh_all()
