"""Text, paragraphs and tables as WordprocessingML, the XML inside a DOCX file.

Xml     finished markup; every other string is text and gets escaped, so no text can become markup
clean   text without characters that XML 1.0 forbids or that reverse the rest of a line; emoji, rare
        ideographs and right-to-left scripts stay
Widths are millimetres; a whole line is WIDTH of them.

Written as strings: a report has about 4,000 paragraphs, and objects for each cost ten times the time.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from typing import Final
from xml.sax.saxutils import escape  # nosec B406 # writes XML, reads none

NAMESPACES: Final = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
)
WIDTH: Final = 168
TWENTIETHS: Final = 56.693  # of a point, in one millimetre
FIRST_FREE_LIST: Final = 4  # word/numbering.xml has 1 to 3
HEAD_STYLES: Final = {"TableText": "TableHead", "TableFigure": "TableHeadFigure"}
SHADE: Final = "EAF2F2"

LINE_BREAKS: Final = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
REMOVED: Final = re.compile(
    "[^\n\u0020-\u007e\u00a0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
    "|[\u202a-\u202e\u2066-\u2069\ufeff\ufdd0-\ufdef]"
    "|[" + "".join(f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0x10000, 0x110000, 0x10000)) + "]"
)


class Xml(str):
    """Finished markup."""

    __slots__ = ()


Inline = str | Xml


def clean(text: str) -> str:
    """Text that any XML reader and word processor takes; lines end with a line feed."""
    return REMOVED.sub("", LINE_BREAKS.sub("\n", text).replace("\t", " "))


def attribute(text: str) -> str:
    """Text within double quotation marks."""
    return escape(clean(text), {'"': "&quot;", "\n": " "})


# Within a line ------------------------------------------------------------------------------------


def run(text: object, style: str = "") -> Xml:
    """Text in one character style: Strong, Accent, Signal or Muted."""
    looks = f'<w:rPr><w:rStyle w:val="{style}"/></w:rPr>' if style else ""
    words = escape(clean(str(text))).replace("\n", '</w:t><w:br/><w:t xml:space="preserve">')
    return Xml(f'<w:r>{looks}<w:t xml:space="preserve">{words}</w:t></w:r>')


def strong(text: object) -> Xml:
    return run(text, "Strong")


def accent(text: object) -> Xml:
    return run(text, "Accent")


def signal(text: object) -> Xml:
    return run(text, "Signal")


def muted(text: object) -> Xml:
    return run(text, "Muted")


def joined(*parts: Inline | None) -> Xml:
    """Parts of a line one after the other; plain strings become text, None is left out."""
    return Xml("".join(part if isinstance(part, Xml) else run(part) for part in parts if part))


def tab() -> Xml:
    return Xml("<w:r><w:tab/></w:r>")


def line_break() -> Xml:
    return Xml("<w:r><w:br/></w:r>")


def field(code: str, shown: str = "1") -> Xml:
    """A value the word processor puts in, such as PAGE."""
    return Xml(f'<w:fldSimple w:instr=" {code} ">{run(shown)}</w:fldSimple>')


# Blocks -------------------------------------------------------------------------------------------


def paragraph(*parts: Inline | None, style: str = "", list_number: int | None = None) -> Xml:
    looks = f'<w:pStyle w:val="{style}"/>' if style else ""
    if list_number is not None:
        looks += f'<w:numPr><w:ilvl w:val="0"/><w:numId w:val="{list_number}"/></w:numPr>'
    return Xml(f"<w:p>{f'<w:pPr>{looks}</w:pPr>' if looks else ''}{joined(*parts)}</w:p>")


def page_break() -> Xml:
    return Xml('<w:p><w:r><w:br w:type="page"/></w:r></w:p>')


def _cell(content: Inline, style: str, width: int, *, span: int = 1) -> str:
    spanned = f'<w:gridSpan w:val="{span}"/><w:shd w:val="clear" w:color="auto" w:fill="{SHADE}"/>' if span > 1 else ""
    looks = f'<w:tcW w:w="{width}" w:type="dxa"/>{spanned}'
    return f"<w:tc><w:tcPr>{looks}</w:tcPr>{paragraph(content, style=style)}</w:tc>"


def _row(cells: Sequence[Inline], styles: Sequence[str], widths: Sequence[int]) -> str:
    """A row of one cell in a table of more columns is a heading over the rows below it."""
    if len(cells) == 1 < len(widths):
        inner = _cell(cells[0], "TableText", sum(widths), span=len(widths))
    else:
        inner = "".join(map(_cell, cells, styles, widths))
    return f"<w:tr><w:trPr><w:cantSplit/></w:trPr>{inner}</w:tr>"


def _head(titles: Sequence[Inline], styles: Sequence[str], widths: Sequence[int]) -> str:
    """The first row, repeated on every page."""
    cells = "".join(map(_cell, titles, (HEAD_STYLES[style] for style in styles), widths))
    return f"<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>{cells}</w:tr>"


def table(
    millimetres: Sequence[float],
    head: Sequence[Inline],
    rows: Iterable[Sequence[Inline]],
    *,
    figures: Collection[int] = (),
) -> Xml:
    """A table with a header row (none if `head` is empty); columns in `figures` are set to the right."""
    widths = [round(one * TWENTIETHS) for one in millimetres]
    styles = ["TableFigure" if place in figures else "TableText" for place in range(len(widths))]
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    first = _head(head, styles, widths) if head else ""
    body = "".join(_row(cells, styles, widths) for cells in rows)
    return Xml(
        f'<w:tbl><w:tblPr><w:tblStyle w:val="ReportTable"/><w:tblW w:w="{sum(widths)}" w:type="dxa"/>'
        f'<w:tblLayout w:type="fixed"/><w:tblLook w:val="{"0620" if head else "0600"}" w:firstRow="{int(bool(head))}" '
        'w:lastRow="0" w:firstColumn="0" w:lastColumn="0" w:noHBand="1" w:noVBand="1"/></w:tblPr>'
        f"<w:tblGrid>{grid}</w:tblGrid>{first}{body}</w:tbl>"
    )


class Body:
    """The blocks of a file in order, with the names of its chapters and the number of its lists."""

    def __init__(self) -> None:
        self.blocks: list[Xml] = []
        self.chapters: list[str] = []
        self.lists = 0

    def add(self, *blocks: Xml) -> None:
        self.blocks += blocks

    def chapter(self, title: str) -> None:
        """A heading of the first level, which the table of contents points to."""
        self.chapters.append(title)
        place = len(self.chapters)
        mark = f'<w:bookmarkStart w:id="{place}" w:name="{anchor(place)}"/>{run(title)}<w:bookmarkEnd w:id="{place}"/>'
        self.add(paragraph(Xml(mark), style="Heading1"))

    def heading(self, *title: Inline | None, level: int = 2) -> None:
        self.add(paragraph(*title, style=f"Heading{level}"))

    def text(self, *parts: Inline | None, style: str = "") -> None:
        if any(parts):
            self.add(paragraph(*parts, style=style))

    def caption(self, title: str) -> None:
        self.text(title, style="Caption")

    def small(self, *parts: Inline | None) -> None:
        self.text(*parts, style="SmallText")

    def bullets(self, items: Iterable[Inline]) -> None:
        self.add(*(paragraph(item, style="ListBullet") for item in items))

    def marked(self, items: Iterable[tuple[Inline, Inline]]) -> None:
        """A list whose lines carry a mark each: ✓, ×, ? or □."""
        self.add(*(paragraph(mark, tab(), item, style="MarkedList") for mark, item in items))

    def steps(self, items: Sequence[Inline]) -> None:
        """A list numbered from 1."""
        number = FIRST_FREE_LIST + self.lists
        self.lists += 1
        self.add(*(paragraph(item, style="ListNumber", list_number=number) for item in items))

    def table(
        self,
        millimetres: Sequence[float],
        head: Sequence[Inline],
        rows: Iterable[Sequence[Inline]],
        *,
        figures: Collection[int] = (),
    ) -> None:
        # The paragraph keeps two tables from growing together.
        self.add(table(millimetres, head, rows, figures=figures), paragraph(style="AfterTable"))


def anchor(chapter: int) -> str:
    return f"_Toc{chapter:08d}"


def contents(chapters: Sequence[str]) -> Xml:
    """A table of contents: filled in already, and a field the word processor can bring up to date."""
    start = (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText xml:space="preserve"> TOC \\o "1-1" \\n \\h '
        '</w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r>'
    )
    end = '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    lines = []
    for place, title in enumerate(chapters, start=1):
        words = joined(str(place), tab(), title)
        link = f'<w:hyperlink w:anchor="{anchor(place)}" w:history="1">{words}</w:hyperlink>'
        around = (start if place == 1 else "", end if place == len(chapters) else "")
        lines.append(paragraph(Xml(around[0] + link + around[1]), style="TOC1"))
    return Xml("".join(lines))
