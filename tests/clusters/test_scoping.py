"""Every person at every door of the officers' pages."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse

from clusters.models import ClusterId, Role, User
from clusters.scoping import OFFICERS, RolePermissions, ScopedModelAdmin
from diagnosis.models import Event, EventKind, State, Submission
from recommendations.admin import SubmissionWithReportAdmin
from recommendations.models import ReportState
from tests.factories import make_officer, make_owner, make_report, make_submission

pytestmark = pytest.mark.django_db

OWN, FOREIGN = ClusterId.FOOTWEAR, ClusterId.ELECTRONICS
PEOPLE: dict[str, Callable[[], User | None]] = {
    "anonymous": lambda: None,
    "owner": make_owner,
    "own officer": lambda: make_officer(OWN),
    "foreign officer": lambda: make_officer(FOREIGN),
    "officer without cluster": make_officer,
    "auditor": lambda: make_officer(role=Role.AUDITOR),
    "city admin": lambda: make_officer(role=Role.CITY_ADMIN),
    "superuser": lambda: make_officer(role=Role.CITY_ADMIN, is_superuser=True),
    "superuser as officer elsewhere": lambda: make_officer(FOREIGN, is_superuser=True),
    "inactive officer": lambda: make_officer(OWN, is_active=False),
}
OUTSIDE = {"anonymous", "owner", "inactive officer"}
SEE = {"own officer", "auditor", "city admin", "superuser"}
BLIND = set(PEOPLE) - OUTSIDE - SEE
CHANGE = SEE - {"auditor"}


def at(name: str, *args: Any) -> str:
    return reverse(f"admin:diagnosis_submission_{name}", args=args)


def listed(client: Client, **query: str) -> list[Submission]:
    """What the list shows."""
    response = client.get(at("changelist"), query)
    return list(response.context["cl"].result_list) if response.status_code == 200 else []


@pytest.fixture
def submission() -> Submission:
    return make_report(make_submission(OWN)).submission


@pytest.fixture(params=PEOPLE)
def person(request: pytest.FixtureRequest, client: Client) -> str:
    user = PEOPLE[request.param]()
    if user is not None:
        client.force_login(user)
    return str(request.param)


def expected(person: str, *, sees: int, blind: int, only: set[str] = SEE, refused: int = 403) -> int:
    """Status for this person: outside 302, in sight `sees` (or `refused` for those not in `only`), else `blind`."""
    if person in OUTSIDE:
        return 302
    if person in BLIND:
        return blind
    return sees if person in only else refused


def check_outside(person: str, response: HttpResponse) -> None:
    if person in OUTSIDE:
        assert response["Location"].startswith("/admin/login/")


@pytest.mark.parametrize(("door", "sees"), [("change", 200), ("history", 200), ("delete", 403)])
def test_pages_of_one_submission(client: Client, person: str, submission: Submission, door: str, sees: int) -> None:
    response = client.get(at(door, submission.pk))
    assert response.status_code == expected(person, sees=sees, blind=404)
    check_outside(person, response)
    if person not in SEE:
        assert submission.company_name not in response.content.decode()


@pytest.mark.parametrize("door", ["change", "history", "delete"])
@pytest.mark.parametrize("unknown", ["987654321", "99999999999999999999999", "abc", "1_5F2"])
def test_unknown_id_looks_the_same_as_a_foreign_one(client: Client, unknown: str, door: str) -> None:
    client.force_login(make_officer(OWN))
    foreign = make_submission(FOREIGN)
    answers = [client.get(at(door, id)) for id in (unknown, foreign.pk)]
    assert [answer.status_code for answer in answers] == [404, 404]
    pages = [answer.content.decode() for answer in answers]
    assert pages[0].replace(f"/{unknown}/", "//") == pages[1].replace(f"/{foreign.pk}/", "//")


def test_list(client: Client, person: str, submission: Submission) -> None:
    response = client.get(at("changelist"))
    assert response.status_code == expected(person, sees=200, blind=200)
    assert (submission.company_name in response.content.decode()) == (person in SEE)


def test_search(client: Client, person: str, submission: Submission) -> None:
    for words in (submission.company_name[2:6], submission.uscc, submission.reference):
        assert listed(client, q=words) == ([submission] if person in SEE else [])


def test_autocomplete(client: Client, person: str, submission: Submission) -> None:
    query = {"app_label": "diagnosis", "model_name": "event", "field_name": "submission", "term": submission.uscc}
    response = client.get(reverse("admin:autocomplete"), query)
    assert response.status_code == expected(person, sees=200, blind=200)
    if person not in OUTSIDE:
        assert bool(response.json()["results"]) == (person in SEE)


def test_autocomplete_of_people_is_for_city_administrators(client: Client, person: str, submission: Submission) -> None:
    query = {"app_label": "diagnosis", "model_name": "submission", "field_name": "owner", "term": "example"}
    response = client.get(reverse("admin:autocomplete"), query)
    assert response.status_code == expected(
        person, sees=200, blind=403, only={"city admin", "superuser"}
    )


def test_nothing_can_be_added_changed_or_deleted(client: Client, person: str, submission: Submission) -> None:
    pk = submission.pk
    assert client.get(at("add")).status_code == expected(person, sees=403, blind=403)
    assert client.post(at("change", pk), {"state": "verified"}).status_code == expected(person, sees=405, blind=405)
    assert client.post(at("delete", pk), {"post": "yes"}).status_code == expected(person, sees=403, blind=404)
    client.post(at("changelist"), {"action": "delete_selected", "_selected_action": [pk], "post": "yes"})
    submission.refresh_from_db()
    assert submission.state == State.SUBMITTED


def test_download(client: Client, person: str, submission: Submission) -> None:
    response = client.get(at("download", submission.pk, "en", "pdf"))
    b"".join(response)  # read to the end, which closes the file
    assert response.status_code == expected(person, sees=200, blind=404)
    check_outside(person, response)
    logged = Event.objects.filter(submission=submission, kind=EventKind.REPORT_DOWNLOADED)
    assert logged.exists() == (person in SEE)


def test_retry(client: Client, person: str) -> None:
    report = make_report(make_submission(OWN), state=ReportState.FAILED)
    response = client.post(at("retry", report.submission_id))
    assert response.status_code == expected(person, sees=302, blind=404, only=CHANGE)
    check_outside(person, response)
    report.refresh_from_db()
    assert (report.state == ReportState.QUEUED) == (person in CHANGE)


def test_filters_name_no_foreign_cluster_county_or_version(client: Client, person: str) -> None:
    make_submission(OWN, county="jinjiang")
    foreign = make_submission(FOREIGN, county="yongchun")
    Submission.objects.filter(pk=foreign.pk).update(content_version="2019.01")
    page = client.get(at("changelist")).content.decode()
    everything = person in {"auditor", "city admin", "superuser"}
    assert ('<option value="footwear"' in page) == everything  # one cluster leaves no choice
    assert ('<option value="electronics"' in page) == everything
    assert ('<option value="2019.01"' in page) == everything
    if person == "own officer":
        assert "electronics" not in page
        assert "2019.01" not in page


@pytest.mark.parametrize("query", [{"cluster": "electronics"}, {"county": "yongchun"}, {"version": "2019.01"}])
def test_a_foreign_filter_value_in_the_address_finds_nothing(client: Client, query: dict[str, str]) -> None:
    make_submission(OWN)
    make_submission(FOREIGN, county="yongchun")
    client.force_login(make_officer(OWN))
    assert len(listed(client)) == 1
    assert not listed(client, **query)


@pytest.mark.parametrize("probe", [
    "owner__email__startswith", "answers__revenue__gt", "link_hash__startswith", "company__name",
    "previous__company_name",
])
def test_other_columns_cannot_be_probed(client: Client, probe: str) -> None:
    client.force_login(make_officer(OWN))
    assert client.get(at("changelist"), {probe: "a"}).status_code == 400


def test_drafts_are_out_of_sight_for_everybody(client: Client) -> None:
    draft = make_submission(OWN, state=State.DRAFT)
    client.force_login(make_officer(role=Role.CITY_ADMIN, is_superuser=True))
    assert client.get(at("change", draft.pk)).status_code == 404
    assert not listed(client)


def test_a_cluster_taken_away_works_at_once(client: Client, submission: Submission) -> None:
    officer = make_officer(OWN)
    client.force_login(officer)
    assert client.get(at("change", submission.pk)).status_code == 200
    officer.memberships.all().delete()
    assert client.get(at("change", submission.pk)).status_code == 404
    assert client.get(at("download", submission.pk, "en", "pdf")).status_code == 404


# The base class itself ------------------------------------------------------------------------------


class EventAdmin(ScopedModelAdmin):
    """A page with a foreign key and a save button, which no page of the product has for submissions."""

    may_add = may_change = OFFICERS
    fields = ("submission", "kind", "actor")

    def visible(self, rows: QuerySet[Event], user: User) -> QuerySet[Event]:
        return rows.filter(submission__in=Submission.objects.visible_to(user))  # type: ignore[attr-defined]


@pytest.fixture
def event_admin() -> EventAdmin:
    site = admin.AdminSite()
    site.register(Submission, SubmissionWithReportAdmin)
    site.register(Event, EventAdmin)
    return EventAdmin(Event, site)


def request_of(user: User) -> Any:
    request = RequestFactory().get("/")
    request.user = user
    return request


def test_foreign_key_menus_offer_own_rows_only(event_admin: EventAdmin, submission: Submission) -> None:
    make_submission(FOREIGN)
    request = request_of(make_officer(OWN))
    form = event_admin.get_form(request)
    assert list(form.base_fields["submission"].queryset) == [submission]
    assert not form.base_fields["actor"].queryset.exists()


def test_saving_into_a_foreign_cluster_is_refused(event_admin: EventAdmin, submission: Submission) -> None:
    foreign = make_submission(FOREIGN)
    event = submission.events.first()
    event.submission = foreign
    with pytest.raises(PermissionDenied):
        event_admin.save_model(request_of(make_officer(OWN)), event, form=None, change=True)
    event.refresh_from_db()
    assert event.submission == submission


def test_permissions_look_at_the_row(event_admin: EventAdmin, submission: Submission) -> None:
    foreign = make_submission(FOREIGN).events.first()
    request = request_of(make_officer(OWN))
    assert event_admin.has_change_permission(request, submission.events.first())
    assert not event_admin.has_change_permission(request, foreign)
    assert not event_admin.has_view_permission(request, foreign)
    assert not event_admin.has_delete_permission(request, submission.events.first())


@pytest.mark.parametrize("nobody", [lambda: make_owner(), lambda: make_officer(OWN, is_active=False)])
def test_without_a_role_there_are_no_rows(
    event_admin: EventAdmin, submission: Submission, nobody: Callable[[], User]
) -> None:
    assert not event_admin.get_queryset(request_of(nobody())).exists()


def test_every_page_of_the_site_is_scoped() -> None:
    for model_admin in admin.site._registry.values():
        assert isinstance(model_admin, ScopedModelAdmin), model_admin
        for inline in model_admin.inlines:
            assert issubclass(inline, RolePermissions), inline


# Start page, languages, content policy --------------------------------------------------------------


def test_the_start_page_names_the_clusters_and_what_is_new(client: Client, submission: Submission) -> None:
    make_submission(FOREIGN)
    client.force_login(make_officer(OWN))
    client.cookies["language"] = "en"
    page = client.get(reverse("admin:index")).content.decode()
    assert "Footwear" in page
    assert "Electronics" not in page
    assert '<span class="queue-number">1</span> Newly submitted<' in page
    client.get(at("change", submission.pk))
    assert '<span class="queue-number">0</span> Newly submitted<' in client.get(reverse("admin:index")).content.decode()


def test_an_officer_without_cluster_is_told_so(client: Client) -> None:
    client.force_login(make_officer())
    client.cookies["language"] = "en"
    assert "No cluster is assigned" in client.get(reverse("admin:index")).content.decode()


INLINE = re.compile(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)|<style|\sstyle=|\son[a-z]+=|javascript:")


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_pages_in_both_languages_under_the_strict_policy(client: Client, submission: Submission, language: str) -> None:
    client.force_login(make_officer(role=Role.CITY_ADMIN))
    client.cookies["language"] = language
    other = "en" if language == "zh-hans" else "zh-hans"
    for address in (
        reverse("admin:index"), at("changelist"), at("change", submission.pk), at("history", submission.pk),
        reverse("admin:clusters_user_changelist"), reverse("admin:clusters_user_add"),
        reverse("admin:recommendations_policyprogramme_changelist"),
        reverse("admin:recommendations_policyprogramme_add"),
    ):
        response = client.get(address)
        page = response.content.decode()
        assert response.status_code == 200, address
        assert f'<html lang="{language}"' in page, address
        assert f'name="language" value="{other}"' in page
        assert "unsafe" not in response["Content-Security-Policy"]
        assert "script-src 'self'" in response["Content-Security-Policy"]
        assert not INLINE.search(page), (address, INLINE.search(page))


def test_the_language_switch_keeps_the_page(client: Client) -> None:
    client.force_login(make_officer(OWN))
    here = at("changelist") + "?q=abc"
    response = client.post(reverse("set_language"), {"language": "en", "next": here})
    assert response["Location"] == here
    assert '<html lang="en"' in client.get(here).content.decode()
