"""Everything that changes a report, an owner's plan or an officer's file: hand in, save, build, retry, send again.

How a job is claimed, finished or given up is the same for all: recommendations.jobs.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from clusters.models import User
from diagnosis.actions import freeze, log
from diagnosis.correction import working_set
from diagnosis.models import EventKind, Submission
from diagnosis.review_actions import hand_in_again
from recommendations import jobs
from recommendations.documents import live_programmes, make_document, today
from recommendations.domain.report import count_eligible
from recommendations.file_actions import (
    FILES,
    ask_for_file,
    build_officer_file,
    delete_file,
    has_lost_file,
    remove_old_files,
    retry_file,
)
from recommendations.jobs import TRANSIENT, LeaseLost
from recommendations.models import Plan, PrintJob, Report, ReportState
from recommendations.print_jobs import STEPS, Document, PrintKind
from recommendations.printing import (
    Print,
    Printed,
    files_are_lost,
    plan_prints,
    print_file,
    print_plan,
    report_prints,
    store,
)


def _ring(report_id: int) -> None:
    from recommendations.tasks import build_report

    jobs.ring(REPORTS, report_id, lambda: build_report.apply_async(kwargs={"report_id": report_id}))


def _ring_for_plan(plan_id: int) -> None:
    from recommendations.tasks import build_plan

    jobs.ring(PLANS, plan_id, lambda: build_plan.apply_async(kwargs={"plan_id": plan_id}))


def _report_document(report: Report) -> Document:
    """Made once: a second try prints the same document."""
    return report.document or make_document(report.submission)


def _report_file(report: Report, document: Document, wanted: Print) -> Printed:
    return store(report, print_file(document, wanted))


def _plan_file(plan: Plan, document: Document, wanted: Print) -> Printed:
    return store(plan, print_plan(document, wanted))


# The bells are looked up when they ring.
REPORTS: Final = PrintKind(
    model=Report,
    ring=lambda pk: _ring(pk),
    document=_report_document,
    file=_report_file,
    prints=report_prints,
    ready=EventKind.REPORT_READY,
    failed=EventKind.REPORT_FAILED,
    retried=EventKind.REPORT_RETRIED,
)
PLANS: Final = PrintKind(
    model=Plan,
    ring=lambda pk: _ring_for_plan(pk),
    document=lambda plan: plan.document,
    file=_plan_file,
    prints=plan_prints,
    ready=EventKind.PLAN_READY,
    failed=EventKind.PLAN_FAILED,
    retried=EventKind.PLAN_RETRIED,
)
KINDS: Final[tuple[jobs.JobKind, ...]] = (REPORTS, PLANS, FILES)
LATELY: Final = timedelta(days=1)  # longer than the hourly tidying up can be late


@transaction.atomic
def submit(*, submission: Submission, consent_statistics: bool, by: User | None) -> Report:
    """Hand a draft in and ask for its report, in one transaction.

    Raises diagnosis.actions.NotADraft or NotComplete.
    """
    eligible = count_eligible(live_programmes(), submission.answer_set(), today())
    frozen = freeze(
        submission=submission, consent_statistics=consent_statistics, by=by, eligible_programmes=eligible
    )
    report = Report.objects.create(submission=frozen)
    jobs.ring_after_commit(REPORTS, report.pk)
    return report


@transaction.atomic
def submit_again(*, submission: Submission, consent_statistics: bool, by: User | None, seen: str) -> Report:
    """Hand the correction of a returned diagnosis in and ask for its report, in one transaction.

    The report before is kept with its revision; its files stay. A worker that is still printing it loses
    the job. Raises what diagnosis.review_actions.hand_in_again raises.
    """
    report, _ = Report.objects.select_for_update(of=("self",)).get_or_create(submission=submission)
    answers = working_set(submission)
    frozen = hand_in_again(
        submission=submission, consent_statistics=consent_statistics, by=by, seen=seen, document=report.document,
        eligible_programmes=count_eligible(live_programmes(), answers, today()),
    )
    Report.objects.filter(pk=report.pk).update(
        state=ReportState.QUEUED, document=None, tries=0, step=0, queued_at=timezone.now(), ready_at=None,
        lease_until=None, error="",
    )
    jobs.ring_after_commit(REPORTS, report.pk)
    return Report.objects.select_related("submission").get(submission=frozen)


@transaction.atomic
def save_plan(*, submission: Submission, wish: dict[str, Any], document: Document, by: User | None) -> Plan:
    """Keep a plan made from the owner's own figures, and ask for its files.

    A plan that says the same as the newest one is that one: a double click saves once.
    """
    Submission.objects.select_for_update(of=("self",)).only("pk").get(pk=submission.pk)
    newest = newest_plan(submission)
    if newest is not None and (newest.wish, newest.document) == (wish, document):
        return newest
    plan = Plan.objects.create(submission=submission, wish=wish, document=document)
    log(submission, EventKind.PLAN_SAVED, by=by, plan=plan.pk)
    jobs.ring_after_commit(PLANS, plan.pk)
    return plan


def newest_plan(submission: Submission) -> Plan | None:
    """The owner's plan: the one saved last, made from the answers as they are handed in now."""
    own = Plan.objects.filter(submission=submission, created_at__gte=submission.submitted_at)
    return own.order_by("-pk").first()


def build(*, report_id: int) -> bool:
    """Make the report if it is free to be made. True when this call made it ready."""
    return jobs.build(REPORTS, report_id)


def build_plan(*, plan_id: int) -> bool:
    """Print the plan if it is free to be printed. True when this call made it ready."""
    return jobs.build(PLANS, plan_id)


def has_lost_files(job: PrintJob) -> bool:
    """Ready, but a file of it is no longer on the disk."""
    return job.state == ReportState.READY and files_are_lost(job)


def retry(*, report: Report, by: User | None) -> bool:
    """Ask for a failed report again, or for one whose files are lost. False otherwise."""
    return jobs.retry(REPORTS, report, by=by, lost=has_lost_files(report))


def retry_plan(*, plan: Plan, by: User | None) -> bool:
    """Ask for the files of a failed plan again, or for lost ones. False otherwise."""
    return jobs.retry(PLANS, plan, by=by, lost=has_lost_files(plan))


def remove_leftovers() -> int:
    """Of reports and plans made lately, the files that no row names. Returns how many went."""
    since = timezone.now() - LATELY
    return sum(jobs.remove_leftovers(kind, since=since) for kind in (REPORTS, PLANS))


def resend(*, limit: int = 200) -> int:
    """Ring again for reports, plans and officers' files that waited too long, and free those whose worker is gone.

    Returns how many were sent.
    """
    sent = 0
    for kind in KINDS:
        sent += jobs.resend(kind, limit=limit - sent)
    return sent


__all__ = [
    "FILES", "KINDS", "PLANS", "REPORTS", "STEPS", "TRANSIENT", "LeaseLost", "ask_for_file", "build",
    "build_officer_file", "build_plan", "delete_file", "has_lost_file", "has_lost_files", "newest_plan",
    "remove_leftovers", "remove_old_files", "resend", "retry", "retry_file", "retry_plan", "save_plan", "submit",
    "submit_again",
]
