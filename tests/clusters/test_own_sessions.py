"""Where a person is signed in, and ending it elsewhere."""

from __future__ import annotations

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.test import Client

from clusters.models import ClusterId, User
from diagnosis.tasks import remove_old_drafts
from tests.factories import PASSWORD, make_officer
from tests.journeys import elements

pytestmark = pytest.mark.django_db
PAGE = "/accounts/sessions/"


@pytest.fixture
def officer() -> User:
    return make_officer(ClusterId.FOOTWEAR, password=PASSWORD)


def signed_in(person: User, browser: str, address: str = "127.0.0.1") -> Client:
    client = Client(headers={"User-Agent": browser}, REMOTE_ADDR=address)
    client.post("/accounts/login/", {"login": person.email, "password": PASSWORD})
    assert client.get("/admin/").status_code == 200
    return client


def test_another_browser_is_seen_and_ended(officer: User) -> None:
    here, there = signed_in(officer, "Desk"), signed_in(officer, "Stolen <b>", "198.51.100.7")
    page = here.get(PAGE).content.decode()
    assert "Desk" in page and "Stolen &lt;b&gt;" in page and "198.51.100.7" in page
    assert here.post(PAGE)["Location"] == PAGE
    assert there.get("/admin/").status_code == 302
    assert here.get("/admin/").status_code == 200
    assert "Stolen" not in here.get(PAGE).content.decode()


def test_looking_ends_nothing(officer: User) -> None:
    here, there = signed_in(officer, "Desk"), signed_in(officer, "Phone")
    here.get(PAGE)
    assert there.get("/admin/").status_code == 200


def test_everybody_sees_the_own_ones_only(officer: User) -> None:
    other = signed_in(make_officer(ClusterId.FOOTWEAR, password=PASSWORD), "Colleague")
    here = signed_in(officer, "Desk")
    assert "Colleague" not in here.get(PAGE).content.decode()
    here.post(PAGE)
    assert other.get("/admin/").status_code == 200


def test_a_stranger_signs_in_first() -> None:
    assert Client().get(PAGE)["Location"].startswith("/accounts/login/")
    assert Client().post(PAGE).status_code == 302


def test_it_needs_the_token_of_its_form(officer: User) -> None:
    there = signed_in(officer, "Phone")
    strict = Client(enforce_csrf_checks=True)
    strict.cookies["session"] = there.cookies["session"].value
    assert strict.post(PAGE).status_code == 403


def test_the_page_is_reached_from_the_workspace_in_both_languages(officer: User) -> None:
    here = signed_in(officer, "Desk")
    assert elements(here.get("/admin/")).all("a", href=PAGE)
    assert "登录位置" in here.get(PAGE).content.decode()
    here.cookies["language"] = "en"
    assert "Where you are signed in" in here.get(PAGE).content.decode()


def test_what_was_noted_goes_with_its_session(officer: User) -> None:
    signed_in(officer, "Desk"), signed_in(officer, "Phone")
    Session.objects.filter(session_key=UserSession.objects.get(user_agent="Phone").session_key).delete()
    remove_old_drafts()
    assert [one.user_agent for one in UserSession.objects.all()] == ["Desk"]
