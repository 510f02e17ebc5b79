"""Signs of life of workers and beat, `manage.py status`, and the alert rules in deploy/."""

from __future__ import annotations

import re
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from config.local.paths import ROOT
from recommendations import tasks, workers_seen
from recommendations.models import WorkerSeen
from tests.factories import make_officer, make_report, make_submission
from tests.recommendations.file_jobs import make_officer_file

ALERTS = yaml.safe_load((ROOT / "deploy" / "alerts.yml").read_text())


@pytest.fixture
def store(tmp_path: Path, settings: Any) -> Path:
    settings.REPORT_ROOT = tmp_path / "reports"
    settings.REPORT_ROOT.mkdir(exist_ok=True)
    return Path(settings.REPORT_ROOT)


def status() -> tuple[int, str]:
    out = StringIO()
    try:
        call_command("status", stdout=out)
    except CommandError as error:
        return error.returncode, out.getvalue()
    return 0, out.getvalue()


def seen(worker: str, seconds: int) -> None:
    WorkerSeen.objects.create(worker=worker, seen_at=timezone.now() - timedelta(seconds=seconds))


@pytest.mark.django_db
def test_a_sweep_is_a_sign_of_life() -> None:
    seen("celery@gone", 90_000)
    tasks.resend_reports.apply()
    tasks.resend_reports.apply()
    (worker,) = WorkerSeen.objects.all()
    assert worker.worker != "celery@gone"
    assert workers_seen.seen()[worker.worker] < 60


@pytest.mark.django_db
def test_all_is_well(store: Path) -> None:
    seen("celery@one", 3)
    code, said = status()
    assert (code, "WARNING" in said, "BROKEN" in said) == (0, False, False), said
    for part in ("database", "clock", "migrations", "broker", "beat and workers", "report store", "content"):
        assert f"{part}: " in said
    assert list(store.iterdir()) == []


@pytest.mark.django_db
@pytest.mark.parametrize(("seconds", "code"), [(100, 0), (200, 2)])
def test_nobody_sweeps(store: Path, seconds: int, code: int) -> None:
    seen("celery@one", seconds)
    assert status()[0] == code


@pytest.mark.django_db
def test_no_worker_ever(store: Path) -> None:
    code, said = status()
    assert (code, "never did a sweep" in said) == (2, True)


@pytest.mark.django_db
def test_one_of_several_is_silent(store: Path) -> None:
    seen("celery@one", 3)
    seen("celery@two", 3000)
    code, said = status()
    assert (code, "WARNING worker celery@two" in said) == (1, True), said


@pytest.mark.django_db
def test_jobs_wait_or_have_failed(store: Path) -> None:
    seen("celery@one", 3)
    report = make_report(make_submission(), state="failed")
    assert status()[0] == 1
    type(report).objects.update(state="queued", error="", queued_at=timezone.now() - timedelta(minutes=5))
    code, said = status()
    assert (code, "BROKEN  jobs: report: oldest waits 300 s" in said) == (2, True), said


@pytest.mark.django_db
@pytest.mark.parametrize(("minutes", "expected"), [(20, 0), (40, 2)])
def test_officers_files_may_take_longer(store: Path, minutes: int, expected: int) -> None:
    seen("celery@one", 3)
    queued = timezone.now() - timedelta(minutes=minutes)
    make_officer_file(make_officer("footwear"), state="queued", queued_at=queued)
    code, said = status()
    assert (code, f"jobs: officerfile: oldest waits {minutes * 60} s" in said) == (expected, True), said


@pytest.mark.django_db
def test_a_part_that_is_away_hides_no_other(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.REPORT_ROOT = tmp_path / "nowhere"
    seen("celery@one", 3)
    from config.celery import app

    monkeypatch.setattr(app.conf, "broker_read_url", f"redis+socket://{tmp_path}/none.sock")
    code, said = status()
    assert code == 2
    assert "BROKEN  report store: cannot be reached: " in said
    assert "BROKEN  broker: cannot be reached: " in said
    assert "OK      database" in said and "OK      content" in said


@pytest.mark.django_db(transaction=True)
def test_without_a_database(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    connection.close()
    monkeypatch.setitem(connection.settings_dict, "HOST", str(store))
    try:
        code, said = status()
    finally:
        connection.close()
    assert (code, "BROKEN  database: cannot be reached: " in said, "OK      broker" in said) == (2, True, True), said


# Alert rules --------------------------------------------------------------------------------------------------


def rules() -> list[dict[str, Any]]:
    return [rule for group in ALERTS["groups"] for rule in group["rules"]]


@pytest.mark.django_db
def test_alerts_name_figures_there_are(client: Client, settings: Any, store: Path) -> None:
    settings.METRICS_TOKEN = "t" * 40
    seen("celery@one", 7)
    make_report(make_submission(), state="failed")
    client.get("/")
    text = client.get("/metrics", headers={"Authorization": f"Bearer {settings.METRICS_TOKEN}"}).content.decode()
    there = set(re.findall(r"^(chain_\w+)", text, re.MULTILINE))
    named = {name for rule in rules() for name in re.findall(r"chain_\w+", rule["expr"])}
    assert named <= there
    assert {"chain_last_sweep_seconds", "chain_worker_seen_seconds", "chain_report_store_free_ratio"} <= named
    assert re.search(r'chain_worker_seen_seconds\{worker="celery@one"\} [78]\.', text)


@pytest.mark.django_db
def test_nobody_swept_is_an_endless_time(client: Client, settings: Any) -> None:
    settings.METRICS_TOKEN = "t" * 40
    text = client.get("/metrics", headers={"Authorization": f"Bearer {settings.METRICS_TOKEN}"}).content.decode()
    assert "chain_last_sweep_seconds +Inf" in text
    assert "chain_report_store_free_ratio 0.0" in text


def test_every_alert_says_what_is_the_matter_and_stands_in_the_documents() -> None:
    text = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    for rule in rules():
        assert rule["labels"]["severity"] in ("page", "ticket")
        assert rule["annotations"]["summary"]
        assert f"`{rule['alert']}`" in text
