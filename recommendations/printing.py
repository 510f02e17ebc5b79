"""The printed files of a report or an owner's plan: which there are, how each is made, where it is stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from clusters.domain.languages import LANGUAGES, Lang, language_of
from recommendations.content import get_print_words
from recommendations.docx_report import render_application_docx, render_docx
from recommendations.domain.application_sheet import application_sheet, programmes_with_sheet
from recommendations.models import FileFormat, FileKind, PrintedFile, PrintJob
from recommendations.rendering import RenderedPdf, render_application, render_pdf, render_plan
from recommendations.stored import is_lost


@dataclass(frozen=True)
class Print:
    """One file to make: language as Django spells it, and format.

    With a `programme` it is the application data sheet for that programme instead of the report.
    """

    language: str
    format: FileFormat
    programme: str = ""

    @property
    def text_key(self) -> Lang:
        return language_of(self.language).key

    @property
    def stem(self) -> str:
        """Part of the stored name that tells it from the job's other files."""
        return f"application-{self.programme}-{self.language}" if self.programme else self.language

    @property
    def purpose(self) -> dict[str, str]:
        """Columns of the row that only an application data sheet fills in."""
        return {"kind": FileKind.APPLICATION, "programme": self.programme} if self.programme else {}


PRINTS = tuple(Print(language.code, format) for format in (FileFormat.PDF, FileFormat.DOCX) for language in LANGUAGES)
PLAN_PRINTS = tuple(one for one in PRINTS if one.format == FileFormat.PDF)


@dataclass(frozen=True, kw_only=True)
class Printed:
    """A file made; `name` is its place in private storage once stored."""

    wanted: Print
    data: bytes
    accessible: bool
    name: str = ""

    def row(self, job: PrintJob) -> PrintedFile:
        return job.files.model(
            **{job.files.field.name: job},  # type: ignore[attr-defined]
            **self.wanted.purpose,
            **job.file_columns,
            language=self.wanted.language,
            format=self.wanted.format,
            name=self.name,
            size=len(self.data),
            sha256=sha256(self.data).hexdigest(),
            accessible=self.accessible,
        )


def report_prints(document: Mapping[str, Any]) -> tuple[Print, ...]:
    """The report in all languages and formats, then a sheet for each programme the firm may apply for."""
    sheets = (replace(one, programme=id) for id in programmes_with_sheet(document) for one in PRINTS)
    return (*PRINTS, *sheets)


def plan_prints(document: Mapping[str, Any]) -> tuple[Print, ...]:
    return PLAN_PRINTS


def _printed(wanted: Print, rendered: RenderedPdf) -> Printed:
    return Printed(wanted=wanted, data=rendered.data, accessible=rendered.accessible)


def _plain(wanted: Print, data: bytes) -> Printed:
    """A DOCX file: real headings, header rows and language make it accessible by itself."""
    return Printed(wanted=wanted, data=data, accessible=True)


def print_file(document: Mapping[str, Any], wanted: Print) -> Printed:
    """One file of a report, or one application data sheet made from it."""
    if wanted.programme:
        return _print_sheet(application_sheet(document, wanted.programme, get_print_words()), wanted)
    if wanted.format == FileFormat.DOCX:
        return _plain(wanted, render_docx(document, wanted.text_key))
    return _printed(wanted, render_pdf(document, wanted.text_key))


def _print_sheet(sheet: Mapping[str, Any], wanted: Print) -> Printed:
    if wanted.format == FileFormat.DOCX:
        return _plain(wanted, render_application_docx(sheet, wanted.text_key))
    return _printed(wanted, render_application(sheet, wanted.text_key))


def print_plan(document: Mapping[str, Any], wanted: Print) -> Printed:
    """One file of an owner's plan."""
    return _printed(wanted, render_plan(document, wanted.text_key))


def _folder(job: PrintJob) -> str:
    reference = job.submission.reference.replace("-", "")
    return f"{reference[:2]}/{reference}"


def store(job: PrintJob, printed: Printed) -> Printed:
    """Write the file under a name of this attempt; raises OSError when the disk is full."""
    wanted = printed.wanted
    name = f"{_folder(job)}/{job.file_stem(job.attempt)}-{wanted.stem}.{wanted.format}"
    try:
        stored = default_storage.save(name, ContentFile(printed.data))
    except OSError:
        default_storage.delete(name)
        raise
    return Printed(wanted=wanted, data=printed.data, accessible=printed.accessible, name=stored)


def files_are_lost(job: PrintJob) -> bool:
    """A file that the rows name is not on the disk as it was stored."""
    return any(is_lost(name, size) for name, size in job.current_files().values_list("name", "size"))


def leftovers(job: PrintJob) -> list[str]:
    """The files that attempts before this one left, of workers that were killed; those that rows name are kept."""
    folder = _folder(job)
    named = set(job.files.values_list("name", flat=True))
    stems = tuple(f"{job.file_stem(attempt)}-" for attempt in range(1, job.attempt))
    try:
        _, names = default_storage.listdir(folder)
    except OSError:  # no folder, no files; a disk that is away is met again at the next file
        return []
    return [f"{folder}/{name}" for name in names if name.startswith(stems) and f"{folder}/{name}" not in named]
