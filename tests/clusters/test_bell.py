"""Waking the workers: everybody rings while the broker answers, and one at a time while it does not."""

from __future__ import annotations

import logging

import pytest
from kombu.exceptions import OperationalError as BrokerError

from clusters.bell import QUIET_SECONDS, Bell
from config import settings as site_settings


class Broker:
    """One that can be switched off; counts how often it is asked."""

    def __init__(self) -> None:
        self.asked, self.fault = 0, None

    def send(self) -> None:
        self.asked += 1
        if self.fault:
            raise self.fault


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def broker() -> Broker:
    return Broker()


@pytest.fixture
def bell(clock: Clock) -> Bell:
    return Bell(clock=clock)


def test_everybody_rings_while_it_answers(bell: Bell, broker: Broker) -> None:
    for _ in range(3):
        bell.ring("report 1", broker.send)
    assert broker.asked == 3


@pytest.mark.parametrize("fault", [BrokerError("dead"), ConnectionRefusedError(), TimeoutError()])
def test_after_a_vain_try_it_is_left_alone(
    bell: Bell, broker: Broker, clock: Clock, fault: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    broker.fault = fault
    with caplog.at_level(logging.INFO):
        for _ in range(20):
            bell.ring("report 1", broker.send)
    assert broker.asked == 1
    assert [record.levelname for record in caplog.records] == ["WARNING"] + ["INFO"] * 19
    clock.now += QUIET_SECONDS
    bell.ring("report 1", broker.send)
    assert broker.asked == 2


def test_one_tries_the_others_pass_on(bell: Bell, broker: Broker, clock: Clock) -> None:
    """While the one that tries again is held up, nobody else is."""
    broker.fault = TimeoutError()
    bell.ring("report 1", broker.send)
    clock.now += QUIET_SECONDS

    def hangs() -> None:
        bell.ring("report 2", broker.send)
        raise TimeoutError

    bell.ring("report 1", hangs)
    assert broker.asked == 1


def test_heard_again_everybody_rings(bell: Bell, broker: Broker, clock: Clock) -> None:
    broker.fault = TimeoutError()
    bell.ring("report 1", broker.send)
    clock.now += QUIET_SECONDS
    broker.fault = None
    for _ in range(3):
        bell.ring("report 1", broker.send)
    assert broker.asked == 4


def test_a_fault_of_ours_is_not_hidden(bell: Bell) -> None:
    def wrong() -> None:
        raise ValueError("no such task")

    with pytest.raises(ValueError, match="no such task"):
        bell.ring("report 1", wrong)
    assert bell.quiet_until is None


def test_it_is_quiet_for_longer_than_a_try_takes() -> None:
    options, again = site_settings.CELERY_BROKER_TRANSPORT_OPTIONS, site_settings.CELERY_TASK_PUBLISH_RETRY_POLICY
    tries = 1 + again["max_retries"]
    assert tries * options["socket_timeout"] + again["interval_max"] < QUIET_SECONDS
