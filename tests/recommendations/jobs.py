"""Report jobs without the slow parts: a small document and files printed in no time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone

from recommendations import actions
from recommendations.models import Report, ReportState
from recommendations.printing import Print, Printed
from tests.factories import PDF, make_report, make_submission

DOCUMENT = {"schema": 1}


def _print_file(document: Mapping[str, Any], wanted: Print) -> Printed:
    return Printed(wanted=wanted, data=PDF + wanted.language.encode(), accessible=True)


def print_quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "make_document", lambda submission: DOCUMENT)
    monkeypatch.setattr(actions, "print_file", _print_file)


def queued(**fields: Any) -> Report:
    """A report nobody has begun with."""
    report = make_report(make_submission(), state=ReportState.QUEUED)
    Report.objects.filter(pk=report.pk).update(**{"attempt": 0, "tries": 0, **fields})
    report.refresh_from_db()
    return report


def abandoned(**fields: Any) -> Report:
    """A report whose worker is gone and whose lease ran out."""
    return queued(state=ReportState.BUILDING, attempt=1, lease_until=ago(1), **{"tries": 1, **fields})


def ago(seconds: float) -> Any:
    return timezone.now() - timedelta(seconds=seconds)


def kinds(report: Report) -> list[str]:
    """The events of the report, in order."""
    return [kind for kind in report.submission.events.values_list("kind", flat=True) if kind.startswith("report_")]


def expire_lease(report: Report) -> None:
    Report.objects.filter(pk=report.pk, state=ReportState.BUILDING).update(lease_until=ago(1))


def no_lease_left(report: Report) -> bool:
    return report.lease_until is None


def stored_files() -> set[str]:
    """Names of all files in private storage."""
    root = Path(default_storage.path(""))
    return {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}
