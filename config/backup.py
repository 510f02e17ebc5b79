"""Backups of a running site, and restoring one into an empty database: `manage.py backup` and `manage.py restore`.

A backup is a folder with `database.dump` (pg_dump's custom format), `files.tar` (the report store) and
`summary.json`: the rows and a checksum of every table, read in the very snapshot that was dumped, and the checksums
of both files. The files are copied after the database, so that every file a row names is there; what is newer than
its row is swept up after a restore. Only the owner of the tables can take one: the site's own role does not see past
row security (deploy/database_role.sql).
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import file_digest
from pathlib import Path
from typing import Any, Final

import psycopg
from django.conf import settings
from django.db import connection
from psycopg import sql
from psycopg.conninfo import make_conninfo

DUMP, FILES, SUMMARY = "database.dump", "files.tar", "summary.json"
PREFIX: Final = "chain-"
UNFINISHED: Final = ".part"
# Of a role that may not exist where it is restored; deploy/database_role.sql makes both anew.
LEFT_OUT: Final = (" ACL ", " DEFAULT ACL ", " POLICY ")
TABLES: Final = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
SEQUENCES: Final = "SELECT sequencename, coalesce(last_value, 0) FROM pg_sequences WHERE schemaname = 'public'"
# Independent of the order of rows; 60 bits of each row's digest, added up without overflow.
SUM: Final = "SELECT count(*), coalesce(sum(('x' || left(md5(t::text), 15))::bit(60)::bigint), 0)::text FROM {} t"
UNLIMITED: Final = "-c statement_timeout=0 -c idle_in_transaction_session_timeout=0 -c timezone=UTC"


class BackupFault(Exception):
    """It cannot be taken or restored; the message is for the person at the terminal."""


@dataclass(frozen=True)
class Target:
    """How the client programs reach the database; the password never stands in a command line."""

    conninfo: str
    password: str

    @classmethod
    def of_the_site(cls) -> Target:
        named = connection.settings_dict
        kept = {key: value for key, value in named["OPTIONS"].items() if key.startswith("ssl")}
        conninfo = make_conninfo(
            host=named["HOST"], port=named["PORT"], user=named["USER"], dbname=named["NAME"], **kept
        )
        return cls(conninfo, named["PASSWORD"])

    def connect(self) -> psycopg.Connection[Any]:
        return psycopg.connect(self.conninfo, password=self.password or None, options=UNLIMITED)

    def run(self, program: str, *arguments: str, database: bool = True) -> str:
        """Run one of PostgreSQL's client programs; raises BackupFault with what it said."""
        where = ["--dbname", self.conninfo] if database else []
        environment = os.environ | ({"PGPASSWORD": self.password} if self.password else {})
        try:
            done = subprocess.run(
                [str(Path(settings.PG_BIN) / program), *where, *arguments], capture_output=True, text=True,
                env=environment,
            )
        except OSError as error:
            raise BackupFault(f"{program} cannot be started ({error.strerror}): set PG_BIN to its folder") from error
        if done.returncode:
            raise BackupFault(f"{program} failed: {done.stderr.strip()[-1500:]}")
        return done.stdout


# Taking one ---------------------------------------------------------------------------------------------------


def take(folder: Path, *, keep: int, with_files: bool) -> Path:
    """Take a backup, read it back, and remove all but the newest `keep`; returns its folder."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for unfinished in folder.glob(f"{PREFIX}*{UNFINISHED}"):
        shutil.rmtree(unfinished)
    made = folder / f"{PREFIX}{datetime.now(UTC):%Y%m%dT%H%M%S%fZ}"
    part = made.with_name(made.name + UNFINISHED)
    with _private():
        part.mkdir()
        try:
            _fill(part, with_files)
        except BaseException:
            shutil.rmtree(part)
            raise
    part.rename(made)
    for old in all_in(folder)[:-keep]:
        shutil.rmtree(old)
    return made


def all_in(folder: Path) -> list[Path]:
    """The finished backups of a folder, the oldest first."""
    return sorted(path for path in folder.glob(f"{PREFIX}*") if not path.name.endswith(UNFINISHED))


@contextmanager
def _private() -> Iterator[None]:
    """What is made is for this user's eyes only."""
    before = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(before)


def _fill(part: Path, with_files: bool) -> None:
    target = Target.of_the_site()
    with target.connect() as snapshot:
        snapshot.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        (name,) = snapshot.execute("SELECT pg_export_snapshot()").fetchone() or ("",)
        target.run("pg_dump", "--format=custom", f"--snapshot={name}", f"--file={part / DUMP}")
        summary = {"taken_at": datetime.now(UTC).isoformat(timespec="seconds"), **counted(snapshot)}
    target.run("pg_restore", f"--file={os.devnull}", str(part / DUMP), database=False)  # it can be read to its end
    if with_files:
        _pack(part / FILES, Path(settings.REPORT_ROOT))
    summary["sha256"] = {name: _digest(part / name) for name in (DUMP, FILES) if (part / name).exists()}
    (part / SUMMARY).write_text(json.dumps(summary, indent=1))
    for path in part.iterdir():
        _on_disk(path)


def _pack(archive: Path, root: Path) -> None:
    """The report store as it is now. A worker may remove a file meanwhile; no row names it any more."""
    with tarfile.open(archive, "w") as packed:
        for path in sorted(root.rglob("*")):
            try:
                packed.add(path, arcname=str(path.relative_to(root)), recursive=False)
            except FileNotFoundError:
                continue


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def _on_disk(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def counted(opened: psycopg.Connection[Any]) -> dict[str, Any]:
    """Rows and checksum of every table, and how far every sequence is."""
    tables = {}
    for (name,) in opened.execute(TABLES).fetchall():
        tables[name] = list(opened.execute(sql.SQL(SUM).format(sql.Identifier(name))).fetchone() or ())
    return {"tables": tables, "sequences": dict(opened.execute(SEQUENCES).fetchall())}


# Restoring one ------------------------------------------------------------------------------------------------


def restore(backup: Path, *, with_files: bool) -> dict[str, Any]:
    """Into the empty database and the empty report store of the settings; returns the summary it was compared with."""
    summary = checked(backup)
    target, root = Target.of_the_site(), Path(settings.REPORT_ROOT)
    with_files = with_files and FILES in summary["sha256"]
    _must_be_empty(target, root if with_files else None)
    _restore_database(target, backup)
    if with_files:
        _unpack(backup / FILES, root)
    with target.connect() as opened:
        found = differences(summary, counted(opened))
    if found:
        raise BackupFault("What was restored is not what was dumped: " + "; ".join(found))
    return summary


def checked(backup: Path) -> dict[str, Any]:
    """The summary of a backup whose files are as they were written."""
    try:
        summary: dict[str, Any] = json.loads((backup / SUMMARY).read_text())
        damaged = [name for name, digest in summary["sha256"].items() if _digest(backup / name) != digest]
    except (OSError, ValueError, KeyError) as error:
        raise BackupFault(f"{backup} is no whole backup: {error}") from error
    if damaged:
        raise BackupFault(f"{backup} is damaged: {', '.join(damaged)}")
    return summary


def _must_be_empty(target: Target, root: Path | None) -> None:
    with target.connect() as opened:
        if opened.execute(TABLES).fetchone():
            raise BackupFault("The database is not empty. Make a new one and name it in DATABASE_URL.")
    if root is not None and root.exists() and any(root.iterdir()):
        raise BackupFault(f"{root} is not empty. Name another folder in REPORT_ROOT, or use --without-files.")


def _restore_database(target: Target, backup: Path) -> None:
    lines = target.run("pg_restore", "--list", str(backup / DUMP), database=False).splitlines()
    wanted = backup.with_name(f"{backup.name}.list")
    wanted.write_text("\n".join(line for line in lines if not any(part in line for part in LEFT_OUT)) + "\n")
    try:
        target.run(
            "pg_restore", "--no-owner", "--exit-on-error", "--single-transaction", f"--use-list={wanted}",
            str(backup / DUMP),
        )
    finally:
        wanted.unlink()


def _unpack(archive: Path, root: Path) -> None:
    root.mkdir(parents=True, exist_ok=True)
    with tarfile.open(archive) as packed:
        packed.extractall(root, filter="data")


def differences(taken: Mapping[str, Any], found: Mapping[str, Any]) -> list[str]:
    """What a restored database has otherwise. Sequences are outside every snapshot: they may only be further on."""
    tables = {name for part in (taken, found) for name in part["tables"]}
    other = [name for name in sorted(tables) if taken["tables"].get(name) != found["tables"].get(name)]
    behind = [name for name, value in taken["sequences"].items() if found["sequences"].get(name, -1) < value]
    return [*(f"table {name}" for name in other), *(f"sequence {name}" for name in sorted(behind))]
