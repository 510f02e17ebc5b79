"""Is the installation well? One line for each part, for `manage.py status`.

Every check answers within seconds, says what it saw, and breaks nothing when its part is away.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import IntEnum
from typing import Any, Final

from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Min
from kombu.exceptions import OperationalError as BrokerError

from config.metrics import report_store_free

LONGEST_WAIT: Final = 120  # seconds; as in deploy/alerts.yml
LONGEST_FILE_WAIT: Final = 1800  # one of an officer may be made for minutes, and wait behind another
CLOCK_DIFFERENCE: Final = 5
LEAST_SERVER: Final = 150_000  # PostgreSQL 15


class Health(IntEnum):
    """The command ends with it, the way Nagios reads it."""

    OK = 0
    WARNING = 1
    BROKEN = 2


@dataclass(frozen=True)
class Finding:
    part: str
    health: Health
    said: str


def graded(part: str, said: str, *, broken: bool = False, warning: bool = False) -> Finding:
    return Finding(part, Health.BROKEN if broken else Health.WARNING if warning else Health.OK, said)


def _database() -> Iterator[Finding]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version_num')::int, clock_timestamp()")
        version, there = cursor.fetchone()
    apart = abs((datetime.now(UTC) - there).total_seconds())
    yield graded("database", f"PostgreSQL {version // 10_000}", warning=version < LEAST_SERVER)
    yield graded("clock", f"{apart:.1f} s from the database's", warning=apart > CLOCK_DIFFERENCE)


def _migrations() -> Iterator[Finding]:
    executor = MigrationExecutor(connection)
    pending = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    yield graded("migrations", f"{pending} to be applied" if pending else "all applied", broken=bool(pending))


def _broker() -> Iterator[Finding]:
    from config.celery import app

    with app.connection_for_read() as opened:
        opened.ensure_connection(max_retries=1, timeout=2)
        channel: Any = opened.default_channel
        waiting = sum(channel._size(name) for name in app.amqp.queues)
    yield graded("broker", f"{waiting} messages wait")


def _workers() -> Iterator[Finding]:
    from recommendations.workers_seen import seen

    workers = seen()
    last = min(workers.values(), default=None)
    said = "never did a sweep" if last is None else f"last sweep {last:.0f} s ago"
    yield graded("beat and workers", said, broken=last is None or last > LONGEST_WAIT)
    for worker, seconds in workers.items():
        yield graded(f"worker {worker}", f"seen {seconds:.0f} s ago", warning=seconds > 15 * LONGEST_WAIT)


def _jobs() -> Iterator[Finding]:
    from recommendations.actions import KINDS
    from recommendations.file_actions import FILES, OPEN
    from recommendations.models import ReportState
    from recommendations.workers_seen import seconds_since

    for kind in KINDS:
        since = kind.rows.filter(state__in=OPEN).aggregate(first=Min("queued_at"))["first"]
        age = seconds_since(since) if since else 0
        failed = kind.rows.filter(state=ReportState.FAILED).count()
        longest = LONGEST_FILE_WAIT if kind is FILES else LONGEST_WAIT
        said = f"oldest waits {age:.0f} s, {failed} failed"
        yield graded(f"jobs: {kind}", said, broken=age > longest, warning=failed > 0)


def _report_store() -> Iterator[Finding]:
    with tempfile.NamedTemporaryFile(dir=settings.REPORT_ROOT, prefix=".status-") as file:
        file.write(b"can be written")
        os.fsync(file.fileno())
    free = report_store_free()
    yield graded("report store", f"{free:.0%} free", broken=free < 0.02, warning=free < 0.1)


def _content() -> Iterator[Finding]:
    from diagnosis.content import get_questionnaire

    yield graded("content", f"version {get_questionnaire().version}")


CHECKS: Final[dict[str, Callable[[], Iterator[Finding]]]] = {
    "database": _database, "migrations": _migrations, "broker": _broker, "beat and workers": _workers, "jobs": _jobs,
    "report store": _report_store, "content": _content,
}


def findings() -> list[Finding]:
    """What every check found; one that cannot be made is broken, and the others are made all the same."""
    return [finding for part, check in CHECKS.items() for finding in _made(part, check)]


def _made(part: str, check: Callable[[], Iterator[Finding]]) -> list[Finding]:
    try:
        return list(check())
    except (DatabaseError, BrokerError, OSError) as error:
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        return [Finding(part, Health.BROKEN, f"cannot be reached: {reason}")]
