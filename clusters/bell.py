"""The bell that wakes the workers. Rows in the database are the truth: who is not heard now is rung for again.

A broker that hangs holds up whoever rings for seconds. So after a vain try it is left alone for a while, and then
one tries again, not all: owners, officers and the sweeper do not wait in a row for the same silence.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from kombu.exceptions import OperationalError as BrokerError

logger = logging.getLogger(__name__)

QUIET_SECONDS: Final = 5.0  # longer than a try takes (config/settings.py, CELERY_BROKER_TRANSPORT_OPTIONS)


@dataclass
class Bell:
    """The way of this process to the broker. `quiet_until` is None while it answers."""

    clock: Callable[[], float] = time.monotonic
    quiet_until: float | None = field(default=None, init=False)

    def ring(self, what: object, send: Callable[[], Any]) -> None:
        """Tell the workers of it; a broker that does not answer is no fault."""
        if self.quiet_until is not None:
            if self.clock() < self.quiet_until:
                logger.info("%s: the broker was silent just now and is not asked; it will be sent again", what)
                return
            self.quiet_until = self.clock() + QUIET_SECONDS  # this one tries, the others pass on
        try:
            send()
        except (BrokerError, OSError) as error:
            self.quiet_until = self.clock() + QUIET_SECONDS
            logger.warning("%s: the broker cannot be reached (%s); it will be sent again", what, error)
        else:
            self.quiet_until = None


BELL: Final = Bell()
