"""Measures the officers' list at size: pages, search, filters, start page and export, with few rows and with many.

    python -m config.local servers -- python -m bench.lists [--rows 1000 100000]   (VAR_DIR=/some/empty/folder)

Simulated firms (manage.py simulate) are copied within the database until there are enough rows. Prints, for
each page, the median time with each number of rows, its ratio to the same page with the fewest rows, and
whether any of its plans reads the whole table. The machine's load changes the times, hardly the ratios.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import time
from collections.abc import Callable, Iterator
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django

django.setup()

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.utils.http import urlencode

from clusters.models import ClusterId, Membership, Role, User
from diagnosis.exports import Form, csv_chunks
from diagnosis.list_filters import read
from diagnosis.list_pages import MOST_COUNTED
from diagnosis.models import Submission

SEEDS = 1000  # simulated; all others are copies of them
REPEATS = 9
LIST = "/admin/diagnosis/submission/"
PAGES: dict[str, dict[str, str]] = {
    "first page": {}, "oldest first": {"order": "oldest"}, "search, rare": {"q": "00000777"},
    "search, 2 signs": {"q": "77"}, "search, common": {"q": "有限公司"}, "search, none": {"q": "不在这里"},
    "county": {"county": "dehua"},
    "size": {"size": "large"}, "above-scale": {"above_scale": "yes"}, "type": {"type": "full_process"},
    "stage": {"stage": "5"}, "state": {"state": "verified"}, "waiting, oldest": {"state": "waiting", "order": "oldest"},
    "flag": {"flag": "any"}, "one flag": {"flag": "size_outside_cluster"}, "mine": {"officer": "me"},
    "nobody's": {"officer": "nobody"}, "not opened": {"opened": "no"}, "again": {"again": "yes"},
    "since": {"since": "2026-01-01"}, "three filters": {"county": "jinjiang", "type": "single_point", "size": "small"},
}
COMPANY_COPIES = """
INSERT INTO diagnosis_company (uscc, name, cluster, county, created_at)
SELECT '92' || lpad(%(first)s::bigint + row_number() OVER () || '', 16, '0'), name, cluster, county, created_at
FROM diagnosis_company ORDER BY id LIMIT %(number)s
"""
KEPT = (
    "state, content_version, answers, verdict, revision, language, cluster, county, size_class, above_scale, type, "
    "stage, distance, flags, verified_type, consent_version, consent_statistics, created_at, updated_at"
)
COPIES = f"""
WITH numbered AS (
  SELECT s.*, %(first)s::bigint + row_number() OVER () AS n
  FROM (SELECT * FROM diagnosis_submission ORDER BY id LIMIT %(number)s) s
)
INSERT INTO diagnosis_submission (
  {KEPT}, reference, company_id, company_name, uscc, submitted_at, opened_at
)
SELECT {", ".join("numbered." + name.strip() for name in KEPT.split(","))}, 'B' || to_char(n, 'FM00000000'), c.id,
  company_name || to_char(n, 'FM00000000'), c.uscc, submitted_at - n * interval '1 second',
  CASE WHEN n %% 3 > 0 THEN submitted_at END
FROM numbered JOIN diagnosis_company c ON c.uscc = '92' || lpad(n || '', 16, '0')
"""


def fill(rows: int) -> None:
    """That many submissions in all; what VACUUM notes is noted."""
    if not Submission.objects.exists():
        call_command("simulate", count=min(rows, SEEDS), verbosity=0)
    while (have := Submission.objects.count()) < rows:
        how = {"first": have, "number": min(have, rows - have, 50_000)}
        with connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = 0")
            cursor.execute(COMPANY_COPIES, how)
            cursor.execute(COPIES, how)
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute("VACUUM ANALYZE diagnosis_submission")
        cursor.execute("SET statement_timeout = '15s'")


def person(role: str, *clusters: str) -> User:
    email = f"{role}{len(clusters)}@bench.example"
    found: User = get_user_model().objects.filter(email=email).first()
    if found is None:
        found = User.objects.create_user(email=email, role=role, is_staff=True)
        Membership.objects.bulk_create([Membership(user=found, cluster=cluster) for cluster in clusters])
    return found


def median_ms(run: Callable[[], Any]) -> float:
    run()
    times = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        run()
        times.append(time.perf_counter() - began)
    return statistics.median(times) * 1000


def reads_whole_table(queries: CaptureQueriesContext) -> bool:
    with connection.cursor() as cursor:
        for query in queries.captured_queries:
            sql = query["sql"]
            if not (sql.startswith("SELECT") and "diagnosis_submission" in sql):
                continue
            cursor.execute("EXPLAIN " + sql)
            if any("Seq Scan on diagnosis_submission" in line for (line,) in cursor.fetchall()):
                return True
    return False


def deep(user: User) -> str:
    """The address of a page in the middle of the list; of a short one the middle number."""
    number = Submission.objects.visible_to(user).count()  # type: ignore[attr-defined]
    if number <= MOST_COUNTED:
        return f"{LIST}?p={max(1, number // 100)}"
    middle = Submission.objects.order_by("pk")[Submission.objects.count() // 2]
    return f"{LIST}?p=on.{int(middle.submitted_at.timestamp() * 1e6)}.{middle.pk}"  # type: ignore[union-attr]


def pages(user: User) -> Iterator[tuple[str, float, bool]]:
    """Each page with its median time, and whether a plan of it reads the whole table."""
    client = Client()
    client.force_login(user)
    addresses = {name: f"{LIST}?{urlencode(query)}" for name, query in PAGES.items()}
    for name, address in {"start page": "/admin/", **addresses, "deep page": deep(user)}.items():
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(address)
            assert answer.status_code == 200, (address, answer.status_code)
        yield name, median_ms(lambda address=address: client.get(address)), reads_whole_table(queries)  # type: ignore[misc]


def export(user: User, answers: bool) -> tuple[int, float]:
    """Rows and seconds of a CSV file of everything."""
    began, lines = time.perf_counter(), 0
    for chunk in csv_chunks(read({}, user), Form(format="csv", answers=answers, ids=False), by=user):
        lines += chunk.count(b"\r\n")
    return lines - 1, time.perf_counter() - began


def megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure(rows: int, first: dict[tuple[str, str], float]) -> None:
    fill(rows)
    people = {"one cluster": person(Role.OFFICER, ClusterId.FOOTWEAR), "all clusters": person(Role.CITY_ADMIN)}
    for seen, user in people.items():
        print(f"\n{rows:,} rows, {seen}")
        for name, taken, whole in pages(user):
            ratio = taken / first.setdefault((seen, name), taken)
            print(f"  {name:16} {taken:7.1f} ms  {ratio:5.2f}x {'  READS THE WHOLE TABLE' if whole else ''}")
    for answers in (False, True):
        before = megabytes()
        number, seconds = export(people["all clusters"], answers)
        what, grown = "with all answers" if answers else "facts", megabytes() - before
        print(f"  CSV {what}: {number:,} rows, {number / seconds:,.0f} a second, peak memory +{grown:.0f} MB")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, nargs="+", default=[1000, 100_000])
    wanted = sorted(parser.parse_args().rows)
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    first: dict[tuple[str, str], float] = {}
    with override_settings(
        ALLOWED_HOSTS=["testserver"], STORAGES={**settings.STORAGES, "staticfiles": plain}, OFFICERS_NEED_TOTP=False
    ):
        for rows in wanted:
            measure(rows, first)


if __name__ == "__main__":
    main()
