"""The document of the cluster view and the report printed from it, without a database."""

from __future__ import annotations

import re
from datetime import date
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader

from clusters.content import get_places, get_references
from clusters.domain.languages import Lang
from clusters.domain.localise import localise
from diagnosis.content import get_questionnaire
from diagnosis.domain.cluster_cells import SMALL, Cell
from diagnosis.domain.cluster_facts import SCALES, TIERS
from diagnosis.domain.cluster_view import together, view_of
from diagnosis.wording import get_wording
from recommendations.cluster_report import TEMPLATE
from recommendations.content import get_catalogue, get_cluster_words
from recommendations.domain.cluster_document import Asked, Names, cluster_document
from recommendations.domain.cluster_numbers import Words, cell_text, points, share_text, signed
from recommendations.rendering import RenderedPdf, render_pdf
from tests.recommendations.cluster_counts import DAY, counts, table

LANGS: tuple[Lang, ...] = ("zh", "en")
Document = dict[str, Any]


def words(clusters: int = 1) -> Words:
    references = {one.id: one for one in get_references()}
    return Words(view=get_cluster_words(), references=references, clusters=clusters)


def names() -> Names:
    return Names(
        questions={id: question.name.to_dict() for id, question in get_questionnaire().questions.items()},
        wording=get_wording(), measures={id: one.title.to_dict() for id, one in get_catalogue().measures.items()},
    )


def asked(id: str = "footwear", **changes: Any) -> Asked:
    scope = get_places().cluster[id].name.to_dict()
    fields = {"scope": scope, "cluster": id, "verified": False, "day": date(2026, 11, 24)}
    return Asked(**{**fields, "made_on": date(2026, 11, 25), **changes})


def document(cluster: str = "footwear", before: Document | None = None, **changes: Any) -> Document:
    earlier = None if before is None else view_of(before, day="2026-09-30")
    day = date(2026, 9, 30) if before is not None else None
    view = view_of(counts(**changes), day=DAY)
    return cluster_document(words(), names(), asked(cluster, before_day=day), view, earlier)


def english(part: Any) -> Any:
    return localise(part, "en")


def figures(part: Document) -> dict[str, Document]:
    return {figure["id"]: figure for figure in part["figures"]}


class TestNumbers:
    @pytest.mark.parametrize(
        ("part", "of", "text"),
        [
            (Cell(44, 44), Cell(320, 320), "13.8%"), (Cell(9, 9), Cell(18, 18), "50%"), (Cell(1, 1), Cell(3, 3), "33%"),
            (Cell(19, 22), Cell(23, 23), "82–96%"), (Cell(297, 300), Cell(300, 300), "99–100%"),
            (Cell(0, 0), Cell(320, 320), "0%"), (Cell(10, 10), Cell(256, 259), "3.8–4%"),
        ],
    )
    def test_shares(self, part: Cell, of: Cell, text: str) -> None:
        assert share_text(part, of) == text

    def test_small_cells(self) -> None:
        cells = (SMALL, Cell(1200, 1203), Cell(1200, 1200))
        assert [cell_text(cell) for cell in cells] == ["<5", "1,200–1,203", "1,200"]

    def test_signs(self) -> None:
        assert (signed(12), signed(-3), signed(0), points(-1.25), points(3.04)) == ("+12%", "−3%", "0%", "−1.2", "+3")


class TestDocument:
    def test_table_1_beside_the_paper(self) -> None:
        rows = {row["name"]: row["cells"] for row in english(document()["table1"])["rows"]}
        assert rows["Share of firms that have begun"] == [
            "80% (176 of 220)", "about 80%", "20% (44 of 220)", "about 20%"
        ]
        assert rows["Change in operating cost"][3] == "down 12%–20%"
        assert rows["Change in operating cost"][2] == "median −20% (middle half −20% to −15%), 10 firms or more"
        assert rows["Above-scale among them"][2] == "77% (34 of 44)"

    def test_coverage_beside_the_paper(self) -> None:
        rows = figures(english(document()["coverage"]))
        assert (rows["all"]["share"], rows["all"]["paper"]["value"]) == ("68.8%", "62%")
        assert (rows["above"]["share"], rows["above"]["paper"]["percent"]) == ("94%", 93)
        assert rows["below"]["paper"]["section"] == "2.3.2"
        assert "with those that did not say" in rows["below"]["name"]

    def test_the_paper_has_no_coverage_of_other_trades(self) -> None:
        assert figures(document("paper_printing")["coverage"])["all"]["paper"] is None
        assert figures(document("food_beverages")["coverage"])["quality"]["paper"]["percent"] == 60

    def test_the_most_broken_link(self) -> None:
        chain = document()["chain"]
        assert [figure["id"] for figure in chain["figures"] if figure["worst"]] == ["link_design_supply"]
        assert "Design–supply chain: only at 14.6% of firms" in english(chain)["sentence"]

    def test_links_broken_alike_are_all_named(self) -> None:
        traits = {**counts()["traits"], "link_production_supply": 46, "link_design_supply": 38, "own_design": 264}
        same = {**traits, "link_production_supply": 64, "link_design_supply": 64, "own_design": 320}
        sentence = english(document(traits=same)["chain"])["sentence"]
        assert "Design–supply chain, Production–supply chain" in sentence

    def test_the_three_contradictions(self) -> None:
        first, second, third = (figures(english(part)) for part in document()["contradictions"])
        assert (first["full_of_covered"]["share"], first["full_of_covered"]["paper"]["value"]) == ("20%", "about 20%")
        assert (second["leaders_covered"]["share"], second["tail_covered"]["share"]) == ("92%", "62.7%")
        assert (third["ecosystem"]["share"], third["any_link"]["share"]) == ("62.5%", "53.1%")
        assert third["cloud"]["paper"]["percent"] is None  # 42% of another city's share is no share
        assert [part["section"] for part in document()["contradictions"]] == ["3.1", "3.2", "3.3"]
        assert "Gap: coverage +29.6 points" in english(document()["contradictions"][1])["after"]

    def test_hidden_breakdowns_have_no_gap(self) -> None:
        part = document(tier=table(TIERS, (1, 1, 1), (99, 175, 43)))["contradictions"][1]
        assert part["after"] is None
        assert {figure["state"] for figure in part["figures"]} == {"hidden"}

    def test_measures_by_their_titles_most_chosen_first(self) -> None:
        ids = list(get_catalogue().measures)[:2]
        advice = {"measures": {ids[0]: 50, ids[1]: 120}, "grants": {}}
        part = document(advice=advice)
        assert [figure["id"] for figure in part["measures"]["figures"]] == [ids[1], ids[0]]
        assert part["measures"]["figures"][0]["name"] == get_catalogue().measures[ids[1]].title.to_dict()
        assert english(part["grants"])["after"] == "No programme has five eligible firms or more."

    def test_grants(self) -> None:
        (grant,) = english(document()["grants"])["figures"]
        assert (grant["count"], grant["amount"]) == ("18", "RMB 3,400,000 or more")

    def test_change(self) -> None:
        before = counts(types={"not_started": 160, "single_point": 144, "full_process": 16})
        rows = {row["id"]: row for row in english(document(before=before)["change"])["rows"]}
        assert rows["full"]["difference"] == "+8.8 points"
        assert rows["any_link"]["difference"] == "0 points"
        assert document()["change"]["rows"] == []

    def test_change_of_a_range_is_a_range(self) -> None:
        before = counts(types={"not_started": 160, "single_point": 157, "full_process": 3})
        rows = {row["id"]: row for row in english(document(before=before)["change"])["rows"]}
        assert rows["full"]["then"] == "0.3–1.3% (<5 of 320)"
        assert rows["full"]["difference"] == "+12.5 to +13.4 points"

    def test_several_clusters_say_from_how_many(self) -> None:
        closed = view_of(counts(scale=table(SCALES, (1, 1, 1), (99, 175, 43))), day=DAY)
        both = together([view_of(counts(), day=DAY), closed])
        assert both is not None
        made = cluster_document(words(2), names(), asked(scope={"zh": "两个", "en": "two"}, cluster=""), both)
        rows = figures(english(made["coverage"]))
        assert (rows["above"]["note"], rows["all"]["note"]) == ("from 1 of 2 clusters", None)

    def test_without_figures_it_says_why(self) -> None:
        nobody = cluster_document(words(), names(), asked(), None)
        few = cluster_document(words(), names(), asked(), None, too_few=True)
        assert (nobody["status"], few["status"]) == ("none", "too_few")
        assert "fewer than 5 firms" in few["status_text"]["en"]
        assert "figures" not in str(few.keys())

    def test_no_small_number_stands_anywhere(self) -> None:
        """Not as a count and not behind a share: every count below five is a sign of hiding."""
        small = counts(
            types={"not_started": 4, "single_point": 313, "full_process": 3},
            stages={"0": 1, "1": 2, "2": 300, "3": 13, "4": 4, "5": 0},
            traits={**dict.fromkeys(counts()["traits"], 3), "own_design": 318},
        )
        text = str(document(**{key: small[key] for key in ("types", "stages", "traits")}))
        assert not re.search(r"'count': '[1-4]'", text)
        assert "<5" in text


@pytest.fixture(scope="module")
def printed() -> dict[str, RenderedPdf]:
    before = counts(types={"not_started": 160, "single_point": 144, "full_process": 16})
    made = document(before=before, types={"not_started": 100, "single_point": 217, "full_process": 3})
    return {
        lang: render_pdf(
            {**made, "company": {"name": made["scope"][lang]}, "submitted_on": made["made_on"]}, lang, template=TEMPLATE
        )
        for lang in LANGS
    }


def text_of(pdf: RenderedPdf) -> str:
    return re.sub(r"\s+", "", "".join(page.extract_text() for page in PdfReader(BytesIO(pdf.data)).pages))


def alternatives(node: Any) -> list[str]:
    """The words that stand for drawings."""
    node = node.get_object() if hasattr(node, "get_object") else node
    if not isinstance(node, dict):
        return []
    kids = node.get("/K", [])
    found = [str(node["/Alt"])] if "/Alt" in node else []
    return found + [words for kid in (kids if isinstance(kids, list) else [kids]) for words in alternatives(kid)]


class TestReport:
    @pytest.mark.parametrize("lang", LANGS)
    def test_accessible_and_of_a_few_pages(self, printed: dict[str, RenderedPdf], lang: Lang) -> None:
        assert printed[lang].accessible
        assert 4 <= (printed[lang].pages or 0) <= 8

    @pytest.mark.parametrize(
        ("lang", "wanted"),
        [
            ("zh", ("集群报告", "鞋业", "企业自报", "320家", "2026年11月24日", "三个矛盾", "断点最多的是", "<5",
                    "论文2.2.2")),
            ("en", ("Clusterreport", "Footwear", "Self-reported", "320firms", "24November2026", "Themostbrokenlinkis",
                    "<5", "Thisisnosample", "paper2.2.2", "Grantsthefirmscoulddraw")),
        ],
    )
    def test_what_it_says(self, printed: dict[str, RenderedPdf], lang: Lang, wanted: tuple[str, ...]) -> None:
        text = text_of(printed[lang])
        for one in wanted:
            assert one in text, one

    @pytest.mark.parametrize("lang", LANGS)
    def test_every_word_of_the_document_is_printed(self, printed: dict[str, RenderedPdf], lang: Lang) -> None:
        text = text_of(printed[lang])
        made = localise(document(), lang)
        for part in (*made["limits"], made["chain"]["title"], made["barriers"]["title"], made["titles"]["sources"]):
            assert re.sub(r"\s+", "", part) in text, part

    def test_the_map_has_words_for_those_who_do_not_see_it(self, printed: dict[str, RenderedPdf]) -> None:
        root = PdfReader(BytesIO(printed["en"].data)).trailer["/Root"]["/StructTreeRoot"]
        (words,) = alternatives(root)
        assert "Design–supply chain 14.6% (most broken)" in words

    def test_the_same_twice(self) -> None:
        made = document()
        print_it = {**made, "company": {"name": "x"}, "submitted_on": made["made_on"]}
        first, second = (render_pdf(print_it, "en", template=TEMPLATE).data for _ in range(2))
        assert first == second
