"""Going on elsewhere: a private link is shown once, opened by a button, and replaced by the next."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from diagnosis import actions
from diagnosis.access import SESSION_KEY, hash_token
from diagnosis.models import Event, EventKind, State, Submission
from tests.factories import make_draft, make_owner, make_report, make_submission
from tests.journeys import browser_of, elements, url

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft() -> Submission:
    return make_draft()


def make_link(submission: Submission) -> str:
    """The address of a new link, as the page shows it."""
    response = browser_of(submission).post(url("diagnosis:link", submission))
    return elements(response).all("input", id="address")[0]["value"]


def path(address: str) -> str:
    return address.removeprefix("http://testserver")


def test_looking_makes_no_link(draft: Submission) -> None:
    response = browser_of(draft).get(url("diagnosis:link", draft))
    assert not elements(response).all("input", id="address")
    draft.refresh_from_db()
    assert draft.link_hash is None


def test_the_link_is_shown_once_and_only_its_hash_is_kept(draft: Submission) -> None:
    address = make_link(draft)
    token = path(address).split("/")[2]
    draft.refresh_from_db()
    assert len(token) >= 43
    assert draft.link_hash == hash_token(token)
    assert token not in str(Submission.objects.values())
    assert Event.objects.get(kind=EventKind.LINK_MADE).detail == {}
    assert token not in browser_of(draft).get(url("diagnosis:link", draft)).content.decode()


def test_the_qr_code_is_drawn_in_the_page(draft: Submission) -> None:
    shown = elements(browser_of(draft).post(url("diagnosis:link", draft)))
    assert shown.all("path", id="qr-path")
    assert not shown.all("img")


def test_looking_at_a_link_uses_nothing_up(draft: Submission) -> None:
    address, stranger = path(make_link(draft)), Client()
    for _ in range(3):
        response = stranger.get(address)
        assert response.status_code == 200
    assert SESSION_KEY not in stranger.session
    assert stranger.get(url("diagnosis:resume", draft)).status_code == 404
    assert draft.answers["company_name"] not in response.content.decode()


def test_the_address_is_kept_out_of_referer_and_caches(draft: Submission) -> None:
    """`no-referrer` would be stricter and would break the button: browsers then send "Origin: null"."""
    response = Client().get(path(make_link(draft)))
    assert response["Referrer-Policy"] == "strict-origin"
    assert "no-store" in response["Cache-Control"]


def test_the_button_opens_the_diagnosis_here(draft: Submission) -> None:
    address, other = path(make_link(draft)), Client()
    response = other.post(address)
    assert response["Location"] == url("diagnosis:resume", draft)
    assert other.get(response["Location"]).status_code == 302
    assert other.post(address).status_code == 302  # a second press does no harm
    assert other.session[SESSION_KEY] == [draft.reference]


def test_the_button_needs_the_token_of_its_form(draft: Submission) -> None:
    address = path(make_link(draft))
    assert Client(enforce_csrf_checks=True).post(address).status_code == 403


def test_a_new_link_ends_the_old_one_but_not_what_it_opened(draft: Submission) -> None:
    first, opened = path(make_link(draft)), Client()
    opened.post(first)
    second = path(make_link(draft))
    assert Client().get(first).status_code == Client().post(first).status_code == 404
    assert Client().get(second).status_code == 200
    assert opened.get(url("diagnosis:link", draft)).status_code == 200


@pytest.mark.parametrize("token", ["x", "x" * 43, "x" * 5000, "👟", "%00", "' OR 1=1"])
def test_a_wrong_token_finds_nothing(draft: Submission, token: str) -> None:
    make_link(draft)
    address = reverse("diagnosis:open_link", args=[token])
    assert Client().get(address).status_code == Client().post(address).status_code == 404


def test_the_hash_is_no_token(draft: Submission) -> None:
    make_link(draft)
    draft.refresh_from_db()
    assert Client().get(reverse("diagnosis:open_link", args=[draft.link_hash])).status_code == 404


def test_a_link_opens_the_result_after_handing_in() -> None:
    submission = make_submission()
    make_report(submission, full=True)
    other = Client()
    response = other.post(path(make_link(submission)), follow=True)
    assert response.redirect_chain[-1][0] == url("recommendations:result", submission)


def test_strangers_make_no_links(draft: Submission) -> None:
    assert Client().post(url("diagnosis:link", draft)).status_code == 404
    draft.refresh_from_db()
    assert draft.link_hash is None


@pytest.mark.parametrize("method", ["put", "delete"])
def test_wrong_method(draft: Submission, method: str) -> None:
    assert getattr(browser_of(draft), method)(url("diagnosis:link", draft)).status_code == 405
    assert getattr(Client(), method)(path(make_link(draft))).status_code == 405


# --- an end to links and to what they opened ------------------------------------------------


def made_before(submission: Submission, days: int) -> None:
    for event in Event.objects.filter(submission=submission, kind=EventKind.LINK_MADE):
        Event.objects.filter(pk=event.pk).update(at=event.at - timedelta(days=days))


def test_a_link_is_over_after_its_days(draft: Submission) -> None:
    address = path(make_link(draft))
    made_before(draft, 179)
    assert Client().get(address).status_code == 200
    made_before(draft, 2)
    for response in (Client().get(address), Client().post(address)):
        assert response.status_code == 410
        assert response["Referrer-Policy"] == "strict-origin"
        assert elements(response).all("a", href=reverse("account_login"))
        assert draft.reference not in response.content.decode()


def test_the_page_says_how_long_the_link_works(draft: Submission, settings: Any) -> None:
    settings.LINK_DAYS = 3
    browser = browser_of(draft)
    assert b" 3 " in browser.get(url("diagnosis:link", draft)).content
    made = browser.post(url("diagnosis:link", draft)).context["until"]
    assert f"{timezone.localtime(made):%Y-%m-%d}" in browser.get(url("diagnosis:link", draft)).content.decode()
    made_before(draft, 4)
    assert browser.get(url("diagnosis:link", draft)).context["until"] is None


def end(browser: Client, submission: Submission) -> None:
    answer = browser.post(url("diagnosis:link", submission), {"end": "others"})
    assert answer["Location"] == url("diagnosis:link", submission)


def test_ending_other_access_closes_the_link_and_every_other_browser(draft: Submission) -> None:
    address, opened, here = path(make_link(draft)), Client(), browser_of(draft)
    opened.post(address)
    assert opened.get(url("diagnosis:link", draft)).status_code == 200
    end(here, draft)
    assert opened.get(url("diagnosis:link", draft)).status_code == 404
    assert opened.post(url("diagnosis:page", draft, "q_firm"), {"employees": "1"}).status_code == 404
    assert draft.reference not in opened.get("/mine/").content.decode()
    assert Client().get(address).status_code == Client().post(address).status_code == 404
    assert Event.objects.filter(submission=draft, kind=EventKind.ACCESS_ENDED).count() == 1


def test_whoever_ends_it_goes_on(draft: Submission) -> None:
    here = browser_of(draft)
    for _ in range(3):
        end(here, draft)
        assert here.get(url("diagnosis:link", draft)).status_code == 200
        assert draft.reference in here.get("/mine/").content.decode()
    assert len(here.session[SESSION_KEY]) == 1


def test_the_owner_signed_in_always_gets_in() -> None:
    owner = make_owner()
    draft, elsewhere, at_home = make_draft(owner=owner), Client(), Client()
    for browser in (elsewhere, at_home):
        browser.force_login(owner)
    end(browser_of(draft), draft)
    assert elsewhere.get(url("diagnosis:link", draft)).status_code == 200
    end(at_home, draft)
    assert elsewhere.get(url("diagnosis:link", draft)).status_code == 200


def test_a_new_link_lets_in_again(draft: Submission) -> None:
    here, other = browser_of(draft), Client()
    end(here, draft)
    other.post(path(elements(here.post(url("diagnosis:link", draft))).all("input", id="address")[0]["value"]))
    assert other.get(url("diagnosis:link", draft)).status_code == 200


def test_a_browser_that_was_closed_out_claims_nothing(draft: Submission) -> None:
    """Signing in makes owner of what this browser may open, no more."""
    address, opened = path(make_link(draft)), Client()
    opened.post(address)
    end(browser_of(draft), draft)
    stranger = make_owner()
    EmailAddress.objects.create(user=stranger, email=stranger.email, verified=True, primary=True)
    opened.post("/accounts/login/", {"login": stranger.email, "password": ""})
    opened.post("/accounts/login/code/confirm/", {"code": mail_code()})
    assert opened.get("/mine/").context["user"] == stranger
    draft.refresh_from_db()
    assert draft.owner is None
    assert opened.get(url("diagnosis:resume", draft)).status_code == 404


def mail_code() -> str:
    return re.findall(r"^\d{6}$", mail.outbox[-1].body, re.M)[0]


def test_nobody_else_ends_access(draft: Submission) -> None:
    address = path(make_link(draft))
    assert Client().post(url("diagnosis:link", draft), {"end": "others"}).status_code == 404
    assert Client().get(address).status_code == 200


def test_of_two_who_end_at_once_the_later_one_stays(draft: Submission) -> None:
    """Each browser gets the round that it began, not the one that is newest when it looks."""
    first = actions.end_access(submission=draft, by=None)
    second = actions.end_access(submission=draft, by=None)
    assert (first.access_round, second.access_round) == (1, 2)


def test_ending_access_changes_nothing_else() -> None:
    submission = make_submission(state=State.RETURNED)
    before = Submission.objects.values().get(pk=submission.pk)
    end(browser_of(submission), submission)
    after = Submission.objects.values().get(pk=submission.pk)
    assert {name for name in after if after[name] != before[name]} <= {"access_round", "link_hash"}
