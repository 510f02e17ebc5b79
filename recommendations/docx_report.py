"""Sets the frozen report document, and an application data sheet, as editable DOCX files.

The chapters are those of the PDF in the same order (typst/report.typ); drawings are said in tables and
words. Any text is fit for it: characters that a word processor cannot take are left out. The same
document in the same language gives the same bytes: the clock of the file is the day of submission.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from clusters.domain.languages import Lang
from clusters.domain.localise import localise
from recommendations.docx_parts import advice, first_page, records, standing
from recommendations.docx_parts.application import application
from recommendations.docx_parts.markup import Body, Xml, field, joined
from recommendations.docx_parts.package import Frame, packed
from recommendations.glyphs import shortened
from recommendations.print_words import Words, words_of

HEAD_COLUMNS: Final = 44  # two for a Chinese character
CHAPTERS: Final = (
    standing.verdict,
    standing.scores,
    standing.scenes,
    advice.pathways,
    advice.roadmap,
    advice.grants,
    records.comparison,
    records.sheet,
    records.changes,
    records.privacy,
    records.annex,
)

Document = Mapping[str, Any]


def render_docx(document: Document, lang: Lang) -> bytes:
    """The whole report in one language; raises KeyError if the document has another shape."""
    data, words = localise(document, lang), words_of(lang)
    body, about = Body(), Body()
    first_page.summary(body, data, words)
    second_page = len(body.blocks)
    for chapter in CHAPTERS:
        chapter(body, data, words)
    first_page.about(about, data, words, body.chapters)
    body.blocks[second_page:second_page] = about.blocks
    return packed(body, _frame(data, words, words.say("report_name"), cover=True))


def render_application_docx(sheet: Document, lang: Lang) -> bytes:
    """The sheet of one programme in one language (recommendations.domain.application_sheet)."""
    data, words = localise(sheet, lang), words_of(lang)
    body = Body()
    application(body, data, words)
    return packed(body, _frame(data, words, words.say("sheet_title"), cover=False))


def _frame(data: Document, words: Words, kind: str, *, cover: bool) -> Frame:
    name = shortened(data["company"]["name"], HEAD_COLUMNS)
    return Frame(
        lang=words.lang,
        title=f"{kind} · {name}",
        reference=data["reference"],
        day=date.fromisoformat(str(data["submitted_on"])[:10]),
        head=(name, kind),
        foot=(f"{data['reference']} · {words.say('version')} {data['content_version']}", _page(words)),
        cover=cover,
    )


def _page(words: Words) -> Xml:
    """第 1 / 9 页, with the numbers as fields."""
    before, between, after = words.say("page", n="\0", total="\0").split("\0")
    return joined(before, field("PAGE"), between, field("NUMPAGES"), after)
