"""Which task goes into which queue: owners never wait behind what takes minutes."""

from __future__ import annotations

import pytest
from celery import Celery

from config.celery import app
from recommendations.tasks import build_officer_file, build_report

SLOW = {
    "recommendations.tasks.build_officer_file", "recommendations.tasks.refresh_cluster_figures",
    "recommendations.tasks.remove_old_files", "diagnosis.tasks.refresh_statistics",
    "diagnosis.tasks.remove_old_drafts",
}


def ours(app: Celery) -> list[str]:
    app.loader.import_default_modules()
    return sorted(name for name in app.tasks if name.split(".")[0] in ("diagnosis", "recommendations"))


@pytest.mark.parametrize("task", ours(app))
def test_queue_of_each_task(task: str) -> None:
    """A message reaches one queue only."""
    queue = app.amqp.router.route({}, task)["queue"]
    assert queue.name == ("slow" if task in SLOW else "reports")
    assert queue.exchange.name == queue.routing_key == queue.name


def test_every_slow_task_exists() -> None:
    assert set(ours(app)) >= SLOW


def test_reports_come_first_for_a_worker_of_both_queues() -> None:
    """The broker's driver takes from queues in alphabetical order."""
    assert app.conf.broker_transport_options["queue_order_strategy"] == "sorted"
    assert sorted(queue.name for queue in app.conf.task_queues) == ["reports", "slow"]


def test_an_older_versions_messages_are_understood() -> None:
    """Until then all tasks were sent by these names, into the queue that is still the default."""
    assert app.conf.task_default_queue == "reports"
    assert {build_report.name, build_officer_file.name} <= set(app.tasks)
