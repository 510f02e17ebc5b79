"""Asking for many reports at once from the list of submissions."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from clusters.models import AuditKind, ClusterId, Role, User
from diagnosis.models import State, Submission
from recommendations import file_actions, reports_admin
from recommendations.models import OfficerFile, ReportState
from tests.factories import make_officer, make_report, make_submission
from tests.recommendations.file_jobs import logged

pytestmark = pytest.mark.django_db
LIST = "admin:diagnosis_submission_changelist"
MY_FILES = "admin:recommendations_officerfile_changelist"


@pytest.fixture(autouse=True)
def no_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_actions, "_ring", lambda file_id: None)


@pytest.fixture
def officer(client: Client) -> User:
    officer = make_officer(ClusterId.FOOTWEAR)
    client.force_login(officer)
    client.cookies["language"] = "en"
    return officer


def post(client: Client, *marked: Submission, query: str = "", **values: Any) -> Any:
    """Choose the action for the rows marked; with `files` the second page is sent."""
    rows = [str(one.pk) for one in marked]
    data = {"action": "ask_for_reports", "_selected_action": rows, "index": "0", **values}
    if "files" in values:
        data["files-chosen"] = "1"
    return client.post(reverse(LIST) + query, data)


def asked() -> tuple[set[int], list[list[str]], list[str]]:
    """Firms, files and clusters of the one file asked for."""
    file = OfficerFile.objects.get()
    return set(file.wish["submissions"]), file.wish["files"], file.clusters


def test_first_a_page_with_the_choice(client: Client, officer: User) -> None:
    ready, waiting, other = make_report(make_submission()).submission, make_submission(), make_submission()
    response = post(client, ready, waiting)
    text = response.content.decode()
    assert response.status_code == 200
    for words in (
        "PDF, Chinese", "DOCX, English", "The 2 marked", "All in the list as it is filtered (3)",
        "1 report is not ready yet",
    ):
        assert words in text
    marked = re.findall(r'name="_selected_action" value="(\d+)"', text)
    assert {int(pk) for pk in marked} == {ready.pk, waiting.pk}
    assert str(other.pk) not in marked
    assert OfficerFile.objects.count() == 0


def test_the_marked_ones(client: Client, officer: User) -> None:
    first, second, other = (make_submission() for _ in range(3))
    response = post(client, first, second, files=["zh-hans.pdf", "en.docx"], firms="marked")
    assert (response.status_code, response["Location"]) == (302, reverse(MY_FILES))
    assert asked() == (
        {first.pk, second.pk}, [["zh-hans", "pdf"], ["en", "docx"]], [ClusterId.FOOTWEAR]
    )
    file = OfficerFile.objects.get()
    assert (file.requested_by, file.language, file.state) == (officer, "en", ReportState.QUEUED)
    assert other.pk not in file.wish["submissions"]
    assert logged() == [AuditKind.FILE_ASKED]


def test_all_of_the_filter(client: Client, officer: User) -> None:
    inside = [make_submission(county="jinjiang") for _ in range(3)]
    make_submission(county="yongchun")
    make_submission(ClusterId.CRAFTS, county="jinjiang")
    post(client, inside[0], query="?county=jinjiang", files=["en.pdf"], firms="all")
    assert asked()[0] == {one.pk for one in inside}


def test_all_over_more_than_one_page(client: Client, officer: User, monkeypatch: pytest.MonkeyPatch) -> None:
    from recommendations.admin import SubmissionWithReportAdmin

    monkeypatch.setattr(SubmissionWithReportAdmin, "list_per_page", 2)
    firms = [make_submission() for _ in range(5)]
    post(client, firms[4], select_across="1", files=["en.pdf"], firms="all")
    assert asked()[0] == {one.pk for one in firms}


def test_as_searched(client: Client, officer: User) -> None:
    found, _other = make_submission(company_name="石狮市海风服饰织造有限公司"), make_submission()
    post(client, found, query="?q=海风服饰", files=["en.pdf"], firms="all")
    assert asked()[0] == {found.pk}


def test_rows_out_of_sight_are_no_choice(client: Client, officer: User) -> None:
    own, unmarked = make_submission(), make_submission()
    foreign, draft = make_submission(ClusterId.CRAFTS), make_submission(state=State.DRAFT)
    post(client, own, foreign, draft, files=["en.pdf"], firms="marked")
    assert asked()[0] == {own.pk}
    OfficerFile.objects.all().delete()
    post(client, own, foreign, draft, files=["en.pdf"], firms="all")
    assert asked()[0] == {own.pk, unmarked.pk}


def test_only_foreign_rows(client: Client, officer: User) -> None:
    foreign = make_submission(ClusterId.CRAFTS)
    assert post(client, foreign, files=["en.pdf"], firms="all").status_code in (302, 403)
    assert OfficerFile.objects.count() == 0


@pytest.mark.parametrize("values", [
    {"files": [], "firms": "all"}, {"files": ["fr.pdf"], "firms": "all"}, {"files": ["en.pdf"], "firms": "everybody"},
    {"files": ["en.pdf"]},
])
def test_a_bad_choice_is_said_and_nothing_is_asked(client: Client, officer: User, values: dict[str, Any]) -> None:
    first, _second = make_submission(), make_submission()
    response = post(client, first, **values)
    assert response.status_code == 422
    assert "errorlist" in response.content.decode()
    assert OfficerFile.objects.count() == 0


def test_too_many(client: Client, officer: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reports_admin, "MOST_FIRMS", 1)
    first, _second = make_submission(), make_submission()
    response = post(client, first, files=["en.pdf"], firms="all")
    assert response.status_code == 422
    assert "Narrow the list" in response.content.decode()
    assert post(client, first, files=["en.pdf"], firms="marked").status_code == 302


def test_an_auditor_may_ask(client: Client) -> None:
    auditor = make_officer(role=Role.AUDITOR)
    client.force_login(auditor)
    submissions = [make_submission(), make_submission(ClusterId.CRAFTS)]
    assert post(client, *submissions, files=["en.pdf"], firms="all").status_code == 302
    assert asked()[2] == sorted([ClusterId.FOOTWEAR, ClusterId.CRAFTS])
    assert Submission.objects.filter(state=State.SUBMITTED).count() == 2


def test_in_chinese(client: Client) -> None:
    client.force_login(make_officer(ClusterId.FOOTWEAR))
    post(client, make_submission(), files=["zh-hans.pdf"], firms="all")
    assert OfficerFile.objects.get().language == "zh-hans"
