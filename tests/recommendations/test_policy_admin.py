"""Policy programmes: all officers read, city administrators write, nothing unusable is stored."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clusters.models import ClusterId, Role
from recommendations.content import get_first_programmes
from recommendations.documents import live_programmes
from recommendations.models import PolicyProgramme, ProgrammeStatus
from tests.factories import RULE, make_officer, make_owner, make_programme

pytestmark = pytest.mark.django_db

LIST = "admin:recommendations_policyprogramme_changelist"
ADD = "admin:recommendations_policyprogramme_add"


def page_of(programme: PolicyProgramme) -> str:
    return reverse("admin:recommendations_policyprogramme_change", args=[programme.pk])


def filled(rule: Any = RULE, **changes: Any) -> dict[str, Any]:
    text = rule if isinstance(rule, str) else json.dumps(rule, ensure_ascii=False)
    return {"key": "city_2026", "status": "published", "verified_on": "2026-11-24", "rule": text, **changes}


@pytest.fixture
def city_admin(client: Client) -> Client:
    client.force_login(make_officer(role=Role.CITY_ADMIN))
    client.cookies["language"] = "en"
    return client


@pytest.mark.parametrize("role", [Role.OFFICER, Role.AUDITOR])
def test_officers_read_but_do_not_write(client: Client, role: str) -> None:
    programme = make_programme()
    client.force_login(make_officer(ClusterId.FOOTWEAR, role=role))
    client.cookies["language"] = "en"
    assert "Pilot-city support" in client.get(reverse(LIST)).content.decode()
    page = client.get(page_of(programme)).content.decode()
    assert "Half of the spending" in page
    assert "<textarea" not in page
    assert 'name="_save"' not in page
    assert client.post(page_of(programme), filled()).status_code == 403
    assert client.get(reverse(ADD)).status_code == 403
    assert client.get(reverse("admin:recommendations_policyprogramme_delete", args=[programme.pk])).status_code == 403
    assert client.get(reverse("admin:recommendations_policyprogramme_history", args=[programme.pk])).status_code == 200


def test_owners_stay_outside(client: Client) -> None:
    client.force_login(make_owner())
    assert client.get(page_of(make_programme())).status_code == 302


def test_unknown_id(city_admin: Client) -> None:
    assert city_admin.get(reverse("admin:recommendations_policyprogramme_change", args=[98765])).status_code == 404


def test_a_city_administrator_adds_and_changes(city_admin: Client) -> None:
    assert city_admin.post(reverse(ADD), filled()).status_code == 302
    programme = PolicyProgramme.objects.get()
    assert [live.id for live in live_programmes()] == ["city_2026"]
    rule = {**RULE, "benefit": {"rate": "0.3"}}
    assert city_admin.post(page_of(programme), filled(rule, key="renamed")).status_code == 302
    programme.refresh_from_db()
    assert programme.key == "city_2026"  # permanent
    assert programme.rule["benefit"] == {"rate": "0.3"}


def test_the_first_programmes_pass_the_form(city_admin: Client) -> None:
    for programme in get_first_programmes():
        rule = programme.model_dump(mode="json", by_alias=True, exclude={"id", "verified_on"}, exclude_none=True)
        response = city_admin.post(reverse(ADD), filled(rule, key=programme.id))
        assert response.status_code == 302
    assert len(live_programmes()) == len(get_first_programmes())


def changed(**entries: Any) -> dict[str, Any]:
    return {key: value for key, value in {**RULE, **entries}.items() if value is not None}


BROKEN = [
    ("{", "Enter a valid JSON"),
    ("[1]", "must be a group of entries"),
    (changed(issuer=None), "issuer: is missing"),
    (changed(name={"zh": "名称", "en": ""}), "name › en: must not be empty"),
    (changed(colour="red"), "colour: is not an entry of a programme"),
    (changed(valid_to="next year"), "valid_to: must be a date such as 2026-11-24"),
    (changed(benefit={"rate": "2"}), "benefit › rate: is too large"),
    (changed(valid_from="2026-01-01", valid_to="2025-01-01"), "the programme ends before it starts"),
    (changed(conditions=[]), "conditions: must not be empty"),
    (changed(conditions=[{**RULE["conditions"][0], "rule": {"answer": "colour", "is": ["red"]}}]),
     "conditions › 1 › rule: there is no question &#x27;colour&#x27;"),
    (changed(conditions=[{**RULE["conditions"][0], "rule": {"answer": "above_scale", "is": ["maybe"]}}]),
     "has no option &#x27;maybe&#x27;"),
    (changed(conditions=[{**RULE["conditions"][0], "rule": {"colour": "red"}}]),
     "conditions › 1 › rule: a condition has"),
]


@pytest.mark.parametrize(("rule", "words"), BROKEN, ids=[words for _, words in BROKEN])
def test_faults_are_said_at_the_field(city_admin: Client, rule: Any, words: str) -> None:
    response = city_admin.post(reverse(ADD), filled(rule))
    assert response.status_code == 200
    assert words in response.content.decode()
    assert response.context["adminform"].form.errors.keys() == {"rule"}
    assert not PolicyProgramme.objects.exists()


def test_a_bad_id_is_said_at_the_id(city_admin: Client) -> None:
    response = city_admin.post(reverse(ADD), filled(key="City-2026"))
    assert response.context["adminform"].form.errors.keys() == {"key"}


def test_columns_win_over_the_same_entries_in_the_rule(city_admin: Client) -> None:
    rule = {**RULE, "id": "other", "verified_on": "1999-01-01"}
    assert city_admin.post(reverse(ADD), filled(rule)).status_code == 302
    programme = PolicyProgramme.objects.get()
    assert {"id", "verified_on"}.isdisjoint(programme.rule)
    assert live_programmes()[0].verified_on == date(2026, 11, 24)


def test_chinese_stays_readable_in_the_form(city_admin: Client) -> None:
    page = city_admin.get(page_of(make_programme())).content.decode()
    assert "试点城市支持" in page
    assert "\\u8bd5" not in page
    assert page.index("&quot;name&quot;") < page.index("&quot;issuer&quot;") < page.index("&quot;how&quot;")


def test_what_was_typed_stays_after_a_fault(city_admin: Client) -> None:
    response = city_admin.post(reverse(ADD), filled('{"name": "半成品"'))
    assert "{&quot;name&quot;: &quot;半成品&quot;" in response.content.decode()


def test_the_list_says_status_verification_and_expiry(city_admin: Client) -> None:
    yesterday = (date.today() - timedelta(days=2)).isoformat()
    make_programme(rule={"valid_to": yesterday}, verified_on=date(2026, 11, 1))
    make_programme(status=ProgrammeStatus.WITHDRAWN)
    page = city_admin.get(reverse(LIST)).content.decode()
    for words in (f"{yesterday} · expired", "not known", "Published", "Withdrawn", "2026"):
        assert words in page
    assert "Withdrawn" in city_admin.get(reverse(LIST), {"status__exact": "withdrawn"}).content.decode()
    assert city_admin.get(reverse(LIST), {"q": "试点城市"}).context["cl"].result_count == 2


def test_a_record_that_fits_no_more_is_listed_and_can_be_mended(city_admin: Client) -> None:
    programme = make_programme(rule={"benefit": {}}, key="damaged")
    page = city_admin.get(reverse(LIST)).content.decode()
    assert "damaged" in page
    assert "cannot be used" in page
    assert city_admin.get(page_of(programme)).status_code == 200


def test_the_list_asks_as_often_for_one_programme_as_for_many(city_admin: Client) -> None:
    counts = []
    for _ in range(3):
        make_programme()
        with CaptureQueriesContext(connection) as captured:
            city_admin.get(reverse(LIST))
        counts.append(len(captured))
    assert counts[1] == counts[2]
