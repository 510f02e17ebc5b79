"""Handing in and asking again: what is kept, and who is told of it when."""

from __future__ import annotations

import pytest
from django.conf import settings as site_settings
from django.db import transaction
from kombu.exceptions import OperationalError as BrokerError

from diagnosis.actions import NotADraft, NotComplete
from diagnosis.models import EventKind, State, Submission
from recommendations import actions
from recommendations.models import Report, ReportState
from tests.factories import make_draft, make_report, make_submission
from tests.recommendations.jobs import kinds

pytestmark = pytest.mark.django_db
committing = pytest.mark.django_db(transaction=True)


def bell(monkeypatch: pytest.MonkeyPatch, error: BaseException | None = None) -> list[int]:
    """The ids the workers are told of; `error` is what telling them raises."""
    from recommendations.tasks import build_report

    heard: list[int] = []

    def apply_async(*, kwargs: dict[str, int]) -> None:
        heard.append(kwargs["report_id"])
        if error is not None:
            raise error

    monkeypatch.setattr(build_report, "apply_async", apply_async)
    return heard


@committing
def test_submission_and_job_are_one_transaction(monkeypatch: pytest.MonkeyPatch) -> None:
    heard = bell(monkeypatch)
    draft = make_draft()
    with transaction.atomic():
        report = actions.submit(submission=draft, consent_statistics=True, by=None)
        assert heard == []  # nobody is told of a row nobody can see
    assert heard == [report.pk]
    report.refresh_from_db()
    assert (report.state, report.attempt, report.tries) == (ReportState.QUEUED, 0, 0)


@committing
def test_rolled_back_nobody_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    heard = bell(monkeypatch)
    draft = make_draft()
    with pytest.raises(RuntimeError), transaction.atomic():
        actions.submit(submission=draft, consent_statistics=True, by=None)
        raise RuntimeError
    assert heard == []
    assert not Report.objects.exists()
    assert Submission.objects.get().state == State.DRAFT


@committing
@pytest.mark.parametrize("error", [BrokerError("dead"), ConnectionRefusedError(), RuntimeError("anything else")])
def test_a_dead_broker_is_no_fault(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    heard = bell(monkeypatch, error)
    report = actions.submit(submission=make_draft(), consent_statistics=False, by=None)
    assert heard == [report.pk]
    report.refresh_from_db()
    assert (report.state, report.submission.state) == (ReportState.QUEUED, State.SUBMITTED)


def test_handed_in_once(monkeypatch: pytest.MonkeyPatch) -> None:
    bell(monkeypatch)
    draft = make_draft()
    actions.submit(submission=draft, consent_statistics=True, by=None)
    with pytest.raises(NotADraft):
        actions.submit(submission=draft, consent_statistics=True, by=None)
    assert Report.objects.count() == 1


def test_incomplete_makes_no_job() -> None:
    with pytest.raises(NotComplete):
        actions.submit(submission=make_draft(uscc="unknown"), consent_statistics=True, by=None)
    assert not Report.objects.exists()


@committing
def test_asking_again(monkeypatch: pytest.MonkeyPatch) -> None:
    heard = bell(monkeypatch)
    report = make_report(make_submission(), state=ReportState.FAILED)
    Report.objects.filter(pk=report.pk).update(tries=site_settings.REPORT_MAX_ATTEMPTS)
    assert actions.retry(report=report, by=None)
    assert not actions.retry(report=report, by=None)  # a double click
    report.refresh_from_db()
    assert (report.state, report.tries, report.error) == (ReportState.QUEUED, 0, "")
    assert heard == [report.pk]
    assert kinds(report) == [EventKind.REPORT_RETRIED]


@pytest.mark.parametrize("state", [ReportState.QUEUED, ReportState.BUILDING, ReportState.READY])
def test_only_a_failed_report_is_asked_for_again(state: str) -> None:
    report = make_report(make_submission(), state=state)
    assert not actions.retry(report=report, by=None)
    assert Report.objects.get(pk=report.pk).state == state
    assert kinds(report) == []
