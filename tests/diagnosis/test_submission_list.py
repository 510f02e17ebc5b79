"""The officers' list of submissions: columns, filters and search."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from clusters.models import Role, User
from diagnosis.domain.flags import RULES
from diagnosis.list_filters import FLAGS, read
from diagnosis.models import State, Submission
from recommendations.models import ReportState
from recommendations.submission_filters import FILTERS
from tests.diagnosis.listing import FOREIGN, LIST, OWN, changed, listed, page, queries, sign_in
from tests.factories import make_officer, make_report, make_submission

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer(client: Client) -> User:
    return sign_in(client)


def test_the_list_asks_as_often_for_one_row_as_for_many(client: Client, officer: Any) -> None:
    make_report(make_submission())
    client.get(reverse(LIST))
    one = len(queries(client, reverse(LIST)))
    for state in ReportState.values:
        changed(make_report(make_submission(), state=state).submission, officer=make_officer(OWN))
    make_submission()
    assert len(queries(client, reverse(LIST))) == one


def test_the_list_leaves_out_the_long_columns(client: Client, officer: Any) -> None:
    make_report(make_submission())
    rows = [sql for sql in queries(client, reverse(LIST)) if '"recommendations_report"."state"' in sql]
    assert rows
    for column in ('"answers"', '"verdict"', '"verified_verdict"', '"correction"', '"document"'):
        assert not any(column in sql for sql in rows)


def test_the_list_shows_what_an_officer_looks_for(client: Client, officer: Any) -> None:
    submission = make_report(make_submission(), state=ReportState.FAILED).submission
    changed(submission, officer=officer, revision=2)
    shown = page(client)
    for words in (
        submission.company_name, submission.uscc, "Single-point", "Jinjiang", "Failed", "林专员",
        "new · handed in again", "1 submission<",
    ):
        assert words in shown


def test_the_newest_stand_first_unless_asked_otherwise(client: Client, officer: Any) -> None:
    first, second = make_submission(), make_submission()
    assert listed(client) == [second.pk, first.pk]
    assert listed(client, order="oldest") == [first.pk, second.pk]


FilterCase = tuple[str, str, Callable[[Any], Submission], Callable[[Any], Submission]]
NARROWING: list[FilterCase] = [
    ("county", "jinjiang", lambda me: make_submission(), lambda me: make_submission(county="yongchun")),
    ("county", "unknown", lambda me: make_submission(county="unknown"), lambda me: make_submission()),
    ("size", "small", lambda me: make_submission(employees=86), lambda me: make_submission(employees=5)),
    ("size", "unknown", lambda me: changed(make_submission(), size_class=""), lambda me: make_submission()),
    ("above_scale", "yes", lambda me: make_submission(), lambda me: make_submission(above_scale="no")),
    ("above_scale", "no", lambda me: make_submission(above_scale="no"), lambda me: make_submission()),
    ("above_scale", "unknown", lambda me: make_submission(above_scale="unknown"), lambda me: make_submission()),
    ("type", "single_point", lambda me: make_submission(),
     lambda me: make_submission(production_control=0, purchasing=0, equipment_digitised=0, equipment_networked=0)),
    ("stage", "3", lambda me: changed(make_submission(), stage=3), lambda me: changed(make_submission(), stage=1)),
    ("state", "verified", lambda me: make_submission(state=State.VERIFIED), lambda me: make_submission()),
    ("state", "waiting", lambda me: make_submission(state=State.IN_REVIEW),
     lambda me: make_submission(state=State.RETURNED)),
    ("flag", "any", lambda me: changed(make_submission(), flags=["size_outside_cluster"]),
     lambda me: changed(make_submission(), flags=[])),
    ("flag", "none", lambda me: changed(make_submission(), flags=[]),
     lambda me: changed(make_submission(), flags=["size_outside_cluster"])),
    ("flag", "size_outside_cluster",
     lambda me: changed(make_submission(), flags=["scene_without_link", "size_outside_cluster"]),
     lambda me: changed(make_submission(), flags=["scene_without_link"])),
    ("officer", "me", lambda me: changed(make_submission(), officer=me), lambda me: make_submission()),
    ("officer", "nobody", lambda me: make_submission(), lambda me: changed(make_submission(), officer=me)),
    ("opened", "no", lambda me: make_submission(), lambda me: changed(make_submission(), opened_at=timezone.now())),
    ("opened", "yes", lambda me: changed(make_submission(), opened_at=timezone.now()), lambda me: make_submission()),
    ("again", "yes", lambda me: changed(make_submission(), revision=2), lambda me: make_submission()),
    ("version", "2019.01", lambda me: changed(make_submission(), content_version="2019.01"),
     lambda me: make_submission()),
    ("since", "2026-03-02", lambda me: make_submission(),
     lambda me: changed(make_submission(), submitted_at=timezone.make_aware(timezone.datetime(2026, 3, 1, 23, 59)))),
    ("until", "2026-03-01",
     lambda me: changed(make_submission(), submitted_at=timezone.make_aware(timezone.datetime(2026, 3, 1, 23, 59))),
     lambda me: changed(make_submission(), submitted_at=timezone.make_aware(timezone.datetime(2026, 3, 2)))),
    ("report", "failed", lambda me: make_report(make_submission(), state=ReportState.FAILED).submission,
     lambda me: make_report(make_submission()).submission),
]


@pytest.mark.parametrize(("name", "value", "inside", "outside"), NARROWING, ids=[f"{a}={b}" for a, b, *_ in NARROWING])
def test_every_filter_narrows(
    client: Client, officer: Any, name: str, value: str, inside: Callable[[Any], Submission],
    outside: Callable[[Any], Submission],
) -> None:
    found, left_out = inside(officer), outside(officer)
    assert set(listed(client)) == {found.pk, left_out.pk}
    assert listed(client, **{name: value}) == [found.pk]


def test_every_filter_is_tried() -> None:
    tried = {name for name, *_rest in NARROWING}
    assert tried | {"q", "cluster", "order"} == {one.id for one in FILTERS}
    assert set(FLAGS) == set(RULES)


def test_an_officer_of_two_clusters_chooses_one(client: Client) -> None:
    client.force_login(make_officer(OWN, FOREIGN))
    here, there = make_submission(OWN), make_submission(FOREIGN)
    assert set(listed(client)) == {here.pk, there.pk}
    assert listed(client, cluster="electronics") == [there.pk]
    assert "column-cluster" in page(client)


def test_who_sees_one_cluster_has_no_column_and_no_filter_for_it(client: Client, officer: Any) -> None:
    make_submission()
    assert "column-cluster" not in page(client)
    assert 'name="cluster"' not in page(client)


def test_another_officers_work_can_be_looked_at(client: Client, officer: Any) -> None:
    colleague = make_officer(OWN)
    theirs = changed(make_submission(), officer=colleague)
    make_submission()
    assert listed(client, officer=str(colleague.pk)) == [theirs.pk]
    stranger = make_officer(FOREIGN)
    assert f'value="{stranger.pk}"' not in page(client)
    assert listed(client, officer=str(stranger.pk)) == []


def test_filters_and_search_work_together(client: Client, officer: Any) -> None:
    wanted = make_submission(county="jinjiang", company_name="晋江海风鞋业")
    make_submission(county="yongchun", company_name="永春海风鞋业")
    make_submission(county="jinjiang", company_name="晋江顺达鞋业")
    assert listed(client, q="海风", county="jinjiang") == [wanted.pk]
    shown = page(client, q="海风", county="jinjiang")
    assert 'value="海风"' in shown
    assert '<option value="jinjiang" selected>' in shown


@pytest.mark.parametrize(("name", "value", "said"), [
    ("type", "gigantic", "This choice does not exist."),
    ("cluster", FOREIGN, "This choice does not exist."),
    ("stage", "six", "This choice does not exist."),
    ("officer", "1 OR 1=1", "This choice does not exist."),
    ("state", "draft", "This choice does not exist."),
    ("state", "withdrawn", "This choice does not exist."),
    ("since", "24/11/2026", "Write the date as 2026-11-24."),
    ("until", "9999-12-31", "Write the date as 2026-11-24."),
    ("q", "鞋", "Type at least two characters that follow one another."),
    ("q", "a b c", "Type at least two characters that follow one another."),
    ("q", "长" * 121, "This is too long to search for."),
])
def test_a_value_that_is_not_offered_finds_nothing_and_says_so(
    client: Client, officer: Any, name: str, value: str, said: str
) -> None:
    make_submission()
    shown = page(client, **{name: value})
    assert said in shown
    assert f'value="{value}"' in shown
    assert listed(client, **{name: value}) == []


@pytest.mark.parametrize("name", ["type__exact", "submitted_at__year", "answers__revenue", "owner", "p__lt"])
def test_a_name_that_is_no_filter_is_refused(client: Client, officer: Any, name: str) -> None:
    assert client.get(reverse(LIST), {name: "1"}).status_code == 400


@pytest.mark.parametrize("blank", ["", "   ", "\u3000"])
def test_a_blank_search_shows_the_list(client: Client, officer: Any, blank: str) -> None:
    submission = make_submission()
    assert listed(client, q=blank, county=blank) == [submission.pk]


def test_drafts_and_withdrawn_are_never_listed(client: Client) -> None:
    client.force_login(make_officer(role=Role.CITY_ADMIN))
    draft, withdrawn = make_submission(state=State.DRAFT), make_submission(state=State.WITHDRAWN)
    changed(draft, company_name="不见鞋业")
    for query in ({}, {"q": withdrawn.company_name}, {"q": "不见"}, {"state": "draft"}, {"opened": "no"}):
        assert listed(client, **query) == []


def test_values_that_are_read_are_those_that_are_offered(officer: Any) -> None:
    make_submission()
    wanted = read({"county": " jinjiang ", "unknown": "x", "q": ""}, officer)
    assert dict(wanted.values) == {"county": "jinjiang"}
    assert not wanted.faults
    assert wanted.in_words() == [("所在县区", "晋江市")]


# A foreign cluster never shows through ---------------------------------------------------------------


@pytest.mark.parametrize("query", [
    {}, {"q": "秘密"}, {"cluster": FOREIGN}, {"cluster": OWN}, {"state": "waiting"}, {"officer": "nobody"},
    {"opened": "no"}, {"flag": "none"}, {"flag": "any"}, {"order": "oldest"}, {"since": "2020-01-01"},
    {"q": "秘密", "cluster": FOREIGN}, {"p": "on.99999999999999999.1"}, {"p": "back.1.1"},
], ids=urlencode)
def test_a_foreign_firm_is_found_by_nothing(client: Client, officer: Any, query: dict[str, str]) -> None:
    foreign = make_submission(FOREIGN, company_name="秘密电子有限公司")
    assert foreign.pk not in listed(client, **query)
    assert "秘密电子" not in page(client, **query)


# Search ---------------------------------------------------------------------------------------------




def test_search_in_chinese_by_code_and_reference(client: Client, officer: Any) -> None:
    submission = make_submission(company_name="石狮市海风服饰织造有限公司（Ｑuanzhou）")
    make_submission()
    code = submission.uscc
    for words in (
        "海风服饰", "海风", "石狮 织造", "石狮市海风服饰织造有限公司", "（quanzhou）", "QUANZHOU", "石　织造", "司(q",
        f"{code[:4]} 海风",
        code, code[-8:], code[-2:] + " 海风", code.lower(), submission.reference.lower(), submission.reference[2:7],
    ):
        assert listed(client, q=words) == [submission.pk], words


@pytest.mark.parametrize("words", ["海凤", "风海", "海风 不在", "海%", "%%", "__", "海_服", "'; --", "\\\\"])
def test_search_finds_only_what_holds_every_word_as_typed(client: Client, officer: Any, words: str) -> None:
    make_submission(company_name="石狮市海风服饰织造有限公司")
    assert listed(client, q=words) == []


def test_pattern_signs_mean_themselves(client: Client, officer: Any) -> None:
    signs = make_submission(company_name="100%_棉\\纺")
    make_submission(company_name="1000 棉纺")
    for words in ("0%", "%_", "_棉", "棉\\", "100%_棉\\纺"):
        assert listed(client, q=words) == [signs.pk], words


def test_a_word_does_not_run_from_the_name_into_the_code(client: Client, officer: Any) -> None:
    submission = make_submission(company_name="石狮鞋业")
    assert listed(client, q="业" + submission.uscc[:1]) == []


def test_the_pairs_narrow_down_and_the_word_decides(client: Client, officer: Any) -> None:
    """Both hold the pairs of the word, one holds the word."""
    make_submission(company_name="海风和风海的海")
    wanted = make_submission(company_name="海风海鞋业")
    assert listed(client, q="海风海") == [wanted.pk]
