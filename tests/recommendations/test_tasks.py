"""The worker's tasks, and the sweeper that sends again what was never picked up."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from django.conf import settings as site_settings
from django.db import connection, transaction

from config.celery import app
from diagnosis.models import EventKind
from recommendations import actions, tasks
from recommendations.models import Report, ReportState
from tests.factories import make_report, make_submission
from tests.recommendations.jobs import abandoned, ago, print_quickly, queued

pytestmark = pytest.mark.django_db
Sweep = Callable[[], list[int]]
WAITED = site_settings.REPORT_RESEND_SECONDS + 1


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The ids the workers are told of."""
    told: list[int] = []
    monkeypatch.setattr(actions, "_ring", told.append)
    return told


@pytest.fixture
def sweep(heard: list[int], django_capture_on_commit_callbacks: Any) -> Sweep:
    """Runs the sweeper's task; returns the ids told to the workers after its commit."""

    def run() -> list[int]:
        heard.clear()
        with django_capture_on_commit_callbacks(execute=True):
            tasks.resend_reports()
        return list(heard)

    return run


def row(report: Report) -> tuple[str, int, int]:
    report.refresh_from_db()
    return report.state, report.tries, report.attempt


def test_messages_of_other_releases_are_understood(monkeypatch: pytest.MonkeyPatch) -> None:
    """One with a word more, and one for a report that is gone."""
    print_quickly(monkeypatch)
    report = queued()
    tasks.build_report(report_id=report.pk, priority=3)
    tasks.build_report(report_id=report.pk + 1_000)
    tasks.resend_reports(since="yesterday")
    assert row(report)[0] == ReportState.READY


def test_names_messages_in_the_queue_rely_on() -> None:
    app.loader.import_default_modules()
    wanted = {"recommendations.tasks.build_report", "recommendations.tasks.build_plan"}
    assert wanted | {entry["task"] for entry in site_settings.CELERY_BEAT_SCHEDULE.values()} <= set(app.tasks)


def test_times_fit_together() -> None:
    """A worker is stopped before its lease ends, and a lease ends before the broker delivers again."""
    assert site_settings.CELERY_TASK_SOFT_TIME_LIMIT < site_settings.CELERY_TASK_TIME_LIMIT
    assert site_settings.CELERY_TASK_TIME_LIMIT < site_settings.REPORT_LEASE_SECONDS
    delivered_again = site_settings.CELERY_BROKER_TRANSPORT_OPTIONS["visibility_timeout"]
    assert delivered_again > site_settings.REPORT_LEASE_SECONDS


def test_waited_too_long(sweep: Sweep) -> None:
    report = queued(queued_at=ago(WAITED))
    assert sweep() == [report.pk]
    assert row(report) == (ReportState.QUEUED, 0, 0)
    assert sweep() == []  # told just now


def test_waits_not_long_yet(sweep: Sweep) -> None:
    queued()
    assert sweep() == []


def test_worker_gone(sweep: Sweep) -> None:
    report = abandoned()
    assert sweep() == [report.pk]
    assert row(report) == (ReportState.QUEUED, 1, 1)
    assert report.lease_until is None


def test_worker_at_it(sweep: Sweep) -> None:
    report = queued(state=ReportState.BUILDING, lease_until=ago(-60), queued_at=ago(3_600))
    assert sweep() == []
    assert row(report)[0] == ReportState.BUILDING


@pytest.mark.parametrize("state", [ReportState.READY, ReportState.FAILED])
def test_finished_ones_are_left_alone(sweep: Sweep, state: str) -> None:
    report = make_report(make_submission(), state=state)
    Report.objects.filter(pk=report.pk).update(queued_at=ago(3_600))
    assert sweep() == []
    assert row(report)[0] == state


@pytest.mark.parametrize("error", ["", "OSError: the disk is away"])
def test_given_up_after_the_last_try(sweep: Sweep, error: str) -> None:
    report = abandoned(tries=site_settings.REPORT_MAX_ATTEMPTS, error=error)
    assert sweep() == []
    assert row(report)[0] == ReportState.FAILED
    assert report.error == error or (not error and "worker stopped" in report.error)
    assert report.submission.events.filter(kind=EventKind.REPORT_FAILED).count() == 1


def test_a_worker_killer_ends(monkeypatch: pytest.MonkeyPatch, sweep: Sweep) -> None:
    """A report that kills every worker that touches it is given up, and the others are made."""
    killer = queued()

    def die(submission: object) -> None:
        raise SystemExit

    monkeypatch.setattr(actions, "make_document", die)
    for _ in range(site_settings.REPORT_MAX_ATTEMPTS):
        with pytest.raises(SystemExit):
            tasks.build_report(report_id=killer.pk)
        Report.objects.filter(pk=killer.pk).update(lease_until=ago(1))
        sweep()
    assert row(killer) == (ReportState.FAILED, site_settings.REPORT_MAX_ATTEMPTS, site_settings.REPORT_MAX_ATTEMPTS)
    tasks.build_report(report_id=killer.pk)  # the messages still in the queue
    print_quickly(monkeypatch)
    other = queued()
    tasks.build_report(report_id=other.pk)
    assert row(other)[0] == ReportState.READY


def test_at_most_so_many_at_a_time_oldest_first(heard: list[int]) -> None:
    reports = [queued(queued_at=ago(WAITED + number)) for number in range(3)]
    assert actions.resend(limit=2) == 2
    assert [row(report)[0] for report in reports] == [ReportState.QUEUED] * 3
    moved = {report.pk for report in reports if report.queued_at > ago(WAITED - 1)}
    assert moved == {reports[1].pk, reports[2].pk}


@contextmanager
def held_by_another(report: Report) -> Iterator[None]:
    """Another sweeper works on the row."""
    with transaction.atomic():
        Report.objects.select_for_update().get(pk=report.pk)
        yield


def resend_elsewhere() -> int:
    """The sweeper on a connection of its own."""

    def run() -> int:
        try:
            return actions.resend()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(run).result(timeout=10)


@pytest.mark.django_db(transaction=True)
def test_two_sweepers_do_not_wait_for_each_other(heard: list[int]) -> None:
    first, second = queued(queued_at=ago(WAITED + 1)), queued(queued_at=ago(WAITED))
    with held_by_another(first):
        assert resend_elsewhere() == 1
    assert heard == [second.pk]


@pytest.mark.django_db(transaction=True)
def test_ten_workers_one_report(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same message ten times at once: one worker claims it."""
    print_quickly(monkeypatch)
    report = queued()

    def work(_: int) -> bool:
        try:
            return actions.build(report_id=report.pk)
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        assert sorted(pool.map(work, range(10))) == [False] * 9 + [True]
    assert row(report) == (ReportState.READY, 1, 1)
    assert report.submission.events.filter(kind=EventKind.REPORT_READY).count() == 1
