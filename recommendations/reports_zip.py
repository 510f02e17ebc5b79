"""Many reports as one ZIP: the files as they were printed, and a list of them in `manifest.csv`.

`wish`: {"submissions": [ids], "files": [["zh-hans", "pdf"], ...]}. The list says for each firm and each file
wanted what it is called in the ZIP, or why it is not there. PDF and DOCX are compressed already: they are
stored as they are, piece by piece.
"""

from __future__ import annotations

import re
import shutil
import tempfile
import unicodedata
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any, BinaryIO, Final

from django.core.files.storage import default_storage
from django.db.models import Prefetch, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clusters.csv_out import csv_rows
from clusters.domain.languages import language_of
from diagnosis.models import Event, EventKind, Submission
from recommendations.jobs import CannotBeMade, Progress
from recommendations.models import FileKind, OfficerFile, ReportFile, ReportState

MANIFEST: Final = "manifest.csv"
FIRMS_AT_A_TIME: Final = 100
PIECE: Final = 256 * 1024
LONGEST_NAME: Final = 180  # bytes of the company's part; file systems take 255 for all
FORBIDDEN: Final = re.compile(r'[<>:"/\\|?*]')  # by one file system or another

Wanted = tuple[str, str]  # language and format


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One line of the list: a file in the ZIP, or why it is not there."""

    wanted: Wanted
    name: str = ""
    note: str = ""


def zip_name(file: OfficerFile) -> str:
    return f"{_('diagnosis-reports')}-{timezone.localtime(file.created_at):%Y-%m-%d-%H%M}.zip"


def write_reports(file: OfficerFile, target: BinaryIO, progress: Progress) -> None:
    """The ZIP, firm by firm. Firms its officer sees no longer are left out and counted in the list."""
    ids: list[int] = file.wish["submissions"]
    wanted = [(language, format) for language, format in file.wish["files"]]
    found = 0
    with zipfile.ZipFile(target, "w") as archive, _manifest() as lines:
        lines.writelines(csv_rows([heading()]))
        for found, submission in enumerate(_in_sight(file, ids), start=1):
            lines.writelines(csv_rows(line(submission, entry) for entry in _put_firm(archive, submission, wanted)))
            progress(found, len(ids))
        if not found:
            raise CannotBeMade(_("None of these diagnoses is in your clusters any more."))
        if found < len(ids):
            lines.writelines(csv_rows([["", "", "", "", "", "", _left_out(len(ids) - found)]]))
        _put_manifest(archive, lines)
    progress(len(ids), len(ids))


def heading() -> list[str]:
    return [
        _("company"), _("unified social credit code"), _("reference"), _("language"), _("format"), _("file"),
        _("remark"),
    ]


def line(submission: Submission, entry: Entry) -> list[str]:
    """One line of the list."""
    language, format = entry.wanted
    return [
        submission.company_name, submission.uscc, submission.reference, language_of(language).key, format,
        entry.name, entry.note,
    ]


def _left_out(number: int) -> str:
    return ngettext(
        "%(number)s diagnosis is left out: it was withdrawn or is no longer in your clusters.",
        "%(number)s diagnoses are left out: they were withdrawn or are no longer in your clusters.", number,
    ) % {"number": number}


def log_exported(file: OfficerFile) -> None:
    """The log of each firm in the ZIP says that its report went out."""
    ids = _visible(file).filter(pk__in=file.wish["submissions"]).values_list("pk", flat=True)
    Event.objects.bulk_create(
        [
            Event(submission_id=id, kind=EventKind.EXPORTED, actor=file.requested_by, detail={"file": file.pk})
            for id in ids
        ],
        batch_size=1_000,
    )


def _visible(file: OfficerFile) -> QuerySet[Submission]:
    rows: Any = Submission.objects.all()
    visible: QuerySet[Submission] = rows.visible_to(file.requested_by)
    return visible.filter(cluster__in=file.clusters)


def _in_sight(file: OfficerFile, ids: Sequence[int]) -> Iterator[Submission]:
    """The diagnoses the officer sees now, a hundred at a time, in the order asked for."""
    files = Prefetch("report__files", ReportFile.objects.filter(kind=FileKind.REPORT))
    rows = _visible(file).select_related("report").prefetch_related(files).only(
        "reference", "company_name", "uscc", "revision", "report__state", "report__ready_at", "report__submission"
    )
    for start in range(0, len(ids), FIRMS_AT_A_TIME):
        part = ids[start : start + FIRMS_AT_A_TIME]
        found = rows.in_bulk(part)
        yield from (found[id] for id in part if id in found)


def _put_firm(archive: zipfile.ZipFile, submission: Submission, wanted: Sequence[Wanted]) -> list[Entry]:
    report = getattr(submission, "report", None)
    if report is None or report.state != ReportState.READY:
        return [Entry(wanted=one, note=_("The report is not ready.")) for one in wanted]
    current = [file for file in report.files.all() if file.revision == submission.revision]
    files = {(file.language, file.format): file for file in current}
    return [_put(archive, submission, one, files.get(one), report.ready_at) for one in wanted]


def _put(
    archive: zipfile.ZipFile, submission: Submission, wanted: Wanted, file: ReportFile | None, at: datetime
) -> Entry:
    if file is None:
        return Entry(wanted=wanted, note=_("This file was not made."))
    try:
        stored = default_storage.open(file.name)
    except FileNotFoundError:
        return Entry(wanted=wanted, note=_("The file is no longer on the server. The report can be made again."))
    name = name_in_zip(submission, wanted)
    with stored:
        if stored.size != file.size:
            return Entry(wanted=wanted, note=_("The file is damaged. The report can be made again."))
        with archive.open(_member(name, file.size, at), "w") as copy:
            shutil.copyfileobj(stored, copy, PIECE)
    return Entry(wanted=wanted, name=name)


def name_in_zip(submission: Submission, wanted: Wanted) -> str:
    """Company, reference and language; the reference makes it the only one of its name."""
    language, format = wanted
    parts = (safe(submission.company_name), submission.reference, language_of(language).key)
    return "-".join(part for part in parts if part) + f".{format}"


def safe(text: str) -> str:
    """The text as part of a file name for every system: no folders, no characters that hide or steer."""
    plain = "".join(sign for sign in unicodedata.normalize("NFC", text) if unicodedata.category(sign)[0] != "C")
    named = " ".join(FORBIDDEN.sub(" ", plain).split()).strip(". ")
    return named.encode()[:LONGEST_NAME].decode(errors="ignore").strip(". ")


def _member(name: str, size: int, at: datetime) -> zipfile.ZipInfo:
    member = zipfile.ZipInfo(name, timezone.localtime(at).timetuple()[:6])
    member.external_attr, member.file_size = 0o644 << 16, size  # the size decides whether it needs Zip64
    return member


def _manifest() -> IO[str]:
    """Where the list grows while the ZIP is written; beside the memory, whatever the number of firms."""
    return tempfile.TemporaryFile("w+", encoding="utf-8-sig", newline="")  # the mark tells Excel it is UTF-8


def _put_manifest(archive: zipfile.ZipFile, lines: IO[str]) -> None:
    lines.flush()
    data: BinaryIO = lines.buffer  # type: ignore[attr-defined]
    size = data.seek(0, 2)
    data.seek(0)
    member = _member(MANIFEST, size, timezone.now())
    member.compress_type = zipfile.ZIP_DEFLATED
    with archive.open(member, "w") as copy:
        shutil.copyfileobj(data, copy, PIECE)
