"""Measures with very many diagnoses what bench/lists.py does not: figures, peers, files, re-reading, backup.

    python -m config.local servers -- python -m bench.million [--rows 1000 100000] [--parts figures pages ...]
                                                              (VAR_DIR=/some/empty/folder)

Rows are made as in bench/lists.py. Prints each time with its ratio to the fewest rows of the same run, and to the
rows, so that 1.0 in the last column means: grows as the rows do. Parts: `figures` (all statistics, the first time and
once more with nothing new), `pages` (officers' start page, cluster view, list), `peers` (what a report looks up),
`rescore` (re-reading under the present content), `xlsx` (an export of at most 100,000 rows, with its memory), `csv`
(all answers of all rows), `backup` (pg_dump and pg_restore).
"""

from __future__ import annotations

import argparse
import io
import logging
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client, override_settings

from bench.lists import LIST, export, fill, median_ms, megabytes, person
from clusters.models import Role, User
from config.local.paths import LocalPaths
from config.local.postgres import _binaries
from diagnosis.benchmarks import peer_groups, refresh_all
from diagnosis.models import Submission
from diagnosis.rescoring import rescore
from recommendations.cluster_advice import refresh_cluster_figures
from recommendations.models import OfficerFile, OfficerFileKind
from recommendations.submission_table import MOST_ROWS, write_table

RESCORED = 20_000  # enough for a rate
Times = Iterator[tuple[str, float, str]]  # what, seconds, a remark


def seconds(run: Callable[[], Any]) -> float:
    began = time.perf_counter()
    run()
    return time.perf_counter() - began


def pages(user: User, rows: int) -> Times:
    client = Client()
    client.force_login(user)
    for name, address in (("start page", "/admin/"), ("cluster view", "/admin/cluster-view/"), ("list", LIST)):
        assert client.get(address).status_code == 200, address
        yield name, median_ms(lambda address=address: client.get(address)) / 1000, ""  # type: ignore[misc]


def figures(user: User, rows: int) -> Times:
    """What beat asks for every ten minutes."""
    for name, run in (("peer figures", refresh_all), ("cluster figures", refresh_cluster_figures)):
        for when in ("first time", "nothing new"):
            before, cpu = megabytes(), time.process_time()
            taken = seconds(run)
            here = f"{time.process_time() - cpu:.1f} s CPU here, memory +{megabytes() - before:.0f} MB"
            yield f"{name}, {when}", taken, here


def peers(user: User, rows: int) -> Times:
    some = list(Submission.objects.exclude(submitted_at=None).order_by("pk")[:5])
    yield "peers of a firm", median_ms(lambda: [peer_groups(one) for one in some]) / 1000 / len(some), ""


def rescored(user: User, rows: int) -> Times:
    began, tally = time.perf_counter(), None
    for tally in rescore():
        if tally.read.total() >= RESCORED:
            break
    taken = time.perf_counter() - began
    assert tally is not None
    number, changed = tally.read.total(), tally.changed.total()
    yield "rescore, a row", taken / number, f"{number / taken:,.0f} a second, {changed} read differently"


def xlsx(user: User, rows: int) -> Times:
    query = "" if rows <= MOST_ROWS else "county=dehua"
    file = OfficerFile.objects.create(
        kind=OfficerFileKind.SUBMISSIONS, requested_by=user, wish={"query": query, "answers": False, "ids": False},
        clusters=sorted(user.visible_clusters()), language="zh-hans",
    )
    before, target, done = megabytes(), io.BytesIO(), [0]

    def progress(number: int, total: int) -> None:
        done[0] = number

    taken = seconds(lambda: write_table(file, target, progress))
    yield "XLSX", taken, f"{done[0]:,} rows, {target.tell() / 1e6:.0f} MB file, memory +{megabytes() - before:.0f} MB"


def all_answers(user: User, rows: int) -> Times:
    before = megabytes()
    number, taken = export(user, answers=True)
    yield "CSV, all answers", taken, f"{number / taken:,.0f} rows a second, memory +{megabytes() - before:.0f} MB"


def backup(user: User, rows: int) -> Times:
    """Into a file and back into an empty database beside this one."""
    url = LocalPaths.from_environment().database_url
    with tempfile.TemporaryDirectory() as folder, connection.cursor() as cursor:
        dump = Path(folder) / "chain.dump"
        tools = _binaries()
        save = [str(tools / "pg_dump"), "--format=custom", f"--file={dump}", url]
        yield "pg_dump", seconds(lambda: subprocess.run(save, check=True)), f"{dump.stat().st_size / 1e6:,.0f} MB"
        cursor.execute("SELECT pg_database_size(current_database())")
        size = cursor.fetchone()[0]
        cursor.execute("DROP DATABASE IF EXISTS restored")
        cursor.execute("CREATE DATABASE restored")
        load = [str(tools / "pg_restore"), "--jobs=2", f"--dbname={url.replace('/chain?', '/restored?')}", str(dump)]
        taken = seconds(lambda: subprocess.run(load, check=True))
        yield "pg_restore, two jobs", taken, f"{size / 1e6:,.0f} MB in the database"
        cursor.execute("DROP DATABASE restored")


PARTS: dict[str, Callable[[User, int], Times]] = {
    "figures": figures, "pages": pages, "peers": peers, "rescore": rescored, "xlsx": xlsx, "csv": all_answers,
    "backup": backup,
}


def measure(rows: int, parts: list[str], first: dict[str, tuple[float, int]]) -> None:
    connection.close()  # each size begins with a fresh one
    print(f"\n{rows:,} rows: filled in {seconds(lambda: fill(rows)):.0f} s", flush=True)
    user = person(Role.CITY_ADMIN)
    for part in parts:
        for name, taken, remark in PARTS[part](user, rows):
            before, fewest = first.setdefault(name, (taken, rows))
            ratio = taken / before
            print(f"  {name:28} {taken:10.4f} s {ratio:8.2f}x {ratio * fewest / rows:7.2f}   {remark}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, nargs="+", default=[1000, 100_000])
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=[part for part in PARTS if part != "csv"])
    asked = parser.parse_args()
    logging.disable(logging.INFO)
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    call_command("load_first_content")
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    first: dict[str, tuple[float, int]] = {}
    with override_settings(
        ALLOWED_HOSTS=["testserver"], STORAGES={**settings.STORAGES, "staticfiles": plain}, OFFICERS_NEED_TOTP=False
    ):
        for rows in sorted(asked.rows):
            measure(rows, asked.parts, first)


if __name__ == "__main__":
    main()
