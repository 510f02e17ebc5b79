"""The owner looks back at earlier versions, or withdraws."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from diagnosis.models import EventKind, Revision, State, Submission
from recommendations import actions
from recommendations.models import Plan
from tests.factories import make_draft, make_report, make_submission
from tests.journeys import browser_of, elements, url
from tests.recommendations.returned import CONSENT, RESULT, REVIEW, WITHDRAW, english, fetched, hand_in_again, returned

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    """No worker runs here."""
    monkeypatch.setattr(actions, "_ring", lambda report_id: None)
    monkeypatch.setattr("diagnosis.mails._ring", lambda mail_id: None)


# Earlier versions ---------------------------------------------------------------------------------


def corrected_once() -> Submission:
    submission = returned()
    hand_in_again(submission)
    submission.refresh_from_db()
    return submission


def test_an_earlier_version_shows_the_frozen_document_and_its_files() -> None:
    submission = corrected_once()
    Revision.objects.update(document={**Revision.objects.get().document, "privacy": {"zh": "当时", "en": "As said"}})
    client = english(submission)
    response = client.get(url("recommendations:earlier", submission, "1"))
    shown = elements(response)
    assert "As said" in response.content.decode()
    assert "no-store" in response["Cache-Control"]
    assert not shown.all("a", href=url("recommendations:what_if", submission))
    files = [link["href"] for link in shown.all("a") if "/file-" in link.get("href", "")]
    assert len(files) == 2
    for file in files:
        assert fetched(client.get(file)).startswith(b"%PDF")
    event = submission.events.filter(kind=EventKind.REPORT_DOWNLOADED).last()  # type: ignore[attr-defined]
    assert event.detail["revision"] == 1


@pytest.mark.parametrize("number", ["0", "2", "99"])
def test_no_earlier_version_of_that_number(number: str) -> None:
    submission = corrected_once()
    assert browser_of(submission).get(url("recommendations:earlier", submission, number)).status_code == 404


def test_a_version_whose_report_was_never_made_is_not_listed() -> None:
    submission = corrected_once()
    Revision.objects.update(document=None)
    client = browser_of(submission)
    address = url("recommendations:earlier", submission, "1")
    assert address not in client.get(url(RESULT, submission)).content.decode()
    assert client.get(address).status_code == 404


def test_an_own_plan_belongs_to_the_answers_it_was_made_from() -> None:
    submission = returned()
    Plan.objects.create(submission=submission, wish={}, document={})
    assert actions.newest_plan(submission) is not None
    hand_in_again(submission)
    submission.refresh_from_db()
    assert actions.newest_plan(submission) is None


# Withdrawing --------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", [State.SUBMITTED, State.IN_REVIEW, State.RETURNED])
def test_withdrawing_asks_first_and_keeps_the_result(state: str) -> None:
    submission = make_submission(state=state)
    make_report(submission, full=True)
    client = english(submission)
    assert elements(client.get(url(RESULT, submission))).all("a", href=url(WITHDRAW, submission))
    assert client.get(url(WITHDRAW, submission)).status_code == 200
    submission.refresh_from_db()
    assert submission.state == state
    response = client.post(url(WITHDRAW, submission), follow=True)
    submission.refresh_from_db()
    assert submission.state == State.WITHDRAWN
    html = response.content.decode()
    assert "You have withdrawn this diagnosis." in html
    assert url(WITHDRAW, submission) not in html
    assert fetched(client.get(url("recommendations:download", submission, "en", "pdf")))


@pytest.mark.parametrize("state", [State.VERIFIED, State.WITHDRAWN])
def test_what_cannot_be_withdrawn(state: str) -> None:
    submission = make_submission(state=state)
    make_report(submission, full=True)
    client = browser_of(submission)
    for answer in (client.get(url(WITHDRAW, submission)), client.post(url(WITHDRAW, submission))):
        assert answer["Location"] == reverse("diagnosis:resume", args=[submission.reference])
    assert url(WITHDRAW, submission) not in client.get(url(RESULT, submission)).content.decode()
    submission.refresh_from_db()
    assert submission.state == state


def test_a_draft_is_not_withdrawn() -> None:
    draft = make_draft()
    browser_of(draft).post(url(WITHDRAW, draft))
    draft.refresh_from_db()
    assert draft.is_draft


def test_strangers_and_wrong_methods() -> None:
    submission = returned()
    for client in (Client(), browser_of(make_draft())):
        assert client.post(url(WITHDRAW, submission)).status_code == 404
        assert client.post(url(REVIEW, submission), CONSENT).status_code == 404
    owner = browser_of(submission)
    assert owner.put(url(WITHDRAW, submission)).status_code == 405
    guarded = browser_of(submission, enforce_csrf_checks=True)
    assert guarded.post(url(WITHDRAW, submission)).status_code == 403
    submission.refresh_from_db()
    assert submission.state == State.RETURNED
