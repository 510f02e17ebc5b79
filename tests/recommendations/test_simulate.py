"""`manage.py simulate`: rows as handing in would make them, repeatable, guarded."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from diagnosis.actions import freeze
from diagnosis.benchmarks import counted_submissions
from diagnosis.domain.answers import Answers
from diagnosis.models import Comment, Company, Event, EventKind, State, Submission
from recommendations import simulation
from recommendations.actions import build
from recommendations.documents import live_programmes
from recommendations.domain.report import count_eligible
from recommendations.first_content import load_first_content
from recommendations.models import Report, ReportState
from recommendations.simulation import AlreadyThere, load_population

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 24, 4, tzinfo=UTC)
FROZEN = (
    "content_version", "verdict", "company_name", "uscc", "cluster", "county", "size_class", "above_scale", "type",
    "stage", "distance", "flags", "technological_integration", "model_innovation", "economic_performance",
)


def load(count: int = 120, firms: int | None = None, seed: int = 3, **how: Any) -> list[Submission]:
    list(load_population(seed=seed, count=count, firms=firms or count, now=NOW, **how))
    return list(Submission.objects.order_by("pk"))


def simulate(*words: str) -> str:
    out = StringIO()
    call_command("simulate", *words, stdout=out)
    return out.getvalue()


def test_the_rows_are_those_that_handing_in_makes() -> None:
    load_first_content()
    for one in load(40):
        draft = Submission.objects.create(
            reference=f"T{one.pk:07d}", content_version="", answers=one.answers, language=one.language
        )
        day = timezone.localdate(one.submitted_at)
        eligible = count_eligible(live_programmes(), Answers.from_json(one.answers), day)
        handed_in = freeze(submission=draft, consent_statistics=True, by=None, eligible_programmes=eligible)
        handed_in.refresh_from_db()
        assert {name: getattr(one, name) for name in FROZEN} == {name: getattr(handed_in, name) for name in FROZEN}
        assert (one.company, one.consent_version) == (handed_in.company, handed_in.consent_version)


def test_the_same_seed_gives_the_same_rows() -> None:
    columns = ("answers", "verdict", "state", "submitted_at", "created_at", "language", "consent_statistics")
    first = [{name: getattr(one, name) for name in columns} for one in load(60)]
    Submission.objects.all().delete()
    Company.objects.all().delete()
    assert [{name: getattr(one, name) for name in columns} for one in load(60)] == first
    Submission.objects.all().delete()
    assert [one.answers for one in load(60, seed=4)] != [row["answers"] for row in first]


def test_other_processes_make_the_same_rows() -> None:
    load(60)
    first = [one.answers for one in Submission.objects.order_by("pk")]
    Submission.objects.all().delete()
    Company.objects.all().delete()
    assert [one.answers for one in load(60, processes=1)] == first


def test_batches_make_no_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    first = [one.answers for one in load(50)]
    Submission.objects.all().delete()
    Company.objects.all().delete()
    monkeypatch.setattr(simulation, "BATCH", 7)
    assert [one.answers for one in load(50)] == first


def test_spread_over_two_years_and_all_states() -> None:
    rows = load(300)
    ages = sorted(NOW - row.submitted_at for row in rows if row.submitted_at)
    assert ages[0] >= timedelta(0) and ages[-1] <= simulation.SPAN
    quarters = Counter(age // (simulation.SPAN / 8) for age in ages)
    assert min(quarters[number] for number in range(8)) > 20
    states = Counter(row.state for row in rows)
    assert set(states) == {State.SUBMITTED, State.IN_REVIEW, State.RETURNED, State.VERIFIED}
    assert states[State.SUBMITTED] > states[State.VERIFIED] > states[State.IN_REVIEW] > 20
    new = NOW - timedelta(days=simulation.NEW_DAYS)
    assert {row.state for row in rows if row.submitted_at and row.submitted_at > new} == {State.SUBMITTED}


def test_events_tell_the_way_to_the_state() -> None:
    for row in load(80):
        events = list(Event.objects.filter(submission=row))
        assert [event.kind for event in events[:2]] == [EventKind.STARTED, EventKind.SUBMITTED]
        moves = [event for event in events if event.kind == EventKind.STATE_CHANGED]
        assert len(moves) == len(events) - 2
        states = [State.SUBMITTED, *(event.detail["to"] for event in moves)]
        assert states[-1] == row.state
        assert [event.detail["from"] for event in moves] == states[:-1]
        assert row.created_at < row.submitted_at and all(event.at <= NOW for event in events)
        assert (row.opened_at is None) == (row.state == State.SUBMITTED)
        assert Comment.objects.filter(submission=row).count() == (row.state == State.RETURNED)


def test_a_firm_that_comes_again_is_one_company() -> None:
    rows = load(90, firms=40)
    assert Company.objects.count() == 40
    by_firm: dict[int, list[Submission]] = {}
    for row in rows:
        by_firm.setdefault(row.company_id or 0, []).append(row)
    assert sorted(map(len, by_firm.values())) == [2] * 30 + [3] * 10
    for visits in by_firm.values():
        times = [one.submitted_at for one in visits]
        assert times == sorted(times, key=lambda time: time or NOW)
        assert [one.previous_id for one in visits] == [None, *(one.pk for one in visits[:-1])]
        distances = [one.distance or 0 for one in visits]
        assert distances == sorted(distances, reverse=True)
    assert counted_submissions().count() <= 40


def test_the_last_reports_are_queued_and_can_be_made(django_capture_on_commit_callbacks: Any) -> None:
    with django_capture_on_commit_callbacks() as callbacks:
        rows = load(30, reports=2)
    assert len(callbacks) == 2
    reports = list(Report.objects.order_by("submission_id"))
    assert [report.submission_id for report in reports] == [rows[-2].pk, rows[-1].pk]
    assert {report.state for report in reports} == {ReportState.QUEUED}
    assert build(report_id=reports[0].pk)
    assert Report.objects.get(pk=reports[0].pk).state == ReportState.READY


def test_statements_do_not_grow_with_the_rows(django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(20):
        load(30)
    with django_assert_max_num_queries(20):
        load(300, seed=4)


def test_the_command_says_how_far_it_is() -> None:
    said = simulate("--count", "12", "--seed", "8", "--firms", "9")
    assert "12 of 12 diagnoses" in said and "12 diagnoses in" in said
    assert (Submission.objects.count(), Company.objects.count()) == (12, 9)


def test_the_same_firms_are_not_loaded_twice() -> None:
    simulate("--count", "3", "--seed", "8")
    with pytest.raises(CommandError, match="seed 8"):
        simulate("--count", "5", "--seed", "8")
    with pytest.raises(AlreadyThere):
        load(5, seed=8)
    assert Submission.objects.count() == 3
    simulate("--count", "2", "--seed", "9")
    assert Submission.objects.count() == 5


def test_never_on_another_installation_by_accident(settings: Any) -> None:
    settings.LOCAL = False
    with pytest.raises(CommandError, match="not a local installation"):
        simulate("--count", "1")
    assert not Submission.objects.exists()
    simulate("--count", "1", "--yes")
    assert Submission.objects.count() == 1


REFUSED = [("--count", "-1"), ("--count", "many"), (), ("--count", "0"), ("--count", "3", "--firms", "0")]


@pytest.mark.parametrize("words", REFUSED)
def test_refused(words: tuple[str, ...]) -> None:
    with pytest.raises(CommandError):
        simulate(*words)
    assert not Submission.objects.exists()
