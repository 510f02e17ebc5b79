"""Pages of the officers' list, long and short, and the plans the database makes for them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from clusters.models import Role, User
from diagnosis import list_pages
from diagnosis.models import Submission
from tests.diagnosis.listing import FOREIGN, INDEX, LIST, OWN, changed, listed, page, queries, sign_in
from tests.factories import make_officer, make_submission
from tests.many import insert_many

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer(client: Client) -> User:
    return sign_in(client)


@pytest.fixture
def long_list(client: Client, officer: Any, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Eleven rows, which is here a long list, some of the same moment; four rows a page."""
    monkeypatch.setattr(list_pages, "MOST_COUNTED", 5)
    monkeypatch.setattr(admin.site._registry[Submission], "list_per_page", 4)
    now = timezone.now()
    rows = [changed(make_submission(), submitted_at=now - timedelta(hours=number // 6)).pk for number in range(11)]
    return sorted(rows, key=lambda pk: (Submission.objects.get(pk=pk).submitted_at, pk), reverse=True)


def walk(client: Client, link: str, **query: str) -> list[list[int]]:
    """All pages from here by their links."""
    seen, address = [], f"?{urlencode(query)}"
    while address:
        response = client.get(reverse(LIST) + address)
        cl = response.context["cl"]
        seen.append([row.pk for row in cl.result_list])
        address = cl.page_links()[link]
        assert not address or address.replace("&", "&amp;") in response.content.decode()
    return seen


@pytest.mark.parametrize("order", ["", "oldest"])
def test_a_long_list_shows_every_row_once(client: Client, long_list: list[int], order: str) -> None:
    expected = long_list if not order else long_list[::-1]
    pages = walk(client, "on", order=order)
    assert pages == [expected[:4], expected[4:8], expected[8:]]
    assert "more than" in page(client)


def test_a_long_list_goes_back_the_same_way(client: Client, long_list: list[int]) -> None:
    last = client.get(reverse(LIST)).context["cl"].page_links()["on"]
    last = client.get(reverse(LIST) + last).context["cl"].page_links()["on"]
    query = dict([last.removeprefix("?").split("=")])
    assert walk(client, "back", **query) == [long_list[8:], long_list[4:8], long_list[:4]]


def test_a_new_row_does_not_shift_the_next_page(client: Client, long_list: list[int]) -> None:
    after = client.get(reverse(LIST)).context["cl"].page_links()["on"]
    make_submission()
    cl = client.get(reverse(LIST) + after).context["cl"]
    assert [row.pk for row in cl.result_list] == long_list[4:8]


def test_pages_keep_the_filters(client: Client, long_list: list[int]) -> None:
    changed(Submission.objects.get(pk=long_list[5]), county="yongchun")
    pages = walk(client, "on", county="jinjiang")
    assert [pk for one in pages for pk in one] == [pk for pk in long_list if pk != long_list[5]]


@pytest.mark.parametrize("place", ["", "7", "0", "-1", "on", "on.x.1", "on.1.99999999999999999999", "back.0.0", "或"])
def test_a_place_that_is_none_is_no_fault(client: Client, long_list: list[int], place: str) -> None:
    assert set(listed(client, p=place)) <= set(long_list)


@pytest.mark.parametrize("number", ["0", "-3", "2", "999", "on.1.1", "x"])
def test_page_numbers_of_a_short_list(client: Client, officer: Any, number: str) -> None:
    submission = make_submission()
    assert listed(client, p=number) == [submission.pk]


def test_a_long_list_is_not_sorted_by_columns(client: Client, long_list: list[int]) -> None:
    assert listed(client, o="0") == long_list[:4]
    assert 'class="sortable' not in page(client)


def test_a_short_list_is_sorted_by_columns(client: Client, officer: Any) -> None:
    late, early = make_submission(), make_submission()
    changed(late, stage=1)
    changed(early, stage=4)
    number = str(client.get(reverse(LIST)).context["cl"].list_display.index("stage_display"))
    assert listed(client, o=number) == [late.pk, early.pk]
    assert listed(client, o=f"-{number}") == [early.pk, late.pk]


def test_the_number_is_counted_no_further_than_needed(client: Client, long_list: list[int]) -> None:
    counts = [sql for sql in queries(client, reverse(LIST)) if "COUNT(" in sql and "diagnosis_submission" in sql]
    assert counts
    assert all("LIMIT 6" in sql for sql in counts)


def test_nothing_is_done_to_a_whole_list_that_is_long(client: Client, long_list: list[int]) -> None:
    data = {"action": "assign_selected_to_me", "select_across": "1", "index": "0", "_selected_action": long_list[0]}
    answer = client.post(reverse(LIST), data, follow=True)
    assert "too long for that" in answer.content.decode()
    assert not Submission.objects.exclude(officer=None).exists()


def test_marked_rows_of_a_long_list_are_acted_on(client: Client, long_list: list[int]) -> None:
    data = {"action": "assign_selected_to_me", "select_across": "0", "index": "0", "_selected_action": long_list[:2]}
    client.post(reverse(LIST), data)
    assert set(Submission.objects.exclude(officer=None).values_list("pk", flat=True)) == set(long_list[:2])


# Plans ----------------------------------------------------------------------------------------------

HOT = [
    {}, {"order": "oldest"}, {"q": "海风"}, {"q": "0000777"}, {"q": "不在这里"}, {"county": "dehua"},
    {"county": "unknown"}, {"size": "large"}, {"size": "unknown"}, {"above_scale": "unknown"},
    {"type": "full_process"}, {"stage": "5"}, {"stage": "0"}, {"state": "verified"}, {"state": "waiting"},
    {"flag": "any"}, {"flag": "size_outside_cluster"}, {"flag": "above_scale_no_but_revenue"}, {"officer": "me"},
    {"officer": "nobody"}, {"opened": "no"}, {"opened": "yes"}, {"again": "yes"}, {"since": "2026-01-01"},
    {"version": "2025.01"}, {"state": "waiting", "order": "oldest"}, {"p": "on.1700000000000000.1"},
    {"report": "failed"},
]


def _plan(sql: str) -> str:
    """As on a solid-state disk. With the default price of a random page both ways of a join cost nearly the same at
    this size, and chance in the sample of ANALYZE decides; at a million rows it does not."""
    with connection.cursor() as cursor:
        cursor.execute("SET random_page_cost = 1.1")
        cursor.execute("EXPLAIN " + sql)
        return "\n".join(line for (line,) in cursor.fetchall())


def _selects(client: Client, address: str) -> list[str]:
    return [sql for sql in queries(client, address) if sql.startswith("SELECT") and "diagnosis_submission" in sql]


def test_no_page_of_a_long_list_reads_the_whole_table(client: Client) -> None:
    """With one cluster, with two, with all."""
    insert_many(20_000)
    pages = [reverse(INDEX), *(f"{reverse(LIST)}?{urlencode(query)}" for query in HOT)]
    for person in (make_officer(OWN), make_officer(OWN, FOREIGN), make_officer(role=Role.CITY_ADMIN)):
        client.force_login(person)
        for address in pages:
            asked = _selects(client, address)
            assert asked, address
            for sql in asked:
                plan = _plan(sql)
                for table in ("diagnosis_submission", "recommendations_report"):
                    assert f"Seq Scan on {table}" not in plan, f"{address}\n{sql}\n{plan}"
