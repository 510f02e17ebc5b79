"""The log in the officers' pages: who reads what, filters, export, and that nobody changes it."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clusters.audit import record
from clusters.audit_words import detail_in_words
from clusters.models import AuditEvent, AuditKind, ClusterId, Role, User
from tests.factories import make_officer, make_owner

pytestmark = pytest.mark.django_db
LIST, EXPORT = "admin:clusters_auditevent_changelist", "admin:clusters_auditevent_export"
OWN, FOREIGN = ClusterId.FOOTWEAR, ClusterId.CRAFTS


@pytest.fixture
def officer(client: Client) -> User:
    officer = make_officer(OWN)
    client.force_login(officer)
    client.cookies["language"] = "en"
    return officer


def listed(client: Client, **query: str) -> set[AuditEvent]:
    return set(client.get(reverse(LIST), query).context["cl"].result_list)


def exported(client: Client, **query: str) -> list[list[str]]:
    response = client.get(reverse(EXPORT), query)
    assert response.status_code == 200
    text = b"".join(response.streaming_content).decode()  # type: ignore[attr-defined]
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))


def entries(officer: User) -> dict[str, AuditEvent]:
    other, kind = make_officer(OWN), AuditKind.FILE_ASKED
    return {
        "own": record(kind, by=officer, clusters=[OWN]),
        "own, without cluster": record(kind, by=officer),
        "own, of a cluster lost since": record(kind, by=officer, clusters=[FOREIGN]),
        "another's, own cluster": record(AuditKind.LIST_EXPORTED, by=other, clusters=[OWN]),
        "the site's, own cluster": record(AuditKind.FILE_FAILED, by=None, clusters=[OWN]),
        "another's, own and foreign cluster": record(kind, by=other, clusters=[OWN, FOREIGN]),
        "another's, foreign cluster": record(kind, by=other, clusters=[FOREIGN]),
        "another's, without cluster": record(AuditKind.PERSON_CHANGED, by=other),
    }


HIDDEN = {"another's, own and foreign cluster", "another's, foreign cluster", "another's, without cluster"}


def test_an_officer_reads_own_entries_and_those_of_own_clusters_only(client: Client, officer: User) -> None:
    all_ = entries(officer)
    assert listed(client) == {event for name, event in all_.items() if name not in HIDDEN}
    for name, event in all_.items():
        response = client.get(reverse("admin:clusters_auditevent_change", args=[event.pk]))
        assert response.status_code == (404 if name in HIDDEN else 200), name


@pytest.mark.parametrize("role", [Role.CITY_ADMIN, Role.AUDITOR])
def test_those_who_see_all_clusters_read_all(client: Client, role: str) -> None:
    all_ = entries(make_officer(OWN))
    client.force_login(make_officer(role=role))
    assert listed(client) == set(all_.values())


def test_an_officer_without_cluster_reads_own_entries(client: Client) -> None:
    officer = make_officer()
    entries(make_officer(OWN))
    own = record(AuditKind.FILE_ASKED, by=officer, clusters=[OWN])
    client.force_login(officer)
    assert listed(client) == {own}


@pytest.mark.parametrize("who", [None, make_owner])
def test_nobody_else(client: Client, who: Any) -> None:
    if who:
        client.force_login(who())
    for door in (LIST, EXPORT):
        assert client.get(reverse(door))["Location"].startswith("/admin/login/")


def test_filters(client: Client, officer: User) -> None:
    all_ = entries(officer)
    assert listed(client, kind__exact="list_exported") == {all_["another's, own cluster"]}
    assert listed(client, who="me") == {event for name, event in all_.items() if name.startswith("own")}
    assert listed(client, who="others") == {all_["another's, own cluster"], all_["the site's, own cluster"]}
    assert all_["own, without cluster"] not in listed(client, cluster=OWN)
    assert listed(client, cluster=FOREIGN) == set()
    assert listed(client, at__year="2019") == set()
    assert listed(client, q=officer.email) == {event for name, event in all_.items() if name.startswith("own")}


def test_nobody_changes_or_deletes(client: Client) -> None:
    event = record(AuditKind.FILE_ASKED, by=None, clusters=[OWN])
    for role in (Role.OFFICER, Role.CITY_ADMIN, Role.AUDITOR):
        client.force_login(make_officer(OWN, role=role) if role == Role.OFFICER else make_officer(role=role))
        change = reverse("admin:clusters_auditevent_change", args=[event.pk])
        delete = reverse("admin:clusters_auditevent_delete", args=[event.pk])
        assert client.post(change, {"kind": "list_exported"}).status_code == 403
        assert client.get(delete).status_code == client.post(delete, {"post": "yes"}).status_code == 403
        assert client.get(reverse("admin:clusters_auditevent_add")).status_code == 403
        action = {"action": "delete_selected", "_selected_action": [str(event.pk)], "post": "yes"}
        client.post(reverse(LIST), action)
    assert AuditEvent.objects.get() == event


def test_as_many_questions_for_one_entry_as_for_many(client: Client, officer: User) -> None:
    def queries(door: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            response = client.get(reverse(door))
            if response.streaming:
                b"".join(response.streaming_content)  # type: ignore[attr-defined]
        return len(captured)

    entries(officer)
    client.get(reverse(LIST))
    before = {door: queries(door) for door in (LIST, EXPORT)}
    entries(officer)
    assert {door: queries(door) for door in (LIST, EXPORT)} == before


# --- export -----------------------------------------------------------------------------------


def test_export_of_what_is_in_sight(client: Client, officer: User) -> None:
    entries(officer)
    heading, *lines = exported(client)
    assert heading == ["when", "who", "e-mail", "what", "clusters", "detail"]
    assert len(lines) == 8 - len(HIDDEN) + 1  # the export's own entry is in it
    assert not any("Crafts" in line[4] and line[2] != officer.email for line in lines)


def test_export_of_the_filter(client: Client, officer: User) -> None:
    entries(officer)
    _heading, *lines = exported(client, who="others", kind__exact="list_exported")
    assert [line[3] for line in lines] == ["list exported"]


def test_the_export_is_logged(client: Client, officer: User) -> None:
    entries(officer)
    exported(client, who="me")
    event = AuditEvent.objects.latest("pk")
    assert (event.kind, event.actor, event.clusters) == (AuditKind.LIST_EXPORTED, officer, [OWN])
    assert event.detail == {"list": "log", "rows": 3, "filters": {"who": ["me"]}}


def test_no_cell_is_a_formula(client: Client, officer: User) -> None:
    User.objects.filter(pk=officer.pk).update(name="=1+1")
    record(AuditKind.FILE_READY, by=officer, clusters=[OWN], **{"@SUM(A1)": "x"})
    _heading, *lines = exported(client)
    cells = [cell for line in lines for cell in line]
    assert "'=1+1" in cells
    assert not any(cell.startswith(("=", "@", "+", "-")) for cell in cells)


def test_a_filter_that_is_none_leads_back_to_the_list(client: Client, officer: User) -> None:
    response = client.get(reverse(EXPORT), {"at__year": "never"})
    assert (response.status_code, response["Location"]) == (302, reverse(LIST))


def test_methods(client: Client, officer: User) -> None:
    assert client.post(reverse(EXPORT)).status_code == 405


# --- words and the database ---------------------------------------------------------------------


@pytest.mark.parametrize(("detail", "words"), [
    ({"file": 7, "kind": "reports", "firms": 800}, "file no.: 7 · kind: Reports as a ZIP · firms: 800"),
    ({"zeta": 1, "attempt": 2}, "attempt: 2 · zeta: 1"),
    ({"filters": {"state": ["verified", "returned"]}, "list": "log"}, "list: log · filters: state=verified, returned"),
    ({"name": None, "rows": 0}, "rows: 0"), ({"done": True}, "done: yes"), ({}, ""), ({"kind": 5}, "kind: 5"),
])
def test_detail_in_words(detail: dict[str, Any], words: str) -> None:
    from django.utils import translation

    with translation.override("en"):
        assert detail_in_words(detail) == words


def test_only_kinds_that_are_known() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        record("anything", by=None)  # type: ignore[arg-type]


def test_an_entry_outlives_its_person() -> None:
    officer = make_officer(OWN)
    record(AuditKind.FILE_ASKED, by=officer, clusters=[OWN, OWN])
    officer.delete()
    event = AuditEvent.objects.get()
    assert (event.actor, event.clusters) == (None, [OWN])
