"""The officers' list of submissions and the page of one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import escape

from clusters.models import ClusterId, Role
from diagnosis.content import get_questionnaire
from diagnosis.models import Event, EventKind, State, Submission
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


def test_the_list_asks_as_often_for_one_row_as_for_many(client: Client, officer: Any) -> None:
    make_report(make_submission())
    client.get(reverse(LIST))
    one = queries(client, reverse(LIST))
    for state in ReportState.values:
        make_report(make_submission(), state=state)
    make_submission()
    assert queries(client, reverse(LIST)) == one


def test_the_list_leaves_out_the_long_columns(client: Client, officer: Any) -> None:
    make_report(make_submission())
    with CaptureQueriesContext(connection) as captured:
        client.get(reverse(LIST))
    rows = [query["sql"] for query in captured if '"recommendations_report"."state"' in query["sql"]]
    assert rows
    for column in ('"answers"', '"verdict"', '"document"'):
        assert not any(column in sql for sql in rows)


def test_the_page_asks_as_often_for_one_event_as_for_many(client: Client, officer: Any) -> None:
    submission = make_report(make_submission()).submission
    page_of(client, submission)
    address = reverse("admin:diagnosis_submission_change", args=[submission.pk])
    before = queries(client, address)
    for other in (make_officer(), make_officer(), None):
        Event.objects.create(submission=submission, kind=EventKind.VIEWED, actor=other)
    assert queries(client, address) == before


def test_the_list_shows_what_an_officer_sorts_by(client: Client, officer: Any) -> None:
    submission = make_report(make_submission(), state=ReportState.FAILED).submission
    page = client.get(reverse(LIST)).content.decode()
    for words in (submission.company_name, submission.uscc, "Footwear", "Single-point", "Jinjiang", "Failed"):
        assert words in page


FILTERS: list[tuple[str, str, Callable[[], Submission], Callable[[], Submission]]] = [
    ("county", "jinjiang", lambda: make_submission(county="jinjiang"), lambda: make_submission(county="yongchun")),
    ("size_class__exact", "small", lambda: make_submission(employees=86), lambda: make_submission(employees=5)),
    ("above_scale__exact", "1", make_submission, lambda: make_submission(above_scale="no", revenue=300)),
    ("type__exact", "single_point", make_submission,
     lambda: make_submission(production_control=0, purchasing=0, equipment_digitised=0, equipment_networked=0)),
    ("state", "verified", lambda: make_submission(state=State.VERIFIED), make_submission),
    ("report", "failed", lambda: make_report(make_submission(), state=ReportState.FAILED).submission,
     lambda: make_report(make_submission()).submission),
]


@pytest.mark.parametrize(("name", "value", "inside", "outside"), FILTERS, ids=[row[0] for row in FILTERS])
def test_filters(
    client: Client, officer: Any, name: str, value: str, inside: Callable[[], Submission],
    outside: Callable[[], Submission],
) -> None:
    found, left_out = inside(), outside()
    assert listed(client) == {found.pk, left_out.pk}
    assert listed(client, **{name: value}) == {found.pk}


def test_filters_by_stage_version_date_and_opened(client: Client, officer: Any) -> None:
    submission, opened = make_submission(), make_submission()
    page_of(client, opened)
    assert submission.submitted_at is not None
    assert listed(client, stage="5") == set()
    assert listed(client, stage=str(submission.stage)) == {submission.pk, opened.pk}
    assert listed(client, version=submission.content_version) == {submission.pk, opened.pk}
    assert listed(client, submitted_at__year=str(submission.submitted_at.year)) == {submission.pk, opened.pk}
    assert listed(client, submitted_at__year="2019") == set()
    assert listed(client, opened="no") == {submission.pk}
    assert listed(client, opened="yes") == {opened.pk}


def test_search_in_chinese_by_code_and_reference(client: Client, officer: Any) -> None:
    submission = make_submission(company_name="石狮市海风服饰织造有限公司")
    make_submission()
    for words in ("海风服饰", "石狮 织造", submission.uscc[-8:], submission.uscc.lower(), submission.reference.lower()):
        assert listed(client, q=words) == {submission.pk}


def test_searching_keeps_the_filters(client: Client, officer: Any) -> None:
    make_submission(county="jinjiang")
    page = client.get(reverse(LIST), {"county": "jinjiang", "q": "鞋"}).content.decode()
    assert '<input type="hidden" name="county" value="jinjiang">' in page
    assert page.count('name="q"') == 1


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
