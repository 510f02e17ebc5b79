"""A printed file that is gone from the disk: said in words, made again on request, the result stays on its page."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse

from clusters.models import ClusterId, Role
from diagnosis.models import Event, EventKind, Submission
from recommendations import actions
from recommendations.models import FileFormat, Plan, PlanFile, Report, ReportFile, ReportState
from recommendations.printing import Print, Printed
from tests.factories import PDF, make_draft, make_officer, make_report, make_submission
from tests.journeys import browser_of, elements, url

pytestmark = pytest.mark.django_db
RESULT, RETRY, STATUS = "recommendations:result", "recommendations:retry", "recommendations:status"


@pytest.fixture(autouse=True)
def quick_printing(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """Nobody hears the bell; files are printed in no time."""
    heard: list[int] = []

    def print_file(document: Any, wanted: Print) -> Printed:
        return Printed(wanted=wanted, data=PDF + b" again", accessible=True)

    monkeypatch.setattr(actions, "_ring", heard.append)
    monkeypatch.setattr(actions, "_ring_for_plan", heard.append)
    monkeypatch.setattr(actions, "print_file", print_file)
    monkeypatch.setattr(actions, "print_plan", print_file)
    yield heard


@pytest.fixture
def submission() -> Submission:
    submission = make_submission()
    make_report(submission, full=True)
    return submission


def lose(submission: Submission, language: str = "zh-hans") -> str:
    """Delete the stored file from the disk, as a careless clean-up would."""
    name = ReportFile.objects.get(report__submission=submission, language=language).name
    default_storage.delete(name)
    return name


def download(submission: Submission, language: str = "zh-hans", client: Client | None = None) -> Any:
    return (client or browser_of(submission)).get(url("recommendations:download", submission, language, "pdf"))


def downloads() -> int:
    return Event.objects.filter(kind=EventKind.REPORT_DOWNLOADED).count()


# Owner ------------------------------------------------------------------------------------------------


def test_the_owner_is_told_and_offered_a_way_on(submission: Submission, caplog: pytest.LogCaptureFixture) -> None:
    lose(submission)
    with caplog.at_level(logging.ERROR):
        response = download(submission)
    shown = elements(response)
    assert response.status_code == 404
    assert response["Cache-Control"] == "private, no-store"
    assert shown.all("form", action=url(RETRY, submission))
    assert shown.all("a", href=url(RESULT, submission))
    assert len(shown.all("h1")) == 1
    assert downloads() == 0, "nothing was handed out"
    file = ReportFile.objects.get(language="zh-hans")
    assert f"reportfile {file.pk}" in caplog.text
    assert submission.company_name not in caplog.text


@pytest.mark.parametrize("left", [b"", PDF[:4], None], ids=["empty", "cut short", "out of reach"])
def test_half_a_file_is_never_served(
    submission: Submission, left: bytes | None, quick_printing: list[int], django_capture_on_commit_callbacks: Any
) -> None:
    """As after a machine lost its power; printed once more it is whole."""
    path = Path(default_storage.path(lose(submission)))
    if left is None:
        path.mkdir()
    else:
        path.write_bytes(left)
    response = download(submission)
    assert response.status_code == 404
    assert elements(response).all("form", action=url(RETRY, submission))
    assert downloads() == 0
    with django_capture_on_commit_callbacks(execute=True):
        browser_of(submission).post(url(RETRY, submission))
    assert quick_printing == [Report.objects.get().pk]
    assert actions.build(report_id=Report.objects.get().pk)
    assert b"".join(download(submission).streaming_content) == PDF + b" again"


def test_looking_changes_nothing(submission: Submission, quick_printing: list[int]) -> None:
    lose(submission)
    download(submission)
    assert Report.objects.get().state == ReportState.READY
    assert quick_printing == []


def test_the_other_files_are_still_served(submission: Submission) -> None:
    lose(submission)
    assert b"".join(download(submission, "en").streaming_content) == PDF + b"en"


def test_asking_again_prints_the_same_document_once_more(
    submission: Submission, quick_printing: list[int], django_capture_on_commit_callbacks: Any
) -> None:
    lose(submission)
    before = Report.objects.get().document
    with django_capture_on_commit_callbacks(execute=True):
        response = browser_of(submission).post(url(RETRY, submission))
    report = Report.objects.get()
    assert response["Location"] == url(RESULT, submission)
    assert (report.state, report.document) == (ReportState.QUEUED, before)
    assert quick_printing == [report.pk]
    assert actions.build(report_id=report.pk)
    report.refresh_from_db()
    assert (report.state, report.document) == (ReportState.READY, before)
    assert b"".join(download(submission).streaming_content) == PDF + b" again"
    assert Event.objects.filter(kind=EventKind.REPORT_RETRIED).count() == 1


@pytest.mark.parametrize("state", [ReportState.QUEUED, ReportState.BUILDING])
def test_meanwhile_the_result_stays_on_its_page(submission: Submission, state: str) -> None:
    client = browser_of(submission)
    lose(submission)
    client.post(url(RETRY, submission))
    if state == ReportState.BUILDING:
        assert Report.objects.filter(state=ReportState.QUEUED).update(
            state=state, lease_until=Report.objects.get().queued_at
        )
    response = client.get(url(RESULT, submission))
    shown = elements(response)
    assert Report.objects.get().document["verdict"]["headline"]["zh"] in response.content.decode()
    assert len(shown.all("h1")) == 1
    assert shown.all("section", **{"hx-get": url(STATUS, submission)})
    assert not shown.all("a", href=url("recommendations:download", submission, "en", "pdf"))
    assert not shown.all("meta", **{"http-equiv": "refresh"}), "nobody's reading is cut off"
    status = client.get(url(STATUS, submission))
    assert elements(status).all("section", id="files-again")
    assert not elements(status).all("h1")
    assert client.get(url("recommendations:what_if", submission)).status_code == 200


def test_when_that_fails_the_result_stays_too(submission: Submission) -> None:
    lose(submission)
    client = browser_of(submission)
    client.post(url(RETRY, submission))
    Report.objects.update(state=ReportState.FAILED, error="OSError: no space left")
    response = client.get(url(RESULT, submission))
    assert Report.objects.get().document["verdict"]["headline"]["zh"] in response.content.decode()
    assert elements(response).all("form", action=url(RETRY, submission))
    assert "no space left" not in response.content.decode()
    client.post(url(RETRY, submission))
    assert Report.objects.get().state == ReportState.QUEUED


def test_nothing_is_made_again_while_all_files_are_there(submission: Submission, quick_printing: list[int]) -> None:
    browser_of(submission).post(url(RETRY, submission))
    assert Report.objects.get().state == ReportState.READY
    assert quick_printing == []


def test_strangers_learn_nothing(submission: Submission) -> None:
    lose(submission)
    for stranger in (Client(), browser_of(make_draft())):
        response = download(submission, client=stranger)
        assert response.status_code == 404
        assert url(RETRY, submission) not in response.content.decode()
        assert stranger.post(url(RETRY, submission)).status_code == 404
    assert Report.objects.get().state == ReportState.READY


def test_links_to_files_show_what_comes_back(submission: Submission) -> None:
    """With the attribute `download` a browser would save the page that explains, or show a bare failure."""
    links = elements(browser_of(submission).get(url(RESULT, submission))).all("a")
    files = [link for link in links if link["href"].endswith(".pdf")]
    assert files
    assert not any("download" in link for link in files)


# An owner's plan --------------------------------------------------------------------------------------


def test_a_lost_file_of_a_plan(submission: Submission) -> None:
    client = browser_of(submission)
    client.post(url("recommendations:what_if", submission), {"budget": "30000", "go": "save"})
    plan = Plan.objects.get()
    assert actions.build_plan(plan_id=plan.pk)
    default_storage.delete(PlanFile.objects.get(language="en", format=FileFormat.PDF).name)
    address = url("recommendations:plan_download", submission, str(plan.pk), "en")
    response = client.get(address)
    again = url("recommendations:plan_retry", submission, str(plan.pk))
    assert response.status_code == 404
    assert elements(response).all("form", action=again)
    client.post(again)
    assert Plan.objects.get().state == ReportState.QUEUED
    assert actions.build_plan(plan_id=plan.pk)
    assert b"".join(client.get(address).streaming_content) == PDF + b" again"


# Officers ---------------------------------------------------------------------------------------------


def change_page(submission: Submission) -> str:
    return reverse("admin:diagnosis_submission_change", args=[submission.pk])


def officers_download(client: Client, submission: Submission) -> Any:
    return client.get(reverse("admin:diagnosis_submission_download", args=[submission.pk, "zh-hans", "pdf"]))


def test_an_officer_is_told_and_may_have_it_made_again(submission: Submission, client: Client) -> None:
    client.force_login(make_officer(ClusterId.FOOTWEAR))
    retry = reverse("admin:diagnosis_submission_retry", args=[submission.pk])
    assert not elements(client.get(change_page(submission))).all("form", action=retry)
    lose(submission)
    response = officers_download(client, submission)
    assert response["Location"] == change_page(submission)
    page = client.get(change_page(submission))
    assert elements(page).all("form", action=retry)
    client.post(retry)
    assert Report.objects.get().state == ReportState.QUEUED
    assert downloads() == 0


def test_an_auditor_is_told_but_changes_nothing(submission: Submission, client: Client) -> None:
    client.force_login(make_officer(role=Role.AUDITOR))
    lose(submission)
    assert officers_download(client, submission).status_code == 302
    retry = reverse("admin:diagnosis_submission_retry", args=[submission.pk])
    assert not elements(client.get(change_page(submission))).all("form", action=retry)
    assert client.post(retry).status_code == 403
    assert Report.objects.get().state == ReportState.READY


def test_an_officer_of_another_cluster_finds_nothing(submission: Submission, client: Client) -> None:
    client.force_login(make_officer(ClusterId.MACHINERY))
    lose(submission)
    assert officers_download(client, submission).status_code in (302, 404)
    assert downloads() == 0
    assert Report.objects.get().state == ReportState.READY
