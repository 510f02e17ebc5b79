"""What the owner typed stands in the report's PDF and DOCX and in exported tables as typed.

Exceptions, each by its own rule: a PDF has 〓 for what its font lacks and nothing for marks that cannot be seen
(recommendations/glyphs.py); XML knows no control characters; a table puts an apostrophe before what a spreadsheet
would compute (clusters/workbook.py). Spaces are not compared: a line may break at any of them.
"""

from __future__ import annotations

import csv
import io
import unicodedata
from random import Random
from typing import Any

from openpyxl import load_workbook

from clusters.csv_out import csv_lines
from clusters.workbook import Sheet, neutral, write_workbook
from diagnosis.content import get_questionnaire
from diagnosis.domain.values import BadValue, check_value
from diagnosis.wording import annex
from recommendations.docx_parts.markup import clean as as_xml_holds
from recommendations.docx_report import render_docx
from recommendations.glyphs import STAND_IN, clean, with_stand_ins
from recommendations.rendering import render_pdf
from tests.fuzz.budget import cases
from tests.fuzz.payloads import PRODUCT, text
from tests.recommendations.simulated import firm, report_of
from tests.recommendations.test_docx_report import all_text
from tests.recommendations.test_rendering import squeezed
from tests.recommendations.test_rendering import text_of as pdf_text

TOGETHER = 4  # texts in one report: the name and three wishes


def some_texts(randoms: list[Random]) -> list[str]:
    """Texts the questionnaire takes, as it stores them."""
    found = []
    for random in randoms:
        typed = f"甲{text(random, 80)}乙"
        try:
            found.append(str(check_value(get_questionnaire().questions["company_name"], typed)))
        except BadValue:
            found.append("甲乙")
    return found


def a_report(texts: list[str]) -> dict[str, Any]:
    answers = firm(1).replace(company_name=texts[0], wishes=tuple(texts[1:]))
    return {**report_of(answers), "annex": annex(answers)}


def compared(text: str) -> str:
    """Joined signs taken apart, as the reader of PDFs does."""
    return unicodedata.normalize("NFKC", squeezed(text))


def has_loose_marks(text: str) -> bool:
    """Marks at a letter that Unicode has no single sign for: the reader of PDFs gives them back elsewhere."""
    return any(unicodedata.category(sign)[0] == "M" for sign in text)


def check_report(texts: list[str]) -> None:
    document = a_report(texts)
    printed = compared(pdf_text(render_pdf(document, "zh")))
    word = squeezed(all_text(render_docx(document, "zh")))
    for typed in texts:
        pieces = compared(with_stand_ins(clean(typed))).split(STAND_IN)
        assert has_loose_marks(typed) or all(piece in printed for piece in pieces), ascii(typed)
        assert squeezed(as_xml_holds(typed)) in word, ascii(typed)
    assert PRODUCT not in printed + word
    assert "root:x:" not in printed + word


def check_tables(texts: list[str]) -> None:
    lines = "".join(csv_lines(["a", *texts], [["a", *texts]]))
    heading, row = csv.reader(io.StringIO(lines.removeprefix("\ufeff"), newline=""))
    assert heading == row == ["a", *map(neutral, texts)]
    book = load_workbook(io.BytesIO(write_workbook([Sheet(title="a", heading=["a"], rows=[texts])])))
    cells = book.worksheets[0][2]
    assert all(cell.data_type == "s" for cell in cells)
    assert [cell.value.replace("_x000D_", "\r") for cell in cells] == [neutral(typed) for typed in texts]


def test_texts_stand_in_files_as_typed() -> None:
    with cases("texts in files") as each:
        waiting: list[Random] = []
        for random in each:
            waiting.append(random)
            if len(waiting) == TOGETHER:
                texts = some_texts(waiting)
                check_report(texts)
                check_tables(texts)
                waiting.clear()
