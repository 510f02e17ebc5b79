"""The DOCX file around its text: page, styles, header, footer, properties, and the ZIP archive.

python-docx makes an empty file once per process and kind; our styles, lists, fonts and settings (the
folder word/) take the place of its own. What differs from report to report is then written into a copy
of that file. The same input gives the same bytes: every entry and the properties carry the day of
submission, and nothing asks the clock.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any, Final
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import docx
from docx.document import Document as WordDocument
from docx.shared import Mm

from clusters.domain.languages import Lang
from recommendations.docx_parts.markup import (
    FIRST_FREE_LIST,
    NAMESPACES,
    Body,
    Inline,
    Xml,
    attribute,
    paragraph,
    run,
    tab,
)

WORD_FOLDER: Final = Path(__file__).parent / "word"
LATIN: Final[Mapping[Lang, str]] = {"zh": "Microsoft YaHei", "en": "Calibri"}
EAST_ASIA: Final = "Microsoft YaHei"
LANGUAGE: Final[Mapping[Lang, str]] = {"zh": "zh-CN", "en": "en-GB"}
A4: Final = (Mm(210), Mm(297))
MARGINS: Final = {"top_margin": Mm(25), "bottom_margin": Mm(21), "left_margin": Mm(21), "right_margin": Mm(21)}
UNUSED: Final = ("thumbnail", "extended-properties", "customXml", "stylesWithEffects", "webSettings")
SECTION: Final = b"<w:sectPr"
BODY: Final = b"<w:body>"
DECLARATION: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
SPEED: Final = 5  # of zlib; 9 takes three times as long for one part in a hundred

Parts = dict[str, bytes]


@dataclass(frozen=True, kw_only=True)
class Frame:
    """What stands around the text. `head` and `foot` are left and right of header and footer; `cover`
    says that the first page has neither."""

    lang: Lang
    title: str
    reference: str
    day: date
    head: tuple[Inline, Inline]
    foot: tuple[Inline, Inline]
    cover: bool = False


def _drop_unused(document: WordDocument) -> None:
    for relations in (document.part.package.rels, document.part.rels):
        for id, relation in list(relations.items()):
            if relation.reltype.rsplit("/", 1)[-1] in UNUSED:
                del relations[id]


def _set_page(document: WordDocument, cover: bool) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = A4
    for side, size in MARGINS.items():
        setattr(section, side, size)
    section.different_first_page_header_footer = cover
    section.header.is_linked_to_previous = section.footer.is_linked_to_previous = False


def _own_part(name: str, lang: Lang) -> bytes:
    text = (WORD_FOLDER / name).read_text(encoding="utf-8")
    for token, value in (("latin", LATIN[lang]), ("east_asia", EAST_ASIA), ("lang", LANGUAGE[lang])):
        text = text.replace("{" + token + "}", value)
    return text.encode()


@cache
def _empty_file(lang: Lang, cover: bool) -> Parts:
    """The parts of a file without text, in the order of the archive."""
    document = docx.Document()
    _drop_unused(document)
    _set_page(document, cover)
    saved = BytesIO()
    document.save(saved)
    with ZipFile(saved) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    return parts | {f"word/{path.name}": _own_part(path.name, lang) for path in sorted(WORD_FOLDER.glob("*.xml"))}


def _around(tag: str, style: str, sides: tuple[Inline, Inline]) -> bytes:
    left, right = (side if isinstance(side, Xml) else run(side) for side in sides)
    line = paragraph(left, tab(), right, style=style)
    return f"{DECLARATION}<w:{tag} {NAMESPACES}>{line}</w:{tag}>".encode()


def _with_lists(numbering: bytes, count: int) -> bytes:
    """One numbered list of its own for each list of steps, so that each starts at 1."""
    restart = '<w:abstractNumId w:val="2"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride>'
    added = "".join(f'<w:num w:numId="{FIRST_FREE_LIST + place}">{restart}</w:num>' for place in range(count))
    return numbering.replace(b"</w:numbering>", added.encode() + b"</w:numbering>")


def _properties(frame: Frame) -> bytes:
    stamp = f'xsi:type="dcterms:W3CDTF">{frame.day.isoformat()}T00:00:00Z</dcterms:'
    return (
        f"{DECLARATION}<cp:coreProperties "
        'xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<dc:title>{attribute(frame.title)}</dc:title><dc:identifier>{attribute(frame.reference)}</dc:identifier>"
        f"<dc:language>{LANGUAGE[frame.lang]}</dc:language>"
        f"<dcterms:created {stamp}created><dcterms:modified {stamp}modified></cp:coreProperties>"
    ).encode()


def _document(empty: bytes, body: Body) -> bytes:
    start = empty.index(BODY) + len(BODY)
    return empty[:start] + "".join(body.blocks).encode() + empty[empty.rindex(SECTION) :]


def _archived(parts: Parts, day: date) -> bytes:
    file = BytesIO()
    with ZipFile(file, "w") as archive:
        for name, data in parts.items():
            entry = ZipInfo(name, date_time=(max(day.year, 1980), day.month, day.day, 0, 0, 0))
            entry.compress_type, entry.create_system = ZIP_DEFLATED, 0
            archive.writestr(entry, data, compresslevel=SPEED)
    return file.getvalue()


def packed(body: Body, frame: Frame) -> bytes:
    """The finished file."""
    empty = _empty_file(frame.lang, frame.cover)
    own: dict[str, Any] = {
        "docProps/core.xml": _properties(frame),
        "word/document.xml": _document(empty["word/document.xml"], body),
        "word/header1.xml": _around("hdr", "Header", frame.head),
        "word/footer1.xml": _around("ftr", "Footer", frame.foot),
        "word/numbering.xml": _with_lists(empty["word/numbering.xml"], body.lists),
    }
    return _archived({**empty, **own}, frame.day)
