"""The editable report: what it holds, that Word can use it, and that no text can break it."""

from __future__ import annotations

import json
import re
from io import BytesIO
from itertools import pairwise
from typing import Any
from zipfile import ZipFile

import docx
import pytest
import typst
from docx.document import Document as WordDocument
from docx.oxml.ns import qn
from lxml import etree

from clusters.domain.languages import Lang
from clusters.domain.localise import localise
from recommendations.docx_parts.markup import Body, Xml, clean, joined, run
from recommendations.docx_report import render_docx
from recommendations.print_words import number, words_of
from recommendations.rendering import TEMPLATE_FOLDER, render_pdf, template_labels
from tests.recommendations.sample_document import sample_document
from tests.recommendations.test_rendering import (
    CHAPTERS,
    NASTY_NAMES,
    VARIANTS,
    squeezed,
    strings,
    without_optional_parts,
)
from tests.recommendations.test_rendering import text_of as pdf_text

LANGS: tuple[Lang, ...] = ("zh", "en")
NOT_PRINTED = {"id", "kind", "state", "answer", "ends", "as_of", "verified_on"}
FORMATS = b"""#import "format.typ": money, money-range, day, number, grouped
#let values = (0, 1, 9999, 10000, 12345, 16000, 200000, 1234567, 1605000)
#metadata((
  money: values.map(money), range: values.map(v => money-range(v, v * 2)),
  nothing: (money(none), number(none), day(none)),
  number: (0.05, 0.45, 1.0, 41.3, 26.66, 100).map(v => number(v)),
  whole: (0.5, 1.5, 2.4).map(v => number(v, digits: 0)),
  day: ("2026-11-24", "2026-01-02T10:00", "soon").map(day),
)) <formats>"""


def opened(data: bytes) -> WordDocument:
    return docx.Document(BytesIO(data))


def all_text(data: bytes) -> str:
    """Every text of the body, tables included, in order."""
    body = opened(data).element.body
    return "".join(node.text or "" if node.tag == qn("w:t") else "\n" for node in body.iter(qn("w:t"), qn("w:br")))


def styled(document: WordDocument, style: str) -> list[str]:
    return [paragraph.text for paragraph in document.paragraphs if paragraph.style.name == style]


def parts(data: bytes) -> dict[str, bytes]:
    with ZipFile(BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def without(value: Any, keys: set[str]) -> Any:
    if isinstance(value, dict):
        return {key: without(item, keys) for key, item in value.items() if key not in keys}
    return [without(item, keys) for item in value] if isinstance(value, list) else value


@pytest.fixture(scope="module", params=LANGS)
def lang(request: pytest.FixtureRequest) -> Lang:
    return request.param


@pytest.fixture(scope="module")
def data(lang: Lang) -> bytes:
    return render_docx(sample_document(), lang)


@pytest.fixture(scope="module")
def document(data: bytes) -> WordDocument:
    return opened(data)


class TestContents:
    def test_every_text_that_the_report_shows_is_there(self, data: bytes, lang: Lang) -> None:
        text = squeezed(all_text(data)).lower()
        shown = localise(sample_document(), lang)
        keys = (
            "verdict", "stage", "dimensions", "needs", "providers_note", "flags", "policies", "peers", "references",
            "cases", "annex", "privacy", "company", "next",
        )  # fmt: skip
        hidden = NOT_PRINTED | {
            "recorded_on", "possible_types", "pathway", "case", "subsector", "verdict", "standing", "measure",
        }  # fmt: skip
        for policy in shown["policies"]:
            if policy["verdict"] == "not_eligible":  # nobody needs to know how to apply for what is closed
                del policy["how"], policy["documents"]
        expected = strings(without({key: shown[key] for key in keys if key != "verdict"}, hidden))
        expected += strings(without(shown["verdict"], NOT_PRINTED | {"possible_types"}))
        expected += strings(without(shown["roadmap"], NOT_PRINTED | {"target_id"}))
        expected += strings(without(shown["changes"], NOT_PRINTED | {"since"}))
        assert [words for words in expected if squeezed(words).lower() not in text] == []

    def test_the_first_page_says_verdict_next_steps_prices_helpers_and_grant(self, data: bytes, lang: Lang) -> None:
        first = parts(data)["word/document.xml"].decode().split('<w:br w:type="page"/>')[0]
        report, words = localise(sample_document(), lang), words_of(lang)
        for step in report["next"]:
            assert step["title"] in first
            assert words.money(step["cost"]) in first
            assert step["helpers"][0] in first
        for text in (report["verdict"]["headline"], report["verdict"]["chain_title"], report["policies"][0]["name"]):
            assert text in first

    def test_the_roadmap_chart_is_a_table(self, document: WordDocument, lang: Lang) -> None:
        plan, words = localise(sample_document(), lang)["roadmap"], words_of(lang)
        heads = [words.say("measure"), *(words.say("quarter", n=number) for number in range(1, 5)), words.say("cost")]
        (chart,) = [one for one in document.tables if [cell.text for cell in one.rows[0].cells] == heads]
        for row, measure in zip(chart.rows[1:], plan["measures"], strict=False):
            running = [bool(cell.text) for cell in row.cells[1:-1]]
            assert running == [measure["start"] <= number <= measure["end"] for number in range(1, 5)]
        assert chart.rows[-1].cells[-1].text == words.money(plan["total_cost"])

    def test_a_grant_is_named_beside_a_measure_only_where_one_is_open(self, lang: Lang) -> None:
        report, words = sample_document(), words_of(lang)
        assert words.say("grantable") in all_text(render_docx(report, lang))
        for policy in report["policies"]:
            policy["verdict"] = "not_eligible"
        assert words.say("grantable") not in all_text(render_docx(report, lang))

    def test_the_chapters_of_the_pdf_in_its_order(self, document: WordDocument, lang: Lang) -> None:
        titles = [template_labels()[key][lang] for key in CHAPTERS]
        assert styled(document, "Heading 1") == titles
        entries = [re.sub(r"^\d+\t", "", line) for line in styled(document, "toc 1")]
        assert entries == titles

    def test_amounts_read_as_in_the_pdf(self, data: bytes, lang: Lang) -> None:
        printed = pdf_text(render_pdf(sample_document(), lang))
        amounts = re.findall(r"RMB [\d,]+(?:–[\d,]+)?|[\d.,–]+ (?:万)?元", all_text(data))
        assert len(amounts) > 20
        assert {squeezed(amount) for amount in amounts if squeezed(amount) not in printed} == set()

    def test_the_chain_map_says_every_link(self, document: WordDocument, lang: Lang) -> None:
        verdict = localise(sample_document(), lang)["verdict"]
        area = words_of(lang).say("area")
        (chain,) = [one for one in document.tables if one.cell(0, 0).text == area]
        names = [cell.text for cell in chain.rows[0].cells][1:]
        for link in verdict["links"]:
            row, column = (
                names.index(next(one["name"] for one in verdict["domains"] if one["id"] == end)) for end in link["ends"]
            )
            word = words_of(lang).state(link["state"])
            assert chain.cell(row + 1, column + 1).text == chain.cell(column + 1, row + 1).text == word

    def test_the_other_language_does_not_leak(self) -> None:
        chinese = set(re.findall("[\u4e00-\u9fff]+", all_text(render_docx(sample_document(), "en"))))
        assert all(words in "晋江市踏浪鞋业有限公司 示例〔2025〕1号" for words in chinese)

    def test_missing_parts_leave_no_chapter(self, lang: Lang) -> None:
        gone = ("ch_pathways", "ch_roadmap", "ch_sheet", "ch_changes", "ch_privacy", "ch_annex")
        found = styled(opened(render_docx(without_optional_parts(), lang)), "Heading 1")
        assert found == [template_labels()[key][lang] for key in CHAPTERS if key not in gone]

    @pytest.mark.parametrize("variant", VARIANTS)
    def test_variants_of_the_document(self, variant: Any, lang: Lang) -> None:
        assert "7KQ2-9FDM" in all_text(render_docx(variant(), lang))

    def test_changes_with_figures_and_the_earlier_roadmap(self, lang: Lang) -> None:
        text = {"zh": "一", "en": "one"}
        report = sample_document()
        report["changes"] = {
            "since": "2026-05-12", "reference": "3HD8-KQ4T", "figures": [{"name": text, "before": text, "after": text}],
            "answers": [], "plan": [{"title": text, "done": True}, {"title": text, "done": False}], "not_compared": 3,
        }  # fmt: skip
        found, words = all_text(render_docx(report, lang)), words_of(lang)
        for key in ("earlier_roadmap", "done", "not_done"):
            assert words.say(key) in found
        assert words.say("not_compared", n=3) in found

    def test_a_document_of_another_shape_is_an_error(self, lang: Lang) -> None:
        report = sample_document()
        del report["verdict"]
        with pytest.raises(KeyError):
            render_docx(report, lang)


class TestUsableInWord:
    def test_headings_are_real(self, document: WordDocument) -> None:
        levels = [int(one.style.name[-1]) for one in document.paragraphs if one.style.name.startswith("Heading")]
        assert {1, 2, 3} == set(levels)
        assert all(after - before <= 1 for before, after in pairwise(levels))

    def test_header_rows_repeat(self, document: WordDocument) -> None:
        firsts = [one.rows[0]._tr.find(f"{qn('w:trPr')}/{qn('w:tblHeader')}") is not None for one in document.tables]
        assert sum(firsts) > 15
        plain = [one for one, first in zip(document.tables, firsts, strict=True) if not first]
        assert all(len(one.columns) <= 3 for one in plain), "only lists of names and values go without"

    def test_every_row_fills_the_columns(self, document: WordDocument) -> None:
        for one in document.tables:
            widths = [int(column.get(qn("w:w"))) for column in one._tbl.tblGrid.gridCol_lst]
            assert 9500 < sum(widths) < 9550
            for row in one._tbl.tr_lst:
                assert sum(cell.grid_span for cell in row.tc_lst) == len(widths)

    def test_language_and_fonts(self, document: WordDocument, lang: Lang) -> None:
        defaults = document.styles.element.find(f"{qn('w:docDefaults')}/{qn('w:rPrDefault')}/{qn('w:rPr')}")
        assert defaults.find(qn("w:lang")).get(qn("w:val")) == {"zh": "zh-CN", "en": "en-GB"}[lang]
        assert defaults.find(qn("w:lang")).get(qn("w:eastAsia")) == "zh-CN"
        assert defaults.find(qn("w:rFonts")).get(qn("w:eastAsia")) == "Microsoft YaHei"
        assert document.core_properties.language == {"zh": "zh-CN", "en": "en-GB"}[lang]

    def test_the_fonts_have_a_stand_in(self, data: bytes) -> None:
        assert b'<w:altName w:val="Noto Sans CJK SC"/>' in parts(data)["word/fontTable.xml"]

    def test_properties(self, document: WordDocument) -> None:
        known = document.core_properties
        assert "晋江市踏浪鞋业有限公司" in known.title
        assert known.identifier == "7KQ2-9FDM"
        assert f"{known.created:%Y-%m-%d}" == f"{known.modified:%Y-%m-%d}" == "2026-11-24"

    def test_header_and_footer(self, document: WordDocument, lang: Lang) -> None:
        section = document.sections[0]
        assert section.different_first_page_header_footer
        assert "晋江市踏浪鞋业有限公司" in section.header.paragraphs[0].text
        assert "7KQ2-9FDM" in section.footer.paragraphs[0].text
        fields = [one.get(qn("w:instr")).strip() for one in section.footer._element.iter(qn("w:fldSimple"))]
        assert fields == ["PAGE", "NUMPAGES"]

    def test_styles_and_lists_exist(self, data: bytes) -> None:
        report = parts(data)
        used = set(re.findall(rb'<w:(?:p|r|tbl)Style w:val="(\w+)"', report["word/document.xml"]))
        assert used <= set(re.findall(rb'w:styleId="(\w+)"', report["word/styles.xml"]))
        lists = set(re.findall(rb'<w:numId w:val="(\d+)"', report["word/document.xml"]))
        assert lists <= set(re.findall(rb'<w:num w:numId="(\d+)"', report["word/numbering.xml"]))

    def test_every_list_of_steps_starts_at_one(self, data: bytes) -> None:
        numbers = [one.text for one in opened(data).paragraphs if one.style.name == "List Number"]
        lists = re.findall(rb'<w:numId w:val="(\d+)"', parts(data)["word/document.xml"])
        measures = [measure for need in sample_document()["needs"] for measure in need["measures"]]
        assert len(numbers) == len(lists)
        assert len(set(lists)) == len(measures)

    def test_nothing_foreign_is_in_the_file(self, data: bytes) -> None:
        names = parts(data).keys()
        assert not [name for name in names if "thumbnail" in name or "customXml" in name or "app.xml" in name]
        assert len(data) < 100_000

    def test_every_part_is_well_formed(self, data: bytes) -> None:
        for name, part in parts(data).items():
            assert etree.fromstring(part) is not None, name


class TestNastyTexts:
    @pytest.mark.parametrize("name", NASTY_NAMES.values(), ids=NASTY_NAMES)
    def test_every_name_survives(self, name: str, lang: Lang) -> None:
        report = sample_document()
        report["company"]["name"] = name
        report["annex"][0]["rows"][0]["value"] = {"zh": name, "en": name}
        report["needs"][0]["measures"][0]["why"] = {"zh": name, "en": name}
        data = render_docx(report, lang)
        assert all_text(data).count(clean(name)) >= 2
        assert len(opened(data).core_properties.title) <= 255

    @pytest.mark.parametrize("name", ["踏浪😀👨‍👩‍👧🏽", "𠮷田堃喆", "שלום مرحبا", "葛\U000e0100城", "e\u0301"])
    def test_what_the_pdf_cannot_print_is_kept(self, name: str) -> None:
        assert clean(name) == name

    @pytest.mark.parametrize(
        ("raw", "kept"),
        [
            ("a\x00b\x07\x1b\x7fc\x9f", "abc"),
            ("\ufeffa\ufffe\uffffb\ud800\U0001ffffc\ufdd0", "abc"),
            ("\u202eab\u202c\u2066c\u2069", "abc"),
            ("a\r\nb\u2028c\x85d\te\x0bf", "a\nb\nc\nd e\nf"),
        ],
    )
    def test_clean(self, raw: str, kept: str) -> None:
        assert clean(raw) == kept

    def test_text_never_becomes_markup(self) -> None:
        assert "<w:p>" not in run("<w:p>&amp;")
        assert "&lt;w:p&gt;&amp;amp;" in run("<w:p>&amp;")
        assert joined("<b>", run("x"), None, "").count("<w:r>") == 2
        assert isinstance(joined("a"), Xml)

    def test_lines_are_kept(self) -> None:
        body = Body()
        body.text("a\nb")
        assert "a</w:t><w:br/><w:t" in "".join(body.blocks)


class TestDeterminism:
    def test_same_document_same_bytes(self, data: bytes, lang: Lang) -> None:
        assert render_docx(sample_document(), lang) == data

    def test_the_document_is_not_changed(self, lang: Lang) -> None:
        report = sample_document()
        render_docx(report, lang)
        assert report == sample_document()

    def test_no_clock_in_the_archive(self, data: bytes) -> None:
        with ZipFile(BytesIO(data)) as archive:
            assert {entry.date_time for entry in archive.infolist()} == {(2026, 11, 24, 0, 0, 0)}


def test_amounts_and_days_read_as_in_the_templates(lang: Lang) -> None:
    found = typst.query(
        FORMATS, "<formats>", field="value", one=True, root=TEMPLATE_FOLDER, ignore_system_fonts=True,
        sys_inputs={"lang": lang, "document": "{}"},
    )  # fmt: skip
    words = words_of(lang)
    values = (0, 1, 9999, 10000, 12345, 16000, 200000, 1234567, 1605000)
    assert json.loads(found) == {
        "money": [words.money(value) for value in values],
        "range": [words.money_range(value, value * 2) for value in values],
        "nothing": [words.money(None), number(None), words.day(None)],
        "number": [number(value) for value in (0.05, 0.45, 1.0, 41.3, 26.66, 100)],
        "whole": [number(value, 0) for value in (0.5, 1.5, 2.4)],
        "day": [words.day(value) for value in ("2026-11-24", "2026-01-02T10:00", "soon")],
    }
