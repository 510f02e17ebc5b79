"""An officer's session ends after a day's work, or when nobody was at the desk; an owner's does not."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from clusters import officer_session
from clusters.models import ClusterId, User
from tests.factories import PASSWORD, make_officer, make_owner

pytestmark = pytest.mark.django_db
LIST = "/admin/diagnosis/submission/"


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Seconds later than now, for the rule only."""
    start = officer_session.time.time()

    def go_on(seconds: float) -> None:
        monkeypatch.setattr(officer_session, "time", type("Clock", (), {"time": staticmethod(lambda: start + seconds)}))

    return go_on


@pytest.fixture
def officer() -> User:
    return make_officer(ClusterId.FOOTWEAR, password=PASSWORD)


@pytest.fixture
def signed_in(client: Client, officer: User) -> Client:
    client.cookies["language"] = "en"
    assert client.post("/accounts/login/", {"login": officer.email, "password": PASSWORD}).status_code == 302
    assert client.get(LIST).status_code == 200
    return client


def test_nobody_at_the_desk(signed_in: Client, clock: Any, settings: Any) -> None:
    clock(settings.OFFICER_IDLE_MINUTES * 60 + 5)
    reply = signed_in.get(f"{LIST}?type=single_point")
    assert reply.status_code == 302
    assert reply["Location"] == "/admin/login/?next=/admin/diagnosis/submission/%3Ftype%3Dsingle_point"
    page = signed_in.get(reply["Location"], follow=True).content.decode()
    assert "You were signed out" in page
    assert signed_in.get(LIST).status_code == 302


def test_at_work_all_day_then_over(signed_in: Client, clock: Any, settings: Any) -> None:
    pause = settings.OFFICER_IDLE_MINUTES * 60 - 60
    whole = settings.OFFICER_SESSION_HOURS * 3600
    at = 0
    while at + pause < whole:
        at += pause
        clock(at)
        assert signed_in.get(LIST).status_code == 200, at
    clock(whole + 5)
    assert signed_in.get(LIST).status_code == 302


def test_what_was_sent_is_not_done_when_it_is_over(signed_in: Client, clock: Any, settings: Any) -> None:
    clock(settings.OFFICER_IDLE_MINUTES * 60 + 5)
    reply = signed_in.post("/admin/clusters/user/add/", {"email": "new@example.org"})
    assert reply["Location"] == "/admin/login/?next=/admin/"
    assert not User.objects.filter(email="new@example.org").exists()


def test_signing_in_again_begins_anew(signed_in: Client, officer: User, clock: Any, settings: Any) -> None:
    later = settings.OFFICER_SESSION_HOURS * 3600 + 5
    clock(later)
    assert signed_in.get(LIST).status_code == 302
    signed_in.post("/accounts/login/", {"login": officer.email, "password": PASSWORD})
    assert signed_in.get(LIST).status_code == 200


def test_owners_stay_signed_in(client: Client, clock: Any) -> None:
    client.force_login(make_owner())
    clock(29 * 24 * 3600)
    assert client.get("/mine/").status_code == 200
    assert officer_session.SINCE not in client.session


def test_clicks_within_a_minute_write_nothing(signed_in: Client, clock: Any) -> None:
    before = signed_in.session[officer_session.SEEN]
    clock(30)
    signed_in.get(LIST)
    assert signed_in.session[officer_session.SEEN] == before
    clock(90)
    signed_in.get(LIST)
    assert signed_in.session[officer_session.SEEN] > before


def test_health_needs_no_database(signed_in: Client, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        assert signed_in.get("/healthz").status_code == 200
