"""The printed report: what it holds, that it is accessible, and that no text can break it."""

from __future__ import annotations

import json
import logging
import re
from io import BytesIO
from typing import Any

import pytest
import typst
from pypdf import PdfReader

from clusters.domain.languages import Lang
from clusters.domain.localise import localise
from recommendations import rendering
from recommendations.glyphs import STAND_IN, breakable, clean, columns, printable, shortened, with_stand_ins
from recommendations.rendering import TEMPLATE_FOLDER, RenderedPdf, render_pdf
from tests.recommendations.sample_document import sample_document
from tests.recommendations.sample_verdict import FULL_PROCESS, SINGLE_POINT

Document = dict[str, Any]

LANGS: tuple[Lang, ...] = ("zh", "en")
CHAPTERS = (
    "ch_summary",
    "ch_verdict",
    "ch_scores",
    "ch_scenes",
    "ch_pathways",
    "ch_roadmap",
    "ch_grants",
    "ch_compare",
    "ch_sheet",
    "ch_changes",
    "ch_privacy",
    "ch_annex",
)
NASTY_NAMES = {
    "emoji": "踏浪😀👨‍👩‍👧🏽🏴󠁧󠁢󠁥󠁮󠁧󠁿鞋业",
    "rare character": "𠮷田鞋业",
    "control characters": "踏\x00浪\x07\x1b鞋\x7f业\x9f",
    "byte order mark": "\ufeff踏浪鞋业\ufffe\uffff",
    "right to left": "\u202eשלום مرحبا\u202c 踏浪\u200f",
    "lone surrogate": "踏\ud800浪\udfff",
    "private use": "踏\ue000浪\U000f0000",
    "combining": "e\u0301x\u0338 ก็ำ Z̷̛͎a̸",
    "3,000 letters": "x" * 3_000,
    "20,000 letters": "y" * 20_000,
    "20,000 stops": "。" * 20_000,
    "20,000 Chinese characters": "鞋" * 20_000,
    "no-break spaces": "a" + "\u00a0b" * 3_000,
    "lines": "踏浪\r\n鞋业\u2028公司\x85\t有限",
    "nothing": "",
    "code": '#read("/etc/passwd") #eval("1+1") #include "x"',
    "formula": "$x$ $ sum $",
    "bold": "*bold* _italic_ `raw` = heading",
    "script": "<script>alert(1)</script> {{7*7}}",
    "label": "@label <label> [link] \\ // /* */",
}


def reader(pdf: RenderedPdf) -> PdfReader:
    return PdfReader(BytesIO(pdf.data))


def squeezed(text: str) -> str:
    """The text without white space and break opportunities, which layout may move."""
    return re.sub(r"[\s\u200b]", "", text)


def text_of(pdf: RenderedPdf) -> str:
    return squeezed("".join(page.extract_text() for page in reader(pdf).pages))


def chapters(pdf: RenderedPdf) -> list[str]:
    """The titles of the chapters in the bookmarks, without their numbers."""
    bookmarks = [item.title for item in reader(pdf).outline if not isinstance(item, list)]
    return [re.sub(r"^\d+ ", "", title) for title in bookmarks]


def labels() -> dict[str, dict[str, str]]:
    source = b'#import "labels.typ": labels\n#metadata(labels) <labels>'
    found = typst.query(
        source, "<labels>", field="value", one=True, root=TEMPLATE_FOLDER, ignore_system_fonts=True
    )
    return json.loads(found)


def strings(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for item in value.values() for text in strings(item)]
    if isinstance(value, list):
        return [text for item in value for text in strings(item)]
    return [value] if isinstance(value, str) else []


def without_optional_parts() -> Document:
    document = sample_document()
    for key in ("policies", "cases", "references", "needs", "annex", "flags"):
        document[key] = []
    for key in ("roadmap", "peers", "changes", "net_cost", "official_sheet", "privacy"):
        document[key] = None
    for key in ("subsector", "county", "employees", "revenue", "size_class"):
        document["company"][key] = None
    document["company"] |= {"facts": [], "uscc": ""}
    return document


def with_empty_lists() -> Document:
    document = sample_document()
    document["roadmap"] |= {"quarters": [], "measures": [], "total_cost": 0, "note": None}
    document["peers"] = {"figures": [], "verified": None}
    document["providers_note"] = None
    for need in document["needs"]:
        need |= {"because": [], "measures": []}
    document["official_sheet"] |= {"items": [], "scenes": []}
    document["policies"][0] |= {"reasons": [], "documents": [], "amount": None, "how": None, "source": None}
    return document


def full_process_without_design() -> Document:
    document = sample_document()
    verdict = document["verdict"]
    verdict |= {"type": FULL_PROCESS, "steps": [], "distance": 0, "distance_best": 0, "find_out": []}
    verdict |= {"borderline": True, "margin": 1}
    verdict["domains"][0] |= {"applicable": False, "level": None}
    for link in verdict["links"]:
        missing = "design" in link["ends"]
        link |= {"state": "not_applicable", "level": None} if missing else {"state": "joined", "level": 3}
    verdict["view"] |= {"level": 3, "state": "joined"}
    document["stage"]["reached"] = 5
    return document


def open_verdict_out_of_budget() -> Document:
    document = sample_document()
    document["verdict"] |= {"settled": False, "possible_types": [SINGLE_POINT, FULL_PROCESS]}
    missing = {"distance": 2, "cost": 88_000, "text": {"zh": "预算不够。", "en": "The budget is too small."}}
    plan = document["roadmap"]
    plan |= {"reached": False, "optimal": False, "budget": None, "missing": missing}
    plan["quarters"] = [{**plan["quarters"][0], "quarter": number} for number in range(1, 9)]
    plan["measures"] = [{**plan["measures"][0], "start": number, "end": 8} for number in range(1, 9)]
    document["stage"]["reached"] = 0
    return document


VARIANTS = (
    without_optional_parts,
    with_empty_lists,
    full_process_without_design,
    open_verdict_out_of_budget,
)


@pytest.fixture(scope="module", params=LANGS)
def lang(request: pytest.FixtureRequest) -> Lang:
    return request.param


@pytest.fixture(scope="module")
def pdf(lang: Lang) -> RenderedPdf:
    return render_pdf(sample_document(), lang)


class TestContents:
    def test_every_text_that_the_report_shows_is_printed(self, pdf: RenderedPdf, lang: Lang) -> None:
        text = text_of(pdf)
        document = localise(sample_document(), lang)
        shown = {
            key: document[key]
            for key in (
                "verdict", "stage", "dimensions", "flags", "references", "annex", "cases", "privacy", "peers",
                "providers_note", "next",
            )
        }
        measures = [
            {
                key: measure[key]
                for key in ("title", "why", "trade", "steps", "effort", "helpers", "providers", "waits", "evidence")
            }
            for need in document["needs"]
            for measure in need["measures"]
        ]
        ids = {"id", "kind", "state", "answer", "ends", "measure", "case"}
        days = {"as_of", "verified_on"}  # printed in words
        expected = strings(_without(shown, ids | days)) + strings(_without(measures, ids | days))
        expected.append(document["company"]["name"])
        # English names of stages and types get a capital at the start of a line.
        assert [words for words in expected if squeezed(words).lower() not in text.lower()] == []

    def test_reference_version_date_and_company(self, pdf: RenderedPdf, lang: Lang) -> None:
        text = text_of(pdf)
        day = {"zh": "2026年11月24日", "en": "24November2026"}[lang]
        for words in ("7KQ2-9FDM", "2026.11", day, "晋江市踏浪鞋业有限公司", "91350582MA2XTL0X7Q"):
            assert words in text

    def test_all_chapters(self, pdf: RenderedPdf, lang: Lang) -> None:
        assert chapters(pdf) == [labels()[key][lang] for key in CHAPTERS]

    def test_cost_is_called_a_planning_assumption(self, pdf: RenderedPdf, lang: Lang) -> None:
        assert {"zh": "规划假设", "en": "planningassumption"}[lang] in text_of(pdf)

    def test_a_broken_link_has_a_mark_and_a_word(self, pdf: RenderedPdf, lang: Lang) -> None:
        assert {"zh": "×断点", "en": "×broken"}[lang] in text_of(pdf)

    def test_conditions_of_a_programme_carry_marks(self, pdf: RenderedPdf, lang: Lang) -> None:
        text = text_of(pdf)
        for mark, reason in (("✓", "met"), ("×", "failed"), ("?", "unknown")):
            policies = sample_document()["policies"]
            words = next(r["text"][lang] for p in policies for r in p["reasons"] if r["state"] == reason)
            assert mark + squeezed(words) in text

    def test_length(self, pdf: RenderedPdf) -> None:
        assert pdf.pages is not None
        assert 10 <= pdf.pages <= 20  # the sample has fewer measures than a real report: see test_report_pages.py
        assert pdf.pages == len(reader(pdf).pages)

    def test_no_page_is_empty(self, pdf: RenderedPdf) -> None:
        assert all(len(squeezed(page.extract_text())) > 150 for page in reader(pdf).pages)

    def test_the_other_language_does_not_leak(self) -> None:
        text = text_of(render_pdf(sample_document(), "en"))
        chinese = set(re.findall("[\u4e00-\u9fff]+", text))
        name_and_number = squeezed("晋江市踏浪鞋业有限公司 示例〔2025〕1号")
        assert all(words in name_and_number for words in chinese)


class TestAccessibility:
    def test_it_claims_the_standard(self, pdf: RenderedPdf) -> None:
        assert pdf.accessible
        metadata = reader(pdf).trailer["/Root"]["/Metadata"].get_data()
        assert re.search(rb"pdfuaid:part\W+1", metadata)

    def test_it_is_tagged_and_has_language_and_title(self, pdf: RenderedPdf, lang: Lang) -> None:
        root = reader(pdf).trailer["/Root"]
        assert root["/MarkInfo"]["/Marked"]
        assert "/StructTreeRoot" in root
        assert root["/Lang"].startswith(lang)
        assert "晋江市踏浪鞋业有限公司" in reader(pdf).metadata.title

    def test_all_fonts_are_embedded_and_readable(self, pdf: RenderedPdf) -> None:
        fonts = {
            reference.idnum: reference.get_object()
            for page in reader(pdf).pages
            for reference in page["/Resources"].get("/Font", {}).values()
        }
        assert fonts
        for font in fonts.values():
            assert "/ToUnicode" in font
            descriptor = font["/DescendantFonts"][0]["/FontDescriptor"]
            assert {"/FontFile2", "/FontFile3"} & descriptor.keys()

    def test_drawings_have_alternative_texts(self, pdf: RenderedPdf, lang: Lang) -> None:
        texts = list(_alternatives(reader(pdf).trailer["/Root"]["/StructTreeRoot"]))
        # The chain map, the dimension bars, the stage ladder, the quarter chart.
        assert len(texts) == 4
        broken = {"zh": "设计—生产 断点", "en": "Design–production broken"}[lang]
        assert sum(broken in text for text in texts) == 1

    def test_tables_have_header_cells(self, pdf: RenderedPdf) -> None:
        kinds = list(_kinds(reader(pdf).trailer["/Root"]["/StructTreeRoot"]))
        assert kinds.count("/Table") > 10
        assert kinds.count("/TH") > kinds.count("/Table")


class TestDeterminism:
    def test_same_document_same_bytes(self, pdf: RenderedPdf, lang: Lang) -> None:
        assert render_pdf(sample_document(), lang).data == pdf.data

    def test_the_document_is_not_changed(self, lang: Lang) -> None:
        document = sample_document()
        render_pdf(document, lang)
        assert document == sample_document()

    def test_a_date_with_time_is_understood(self, lang: Lang) -> None:
        document = sample_document() | {"submitted_on": "2026-11-24T10:15:00+08:00"}
        assert render_pdf(document, lang).accessible


class TestNastyTexts:
    @pytest.mark.parametrize("name", NASTY_NAMES.values(), ids=NASTY_NAMES)
    def test_every_name_gives_an_accessible_report(self, name: str, lang: Lang) -> None:
        document = sample_document()
        document["company"]["name"] = name
        document["annex"][0]["rows"][0]["value"] = {"zh": name, "en": name}
        document["needs"][0]["measures"][0]["why"] = {"zh": name, "en": name}
        pdf = render_pdf(document, lang)
        assert pdf.accessible
        assert pdf.pages is not None
        assert pdf.pages <= 60
        text = text_of(pdf)
        assert squeezed(with_stand_ins(clean(name)))[:150] in text
        if len(set(name)) == 1:
            assert text.count(name[0]) >= 2 * len(name), "not a character is lost"

    @pytest.mark.parametrize("name", ["x" * 3_000, "y" * 20_000, "鞋" * 20_000])
    def test_a_long_name_stays_on_the_first_page_and_in_the_running_head(self, name: str, lang: Lang) -> None:
        document = sample_document()
        document["company"]["name"] = name
        first, second = (squeezed(page.extract_text()) for page in reader(render_pdf(document, lang)).pages[:2])
        for key in ("date", "next_title", "ch_grants"):
            assert squeezed(labels()[key][lang]) in first
        assert "…" in first
        assert "…" in second
        assert 10 < second[:100].count(name[0]) < 80

    def test_code_in_a_name_is_not_run(self, lang: Lang) -> None:
        document = sample_document()
        document["company"]["name"] = '#read("report.typ") #sys.inputs.lang'
        text = text_of(render_pdf(document, lang))
        assert "#sys.inputs.lang" in text
        assert "#import" not in text

    def test_a_glyph_the_check_overlooks_costs_the_standard_not_the_report(
        self, lang: Lang, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        monkeypatch.setattr(rendering, "printable", lambda value: value)
        document = sample_document()
        document["company"]["name"] = "踏浪😀鞋业"
        with caplog.at_level(logging.WARNING):
            pdf = render_pdf(document, lang)
        assert not pdf.accessible
        assert len(reader(pdf).pages) == pdf.pages
        assert "7KQ2-9FDM" in caplog.text
        assert "踏浪" not in caplog.text

    def test_a_document_of_another_shape_is_an_error(self, lang: Lang) -> None:
        document = sample_document()
        del document["verdict"]
        with pytest.raises(typst.TypstError):
            render_pdf(document, lang)


@pytest.mark.parametrize("variant", VARIANTS)
def test_variants_of_the_document(variant: Any, lang: Lang) -> None:
    pdf = render_pdf(variant(), lang)
    assert pdf.accessible
    assert "7KQ2-9FDM" in text_of(pdf)


def test_missing_parts_leave_no_chapter(lang: Lang) -> None:
    gone = ("ch_pathways", "ch_roadmap", "ch_sheet", "ch_changes", "ch_privacy", "ch_annex")
    printed = chapters(render_pdf(without_optional_parts(), lang))
    assert printed == [labels()[key][lang] for key in CHAPTERS if key not in gone]


def test_without_peers_it_says_so(lang: Lang) -> None:
    text = text_of(render_pdf(without_optional_parts(), lang))
    assert squeezed(labels()["no_peers"][lang]) in text


def test_only_the_official_evaluation_gives_a_level(lang: Lang) -> None:
    document = sample_document()
    document["official_sheet"]["note"] = None
    assert squeezed(labels()["sheet_note"][lang]) in text_of(render_pdf(document, lang))


def test_every_label_has_both_languages() -> None:
    for key, texts in labels().items():
        assert set(texts) == {"zh", "en"}, key
        assert all(texts.values()), key
        assert set(re.findall(r"\{\w+\}", texts["zh"])) == set(re.findall(r"\{\w+\}", texts["en"])), key


def test_template_files_stay_short() -> None:
    lengths = {path.name: len(path.read_text().splitlines()) for path in TEMPLATE_FOLDER.glob("*.typ")}
    assert all(length <= 250 for length in lengths.values()), lengths


class TestGlyphs:
    @pytest.mark.parametrize(
        ("raw", "expected"),
        [
            ("e\u0301", "é"),
            ("a\x00b\ufeffc\u202ed\ue000e\ud800f", "abcdef"),
            ("a\r\nb\rc\u2028d", "a\nb\nc\nd"),
            ("a\tb\u00a0c", "a b c"),
            ("葛\U000e0100", "葛"),
            ("晋江　鞋业", "晋江　鞋业"),
        ],
    )
    def test_clean(self, raw: str, expected: str) -> None:
        assert clean(raw) == expected

    @pytest.mark.parametrize(
        ("raw", "expected"),
        [
            ("踏浪😀", "踏浪" + STAND_IN),
            ("𠮷堃喆昇垚赟", "𠮷堃喆昇垚赟"),
            ("שלום", STAND_IN * 4),
            ("✓×?→■〓", "✓×?→■〓"),
        ],
    )
    def test_stand_ins(self, raw: str, expected: str) -> None:
        assert with_stand_ins(raw) == expected

    def test_only_long_words_are_broken(self) -> None:
        assert breakable("91350582MA2XTL0X7Q") == "91350582MA2XTL0X7Q"
        assert breakable("鞋" * 100) == "鞋" * 100
        assert breakable("a" * 25) == "\u200b".join(["a" * 10, "a" * 10, "a" * 5])

    def test_printable_reaches_every_string_and_no_key(self) -> None:
        assert printable({"a\x00": ["b\x00", {"c": ("d\x00", 1, None, True)}]}) == {
            "a\x00": ["b", {"c": ["d", 1, None, True]}]
        }

    @pytest.mark.parametrize(
        ("text", "limit", "expected"),
        [
            ("踏浪鞋业", 8, "踏浪鞋业"),
            ("踏浪鞋业公司", 8, "踏浪鞋…"),
            ("a\nb", 8, "a b"),
            ("abcdefghij", 8, "abcdefg…"),
        ],
    )
    def test_shortened(self, text: str, limit: int, expected: str) -> None:
        assert shortened(text, limit) == expected
        assert columns(shortened(text, limit)) <= limit


class TestLocalise:
    def test_texts_become_strings_at_any_depth(self) -> None:
        document = {"a": {"zh": "甲", "en": "A"}, "b": [{"c": ({"zh": "乙", "en": "B"}, 1)}], "d": None}
        assert localise(document, "zh") == {"a": "甲", "b": [{"c": ["乙", 1]}], "d": None}
        assert localise(document, "en") == {"a": "A", "b": [{"c": ["B", 1]}], "d": None}

    def test_other_mappings_stay(self) -> None:
        for other in ({"zh": "甲"}, {"zh": "甲", "en": "A", "id": "a"}, {}):
            assert localise(other, "zh") == other

    def test_nothing_is_left_to_translate(self, lang: Lang) -> None:
        localised = localise(sample_document(), lang)
        assert '"zh"' not in json.dumps(localised)
        assert localise(localised, lang) == localised


def _without(value: Any, keys: set[str]) -> Any:
    if isinstance(value, dict):
        return {key: _without(item, keys) for key, item in value.items() if key not in keys}
    if isinstance(value, list):
        return [_without(item, keys) for item in value]
    return value


def _elements(node: Any) -> list[Any]:
    """The structure elements below a node of the tag tree, in reading order."""
    kids = node.get_object().get("/K", [])
    kids = kids if isinstance(kids, list) else [kids]
    found = []
    for kid in kids:
        kid = kid.get_object() if hasattr(kid, "get_object") else kid
        if isinstance(kid, dict) and "/S" in kid:
            found += [kid, *_elements(kid)]
    return found


def _alternatives(root: Any) -> list[str]:
    return [element["/Alt"] for element in _elements(root) if "/Alt" in element]


def _kinds(root: Any) -> list[str]:
    return [element["/S"] for element in _elements(root)]
