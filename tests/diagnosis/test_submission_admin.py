"""The officers' list of submissions and the page of one."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import escape

from clusters.models import ClusterId, Role
from diagnosis.content import get_questionnaire
from diagnosis.models import Event, EventKind, Submission
from diagnosis.reading import answer_pages
from recommendations.models import Report, ReportState
from tests.factories import PDF, make_officer, make_report, make_submission

pytestmark = pytest.mark.django_db

LIST = "admin:diagnosis_submission_changelist"


def page_of(client: Client, submission: Submission) -> str:
    response = client.get(reverse("admin:diagnosis_submission_change", args=[submission.pk]))
    assert response.status_code == 200
    return response.content.decode()


def listed(client: Client, **query: str) -> set[int]:
    return {row.pk for row in client.get(reverse(LIST), query).context["cl"].result_list}


@pytest.fixture
def officer(client: Client) -> Any:
    officer = make_officer(ClusterId.FOOTWEAR)
    client.force_login(officer)
    client.cookies["language"] = "en"
    return officer


def queries(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


def test_the_page_asks_as_often_for_one_event_as_for_many(client: Client, officer: Any) -> None:
    submission = make_report(make_submission()).submission
    page_of(client, submission)
    address = reverse("admin:diagnosis_submission_change", args=[submission.pk])
    before = queries(client, address)
    for other in (make_officer(), make_officer(), None):
        Event.objects.create(submission=submission, kind=EventKind.VIEWED, actor=other)
    assert queries(client, address) == before


def test_the_page_shows_verdict_steps_flags_needs_and_sheet(client: Client, officer: Any) -> None:
    page = page_of(client, make_submission())
    for words in (
        "Machines and systems are there", "Steps to full-process", "broken link", "Needs, greatest first",
        "Inclusive empowerment", "Official preparation sheet", "Only the official evaluation", "chain-svg",
    ):
        assert words in page


def test_answers_stand_beside_all_options(client: Client, officer: Any) -> None:
    page = page_of(client, make_submission(production_control=2, quality="unknown", wishes=["按时交货"]))
    question = get_questionnaire().questions["production_control"]
    for option in question.options:
        assert escape(option.label.en) in page
    chosen = escape(question.options[2].label.en)
    assert f'<li class="chosen"><span class="mark">Chosen:</span> {chosen}</li>' in page
    assert '<p class="chosen">Not known yet</p>' in page
    assert '<p class="chosen">按时交货</p>' in page
    assert '<p class="chosen">86 ' in page


def test_every_answer_is_on_the_page_once() -> None:
    submission = make_submission(network=[], company_name="<b>甲</b>", chain_role="not_an_option_any_more")
    rows = [row for page in answer_pages(submission.answer_set()) for row in page["rows"]]
    assert [row["id"] for row in rows] == list(get_questionnaire().questions)
    by_id = {row["id"]: row for row in rows}
    assert by_id["network"]["text"]["en"] == "None of these"
    assert by_id["chain_role"]["text"]["en"] == "not_an_option_any_more"
    assert by_id["hr"]["text"]["en"] == "Not answered"
    for row in rows:
        assert (row["text"] is None) == any(option["chosen"] for option in row["options"])


def test_owners_words_are_escaped(client: Client, officer: Any) -> None:
    page = page_of(client, make_submission(company_name="<script>alert(1)</script>", wishes=["<img src=x>"]))
    assert "<script>alert" not in page
    assert "<img src=x" not in page


def test_another_content_version_is_said(client: Client, officer: Any) -> None:
    submission = make_submission()
    assert "the options beside are those of version" not in page_of(client, submission)
    Submission.objects.filter(pk=submission.pk).update(content_version="2019.01")
    assert "Answered with content version 2019.01" in page_of(client, submission)


def test_the_page_shows_the_frozen_result_and_not_a_new_one(client: Client, officer: Any) -> None:
    report = make_report(make_submission())
    assert report.document is not None
    report.document["verdict"]["headline"] = {"zh": "当时的结论", "en": "As it was said then"}
    report.save(update_fields=("document",))
    assert "As it was said then" in page_of(client, report.submission)


def test_opening_is_logged_and_shown(client: Client, officer: Any) -> None:
    submission = make_submission()
    page = page_of(client, submission)
    event = submission.events.get(kind=EventKind.VIEWED)  # type: ignore[attr-defined]
    assert event.actor == officer
    assert "opened by an officer" in page
    assert str(officer) in page


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_download_is_the_owners_file_and_is_logged(client: Client, officer: Any, language: str) -> None:
    report = make_report(make_submission())
    page = page_of(client, report.submission)
    address = reverse("admin:diagnosis_submission_download", args=[report.submission_id, language, "pdf"])
    assert address in page
    response = client.get(address)
    assert b"".join(response) == PDF + language.encode()
    assert "no-store" in response["Cache-Control"]
    assert response["Content-Disposition"].startswith("attachment")
    event = report.submission.events.get(kind=EventKind.REPORT_DOWNLOADED)  # type: ignore[attr-defined]
    assert event.actor == officer
    assert event.detail == {"language": language, "format": "pdf"}


@pytest.mark.parametrize("file", [("fr", "pdf"), ("en", "exe"), ("en", "docx")])
def test_a_file_that_is_not_there(client: Client, officer: Any, file: tuple[str, str]) -> None:
    report = make_report(make_submission())
    address = reverse("admin:diagnosis_submission_download", args=[report.submission_id, *file])
    assert client.get(address).status_code == 404
    assert not Event.objects.filter(kind=EventKind.REPORT_DOWNLOADED).exists()


def test_no_file_before_the_report_is_ready_or_when_there_is_none(client: Client, officer: Any) -> None:
    waiting, without = make_report(make_submission(), state=ReportState.QUEUED).submission, make_submission()
    for submission in (waiting, without):
        address = reverse("admin:diagnosis_submission_download", args=[submission.pk, "en", "pdf"])
        assert client.get(address).status_code == 404


def test_a_failed_report_says_why_and_can_be_asked_for_again(
    client: Client, officer: Any, django_capture_on_commit_callbacks: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    rung: list[int] = []
    monkeypatch.setattr("recommendations.actions._ring", rung.append)
    report = make_report(make_submission(), state=ReportState.FAILED)
    page = page_of(client, report.submission)
    assert "OSError: no space left" in page
    assert "Make the report again" in page
    with django_capture_on_commit_callbacks(execute=True):
        response = client.post(reverse("admin:diagnosis_submission_retry", args=[report.submission_id]), follow=True)
    assert "The report is being made again." in response.content.decode()
    assert rung == [report.pk]
    assert Report.objects.get().state == ReportState.QUEUED
    assert report.submission.events.get(kind=EventKind.REPORT_RETRIED).actor == officer  # type: ignore[attr-defined]


def test_retry_only_by_post_and_only_when_failed(client: Client, officer: Any) -> None:
    report = make_report(make_submission())
    address = reverse("admin:diagnosis_submission_retry", args=[report.submission_id])
    assert client.get(address).status_code == 405
    assert "has not failed" in client.post(address, follow=True).content.decode()
    assert Report.objects.get().state == ReportState.READY
    assert client.post(reverse("admin:diagnosis_submission_retry", args=[make_submission().pk])).status_code == 404


def test_an_auditor_sees_the_fault_but_no_button(client: Client) -> None:
    client.force_login(make_officer(role=Role.AUDITOR))
    page = page_of(client, make_report(make_submission(), state=ReportState.FAILED).submission)
    assert "no space left" in page
    assert "/retry/" not in page
