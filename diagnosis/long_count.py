"""A transaction that counts all firms: one at a time, and longer than a page may take."""

from __future__ import annotations

from django.conf import settings
from django.db import connection


def begin_alone(lock: int) -> bool:
    """Whether this transaction is the one that counts. It may take as long as its task: the limits of a page's
    statements would end it half-way, every time anew, once there are many firms."""
    longest = f"{settings.CLUSTER_FIGURES_SECONDS}s"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", (lock,))
        if not cursor.fetchone()[0]:
            return False
        for limit in ("statement_timeout", "idle_in_transaction_session_timeout"):
            cursor.execute("SELECT set_config(%s, %s, true)", (limit, longest))
    return True
