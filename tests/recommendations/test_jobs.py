"""Making a report: claims, leases, faults that pass and faults that do not, and the files left afterwards."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings as site_settings
from django.core.files.storage import default_storage
from django.core.files.storage.filesystem import FileSystemStorage
from django.db import OperationalError, connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils import timezone

from diagnosis.models import EventKind
from recommendations import actions, tasks
from recommendations.models import Report, ReportState
from recommendations.printing import PRINTS, Print, Printed
from tests.factories import make_report, make_submission
from tests.recommendations.jobs import expire_lease, kinds, no_lease_left, print_quickly, queued, stored_files

pytestmark = pytest.mark.django_db
committing = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def quick_prints(monkeypatch: pytest.MonkeyPatch) -> None:
    print_quickly(monkeypatch)


def on_print(monkeypatch: pytest.MonkeyPatch, number: int, happen: Callable[[], Any]) -> None:
    """Something happens while file `number` (0 is the first) is printed."""
    plain = actions.print_file

    def print_file(document: dict[str, Any], wanted: Print) -> Printed:
        if wanted == PRINTS[number]:
            happen()
        return plain(document, wanted)

    monkeypatch.setattr(actions, "print_file", print_file)


def raising(error: BaseException) -> Callable[[], Any]:
    def happen() -> None:
        raise error

    return happen


# --- making ---------------------------------------------------------------------------------


def test_made_once() -> None:
    report = queued()
    assert actions.build(report_id=report.pk)
    assert not actions.build(report_id=report.pk)
    report.refresh_from_db()
    assert (report.state, report.attempt, report.step) == (ReportState.READY, 1, actions.STEPS)
    assert no_lease_left(report)
    assert report.document and report.ready_at and not report.error
    assert kinds(report) == [EventKind.REPORT_READY]
    assert stored_files() == set(report.files.values_list("name", flat=True))
    assert report.files.count() == len(PRINTS)


@pytest.mark.parametrize("state", [ReportState.READY, ReportState.FAILED])
def test_a_message_for_a_finished_report_does_nothing(state: str) -> None:
    report = make_report(make_submission(), state=state)
    assert not actions.build(report_id=report.pk)
    assert Report.objects.get(pk=report.pk).attempt == report.attempt


def test_a_message_for_a_report_that_is_gone_does_nothing() -> None:
    assert not actions.build(report_id=987_654)


def test_held_by_another_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    report, second = queued(), []
    on_print(monkeypatch, 0, lambda: second.append(actions.build(report_id=report.pk)))
    assert actions.build(report_id=report.pk)
    assert second == [False]
    assert kinds(report) == [EventKind.REPORT_READY]


def test_each_step_prolongs_the_lease(monkeypatch: pytest.MonkeyPatch) -> None:
    report, ends = queued(), []
    shortened = timezone.now() + timedelta(seconds=1)

    def look() -> None:
        ends.append(Report.objects.get(pk=report.pk).lease_until)
        Report.objects.filter(pk=report.pk).update(lease_until=shortened)

    for number in range(len(PRINTS)):
        on_print(monkeypatch, number, look)
    assert actions.build(report_id=report.pk)
    assert len(ends) == len(PRINTS)
    assert min(ends) > shortened


def test_taken_over_past_its_lease(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever took it over is right; the first worker's files go."""
    report = queued()
    second: list[bool] = []

    def sleep_too_long() -> None:
        if not second:
            second.append(True)
            expire_lease(report)
            second[0] = actions.build(report_id=report.pk)

    on_print(monkeypatch, len(PRINTS) - 1, sleep_too_long)
    assert not actions.build(report_id=report.pk)
    assert second == [True]
    report.refresh_from_db()
    assert (report.state, report.attempt) == (ReportState.READY, 2)
    assert kinds(report) == [EventKind.REPORT_READY]
    assert stored_files() == set(report.files.values_list("name", flat=True))


def test_a_lease_that_ran_out_without_heir_still_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    report = queued()
    on_print(monkeypatch, 0, lambda: expire_lease(report))
    assert actions.build(report_id=report.pk)


def test_given_back_by_the_sweeper_it_is_not_written(monkeypatch: pytest.MonkeyPatch) -> None:
    report = queued()

    def swept() -> None:
        expire_lease(report)
        assert actions.resend() == 1

    on_print(monkeypatch, len(PRINTS) - 1, swept)
    assert not actions.build(report_id=report.pk)
    report.refresh_from_db()
    assert (report.state, kinds(report), stored_files()) == (ReportState.QUEUED, [], set())


def test_the_document_is_made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    report = queued()
    Report.objects.filter(pk=report.pk).update(document={"kept": "from before"})
    monkeypatch.setattr(actions, "make_document", raising(AssertionError("made again")))
    assert actions.build(report_id=report.pk)
    report.refresh_from_db()
    assert report.document == {"kept": "from before"}


# --- faults ---------------------------------------------------------------------------------


@pytest.mark.parametrize("number", range(len(PRINTS)))
def test_what_cannot_be_printed_fails_at_once_and_says_why(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    report = queued()
    with monkeypatch.context() as poisonous:
        on_print(poisonous, number, raising(ValueError("no such glyph")))
        assert not actions.build(report_id=report.pk)
    report.refresh_from_db()
    assert (report.state, report.error, report.tries) == (ReportState.FAILED, "ValueError: no such glyph", 1)
    assert no_lease_left(report)
    assert (kinds(report), stored_files()) == ([EventKind.REPORT_FAILED], set())
    assert not actions.build(report_id=report.pk)
    assert actions.retry(report=report, by=None)
    assert actions.build(report_id=report.pk)
    report.refresh_from_db()
    assert (report.state, report.error) == (ReportState.READY, "")
    assert kinds(report) == [EventKind.REPORT_FAILED, EventKind.REPORT_RETRIED, EventKind.REPORT_READY]


def test_an_error_without_words_still_has_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    report = queued()
    on_print(monkeypatch, 0, raising(ValueError("x" * 5_000)))
    actions.build(report_id=report.pk)
    report.refresh_from_db()
    assert (report.state, len(report.error)) == (ReportState.FAILED, 2_000)


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), OperationalError("gone")])
def test_what_may_pass_goes_back(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    report = queued()
    with monkeypatch.context() as trouble:
        on_print(trouble, len(PRINTS) - 1, raising(error))
        assert not actions.build(report_id=report.pk)
    report.refresh_from_db()
    assert (report.state, report.tries, kinds(report)) == (ReportState.QUEUED, 1, [])
    assert report.error.startswith(type(error).__name__)
    assert no_lease_left(report)
    assert stored_files() == set()
    assert actions.build(report_id=report.pk)
    report.refresh_from_db()
    assert (report.state, report.attempt, report.error) == (ReportState.READY, 2, "")


def test_given_up_after_the_last_try(monkeypatch: pytest.MonkeyPatch) -> None:
    report = queued()
    on_print(monkeypatch, 0, raising(OSError("the disk is away")))
    for _ in range(site_settings.REPORT_MAX_ATTEMPTS):
        assert Report.objects.get(pk=report.pk).state == ReportState.QUEUED
        assert not actions.build(report_id=report.pk)
    report.refresh_from_db()
    assert (report.state, report.tries) == (ReportState.FAILED, site_settings.REPORT_MAX_ATTEMPTS)
    assert report.error == "OSError: the disk is away"
    assert kinds(report) == [EventKind.REPORT_FAILED]


def test_a_disk_full_in_the_middle_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The file begun is removed, and so is the one before it."""
    report = queued()
    whole = FileSystemStorage._save

    def half(self: FileSystemStorage, name: str, content: Any) -> str:
        stored = whole(self, name, content)
        if PRINTS[-1].language in name:
            raise OSError(28, "No space left on device")
        return stored

    monkeypatch.setattr(FileSystemStorage, "_save", half)
    assert not actions.build(report_id=report.pk)
    assert stored_files() == set()
    report.refresh_from_db()
    assert "No space left" in report.error


def test_files_that_cannot_be_removed_do_not_hold_the_report(monkeypatch: pytest.MonkeyPatch) -> None:
    report = queued()
    on_print(monkeypatch, len(PRINTS) - 1, raising(OSError("the disk is away")))
    monkeypatch.setattr(FileSystemStorage, "delete", lambda self, name: raising(OSError("read-only"))())
    assert not actions.build(report_id=report.pk)
    report.refresh_from_db()
    assert (report.state, report.error) == (ReportState.QUEUED, "OSError: the disk is away")


def test_what_is_left_after_it_was_finished_goes_within_the_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    """The worker that took over is killed before it tidied up; what its own revision and others need stays."""
    report, other = queued(), queued()
    assert actions.build(report_id=other.pk)
    on_print(monkeypatch, 1, raising(KeyboardInterrupt()))
    with pytest.raises(KeyboardInterrupt):
        actions.build(report_id=report.pk)
    expire_lease(report)
    print_quickly(monkeypatch)
    with monkeypatch.context() as killed:
        killed.setattr("recommendations.jobs.delete_stored", lambda names: None)
        assert actions.build(report_id=report.pk)
    report.refresh_from_db()
    named = {name for one in (report, other) for name in one.files.values_list("name", flat=True)}
    assert (report.state, report.attempt, stored_files() > named) == (ReportState.READY, 2, True)
    Report.objects.filter(pk=report.pk).update(ready_at=timezone.now() - 2 * actions.LATELY)
    assert actions.remove_leftovers() == 0
    Report.objects.filter(pk=report.pk).update(ready_at=timezone.now())
    tasks.remove_old_files()
    assert stored_files() == named


def test_what_a_killed_worker_left_is_removed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker killed after its first file leaves it behind; the next one tidies up."""
    report = queued()
    on_print(monkeypatch, len(PRINTS) - 1, raising(KeyboardInterrupt()))
    with pytest.raises(KeyboardInterrupt):  # as good as killed: nothing is caught, nothing tidied
        actions.build(report_id=report.pk)
    assert stored_files()
    expire_lease(report)
    print_quickly(monkeypatch)
    assert actions.build(report_id=report.pk)
    assert stored_files() == set(report.files.values_list("name", flat=True))


def end_own_connection() -> None:
    """The server ends this process's connection, as at a restart."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    values = connection.get_connection_params()
    with psycopg.connect(host=values["host"], user=values["user"], dbname=values["dbname"]) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])


@committing
def test_a_lost_connection_is_opened_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """The report goes back at once and need not wait until its lease runs out."""
    report = queued()
    with monkeypatch.context() as trouble:
        on_print(trouble, 0, end_own_connection)
        assert not actions.build(report_id=report.pk)
    report.refresh_from_db()
    assert report.state == ReportState.QUEUED
    assert "OperationalError" in report.error
    assert actions.build(report_id=report.pk)


@committing
def test_lost_in_the_moment_of_the_commit(monkeypatch: pytest.MonkeyPatch) -> None:
    """The commit went through and the answer was lost: the report is ready and keeps its files."""
    report = queued()

    commit = BaseDatabaseWrapper.commit

    def committed_and_lost(self: BaseDatabaseWrapper) -> None:
        commit(self)
        raise OperationalError("server closed the connection unexpectedly")

    with monkeypatch.context() as trouble:
        on_print(
            trouble, len(PRINTS) - 1, lambda: trouble.setattr(BaseDatabaseWrapper, "commit", committed_and_lost)
        )
        actions.build(report_id=report.pk)
    report.refresh_from_db()
    assert (report.state, kinds(report)) == (ReportState.READY, [EventKind.REPORT_READY])
    for file in report.files.all():
        assert Path(default_storage.path(file.name)).stat().st_size == file.size


def test_faults_are_logged_by_number_and_never_name_the_firm(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    report = queued()
    on_print(monkeypatch, 0, raising(OSError("the disk is away")))
    with caplog.at_level(logging.INFO):
        actions.build(report_id=report.pk)
    assert str(report.pk) in caplog.text
    assert report.submission.company_name not in caplog.text
