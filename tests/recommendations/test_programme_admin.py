"""Policy programmes: all officers read, city administrators write, nothing unusable and nobody's work is lost."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from clusters.models import ClusterId, Role
from recommendations.content import get_first_programmes
from recommendations.documents import live_programmes
from recommendations.first_content import load_first_content
from recommendations.models import PolicyProgramme, ProgrammeStatus
from recommendations.programme_form import ProgrammeForm
from tests.factories import RULE, make_officer, make_owner, make_programme
from tests.recommendations.programme_entries import sent, typed

pytestmark = pytest.mark.django_db

LIST = "admin:recommendations_policyprogramme_changelist"
ADD = "admin:recommendations_policyprogramme_add"
SAVE = {"_save": "Save"}
NESTED = {"any": [{"all": [{"size": ["micro"]}, {"answer": "above_scale", "is": ["yes"]}]}, {"size": ["small"]}]}


def page_of(programme: PolicyProgramme) -> str:
    return reverse("admin:recommendations_policyprogramme_change", args=[programme.pk])


@pytest.fixture
def city_admin(client: Client) -> Client:
    client.force_login(make_officer(role=Role.CITY_ADMIN))
    client.cookies["language"] = "en"
    return client


# Who may --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [Role.OFFICER, Role.AUDITOR])
def test_officers_read_but_do_not_write(client: Client, role: str) -> None:
    programme = make_programme()
    client.force_login(make_officer(ClusterId.FOOTWEAR, role=role))
    client.cookies["language"] = "en"
    assert "Pilot-city support" in client.get(reverse(LIST)).content.decode()
    page = client.get(page_of(programme)).content.decode()
    assert "Half of the spending" in page
    assert "Above-scale firm: “Yes" in page  # what the condition is tested by
    for writing in ("<textarea", "<select", 'name="_save"', 'name="preview"'):
        assert writing not in page
    for button in ("_save", "_continue", "preview", "add", "look"):
        assert client.post(page_of(programme), {**sent(programme), button: "1"}).status_code == 403
        assert client.post(reverse(ADD), {**typed(), button: "1"}).status_code == 403
    assert client.get(reverse(ADD)).status_code == 403
    assert client.get(reverse("admin:recommendations_policyprogramme_delete", args=[programme.pk])).status_code == 403
    assert client.get(reverse("admin:recommendations_policyprogramme_history", args=[programme.pk])).status_code == 200
    programme.refresh_from_db()
    assert programme.rule == RULE


def test_owners_and_strangers_stay_outside(client: Client) -> None:
    programme = make_programme()
    assert client.get(page_of(programme)).status_code == 302
    client.force_login(make_owner())
    assert client.get(page_of(programme)).status_code == 302
    assert client.post(page_of(programme), {**sent(programme), **SAVE}).status_code == 302
    assert LogEntry.objects.count() == 0


def test_unknown_id(city_admin: Client) -> None:
    address = reverse("admin:recommendations_policyprogramme_change", args=[98765])
    assert city_admin.get(address).status_code == 404
    assert city_admin.post(address, {**typed(), **SAVE}).status_code == 404


def test_nobody_deletes(city_admin: Client) -> None:
    address = reverse("admin:recommendations_policyprogramme_delete", args=[make_programme().pk])
    assert city_admin.post(address, {"post": "yes"}).status_code == 403
    assert PolicyProgramme.objects.exists()


# Writing --------------------------------------------------------------------------------------------


def test_a_city_administrator_adds_and_changes(city_admin: Client) -> None:
    assert city_admin.post(reverse(ADD), {**typed(status="published"), **SAVE}).status_code == 302
    programme = PolicyProgramme.objects.get()
    assert [live.id for live in live_programmes()] == ["city_2027"]
    assert city_admin.post(page_of(programme), {**sent(programme, rate="40", key="renamed"), **SAVE}).status_code == 302
    programme.refresh_from_db()
    assert programme.key == "city_2027"  # permanent
    assert programme.rule["benefit"]["rate"] == "0.4"


def test_the_first_programme_is_stored_again_as_it_was(city_admin: Client) -> None:
    load_first_content()
    row = PolicyProgramme.objects.get(key=get_first_programmes()[0].id)
    before = row.rule
    assert city_admin.post(page_of(row), {**sent(row), **SAVE}).status_code == 302
    row.refresh_from_db()
    assert row.rule == before
    assert live_programmes() == get_first_programmes()


def test_save_and_go_on(city_admin: Client) -> None:
    response = city_admin.post(reverse(ADD), {**typed(), "_continue": "1"})
    assert response.headers["Location"] == page_of(PolicyProgramme.objects.get())


def test_two_programmes_never_share_an_id(city_admin: Client) -> None:
    make_programme(key="city_2027")
    response = city_admin.post(reverse(ADD), {**typed(), **SAVE})
    assert response.status_code == 200
    assert "There is a programme with this id already." in response.content.decode()
    assert PolicyProgramme.objects.count() == 1


def test_an_id_taken_at_the_same_moment_is_said_at_the_id(
    city_admin: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_programme(key="city_2027")
    monkeypatch.setattr(ProgrammeForm, "clean_key", lambda form: form.cleaned_data["key"])  # not there yet when asked
    response = city_admin.post(reverse(ADD), {**typed(), **SAVE})
    assert response.context["form"].errors.keys() == {"key"}
    assert PolicyProgramme.objects.count() == 1


def test_a_fault_stores_nothing_and_loses_nothing(city_admin: Client) -> None:
    faulty = typed(rate="half", name_zh="半成品", valid_from="soon", **{"conditions-0-text_en": ""})
    response = city_admin.post(reverse(ADD), {**faulty, **SAVE})
    page = response.content.decode()
    assert response.status_code == 200
    for words in ("Nothing was stored", 'value="half"', "半成品", 'value="soon"', "规上企业", "Write the day like"):
        assert words in page
    assert page.count('class="errorlist"') == 3
    assert not PolicyProgramme.objects.exists()


def test_faults_are_said_in_chinese_too(city_admin: Client) -> None:
    city_admin.cookies["language"] = "zh-hans"
    page = city_admin.post(reverse(ADD), {**typed(rate="", recorded_on="soon"), **SAVE}).content.decode()
    assert "This field is required" not in page
    assert page.count('class="errorlist"') == 2


# Rows -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("listed", "new"), [
    ("conditions", 'name="conditions-1-text_zh"'), ("papers", 'name="papers-1-paper_zh"'),
    ("conditions-0-statements", 'name="conditions-0-statements-1-question"'),
])
def test_a_row_is_added_and_everything_typed_stays(city_admin: Client, listed: str, new: str) -> None:
    response = city_admin.post(reverse(ADD), {**typed(rate="half", name_zh=""), "add": listed})
    page = response.content.decode()
    assert new in page
    assert 'value="half"' in page
    assert 'value="yes"' in page
    assert "errorlist" not in page
    assert page.count("autofocus") == 1
    assert not PolicyProgramme.objects.exists()


@pytest.mark.parametrize("listed", ["elsewhere", "conditions-99-statements", "", "conditions-0-statements-0"])
def test_a_row_of_no_list_adds_nothing(city_admin: Client, listed: str) -> None:
    response = city_admin.post(reverse(ADD), {**typed(), "add": listed})
    assert response.status_code == 200
    assert 'name="conditions-1-text_zh"' not in response.content.decode()


def test_a_question_brings_its_own_entries(city_admin: Client) -> None:
    statement = "conditions-0-statements-0"
    response = city_admin.post(reverse(ADD), {**typed(**{f"{statement}-question": "employees"}), "look": "1"})
    page = response.content.decode()
    assert f'name="{statement}-bound"' in page
    assert f'name="{statement}-options"' not in page
    assert "200,000 people" in page
    assert "errorlist" not in page


def test_a_list_does_not_grow_without_end(city_admin: Client) -> None:
    page = city_admin.post(reverse(ADD), {**typed(), "papers-rows": "1000000", "look": "1"}).content.decode()
    assert page.count('-paper_zh"') < 5_000


# Rules no row can show --------------------------------------------------------------------------------


def test_a_rule_no_row_can_show_is_shown_in_words_and_kept(city_admin: Client) -> None:
    programme = make_programme(rule={"conditions": [{**RULE["conditions"][0], "rule": NESTED}]})
    page = city_admin.get(page_of(programme)).content.decode()
    assert "(Size class: Micro; and Above-scale firm: “Yes" in page
    assert city_admin.post(page_of(programme), {**sent(programme, rate="10"), **SAVE}).status_code == 302
    programme.refresh_from_db()
    assert programme.rule["conditions"][0]["rule"] == NESTED
    assert programme.rule["benefit"]["rate"] == "0.1"


# Two at once ------------------------------------------------------------------------------------------


def test_a_second_officer_does_not_overwrite_silently(city_admin: Client) -> None:
    programme = make_programme()
    opened = sent(programme, how_en="Mine", rate="10")
    assert city_admin.post(page_of(programme), {**sent(programme, rate="20"), **SAVE}).status_code == 302
    response = city_admin.post(page_of(programme), {**opened, **SAVE})
    page = response.content.decode()
    assert response.status_code == 409
    assert "somebody else changed this programme" in page
    assert "Share of the spending (%), How to apply (English)" in page
    assert "Mine" in page
    assert 'value="10"' in page
    programme.refresh_from_db()
    assert programme.rule["benefit"]["rate"] == "0.2"

    stamp = response.context["conflict"]["stamp"]
    assert city_admin.post(page_of(programme), {**opened, **SAVE}).status_code == 409  # still not told to
    assert city_admin.post(page_of(programme), {**opened, "replace": stamp, **SAVE}).status_code == 302
    programme.refresh_from_db()
    assert (programme.rule["benefit"]["rate"], programme.rule["how"]["en"]) == ("0.1", "Mine")
    assert city_admin.post(page_of(programme), {**opened, "replace": stamp, **SAVE}).status_code == 409  # of before


def test_without_a_stamp_nothing_is_stored(city_admin: Client) -> None:
    programme = make_programme()
    assert city_admin.post(page_of(programme), {**sent(programme, rate="10", seen=None), **SAVE}).status_code == 409


# History, status, list ----------------------------------------------------------------------------------


def test_the_history_names_what_changed(city_admin: Client) -> None:
    city_admin.post(reverse(ADD), {**typed(), **SAVE})
    programme = PolicyProgramme.objects.get()
    changes = {"status": "published", "cap_3": "250000", "conditions-0-text_en": "Above scale"}
    city_admin.post(page_of(programme), {**sent(programme, **changes), **SAVE})
    with translation.override("en"):
        told = [entry.get_change_message() for entry in LogEntry.objects.order_by("pk")]
    assert told == ["Added.", "Changed Status, Most at level 3 (RMB) and Conditions."]
    assert {entry.object_id for entry in LogEntry.objects.all()} == {str(programme.pk)}
    page = city_admin.get(reverse("admin:recommendations_policyprogramme_history", args=[programme.pk]))
    assert "Most at level 3" in page.content.decode()


def test_what_says_the_same_is_not_stored_again(city_admin: Client) -> None:
    programme = make_programme()
    assert city_admin.post(page_of(programme), {**sent(programme), **SAVE}).status_code == 302
    before = programme.updated_at
    programme.refresh_from_db()
    assert programme.updated_at == before
    assert not LogEntry.objects.exists()


def test_publishing_an_unverified_or_expired_programme_is_said(city_admin: Client) -> None:
    changes = {"status": "published", "valid_to": "2026-11-02"}
    response = city_admin.post(reverse(ADD), {**typed(**changes), **SAVE}, follow=True)
    page = response.content.decode()
    assert "Published without having been verified" in page
    assert "Published although it has expired" in page
    response = city_admin.post(reverse(ADD), {**typed(key="draft"), **SAVE}, follow=True)
    assert "Published without" not in response.content.decode()


def test_the_list_says_status_verification_and_expiry(city_admin: Client) -> None:
    yesterday = (date.today() - timedelta(days=2)).isoformat()
    make_programme(rule={"valid_to": yesterday}, verified_on=date(2026, 11, 1), key="old")
    make_programme(status=ProgrammeStatus.WITHDRAWN, key="gone")
    make_programme(key="new")
    page = city_admin.get(reverse(LIST)).content.decode()
    for words in (f"{yesterday} · expired", "not known", "Published", "Withdrawn", "2026", "not verified"):
        assert words in page

    def listed(**asked: str) -> list[str]:
        return [row.key for row in city_admin.get(reverse(LIST), asked).context["cl"].result_list]

    assert listed(status__exact="withdrawn") == ["gone"]
    assert listed(attention="expired") == ["old"]
    assert listed(attention="unverified") == ["new"]
    assert listed(q="试点城市") == ["new", "old", "gone"]


def test_a_record_that_fits_no_more_is_listed_and_can_be_mended(city_admin: Client) -> None:
    programme = make_programme(rule={"benefit": {}, "conditions": ["?"]}, key="damaged")
    page = city_admin.get(reverse(LIST)).content.decode()
    assert "damaged" in page
    assert "cannot be used" in page
    assert city_admin.get(page_of(programme)).status_code == 200
    mended = {name: value for name, value in typed().items() if name.startswith(("conditions", "rate"))}
    assert city_admin.post(page_of(programme), {**sent(programme, **mended), **SAVE}).status_code == 302
    assert [live.id for live in live_programmes()] == ["damaged"]


@pytest.mark.parametrize("rule", [
    [], {"conditions": 5}, {"conditions": [{"rule": {"answer": 3}}], "benefit": 7, "name": 1, "documents": 3},
], ids=str)
def test_officers_can_open_any_damaged_record(client: Client, rule: Any) -> None:
    damaged = PolicyProgramme.objects.create(key="damaged", rule=rule)
    for role in (Role.OFFICER, Role.CITY_ADMIN):
        client.force_login(make_officer(role=role))
        assert client.get(page_of(damaged)).status_code == 200
        assert client.get(reverse(LIST)).status_code == 200


def test_the_list_asks_as_often_for_one_programme_as_for_many(city_admin: Client) -> None:
    counts = []
    for _ in range(3):
        make_programme()
        with CaptureQueriesContext(connection) as captured:
            city_admin.get(reverse(LIST))
        counts.append(len(captured))
    assert counts[1] == counts[2]


def test_the_form_asks_as_often_for_one_condition_as_for_many(city_admin: Client) -> None:
    counts = []
    for size in (1, 2, 5):
        conditions: list[Any] = [{**RULE["conditions"][0], "id": f"c{number}"} for number in range(size)]
        programme = make_programme(rule={"conditions": conditions})
        with CaptureQueriesContext(connection) as captured:
            city_admin.get(page_of(programme))
        counts.append(len(captured))
    assert counts[0] == counts[1] == counts[2]
