"""Limits for machines: by person first, by address second, and nobody loses what was typed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.db import SessionStore
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import translation

from clusters import limits
from clusters.limits import Limit
from diagnosis.actions import start
from diagnosis.models import Event, EventKind, State, Submission
from diagnosis.tasks import remove_old_drafts
from recommendations import actions
from recommendations.models import Plan, Report, ReportState
from tests.diagnosis.campaign_cast import make_campaign, make_invitation
from tests.factories import make_draft, make_owner, make_report, make_submission
from tests.journeys import browser_of, elements, url

pytestmark = pytest.mark.django_db
CONSENT = {"consent_use": "on", "consent_statistics": "on"}


@pytest.fixture(autouse=True)
def no_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "_ring", lambda report_id: None)


@pytest.fixture
def two_a_person(monkeypatch: pytest.MonkeyPatch) -> None:
    for action in ("start", "hand_in", "print_again", "link"):
        monkeypatch.setitem(limits.LIMITS, action, Limit(person=((2, limits.HOUR),), shared=1))


def begin(client: Client, times: int) -> list[int]:
    return [client.post("/start/").status_code for _ in range(times)]


# --- who is counted -------------------------------------------------------------------------


def test_one_browser_begins_so_many_and_no_more(client: Client, two_a_person: None) -> None:
    begin(client, 1)  # the first one makes the session
    assert begin(client, 3) == [302, 302, 429]
    assert Submission.objects.count() == 3
    assert begin(Client(), 1) == [302]


def test_an_account_is_one_person_in_every_browser(two_a_person: None) -> None:
    owner, browsers = make_owner(), (Client(), Client(), Client())
    for browser in browsers:
        browser.force_login(owner)
    assert [browser.post("/start/").status_code for browser in browsers] == [302, 302, 429]


def test_browsers_without_a_past_share_their_address(settings: Any) -> None:
    settings.ADDRESS_LIMIT = 3
    assert [begin(Client(), 1)[0] for _ in range(4)] == [302, 302, 302, 429]
    assert Submission.objects.count() == 3
    assert begin(Client(REMOTE_ADDR="198.51.100.7"), 1) == [302]


def test_no_address_counts_for_another(settings: Any) -> None:
    """Nobody stands in front of this site, so what a visitor says of the way is not believed."""
    settings.ADDRESS_LIMIT = 1
    assert begin(Client(), 1) == [302]
    assert begin(Client(headers={"X-Forwarded-For": "198.51.100.9"}), 1) == [429]


def test_a_connection_has_very_many_addresses_of_version_6(settings: Any) -> None:
    settings.ADDRESS_LIMIT = 1
    assert begin(Client(REMOTE_ADDR="2001:db8:1:2::1"), 1) == [302]
    assert begin(Client(REMOTE_ADDR="2001:db8:1:2:ffff::9"), 1) == [429]
    assert begin(Client(REMOTE_ADDR="2001:db8:1:3::1"), 1) == [302]


def test_a_training_room_is_no_machine(settings: Any) -> None:
    settings.ADDRESS_LIMIT = 600
    assert {begin(Client(), 1)[0] for _ in range(60)} == {302}


def test_without_an_address_owners_go_on_and_guesses_do_not(settings: Any) -> None:
    """A proxy that does not pass on who asks: a fault of the installation, not of the owner."""
    settings.ADDRESS_LIMIT = 1
    nameless = Client(REMOTE_ADDR="")
    assert begin(nameless, 3) == [302, 302, 302]
    assert nameless.get("/i/7KQ29FDMX4TB/").status_code == 403


def test_ending_access_does_not_wait_for_others_at_the_address(settings: Any) -> None:
    settings.ADDRESS_LIMIT = 1
    draft, other = make_draft(), make_draft()
    browser_of(other).post(url("diagnosis:link", other))
    assert browser_of(draft).post(url("diagnosis:link", draft)).status_code == 429
    assert browser_of(draft).post(url("diagnosis:link", draft), {"end": "others"}).status_code == 302


def test_no_limit_of_addresses_when_it_is_0(settings: Any) -> None:
    settings.ADDRESS_LIMIT = 0
    assert not limits.LIMITS["start"].address_rates()
    assert {begin(Client(), 1)[0] for _ in range(3)} == {302}


def test_after_its_time_it_goes_on(client: Client, two_a_person: None, monkeypatch: pytest.MonkeyPatch) -> None:
    begin(client, 3)
    now = limits.time.time()
    monkeypatch.setattr(limits.time, "time", lambda: now + limits.HOUR - 60)
    assert begin(client, 1) == [429]
    monkeypatch.setattr(limits.time, "time", lambda: now + limits.HOUR + 1)
    assert begin(client, 2) == [302, 302]


# --- what is shown --------------------------------------------------------------------------


@pytest.mark.parametrize(("language", "said"), [("zh-hans", "等 60 分钟"), ("en", "Wait 60 minutes")])
def test_the_page_says_how_long_and_the_way_on(language: str, said: str, two_a_person: None) -> None:
    client = Client()
    client.cookies["language"] = language
    begin(client, 3)
    refused = client.post("/start/")
    assert 0 < int(refused["Retry-After"]) <= limits.HOUR
    assert said in refused.content.decode()
    assert elements(refused).all("a", href=reverse("diagnosis:mine"))


def test_handing_in_keeps_what_was_ticked(two_a_person: None) -> None:
    drafts = [make_draft() for _ in range(3)]
    browser = browser_of(*drafts)
    answers = [browser.post(url("recommendations:review", draft), CONSENT) for draft in drafts]
    assert [answer.status_code for answer in answers] == [302, 302, 429]
    shown = elements(answers[2])
    assert shown.checked("consent_use") and shown.checked("consent_statistics")
    assert shown.all("p", role="status")
    drafts[2].refresh_from_db()
    assert drafts[2].is_draft
    assert Report.objects.count() == 2


def test_what_is_not_complete_costs_nothing(two_a_person: None) -> None:
    draft = make_draft()
    browser = browser_of(draft)
    assert {browser.post(url("recommendations:review", draft), {}).status_code for _ in range(4)} == {422}
    assert browser.post(url("recommendations:review", draft), CONSENT).status_code == 302


def test_a_correction_waits_and_stays(two_a_person: None) -> None:
    submission = make_submission(state=State.RETURNED)
    make_report(submission, full=True)
    browser = browser_of(submission)
    browser.get("/")
    for _ in range(2):
        assert limits.wait(_as(browser), "hand_in") == 0
    refused = browser.post(url("recommendations:review", submission), {**CONSENT, "seen": "x"})
    assert refused.status_code == 429
    assert elements(refused).checked("consent_use")


def test_again_and_link(two_a_person: None) -> None:
    submission = make_submission()
    browser = browser_of(submission)
    for name in ("diagnosis:again", "diagnosis:link"):
        answers = [browser.post(url(name, submission), {"copy": "facts"}) for _ in range(3)]
        assert [answer.status_code for answer in answers][-1] == 429
        assert elements(answers[-1]).all("p", role="status")
        assert elements(answers[-1]).all("form", method="post")
    assert Submission.objects.count() == 3
    assert Event.objects.filter(kind=EventKind.LINK_MADE).count() == 2


def test_printing_again(two_a_person: None) -> None:
    submission = make_submission()
    report = make_report(submission, state=ReportState.FAILED)
    browser = browser_of(submission)
    for _ in range(3):
        Report.objects.filter(pk=report.pk).update(state=ReportState.FAILED, error="OSError: full")
        answer = browser.post(url("recommendations:retry", submission), follow=True)
    report.refresh_from_db()
    assert report.state == ReportState.FAILED
    assert elements(answer).all("p", role="status")
    assert not Plan.objects.exists()


def test_an_invitation_is_not_used_up(settings: Any) -> None:
    settings.ADDRESS_LIMIT = 1
    firm = make_invitation(make_campaign())
    at = reverse("diagnosis:invitation", args=[firm.code])
    begin(Client(), 1)
    assert Client().post(at).status_code == 429
    firm.refresh_from_db()
    assert firm.submission is None
    assert Client(REMOTE_ADDR="198.51.100.7").post(at).status_code == 302


def test_the_name_and_code_typed_stay(settings: Any) -> None:
    settings.ADDRESS_LIMIT = 1
    firm = make_invitation(make_campaign())
    begin(Client(), 1)
    refused = Client().post(reverse("diagnosis:invited"), {"code": firm.uscc, "company_name": "张三鞋厂"})
    assert refused.status_code == 429
    assert "Retry-After" in refused
    assert elements(refused).value("code") == firm.uscc
    assert elements(refused).value("company_name") == "张三鞋厂"


def test_too_many_tries_to_sign_in_have_our_page(client: Client) -> None:
    answers = [client.post("/accounts/password/reset/", {"email": "x@example.org"}) for _ in range(25)]
    assert answers[-1].status_code == 429
    assert elements(answers[-1]).all("main") and answers[-1]["Retry-After"]


# --- counting -------------------------------------------------------------------------------


def _as(client: Client) -> Any:
    """A request of this browser."""
    request = RequestFactory().post("/")
    request.user, request.session = AnonymousUser(), client.session
    return request


def _visitor() -> Any:
    request = RequestFactory().post("/")
    request.user, request.session = AnonymousUser(), SessionStore()
    return request


@pytest.mark.django_db(transaction=True)
def test_tries_at_the_same_moment_are_all_counted(settings: Any) -> None:
    settings.ADDRESS_LIMIT = 5

    def go(number: int) -> int:
        try:
            return limits.wait(_visitor(), "start")
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        waits = list(pool.map(go, range(16)))
    assert waits.count(0) == 5


def test_looking_counts_nothing() -> None:
    for _ in range(25):
        assert limits.wait(_visitor(), "unknown_code", look=True) == 0


def test_a_count_that_fails_stops_guesses_and_no_owner(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    settings.ADDRESS_LIMIT = 5

    def broken(*args: Any, **kwargs: Any) -> None:
        raise DatabaseError("no such table")

    monkeypatch.setattr(cache, "get", broken)
    assert limits.wait(_visitor(), "start") == 0
    with pytest.raises(DatabaseError):
        limits.wait(_visitor(), "unknown_code")


def test_many_visitors_push_no_limit_out() -> None:
    """Django's own number is 300 entries; a third of them would go, whatever they count."""
    for _ in range(20):
        limits.wait(_visitor(), "unknown_code")
    for number in range(400):
        cache.set(f"visitor:{number}", number, 60)
    assert limits.wait(_visitor(), "unknown_code") > 0


def test_what_is_over_leaves_the_table() -> None:
    cache.set("over", 1, 60)
    cache.set("still", 1, 60)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE cache SET expires = now() - interval '1 second' WHERE cache_key LIKE %s", ["%over"])
        remove_old_drafts()
        cursor.execute("SELECT cache_key FROM cache")
        assert [key.split(":")[-1] for (key,) in cursor.fetchall()] == ["still"]


def test_commands_have_no_limit(settings: Any) -> None:
    """`simulate` and `diagnose` call the actions; the limits stand in the pages."""
    settings.ADDRESS_LIMIT = 1
    with translation.override("en"):
        for _ in range(3):
            start(language="en", by=None)
    assert Submission.objects.count() == 3
