"""Faults at random on a whole site under load: `make chaos`. What it does and checks: tests/stack/chaos.py."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

import django

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from tests.stack.chaos import chaos


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--faults", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--owners", type=int, default=6, help="browsers at once")
    asked = parser.parse_args()
    tally = chaos(faults=asked.faults, seed=asked.seed, owners=asked.owners)
    for what, count in sorted(tally.counts.items()):
        print(f"{count:6}  {what}")


if __name__ == "__main__":
    main()
