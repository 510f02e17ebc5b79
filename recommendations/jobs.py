"""One way to print on request: claim, build, finish, put back, fail, retry, send again.

The row is the truth, the broker only a bell: a message that is lost, doubled or late does
no harm. A worker claims the row by compare-and-set with a lease; its attempt number is the
fence, so that a worker that slept past its lease cannot overwrite the one that took over.
What is printed, and which events are logged, is said by a JobKind (recommendations.actions).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import Error as DatabaseError
from django.db import connection, transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from kombu.exceptions import OperationalError as BrokerError

from clusters.models import User
from diagnosis.actions import log
from diagnosis.models import EventKind
from recommendations.models import PrintJob, ReportState
from recommendations.printing import PRINTS, Print, Printed, leftovers

logger = logging.getLogger(__name__)

TRANSIENT = (DatabaseError, OSError)  # the disk or the database may be back in a minute
STEPS = 1 + len(PRINTS)  # the document, then each file of the report; its application sheets belong to the last
STOPPED = "The worker stopped in the middle of the work, every time it was tried."

Document = dict[str, Any]


class LeaseLost(Exception):
    """Another worker took the job over; nothing more may be written."""


@dataclass(frozen=True, kw_only=True)
class JobKind:
    """What one kind of job prints. `ring` tells the workers, `document` gives what is to be printed,
    `prints` which files there are to be, `file` prints and stores one of them; the last three are its events."""

    model: type[PrintJob]
    ring: Callable[[int], None]
    document: Callable[[Any], Document]
    file: Callable[[Any, Document, Print], Printed]
    prints: Callable[[Document], tuple[Print, ...]]
    ready: EventKind
    failed: EventKind
    retried: EventKind

    @property
    def rows(self) -> QuerySet[Any]:
        return self.model._default_manager.all()

    def __str__(self) -> str:
        return self.model._meta.model_name or ""


def ring(kind: JobKind, pk: int, send: Callable[[], Any]) -> None:
    """Tell the workers; a broker that is down is no fault, the sweeper tells them again."""
    try:
        send()
    except (BrokerError, OSError) as error:
        logger.warning("%s %s: the broker cannot be reached (%s); it will be sent again", kind, pk, error)


def ring_after_commit(kind: JobKind, pk: int) -> None:
    # A def, not a partial: Django's robust callbacks log the function's name.
    def ring_now() -> None:
        kind.ring(pk)

    transaction.on_commit(ring_now, robust=True)


def _claim(kind: JobKind, pk: int) -> Any | None:
    """Take the job for this worker, or None when there is nothing to do."""
    now = timezone.now()
    free = Q(state=ReportState.QUEUED) | Q(state=ReportState.BUILDING, lease_until__lt=now)
    taken = kind.rows.filter(free, pk=pk, tries__lt=settings.REPORT_MAX_ATTEMPTS).update(
        state=ReportState.BUILDING,
        attempt=F("attempt") + 1,
        tries=F("tries") + 1,
        step=0,
        lease_until=now + timedelta(seconds=settings.REPORT_LEASE_SECONDS),
    )
    return kind.rows.select_related("submission").get(pk=pk) if taken else None


def _mine(kind: JobKind, job: PrintJob) -> QuerySet[Any]:
    """The row while this worker's claim holds."""
    return kind.rows.filter(pk=job.pk, state=ReportState.BUILDING, attempt=job.attempt)


def _progress(kind: JobKind, job: PrintJob, step: int) -> None:
    lease = timezone.now() + timedelta(seconds=settings.REPORT_LEASE_SECONDS)
    if not _mine(kind, job).update(step=step, lease_until=lease):
        raise LeaseLost


def _log(job: PrintJob, event: EventKind, *, by: User | None, **detail: Any) -> None:
    log(job.submission, event, by=by, **detail, **job.event_detail)


def build(kind: JobKind, pk: int) -> bool:
    """Make the job's files if it is free to be made. True when this call made it ready."""
    job = _claim(kind, pk)
    if job is None:
        return False
    printed: list[Printed] = []
    try:
        document = kind.document(job)
        _progress(kind, job, 1)
        for number, wanted in enumerate(kind.prints(document), start=2):
            printed.append(kind.file(job, document, wanted))
            _progress(kind, job, min(number, STEPS))
        _finish(kind, job, document, printed)
    except LeaseLost:
        _discard(job, printed)
        return False
    except TRANSIENT as error:
        _forget_lost_connection()
        _discard(job, printed)
        _put_back(kind, job, error)
        return False
    except Exception as error:
        _discard(job, printed)
        logger.exception("%s %s failed", kind, pk)
        _fail(kind, job, _reason(error))
        return False
    _delete(leftovers(job))
    return True


@transaction.atomic
def _finish(kind: JobKind, job: PrintJob, document: Document, printed: Iterable[Printed]) -> None:
    done = _mine(kind, job).update(
        state=ReportState.READY, document=document, ready_at=timezone.now(), lease_until=None, error=""
    )
    if not done:
        raise LeaseLost
    job.files.all().delete()
    job.files.bulk_create([file.row(job) for file in printed])
    _log(job, kind.ready, by=None, attempt=job.attempt)


def _discard(job: PrintJob, printed: Iterable[Printed]) -> None:
    """Remove what was printed in vain. A commit may have gone through though its answer was lost: then
    the rows name the files and they stay."""
    named = set(job.files.values_list("name", flat=True))
    _delete(file.name for file in printed if file.name not in named)


def _delete(names: Iterable[str]) -> None:
    """A file that cannot be removed now must not hold up the job."""
    for name in names:
        try:
            default_storage.delete(name)
        except OSError as error:
            logger.warning("file %s cannot be removed: %s", name, error)


def _forget_lost_connection() -> None:
    """The next statement opens a new one; else the job would be held until its lease ends."""
    if connection.connection is not None and not connection.is_usable():
        connection.close()


def _reason(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"[:2000]


def _put_back(kind: JobKind, job: PrintJob, error: BaseException) -> None:
    """A fault that may pass: back into the queue while tries are left. The sweeper sends it again."""
    reason = _reason(error)
    logger.warning("%s %s: attempt %s met %s", kind, job.pk, job.attempt, reason)
    if job.tries >= settings.REPORT_MAX_ATTEMPTS:
        _fail(kind, job, reason)
        return
    _mine(kind, job).update(state=ReportState.QUEUED, lease_until=None, error=reason, queued_at=timezone.now())


@transaction.atomic
def _fail(kind: JobKind, job: PrintJob, reason: str) -> None:
    if _mine(kind, job).update(state=ReportState.FAILED, lease_until=None, error=reason or "unknown"):
        _log(job, kind.failed, by=None, attempt=job.attempt)


@transaction.atomic
def retry(kind: JobKind, job: PrintJob, *, by: User | None) -> bool:
    """Ask for a failed job again. False when it is not in the failed state."""
    again = kind.rows.filter(pk=job.pk, state=ReportState.FAILED).update(
        state=ReportState.QUEUED, tries=0, queued_at=timezone.now(), error=""
    )
    if again:
        _log(job, kind.retried, by=by)
        ring_after_commit(kind, job.pk)
    return bool(again)


@transaction.atomic
def resend(kind: JobKind, *, limit: int) -> int:
    """Ring again for jobs that waited too long, and free those whose worker is gone.

    Returns how many were sent. Rows another sweeper holds are skipped.
    """
    now = timezone.now()
    waiting = Q(state=ReportState.QUEUED, queued_at__lt=now - timedelta(seconds=settings.REPORT_RESEND_SECONDS))
    abandoned = Q(state=ReportState.BUILDING, lease_until__lt=now)
    rows = kind.rows.select_for_update(skip_locked=True).filter(waiting | abandoned).order_by("queued_at")[:limit]
    sent = 0
    for job in rows:
        if job.tries >= settings.REPORT_MAX_ATTEMPTS:
            _give_up(kind, job)
            continue
        job.state, job.lease_until, job.queued_at = ReportState.QUEUED, None, now
        job.save(update_fields=("state", "lease_until", "queued_at"))
        ring_after_commit(kind, job.pk)
        sent += 1
    return sent


def _give_up(kind: JobKind, job: PrintJob) -> None:
    job.state, job.lease_until = ReportState.FAILED, None
    job.error = job.error or STOPPED
    job.save(update_fields=("state", "lease_until", "error"))
    _log(job, kind.failed, by=None, attempt=job.attempt)
