"""Campaigns in the officers' pages: who sees and changes what, the page of one campaign, its export."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation
from openpyxl import load_workbook

from clusters.models import AuditEvent, AuditKind, ClusterId, Role, User
from diagnosis.campaigns import Progress
from diagnosis.invitation_codes import spaced
from diagnosis.models import Campaign, Invitation
from tests.diagnosis.campaign_cast import days_ago, hand_in, make_campaign, make_invitation
from tests.factories import make_officer, make_owner
from tests.journeys import elements

pytestmark = pytest.mark.django_db
PEOPLE: dict[str, Callable[[], User | None]] = {
    "anonymous": lambda: None,
    "owner": make_owner,
    "officer of another cluster": lambda: make_officer(ClusterId.CRAFTS),
    "superuser of another cluster": lambda: make_officer(ClusterId.CRAFTS, is_superuser=True),
    "officer": lambda: make_officer(ClusterId.FOOTWEAR),
    "auditor": lambda: make_officer(role=Role.AUDITOR),
    "city admin": lambda: make_officer(role=Role.CITY_ADMIN),
}
OUTSIDE = {"anonymous", "owner"}
ELSEWHERE = {"officer of another cluster", "superuser of another cluster"}
READ = {"change": (), "template": (), "export": ("csv",)}
KEEP = {"edit": (), "import": ()}
PRESS = {"mail": ("new",), "confirm": (), "letters": ()}
FIELDS = {"name": "秋季", "cluster": "footwear", "note_zh": "", "note_en": "", "contact": "", "closes_on": ""}


@pytest.fixture
def campaign() -> Campaign:
    return make_campaign(created_at=days_ago(30))


def client_of(user: User | None) -> Client:
    client = Client()
    if user is not None:
        client.force_login(user)
    return client


@pytest.fixture
def officer(campaign: Campaign) -> Client:
    return client_of(campaign.created_by)


def at(name: str, *args: Any) -> str:
    return reverse(f"admin:diagnosis_campaign_{name}", args=args)


def status_of(response: Any) -> int:
    if response.streaming:
        b"".join(response.streaming_content)
    return int(response.status_code)


def expected(person: str, *, keeper: int, reader: int) -> int:
    return 302 if person in OUTSIDE else 404 if person in ELSEWHERE else reader if person == "auditor" else keeper


@pytest.mark.parametrize("person", PEOPLE)
class TestDoors:
    def test_reading(self, person: str, campaign: Campaign) -> None:
        client = client_of(PEOPLE[person]())
        for name, more in READ.items():
            assert status_of(client.get(at(name, campaign.pk, *more))) == expected(person, keeper=200, reader=200), name

    def test_changing(self, person: str, campaign: Campaign) -> None:
        client = client_of(PEOPLE[person]())
        for name in KEEP:
            assert client.get(at(name, campaign.pk)).status_code == expected(person, keeper=200, reader=403), name
        for name, more in PRESS.items():
            assert client.post(at(name, campaign.pk, *more)).status_code == expected(
                person, keeper=302, reader=403
            ), name
            if person not in OUTSIDE:
                assert client.get(at(name, campaign.pk, *more)).status_code == 405, name
        edited = client.post(at("edit", campaign.pk), FIELDS)
        assert edited.status_code == expected(person, keeper=302, reader=403)
        campaign.refresh_from_db()
        assert (campaign.name == "秋季") == (expected(person, keeper=1, reader=0) == 1)

    def test_nobody_deletes(self, person: str, campaign: Campaign) -> None:
        client = client_of(PEOPLE[person]())
        address = at("delete", campaign.pk)
        for response in (client.get(address), client.post(address, {"post": "yes"})):
            assert response.status_code == expected(person, keeper=403, reader=403)
        assert Campaign.objects.filter(pk=campaign.pk).exists()

    def test_the_list(self, person: str, campaign: Campaign) -> None:
        response = client_of(PEOPLE[person]()).get(at("changelist"))
        assert response.status_code == (302 if person in OUTSIDE else 200)
        assert (campaign.name in response.content.decode()) == (person not in OUTSIDE | ELSEWHERE)

    def test_history(self, person: str, campaign: Campaign) -> None:
        response = client_of(PEOPLE[person]()).get(at("history", campaign.pk))
        assert response.status_code == expected(person, keeper=200, reader=200)


class TestMaking:
    def test_in_the_own_cluster(self) -> None:
        person = make_officer(ClusterId.FOOTWEAR)
        response = client_of(person).post(at("add"), FIELDS)
        made = Campaign.objects.get()
        assert response.url == at("import", made.pk)
        assert (made.created_by, made.cluster) == (person, "footwear")

    def test_not_in_another(self) -> None:
        client = client_of(make_officer(ClusterId.FOOTWEAR))
        assert client.post(at("add"), {**FIELDS, "cluster": "crafts"}).status_code == 200
        assert "crafts" not in client.get(at("add")).content.decode()
        assert client_of(make_officer(role=Role.AUDITOR)).post(at("add"), FIELDS).status_code == 403
        assert not Campaign.objects.exists()

    def test_the_cluster_stays(self, officer: Client, campaign: Campaign) -> None:
        officer.post(at("edit", campaign.pk), {**FIELDS, "cluster": "crafts", "closes_on": "2027-01-31"})
        campaign.refresh_from_db()
        assert (campaign.cluster, f"{campaign.closes_on}") == ("footwear", "2027-01-31")

    @pytest.mark.parametrize("note", ["长" * 301, "a\nb\nc\nd\ne\nf"])
    def test_a_note_that_does_not_fit_the_letter(self, officer: Client, campaign: Campaign, note: str) -> None:
        response = officer.post(at("edit", campaign.pk), {**FIELDS, "note_zh": note})
        assert response.status_code == 200
        assert note in response.content.decode().replace("\r", "")

    @pytest.mark.parametrize("bad", [{"name": ""}, {"closes_on": "soon"}])
    def test_bad_values(self, officer: Client, campaign: Campaign, bad: dict[str, str]) -> None:
        before = campaign.name
        assert officer.post(at("edit", campaign.pk), {**FIELDS, **bad}).status_code == 200
        campaign.refresh_from_db()
        assert campaign.name == before


class TestPage:
    def test_shows_firms_with_states(self, officer: Client, campaign: Campaign) -> None:
        answered = make_invitation(campaign, company_name="<b>甲厂</b>")
        submission = hand_in(answered)
        make_invitation(campaign, mail_fault="refused 550")
        page = officer.get(at("change", campaign.pk)).content.decode()
        assert "&lt;b&gt;甲厂" in page
        assert reverse("admin:diagnosis_submission_change", args=[submission.pk]) in page
        assert "550" in page and spaced(answered.code) in page

    def test_no_way_to_a_diagnosis_of_another_cluster(self, officer: Client, campaign: Campaign) -> None:
        firm = make_invitation(campaign)
        submission = hand_in(firm, cluster="crafts")
        assert submission.cluster == "crafts"
        response = officer.get(at("change", campaign.pk))
        assert response.context["total"].answered == 1
        assert f"/submission/{submission.pk}/" not in response.content.decode()

    def test_auditors_see_no_codes_and_no_buttons(self, campaign: Campaign) -> None:
        firm = make_invitation(campaign)
        response = client_of(make_officer(role=Role.AUDITOR)).get(at("change", campaign.pk))
        page = response.content.decode()
        assert firm.company_name in page and spaced(firm.code) not in page
        assert not [form for form in elements(response).all("form") if "/campaign/" in form.get("action", "")]

    @pytest.mark.parametrize("state", Progress.values)
    def test_filter_by_state(self, officer: Client, campaign: Campaign, state: str) -> None:
        make_invitation(campaign)
        make_invitation(campaign, mailed_at=days_ago(1))
        shown = officer.get(at("change", campaign.pk), {"state": state}).context["rows"]
        assert len(shown) == (1 if state in ("not_invited", "mailed") else 0)

    @pytest.mark.parametrize("query", [
        {"state": "nonsense"}, {"q": "%"}, {"p": "999"}, {"p": "x"}, {"q": "长" * 5000},
    ])
    def test_odd_addresses(self, officer: Client, campaign: Campaign, query: dict[str, str]) -> None:
        make_invitation(campaign)
        assert officer.get(at("change", campaign.pk), query).status_code == 200

    def test_a_null_character_is_refused_before_the_page(self, officer: Client, campaign: Campaign) -> None:
        assert officer.get(at("change", campaign.pk), {"q": "\x00"}).status_code == 400

    def test_only_its_own_firms(self, officer: Client, campaign: Campaign) -> None:
        stranger = make_invitation(make_campaign(ClusterId.CRAFTS))
        colleague = make_invitation(make_campaign())
        page = officer.get(at("change", campaign.pk)).content.decode()
        assert stranger.company_name not in page and colleague.company_name not in page

    def test_pages_of_fifty(self, officer: Client, campaign: Campaign) -> None:
        for _ in range(51):
            make_invitation(campaign)
        assert len(officer.get(at("change", campaign.pk)).context["rows"]) == 50
        assert len(officer.get(at("change", campaign.pk), {"p": 2}).context["rows"]) == 1

    def test_as_many_queries_for_one_firm_as_for_many(self, officer: Client, campaign: Campaign) -> None:
        hand_in(make_invitation(campaign))
        officer.get(at("change", campaign.pk))
        counts = []
        for _ in range(2):
            with CaptureQueriesContext(connection) as queries:
                officer.get(at("change", campaign.pk))
            counts.append(len(queries))
            hand_in(make_invitation(campaign, county="anxi", size_class="large"))
            make_invitation(campaign, mailed_at=days_ago(9))
        assert counts[0] == counts[1] < 25

    def test_as_many_queries_for_one_campaign_as_for_many(self, officer: Client, campaign: Campaign) -> None:
        hand_in(make_invitation(campaign))
        officer.get(at("changelist"))
        counts = []
        for _ in range(2):
            with CaptureQueriesContext(connection) as queries:
                officer.get(at("changelist"))
            counts.append(len(queries))
            hand_in(make_invitation(make_campaign()))
        assert counts[0] == counts[1]

    def test_the_list_counts(self, officer: Client, campaign: Campaign) -> None:
        hand_in(make_invitation(campaign))
        make_invitation(campaign)
        [shown] = officer.get(at("changelist")).context["cl"].result_list
        assert (shown.listed, shown.answers) == (2, 1)


class TestExport:
    def _csv(self, client: Client, campaign: Campaign, **query: str) -> list[list[str]]:
        response = client.get(at("export", campaign.pk, "csv"), query)
        text = b"".join(response.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
        return list(csv.reader(io.StringIO(text)))

    def test_states_and_codes(self, officer: Client, campaign: Campaign) -> None:
        firm = make_invitation(campaign, mailed_at=days_ago(1), reminders=2, reminded_at=days_ago(1))
        heading, line = self._csv(officer, campaign)
        assert len(heading) == len(line)
        assert {firm.company_name, firm.uscc, spaced(firm.code), "2"} <= set(line)
        [event] = AuditEvent.objects.all()
        assert event.kind == AuditKind.LIST_EXPORTED
        assert event.detail == {"list": "campaign", "campaign": campaign.pk, "format": "csv", "rows": 1}

    def test_nothing_is_a_formula(self, officer: Client, campaign: Campaign) -> None:
        make_invitation(campaign, company_name="=1+1", contact="@SUM(A1)")
        _, line = self._csv(officer, campaign)
        assert "'=1+1" in line and "'@SUM(A1)" in line
        book = load_workbook(io.BytesIO(officer.get(at("export", campaign.pk, "xlsx")).content))
        cells = [cell for row in book.worksheets[0].iter_rows() for cell in row if cell.value is not None]
        assert {cell.data_type for cell in cells} == {"s"}
        assert "'=1+1" in {cell.value for cell in cells}

    def test_only_what_the_filters_leave(self, officer: Client, campaign: Campaign) -> None:
        make_invitation(campaign, company_name="甲厂")
        make_invitation(campaign, company_name="乙厂", mailed_at=days_ago(1))
        assert [line[0] for line in self._csv(officer, campaign, state="mailed")[1:]] == ["乙厂"]
        assert [line[0] for line in self._csv(officer, campaign, q="甲")[1:]] == ["甲厂"]

    def test_auditors_get_no_codes(self, campaign: Campaign) -> None:
        firm = make_invitation(campaign)
        lines = self._csv(client_of(make_officer(role=Role.AUDITOR)), campaign)
        assert not {firm.code, spaced(firm.code)} & {cell for line in lines for cell in line}
        assert len(Invitation.objects.all()) == 1

    def test_another_format(self, officer: Client, campaign: Campaign) -> None:
        assert officer.get(at("export", campaign.pk, "ods")).status_code == 404

    def test_in_the_language_of_the_page(self, campaign: Campaign, officer: Client) -> None:
        officer.cookies["language"] = "en"
        make_invitation(campaign)
        with translation.override("en"):
            assert "Jinjiang City" in self._csv(officer, campaign)[1]
