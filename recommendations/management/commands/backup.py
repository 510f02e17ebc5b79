"""Take a backup of the running site."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from config.backup import BackupFault, take


class Command(BaseCommand):
    help = (
        "Dump the database and copy the report store into a new folder below FOLDER, read both back, and remove all "
        "but the newest backups. The site goes on meanwhile. DATABASE_URL must be that of the owner of the tables."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument("--keep", type=int, default=14, help="how many backups stay (14)")
        parser.add_argument("--without-files", action="store_true", help="the report store is saved in another way")

    def handle(self, *, folder: Path, keep: int, without_files: bool, **options: Any) -> None:
        if keep < 1:
            raise CommandError("--keep: at least one backup must stay.")
        try:
            made = take(folder, keep=keep, with_files=not without_files)
        except (BackupFault, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(str(made))
