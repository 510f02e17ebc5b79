"""One page of the questionnaire: shown, saved, refused, in conflict, in the other language."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from clusters.content import get_places
from diagnosis.content import get_questionnaire
from diagnosis.models import Submission
from tests.factories import make_draft, make_report, make_submission, make_uscc
from tests.journeys import browser_of, elements, page_url, seen

pytestmark = pytest.mark.django_db
PAGES = [page.id for page in get_questionnaire().pages]


@pytest.fixture
def draft() -> Submission:
    submission = make_draft()
    Submission.objects.filter(pk=submission.pk).update(answers={})
    submission.refresh_from_db()
    return submission


@pytest.fixture
def owner(draft: Submission) -> Client:
    return browser_of(draft)


def send(owner: Client, draft: Submission, page_id: str = "q_firm", **fields: Any) -> HttpResponse:
    """Post a page as it is shown at this moment. `revenue_unknown` stands for the field revenue-unknown."""
    data = {"seen": seen(draft, page_id), "go": "on", **fields}
    data = {name.replace("_unknown", "-unknown"): value for name, value in data.items()}
    response = owner.post(page_url(draft, page_id), data)
    draft.refresh_from_db()
    return response  # type: ignore[return-value]


def wrong(response: HttpResponse) -> list[str]:
    """Ids of the questions the error summary leads to."""
    assert response.status_code == 422
    return [row["target"].removeprefix("q-") for row in response.context["form"].error_summary]  # type: ignore[attr-defined]


# --- showing --------------------------------------------------------------------------------


@pytest.mark.parametrize("page_id", PAGES)
def test_every_page_is_shown_with_few_queries(page_id: str, django_assert_max_num_queries: Any) -> None:
    submission = make_draft()
    owner = browser_of(submission)
    with django_assert_max_num_queries(8):
        response = owner.get(page_url(submission, page_id))
    assert response.status_code == 200
    assert response["Cache-Control"].startswith("max-age=0, no-cache, no-store")


def test_stored_answers_are_shown() -> None:
    submission = make_draft(employees=86, revenue="unknown", network=[], data_collection=["finance", "hr"])
    owner = browser_of(submission)
    shown = elements(owner.get(page_url(submission, "q_firm")))
    assert shown.value("employees") == "86"
    assert shown.checked("revenue-unknown") == ["on"]
    assert shown.checked("cluster") == ["footwear"]
    shown = elements(owner.get(page_url(submission, "foundation")))
    assert shown.checked("network") == ["none"]
    assert shown.checked("data_collection") == ["finance", "hr"]


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_each_cluster_names_its_trades(language: str) -> None:
    """Stone slabs or stone carving: the name alone does not tell a firm where it belongs."""
    draft = make_draft()
    owner = browser_of(draft)
    owner.cookies["language"] = language
    html = owner.get(page_url(draft, "q_firm")).content.decode()
    for cluster in get_places().clusters:
        name, trades = ((text.en, text.zh)[language != "en"] for text in (cluster.name, cluster.trades))
        assert f"<span>{escape(name)} <small>{escape(trades)}</small></span>" in html


def test_questions_speak_the_trade_of_the_firm() -> None:
    in_footwear, in_crafts = make_draft("footwear"), make_draft("crafts")
    owner = browser_of(in_footwear, in_crafts)
    question = get_questionnaire().questions["production_control"]
    for submission in (in_footwear, in_crafts):
        html = owner.get(page_url(submission, "q_making")).content.decode()
        assert question.examples[submission.answers["cluster"]].zh in html


def test_sub_sectors_are_those_of_the_cluster() -> None:
    submission = make_draft("footwear")
    shown = elements(browser_of(submission).get(page_url(submission, "company")))
    offered = {option["value"] for option in shown.all("input", name="subsector") + shown.all("option")}
    assert "childrens_shoes" in offered
    assert "menswear" not in offered


# --- saving ---------------------------------------------------------------------------------


def test_saving_takes_few_queries(owner: Client, draft: Submission, django_assert_max_num_queries: Any) -> None:
    data = {"seen": seen(draft), "cluster": "footwear", "employees": "48", "revenue": "1800"}
    with django_assert_max_num_queries(10):
        response = owner.post(page_url(draft), data)
    assert response.status_code == 302


def test_save_and_go_on(owner: Client, draft: Submission) -> None:
    response = send(owner, draft, cluster="footwear", employees="48", revenue_unknown="on")
    assert response.url == page_url(draft, "q_machines")  # type: ignore[attr-defined]
    assert draft.answers == {"cluster": "footwear", "employees": 48, "revenue": "unknown"}


def test_blank_stays_unanswered_and_clearing_an_answer_removes_it(owner: Client, draft: Submission) -> None:
    send(owner, draft, cluster="footwear", employees="48")
    assert "revenue" not in draft.answers
    send(owner, draft, cluster="footwear", employees="")
    assert draft.answers == {"cluster": "footwear"}


def test_special_answers_of_a_scale(owner: Client, draft: Submission) -> None:
    send(owner, draft, "q_making", product_design="not_applicable", production_control="unknown")
    assert draft.answers == {"product_design": "not_applicable", "production_control": "unknown"}


@pytest.mark.parametrize(
    ("ticked", "stored"),
    [(["none"], []), (["unknown"], "unknown"), (["finance", "hr"], ["finance", "hr"])],
)
def test_ticks(owner: Client, draft: Submission, ticked: list[str], stored: Any) -> None:
    send(owner, draft, "foundation", data_collection=ticked)
    assert draft.answers == {"data_collection": stored}


@pytest.mark.parametrize("ticked", [["none", "finance"], ["unknown", "finance"], ["none", "unknown"]])
def test_ticks_that_contradict_each_other(owner: Client, draft: Submission, ticked: list[str]) -> None:
    response = send(owner, draft, "foundation", data_collection=ticked)
    assert wrong(response) == ["data_collection"]
    assert sorted(elements(response).checked("data_collection")) == sorted(ticked)
    assert draft.answers == {}


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("1800", 1800), ("１８００", 1800), ("1,800", 1800), ("1，800", 1800), ("1 800.5", 1800.5), (" 12 ", 12),
        ("0", 0), ("1800.50", 1800.5),
    ],
)
def test_numbers_as_people_type_them(owner: Client, draft: Submission, typed: str, stored: float) -> None:
    send(owner, draft, revenue=typed)
    assert draft.answers == {"revenue": stored}


@pytest.mark.parametrize("typed", ["-5", "−5", "－５"])
def test_a_change_may_be_negative(owner: Client, draft: Submission, typed: str) -> None:
    negative = next(
        question for question in get_questionnaire().questions.values()
        if question.kind == "number" and (question.minimum or 0) < -5
    )
    page_id = get_questionnaire().page_of[negative.id].id
    send(owner, draft, page_id, **{negative.id: typed})
    assert draft.answers == {negative.id: -5}


@pytest.mark.parametrize("typed", ["viele", "48.5", "-1", "1e999", "nan", "inf", "9" * 400, "4８人", "\x00", "٤٨ .. "])
def test_numbers_that_are_none(owner: Client, draft: Submission, typed: str) -> None:
    response = send(owner, draft, employees=typed)
    assert wrong(response) == ["employees"]
    assert draft.answers == {}


def test_a_number_and_not_known_exclude_each_other(owner: Client, draft: Submission) -> None:
    response = send(owner, draft, revenue="5", revenue_unknown="on")
    assert wrong(response) == ["revenue"]


def test_company(owner: Client, draft: Submission) -> None:
    code = make_uscc()
    spaced = f" {code[:8].lower()} {code[8:]} "
    send(owner, draft, "company", company_name="  晋江𠮷祥👟鞋业  ", uscc=spaced)
    assert draft.answers == {"company_name": "晋江𠮷祥👟鞋业", "uscc": code}


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({"company_name": "长" * 121}, "company_name"),
        ({"company_name": "\u200b\u2060"}, "company_name"),
        ({"uscc": "91350582MA2XXXXX00"}, "uscc"),
        ({"uscc": "1" * 5000}, "uscc"),
    ],
)
def test_texts_that_will_not_do(owner: Client, draft: Submission, fields: dict[str, str], where: str) -> None:
    response = send(owner, draft, "company", **fields)
    assert wrong(response) == [where]
    assert elements(response).value(where) == fields[where]


@pytest.mark.parametrize(
    ("page_id", "fields", "where"),
    [
        ("q_firm", {"cluster": "shipping"}, "cluster"),
        ("q_firm", {"cluster": "not_applicable"}, "cluster"),
        ("q_making", {"production_control": "5"}, "production_control"),
        ("q_making", {"production_control": "²"}, "production_control"),
        ("q_making", {"production_control": "not_applicable"}, "production_control"),
        ("foundation", {"data_collection": ["finance", "gossip"]}, "data_collection"),
        ("company", {"county": "beijing"}, "county"),
        ("company", {"company_name": "unknown\x00"}, "company_name"),
    ],
)
def test_values_posted_by_hand(
    owner: Client, draft: Submission, page_id: str, fields: dict[str, Any], where: str
) -> None:
    response = send(owner, draft, page_id, **fields)
    assert wrong(response) == [where]
    assert draft.answers == {}


def test_a_lone_surrogate_is_never_stored(owner: Client, draft: Submission) -> None:
    """No UTF-8 carries it; whatever bytes come in, the page answers."""
    body = b"company_name=%ED%A0%80%FF%00ok&seen=" + seen(draft, "company").encode()
    response = owner.post(page_url(draft, "company"), body, content_type="application/x-www-form-urlencoded")
    assert response.status_code in (302, 422)


def test_fields_of_other_pages_are_ignored(owner: Client, draft: Submission) -> None:
    send(owner, draft, cluster="footwear", production_control="4", state="verified", company_name="A")
    assert draft.answers == {"cluster": "footwear"}
    assert draft.is_draft


def test_nothing_typed_is_lost_when_refused(owner: Client, draft: Submission) -> None:
    response = send(owner, draft, cluster="crafts", employees="viele", revenue="１，８００")
    shown = elements(response)
    assert response.status_code == 422
    assert shown.checked("cluster") == ["crafts"]
    assert shown.value("employees") == "viele"
    assert shown.value("revenue") == "１，８００"
    assert shown.texts["title"].startswith("错误")
    assert draft.answers == {}


def test_markup_typed_stays_text(owner: Client, draft: Submission) -> None:
    response = send(owner, draft, employees='"><script>alert(1)</script>')
    assert b"<script>alert" not in response.content


# --- where it goes on -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("page_id", "go", "target"),
    [
        ("q_firm", "back", "diagnosis:mine"), ("q_machines", "back", "q_firm"), ("q_links", "on", "diagnosis:quick"),
        ("q_firm", "later", "diagnosis:link"), ("barriers_outside", "on", "recommendations:review"),
        ("company", "back", "q_links"),
    ],
)
def test_where_it_goes_on(owner: Client, draft: Submission, page_id: str, go: str, target: str) -> None:
    response = send(owner, draft, page_id, go=go)
    if target == "diagnosis:mine":
        expected = reverse(target)
    else:
        expected = reverse(target, args=[draft.reference]) if ":" in target else page_url(draft, target)
    assert response.url == expected  # type: ignore[attr-defined]


def test_going_back_saves_as_well(owner: Client, draft: Submission) -> None:
    send(owner, draft, cluster="footwear", go="back")
    assert draft.answers == {"cluster": "footwear"}


def test_a_change_from_the_review_returns_there(owner: Client, draft: Submission) -> None:
    shown = elements(owner.get(page_url(draft) + "?from=review"))
    assert shown.all("input", name="from", value="review")
    response = send(owner, draft, **{"from": "review", "employees": "48"})
    assert response.url == reverse("recommendations:review", args=[draft.reference]) + "#page-q_firm"  # type: ignore[attr-defined]
    response = send(owner, draft, **{"from": "review", "employees": "viele"})
    assert elements(response).all("input", name="from", value="review")


# --- the other language ---------------------------------------------------------------------


def test_switching_the_language_keeps_what_is_typed_and_stores_nothing(owner: Client, draft: Submission) -> None:
    response = send(owner, draft, language="en", cluster="crafts", employees="viele", revenue_unknown="on")
    shown = elements(response)
    assert response.status_code == 200
    assert shown.all("html", lang="en")
    assert shown.checked("cluster") == ["crafts"]
    assert shown.value("employees") == "viele"
    assert shown.checked("revenue-unknown") == ["on"]
    assert shown.value("seen") == seen(draft)
    assert response.cookies["language"].value == "en"
    assert draft.answers == {}


def test_an_unknown_language_is_not_found(owner: Client, draft: Submission) -> None:
    assert send(owner, draft, language="de").status_code == 404


# --- two windows ----------------------------------------------------------------------------


def test_a_change_made_elsewhere_is_not_overwritten(owner: Client, draft: Submission) -> None:
    before = seen(draft)
    send(owner, draft, cluster="crafts")
    response = send(owner, draft, seen=before, cluster="footwear")
    assert response.status_code == 409
    assert elements(response).checked("cluster") == ["footwear"]
    assert draft.answers == {"cluster": "crafts"}
    again = send(owner, draft, seen=elements(response).value("seen"), cluster="footwear")
    assert again.status_code == 302
    assert draft.answers == {"cluster": "footwear"}


def test_the_same_answers_twice_are_no_conflict(owner: Client, draft: Submission) -> None:
    before = seen(draft)
    send(owner, draft, cluster="crafts")
    assert send(owner, draft, seen=before, cluster="crafts").status_code == 302


def test_changes_on_another_page_are_no_conflict(owner: Client, draft: Submission) -> None:
    before = seen(draft)
    send(owner, draft, "q_machines", equipment_digitised="1")
    assert send(owner, draft, seen=before, cluster="crafts").status_code == 302
    assert draft.answers == {"cluster": "crafts", "equipment_digitised": 1}


# --- refusals -------------------------------------------------------------------------------


def test_after_handing_in_answers_are_fixed() -> None:
    submission = make_submission()
    make_report(submission)
    owner, before = browser_of(submission), dict(submission.answers)
    for response in (owner.get(page_url(submission)), send(owner, submission, cluster="crafts")):
        assert response.url == reverse("recommendations:result", args=[submission.reference])  # type: ignore[attr-defined]
    assert submission.answers == before


def test_another_browser_finds_nothing(draft: Submission) -> None:
    stranger = browser_of(make_draft())
    assert stranger.get(page_url(draft)).status_code == 404
    assert send(stranger, draft, cluster="crafts").status_code == 404
    assert draft.answers == {}


def test_unknown_page(owner: Client, draft: Submission) -> None:
    assert owner.get(page_url(draft, "nowhere")).status_code == 404


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_wrong_method(owner: Client, draft: Submission, method: str) -> None:
    assert getattr(owner, method)(page_url(draft)).status_code == 405


def test_without_the_token_of_the_form(draft: Submission) -> None:
    guarded = browser_of(draft, enforce_csrf_checks=True)
    assert guarded.post(page_url(draft), {"cluster": "crafts"}).status_code == 403
