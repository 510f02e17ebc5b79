"""Everything that changes a file an officer asked for: ask, make, retry, delete, tidy up.

To be called through recommendations.actions, like everything that changes a report.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any, Final

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from clusters.audit import record
from clusters.models import AuditKind, User
from recommendations import jobs
from recommendations.models import OfficerFile, OfficerFileKind, ReportState
from recommendations.officer_files import FOLDER, MAKERS, OfficerFileJob, about, files_of, remove_stored, stored_for
from recommendations.stored import is_lost

OPEN: Final = (ReportState.QUEUED, ReportState.BUILDING)


def _ring(file_id: int) -> None:
    from recommendations.tasks import build_officer_file

    jobs.ring(FILES, file_id, lambda: build_officer_file.apply_async(kwargs={"file_id": file_id}))


# The bell is looked up when it rings.
FILES: Final = OfficerFileJob(model=OfficerFile, ring=lambda pk: _ring(pk), makers=MAKERS)


@transaction.atomic
def ask_for_file(
    *, kind: OfficerFileKind, by: User, wish: dict[str, Any], clusters: Iterable[str], language: str
) -> OfficerFile:
    """Ask the workers for a file about firms of these clusters; `wish` is what its maker reads.

    The same wish that is still open is that one: a double click asks once. Raises PermissionDenied for
    clusters this person does not see, and for none.
    """
    concerned = sorted(set(clusters))
    if not concerned or not by.visible_clusters().issuperset(concerned):
        raise PermissionDenied
    User.objects.select_for_update().only("pk").get(pk=by.pk)
    asked = {"kind": kind, "wish": wish, "clusters": concerned, "language": language}
    waiting = OfficerFile.objects.filter(requested_by=by, state__in=OPEN, **asked).first()
    if waiting is not None:
        return waiting
    file = OfficerFile.objects.create(requested_by=by, **asked)
    record(AuditKind.FILE_ASKED, by=by, clusters=concerned, **about(file))
    jobs.ring_after_commit(FILES, file.pk)
    return file


def build_officer_file(*, file_id: int) -> bool:
    """Make the file if it is free to be made. True when this call made it ready."""
    return jobs.build(FILES, file_id)


def has_lost_file(file: OfficerFile) -> bool:
    """Ready, but no longer on the disk as it was stored."""
    return file.state == ReportState.READY and is_lost(file.name, file.size)


def retry_file(*, file: OfficerFile, by: User) -> bool:
    """Ask for a failed file again, or for one that is lost. False otherwise."""
    return jobs.retry(FILES, file, by=by, lost=has_lost_file(file))


@transaction.atomic
def delete_file(*, file: OfficerFile, by: User) -> None:
    """Remove the file; one that is being made is given up. The log keeps that it was asked for."""
    pk = file.pk
    OfficerFile.objects.filter(pk=pk, requested_by=by).delete()

    def remove_now() -> None:
        remove_stored([pk])

    transaction.on_commit(remove_now, robust=True)


def remove_old_files() -> int:
    """Remove files kept long enough, those their officers may no longer see, and what no row names.

    Returns how many rows went.
    """
    kept_since = timezone.now() - timedelta(days=settings.OFFICER_FILE_DAYS)
    old = Q(expires_at__lt=timezone.now()) | Q(state=ReportState.FAILED, queued_at__lt=kept_since)
    gone = [*OfficerFile.objects.filter(old).values_list("pk", flat=True), *_out_of_sight()]
    OfficerFile.objects.filter(pk__in=gone).delete()
    _remove_orphans()
    return len(set(gone))


def _out_of_sight() -> list[int]:
    """Files of people who are no officers any more, or not of all the clusters in them."""
    found: list[int] = []
    for user in User.objects.filter(files__isnull=False).distinct():
        hidden = OfficerFile.objects.filter(requested_by=user).exclude(pk__in=files_of(user).values("pk"))
        found.extend(hidden.values_list("pk", flat=True))
    return found


def _remove_orphans() -> None:
    """Folders without a row, and beside a finished file what killed workers left. A job at work is left alone."""
    try:
        folders, _files = default_storage.listdir(FOLDER)
    except OSError:  # nothing was ever made
        return
    rows = {str(pk): (state, name) for pk, state, name in OfficerFile.objects.values_list("pk", "state", "name")}
    remove_stored(folder for folder in folders if folder not in rows)
    for folder in folders:
        state, named = rows.get(folder, (ReportState.BUILDING, ""))
        if state not in OPEN:
            jobs.delete_stored(name for name in stored_for(folder) if name != named)
