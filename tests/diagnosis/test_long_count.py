"""Statistics over very many firms are not cut off by what a page's statement may take."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import connection, transaction

from clusters.models import ClusterId
from config.celery import app
from diagnosis import benchmarks, cluster_statistics
from diagnosis.long_count import begin_alone
from tests.factories import make_submission

LIMITS = ("statement_timeout", "idle_in_transaction_session_timeout")
ANY = 4711


def limits() -> list[str]:
    with connection.cursor() as cursor:
        return [cursor.execute(f"SHOW {limit}").fetchone()[0] for limit in LIMITS]  # type: ignore[union-attr, misc]


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The limits that hold whenever figures are stored."""
    found: list[list[str]] = []
    for model in (benchmarks.GroupStatistics, cluster_statistics.ClusterFigures):
        create = model.objects.create

        def noting(*args: Any, create: Any = create, **columns: Any) -> Any:
            found.append(limits())
            return create(*args, **columns)

        monkeypatch.setattr(model.objects, "create", noting)
    return found


@pytest.mark.django_db(transaction=True)
def test_the_limits_hold_for_this_transaction_only() -> None:
    before = limits()
    with transaction.atomic():
        assert begin_alone(ANY)
        assert limits() == ["9min", "9min"]
    assert limits() == before
    assert "9min" not in before


@pytest.mark.django_db(transaction=True)
def test_the_second_one_at_a_time_is_refused_and_keeps_its_limits() -> None:
    with psycopg.connect(**connection.get_connection_params()) as other:  # type: ignore[arg-type]
        other.execute("SELECT pg_advisory_xact_lock(%s)", (ANY,))
        with transaction.atomic():
            before = limits()
            assert not begin_alone(ANY)
            assert limits() == before


@pytest.mark.django_db
@pytest.mark.parametrize("refresh", [benchmarks.refresh_all, cluster_statistics.refresh])
def test_figures_are_counted_with_them(refresh: Any, seen: list[list[str]]) -> None:
    for _ in range(6):
        make_submission(ClusterId.FOOTWEAR)
    assert refresh() > 0
    assert seen
    assert all(found == ["9min", "9min"] for found in seen)


@pytest.mark.parametrize(
    "task", ["diagnosis.tasks.refresh_statistics", "recommendations.tasks.refresh_cluster_figures"]
)
def test_their_tasks_may_take_as_long(task: str) -> None:
    app.loader.import_default_modules()
    assert app.tasks[task].soft_time_limit == settings.CLUSTER_FIGURES_SECONDS == 540
