"""The log of what concerns many firms at once; what happened to one submission is logged with it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from clusters.models import AuditEvent, AuditKind, User


def record(kind: AuditKind, /, *, by: User | None, clusters: Iterable[str] = (), **detail: Any) -> AuditEvent:
    """Write one entry. `detail` says in plain values what it was about: numbers and names, never answers."""
    return AuditEvent.objects.create(actor=by, kind=kind, clusters=sorted(set(clusters)), detail=detail)
