"""The pages of real reports: how many, what the first one says by itself, and what fits each type of firm."""

from __future__ import annotations

import re
from functools import cache
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader

from clusters.domain.languages import Lang
from clusters.domain.localise import localise
from diagnosis.content import get_questionnaire
from diagnosis.domain.answers import Answers
from recommendations.docx_report import render_docx
from recommendations.print_words import words_of
from recommendations.rendering import render_pdf
from tests.recommendations.domain.test_report_parts import answers_of, document_of
from tests.recommendations.test_docx_report import all_text
from tests.recommendations.test_rendering import squeezed

LANGS: tuple[Lang, ...] = ("zh", "en")
MARKETING = ("purchasing", "marketing", "link_supply_marketing", "link_design_marketing", "link_production_marketing")


def not_started() -> Answers:
    """The workshop before it bought a machine or a system."""
    nothing = {
        question.id: 0 if question.kind == "scale" else ()
        for question in get_questionnaire().questions.values()
        if question.kind in ("scale", "ticks") and not question.id.startswith("b_")
    }
    return answers_of("single_point_workshop").replace(**nothing, production_efficiency="unknown")


FIRMS = {
    **{
        name: lambda name=name: answers_of(name)
        for name in ("single_point_workshop", "stone_cloud_warehouse", "platform_leader", "digital_twin_plant")
    },
    "not_started": not_started,
    "open": lambda: answers_of("stone_cloud_warehouse").replace(**dict.fromkeys(MARKETING, "unknown")),
    "eligible": lambda: answers_of("single_point_workshop").replace(
        subsector="leisure_sports_goods", above_scale="yes", revenue=2350
    ),
}


@cache
def document(firm: str) -> dict[str, Any]:
    return document_of(FIRMS[firm]())


@cache
def pages(firm: str, lang: Lang) -> tuple[str, ...]:
    printed = render_pdf(document(firm), lang)
    assert printed.accessible
    return tuple(squeezed(page.extract_text()) for page in PdfReader(BytesIO(printed.data)).pages)


@pytest.fixture(scope="module", params=LANGS)
def lang(request: pytest.FixtureRequest) -> Lang:
    return request.param


@pytest.fixture(scope="module", params=FIRMS)
def firm(request: pytest.FixtureRequest) -> str:
    return request.param


def test_as_long_as_an_owner_reads(firm: str, lang: Lang) -> None:
    assert 12 <= len(pages(firm, lang)) <= 20


def test_no_page_is_nearly_empty(firm: str, lang: Lang) -> None:
    assert min(len(page) for page in pages(firm, lang)) > 150


def test_the_first_page_stands_alone(firm: str, lang: Lang) -> None:
    first, words = pages(firm, lang)[0], words_of(lang)
    report = localise(document(firm), lang)
    said = [report["verdict"]["headline"], report["verdict"]["chain_title"], report["company"]["name"]]
    said += [text for step in report["next"] for text in (step["title"], words.money(step["cost"]), step["helpers"][0])]
    said += [policy["name"] for policy in report["policies"]]
    said += [link["name"] for link in report["verdict"]["links"] if link["state"] == "broken"]
    assert [text for text in said if squeezed(text) not in first] == []


def test_facts_and_contents_are_on_the_second_page(firm: str, lang: Lang) -> None:
    first, second = pages(firm, lang)[:2]
    for key in ("contents", "company_facts"):
        label = squeezed(words_of(lang).say(key))
        assert label in second
        assert label not in first


@pytest.mark.parametrize("firm", ["stone_cloud_warehouse", "platform_leader", "digital_twin_plant", "not_started"])
def test_no_break_is_announced_to_whom_it_does_not_fit(firm: str, lang: Lang) -> None:
    wrong = squeezed(document("single_point_workshop")["verdict"]["chain_title"][lang])
    assert wrong in pages("single_point_workshop", lang)[0]
    assert wrong not in "".join(pages(firm, lang))


def test_a_grant_is_named_beside_measures_only_where_one_is_open(lang: Lang) -> None:
    label = squeezed(words_of(lang).say("grantable"))
    assert label in "".join(pages("eligible", lang))
    assert label not in "".join(pages("single_point_workshop", lang))


def test_revenue_reads_well_everywhere(lang: Lang) -> None:
    """On the facts page and in the annex, in the PDF and in the DOCX."""
    words = {"zh": "2,350万元", "en": "RMB23.5million"}[lang]
    assert "".join(pages("eligible", lang)).count(words) >= 2
    assert squeezed(all_text(render_docx(document("eligible"), lang))).count(words) >= 2
    assert "2350RMB" not in "".join(pages("eligible", lang))


def test_what_a_measure_waits_for_is_printed(lang: Lang) -> None:
    printed, file = "".join(pages("single_point_workshop", lang)), squeezed(
        all_text(render_docx(document("single_point_workshop"), lang))
    )
    report = localise(document("single_point_workshop"), lang)
    waits = [wait for need in report["needs"] for measure in need["measures"] for wait in measure["waits"]]
    assert waits
    for wait in waits:
        assert squeezed(wait["text"]) in printed
        assert squeezed(wait["text"]) in file


def test_cases_say_which_measures_they_show(lang: Lang) -> None:
    report = localise(document("single_point_workshop"), lang)
    case = report["cases"][0]
    words = words_of(lang)
    line = words.say("case_measures", origin=words.say("case_own")) + words.stop
    line += words.listed(one["title"] for one in case["measures"])
    assert squeezed(line) in "".join(pages("single_point_workshop", lang))
    assert squeezed(line) in squeezed(all_text(render_docx(document("single_point_workshop"), lang)))


def test_every_chapter_of_the_pdf_is_in_the_docx(firm: str, lang: Lang) -> None:
    text = squeezed(all_text(render_docx(document(firm), lang)))
    for words in re.findall(r"(?<=\d)[^.…\d]{2,30}(?=\.{3,})", pages(firm, lang)[1]):
        assert words in text
