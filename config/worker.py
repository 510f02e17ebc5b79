"""The worker's line to the broker, with one fault of kombu mended.

When the broker dies while a message is held, kombu 5.7 forgets the line before it closes the channel, and the channel
then asks it for the host name: an AttributeError that ends the whole worker. The message is not lost by passing over
it: it waits among the broker's unacknowledged ones, and the row behind it is rung for again anyway.
"""

from __future__ import annotations

import logging
from typing import Any

from celery.worker.consumer import Consumer

logger = logging.getLogger(__name__)


class SteadyConsumer(Consumer):
    def connect(self) -> Any:
        connection = super().connect()
        close = connection.maybe_close_channel

        def close_what_is_left(channel: Any) -> None:
            try:
                close(channel)
            except AttributeError as error:
                logger.warning("the line to the broker was gone before its channel was closed (%s)", error)

        connection.maybe_close_channel = close_what_is_left
        return connection
