"""The printed files of a report: which there are, how each is made, where it is stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from recommendations.models import FileFormat, Report, ReportFile
from recommendations.rendering import render_pdf


@dataclass(frozen=True)
class Print:
    """One file to make: language as Django spells it, and format."""

    language: str
    format: FileFormat

    @property
    def text_key(self) -> str:
        return "en" if self.language == "en" else "zh"


PRINTS = (Print("zh-hans", FileFormat.PDF), Print("en", FileFormat.PDF))


@dataclass(frozen=True, kw_only=True)
class Printed:
    """A file made; `name` is its place in private storage once stored."""

    wanted: Print
    data: bytes
    accessible: bool
    name: str = ""

    def row(self, report: Report) -> ReportFile:
        return ReportFile(
            report=report, language=self.wanted.language, format=self.wanted.format, name=self.name,
            size=len(self.data), sha256=sha256(self.data).hexdigest(), accessible=self.accessible,
        )


def print_file(document: Mapping[str, Any], wanted: Print) -> Printed:
    rendered = render_pdf(document, wanted.text_key)
    return Printed(wanted=wanted, data=rendered.data, accessible=rendered.accessible)


def store(report: Report, printed: Printed) -> Printed:
    """Write the file under a name of this attempt; raises OSError when the disk is full."""
    wanted = printed.wanted
    folder = report.submission.reference.replace("-", "")
    name = f"{folder[:2]}/{folder}/{report.attempt}-{wanted.language}.{wanted.format}"
    try:
        stored = default_storage.save(name, ContentFile(printed.data))
    except OSError:
        default_storage.delete(name)
        raise
    return Printed(wanted=wanted, data=printed.data, accessible=printed.accessible, name=stored)
