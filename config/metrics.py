"""Figures for Prometheus at /metrics, for whoever shows METRICS_TOKEN; without one there is no such page.

What the database knows (jobs waiting, the oldest one's age, submissions by state) is asked when the page is
asked for, so it is right whichever process answers. Requests are counted by each web process; with several of
them set PROMETHEUS_MULTIPROC_DIR to an empty folder they share, and every process' counts are added up.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator

from django.conf import settings
from django.db.models import Count, Min
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector

from config.logs import view_name

WEB = CollectorRegistry()
# Anybody can invent methods; each would be a figure of its own, kept in memory.
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
REQUESTS = Counter("chain_requests", "Requests by view, method and status.", ("view", "method", "status"), registry=WEB)
SECONDS = Histogram(
    "chain_request_seconds", "Seconds until the answer, by view.", ("view",), registry=WEB,
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)


class CountRequests:
    """Counts every request by the name of its view."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        started = time.perf_counter()
        response = self.get_response(request)
        view = view_name(request)
        method = request.method if request.method in METHODS else "other"
        REQUESTS.labels(view, method, str(response.status_code)).inc()
        SECONDS.labels(view).observe(time.perf_counter() - started)
        return response


class DatabaseFigures:
    """What is waiting and what there is, by state."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        from diagnosis.models import Submission
        from recommendations.models import OfficerFile, Plan, Report, ReportState

        submissions = GaugeMetricFamily("chain_submissions", "Submissions by state.", labels=("state",))
        for state, count in Submission.objects.order_by().values_list("state").annotate(Count("pk")):
            submissions.add_metric((state,), count)
        yield submissions
        jobs = GaugeMetricFamily("chain_jobs", "Jobs of the workers by kind and state.", labels=("kind", "state"))
        oldest = GaugeMetricFamily(
            "chain_oldest_job_seconds", "Age of the job that has waited longest; 0 when none waits.", labels=("kind",)
        )
        for model in (Report, Plan, OfficerFile):
            kind, rows = model._meta.model_name or "", model._default_manager.order_by()
            for state, count in rows.values_list("state").annotate(Count("pk")):
                jobs.add_metric((kind, state), count)
            waiting = rows.filter(state__in=(ReportState.QUEUED, ReportState.BUILDING))
            since = waiting.aggregate(first=Min("queued_at"))["first"]
            oldest.add_metric((kind,), (timezone.now() - since).total_seconds() if since else 0)
        yield jobs
        yield oldest
        yield from _signs_of_life()


def _signs_of_life() -> Iterator[GaugeMetricFamily]:
    from recommendations.workers_seen import seen

    workers = seen()
    each = GaugeMetricFamily("chain_worker_seen_seconds", "Seconds since this worker did a sweep.", labels=("worker",))
    for worker, seconds in workers.items():
        each.add_metric((worker,), seconds)
    yield each
    yield GaugeMetricFamily(
        "chain_last_sweep_seconds", "Seconds since a worker did the sweep beat asks for; infinite if none ever did.",
        value=min(workers.values(), default=float("inf")),
    )
    yield GaugeMetricFamily(
        "chain_report_store_free_ratio", "Free part of the disk of the report store; 0 when it is away.",
        value=report_store_free(),
    )


def report_store_free() -> float:
    try:
        disk = shutil.disk_usage(settings.REPORT_ROOT)
    except OSError:
        return 0.0
    return disk.free / disk.total


DATABASE = CollectorRegistry()
DATABASE.register(DatabaseFigures())  # type: ignore[arg-type]


def _web() -> CollectorRegistry:
    if not os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        return WEB
    together = CollectorRegistry()
    MultiProcessCollector(together)  # type: ignore[no-untyped-call]
    return together


def _may_read(request: HttpRequest) -> bool:
    shown = request.headers.get("Authorization", "")
    return bool(settings.METRICS_TOKEN) and constant_time_compare(shown, f"Bearer {settings.METRICS_TOKEN}")


@never_cache
@require_GET
def metrics(request: HttpRequest) -> HttpResponse:
    """All figures in Prometheus' text form; 404 without the token, as if it were not there."""
    if not _may_read(request):
        raise Http404
    return HttpResponse(generate_latest(_web()) + generate_latest(DATABASE), content_type=CONTENT_TYPE_LATEST)
