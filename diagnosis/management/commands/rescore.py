"""Say how many stored diagnoses would read differently under the present content. Changes nothing."""

from __future__ import annotations

import sys
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from diagnosis.content import get_questionnaire
from diagnosis.rescoring import NAMED, PARTS, CannotBeRead, Tally, rescore


class Command(BaseCommand):
    help = (
        "Read all diagnoses that are handed in once more with the content of this installation, and say how many "
        "would read differently, by what and by cluster. Nothing is written: a stored diagnosis never changes. "
        "Exit status 0 when none would, 1 when some would, 2 when answers cannot be read."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--content-version", default="", help="only diagnoses made with this content version")
        parser.add_argument("--processes", type=int, default=0, help="compute in so many processes of their own")
        parser.add_argument("--show", type=int, default=10, help=f"name so many of them, at most {NAMED}")

    def handle(self, *, content_version: str, processes: int, show: int, **options: Any) -> None:
        began, tally = time.perf_counter(), Tally()
        try:
            for so_far in rescore(content_version=content_version, processes=processes):
                tally = so_far
        except CannotBeRead as error:
            raise CommandError(f"The present content cannot read the answers of {error}", returncode=2) from error
        self._say(tally, show)
        seconds = time.perf_counter() - began
        self.stderr.write(f"{seconds:,.1f} seconds, {tally.read.total() / seconds:,.0f} a second")
        if tally.changed:
            sys.exit(1)

    def _say(self, tally: Tally, show: int) -> None:
        say, version = self.stdout.write, get_questionnaire().version
        say(f"{tally.read.total():,} diagnoses read with content {version}, {tally.changed.total():,} read differently")
        for part in PARTS:
            say(f"  {part:10} {tally.parts[part]:>9,}")
        for (before, after), number in tally.moves.most_common():
            say(f"  {before} -> {after}: {number:,}")
        for cluster, number in sorted(tally.changed.items()):
            say(f"  {cluster}: {number:,} of {tally.read[cluster]:,}")
        if tally.first and show > 0:
            say("first: " + " ".join(tally.first[:show]))
