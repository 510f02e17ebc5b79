"""Compare the report store with the database."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from recommendations.stored_files import make_again, missing


class Command(BaseCommand):
    help = (
        "Read every stored file that the database names and say which are lost or damaged; with --make-again the "
        "workers print what can be printed again from the database. Ends with status 1 while something is missing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--make-again", action="store_true", help="ask the workers for what can be made again")

    def handle(self, *, make_again: bool, **options: Any) -> None:
        found = missing()
        for one in found:
            self.stdout.write(f"{one.name} {'can be made again' if one.job else 'is lost for good'}")
        if make_again:
            self._ask(found)
        elif found:
            raise CommandError(f"{len(found)} files are lost or damaged.")

    def _ask(self, found: list[Any]) -> None:
        jobs, lost = make_again(found), sum(one.job is None for one in found)
        self.stdout.write(f"Asked the workers for the files of {jobs} jobs.")
        if lost:
            raise CommandError(f"{lost} files are lost for good.")
