"""What the result page says of a real document: headings that fit the type, next steps, waits, evidence, cases."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from clusters.domain.localise import localise
from diagnosis.models import Submission
from recommendations.models import Report
from tests.factories import make_draft, make_report, make_submission
from tests.journeys import browser_of, elements, url
from tests.recommendations.test_report_pages import document, not_started

pytestmark = pytest.mark.django_db
STATIC = Path(__file__).resolve().parents[2] / "static"
LANGUAGES = {"zh-CN": "zh", "en": "en"}


@pytest.fixture
def submission() -> Submission:
    submission = make_submission()
    make_report(submission)
    return submission


def page(submission: Submission, shown: dict[str, Any], language: str = "en") -> str:
    Report.objects.filter(submission=submission).update(document=shown)
    response = browser_of(submission).get(url("recommendations:result", submission), HTTP_ACCEPT_LANGUAGE=language)
    assert response.status_code == 200
    return unescape(response.content.decode())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("firm", ["single_point_workshop", "platform_leader", "not_started", "open"])
def test_the_heading_over_the_chain_map_fits_the_firm(submission: Submission, firm: str, language: str) -> None:
    html, short = page(submission, document(firm), language), LANGUAGES[language]
    assert f"<h2>{document(firm)['verdict']['chain_title'][short]}</h2>" in html
    broken = document("single_point_workshop")["verdict"]["chain_title"][short]
    assert (f"<h2>{broken}</h2>" in html) == (firm == "single_point_workshop")


def test_an_old_document_without_that_heading(submission: Submission) -> None:
    old = document("single_point_workshop")
    verdict = {key: value for key, value in old["verdict"].items() if key != "chain_title"}
    kept = {key: value for key, value in old.items() if key not in ("next", "cases")}
    html = page(submission, {**kept, "verdict": verdict})
    assert "<h2>Chain map</h2>" in html
    assert 'href="#next"' not in html


@pytest.mark.parametrize(("answers", "says_broken"), [({}, True), ("full", False), ("nothing", False)])
def test_the_quick_check_says_what_fits(answers: Any, says_broken: bool) -> None:
    joined = {
        **dict.fromkeys(("product_design", "production_control", "marketing", "purchasing", "warehousing"), 3),
        **dict.fromkeys(
            ("link_design_production", "link_design_supply", "link_design_marketing", "link_production_supply",
             "link_production_marketing", "link_supply_marketing", "management_view"), 2,
        ),
    }  # fmt: skip
    given = {"full": joined, "nothing": dict(not_started())}.get(answers, {}) if answers else {}
    draft = make_draft(**{id: value for id, value in given.items() if id not in ("company_name", "uscc", "cluster")})
    html = browser_of(draft).get(url("diagnosis:quick", draft), HTTP_ACCEPT_LANGUAGE="en").content.decode()
    assert ("Where your chain breaks" in html) == says_broken


@pytest.mark.parametrize("language", LANGUAGES)
def test_next_steps_and_where_they_lead(submission: Submission, language: str) -> None:
    html = page(submission, document("single_point_workshop"), language)
    shown = localise(document("single_point_workshop"), LANGUAGES[language])
    ids = {attributes.get("id") for _, attributes in elements_of(html).tags}
    for step in shown["next"]:
        assert f'<a href="#m-{step["id"]}">{step["title"]}</a>' in html
        assert f"m-{step['id']}" in ids
    links = [one["href"][1:] for one in elements_of(html).all("a") if one.get("href", "").startswith("#")]
    assert set(links) - {"main"} <= ids, "every link within the page leads somewhere"


def elements_of(html: str) -> Any:
    class Response:
        content = html.encode()

    return elements(Response())


@pytest.mark.parametrize("language", LANGUAGES)
def test_evidence_shows_its_figures_and_cases_their_measures(submission: Submission, language: str) -> None:
    html = page(submission, document("single_point_workshop"), language)
    shown = localise(document("single_point_workshop"), LANGUAGES[language])
    proofs = [one["evidence"] for need in shown["needs"] for one in need["measures"] if one["evidence"]]
    assert proofs
    for proof in proofs:
        for figure in proof["figures"]:
            assert f"{figure['name']} <strong>{figure['value']}</strong>" in html
    for case in shown["cases"]:
        assert case["text"] in html
        assert case["lesson"] in html
        for measure in case["measures"]:
            assert f'<a class="reason" href="#m-{measure["id"]}">{measure["title"]}</a>' in html


def test_a_later_measure_says_after_what(submission: Submission) -> None:
    html = page(submission, document("single_point_workshop"))
    shown = localise(document("single_point_workshop"), "en")
    later = [one for need in shown["needs"] for one in need["measures"] if one["standing"] == "later"]
    assert html.count('class="waits"') == len(later) > 0
    for measure in later:
        for wait in measure["waits"]:
            assert wait["text"] in html


def test_what_is_in_place_says_so(submission: Submission) -> None:
    html = page(submission, document("platform_leader"))
    shown = localise(document("platform_leader"), "en")
    held = [one for need in shown["needs"] for one in need["measures"] if one["standing"] == "in_place"]
    assert html.count("You have reached what this is for.") == len(held) > 0


@pytest.mark.parametrize(("language", "revenue"), [("zh-CN", "2,350 万元"), ("en", "RMB 23.5 million")])
def test_revenue_on_the_review_page(language: str, revenue: str) -> None:
    draft = make_draft(revenue=2350)
    client = browser_of(draft)
    html = client.get(url("recommendations:review", draft), HTTP_ACCEPT_LANGUAGE=language).content.decode()
    assert revenue in html
    assert Submission.objects.get().answers["revenue"] == 2350, "what is stored keeps its unit"


def selectors(name: str) -> set[str]:
    """What the rules of a style sheet are about, rule by rule."""
    text = re.sub(r"/\*.*?\*/", "", (STATIC / name).read_text(encoding="utf-8"), flags=re.S)
    return {" ".join(found.split()) for found in re.findall(r"([^{}]+)\{", text)}


def test_the_look_of_the_chain_map_is_in_one_file_for_owners_and_officers(submission: Submission) -> None:
    shared = {one for one in selectors("chain.css") if one.startswith((".edge", ".node"))}
    assert len(shared) > 10
    for name in ("site.css", "admin.css"):
        assert shared.isdisjoint(selectors(name)), name
    assert 'href="/static/chain.css"' in page(submission, document("single_point_workshop"))
    draft = make_draft()
    assert b"chain.css" in browser_of(draft).get(url("diagnosis:quick", draft)).content
