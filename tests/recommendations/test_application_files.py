"""Application data sheets as files of a report: made with it, beside their programme, given to its owner."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from diagnosis.models import Event, EventKind, Submission
from recommendations import actions
from recommendations.models import FileFormat, FileKind, PolicyProgramme, Report, ReportFile, ReportState
from recommendations.printing import PRINTS
from tests.factories import make_draft, make_officer, make_programme, make_report, make_submission
from tests.journeys import browser_of, elements, url

pytestmark = pytest.mark.django_db
RESULT, DOWNLOAD = "recommendations:result", "recommendations:download_application"
KEY = "pilot_city"


@pytest.fixture
def programme() -> PolicyProgramme:
    return make_programme(key=KEY)


def made(**answers: Any) -> Report:
    """A report made by a worker."""
    report = make_report(make_submission(**answers), state=ReportState.QUEUED)
    Report.objects.filter(pk=report.pk).update(attempt=0, tries=0)
    assert actions.build(report_id=report.pk)
    return Report.objects.get(pk=report.pk)


def address(submission: Submission, language: str = "zh-hans", format: str = "pdf", programme: str = KEY) -> str:
    kwargs = {"reference": submission.reference, "programme": programme, "language": language, "format": format}
    return reverse(DOWNLOAD, kwargs=kwargs)


def test_made_with_the_report(programme: PolicyProgramme) -> None:
    report = made(above_scale="yes")
    assert (report.state, report.step) == (ReportState.READY, actions.STEPS)
    files = list(report.files.values_list("kind", "programme", "language", "format"))
    expected = [(one.language, one.format) for one in PRINTS]
    assert sorted(row[2:] for row in files if row[:2] == (FileKind.REPORT, "")) == sorted(expected)
    assert sorted(row[2:] for row in files if row[:2] == (FileKind.APPLICATION, KEY)) == sorted(expected)
    assert len(files) == 2 * len(expected)


def test_none_for_a_firm_that_is_not_eligible(programme: PolicyProgramme) -> None:
    report = made(above_scale="no")
    assert report.files.count() == len(PRINTS)
    assert not report.files.filter(kind=FileKind.APPLICATION).exists()


@pytest.fixture
def ready(programme: PolicyProgramme) -> Submission:
    return made(above_scale="yes").submission


class TestPage:
    @pytest.mark.parametrize(("language", "first", "second"), [("zh-CN", "zh-hans", "en"), ("en", "en", "zh-hans")])
    def test_report_files_in_order_and_sheets_at_their_programme(
        self, ready: Submission, language: str, first: str, second: str
    ) -> None:
        response = browser_of(ready).get(url(RESULT, ready), HTTP_ACCEPT_LANGUAGE=language)
        links = [one["href"] for one in elements(response).all("a") if one["href"].endswith((".pdf", ".docx"))]
        order = [(first, "pdf"), (second, "pdf"), (first, "docx"), (second, "docx")]
        report = [url("recommendations:download", ready, *file) for file in order]
        sheets = [address(ready, *file) for file in order]
        assert links == report + sheets
        html = response.content.decode()
        assert html.index('id="grants"') < html.index(sheets[0])

    def test_no_link_without_a_sheet(self, programme: PolicyProgramme) -> None:
        submission = made(above_scale="no").submission
        assert b"application-" not in browser_of(submission).get(url(RESULT, submission)).content


class TestDownload:
    @pytest.mark.parametrize("language", ["zh-hans", "en"])
    @pytest.mark.parametrize(("format", "start"), [("pdf", b"%PDF-"), ("docx", b"PK")])
    def test_the_owner_gets_it(self, ready: Submission, language: str, format: str, start: bytes) -> None:
        response = browser_of(ready).get(address(ready, language, format))
        assert b"".join(response.streaming_content).startswith(start)
        assert response["Cache-Control"] == "private, no-store"
        assert f"-application-{KEY}-{language}.{format}" in response["Content-Disposition"]
        event = Event.objects.get(kind=EventKind.REPORT_DOWNLOADED)
        assert event.detail == {"language": language, "format": format, "programme": KEY}

    def test_the_report_keeps_its_address(self, ready: Submission) -> None:
        page = f"/d/{ready.reference}/"
        assert url("recommendations:download", ready, "zh-hans", "docx") == f"{page}report-zh-hans.docx"
        assert address(ready) == f"{page}application-{KEY}-zh-hans.pdf"
        sheet, report = (
            b"".join(browser_of(ready).get(path).streaming_content)
            for path in (address(ready), f"{page}report-zh-hans.pdf")
        )
        assert sheet != report

    @pytest.mark.parametrize(
        ("language", "format", "programme"),
        [("zh-hans", "exe", KEY), ("de", "pdf", KEY), ("zh", "pdf", KEY), ("en", "pdf", "another")],
    )
    def test_files_there_are_not(self, ready: Submission, language: str, format: str, programme: str) -> None:
        assert browser_of(ready).get(address(ready, language, format, programme)).status_code == 404

    def test_everybody_else(self, ready: Submission) -> None:
        for client in (Client(), browser_of(make_draft())):
            assert client.get(address(ready)).status_code == 404
        assert browser_of(ready).post(address(ready)).status_code == 405
        assert not Event.objects.filter(kind=EventKind.REPORT_DOWNLOADED).exists()

    def test_an_officer_of_the_cluster_only(self, ready: Submission, client: Client) -> None:
        where = f"/admin/diagnosis/submission/{ready.pk}/"
        client.force_login(make_officer("crafts"))
        assert client.get(f"{where}application-{KEY}-en.pdf").status_code == 404
        client.force_login(make_officer("footwear"))
        page = client.get(f"{where}change/").content.decode()
        for stem in (f"application-{KEY}", "report"):
            for language in ("zh-hans", "en"):
                for format in FileFormat.values:
                    assert f"{where}{stem}-{language}.{format}" in page
        response = client.get(f"{where}application-{KEY}-en.pdf")
        assert b"".join(response.streaming_content).startswith(b"%PDF-")


@pytest.mark.parametrize(
    "fields", [{"kind": FileKind.APPLICATION}, {"programme": KEY}, {"kind": "another"}, {"kind": FileKind.REPORT}]
)
def test_the_database_keeps_kind_and_programme_together(fields: dict[str, str]) -> None:
    """The last one is a second file of the report in the same language and format."""
    first = ReportFile.objects.filter(report=make_report(make_submission()), language="en").get()
    with pytest.raises(IntegrityError), transaction.atomic():
        ReportFile.objects.create(
            report=first.report, language="en", format="pdf", name="x", size=1, sha256="x", **fields
        )
