"""manage.py backup, restore, check_files: what they keep, whom they let read it, and what they refuse."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection

from config import backup
from config.backup import DUMP, SUMMARY, BackupFault, Target
from recommendations.stored_files import missing
from tests.factories import make_report, make_submission
from tests.test_database_role import site_role

__all__ = ["site_role"]

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def store(tmp_path: Path, settings: Any) -> Path:
    """The report store, with one file in a folder of its own."""
    settings.REPORT_ROOT = tmp_path / "reports"
    default_storage.save("AB/file.pdf", ContentFile(b"%PDF-"))
    return Path(settings.REPORT_ROOT)


@pytest.fixture
def empty_database() -> Iterator[str]:
    name = f"restored_of_{connection.settings_dict['NAME']}"
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{name}"')
        yield name
        cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def take(folder: Path, **options: Any) -> Path:
    out = StringIO()
    call_command("backup", str(folder), stdout=out, **options)
    return Path(out.getvalue().strip())


def test_nobody_else_may_read_it(store: Path, tmp_path: Path) -> None:
    made = take(tmp_path / "backups")
    assert stat.S_IMODE(made.stat().st_mode) == 0o700
    assert {path.name: stat.S_IMODE(path.stat().st_mode) for path in made.iterdir()} == {
        "database.dump": 0o600, "files.tar": 0o600, "summary.json": 0o600,
    }


def test_only_the_newest_stay(tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    first, *others = (take(folder, keep=2, without_files=True) for _ in range(3))
    assert backup.all_in(folder) == others
    assert not first.exists()
    with pytest.raises(CommandError, match="at least one"):
        take(folder, keep=0)


def test_what_was_cut_off_is_no_backup(tmp_path: Path, settings: Any) -> None:
    """A failed one leaves nothing behind, and one whose process was killed goes with the next."""
    folder = tmp_path / "backups"
    (folder / "chain-20260101T000000000000Z.part").mkdir(parents=True)
    assert backup.all_in(folder) == []
    take(folder, without_files=True)
    assert len(list(folder.iterdir())) == 1
    settings.PG_BIN = str(tmp_path)
    with pytest.raises(CommandError, match=r"pg_dump cannot be started .* set PG_BIN"):
        take(folder, without_files=True)
    assert len(list(folder.iterdir())) == 1


def test_the_role_of_the_site_cannot_take_one(site_role: str, tmp_path: Path) -> None:
    """It would miss what row security hides; pg_dump says so instead."""
    owner = connection.settings_dict["USER"]
    connection.settings_dict["USER"] = site_role
    try:
        with pytest.raises(CommandError, match=r"row-level security|permission denied"):
            take(tmp_path / "backups", without_files=True)
    finally:
        connection.settings_dict["USER"] = owner
    assert backup.all_in(tmp_path / "backups") == []


def test_restored_where_the_role_does_not_exist(
    site_role: str, store: Path, tmp_path: Path, empty_database: str, settings: Any
) -> None:
    """Rights and policies of the site's role are left out; the rows, the row security and the files are there."""
    make_report(make_submission())
    made = take(tmp_path / "backups")
    settings.REPORT_ROOT = tmp_path / "restored"
    with pytest.MonkeyPatch.context() as patched:
        patched.setitem(connection.settings_dict, "NAME", empty_database)
        out = StringIO()
        call_command("restore", str(made), stdout=out)
        with Target.of_the_site().connect() as opened:
            policies = opened.execute("SELECT count(*) FROM pg_policies").fetchone()
            guarded = opened.execute("SELECT relrowsecurity FROM pg_class WHERE relname = 'diagnosis_event'").fetchone()
    assert "equal" in out.getvalue()
    assert (policies, guarded) == ((0,), (True,))
    assert (tmp_path / "restored" / "AB" / "file.pdf").read_bytes() == b"%PDF-"


def test_a_damaged_one_is_refused(tmp_path: Path) -> None:
    made = take(tmp_path / "backups", without_files=True)
    with (made / DUMP).open("r+b") as dump:
        dump.seek(200)
        dump.write(b"?")
    with pytest.raises(CommandError, match=r"is damaged: database\.dump"):
        call_command("restore", str(made))
    (made / SUMMARY).unlink()
    with pytest.raises(CommandError, match="no whole backup"):
        call_command("restore", str(made))


def test_what_is_full_is_not_overwritten(store: Path, tmp_path: Path, empty_database: str) -> None:
    made = take(tmp_path / "backups")
    with pytest.raises(CommandError, match="database is not empty"):
        call_command("restore", str(made))
    with pytest.MonkeyPatch.context() as patched:
        patched.setitem(connection.settings_dict, "NAME", empty_database)
        with pytest.raises(CommandError, match="reports is not empty"):
            call_command("restore", str(made))


def test_a_row_too_few_is_seen(tmp_path: Path) -> None:
    make_submission()
    summary = json.loads((take(tmp_path / "backups", without_files=True) / SUMMARY).read_text())
    with Target.of_the_site().connect() as opened:
        assert backup.differences(summary, backup.counted(opened)) == []
        opened.execute("UPDATE diagnosis_submission SET language = 'xx'")
        opened.execute("DELETE FROM diagnosis_event")
        opened.execute("SELECT setval('diagnosis_submission_id_seq', 1, false)")
        found = backup.differences(summary, backup.counted(opened))
        opened.rollback()
    assert found == ["table diagnosis_event", "table diagnosis_submission", "sequence diagnosis_submission_id_seq"]


def test_the_password_stands_in_no_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(connection.settings_dict, "PASSWORD", "very secret")
    target = Target.of_the_site()
    assert "very secret" not in target.conninfo
    assert target.password == "very secret"


def test_files_lost_for_good_are_told() -> None:
    """Of an earlier revision nothing can be printed any more."""
    report = make_report(make_submission())
    kept = report.files.order_by("pk").first()
    assert kept is not None
    report.files.filter(pk=kept.pk).update(revision=0)
    assert missing() == []
    default_storage.delete(kept.name)
    out = StringIO()
    with pytest.raises(CommandError, match="1 files are lost for good"):
        call_command("check_files", "--make-again", stdout=out)
    assert f"{kept.name} is lost for good" in out.getvalue()


def test_a_fault_names_what_the_program_said(tmp_path: Path) -> None:
    with pytest.raises(BackupFault, match=r"pg_restore failed: .*nowhere"):
        Target.of_the_site().run("pg_restore", "--list", str(tmp_path / "nowhere"), database=False)
