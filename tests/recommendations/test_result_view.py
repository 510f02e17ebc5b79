"""The result page in each state of the report, its progress, and asking again."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from diagnosis.models import Submission
from recommendations import actions
from recommendations.models import Report, ReportState
from tests.factories import make_draft, make_report, make_submission
from tests.journeys import browser_of, elements, url

pytestmark = pytest.mark.django_db
RESULT, STATUS, RETRY = "recommendations:result", "recommendations:status", "recommendations:retry"
WAITING = (ReportState.QUEUED, ReportState.BUILDING)


@pytest.fixture(autouse=True)
def no_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "_ring", lambda report_id: None)


def handed_in(state: str, **more: Any) -> Submission:
    submission = make_submission()
    make_report(submission, state=state, **more)
    return submission


@pytest.mark.parametrize("state", WAITING)
def test_while_it_is_made(state: str) -> None:
    submission = handed_in(state)
    response = browser_of(submission).get(url(RESULT, submission))
    shown = elements(response)
    assert response.status_code == 200
    assert shown.all("meta", **{"http-equiv": "refresh"})  # without JavaScript
    assert shown.all("div", **{"hx-get": url(STATUS, submission)})  # with it
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize("state", WAITING)
def test_progress_while_it_is_made(state: str, django_assert_max_num_queries: Any) -> None:
    submission = handed_in(state)
    client = browser_of(submission)
    with django_assert_max_num_queries(3):
        response = client.get(url(STATUS, submission))
    assert response.status_code == 200
    assert elements(response).all("progress")
    assert not elements(response).all("html")


@pytest.mark.parametrize("state", [ReportState.READY, ReportState.FAILED])
def test_progress_ends_by_sending_the_page_on(state: str) -> None:
    submission = handed_in(state)
    response = browser_of(submission).get(url(STATUS, submission))
    assert (response.status_code, response["HX-Refresh"]) == (204, "true")


@pytest.mark.parametrize(("language", "name"), [("zh-CN", "单点式转型"), ("en", "Single-point")])
def test_ready(language: str, name: str, django_assert_max_num_queries: Any) -> None:
    submission = handed_in(ReportState.READY, full=True)
    client = browser_of(submission)
    with django_assert_max_num_queries(6):
        response = client.get(url(RESULT, submission), HTTP_ACCEPT_LANGUAGE=language)
    shown, html = elements(response), response.content.decode()
    assert submission.company_name in html
    assert name in html
    assert not shown.all("meta", **{"http-equiv": "refresh"})
    for file in ("zh-hans", "en"):
        assert shown.all("a", href=url("recommendations:download", submission, file, "pdf"))


def test_ready_shows_the_frozen_document_and_nothing_recomputed() -> None:
    submission = handed_in(ReportState.READY, full=True)
    report = Report.objects.get()
    report.document["verdict"]["headline"] = {"zh": "当年的结论", "en": "The verdict of that time"}
    report.save(update_fields=("document",))
    Submission.objects.filter(pk=submission.pk).update(answers={})
    assert "当年的结论" in browser_of(submission).get(url(RESULT, submission)).content.decode()


def test_failed_offers_to_try_again_and_hides_the_cause() -> None:
    submission = handed_in(ReportState.FAILED)
    response = browser_of(submission).get(url(RESULT, submission))
    assert elements(response).all("form", action=url(RETRY, submission))
    assert "no space left" not in response.content.decode()


def test_trying_again() -> None:
    submission = handed_in(ReportState.FAILED)
    response = browser_of(submission).post(url(RETRY, submission))
    assert response["Location"] == url(RESULT, submission)
    assert Report.objects.get().state == ReportState.QUEUED


@pytest.mark.parametrize("state", [ReportState.READY, *WAITING])
def test_trying_again_changes_nothing_unless_it_failed(state: str) -> None:
    submission = handed_in(state)
    browser_of(submission).post(url(RETRY, submission))
    assert Report.objects.get().state == state


def test_a_draft_has_no_result() -> None:
    draft = make_draft()
    client = browser_of(draft)
    assert client.get(url(RESULT, draft))["Location"] == url("diagnosis:resume", draft)
    assert client.get(url(STATUS, draft)).status_code == client.post(url(RETRY, draft)).status_code == 404


def test_strangers_find_nothing() -> None:
    submission = handed_in(ReportState.FAILED)
    for stranger in (Client(), browser_of(make_draft())):
        assert stranger.get(url(RESULT, submission)).status_code == 404
        assert stranger.get(url(STATUS, submission)).status_code == 404
        assert stranger.post(url(RETRY, submission)).status_code == 404
    assert Report.objects.get().state == ReportState.FAILED


def test_wrong_methods() -> None:
    submission = handed_in(ReportState.FAILED)
    client = browser_of(submission)
    assert client.post(url(RESULT, submission)).status_code == client.post(url(STATUS, submission)).status_code == 405
    assert client.get(url(RETRY, submission)).status_code == 405
    guarded = browser_of(submission, enforce_csrf_checks=True)
    assert guarded.post(url(RETRY, submission)).status_code == 403
