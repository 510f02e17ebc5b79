"""Measures the main job in one run: pages against a bare Django view, PDF against WeasyPrint on the
same content, and submission-to-ready through the real queue.

    python -m config.local servers -- python -m bench.main_job        (VAR_DIR=/some/empty/folder)

Prints medians and ratios. The machine's load changes the times, hardly the ratios.
"""

from __future__ import annotations

import json
import logging
import os
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django

django.setup()

from django.core.management import call_command
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import path

from clusters.content import get_places
from clusters.domain.localise import localise
from config.urls import urlpatterns as site_urls
from diagnosis.actions import start
from diagnosis.content import get_questionnaire
from diagnosis.domain.answers_file import parse_answers
from recommendations.actions import submit
from recommendations.documents import make_document
from recommendations.models import Report, ReportState
from recommendations.rendering import render_pdf

EXAMPLE = Path("examples/single_point_workshop.json")
REPEATS = 60


def bare(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok")


urlpatterns = [path("bare/", bare), *site_urls]


def median_ms(run: Callable[[], Any], repeats: int = REPEATS) -> float:
    run()
    times = []
    for _ in range(repeats):
        began = time.perf_counter()
        run()
        times.append(time.perf_counter() - began)
    return statistics.median(times) * 1000


def draft() -> Any:
    data = json.loads(EXAMPLE.read_text(encoding="utf-8"))
    submission = start(language="zh-hans", by=None)
    submission.answers = parse_answers(data, get_questionnaire(), get_places().cluster_of_subsector).to_json()
    submission.save(update_fields=("answers",))
    return submission


@override_settings(ROOT_URLCONF="bench.main_job", ALLOWED_HOSTS=["testserver"])
def pages() -> None:
    client = Client()
    client.post("/start/")
    reference = client.session["submissions"][0]
    page = f"/d/{reference}/p/q_making/"
    seen = re.findall(r'name="seen" value="(\w+)"', client.get(page).content.decode())[0]
    values = {"product_design": "1", "production_control": "1"}

    def save() -> None:
        client.post(page, {**values, "seen": seen})

    base = median_ms(lambda: client.get("/bare/"))
    show, saved = median_ms(lambda: client.get(page)), median_ms(save)
    print(f"bare view {base:.2f} ms | page shown {show:.2f} ms = {show / base:.1f}x", end=" | ")
    print(f"saved {saved:.2f} ms = {saved / base:.1f}x")


def html_of(value: Any) -> str:
    """The whole document as plain nested tables: the same words for the other renderer."""
    if isinstance(value, dict):
        return (
            "<table>"
            + "".join(f"<tr><th>{key}</th><td>{html_of(item)}</td></tr>" for key, item in value.items())
            + "</table>"
        )
    if isinstance(value, list):
        return "".join(f"<p>{html_of(item)}</p>" for item in value)
    return str(value).replace("<", "&lt;")


def printing() -> None:
    from weasyprint import HTML

    logging.getLogger("weasyprint").setLevel(logging.ERROR)
    logging.getLogger("weasyprint.progress").setLevel(logging.ERROR)

    document = make_document(submitted().submission)
    names = iter(range(10_000))

    def another(lang: str) -> None:
        """A document not printed before, so that the typesetter can reuse nothing of it."""
        company = {**document["company"], "name": f"{document['company']['name']} {next(names)}"}
        render_pdf({**document, "company": company}, lang)  # type: ignore[arg-type]

    typst = {lang: median_ms(lambda lang=lang: another(lang), 9) for lang in ("zh", "en")}  # type: ignore[misc]
    body = html_of(
        {key: value for key, value in localise(document, "zh").items() if key in ("verdict", "needs", "roadmap")}
    )
    other = median_ms(lambda: HTML(string=f"<html lang=zh><body>{body}</body></html>").write_pdf(), 1)
    print(
        f"PDF with Typst zh {typst['zh']:.0f} ms, en {typst['en']:.0f} ms (whole report) | "
        f"WeasyPrint, three chapters as bare tables {other:.0f} ms = {other / typst['zh']:.1f}x"
    )


def submitted() -> Report:
    return submit(submission=draft(), consent_statistics=True, by=None)


@contextmanager
def worker() -> Any:
    process = subprocess.Popen(
        [sys.executable, "-m", "celery", "-A", "config", "worker", "--concurrency", "2", "-l", "ERROR"]
    )
    try:
        yield
    finally:
        process.terminate()
        process.wait()


def ready_seconds(report: Report) -> float:
    began = time.perf_counter()
    while Report.objects.get(pk=report.pk).state != ReportState.READY:
        if time.perf_counter() - began > 60:
            raise SystemExit("the report did not become ready within a minute")
        time.sleep(0.01)
    return time.perf_counter() - began


def queue(count: int = 40) -> None:
    with worker():
        for _ in range(4):
            ready_seconds(submitted())  # both worker processes warm
        times = sorted(ready_seconds(submitted()) for _ in range(count))
    p50, p95 = times[count // 2], times[int(count * 0.95)]
    print(f"submission to ready, {count} one after the other: p50 {p50:.2f} s, p95 {p95:.2f} s")


def main() -> None:
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    call_command("load_first_content")
    pages()
    printing()
    queue()


if __name__ == "__main__":
    main()
