"""The printed files of a report or an owner's plan: which there are, how each is made, where it is stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from recommendations.models import FileFormat, PrintedFile, PrintJob
from recommendations.rendering import RenderedPdf, render_pdf, render_plan


@dataclass(frozen=True)
class Print:
    """One file to make: language as Django spells it, and format."""

    language: str
    format: FileFormat

    @property
    def text_key(self) -> str:
        return "en" if self.language == "en" else "zh"


PRINTS = (Print("zh-hans", FileFormat.PDF), Print("en", FileFormat.PDF))
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
            language=self.wanted.language,
            format=self.wanted.format,
            name=self.name,
            size=len(self.data),
            sha256=sha256(self.data).hexdigest(),
            accessible=self.accessible,
        )


def _printed(wanted: Print, rendered: RenderedPdf) -> Printed:
    return Printed(wanted=wanted, data=rendered.data, accessible=rendered.accessible)


def print_file(document: Mapping[str, Any], wanted: Print) -> Printed:
    """One file of a report."""
    return _printed(wanted, render_pdf(document, wanted.text_key))


def print_plan(document: Mapping[str, Any], wanted: Print) -> Printed:
    """One file of an owner's plan."""
    return _printed(wanted, render_plan(document, wanted.text_key))


def _place(job: PrintJob, wanted: Print, attempt: int) -> str:
    folder = job.submission.reference.replace("-", "")
    return f"{folder[:2]}/{folder}/{job.file_stem(attempt)}-{wanted.language}.{wanted.format}"


def store(job: PrintJob, printed: Printed) -> Printed:
    """Write the file under a name of this attempt; raises OSError when the disk is full."""
    wanted = printed.wanted
    name = _place(job, wanted, job.attempt)
    try:
        stored = default_storage.save(name, ContentFile(printed.data))
    except OSError:
        default_storage.delete(name)
        raise
    return Printed(wanted=wanted, data=printed.data, accessible=printed.accessible, name=stored)


def leftovers(job: PrintJob) -> list[str]:
    """Where attempts before this one may have left files: those of workers that were killed."""
    return [_place(job, wanted, attempt) for attempt in range(1, job.attempt) for wanted in PRINTS]
