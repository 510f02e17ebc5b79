"""Delete a diagnosis, or all there is of a firm, because its owner asked for it."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError

from diagnosis.models import Submission
from recommendations.forget import Found, MayNotDelete, NothingFound, find, forget

PARTS: Final = (
    ("submissions", "diagnoses with everything that hangs on them"), ("invitations", "invitations"),
    ("companies", "companies"), ("accounts", "accounts of owners without another diagnosis"),
    ("officer_files", "files officers asked for"), ("stored", "files on the disk"),
)


class Command(BaseCommand):
    help = (
        "Delete one diagnosis (by its reference) or all there is of a firm (by its unified social credit code). "
        "Says what it would delete; deletes only with --yes. Figures of groups published before stay."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("mark", help="a reference such as 7KQ2-9FDM, or a unified social credit code")
        parser.add_argument("--yes", action="store_true", help="delete, for good")

    def handle(self, *, mark: str, yes: bool, **options: Any) -> None:
        try:
            found = find(mark)
        except NothingFound as error:
            raise CommandError("No diagnosis has this reference, and no firm this code.") from error
        self._say(found)
        if not yes:
            self.stdout.write("Nothing was deleted. With --yes all this is deleted for good.")
            return
        self._forget(found)
        self.stdout.write("Deleted. Backups keep it until they are overwritten: docs/security.md.")

    def _say(self, found: Found) -> None:
        for submission in Submission.objects.filter(pk__in=found.submissions).order_by("pk"):
            name = submission.company_name or submission.answers.get("company_name", "")
            self.stdout.write(f"{submission.reference} {submission.state} {name}")
        for part, words in PARTS:
            self.stdout.write(f"{len(getattr(found, part)):>5} {words}")

    def _forget(self, found: Found) -> None:
        try:
            forget(found)
        except MayNotDelete as error:
            raise CommandError(
                "This database role may not delete what was logged. Use the role that owns the tables."
            ) from error
        except OSError as error:
            raise CommandError(f"A file could not be removed ({error}). Run it again; no row was deleted.") from error
