"""The application data sheet: whom it is for, what it holds, and how it is printed."""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any

import docx
import pytest
from pypdf import PdfReader

from clusters.domain.languages import Lang
from clusters.domain.localise import localise
from recommendations.content import get_print_words
from recommendations.docx_parts.markup import clean
from recommendations.docx_report import render_application_docx
from recommendations.domain.application_sheet import NoSheet, application_sheet, programmes_with_sheet
from recommendations.models import FileFormat
from recommendations.printing import PRINTS, plan_prints, print_file, report_prints
from recommendations.rendering import APPLICATION_TEMPLATE, render_application
from tests.recommendations.applicants import PROGRAMME, report_of
from tests.recommendations.sample_document import sample_document
from tests.recommendations.test_docx_report import all_text, styled, without
from tests.recommendations.test_rendering import NASTY_NAMES, chapters, squeezed, strings
from tests.recommendations.test_rendering import text_of as pdf_text

LANGS: tuple[Lang, ...] = ("zh", "en")
NOT_PRINTED = {
    "id", "state", "verdict", "answer", "submitted_on", "recorded_on", "issued_on", "verified_on", "words", "part",
}  # fmt: skip
Sheet = dict[str, Any]


def sheet_of(report: dict[str, Any], programme: str = PROGRAMME) -> Sheet:
    return application_sheet(report, programme, get_print_words())


@pytest.fixture(scope="module")
def report() -> dict[str, Any]:
    return report_of()


@pytest.fixture(scope="module")
def sheet(report: dict[str, Any]) -> Sheet:
    return sheet_of(report)


@pytest.fixture(params=LANGS)
def lang(request: pytest.FixtureRequest) -> Lang:
    return request.param


class TestWhoGetsOne:
    @pytest.mark.parametrize(
        ("profile", "verdict"),
        [
            ({}, "eligible"),
            ({"subsector": "unknown"}, "unsure"),
            ({"above_scale": "unknown"}, "unsure"),
            ({"above_scale": "no"}, "not_eligible"),
            ({"subsector": "soles_shoe_materials"}, "not_eligible"),
            ({"cluster": "crafts", "subsector": "stone_carving"}, "not_eligible"),
        ],
    )
    def test_only_firms_that_may_apply(self, profile: dict[str, str], verdict: str) -> None:
        report = report_of(**profile)
        assert [one["verdict"] for one in report["policies"]] == [verdict]
        if verdict != "not_eligible":
            assert programmes_with_sheet(report) == (PROGRAMME,)
            assert sheet_of(report)["programme"]["verdict"] == verdict
        else:
            assert programmes_with_sheet(report) == ()
            with pytest.raises(NoSheet):
                sheet_of(report)

    def test_a_programme_the_report_does_not_know(self, report: dict[str, Any]) -> None:
        with pytest.raises(NoSheet):
            sheet_of(report, "another")

    @pytest.mark.parametrize("policies", [{}, {"policies": None}, {"policies": []}])
    def test_a_report_without_programmes(self, policies: dict[str, Any]) -> None:
        assert programmes_with_sheet(policies) == ()

    def test_files(self, report: dict[str, Any]) -> None:
        sheets = report_prints(report)[len(PRINTS) :]
        assert report_prints(report)[: len(PRINTS)] == PRINTS
        assert {one.programme for one in sheets} == {PROGRAMME}
        assert {(one.language, one.format) for one in sheets} == {(one.language, one.format) for one in PRINTS}
        assert report_prints({"schema": 1}) == PRINTS
        assert {one.format for one in plan_prints(report)} == {FileFormat.PDF}


class TestContents:
    def test_conditions_carry_the_firms_answers(self, sheet: Sheet) -> None:
        *read, last = sheet["conditions"]
        assert [one["state"] for one in read] == ["met"] * len(read)
        said = [[answer["text"]["zh"] for answer in one["answers"]] for one in read]
        assert said[0] == ["68 人", "1,600 万元"]
        assert all(said)
        assert (last["state"], last["answers"]) == ("unknown", [])
        assert sheet["open"]

    def test_an_unknown_answer_is_shown_as_one(self) -> None:
        conditions = sheet_of(report_of(above_scale="unknown"))["conditions"]
        (asked,) = [one for one in conditions if one["state"] == "unknown" and one["answers"]]
        assert [answer["text"]["en"] for answer in asked["answers"]] == ["Not known yet"]

    def test_nothing_open_when_all_is_clear(self, report: dict[str, Any]) -> None:
        policy = report["policies"][0]
        clear = {**policy, "reasons": [one for one in policy["reasons"] if one["state"] == "met"]}
        assert not sheet_of({**report, "policies": [clear]})["open"]

    def test_only_spending_that_can_be_supported(self, report: dict[str, Any], sheet: Sheet) -> None:
        measures = sample_document()["roadmap"]["measures"]
        spend = sheet_of(sample_document(), "pilot_city_2025")["spend"]
        assert [one["id"] for one in spend["measures"]] == [one["id"] for one in measures if one["grantable"]]
        assert spend["total"] == sum(one["cost"] for one in measures if one["grantable"])
        assert len(spend["measures"]) < len(measures)
        supported = [one for one in report["roadmap"]["measures"] if one["grantable"]]
        assert sheet["spend"]["total"] == sum(one["cost"] for one in supported) > 0

    def test_each_fact_once(self, sheet: Sheet) -> None:
        names = [one["name"]["en"] for one in sheet["facts"]]
        assert names[0] == "Company name"
        assert len(names) == len(set(names))
        assert "Size class (from staff and revenue)" in names
        _, *sample = sheet_of(sample_document(), "pilot_city_2025")["facts"]
        assert [one["value"]["en"] for one in sample].count("small") == 1
        assert [one["value"]["en"] for one in sample].count("91350582MA2XTL0X7Q") == 1

    def test_the_official_preparation_sheet_as_it_stands(self, report: dict[str, Any], sheet: Sheet) -> None:
        for key, value in sheet["official"].items():
            assert value == report["official_sheet"][key]

    def test_no_official_level_is_named(self, sheet: Sheet, lang: Lang) -> None:
        note = localise(sheet, lang)["words"]["sheet_note"]
        assert {"zh": "等级只能由官方评测给出", "en": "Only the official evaluation gives a level"}[lang] in note
        assert {"zh": "以通知原文为准", "en": "The call's own text decides"}[lang] in note
        assert "level" not in sheet["official"]

    def test_a_report_without_plan_sheet_or_papers(self, report: dict[str, Any]) -> None:
        policy = {**report["policies"][0], "reasons": [], "documents": []}
        bare = sheet_of({**report, "roadmap": None, "official_sheet": None, "policies": [policy]})
        assert bare["spend"] == {"measures": [], "total": 0}
        assert bare["official"] is None
        for lang in LANGS:
            for key in ("sheet_spend_none", "sheet_papers_none"):
                words = localise(bare, lang)["words"][key]
                assert squeezed(words) in pdf_text(render_application(bare, lang))
                assert words in all_text(render_application_docx(bare, lang))

    def test_the_report_is_not_changed(self, report: dict[str, Any]) -> None:
        before = repr(report)
        for lang in LANGS:
            render_application(sheet_of(report), lang)
        assert repr(report) == before

    def test_every_word_of_the_template_is_there(self) -> None:
        used = re.findall(r'tell\("(\w+)"\)', APPLICATION_TEMPLATE.read_text())
        assert len(used) > 10
        assert {f"sheet_{key}" for key in used} <= get_print_words().texts.keys()


class TestPrinted:
    def test_pdf_and_docx_show_all_of_it(self, sheet: Sheet, lang: Lang) -> None:
        shown = localise(sheet, lang)
        expected = strings(without(shown, NOT_PRINTED))
        pdf, editable = render_application(sheet, lang), render_application_docx(sheet, lang)
        for text in (pdf_text(pdf), squeezed(all_text(editable))):
            footer = {shown["reference"], shown["content_version"]}
            assert [one for one in expected if one not in footer and squeezed(one) not in text] == []
        assert squeezed(shown["reference"]) in pdf_text(pdf)

    def test_the_same_chapters_in_both(self, sheet: Sheet, lang: Lang) -> None:
        words = localise(sheet, lang)["words"]
        keys = ("programme", "facts", "conditions", "spend", "official", "papers")
        titles = [words[f"sheet_{key}"] for key in keys]
        assert chapters(render_application(sheet, lang)) == titles
        assert styled(docx.Document(BytesIO(render_application_docx(sheet, lang))), "Heading 1") == titles

    def test_accessible_and_short(self, sheet: Sheet, lang: Lang) -> None:
        pdf = render_application(sheet, lang)
        assert pdf.accessible
        assert pdf.pages is not None
        assert pdf.pages <= 4
        root = PdfReader(BytesIO(pdf.data)).trailer["/Root"]
        assert root["/MarkInfo"]["/Marked"]
        assert root["/Lang"].startswith(lang)

    def test_the_editable_one_has_a_title_and_header_on_every_page(self, sheet: Sheet, lang: Lang) -> None:
        document = docx.Document(BytesIO(render_application_docx(sheet, lang)))
        name = localise(sheet, lang)["words"]["sheet_title"]
        assert document.core_properties.title.startswith(name)
        assert not document.sections[0].different_first_page_header_footer
        assert name in document.sections[0].header.paragraphs[0].text

    def test_same_sheet_same_bytes(self, sheet: Sheet, lang: Lang) -> None:
        assert render_application(sheet, lang).data == render_application(sheet, lang).data
        assert render_application_docx(sheet, lang) == render_application_docx(sheet, lang)

    @pytest.mark.parametrize("name", NASTY_NAMES.values(), ids=NASTY_NAMES)
    def test_every_name_survives(self, report: dict[str, Any], name: str, lang: Lang) -> None:
        sheet = sheet_of({**report, "company": {**report["company"], "name": name}})
        assert render_application(sheet, lang).accessible
        assert clean(name) in all_text(render_application_docx(sheet, lang))

    def test_each_wanted_file_is_what_it_says(self, report: dict[str, Any]) -> None:
        for wanted in report_prints(report):
            printed = print_file(report, wanted)
            start = {FileFormat.PDF: b"%PDF-", FileFormat.DOCX: b"PK"}[wanted.format]
            assert printed.data.startswith(start)
            assert printed.wanted == wanted
            assert printed.accessible
