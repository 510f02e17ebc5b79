"""The whole report for a thousand simulated firms: it builds, says everything it promises, in both languages.

A text is a pair {"zh", "en"} somewhere in the document. What the owner typed (the name, the wishes) is in the
owner's language in both and is left out of the language checks only. The firms come in slices, so that
several processes can share them. bench/roadmaps.py prints the PDFs and DOCX files of all of them.
"""

from __future__ import annotations

import logging
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest
from pypdf import PdfReader

from clusters.domain.languages import Lang
from diagnosis.domain.answers import Answers
from diagnosis.domain.chain import SCENES
from diagnosis.domain.needs import CONTRIBUTORS
from diagnosis.domain.verdict import judge
from recommendations.domain.measure import PATHWAYS
from recommendations.glyphs import STAND_IN, clean, printable_characters
from recommendations.rendering import render_pdf
from tests.recommendations.simulated import Document, firm, library, report_of

FIRMS: Final = 1_000
SLICE: Final = 50
SLICES: Final = list(range(0, FIRMS, SLICE))  # the tests of one slice share its documents: tests/conftest.py
PRINTED: Final = range(0, FIRMS, 25)
LANGS: Final[tuple[Lang, ...]] = ("zh", "en")
PAGES: Final = range(8, 27)

CJK: Final = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")
# Four English words in a row: names and abbreviations (ERP, 5G, Quanzhou) are shorter.
ENGLISH_SENTENCE: Final = re.compile(r"\b[A-Za-z]{2,}(?:[ ,]+[A-Za-z]{2,}){3,}")
PLACEHOLDER: Final = re.compile(r"[{}]|%\(|^None$|\bnull\b")
OWNERS_TEXTS: Final = frozenset({"company_name", "wishes"})
SILENT_NOTE: Final = "roadmap.best_found"


@dataclass(frozen=True)
class Case:
    """One firm with its report."""

    index: int
    answers: Answers
    report: Document


@pytest.fixture(scope="module", params=SLICES)
def cases(request: pytest.FixtureRequest) -> tuple[Case, ...]:
    """One slice, made once for all tests that look at it and then forgotten."""
    firms = [(index, firm(index)) for index in range(request.param, request.param + SLICE)]
    return tuple(Case(index, answers, report_of(answers)) for index, answers in firms)


def texts(value: Any, at: str = "") -> Iterator[tuple[str, dict[str, str]]]:
    """Every text of the document with its place."""
    if isinstance(value, dict):
        if set(value) == {"zh", "en"}:
            yield at, value
            return
        for key, item in value.items():
            yield from texts(item, f"{at}.{key}")
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from texts(item, f"{at}[{number}]")


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from strings(item)
    elif isinstance(value, str):
        yield value


def our_texts(document: Document) -> Iterator[tuple[str, tuple[str, str]]]:
    """The texts (Chinese, English) without what the owner typed: the name, wherever it stands, and the wishes."""
    name = document["company"]["name"]
    typed = {
        f".annex[{page}].rows[{number}].value"
        for page, part in enumerate(document["annex"])
        for number, row in enumerate(part["rows"])
        if row["answer"] in OWNERS_TEXTS
    }
    for at, text in texts(document):
        if at not in typed:
            yield at, (text["zh"].replace(name, "X"), text["en"].replace(name, "X"))


# What a report promises ---------------------------------------------------------------------------------


def hollow_measures(document: Document) -> list[str]:
    promised = ("steps", "helpers", "because", "effort", "why", "title", "cost")
    return [
        f"{measure['id']}: {key}"
        for need in document["needs"]
        for measure in need["measures"]
        for key in promised
        if not measure[key]
    ]


def is_explained(need: dict[str, Any], answers: Answers) -> bool:
    """A need names the answers that made it; one made of unknown answers alone has none to name."""
    contributors = CONTRIBUTORS[need["id"]]
    return bool(need["because"]) or not any(answers.level(one.answer) for one in contributors)


def hollow_parts(document: Document, answers: Answers) -> list[str]:
    """Names of the parts that hold less than they promise."""
    verdict, roadmap, sheet = document["verdict"], document["roadmap"], document["official_sheet"]
    whole = {
        "four pathways": sorted(need["id"] for need in document["needs"]) == sorted(PATHWAYS),
        "three measures a pathway": all(len(need["measures"]) >= 3 for need in document["needs"]),
        "needs in order": [n["score"] for n in document["needs"]]
        == sorted((n["score"] for n in document["needs"]), reverse=True),
        "a reason for every need": all(is_explained(n, answers) for n in document["needs"] if n["score"]),
        "five stages": len(document["stage"]["stages"]) == 5,
        "three dimensions": len(document["dimensions"]) == 3,
        "five domains": [len(domain["scenes"]) > 0 for domain in verdict["domains"]] == [True] * 5,
        "six links": len(verdict["links"]) == 6,
        "steps where there is a distance": bool(verdict["steps"]) == (verdict["distance"] > 0),
        "what to find out where it is open": bool(verdict["find_out"]) != verdict["settled"],
        "whole sheet": (len(sheet["items"]), len(sheet["scenes"])) == (15, len(SCENES)),
        "programmes with reasons": all(one["reasons"] for one in document["policies"]) and bool(document["policies"]),
        "references and cases": bool(document["references"]),
        "annex": all(page["rows"] for page in document["annex"]) and len(document["annex"]) > 10,
        "a roadmap while something is missing": bool(roadmap["quarters"]) == (verdict["distance"] > 0),
        "measures in the roadmap": bool(roadmap["measures"]) == bool(roadmap["quarters"]),
        "what is missing, where the target is": (roadmap["missing"] is None) == roadmap["reached"],
    }
    return [name for name, holds in whole.items() if not holds] + hollow_measures(document)


def test_every_report_holds_what_it_promises(cases: tuple[Case, ...]) -> None:
    faults = {case.index: hollow_parts(case.report, case.answers) for case in cases}
    assert {index: fault for index, fault in faults.items() if fault} == {}


def test_the_report_is_about_this_firm(cases: tuple[Case, ...]) -> None:
    for case in cases:
        company, found, verdict = case.report["company"], case.report["verdict"], judge(case.answers)
        assert company["name"] == case.answers["company_name"]
        assert company["uscc"] == case.answers["uscc"]
        assert company["cluster"]["id"] == case.answers["cluster"]
        assert (found["type"]["id"], found["distance"]) == (verdict.type, verdict.distance)


def test_every_roadmap_is_proven_or_says_that_it_is_not(cases: tuple[Case, ...]) -> None:
    says = library().words.texts[SILENT_NOTE].zh.split("：")[0]
    for case in cases:
        roadmap = case.report["roadmap"]
        assert roadmap["optimal"] or not roadmap["measures"] or says in roadmap["note"]["zh"]
        assert roadmap["reached"], "the library gets every firm to full-process without a budget"
        assert roadmap["total_cost"] == sum(one["cost"] for one in roadmap["measures"])
        if roadmap["quarters"]:
            last = roadmap["quarters"][-1]
            assert (last["type"]["id"], last["distance"]) == ("full_process", 0)


# Both languages -----------------------------------------------------------------------------------------


def language_faults(at: str, zh: str, en: str) -> Iterator[str]:
    for words in (zh, en):
        if not words.strip():
            yield f"{at} is empty in one language: {zh}{en}"
        if PLACEHOLDER.search(words):
            yield f"{at} has an unfilled place: {words}"
    if ENGLISH_SENTENCE.search(zh):
        yield f"{at} zh has English: {zh}"
    if CJK.search(en):
        yield f"{at} en has Chinese: {en}"


LANGUAGE_SLIPS: list[tuple[str, str, str]] = [
    ("", "words", "empty"),
    ("文字", " ", "empty"),
    ("文字", "in {answer.quality} words", "unfilled"),
    ("共 %(count)s 项", "words", "unfilled"),
    ("Start with the whole order", "Start with the whole order", "zh has English"),
    ("文字", "on 数据", "en has Chinese"),
    ("文字", "on, data", ""),
    ("用 ERP 和 MES", "ERP and MES", ""),
]


@pytest.mark.parametrize(("zh", "en", "slip"), LANGUAGE_SLIPS)
def test_slips_of_language_are_found(zh: str, en: str, slip: str) -> None:
    faults = list(language_faults("here", zh, en))
    assert [slip in fault for fault in faults] == ([True] if slip else [])


def test_every_text_is_there_in_both_languages(cases: tuple[Case, ...]) -> None:
    where = {text: at for case in cases for at, text in our_texts(case.report)}
    assert not [fault for text, at in where.items() for fault in language_faults(at, *text)]


def test_the_font_has_every_character(cases: tuple[Case, ...]) -> None:
    used = {char for case in cases for string in strings(case.report) for char in clean(string)}
    assert used - printable_characters() == set()


# Printed ------------------------------------------------------------------------------------------------


def squeezed(text: str) -> str:
    return re.sub(r"[\s\u200b]", "", text)


def printed_text(path: Path) -> str:
    """As poppler reads it where it is installed, else as pypdf does."""
    if shutil.which("pdftotext") is None:
        return "".join(page.extract_text() for page in PdfReader(path).pages)
    found = subprocess.run(["pdftotext", "-enc", "UTF-8", path, "-"], capture_output=True, check=True, timeout=30)
    return found.stdout.decode("utf-8")


def assert_prints(report: Document, lang: Lang, path: Path) -> None:
    pdf = render_pdf(report, lang)
    path.write_bytes(pdf.data)
    text = squeezed(printed_text(path))
    assert pdf.accessible
    assert pdf.pages in PAGES
    assert squeezed(report["company"]["name"]) in text
    assert report["company"]["uscc"] in text
    assert STAND_IN not in text and "\ufffd" not in text


@pytest.mark.parametrize("index", PRINTED)
def test_the_report_prints(index: int, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    report = report_of(firm(index))
    for lang in LANGS:
        assert_prints(report, lang, tmp_path / f"{lang}.pdf")
    assert not caplog.records
