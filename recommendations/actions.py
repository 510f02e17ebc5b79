"""Everything that changes a report: hand in, claim, build, finish, retry, send again.

The row is the truth, the broker only a bell: a message that is lost, doubled or late does
no harm. A worker claims the row by compare-and-set with a lease; its attempt number is the
fence, so that a worker that slept past its lease cannot overwrite the one that took over.
"""

from __future__ import annotations

import logging
from datetime import timedelta

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import Error as DatabaseError
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from kombu.exceptions import OperationalError as BrokerError

from clusters.models import User
from diagnosis.actions import freeze, log
from diagnosis.models import EventKind, Submission
from recommendations.documents import make_document
from recommendations.models import Report, ReportFile, ReportState
from recommendations.printing import PRINTS, Printed, print_file, store

logger = logging.getLogger(__name__)

TRANSIENT = (DatabaseError, OSError)  # the disk or the database may be back in a minute
STEPS = 1 + len(PRINTS)  # the advice, then each file


class LeaseLost(Exception):
    """Another worker took the report over; nothing more may be written."""


def _ring(report_id: int) -> None:
    """Tell the workers; a broker that is down is no fault, the sweeper tells them again."""
    from recommendations.tasks import build_report

    try:
        build_report.apply_async(kwargs={"report_id": report_id})
    except (BrokerError, OSError) as error:
        logger.warning("report %s: the broker cannot be reached (%s); it will be sent again", report_id, error)


def _ring_after_commit(report_id: int) -> None:
    # A def, not a partial: Django's robust callbacks log the function's name.
    def ring() -> None:
        _ring(report_id)

    transaction.on_commit(ring, robust=True)


@transaction.atomic
def submit(*, submission: Submission, consent_statistics: bool, by: User | None) -> Report:
    """Hand a draft in and ask for its report, in one transaction.

    Raises diagnosis.actions.NotADraft or NotComplete.
    """
    frozen = freeze(submission=submission, consent_statistics=consent_statistics, by=by)
    report = Report.objects.create(submission=frozen)
    _ring_after_commit(report.pk)
    return report


def _claim(report_id: int) -> Report | None:
    """Take the report for this worker, or None when there is nothing to do."""
    now = timezone.now()
    free = Q(state=ReportState.QUEUED) | Q(state=ReportState.BUILDING, lease_until__lt=now)
    taken = Report.objects.filter(free, pk=report_id, tries__lt=settings.REPORT_MAX_ATTEMPTS).update(
        state=ReportState.BUILDING, attempt=F("attempt") + 1, tries=F("tries") + 1, step=0,
        lease_until=now + timedelta(seconds=settings.REPORT_LEASE_SECONDS),
    )
    return Report.objects.select_related("submission").get(pk=report_id) if taken else None


def _mine(report: Report):  # type: ignore[no-untyped-def]
    """The row while this worker's claim holds."""
    return Report.objects.filter(pk=report.pk, state=ReportState.BUILDING, attempt=report.attempt)


def _progress(report: Report, step: int) -> None:
    lease = timezone.now() + timedelta(seconds=settings.REPORT_LEASE_SECONDS)
    if not _mine(report).update(step=step, lease_until=lease):
        raise LeaseLost


def build(*, report_id: int) -> bool:
    """Make the report if it is free to be made. True when this call made it ready."""
    report = _claim(report_id)
    if report is None:
        return False
    printed: list[Printed] = []
    try:
        document = report.document or make_document(report.submission)
        _progress(report, 1)
        for number, wanted in enumerate(PRINTS, start=2):
            printed.append(store(report, print_file(document, wanted)))
            _progress(report, number)
        _finish(report, document, printed)
    except LeaseLost:
        _discard(printed)
        return False
    except TRANSIENT as error:
        _discard(printed)
        _put_back(report, error)
        return False
    except Exception as error:
        _discard(printed)
        logger.exception("report %s failed", report_id)
        _fail(report, f"{type(error).__name__}: {error}"[:2000])
        return False
    return True


@transaction.atomic
def _finish(report: Report, document: dict[str, object], printed: list[Printed]) -> None:
    done = _mine(report).update(
        state=ReportState.READY, document=document, ready_at=timezone.now(), lease_until=None, error=""
    )
    if not done:
        raise LeaseLost
    ReportFile.objects.filter(report=report).delete()
    ReportFile.objects.bulk_create([file.row(report) for file in printed])
    log(report.submission, EventKind.REPORT_READY, by=None, attempt=report.attempt)


def _discard(printed: list[Printed]) -> None:
    for file in printed:
        default_storage.delete(file.name)


def _put_back(report: Report, error: BaseException) -> None:
    """A fault that may pass: back into the queue while tries are left. The sweeper sends it again."""
    reason = f"{type(error).__name__}: {error}"[:2000]
    logger.warning("report %s: attempt %s met %s", report.pk, report.attempt, reason)
    if report.tries >= settings.REPORT_MAX_ATTEMPTS:
        _fail(report, reason)
        return
    _mine(report).update(state=ReportState.QUEUED, lease_until=None, error=reason, queued_at=timezone.now())


@transaction.atomic
def _fail(report: Report, reason: str) -> None:
    if _mine(report).update(state=ReportState.FAILED, lease_until=None, error=reason or "unknown"):
        log(report.submission, EventKind.REPORT_FAILED, by=None, attempt=report.attempt)


@transaction.atomic
def retry(*, report: Report, by: User | None) -> bool:
    """Ask for a failed report again. False when it is not in the failed state."""
    again = Report.objects.filter(pk=report.pk, state=ReportState.FAILED).update(
        state=ReportState.QUEUED, tries=0, queued_at=timezone.now(), error=""
    )
    if again:
        log(report.submission, EventKind.REPORT_RETRIED, by=by)
        _ring_after_commit(report.pk)
    return bool(again)


@transaction.atomic
def resend(*, limit: int = 200) -> int:
    """Ring again for reports that waited too long, and free those whose worker is gone.

    Returns how many were sent. Rows another sweeper holds are skipped.
    """
    now = timezone.now()
    waiting = Q(state=ReportState.QUEUED, queued_at__lt=now - timedelta(seconds=settings.REPORT_RESEND_SECONDS))
    abandoned = Q(state=ReportState.BUILDING, lease_until__lt=now)
    rows = Report.objects.select_for_update(skip_locked=True).filter(waiting | abandoned).order_by("queued_at")[:limit]
    sent = 0
    for report in rows:
        if report.tries >= settings.REPORT_MAX_ATTEMPTS:
            _give_up(report)
            continue
        report.state, report.lease_until, report.queued_at = ReportState.QUEUED, None, now
        report.save(update_fields=("state", "lease_until", "queued_at"))
        _ring_after_commit(report.pk)
        sent += 1
    return sent


def _give_up(report: Report) -> None:
    report.state, report.lease_until = ReportState.FAILED, None
    report.error = report.error or "The worker stopped in the middle of the report, every time it was tried."
    report.save(update_fields=("state", "lease_until", "error"))
    log(report.submission, EventKind.REPORT_FAILED, by=None, attempt=report.attempt)
