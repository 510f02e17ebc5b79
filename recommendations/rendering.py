"""Sets the frozen report document as a PDF. The only module that knows the PDF library.

The document enters the template as JSON data, never as markup; the template can read its own folder
only. Texts are made printable first (glyphs.py), then the file is set as accessible PDF/UA-1. If that
standard still refuses it, the file is set without the standard and says so (`accessible` is False).
The same document in the same language gives the same bytes: the clock of the file is the day of
submission.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import typst

from clusters.domain.languages import Lang
from clusters.domain.localise import localise
from recommendations.glyphs import FONT_FOLDER, clean, printable, shortened

logger = logging.getLogger(__name__)

TEMPLATE_FOLDER = Path(__file__).parent / "typst"
TEMPLATE = TEMPLATE_FOLDER / "report.typ"
PLAN_TEMPLATE = TEMPLATE_FOLDER / "plan.typ"
APPLICATION_TEMPLATE = TEMPLATE_FOLDER / "application.typ"
LABELS: Final = b'#import "labels.typ": labels\n#metadata(labels) <labels>'
ACCESSIBLE_STANDARD: Final = "ua-1"

# Widths in columns (two for a Chinese character); the answers annex holds the whole name.
HEAD_COLUMNS = 44
COVER_COLUMNS = 200

# The root of the page tree. Texts of the owner are on one line, so they cannot look like it.
PAGE_TREE = re.compile(rb"obj\n<<\n?\s*/Type\s*/Pages\s*/Count (\d+)")


@dataclass(frozen=True, kw_only=True)
class RenderedPdf:
    """A PDF file; `pages` is None if the page count is not known."""

    data: bytes
    pages: int | None
    accessible: bool


def render_plan(document: Mapping[str, Any], lang: Lang) -> RenderedPdf:
    """An owner's plan (recommendations.domain.owner_plan) as a PDF in one language."""
    return render_pdf(document, lang, template=PLAN_TEMPLATE)


def render_application(sheet: Mapping[str, Any], lang: Lang) -> RenderedPdf:
    """An application data sheet (recommendations.domain.application_sheet) as a PDF in one language."""
    return render_pdf(sheet, lang, template=APPLICATION_TEMPLATE)


@lru_cache(maxsize=1)
def template_labels() -> dict[str, dict[str, str]]:
    """The words of the templates by key and language, for files that are set in another way."""
    found = typst.query(LABELS, "<labels>", field="value", one=True, root=TEMPLATE_FOLDER, ignore_system_fonts=True)
    labels: dict[str, dict[str, str]] = json.loads(found)
    return labels


def render_pdf(document: Mapping[str, Any], lang: Lang, *, template: Path = TEMPLATE) -> RenderedPdf:
    """The report as a PDF in one language; raises typst.TypstError if the document has another shape."""
    inputs = {"document": _as_json(document, lang), "lang": lang}
    return _set(inputs, _timestamp(document), template=template, name=f"report {document.get('reference')}")


def render_data(data: Mapping[str, Any], lang: Lang, *, template: Path, day: date) -> RenderedPdf:
    """Any other data, already in one language and made printable, as a PDF dated with this day."""
    inputs = {"document": json.dumps(data, ensure_ascii=False), "lang": lang}
    return _set(inputs, _midnight(day), template=template, name=template.name)


def _set(inputs: dict[str, str], timestamp: int, *, template: Path, name: str) -> RenderedPdf:
    try:
        return _compile(inputs, timestamp, accessible=True, template=template)
    except typst.TypstError as error:
        logger.warning("%s set without %s: %s", name, ACCESSIBLE_STANDARD, error)
        return _compile(inputs, timestamp, accessible=False, template=template)


def _as_json(document: Mapping[str, Any], lang: Lang) -> str:
    name = clean(str(document["company"]["name"]))
    data = localise(document, lang) | {
        "head_name": shortened(name, HEAD_COLUMNS),
        "cover_name": shortened(name, COVER_COLUMNS),
    }
    return json.dumps(printable(data), ensure_ascii=False)


def _timestamp(document: Mapping[str, Any]) -> int:
    """Midnight UTC of the day of submission, in seconds since 1970."""
    return _midnight(date.fromisoformat(str(document["submitted_on"])[:10]))


def _midnight(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())


@lru_cache(maxsize=1)
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[FONT_FOLDER])


def _compile(inputs: dict[str, str], timestamp: int, *, accessible: bool, template: Path) -> RenderedPdf:
    compiler = typst.Compiler(
        template, root=TEMPLATE_FOLDER, font_paths=_fonts(), ignore_system_fonts=True, sys_inputs=inputs
    )
    data = compiler.compile(
        format="pdf", pdf_standards=ACCESSIBLE_STANDARD if accessible else [], timestamp=timestamp
    )
    assert isinstance(data, bytes)
    return RenderedPdf(data=data, pages=_page_count(data), accessible=accessible)


def _page_count(data: bytes) -> int | None:
    counts = [int(count) for count in PAGE_TREE.findall(data)]
    return max(counts, default=None)
