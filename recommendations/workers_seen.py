"""Signs of life of the workers and of beat, as the database knows them.

Beat asks for a sweep every few seconds and any worker does it. While the last sweep is young, beat, broker and a
worker work; asking a worker with `inspect ping` says less: it answers while its processes hang, and not while it
is busy.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.utils import timezone

from recommendations.models import WorkerSeen

FORGOTTEN_AFTER: Final = timedelta(days=1)  # a worker that was taken away is no longer missed


def note_sweep(*, worker: str) -> None:
    """This worker has just done the sweep."""
    now = timezone.now()
    WorkerSeen.objects.update_or_create(worker=worker[:200], defaults={"seen_at": now})
    WorkerSeen.objects.filter(seen_at__lt=now - FORGOTTEN_AFTER).delete()


def seconds_since(moment: datetime) -> float:
    return (timezone.now() - moment).total_seconds()


def seen() -> dict[str, float]:
    """Seconds since each worker was last seen, the last one first."""
    rows = WorkerSeen.objects.order_by("-seen_at").values_list("worker", "seen_at")
    return {worker: seconds_since(moment) for worker, moment in rows}
