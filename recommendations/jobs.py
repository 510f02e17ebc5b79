"""One way to work on request: claim, make, finish, put back, fail, retry, send again.

The row is the truth, the broker only a bell: a message that is lost, doubled or late does
no harm. A worker claims the row by compare-and-set with a lease; its attempt number is the
fence, so that a worker that slept past its lease cannot overwrite the one that took over.
What is made, and what is logged, is said by a JobKind: printed reports and plans
(recommendations.print_jobs), files for officers (recommendations.officer_files).
"""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import Any, ClassVar

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import Error as DatabaseError
from django.db import connection, transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from clusters.bell import BELL
from clusters.models import User
from recommendations.models import Job, ReportState

logger = logging.getLogger(__name__)

TRANSIENT = (DatabaseError, OSError)  # the disk or the database may be back in a minute
STOPPED = "The worker stopped in the middle of the work, every time it was tried."

Progress = Callable[[int, int], None]  # (parts made, parts in all)


class LeaseLost(Exception):
    """Another worker took the job over; nothing more may be written."""


class CannotBeMade(Exception):
    """It cannot be made and trying again will not help; the message says why, in the language of the job."""


class Moment(Enum):
    """What a job's log notes."""

    READY = auto()
    FAILED = auto()
    RETRIED = auto()


@dataclass(frozen=True, kw_only=True)
class Made:
    """What an attempt made: columns of the ready row, and rows to be written together with it."""

    columns: Mapping[str, Any]
    keep: Callable[[], None] = lambda: None


@dataclass(kw_only=True)
class Attempt:
    """One worker's claim on a job. `stored` names every file it wrote or began to write."""

    kind: JobKind
    job: Any
    stored: list[str] = field(default_factory=list)

    @property
    def row(self) -> QuerySet[Any]:
        """The row while this worker's claim holds."""
        return self.kind.rows.filter(pk=self.job.pk, state=ReportState.BUILDING, attempt=self.job.attempt)

    def progress(self, **columns: int) -> None:
        """Note how far it is and hold the job on. Raises LeaseLost."""
        if not self.row.update(**columns, lease_until=_lease()):
            raise LeaseLost


@dataclass(frozen=True, kw_only=True)
class JobKind(ABC):
    """One kind of job. `ring` tells the workers; `emptied` are columns a job asked for again starts with."""

    model: type[Job]
    ring: Callable[[int], None]
    emptied: ClassVar[Mapping[str, Any]] = {}

    @property
    def rows(self) -> QuerySet[Any]:
        return self.model._default_manager.all()

    @abstractmethod
    def load(self, pk: int) -> Any:
        """The job with what making it needs."""

    @abstractmethod
    def make(self, attempt: Attempt) -> Made:
        """Make the files and store them, with `attempt.progress` on the way."""

    @abstractmethod
    def named(self, job: Any) -> set[str]:
        """The stored files that rows name."""

    @abstractmethod
    def leftovers(self, job: Any) -> list[str]:
        """The stored files that attempts before this one left: those of workers that were killed."""

    @abstractmethod
    def log(self, job: Any, moment: Moment, *, by: User | None, **detail: Any) -> None:
        """Write the entry of the log."""

    def __str__(self) -> str:
        return self.model._meta.model_name or ""


def _lease() -> Any:
    return timezone.now() + timedelta(seconds=settings.REPORT_LEASE_SECONDS)


def ring(kind: JobKind, pk: int, send: Callable[[], Any]) -> None:
    """Tell the workers; the sweeper tells them again where the broker is down."""
    BELL.ring(f"{kind} {pk}", send)


def ring_after_commit(kind: JobKind, pk: int) -> None:
    # A def, not a partial: Django's robust callbacks log the function's name.
    def ring_now() -> None:
        kind.ring(pk)

    transaction.on_commit(ring_now, robust=True)


def _claim(kind: JobKind, pk: int) -> Attempt | None:
    """Take the job for this worker, or None when there is nothing to do."""
    free = Q(state=ReportState.QUEUED) | Q(state=ReportState.BUILDING, lease_until__lt=timezone.now())
    taken = kind.rows.filter(free, pk=pk, tries__lt=settings.REPORT_MAX_ATTEMPTS).update(
        state=ReportState.BUILDING, attempt=F("attempt") + 1, tries=F("tries") + 1, step=0, lease_until=_lease()
    )
    return Attempt(kind=kind, job=kind.load(pk)) if taken else None


def build(kind: JobKind, pk: int) -> bool:
    """Make the job's files if it is free to be made. True when this call made it ready."""
    attempt = _claim(kind, pk)
    if attempt is None:
        return False
    try:
        _finish(attempt, kind.make(attempt))
    except LeaseLost:
        _discard(attempt)
        return False
    except TRANSIENT as error:
        _forget_lost_connection()
        _discard(attempt)
        _put_back(attempt, error)
        return False
    except Exception as error:
        _discard(attempt)
        logger.exception("%s %s failed", kind, pk)
        _fail(attempt, _reason(error))
        return False
    delete_stored(kind.leftovers(attempt.job))
    return True


@transaction.atomic
def _finish(attempt: Attempt, made: Made) -> None:
    done = attempt.row.update(
        **made.columns, state=ReportState.READY, ready_at=timezone.now(), lease_until=None, error=""
    )
    if not done:
        raise LeaseLost
    made.keep()
    attempt.kind.log(attempt.job, Moment.READY, by=None, attempt=attempt.job.attempt)


def _discard(attempt: Attempt) -> None:
    """Remove what was made in vain. A commit may have gone through though its answer was lost: then
    the rows name the files and they stay."""
    named = attempt.kind.named(attempt.job)
    delete_stored(name for name in attempt.stored if name not in named)


def delete_stored(names: Iterable[str]) -> None:
    """Remove stored files. One that cannot be removed now must not hold up the work."""
    for name in names:
        try:
            default_storage.delete(name)
        except OSError as error:
            logger.warning("file %s cannot be removed: %s", name, error)


def remove_leftovers(kind: JobKind, *, since: datetime) -> int:
    """A worker killed right after it had finished leaves the files of attempts before its own; one that slept and was
    killed when it woke leaves its own. Returns how many went."""
    again = kind.rows.filter(state=ReportState.READY, attempt__gt=1, ready_at__gte=since)
    left = [name for pk in again.values_list("pk", flat=True) for name in kind.leftovers(kind.load(pk))]
    delete_stored(left)
    return len(left)


def _forget_lost_connection() -> None:
    """The next statement opens a new one; else the job would be held until its lease ends."""
    if connection.connection is not None and not connection.is_usable():
        connection.close()


def _reason(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"[:2000]


def _put_back(attempt: Attempt, error: BaseException) -> None:
    """A fault that may pass: back into the queue while tries are left. The sweeper sends it again."""
    reason, job = _reason(error), attempt.job
    logger.warning("%s %s: attempt %s met %s", attempt.kind, job.pk, job.attempt, reason)
    if job.tries >= settings.REPORT_MAX_ATTEMPTS:
        _fail(attempt, reason)
        return
    attempt.row.update(state=ReportState.QUEUED, lease_until=None, error=reason, queued_at=timezone.now())


@transaction.atomic
def _fail(attempt: Attempt, reason: str) -> None:
    if attempt.row.update(state=ReportState.FAILED, lease_until=None, error=reason or "unknown"):
        attempt.kind.log(attempt.job, Moment.FAILED, by=None, attempt=attempt.job.attempt)


@transaction.atomic
def retry(kind: JobKind, job: Job, *, by: User | None, lost: bool = False) -> bool:
    """Ask for a failed job again; with `lost`, for a ready one whose files are gone. False in another state.

    The document stays, and with it what the page shows: the same document is printed once more.
    """
    state = ReportState.READY if lost else ReportState.FAILED
    again = kind.rows.filter(pk=job.pk, state=state).update(
        **kind.emptied, state=ReportState.QUEUED, tries=0, queued_at=timezone.now(), ready_at=None, error=""
    )
    if again:
        kind.log(job, Moment.RETRIED, by=by)
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


def _give_up(kind: JobKind, job: Job) -> None:
    job.state, job.lease_until = ReportState.FAILED, None
    job.error = job.error or STOPPED
    job.save(update_fields=("state", "lease_until", "error"))
    kind.log(job, Moment.FAILED, by=None, attempt=job.attempt)
