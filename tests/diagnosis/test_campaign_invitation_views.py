"""The personal link, the way to an invitation by code, and the way out of reminders."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from diagnosis.access import SESSION_KEY
from diagnosis.invitation_codes import new_code, spaced
from diagnosis.models import Campaign, Event, EventKind, Invitation, Submission
from recommendations.actions import submit
from tests.diagnosis.campaign_cast import make_campaign, make_invitation
from tests.factories import make_draft, make_owner, make_submission, make_uscc
from tests.journeys import Elements, browser_of, elements

pytestmark = pytest.mark.django_db
WENT_THERE = {"HTTP_SEC_FETCH_MODE": "navigate", "HTTP_SEC_FETCH_DEST": "document", "HTTP_SEC_FETCH_SITE": "none"}


@pytest.fixture(autouse=True)
def no_tries_yet() -> None:
    cache.clear()


@pytest.fixture
def campaign() -> Campaign:
    return make_campaign(note_zh="欢迎<b>参加</b>", note_en="Welcome", contact="李专员 0595-1")


@pytest.fixture
def firm(campaign: Campaign) -> Invitation:
    return make_invitation(campaign)


def at(invitation: Invitation, name: str = "invitation") -> str:
    return reverse(f"diagnosis:{name}", args=[invitation.code])


def find(client: Client, **typed: str) -> Any:
    return client.post(reverse("diagnosis:invited"), typed)


class TestPersonalLink:
    def test_shows_who_invites_and_changes_nothing(self, client: Client, firm: Invitation) -> None:
        response = client.get(at(firm))
        page = response.content.decode()
        for part in (firm.company_name, "李专员 0595-1", "欢迎&lt;b&gt;参加"):
            assert part in page
        assert response.status_code == 200
        assert not Submission.objects.exists()
        assert SESSION_KEY not in client.session
        firm.refresh_from_db()
        assert firm.opened_at is None

    @pytest.mark.parametrize("headers", [
        {}, {**WENT_THERE, "HTTP_SEC_PURPOSE": "prefetch"}, {**WENT_THERE, "HTTP_SEC_FETCH_MODE": "cors"},
        {**WENT_THERE, "HTTP_SEC_FETCH_DEST": "image"},
    ])
    def test_a_preview_opens_nothing(self, client: Client, firm: Invitation, headers: dict[str, str]) -> None:
        client.get(at(firm), **headers)
        client.head(at(firm), **WENT_THERE)
        firm.refresh_from_db()
        assert firm.opened_at is None

    def test_a_person_opens_it_once(self, client: Client, firm: Invitation) -> None:
        client.get(at(firm), **WENT_THERE)
        firm.refresh_from_db()
        first = firm.opened_at
        assert first is not None
        client.get(at(firm), **WENT_THERE)
        firm.refresh_from_db()
        assert firm.opened_at == first

    def test_begins_a_prefilled_diagnosis(self, client: Client, firm: Invitation) -> None:
        response = client.post(at(firm))
        firm.refresh_from_db()
        begun = firm.submission
        assert begun is not None and firm.opened_at is not None
        assert begun.answers == {
            "company_name": firm.company_name, "uscc": firm.uscc, "cluster": "footwear", "county": "jinjiang",
        }
        assert response.url == reverse("diagnosis:page", args=[begun.reference, "q_firm"])
        assert client.get(response.url).status_code == 200
        kinds = list(begun.events.values_list("kind", "detail"))
        assert (EventKind.INVITED, {"campaign": firm.campaign_id}) in kinds

    def test_the_owner_may_change_what_was_filled_in(self, client: Client, firm: Invitation) -> None:
        page = client.get(client.post(at(firm)).url)
        seen = elements(page).all("input", name="seen")[0]["value"]
        response = client.post(page.request["PATH_INFO"], {"cluster": "crafts", "employees": "12", "revenue": "300",
                                                           "seen": seen})
        assert response.status_code == 302
        assert Submission.objects.get().answers["cluster"] == "crafts"

    def test_a_second_press_goes_on_with_the_same(self, client: Client, firm: Invitation) -> None:
        client.post(at(firm))
        again = client.post(at(firm))
        assert Submission.objects.count() == 1
        assert again.url == reverse("diagnosis:resume", args=[Submission.objects.get().reference])

    def test_the_same_browser_goes_on(self, client: Client, firm: Invitation) -> None:
        client.post(at(firm))
        page = client.get(at(firm)).content.decode()
        assert reverse("diagnosis:resume", args=[Submission.objects.get().reference]) in page

    def test_another_browser_gets_nothing(self, client: Client, firm: Invitation) -> None:
        client.post(at(firm))
        begun = Submission.objects.get()
        for stranger in (Client(), browser_of(make_draft())):
            for response in (stranger.get(at(firm)), stranger.post(at(firm))):
                assert response.status_code == 200
                assert begun.reference not in response.content.decode()
            assert begun.reference not in stranger.session.get(SESSION_KEY, [])
            assert stranger.get(reverse("diagnosis:resume", args=[begun.reference])).status_code == 404
        assert Submission.objects.filter(invitations=firm).count() == 1

    def test_its_owner_goes_on_after_signing_in(self, client: Client, firm: Invitation) -> None:
        owner = make_owner()
        client.force_login(owner)
        client.post(at(firm))
        elsewhere = Client()
        elsewhere.force_login(owner)
        assert Submission.objects.get().reference in elsewhere.get(at(firm)).content.decode()

    def test_after_the_diagnosis_is_deleted_it_begins_anew(self, client: Client, firm: Invitation) -> None:
        client.post(at(firm))
        Submission.objects.all().delete()
        assert client.post(at(firm)).status_code == 302
        firm.refresh_from_db()
        assert firm.submission is not None

    def test_handed_in(self, client: Client, firm: Invitation, django_capture_on_commit_callbacks: Any) -> None:
        client.post(at(firm))
        draft = Submission.objects.get()
        draft.answers = {**make_draft().answers, **draft.answers}
        draft.save()
        submit(submission=draft, consent_statistics=False, by=None)
        assert client.post(at(firm)).status_code == 302
        assert draft.reference not in Client().get(at(firm)).content.decode()

    def test_facts_the_questionnaire_does_not_take_are_left_out(self, client: Client, campaign: Campaign) -> None:
        firm = make_invitation(campaign, county="atlantis")
        client.post(at(firm))
        assert "county" not in Submission.objects.get().answers

    @pytest.mark.parametrize("shape", [spaced, str.lower, lambda code: code.replace("", "-")[1:-1]])
    def test_however_the_code_is_written(self, client: Client, firm: Invitation, shape: Any) -> None:
        assert client.get(f"/i/{shape(firm.code)}/").status_code == 200

    def test_language(self, campaign: Campaign) -> None:
        firm = make_invitation(campaign, language="en")
        page = Client(HTTP_ACCEPT_LANGUAGE="zh-CN").get(at(firm))
        assert "Welcome" in page.content.decode()
        assert elements(page).all("html", lang="en")
        chosen = Client()
        chosen.post("/language/", {"language": "zh-hans"})
        assert "欢迎" in chosen.get(at(firm)).content.decode()
        client = Client(HTTP_ACCEPT_LANGUAGE="zh-CN")
        client.post(at(firm))
        assert Submission.objects.get().language == "en"
        assert client.cookies["language"].value == "en"

    def test_after_the_closing_day(self, client: Client, firm: Invitation) -> None:
        Campaign.objects.update(closes_on="2026-01-05")
        assert "2026-01-05" in client.get(at(firm)).content.decode()
        assert client.post(at(firm)).status_code == 302


class TestNotForEverybody:
    @pytest.mark.parametrize("code", ["7KQ29FDMX4TB", "x", "0" * 12, "a" * 300])
    @pytest.mark.parametrize("end", ["", "stop/"])
    def test_unknown_codes(self, client: Client, code: str, end: str) -> None:
        for method in (client.get, client.post):
            assert method(f"/i/{code}/{end}").status_code == 404

    def test_guessing_is_limited(self, client: Client, firm: Invitation) -> None:
        statuses = [client.get(f"/i/{new_code()}/").status_code for _ in range(22)]
        assert statuses[:20] == [404] * 20
        assert statuses[20:] == [429] * 2
        assert client.get(at(firm)).status_code == 429
        assert client.post(at(firm, "invitation_stop")).status_code == 429
        assert Client(REMOTE_ADDR="198.51.100.7").get(at(firm)).status_code == 200

    def test_known_codes_are_no_guesses(self, client: Client, firm: Invitation) -> None:
        assert {client.get(at(firm)).status_code for _ in range(25)} == {200}

    @pytest.mark.parametrize("name", ["invitation", "invitation_stop"])
    def test_methods(self, client: Client, firm: Invitation, name: str) -> None:
        assert client.put(at(firm, name)).status_code == 405
        assert client.delete(at(firm, name)).status_code == 405

    def test_the_button_needs_its_token(self, firm: Invitation) -> None:
        assert Client(enforce_csrf_checks=True).post(at(firm)).status_code == 403

    @pytest.mark.parametrize("name", ["invitation", "invitation_stop", "invited"])
    def test_unlisted_and_uncached(self, client: Client, firm: Invitation, name: str) -> None:
        response = client.get(reverse("diagnosis:invited") if name == "invited" else at(firm, name))
        assert "noindex" in response["X-Robots-Tag"]
        assert response["Referrer-Policy"] == "strict-origin"
        assert "no-store" in response["Cache-Control"]
        shown = elements(response)
        assert shown.all("meta", name="robots")
        assert len(shown.all("h1")) == 1
        assert not shown.all("script") and not shown.all("style")


class TestFinding:
    def test_by_invitation_code(self, client: Client, firm: Invitation) -> None:
        assert find(client, code=spaced(firm.code).lower()).url == at(firm)

    def test_by_social_credit_code_says_only_that_there_is_one(self, client: Client, firm: Invitation) -> None:
        response = find(client, code=firm.uscc)
        page = response.content.decode()
        assert response.status_code == 200
        for secret in (firm.company_name, firm.code, firm.contact or "李专员", firm.email, "鞋", "晋江"):
            assert secret not in page, secret
        assert Elements(page).all("input", name="company_name")
        used = make_invitation(firm.campaign)
        client.post(at(used))
        other = find(Client(), code=used.uscc).content.decode()
        assert page.replace(firm.uscc, "") == _without_token(other.replace(used.uscc, ""), page)

    def test_begins_with_what_was_typed_and_nothing_else(self, client: Client, firm: Invitation) -> None:
        response = find(client, code=firm.uscc, company_name="张三鞋厂")
        begun = Submission.objects.get()
        assert begun.answers == {"company_name": "张三鞋厂", "uscc": firm.uscc}
        assert response.url == reverse("diagnosis:page", args=[begun.reference, "q_firm"])
        assert client.get(response.url).status_code == 200
        firm.refresh_from_db()
        assert firm.submission is None and firm.opened_at is None  # a stranger uses nothing up
        assert Event.objects.filter(kind=EventKind.INVITED, detail={}).exists()

    def test_a_name_is_needed(self, client: Client, firm: Invitation) -> None:
        for name in ("", "   ", "unknown", "长" * 121):
            response = find(client, code=firm.uscc, company_name=name)
            assert response.status_code in (200, 422)
            assert not Submission.objects.exists()
        refused = find(client, code=firm.uscc, company_name="")
        assert refused.status_code == 422
        assert firm.uscc in refused.content.decode()  # nothing typed is lost

    def test_not_invited(self, client: Client) -> None:
        for code in (make_uscc(), new_code()):
            response = find(client, code=code, company_name="甲厂")
            assert response.status_code == 200
            assert response.context["missing"]
        assert not Submission.objects.exists()

    @pytest.mark.parametrize("code", ["", "abc", "91350582MA0000001X", "unknown", "\x00", "x" * 61])
    def test_no_code(self, client: Client, code: str) -> None:
        response = find(client, code=code)
        assert response.status_code == 422
        assert elements(response).all("p", role="alert")

    def test_asking_is_limited(self, client: Client, firm: Invitation) -> None:
        statuses = [find(client, code=firm.uscc).status_code for _ in range(12)]
        assert statuses == [200] * 10 + [429] * 2
        assert find(client, code=firm.uscc, company_name="甲厂").status_code == 429
        assert client.get(reverse("diagnosis:invited")).status_code == 200
        assert find(Client(REMOTE_ADDR="198.51.100.7"), code=firm.uscc).status_code == 200

    def test_typing_errors_are_not_counted(self, client: Client, firm: Invitation) -> None:
        for _ in range(15):
            find(client, code="typo")
        assert find(client, code=firm.uscc).status_code == 200

    def test_a_firm_that_handed_in_by_its_code(self, client: Client, firm: Invitation) -> None:
        make_submission(uscc=firm.uscc)
        assert "exists" in find(client, code=firm.uscc).context


def _without_token(page: str, like: str) -> str:
    """The page with the form's one-time token of another page."""
    def token(html: str) -> str:
        return Elements(html).all("input", name="csrfmiddlewaretoken")[0]["value"]

    return page.replace(token(page), token(like))


class TestStopping:
    def test_button(self, client: Client, firm: Invitation) -> None:
        assert client.get(at(firm, "invitation_stop")).status_code == 200
        firm.refresh_from_db()
        assert firm.stopped_at is None
        client.post(at(firm, "invitation_stop"))
        firm.refresh_from_db()
        first = firm.stopped_at
        assert first is not None
        client.post(at(firm, "invitation_stop"))
        firm.refresh_from_db()
        assert firm.stopped_at == first

    def test_what_waits_is_dropped(self, client: Client, firm: Invitation) -> None:
        Invitation.objects.update(mail_state="invite")
        client.post(at(firm, "invitation_stop"))
        firm.refresh_from_db()
        assert firm.mail_state == ""

    def test_one_click_of_a_mail_program(self, firm: Invitation) -> None:
        client = Client(enforce_csrf_checks=True)
        assert client.post(at(firm, "invitation_stop"), {"List-Unsubscribe": "One-Click"}).status_code == 200
        firm.refresh_from_db()
        assert firm.stopped_at is not None

    def test_after_all(self, client: Client, firm: Invitation) -> None:
        client.post(at(firm, "invitation_stop"))
        client.post(at(firm, "invitation_stop"), {"again": "yes"})
        firm.refresh_from_db()
        assert firm.stopped_at is None

    def test_the_invitation_keeps_working(self, client: Client, firm: Invitation) -> None:
        client.post(at(firm, "invitation_stop"))
        assert client.post(at(firm)).status_code == 302
