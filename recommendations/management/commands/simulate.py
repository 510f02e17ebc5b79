"""Fill a local installation with simulated firms, for trying it at size."""

from __future__ import annotations

import os
import time
from argparse import ArgumentParser
from typing import Any, Final

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from recommendations.simulation import BATCH, AlreadyThere, load_population

WORTH_PROCESSES: Final = 4 * BATCH  # below this other processes start more slowly than they help


def _number(text: str) -> int:
    number = int(text)
    if number < 0:
        raise ValueError
    return number


class Command(BaseCommand):
    help = (
        "Load simulated firms (named 示例, with codes of no county) with their frozen diagnoses, spread over the past "
        "two years. Shaped after the paper's figures; never a statistic. Only on a local installation, or with --yes."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--count", type=_number, required=True, help="how many diagnoses")
        parser.add_argument("--seed", type=_number, default=1, help="another seed gives other firms")
        parser.add_argument("--firms", type=_number, help="how many firms share them; as many as diagnoses if left out")
        parser.add_argument("--reports", type=_number, default=0, help="queue the reports of so many of the last ones")
        parser.add_argument("--yes", action="store_true", help="also where DATABASE_URL or SECRET_KEY is set")

    def handle(self, *, count: int, seed: int, firms: int | None, reports: int, yes: bool, **options: Any) -> None:
        if not settings.LOCAL and not yes:
            raise CommandError("This is not a local installation: DATABASE_URL or SECRET_KEY is set (--yes if meant).")
        firms = count if firms is None else min(firms, count)
        if not firms:
            raise CommandError("Nothing to do: --count and --firms are 1 or more.")
        self._load(
            seed=seed, count=count, firms=firms, reports=reports, now=timezone.now(),
            processes=(os.cpu_count() or 1) if count >= WORTH_PROCESSES else 0,
        )

    def _load(self, *, count: int, seed: int, **how: Any) -> None:
        began, stored = time.perf_counter(), 0
        try:
            for stored in load_population(count=count, seed=seed, **how):
                rate = stored / (time.perf_counter() - began)
                self.stdout.write(f"\r{stored:,} of {count:,} diagnoses, {rate:,.0f} a second", ending="")
                self.stdout.flush()
        except AlreadyThere as found:
            raise CommandError(f"The firms of seed {seed} are here already. Choose another --seed.") from found
        self.stdout.write(f"\n{stored:,} diagnoses in {time.perf_counter() - began:,.0f} seconds")
