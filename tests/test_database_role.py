"""deploy/database_role.sql, run by psql as it is and tried out by a real connection of the site's role."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from clusters.audit import record
from clusters.models import AuditEvent, AuditKind
from config.local.postgres import _binaries
from diagnosis import benchmarks, cluster_statistics, drafts
from diagnosis.models import ClusterFigures, Event, GroupStatistics, Submission
from recommendations import actions
from tests.diagnosis.cluster_firms import rows
from tests.factories import make_draft, make_report, make_submission
from tests.journeys import browser_of, url

pytestmark = pytest.mark.django_db(transaction=True)
SCRIPT = Path(__file__).resolve().parent.parent / "deploy" / "database_role.sql"


def _psql(site: str) -> None:
    where = connection.settings_dict
    options = ["-h", where["HOST"], "-U", where["USER"], "-d", where["NAME"]]
    names = ["-v", f"owner={where['USER']}", "-v", f"site={site}"]
    done = subprocess.run(
        [str(_binaries() / "psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1", *options, *names, "-f", str(SCRIPT)],
        capture_output=True, text=True, check=False, env={"PATH": os.environ["PATH"]},
    )
    assert done.returncode == 0, done.stderr


@pytest.fixture
def site_role() -> Iterator[str]:
    """The role as the script makes it, run twice; taken away afterwards."""
    name = f"site_of_{connection.settings_dict['NAME']}"
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE ROLE "{name}" LOGIN')
        try:
            _psql(name)
            _psql(name)
            yield name
        finally:
            connection.close()
    with connection.cursor() as cursor:
        cursor.execute(f'DROP OWNED BY "{name}"')
        cursor.execute(f'DROP ROLE "{name}"')
        cursor.execute("ALTER TABLE diagnosis_event DISABLE ROW LEVEL SECURITY")


@pytest.fixture
def site(site_role: str) -> Iterator[psycopg.Connection[Any]]:
    where = connection.settings_dict
    with psycopg.connect(host=where["HOST"], dbname=where["NAME"], user=site_role, autocommit=True) as found:
        yield found


@pytest.fixture
def as_site(site_role: str) -> Iterator[None]:
    """Everything the code does, done as the role of the site."""
    owner = connection.settings_dict["USER"]
    connection.close()
    connection.settings_dict["USER"] = site_role
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["USER"] = owner


DDL = [
    "CREATE TABLE mine (id int)", "CREATE SCHEMA mine", "ALTER TABLE diagnosis_submission ADD COLUMN more int",
    "DROP TABLE diagnosis_event", "TRUNCATE diagnosis_event", "CREATE INDEX more ON diagnosis_submission (state)",
    "ALTER TABLE diagnosis_event DISABLE ROW LEVEL SECURITY", "DROP POLICY site_removes_drafts ON diagnosis_event",
    "CREATE ROLE friend", "COPY diagnosis_submission TO PROGRAM 'cat'", "SELECT pg_read_file('PG_VERSION')",
]
REWRITING = [
    "UPDATE clusters_auditevent SET kind = 'file_asked'", "DELETE FROM clusters_auditevent",
    "UPDATE diagnosis_event SET actor_id = NULL", "DELETE FROM django_migrations",
    "UPDATE diagnosis_groupstatistics SET size = 6", "DELETE FROM diagnosis_groupstatistics",
    "UPDATE diagnosis_clusterfigures SET counts = '{}'", "DELETE FROM diagnosis_clusterfigures",
]


@pytest.mark.parametrize("statement", [*DDL, *REWRITING])
def test_refused(site: psycopg.Connection[Any], statement: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        site.execute(statement)


def test_the_log_of_what_was_handed_in_stays(site: psycopg.Connection[Any]) -> None:
    submission = make_submission()
    events = Event.objects.filter(submission=submission).count()
    assert site.execute("DELETE FROM diagnosis_event").rowcount == 0
    with pytest.raises(psycopg.errors.ForeignKeyViolation):
        site.execute("DELETE FROM diagnosis_submission")
    assert Event.objects.filter(submission=submission).count() == events > 0


def test_an_owner_and_an_officer_get_through_their_day(as_site: None) -> None:
    draft = make_draft()
    assert browser_of(draft).post(url("recommendations:review", draft), {"consent_use": "on"}).status_code == 302
    submission = make_submission()
    report = make_report(submission, state="queued")
    assert actions.build(report_id=report.pk)
    record(AuditKind.LIST_EXPORTED, by=None)
    assert AuditEvent.objects.count() == 1
    assert Client().get("/readyz").status_code == 200


def test_figures_are_published_and_replaced(as_site: None) -> None:
    rows(6, verdict={"dimensions": {"technological_integration": 1.5}})
    benchmarks.refresh_all()
    cluster_statistics.refresh()
    rows(6, verdict={"dimensions": {"technological_integration": 2.5}})
    benchmarks.refresh_all()
    cluster_statistics.refresh()
    assert set(GroupStatistics.objects.values_list("standing", flat=True)) == {True, False}
    assert sorted(ClusterFigures.objects.values_list("firms", "standing")) == [(6, False), (12, True)]


def test_old_drafts_go_with_their_log(as_site: None, settings: Any) -> None:
    from diagnosis.actions import start

    begun = start(language="en", by=None)
    Submission.objects.filter(pk=begun.pk).update(updated_at="2026-01-01T00:00:00Z")
    assert drafts.remove_old() == 1
    assert not Event.objects.exists()


def test_forgetting_takes_the_owner_of_the_tables(as_site: None) -> None:
    submission = make_submission()
    with pytest.raises(CommandError, match="role that owns the tables"):
        call_command("forget", submission.reference, "--yes", stdout=StringIO())
    assert Submission.objects.filter(pk=submission.pk).exists()


def test_forgetting_by_the_owner_of_the_tables(site_role: str) -> None:
    submission = make_submission()
    call_command("forget", submission.reference, "--yes", stdout=StringIO())
    assert not Submission.objects.exists()
    assert not Event.objects.exists()
