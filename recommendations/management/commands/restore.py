"""Restore a backup into an empty database and an empty report store."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from config.backup import BackupFault, restore


class Command(BaseCommand):
    help = (
        "Restore a backup into the EMPTY database of DATABASE_URL and the empty folder REPORT_ROOT, and compare every "
        "table with what was dumped. Then: migrate, deploy/database_role.sql, check_files, start the site."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("backup", type=Path, help="the folder that manage.py backup named")
        parser.add_argument("--without-files", action="store_true", help="the database only")

    def handle(self, *, backup: Path, without_files: bool, **options: Any) -> None:
        try:
            summary = restore(backup, with_files=not without_files)
        except (BackupFault, OSError) as error:
            raise CommandError(str(error)) from error
        rows = sum(rows for rows, _ in summary["tables"].values())
        self.stdout.write(f"Restored as of {summary['taken_at']}: {len(summary['tables'])} tables, {rows} rows, equal.")
