"""The worker's line to the broker (config/worker.py)."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import pytest
from kombu import Queue

from config.celery import app
from config.worker import SteadyConsumer


@pytest.fixture
def line() -> Iterator[Any]:
    """A worker's line to the real broker, with a message taken and not done."""
    consumer = object.__new__(SteadyConsumer)
    consumer.hub, consumer.amqheartbeat = None, None
    consumer.connection_for_read = lambda heartbeat: app.connection_for_read()
    connection = consumer.connect()
    queue = Queue("worker-test", channel=connection.default_channel)
    queue.declare()
    connection.Producer().publish({}, routing_key="worker-test")
    assert queue.get() is not None
    yield connection
    with app.connection_for_write() as other:
        other.default_channel.queue_delete("worker-test")


def forget(connection: Any) -> None:
    """What Celery does first when a broker is lost; the pool went with the broker."""
    connection.default_channel._pool = None
    connection.transport.client = None


def test_the_worker_is_configured_to_use_it() -> None:
    assert app.conf.worker_consumer == f"{SteadyConsumer.__module__}:{SteadyConsumer.__name__}"


def test_a_line_that_is_gone_does_not_end_the_worker(line: Any, caplog: pytest.LogCaptureFixture) -> None:
    forget(line)
    with caplog.at_level(logging.WARNING):
        line.close()
    assert "the line to the broker was gone" in caplog.text


def test_a_line_that_holds_is_closed_as_ever(line: Any, caplog: pytest.LogCaptureFixture) -> None:
    """What was taken and not done goes back into the queue."""
    with caplog.at_level(logging.WARNING):
        line.close()
    assert not caplog.text
    with app.connection_for_read() as other:
        assert other.default_channel.basic_get("worker-test") is not None
