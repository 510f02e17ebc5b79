"""The last look before handing in: what is missing, what looks odd, consent, and the button."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from diagnosis.models import Event, EventKind, Submission
from recommendations import actions
from recommendations.models import Report, ReportState
from tests.factories import make_draft, make_owner
from tests.journeys import browser_of, elements, page_url, url

CONSENT = {"consent_use": "on"}
pytestmark = pytest.mark.django_db


@pytest.fixture
def rung(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Reports the workers were told of."""
    told: list[int] = []
    monkeypatch.setattr(actions, "_ring", told.append)
    return told


@pytest.fixture(autouse=True)
def no_broker(rung: list[int]) -> None:
    """No worker runs here."""


def hand_in(client: Client, submission: Submission, **data: str) -> Any:
    response = client.post(url("recommendations:review", submission), data)
    submission.refresh_from_db()
    return response


def test_it_shows_every_answer_with_few_queries(django_assert_max_num_queries: Any) -> None:
    draft = make_draft()
    client = browser_of(draft)
    with django_assert_max_num_queries(4):
        response = client.get(url("recommendations:review", draft))
    html = response.content.decode()
    assert response.status_code == 200
    assert draft.answers["company_name"] in html
    assert f"{page_url(draft, 'company')}?from=review" in html
    assert "no-store" in response["Cache-Control"]


def test_looking_hands_nothing_in(rung: list[int]) -> None:
    draft = make_draft()
    browser_of(draft).get(url("recommendations:review", draft))
    draft.refresh_from_db()
    assert draft.is_draft
    assert not rung


def test_what_looks_odd_links_to_its_answers() -> None:
    draft = make_draft(equipment_digitised=0, equipment_networked=4)
    shown = elements(browser_of(draft).get(url("recommendations:review", draft)))
    assert shown.all("h2", id="flags")
    assert shown.all("a", href=f"{page_url(draft, 'q_machines')}?from=review#q-equipment_networked")


def test_handing_in(rung: list[int], django_capture_on_commit_callbacks: Any) -> None:
    draft = make_draft()
    client = browser_of(draft)
    with django_capture_on_commit_callbacks(execute=True):
        response = hand_in(client, draft, **CONSENT)
    report = Report.objects.get(submission=draft)
    assert response["Location"] == url("recommendations:result", draft)
    assert not draft.is_draft
    assert not draft.consent_statistics
    assert report.state == ReportState.QUEUED
    assert rung == [report.pk]
    assert Event.objects.filter(submission=draft, kind=EventKind.SUBMITTED).count() == 1


def test_statistics_are_a_consent_of_their_own() -> None:
    draft = make_draft()
    hand_in(browser_of(draft), draft, **CONSENT, consent_statistics="on")
    assert draft.consent_statistics


def test_no_box_is_ticked_beforehand() -> None:
    draft = make_draft()
    shown = elements(browser_of(draft).get(url("recommendations:review", draft)))
    boxes = shown.all("input", type="checkbox")
    assert len(boxes) == 2
    assert not any("checked" in box for box in boxes)


def test_without_consent_nothing_is_handed_in() -> None:
    draft = make_draft()
    response = hand_in(browser_of(draft), draft, consent_statistics="on")
    shown = elements(response)
    assert response.status_code == 422
    assert shown.all("div", id="summary")
    assert shown.checked("consent_statistics") == ["on"]
    assert draft.is_draft


@pytest.mark.parametrize("missing", ["company_name", "uscc", "cluster"])
def test_without_the_firm_nothing_is_handed_in(missing: str) -> None:
    draft = make_draft()
    known = {id: value for id, value in draft.answers.items() if id != missing}
    Submission.objects.filter(pk=draft.pk).update(answers=known)
    response = hand_in(browser_of(draft), draft, **CONSENT)
    page_id = "q_firm" if missing == "cluster" else "company"
    assert response.status_code == 422
    assert elements(response).all("a", href=f"{page_url(draft, page_id)}?from=review#q-{missing}")
    assert draft.is_draft
    assert not Report.objects.exists()


def test_an_empty_draft() -> None:
    draft = make_draft()
    Submission.objects.filter(pk=draft.pk).update(answers={})
    response = browser_of(draft).get(url("recommendations:review", draft))
    assert response.status_code == 200
    assert len(response.context["required_missing"]) == 3


def test_a_double_click_hands_in_once() -> None:
    draft = make_draft()
    client = browser_of(draft)
    for _ in range(2):
        assert hand_in(client, draft, **CONSENT)["Location"] == url("recommendations:result", draft)
    assert Report.objects.count() == 1


def test_the_log_says_who() -> None:
    person = make_owner()
    draft = make_draft(owner=person)
    client = Client()
    client.force_login(person)
    hand_in(client, draft, **CONSENT)
    assert Event.objects.get(kind=EventKind.SUBMITTED).actor == person


def test_strangers_find_nothing() -> None:
    draft = make_draft()
    assert Client().get(url("recommendations:review", draft)).status_code == 404
    assert hand_in(browser_of(make_draft()), draft, **CONSENT).status_code == 404
    assert draft.is_draft


def test_refusals_of_form() -> None:
    draft = make_draft()
    assert browser_of(draft).put(url("recommendations:review", draft)).status_code == 405
    guarded = browser_of(draft, enforce_csrf_checks=True)
    assert guarded.post(url("recommendations:review", draft), CONSENT).status_code == 403
