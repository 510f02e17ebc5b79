"""The owner's download: the stored bytes, never cached, logged, and nothing for anybody else."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

import pytest
from django.core.files.storage import default_storage
from django.test import Client

from diagnosis.models import Event, EventKind, Submission
from recommendations.models import ReportFile, ReportState
from tests.factories import PDF, make_draft, make_officer, make_owner, make_report, make_submission
from tests.journeys import browser_of, url

pytestmark = pytest.mark.django_db


@pytest.fixture
def submission() -> Submission:
    submission = make_submission(company_name="晋江𠮷祥\"鞋业\"")
    make_report(submission)
    return submission


def get(client: Client, submission: Submission, language: str = "zh-hans", format: str = "pdf") -> Any:
    return client.get(url("recommendations:download", submission, language, format))


def read(response: Any) -> bytes:
    return b"".join(response.streaming_content)


def downloads() -> int:
    return Event.objects.filter(kind=EventKind.REPORT_DOWNLOADED).count()


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_stored_bytes_with_safe_headers(submission: Submission, language: str) -> None:
    response = get(browser_of(submission), submission, language)
    assert read(response) == PDF + language.encode()
    assert response["Content-Type"] == "application/pdf"
    assert response["Cache-Control"] == "private, no-store"
    assert response["X-Content-Type-Options"] == "nosniff"
    disposition = response["Content-Disposition"]
    assert disposition.startswith("attachment;")
    assert f"晋江𠮷祥\"鞋业\"-{submission.reference}-{language}.pdf" in unquote(disposition)


def test_it_is_written_down(submission: Submission) -> None:
    person = make_owner()
    Submission.objects.filter(pk=submission.pk).update(owner=person)
    client = Client()
    client.force_login(person)
    read(get(client, submission, "en"))
    event = Event.objects.get(kind=EventKind.REPORT_DOWNLOADED)
    assert (event.submission, event.actor) == (submission, person)
    assert event.detail == {"language": "en", "format": "pdf"}


def test_a_name_that_would_break_the_header() -> None:
    submission = make_submission(company_name="A\r\nSet-Cookie: a=b")
    Submission.objects.filter(pk=submission.pk).update(company_name="A\r\nSet-Cookie: a=b")
    make_report(submission)
    response = get(browser_of(submission), submission)
    read(response)
    assert "Set-Cookie" not in response.headers
    assert "\n" not in response["Content-Disposition"]


@pytest.mark.parametrize(
    ("language", "format"), [("zh-hans", "docx"), ("zh-hans", "exe"), ("de", "pdf"), ("zh", "pdf"), ("en", "PDF")]
)
def test_files_there_are_not(submission: Submission, language: str, format: str) -> None:
    ReportFile.objects.filter(format="docx").delete()
    assert get(browser_of(submission), submission, language, format).status_code == 404
    assert downloads() == 0


@pytest.mark.parametrize("state", [ReportState.QUEUED, ReportState.BUILDING, ReportState.FAILED])
def test_before_it_is_ready(state: str) -> None:
    submission = make_submission()
    make_report(submission, state=state)
    assert get(browser_of(submission), submission).status_code == 404


def test_a_draft_has_no_file() -> None:
    draft = make_draft()
    assert get(browser_of(draft), draft).status_code == 404


def test_another_diagnosis_of_the_same_browser_does_not_lend_its_file(submission: Submission) -> None:
    draft = make_draft()
    assert get(browser_of(submission, draft), draft).status_code == 404


def test_everybody_else(submission: Submission) -> None:
    """Officers have their own door, in the admin, where the cluster counts."""
    signed_in, officer = Client(), Client()
    signed_in.force_login(make_owner())
    officer.force_login(make_officer("footwear"))
    for client in (Client(), browser_of(make_draft()), signed_in, officer):
        assert get(client, submission).status_code == 404
    assert downloads() == 0


def test_only_get(submission: Submission) -> None:
    address = url("recommendations:download", submission, "en", "pdf")
    assert browser_of(submission).post(address).status_code == 405


def test_the_folder_is_not_served(submission: Submission) -> None:
    name = ReportFile.objects.first().name  # type: ignore[union-attr]
    assert default_storage.exists(name)
    for address in (f"/{name}", f"/media/{name}", f"/static/{name}", f"/reports/{name}"):
        assert browser_of(submission).get(address).status_code == 404
