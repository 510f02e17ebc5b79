"""What waits for an officer on the start page, and the lists each officer keeps."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clusters.models import Role, User
from diagnosis import saved_filters
from diagnosis.actions import mark_opened
from diagnosis.models import SavedFilter, State, Submission
from diagnosis.work_queue import QUEUES, queues_of
from tests.diagnosis.listing import FOREIGN, INDEX, LIST, OWN, changed, listed, page, queries, sign_in
from tests.diagnosis.reviewing import hands_in_again
from tests.factories import make_officer, make_owner, make_submission
from tests.many import insert_many

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer(client: Client) -> User:
    return sign_in(client)


def test_opening_makes_a_submission_old_and_correcting_it_new(client: Client, officer: Any) -> None:
    submission = make_submission()
    assert listed(client, opened="no") == [submission.pk]
    client.get(reverse("admin:diagnosis_submission_change", args=[submission.pk]))
    assert listed(client, opened="no") == []
    assert listed(client, opened="yes") == [submission.pk]
    returned = changed(submission, state=State.RETURNED)
    returned.refresh_from_db()
    hands_in_again(returned, by=None)
    assert listed(client, opened="no", again="yes", state="submitted") == [submission.pk]


def test_a_page_of_the_revision_before_leaves_the_new_one_new(officer: Any) -> None:
    seen = make_submission()
    changed(seen, revision=2)
    mark_opened(submission=seen, by=officer)
    assert Submission.objects.get().opened_at is None


def test_an_auditor_who_looks_leaves_it_new(client: Client) -> None:
    client.force_login(make_officer(role=Role.AUDITOR))
    submission = make_submission()
    client.get(reverse("admin:diagnosis_submission_change", args=[submission.pk]))
    assert listed(client, opened="no") == [submission.pk]


@pytest.fixture
def work(officer: Any) -> dict[str, set[int]]:
    """One of each kind, and one of each kind in a foreign cluster."""
    opened = timezone.now()
    rows: dict[str, set[int]] = {}
    for cluster in (FOREIGN, OWN):
        new = make_submission(cluster)
        mine = changed(make_submission(cluster), officer=officer, opened_at=opened)
        review = changed(make_submission(cluster, state=State.IN_REVIEW), officer=officer, opened_at=opened)
        again = changed(make_submission(cluster), revision=2, opened_at=opened)
        returned = changed(make_submission(cluster, state=State.RETURNED), opened_at=opened)
        rows = {
            "new": {new.pk}, "mine": {mine.pk, review.pk}, "again": {again.pk}, "free": {new.pk, again.pk},
            "returned": {returned.pk},
        }
    return rows


def test_my_work_counts_what_its_lists_show(client: Client, officer: Any, work: dict[str, set[int]]) -> None:
    shown = {one["id"]: one for one in queues_of(officer)}
    assert set(shown) == set(work) == {one.id for one in QUEUES}
    start = client.get(reverse(INDEX)).content.decode()
    for id, pks in work.items():
        assert shown[id]["number"] == str(len(pks))
        address = f"{reverse(LIST)}?{shown[id]['query']}"
        assert address.replace("&", "&amp;") in start
        assert {row.pk for row in client.get(address).context["cl"].result_list} == pks


def test_what_waits_longest_stands_on_the_start_page(client: Client, officer: Any) -> None:
    now = timezone.now()
    rows = [changed(make_submission(), submitted_at=now - timedelta(days=days)) for days in range(7)]
    changed(rows[6], state=State.VERIFIED)
    make_submission(FOREIGN)
    start = client.get(reverse(INDEX)).content.decode()
    assert [row.company_name in start for row in rows] == [False, True, True, True, True, True, False]
    assert "5 days" in start
    assert start.index(rows[5].company_name) < start.index(rows[4].company_name)


def test_large_numbers_are_cut_short(officer: Any) -> None:
    insert_many(2000)
    numbers = {one["id"]: one["number"] for one in queues_of(make_officer(role=Role.CITY_ADMIN))}
    assert numbers == {"new": "99+", "mine": "0", "again": "50", "free": "99+", "returned": "99+"}


def test_the_start_page_asks_as_often_for_one_row_as_for_many(client: Client, officer: Any) -> None:
    make_submission()
    queries(client, reverse(INDEX))
    one = len(queries(client, reverse(INDEX)))
    for state in (State.SUBMITTED, State.IN_REVIEW, State.RETURNED):
        changed(make_submission(state=state), officer=officer)
    assert len(queries(client, reverse(INDEX))) == one


# Saved filters --------------------------------------------------------------------------------------




def save(client: Client, name: str, query: str) -> Any:
    return client.post(reverse("admin:diagnosis_submission_save_filter"), {"name": name, "query": query})


def test_a_list_is_kept_shown_and_removed(client: Client, officer: Any) -> None:
    answer = save(client, " 待办 晋江 ", "county=jinjiang&state=waiting&p=3&evil=%3Cb%3E")
    kept = SavedFilter.objects.get()
    assert (kept.user, kept.name, kept.query) == (officer, "待办 晋江", "state=waiting&county=jinjiang")
    assert answer["Location"] == f"{reverse(LIST)}?{kept.query}"
    shown = page(client)
    assert "待办 晋江" in shown
    assert f'href="{reverse(LIST)}?state=waiting&amp;county=jinjiang"' in shown
    client.post(reverse("admin:diagnosis_submission_delete_filter", args=[kept.pk]))
    assert not SavedFilter.objects.exists()


def test_the_same_name_replaces(client: Client, officer: Any) -> None:
    save(client, "a", "county=jinjiang")
    save(client, "a", "county=shishi")
    assert SavedFilter.objects.get().query == "county=shishi"


@pytest.mark.parametrize(("name", "query"), [
    ("", "county=jinjiang"), ("   ", "county=jinjiang"), ("x" * 61, "county=jinjiang"), ("a\0b", "county=jinjiang"),
    ("a", ""), ("a", "county=atlantis"), ("a", f"cluster={FOREIGN}"), ("a", "next=//evil.example"),
    ("a", "https://evil.example/?x=1"), ("a", "q=" + "%E9%95%BF" * 120),
])
def test_what_is_not_kept(client: Client, officer: Any, name: str, query: str) -> None:
    answer = save(client, name, query)
    assert answer["Location"].startswith(reverse(LIST))
    assert not SavedFilter.objects.exists()


def test_a_person_keeps_no_more_than_the_limit(
    client: Client, officer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(saved_filters, "MOST", 2)
    for name in ("a", "b", "c"):
        save(client, name, "county=jinjiang")
    save(client, "a", "county=shishi")
    assert dict(SavedFilter.objects.values_list("name", "query")) == {"a": "county=shishi", "b": "county=jinjiang"}


def test_saved_lists_are_ones_own(client: Client, officer: Any) -> None:
    foreign = SavedFilter.objects.create(user=make_officer(OWN), name="别人的清单", query="county=jinjiang")
    assert "别人的清单" not in page(client)
    assert client.post(reverse("admin:diagnosis_submission_delete_filter", args=[foreign.pk])).status_code == 404
    assert SavedFilter.objects.filter(pk=foreign.pk).exists()


def test_an_auditor_keeps_lists_too(client: Client) -> None:
    client.force_login(make_officer(role=Role.AUDITOR))
    save(client, "a", "county=jinjiang")
    assert SavedFilter.objects.exists()


def test_saved_lists_only_by_post_and_for_officers(client: Client, officer: Any) -> None:
    kept = SavedFilter.objects.create(user=officer, name="a", query="county=jinjiang")
    addresses = (
        reverse("admin:diagnosis_submission_save_filter"),
        reverse("admin:diagnosis_submission_delete_filter", args=[kept.pk]),
    )
    for address in addresses:
        assert client.get(address).status_code == 405
    for outsider in (None, make_owner()):
        client.logout()
        if outsider:
            client.force_login(outsider)
        for address in addresses:
            assert client.post(address, {"name": "b", "query": "county=jinjiang"}).status_code == 302
    assert list(SavedFilter.objects.values_list("name", flat=True)) == ["a"]


def test_the_database_refuses_a_saved_list_without_name_or_twice(officer: Any) -> None:
    SavedFilter.objects.create(user=officer, name="a", query="")
    for name in ("", "a"):
        with pytest.raises(IntegrityError), transaction.atomic():
            SavedFilter.objects.create(user=officer, name=name, query="")


def test_the_list_asks_as_often_with_many_saved_lists(client: Client, officer: Any) -> None:
    save(client, "a", "county=jinjiang")
    page(client)
    one = len(queries(client, reverse(LIST)))
    save(client, "b", "county=shishi")
    page(client)
    assert len(queries(client, reverse(LIST))) == one
