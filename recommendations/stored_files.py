"""Every stored file that a row names: is it there as it was made? `manage.py check_files` after a restore."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import file_digest
from typing import Any

from django.core.files.storage import default_storage

from diagnosis.models import VerifiedLevel
from recommendations.actions import retry, retry_file, retry_plan
from recommendations.jobs import delete_stored
from recommendations.models import OfficerFile, Plan, PlanFile, Report, ReportFile, ReportState


@dataclass(frozen=True)
class Missing:
    """A file that is lost or damaged. `job` can make it again; nothing can where it is None."""

    name: str
    job: Report | Plan | OfficerFile | None


def missing() -> list[Missing]:
    """All of them; every file is read."""
    return [Missing(name, job) for name, sha256, job in _named() if not _is_whole(name, sha256)]


def _named() -> Iterator[tuple[str, str, Any]]:
    reports = ReportFile.objects.select_related("report__submission").order_by("pk").iterator()
    plans = PlanFile.objects.select_related("plan").order_by("pk").iterator()
    officers = OfficerFile.objects.filter(state=ReportState.READY).select_related("requested_by").iterator()
    seen = VerifiedLevel.objects.exclude(evidence="").order_by("pk").values_list("evidence", "evidence_sha256")
    yield from ((file.name, file.sha256, _prints_again(file)) for file in reports)
    yield from ((file.name, file.sha256, file.plan) for file in plans)
    yield from ((file.name, file.sha256, file) for file in officers)
    yield from ((name, sha256, None) for name, sha256 in seen.iterator())


def _prints_again(file: ReportFile) -> Report | None:
    """Of an earlier revision only what was printed then is kept."""
    return file.report if file.revision == file.report.submission.revision else None


def _is_whole(name: str, sha256: str) -> bool:
    try:
        with default_storage.open(name) as file:
            return file_digest(file, "sha256").hexdigest() == sha256  # type: ignore[arg-type]
    except OSError:
        return False


def make_again(found: list[Missing]) -> int:
    """Ask the workers for every file that can be made again; returns for how many jobs."""
    jobs = {(type(one.job), one.job.pk): one.job for one in found if one.job is not None}
    delete_stored(one.name for one in found if one.job is not None)  # a damaged one would count as there
    return sum(_ask(job) for job in jobs.values())


def _ask(job: Report | Plan | OfficerFile) -> bool:
    if isinstance(job, Report):
        return retry(report=job, by=None)
    if isinstance(job, Plan):
        return retry_plan(plan=job, by=None)
    return retry_file(file=job, by=job.requested_by)
