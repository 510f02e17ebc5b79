"""A list as XLSX through a worker, the page that asks for exports, and who gets them."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from clusters.models import Role, User
from diagnosis.models import Event, EventKind, State, Submission
from recommendations import actions, export_admin, submission_table
from recommendations.models import OfficerFile, OfficerFileKind, ReportState
from recommendations.submission_filters import FILTERS
from tests.factories import make_officer, make_owner, make_submission
from tests.recommendations.exporting import FOREIGN, OWN, address, asked, logged, made, rows_of, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer(client: Client) -> User:
    return sign_in(client)


@pytest.fixture(autouse=True)
def no_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("recommendations.file_actions._ring", lambda file_id: None)


def test_a_worker_makes_the_table(client: Client, officer: User) -> None:
    submission = make_submission(county="jinjiang", company_name="=1+1", wishes=["＝2"])
    make_submission(county="yongchun")
    answer = asked(client, {"county": "jinjiang"}, format="xlsx", columns="answers")
    assert answer["Location"] == reverse("admin:recommendations_officerfile_changelist")
    file = OfficerFile.objects.get()
    assert (file.kind, file.clusters, file.requested_by) == (OfficerFileKind.SUBMISSIONS, [OWN], officer)
    sheets = made(officer, file)
    heading, row = sheets["Submissions"]
    cells = dict(zip(heading, row, strict=True))
    assert cells["Company"] == "'=1+1"
    assert "'＝2" in row
    assert cells["Employees"] == 86
    assert cells["Submitted"].date() == timezone.localdate()
    about = {row[0]: row[1] for row in sheets["About this list"]}
    assert about["county"] == "Jinjiang City"
    assert about["number of submissions"] == 1
    file.refresh_from_db()
    assert file.file_name.endswith(".xlsx")
    assert (file.done, file.total) == (1, 1)
    assert [entry["step"] for entry in logged()] == ["begun", "ended"]
    assert logged()[-1]["rows"] == 1
    assert list(Event.objects.filter(kind=EventKind.EXPORTED).values_list("submission", flat=True)) == [submission.pk]


def test_the_table_in_chinese_with_ids(client: Client, officer: User) -> None:
    make_submission()
    asked(client, format="xlsx", cells="ids", language="zh-hans")
    sheets = made(officer, OfficerFile.objects.get())
    (heading, row), *_rest = list(sheets.values())
    assert dict(zip(heading, row, strict=True))["type"] == "single_point"


def test_the_table_holds_what_the_officer_sees_when_it_is_made(client: Client) -> None:
    both = make_officer(OWN, FOREIGN)
    client.force_login(both)
    make_submission(OWN)
    leaves = make_submission(OWN)
    make_submission(FOREIGN)
    asked(client, {"cluster": OWN}, format="xlsx")
    Submission.objects.filter(pk=leaves.pk).update(state=State.WITHDRAWN)
    file = OfficerFile.objects.get()
    assert file.clusters == [OWN]
    assert len(next(iter(made(both, file).values()))) == 1 + 1


def test_who_lost_the_cluster_gets_no_table(client: Client, officer: User) -> None:
    make_submission()
    asked(client, format="xlsx")
    officer.memberships.all().delete()
    assert not actions.build_officer_file(file_id=OfficerFile.objects.get().pk)
    assert OfficerFile.objects.get().state == ReportState.FAILED
    assert not Event.objects.filter(kind=EventKind.EXPORTED).exists()


def test_a_table_that_fails_logs_no_firm(
    client: Client, officer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_submission()
    asked(client, format="xlsx")
    monkeypatch.setattr(submission_table, "table", lambda *_arguments: 1 / 0)
    assert not actions.build_officer_file(file_id=OfficerFile.objects.get().pk)
    assert not Event.objects.filter(kind=EventKind.EXPORTED).exists()
    assert [entry["step"] for entry in logged()] == ["begun"]


def test_a_list_too_long_for_a_table_is_refused_with_words(
    client: Client, officer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (export_admin, submission_table):
        monkeypatch.setattr(module, "MOST_ROWS", 1)
    make_submission()
    asked(client, format="xlsx")
    make_submission()
    answer = asked(client, format="xlsx")
    assert answer.status_code == 422
    assert "at most 1 submissions" in answer.content.decode()
    assert len(rows_of(asked(client))) == 2
    file = OfficerFile.objects.get()
    assert not actions.build_officer_file(file_id=file.pk)
    assert "at most 1 submissions" in OfficerFile.objects.get().error


def test_a_filter_that_fits_no_more_ends_the_job(client: Client, officer: User) -> None:
    colleague = make_officer(OWN)
    Submission.objects.filter(pk=make_submission().pk).update(officer=colleague)
    asked(client, {"officer": str(colleague.pk)}, format="xlsx")
    colleague.memberships.all().delete()
    assert not actions.build_officer_file(file_id=OfficerFile.objects.get().pk)
    assert "fits no more" in OfficerFile.objects.get().error


# Refusals and access -------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "value"), [
    ("columns", "everything"), ("cells", ""), ("language", "fr"), ("format", "exe"), ("format", ""),
])
def test_a_wrong_choice_keeps_the_rest(client: Client, officer: User, name: str, value: str) -> None:
    make_submission()
    answer = asked(client, **{"cells": "ids", name: value})
    assert answer.status_code == 422
    assert "errorlist" in answer.content.decode()
    assert logged() == []
    assert not OfficerFile.objects.exists()


@pytest.mark.parametrize("query", [{"county": "atlantis"}, {"cluster": FOREIGN}, {"q": "鞋"}, {"county": "dehua"}])
def test_nothing_is_exported_from_a_list_that_shows_nothing(
    client: Client, officer: User, query: dict[str, str]
) -> None:
    make_submission()
    assert client.get(address(**query)).status_code == 200
    answer = asked(client, query)
    assert answer.status_code == 422
    assert "nothing to export" in answer.content.decode()
    assert logged() == []


def test_only_by_get_and_post(client: Client, officer: User) -> None:
    assert client.put(address()).status_code == 405
    assert client.delete(address()).status_code == 405


@pytest.mark.parametrize(("person", "status"), [
    (None, 302), (make_owner, 302), (lambda: make_officer(OWN, is_active=False), 302),
    (lambda: make_officer(FOREIGN), 422), (make_officer, 422),
    (lambda: make_officer(OWN), 200), (lambda: make_officer(role=Role.AUDITOR), 200),
    (lambda: make_officer(role=Role.CITY_ADMIN), 200),
], ids=["anonymous", "owner", "inactive", "foreign", "no cluster", "own", "auditor", "city admin"])
def test_who_gets_the_file(client: Client, person: Any, status: int) -> None:
    submission = make_submission()
    if person:
        client.force_login(person())
    answer = asked(client)
    assert answer.status_code == status
    if status == 200:
        assert [row["Reference"] for row in rows_of(answer)] == [submission.reference]
    else:
        assert submission.company_name not in answer.content.decode()
    assert bool(logged()) == (status == 200)


def test_the_file_is_kept_by_nobody_on_the_way(client: Client, officer: User) -> None:
    make_submission()
    answer = asked(client)
    rows_of(answer)
    assert "no-store" in answer["Cache-Control"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Disposition"].startswith('attachment; filename="submissions-')


def test_the_page_asks_as_often_for_one_row_as_for_many(client: Client, officer: User) -> None:
    make_submission()
    client.get(address())
    with CaptureQueriesContext(connection) as one:
        client.get(address())
    make_submission()
    with CaptureQueriesContext(connection) as two:
        client.get(address())
    assert len(one) == len(two)


def test_list_and_export_have_the_same_filters() -> None:
    from django.contrib import admin

    assert admin.site._registry[Submission].filters is FILTERS  # type: ignore[attr-defined]
