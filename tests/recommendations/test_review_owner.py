"""The owner of a returned diagnosis reads what is asked, corrects, hands in again; the new revision's report."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.test import Client

from diagnosis import review_actions
from diagnosis.domain.review_rules import Move
from diagnosis.models import Revision, State, Submission
from recommendations import actions
from recommendations.models import Report, ReportState
from tests.diagnosis.reviewing import OWN, commented, do
from tests.factories import make_officer, make_owner, make_report, make_submission
from tests.journeys import Elements, browser_of, elements, page_url, url
from tests.recommendations.jobs import print_quickly, stored_files
from tests.recommendations.returned import (
    CONSENT,
    RESULT,
    REVIEW,
    english,
    fetched,
    form_of,
    hand_in_again,
    page_with,
    returned,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def rung(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Reports the workers were told of."""
    told: list[int] = []
    monkeypatch.setattr(actions, "_ring", told.append)
    return told


@pytest.fixture(autouse=True)
def no_broker(rung: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    """No worker runs here."""
    monkeypatch.setattr("diagnosis.mails._ring", lambda mail_id: None)


# What is asked ------------------------------------------------------------------------------------


def test_the_result_says_what_is_asked_and_leads_there() -> None:
    submission = returned()
    commented(submission, "", "Thank you for the visit")
    shown = elements(english(submission).get(url(RESULT, submission)))
    assert shown.all("a", href=f"{page_url(submission, page_with('quality'))}#q-quality")
    assert shown.all("a", href=url(REVIEW, submission))
    assert "Who checks the shoes?" in shown.texts["p"]
    assert "Thank you for the visit" in shown.texts["p"]


def test_comments_taken_back_or_of_other_revisions_are_not_shown() -> None:
    submission = returned()
    comment = commented(submission, "marketing", "taken back")
    comment.withdrawn_at = comment.at
    comment.save()
    submission.comments.create(revision=7, question="marketing", text="of another revision")  # type: ignore[attr-defined]
    html = english(submission).get(url(RESULT, submission)).content.decode()
    assert "taken back" not in html
    assert "of another revision" not in html


@pytest.mark.parametrize("state", [State.SUBMITTED, State.IN_REVIEW, State.VERIFIED])
def test_the_owner_reads_comments_only_when_they_are_sent(state: str) -> None:
    submission = returned()
    Submission.objects.filter(pk=submission.pk).update(state=state)
    client = english(submission)
    assert "Who checks" not in client.get(url(RESULT, submission)).content.decode()
    for address in (page_url(submission, page_with("quality")), url(REVIEW, submission)):
        assert client.get(address)["Location"] == url(RESULT, submission)


def test_the_comment_stands_at_its_question_and_describes_it() -> None:
    submission = returned()
    commented(submission, "employees", "As of today?")
    client = english(submission)
    html = client.get(page_url(submission, page_with("quality"))).content.decode()
    shown = Elements(html)
    assert shown.all("fieldset", **{"aria-describedby": "d-quality"})
    assert "Who checks the shoes?" in html.split('id="d-quality"')[1].split("</div>")[0]
    assert html.count("Who checks the shoes?") == 1
    number = elements(client.get(page_url(submission, page_with("employees"))))
    assert number.all("input", name="employees", **{"aria-describedby": "d-employees"})


def test_an_officers_words_are_escaped() -> None:
    submission = returned()
    commented(submission, "quality", "<script>alert(1)</script>")
    client = english(submission)
    for address in (url(RESULT, submission), page_url(submission, page_with("quality")), url(REVIEW, submission)):
        assert "<script>alert" not in client.get(address).content.decode()


def test_a_page_asks_as_often_for_one_comment_as_for_many(django_assert_num_queries: Any) -> None:
    submission = returned()
    client = browser_of(submission)
    for _ in range(2):
        with django_assert_num_queries(3):  # session, submission, comments
            client.get(page_url(submission, page_with("quality")))
        for question in ("quality", "marketing", "employees"):
            commented(submission, question, "And this?")


# Correcting ---------------------------------------------------------------------------------------


def test_the_whole_way_without_javascript(
    rung: list[int], django_capture_on_commit_callbacks: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Officer and owner, each through their own pages; in the end two versions stand beside each other."""
    owner, officer = make_owner(), make_officer(OWN)
    submission = make_submission(owner=owner, quality=1)
    make_report(submission, full=True)
    for move in (Move.TAKE, Move.COMMENT, Move.RETURN):
        submission.refresh_from_db()
        do(move, submission, officer)
    client = Client(headers={"accept-language": "en"})
    client.force_login(owner)

    page = page_url(submission, page_with("quality"))
    data = form_of(elements(client.get(page)))
    response = client.post(page, {**data, "quality": "3", "go": "on"})
    assert response["Location"] == url(REVIEW, submission)
    submission.refresh_from_db()
    assert submission.answers["quality"] == 1  # what was handed in stays

    shown = elements(client.get(url(REVIEW, submission)))
    assert shown.texts["dt"].strip() == "Quality control" or "Quality" in shown.texts["dt"]
    assert len(shown.all("div", **{"class": "answer"})) == 1
    with django_capture_on_commit_callbacks(execute=True):
        response = client.post(url(REVIEW, submission), {**form_of(shown), **CONSENT})
    assert response["Location"] == url(RESULT, submission)

    submission.refresh_from_db()
    assert (submission.state, submission.revision, submission.officer) == (State.SUBMITTED, 2, officer)
    assert submission.answers["quality"] == 3
    waiting = Report.objects.get()
    assert (waiting.state, waiting.document, waiting.tries) == (ReportState.QUEUED, None, 0)
    assert rung == [waiting.pk]
    shown = elements(client.get(url(RESULT, submission)))  # while the new one is made, the old one can be read
    earlier = url("recommendations:earlier", submission, "1")
    assert shown.all("a", href=earlier)
    assert shown.all("progress")
    assert client.get(earlier).status_code == 200

    monkeypatch.setattr(actions, "print_file", _tiny)
    assert actions.build(report_id=waiting.pk)
    waiting.refresh_from_db()
    assert waiting.document is not None
    assert waiting.document["revision"] == 2
    assert [row["name"]["en"] for row in waiting.document["changes"]["answers"]] == ["Quality control"]
    assert waiting.document["changes"]["plan"] == []
    html = client.get(url(RESULT, submission)).content.decode()
    assert earlier in html
    assert {file.revision for file in waiting.files.all()} == {1, 2}  # type: ignore[attr-defined]


def _tiny(document: Any, wanted: Any) -> Any:
    from recommendations.printing import Printed

    return Printed(wanted=wanted, data=b"%PDF-2 of the new revision", accessible=True)


def test_a_fault_in_a_correction_loses_nothing_typed() -> None:
    submission = returned()
    page = page_url(submission, page_with("employees"))
    client = english(submission)
    data = form_of(elements(client.get(page)))
    response = client.post(page, {**data, "employees": "many"})
    assert response.status_code == 422
    assert elements(response).value("employees") == "many"
    submission.refresh_from_db()
    assert submission.correction is None


def test_two_windows_of_a_correction(client: Client) -> None:
    submission = returned(employees=86)
    page = page_url(submission, page_with("employees"))
    client = english(submission)
    first, second = (form_of(elements(client.get(page))) for _ in range(2))
    client.post(page, {**first, "employees": "90"})
    response = client.post(page, {**second, "employees": "95"})
    assert response.status_code == 409
    assert elements(response).value("employees") == "95"
    submission.refresh_from_db()
    assert submission.correction is not None
    assert submission.correction["employees"] == 90


def test_a_page_saved_after_an_officer_reopened_says_so() -> None:
    submission = returned()
    page = page_url(submission, page_with("quality"))
    client = english(submission)
    data = form_of(elements(client.get(page)))
    stale = Submission.objects.get(pk=submission.pk)
    review_actions.move(
        submission=submission, move=Move.REOPEN, by=make_officer(OWN), seen=review_actions.mark_of(stale), text="call"
    )
    assert client.post(page, {**data, "quality": "3"})["Location"] == url(RESULT, submission)
    submission.refresh_from_db()
    assert submission.correction is None


def test_the_review_shows_what_changed_and_keeps_the_consent_open() -> None:
    submission = returned(quality=1)
    Submission.objects.filter(pk=submission.pk).update(correction={**submission.answers, "quality": 2})
    shown = elements(english(submission).get(url(REVIEW, submission)))
    assert len(shown.all("div", **{"class": "answer"})) == 1
    assert "✓ changed" in shown.texts["span"]
    assert not any("checked" in box for box in shown.all("input", type="checkbox"))


def test_without_consent_nothing_is_handed_in() -> None:
    submission = returned()
    client = english(submission)
    data = form_of(elements(client.get(url(REVIEW, submission))))
    response = client.post(url(REVIEW, submission), {**data, "consent_statistics": "on"})
    assert response.status_code == 422
    assert elements(response).checked("consent_statistics") == ["on"]
    assert not Revision.objects.exists()


def test_a_correction_changed_meanwhile_is_looked_at_once_more() -> None:
    submission = returned()
    client = english(submission)
    data = form_of(elements(client.get(url(REVIEW, submission))))
    Submission.objects.filter(pk=submission.pk).update(correction={**submission.answers, "quality": 4})
    response = client.post(url(REVIEW, submission), {**data, **CONSENT})
    assert response.status_code == 409
    assert "changed in another window" in response.content.decode()
    assert not Revision.objects.exists()
    again = form_of(elements(response))
    assert client.post(url(REVIEW, submission), {**again, **CONSENT}).status_code == 302
    assert Revision.objects.count() == 1


def test_a_double_click_hands_in_once() -> None:
    submission = returned()
    client = english(submission)
    data = {**form_of(elements(client.get(url(REVIEW, submission)))), **CONSENT}
    for _ in range(2):
        assert client.post(url(REVIEW, submission), data)["Location"] == url(RESULT, submission)
    assert Revision.objects.count() == 1


@pytest.mark.parametrize("missing", ["company_name", "uscc", "cluster"])
def test_the_firm_must_still_be_named(missing: str) -> None:
    submission = returned()
    left = {id: value for id, value in submission.answers.items() if id != missing}
    Submission.objects.filter(pk=submission.pk).update(correction=left)
    client = english(submission)
    data = form_of(elements(client.get(url(REVIEW, submission))))
    response = client.post(url(REVIEW, submission), {**data, **CONSENT})
    assert response.status_code == 422
    assert elements(response).all("a", href=f"{page_url(submission, page_with(missing))}#q-{missing}")


# The report of the new revision -------------------------------------------------------------------


def test_a_worker_still_printing_the_old_revision_loses_the_job(monkeypatch: pytest.MonkeyPatch) -> None:
    print_quickly(monkeypatch)
    submission = make_submission(state=State.RETURNED)
    report = make_report(submission, state=ReportState.QUEUED)
    Report.objects.update(tries=0, attempt=0)

    def overtaken(document: Any, wanted: Any) -> Any:
        if not Revision.objects.exists():
            hand_in_again(submission)  # while the first revision is printed
        return _tiny(document, wanted)

    monkeypatch.setattr(actions, "print_file", overtaken)
    assert not actions.build(report_id=report.pk)
    report.refresh_from_db()
    assert (report.state, report.attempt, stored_files()) == (ReportState.QUEUED, 1, set())
    assert actions.build(report_id=report.pk)
    report.refresh_from_db()
    assert report.attempt == 2
    assert {file.revision for file in report.files.all()} == {2}  # type: ignore[attr-defined]
    assert Revision.objects.get().document is None  # the first was never made


def test_files_of_earlier_revisions_stay_on_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    print_quickly(monkeypatch)
    submission = make_submission(state=State.RETURNED)
    report = make_report(submission, state=ReportState.QUEUED)
    Report.objects.update(tries=0, attempt=0)
    assert actions.build(report_id=report.pk)
    first = set(report.files.values_list("name", flat=True))  # type: ignore[attr-defined]
    hand_in_again(submission)
    assert actions.build(report_id=report.pk)
    names = set(report.files.values_list("name", flat=True))  # type: ignore[attr-defined]
    assert first < names
    assert all(default_storage.exists(name) for name in names)


def test_the_download_is_the_present_revisions_file() -> None:
    submission = returned()
    client = browser_of(submission)
    address = url("recommendations:download", submission, "en", "pdf")
    assert fetched(client.get(address))
    hand_in_again(submission)
    assert client.get(address).status_code == 404  # the new one is not made yet
