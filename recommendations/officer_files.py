"""Files officers ask for: who makes which kind, where they are stored, when they go.

A maker writes one kind of file into a stream the worker gives it. To add one, write

    def write_letters(file: OfficerFile, target: BinaryIO, progress: Progress) -> None

that reads `file.wish`, shows only what `file.requested_by` may see at that moment, works in flat
memory and calls `progress(done, total)` after each firm (or every hundred rows): that is what the
page shows and what keeps the job with this worker. Then enter it in MAKERS. It runs in the language
of the file. `CannotBeMade` ends the job at once with words for the officer; a fault of the disk or
the database is tried again by itself.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, ClassVar, Final

from django.conf import settings
from django.core.files.storage import default_storage
from django.db.models import QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from clusters.audit import record
from clusters.models import AuditKind, User
from clusters.uploads import XLSX
from recommendations.cluster_report import report_name, write_report
from recommendations.jobs import Attempt, CannotBeMade, JobKind, Made, Moment, Progress, delete_stored
from recommendations.letters import letters_name, mark_printed, write_letters
from recommendations.models import OfficerFile, OfficerFileKind
from recommendations.reports_zip import log_exported, write_reports, zip_name
from recommendations.submission_table import keep_exported, table_name, write_table

FOLDER: Final = "officer-files"
LOGGED: Final = {
    Moment.READY: AuditKind.FILE_READY, Moment.FAILED: AuditKind.FILE_FAILED, Moment.RETRIED: AuditKind.FILE_ASKED,
}


@dataclass(frozen=True, kw_only=True)
class Maker:
    """How one kind of file is made and what it is called when it is fetched. What `keep` writes, for example
    events of the firms in it, is stored together with the finished file or not at all."""

    write: Callable[[OfficerFile, BinaryIO, Progress], None]
    file_name: Callable[[OfficerFile], str]
    media_type: str
    keep: Callable[[OfficerFile], None] = lambda file: None


MAKERS: Final[dict[str, Maker]] = {
    OfficerFileKind.CLUSTER_REPORT: Maker(
        write=write_report, file_name=report_name, media_type="application/pdf"
    ),
    OfficerFileKind.REPORTS: Maker(
        write=write_reports, file_name=zip_name, media_type="application/zip", keep=log_exported
    ),
    OfficerFileKind.LETTERS: Maker(
        write=write_letters, file_name=letters_name, media_type="application/pdf", keep=mark_printed
    ),
    OfficerFileKind.SUBMISSIONS: Maker(write=write_table, file_name=table_name, media_type=XLSX, keep=keep_exported),
}


def files_of(user: User) -> QuerySet[OfficerFile]:
    """The files this person may see and fetch: own ones, all of whose clusters are in sight, not too old."""
    clusters = user.visible_clusters()
    rows = OfficerFile.objects.filter(requested_by_id=user.pk, clusters__contained_by=sorted(clusters))
    return rows.exclude(expires_at__lt=timezone.now()) if clusters else rows.none()


def about(file: OfficerFile) -> dict[str, Any]:
    """What the log says about a file: its number and kind, of how many firms it is, its name once it has one."""
    firms = {"firms": len(file.wish["submissions"])} if isinstance(file.wish.get("submissions"), list) else {}
    return {"file": file.pk, "kind": file.kind, **firms, **({"name": file.file_name} if file.file_name else {})}


@dataclass(frozen=True, kw_only=True)
class OfficerFileJob(JobKind):
    """`makers` by kind of file."""

    makers: Mapping[str, Maker]
    emptied: ClassVar[Mapping[str, Any]] = {
        "done": 0, "total": 0, "size": None, "name": "", "file_name": "", "sha256": "", "expires_at": None,
    }

    def load(self, pk: int) -> OfficerFile:
        return OfficerFile.objects.select_related("requested_by").get(pk=pk)

    def make(self, attempt: Attempt) -> Made:
        file: OfficerFile = attempt.job
        with translation.override(file.language):
            if not files_of(file.requested_by).filter(pk=file.pk).exists():
                raise CannotBeMade(_("You may no longer see all clusters of this file."))
            maker = self.makers[file.kind]
            attempt.stored.append(place(file))
            with open_new(place(file)) as target:
                maker.write(file, target, lambda done, total: attempt.progress(done=done, total=total))
            columns = _columns(file, maker)
        file.file_name = columns["file_name"]
        return Made(columns=columns, keep=partial(maker.keep, file))

    def named(self, file: OfficerFile) -> set[str]:
        return set(OfficerFile.objects.filter(pk=file.pk).exclude(name="").values_list("name", flat=True))

    def leftovers(self, file: OfficerFile) -> list[str]:
        return [name for name in stored_for(file.pk) if name != place(file)]

    def log(self, file: OfficerFile, moment: Moment, *, by: User | None, **detail: Any) -> None:
        record(LOGGED[moment], by=by or file.requested_by, clusters=file.clusters, **about(file), **detail)


def place(file: OfficerFile) -> str:
    """Where this attempt stores the file; another attempt has another place."""
    return f"{FOLDER}/{file.pk}/{file.attempt}"


def stored_for(pk: int | str) -> list[str]:
    """Everything stored for a row, whole or begun."""
    try:
        _folders, names = default_storage.listdir(f"{FOLDER}/{pk}")
    except OSError:  # no folder, no files
        return []
    return [f"{FOLDER}/{pk}/{name}" for name in names]


def open_new(name: str) -> BinaryIO:
    """A new file in private storage, to be written piece by piece."""
    path = Path(default_storage.path(name))
    path.parent.mkdir(parents=True, exist_ok=True)
    return path.open("wb")


def _columns(file: OfficerFile, maker: Maker) -> dict[str, Any]:
    path = Path(default_storage.path(place(file)))
    size = path.stat().st_size
    if not size:
        raise ValueError("an empty file was made")
    with path.open("rb") as stored:
        sha256 = hashlib.file_digest(stored, "sha256").hexdigest()
    return {
        "name": place(file), "file_name": maker.file_name(file)[:200], "media_type": maker.media_type, "size": size,
        "sha256": sha256, "expires_at": timezone.now() + timedelta(days=settings.OFFICER_FILE_DAYS),
    }


def remove_stored(pks: Iterable[int | str]) -> None:
    """Take the files of rows that are gone off the disk, and their folders."""
    for pk in pks:
        delete_stored([*stored_for(pk), f"{FOLDER}/{pk}"])


__all__ = [
    "FOLDER", "MAKERS", "CannotBeMade", "Maker", "OfficerFileJob", "Progress", "about", "files_of", "open_new",
    "place", "remove_stored", "stored_for",
]
