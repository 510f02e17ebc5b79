"""A list as CSV: what is in it, formulas made harmless, what the log says, memory, scope meanwhile."""

from __future__ import annotations

import csv
import io
import tracemalloc
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from clusters.models import AuditEvent, AuditKind, Role, User
from clusters.workbook import neutral, plain
from diagnosis import exports
from diagnosis.content import get_questionnaire
from diagnosis.export_columns import IN_FACTS, columns
from diagnosis.exports import Form, csv_chunks
from diagnosis.list_filters import read
from diagnosis.models import Event, EventKind, State, Submission
from recommendations.models import ReportState
from tests.factories import make_officer, make_report, make_submission
from tests.many import insert_many
from tests.recommendations.exporting import FOREIGN, OWN, address, asked, logged, rows_of, sign_in

pytestmark = pytest.mark.django_db

FACTS_AS_WORDS, ALL_AS_IDS = Form(format="csv", answers=False, ids=False), Form(format="csv", answers=True, ids=True)


@pytest.fixture
def officer(client: Client) -> User:
    return sign_in(client)


@pytest.fixture(autouse=True)
def no_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("recommendations.file_actions._ring", lambda file_id: None)


def test_facts_verdict_and_scores_in_words(client: Client, officer: User) -> None:
    submission = make_submission(company_name="踏浪鞋业")
    Submission.objects.filter(pk=submission.pk).update(officer=officer, flags=["size_outside_cluster"])
    (row,) = rows_of(asked(client))
    assert row["Reference"] == submission.reference
    assert row["Company"] == "踏浪鞋业"
    assert row["Submitted"] == f"{timezone.localdate():%Y-%m-%d}"
    said = {"Cluster": "Footwear", "Type": "Single-point", "Size": "Small", "Above-scale": "yes", "Employees": "86",
            "Officer": "林专员", "Looks odd": "unusual number of employees", "Agreed to anonymous statistics": "yes",
            "Verified type": "", "County": "Jinjiang City"}
    assert {key: row[key] for key in said} == said
    assert submission.verdict is not None
    assert float(row["Official preparation sheet: total"]) == submission.verdict["official_sheet"]["total"]
    need = submission.verdict["needs"]["policy_support"]["score"]
    assert float(row["Need: Policy support"]) == need
    assert not any(question.name.en in row for question in get_questionnaire().group("links"))


def test_the_same_in_chinese(client: Client, officer: User) -> None:
    make_submission(company_name="踏浪鞋业")
    (row,) = rows_of(asked(client, language="zh-hans", columns="answers"))
    assert "踏浪鞋业" in row.values()
    assert "单点式转型" in row.values()
    question = get_questionnaire().questions["production_control"]
    assert row[question.name.zh] == question.options[2].label.zh


def test_all_answers_as_ids_are_what_was_stored(client: Client, officer: User) -> None:
    submission = make_submission(network=["floor_control"], wishes=["按时交货", "少返工"])
    (row,) = rows_of(asked(client, columns="answers", cells="ids"))
    expected = {"state": "submitted", "type": "single_point", "above_scale": "yes", "cluster": "footwear",
                "production_control": "2", "quality": "unknown", "network": "floor_control",
                "wishes": "按时交货; 少返工", "hr": ""}
    assert {key: row[key] for key in expected} == expected
    assert set(get_questionnaire().questions) - IN_FACTS <= set(row)
    assert row["technological_integration"] == str(submission.verdict["dimensions"]["technological_integration"])  # type: ignore[index]


@pytest.mark.parametrize("ids", [True, False])
def test_no_heading_stands_twice(ids: bool) -> None:
    for language in ("zh-hans", "en"):
        with translation.override(language):
            headings = [column.heading for column in columns(answers=True, ids=ids)]
            assert len(set(headings)) == len(headings), sorted(one for one in headings if headings.count(one) > 1)


def test_an_option_that_exists_no_more_stands_as_stored(client: Client, officer: User) -> None:
    submission = make_submission()
    answers = {**submission.answers, "chain_role": "gone", "network": ["gone", "floor_control"], "quality": 9}
    Submission.objects.filter(pk=submission.pk).update(answers=answers)
    (row,) = rows_of(asked(client, columns="answers"))
    questions = get_questionnaire().questions
    assert row[questions["chain_role"].name.en] == "gone"
    assert row[questions["quality"].name.en] == "9"
    assert row[questions["network"].name.en].startswith("gone; ")


def test_the_rows_are_all_that_the_filters_give(
    client: Client, officer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "BATCH", 2)
    inside = {make_submission(county="jinjiang").reference for _number in range(5)}
    make_submission(county="yongchun")
    make_report(make_submission(county="yongchun"), state=ReportState.FAILED)
    assert {row["Reference"] for row in rows_of(asked(client, {"county": "jinjiang"}))} == inside
    assert len(rows_of(asked(client, {"report": "failed"}))) == 1
    assert len(rows_of(asked(client))) == 7


@pytest.mark.parametrize("query", [{}, {"cluster": FOREIGN}, {"q": "秘密"}, {"order": "oldest"}, {"flag": "none"}])
def test_a_foreign_firm_is_in_no_file(client: Client, officer: User, query: dict[str, str]) -> None:
    make_submission()
    make_submission(FOREIGN, company_name="秘密电子有限公司")
    for state in (State.DRAFT, State.WITHDRAWN):
        make_submission(state=state, company_name="秘密鞋业")
    response = asked(client, query)
    if response.status_code == 200:
        assert b"\xe7\xa7\x98" not in b"".join(response.streaming_content)
    else:
        assert response.status_code == 422
        assert "秘密电子" not in response.content.decode()


INJECTIONS = (
    "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1+1", "＋1", "－1", "＠A1", " =1", "\u3000=1", "\ufeff=1",
    "\u200b=1", "\n=1", '=HYPERLINK("//evil")', "==1+1", "﹦1",
)


@pytest.mark.parametrize("text", INJECTIONS)
@pytest.mark.parametrize("form", [FACTS_AS_WORDS, ALL_AS_IDS])
def test_no_cell_begins_a_formula(officer: User, text: str, form: Form) -> None:
    submission = make_submission(wishes=[text])
    Submission.objects.filter(pk=submission.pk).update(company_name=text)
    data = b"".join(csv_chunks(read({}, officer), form, by=officer)).decode()[1:]
    _heading, row = csv.reader(io.StringIO(data))
    risky = [cell for cell in row if cell.lstrip().lstrip("\u200b\ufeff").startswith(tuple("=+-@＝＋－＠﹦\t\r"))]
    assert risky == []
    assert "'" + text in row


@pytest.mark.parametrize("text", ["踏浪鞋业（福建）", "A=B", "3+2", "'=quoted", "x\ny", 'say "so"', "a,b;c", "100%"])
def test_other_texts_stand_as_typed(client: Client, officer: User, text: str) -> None:
    submission = make_submission()
    Submission.objects.filter(pk=submission.pk).update(company_name=text)
    assert rows_of(asked(client))[0]["Company"] == text


def test_negative_numbers_stay_numbers(client: Client, officer: User) -> None:
    make_submission(production_efficiency=-5)
    (row,) = rows_of(asked(client, columns="answers", cells="ids"))
    assert row["production_efficiency"] == "-5"


@pytest.mark.parametrize("text", INJECTIONS)
def test_what_is_made_harmless_can_be_read_back(text: str) -> None:
    assert neutral(text) != text
    assert plain(neutral(text)) == text


# The log -------------------------------------------------------------------------------------------


def test_the_export_and_each_firm_in_it_are_logged(client: Client, officer: User) -> None:
    submissions = [make_submission(county="jinjiang") for _number in range(2)]
    outside = make_submission(county="yongchun")
    rows_of(asked(client, {"county": "jinjiang"}, columns="answers"))
    said = {"list": "submissions", "format": "csv", "answers": True, "ids": False, "filters": {"county": "jinjiang"}}
    assert logged() == [{**said, "step": "begun"}, {**said, "step": "ended", "rows": 2, "whole": True}]
    entry = AuditEvent.objects.filter(kind=AuditKind.LIST_EXPORTED).first()
    assert entry is not None
    assert (entry.actor, entry.clusters) == (officer, [OWN])
    events = Event.objects.filter(kind=EventKind.EXPORTED)
    assert {event.submission_id for event in events} == {one.pk for one in submissions}
    assert {event.actor for event in events} == {officer}
    assert not outside.events.filter(kind=EventKind.EXPORTED).exists()  # type: ignore[attr-defined]


def test_a_file_that_is_broken_off_says_how_much_left(
    officer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "BATCH", 2)
    for _number in range(5):
        make_submission()
    chunks = csv_chunks(read({}, officer), FACTS_AS_WORDS, by=officer)
    next(chunks)
    next(chunks)
    chunks.close()  # type: ignore[attr-defined]
    assert logged()[-1]["rows"] == 2
    assert logged()[-1]["whole"] is False
    assert Event.objects.filter(kind=EventKind.EXPORTED).count() == 2


def test_looking_at_the_page_is_no_export(client: Client, officer: User) -> None:
    make_submission()
    shown = client.get(address(county="jinjiang")).content.decode()
    assert "1 submission<" in shown
    assert "Jinjiang" in shown
    assert logged() == []


# Memory --------------------------------------------------------------------------------------------


def test_rows_are_fetched_only_when_the_line_takes_them(
    officer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "BATCH", 3)
    for _number in range(8):
        make_submission()
    with CaptureQueriesContext(connection) as captured:
        chunks = csv_chunks(read({}, officer), FACTS_AS_WORDS, by=officer)
        next(chunks)
        assert not any("LIMIT 3" in query["sql"] for query in captured)
        sizes = [chunk.count(b"\r\n") for chunk in chunks]
    assert sizes == [3, 3, 2]
    assert sum("LIMIT 3" in query["sql"] for query in captured) == 3


def peak(officer: User, number: int) -> int:
    tracemalloc.start()
    try:
        left = sum(len(chunk) for chunk in csv_chunks(read({}, officer), FACTS_AS_WORDS, by=officer))
        assert left > number * 50
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_does_not_grow_with_the_number_of_rows(settings: Any) -> None:
    everybody = make_officer(role=Role.CITY_ADMIN)
    insert_many(6000)
    few = Submission.objects.order_by("pk")[1000].pk
    Submission.objects.filter(pk__gte=few).update(state=State.WITHDRAWN)
    small = peak(everybody, 1000)
    Submission.objects.update(state=State.SUBMITTED)
    assert peak(everybody, 6000) < 1.3 * small


# Scope while it is being made ----------------------------------------------------------------------


def test_who_loses_the_cluster_meanwhile_gets_no_more_rows(
    officer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "BATCH", 2)
    for _number in range(6):
        make_submission()
    chunks: Iterator[bytes] = csv_chunks(read({}, officer), FACTS_AS_WORDS, by=officer)
    next(chunks)
    next(chunks)
    officer.memberships.all().delete()
    assert list(chunks) == []
    assert logged()[-1]["rows"] == 2


def test_a_row_handed_in_again_meanwhile_is_in_the_file_once(
    officer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "BATCH", 2)
    rows = [make_submission() for _number in range(5)]
    chunks = csv_chunks(read({}, officer), FACTS_AS_WORDS, by=officer)
    seen = [next(chunks), next(chunks)]
    Submission.objects.filter(pk=rows[0].pk).update(submitted_at=timezone.now(), revision=2)
    data = b"".join([*seen, *chunks]).decode()
    assert [data.count(row.reference) for row in rows] == [1] * 5
