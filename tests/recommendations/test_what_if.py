"""What if: other figures, another plan, and nothing stored is touched."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.test import Client
from django.utils import translation

from clusters import limits
from diagnosis.domain.answers import Answers
from diagnosis.models import Event, Submission
from recommendations import what_if_views
from recommendations.content import get_catalogue
from recommendations.domain.owner_plan import Asked
from recommendations.domain.report import Wish
from recommendations.models import Plan, Report, ReportState
from recommendations.what_if import DECIDING_IDS, MOST_MONEY, WhatIf, read_money
from tests.factories import make_draft, make_programme, make_report, make_submission
from tests.journeys import Elements, browser_of, elements, url

ANSWERS = Answers.from_json({
    "cluster": "footwear", "employees": 86, "revenue": 3200, "product_design": 1, "production_control": 2,
    "marketing": 1, "purchasing": 2, "warehousing": 1, "link_production_supply": 2, "network": ["floor_control"],
})


# Amounts and the form, without a database -------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("50000", 50_000), ("50,000", 50_000), ("５０，０００", 50_000), ("¥ 50 000", 50_000), ("￥50000元", 50_000),
        ("RMB 50,000", 50_000), ("5万", 50_000), ("1.5万元", 15_000), ("0", 0), ("3.0", 3),
        (str(MOST_MONEY), MOST_MONEY),
    ],
)
def test_amounts_as_people_type_them(typed: str, amount: int) -> None:
    assert read_money(typed) == amount


@pytest.mark.parametrize(
    "typed",
    ["abc", "-1", "1e400", "nan", "Infinity", "1.5", "12,5x", "万", "¥", "9" * 12, "1" * 5000, "0x10", "五万", "--5"],
)
def test_amounts_refused(typed: str) -> None:
    with pytest.raises(ValidationError):
        read_money(typed)


def sent(**data: Any) -> WhatIf:
    query = QueryDict(mutable=True)
    for name, value in data.items():
        query.setlist(name.replace("__", "-"), value if isinstance(value, list) else [value])
    form = WhatIf(query, answers=ANSWERS)
    assert form.is_valid(), form.error_summary
    return form


def test_nothing_sent_asks_for_nothing() -> None:
    assert sent().asked == Asked()


def test_a_stored_answer_sent_back_is_no_change() -> None:
    same = {"answer__production_control": "2", "answer__marketing": "", "answer__management_view": "unknown"}
    assert sent(**same).asked == Asked()


def test_wish_and_changed_answers() -> None:
    asked = sent(budget="5万", quarter_budget="2万", target="stage", answer__marketing="2").asked
    assert asked == Asked(wish=Wish(target="stage", budget=50_000, quarter_budget=20_000), answers={"marketing": 2})


def test_other_answers_count_only_when_they_were_chosen() -> None:
    data = {"answer__employees": "120", "answer__network": ["none"]}
    assert sent(**data).asked.answers == {}
    assert sent(also=["employees", "network"], **data).asked.answers == {"employees": 120, "network": ()}


@pytest.mark.parametrize("name", ["cluster", "company_name", "wishes", "nonsense", "marketing", ""])
def test_what_cannot_be_chosen_in_addition(name: str) -> None:
    assert sent(add=name, also=[name]).also == ()


def test_an_answer_just_chosen_shows_what_is_stored() -> None:
    form = sent(add="employees")
    assert form.also == ("employees",)
    assert form.others[0].fields[0].value() == "86"
    assert form.asked.answers == {}
    ticked = sent(add="network").others[0].fields[0].value()
    assert ticked == ["floor_control"]


def test_own_prices_and_the_planned_one_is_none() -> None:
    first, second, *_ = get_catalogue().measures.values()
    planned = second.band("small").planned
    asked = sent(**{f"price-{first.id}": "1234", f"price-{second.id}": str(planned)}).asked
    assert asked.wish.prices == {first.id: 1234}


def test_what_was_asked_comes_back_from_storage() -> None:
    asked = sent(budget="1", also=["network"], answer__network=["application"], target="stage").asked
    assert Asked.from_json(asked.to_json()) == asked


def test_a_saved_plan_fills_the_form_again() -> None:
    asked = Asked(wish=Wish(budget=7000, target="stage"), answers={"marketing": 3, "employees": 120})
    form = WhatIf(None, answers=ANSWERS, asked=asked)
    assert form.wish_form["budget"].value() == 7000
    assert form.also == ("employees",)
    assert form.answers_form["marketing"].value() == "3"


# The page ---------------------------------------------------------------------------------------------


_documents: list[dict[str, Any]] = []  # worked out once: every firm here gives the same answers


@pytest.fixture
def submission(db: None) -> Submission:
    submission = make_submission()
    make_programme(key="grant")
    report = make_report(submission, full=not _documents)
    if not _documents:
        _documents.append(report.document)
    report.document = {**_documents[0], "reference": submission.reference}
    report.save(update_fields=("document",))
    return submission


@pytest.fixture
def owner(submission: Submission) -> Client:
    return browser_of(submission)


def at(submission: Submission) -> str:
    return url("recommendations:what_if", submission)


def listed(submission: Submission) -> list[str]:
    return [one["id"] for one in submission.report.document["roadmap"]["measures"]]  # type: ignore[attr-defined]


def text(response: Any) -> str:
    return str(response.content.decode())


def test_the_page_starts_with_the_stored_plan(submission: Submission, owner: Client) -> None:
    response = owner.get(at(submission))
    assert response.status_code == 200
    page = elements(response)
    for measure in listed(submission):
        assert page.all("input", name=f"price-{measure}")
    for answer in DECIDING_IDS:
        assert page.all("select", name=f"answer-{answer}")
    assert not page.all("button", value="save")
    assert submission.report.document["roadmap"]["note"]["zh"] in text(response)  # type: ignore[attr-defined]


def test_less_money_gives_another_plan_beside_the_stored_one(submission: Submission, owner: Client) -> None:
    stored = submission.report.document["roadmap"]  # type: ignore[attr-defined]
    budget = stored["total_cost"] // 2
    response = owner.post(at(submission), {"budget": str(budget), "target": "full_process"})
    assert response.status_code == 200
    plan = response.context["plan"]
    assert plan["after"]["total_cost"] <= budget < plan["before"]["total_cost"] == stored["total_cost"]
    assert not plan["after"]["reached"]
    assert plan["roadmap"]["missing"]["text"] in text(response)
    assert stored["note"]["zh"] in text(response)
    assert elements(response).all("button", value="save")


def test_a_changed_answer_changes_verdict_and_grants(submission: Submission, owner: Client) -> None:
    response = owner.post(at(submission), {
        "also": ["above_scale"], "answer-above_scale": "no", "answer-marketing": "2", "answer-warehousing": "2",
    })
    plan = response.context["plan"]
    before, after = plan["before"], plan["after"]
    assert after["verdict"]["distance"] == before["verdict"]["distance"] - 2
    (grant,) = response.context["grants"]
    assert (grant["before"]["verdict"], grant["after"]["verdict"]) == ("eligible", "not_eligible")
    assert before["net_cost"] is not None and after["net_cost"] is None
    assert [row["kind"] for row in plan["inputs"]] == ["answer"] * 3


def test_an_own_price_is_planned_with(submission: Submission, owner: Client) -> None:
    measure = listed(submission)[0]
    response = owner.post(at(submission), {f"price-{measure}": "1"})
    plan = response.context["plan"]
    assert {one["id"]: one["cost"] for one in plan["roadmap"]["measures"]}[measure] == 1
    assert [row["kind"] for row in plan["inputs"]] == ["price"]


def test_a_scene_as_target(submission: Submission, owner: Client) -> None:
    response = owner.post(at(submission), {"target": "production_control:3"})
    assert response.context["plan"]["roadmap"]["target_id"] == "production_control:3"
    assert "生产管控达到 3 级" in text(response)


def test_nothing_stored_is_touched(submission: Submission, owner: Client) -> None:
    def stored() -> tuple[Any, ...]:
        return (
            Submission.objects.values_list("answers", "verdict", "updated_at").get(pk=submission.pk),
            Report.objects.values_list("document", "state", "ready_at").get(submission=submission),
            Event.objects.count(),
            Plan.objects.count(),
        )

    before = stored()
    owner.get(at(submission))
    assert owner.post(at(submission), {"budget": "3万", "answer-marketing": "4"}).status_code == 200
    assert stored() == before


def test_htmx_gets_the_part_that_changes(submission: Submission, owner: Client) -> None:
    response = owner.post(at(submission), {"budget": "3万"}, headers={"HX-Request": "true"})
    part = Elements(text(response))
    assert not part.all("html")
    assert part.all("div", id="plan")
    swapped = [found["id"] for _, found in part.tags if "hx-swap-oob" in found]
    assert swapped == ["more-prices", "others", "plan-short"]


def test_new_measures_get_a_price_field(submission: Submission, owner: Client) -> None:
    response = owner.post(at(submission), {"budget": "1万"}, headers={"HX-Request": "true"})
    new = {one["id"] for one in response.context["plan"]["roadmap"]["measures"]} - set(listed(submission))
    assert new
    assert all(Elements(text(response)).all("input", name=f"price-{id}") for id in new)


BAD = [
    ({"budget": "abc"}, "id_budget"),
    ({"budget": "-5"}, "id_budget"),
    ({"quarter_budget": "9" * 11}, "id_quarter_budget"),
    ({"target": "moon"}, "id_target"),
    ({"target": "production_control:9"}, "id_target"),
    ({"answer-marketing": "9"}, "q-marketing"),
    ({"also": "employees", "answer-employees": "many"}, "q-employees"),
    ({"also": "employees", "answer-employees": "5", "answer-employees-unknown": "on"}, "q-employees"),
    ({"target": "product_design:3", "answer-product_design": "not_applicable"}, "id_target"),
]


@pytest.mark.parametrize(("data", "target"), BAD)
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_bad_input_says_what_is_wrong_and_keeps_what_was_typed(
    submission: Submission, owner: Client, data: dict[str, str], target: str, language: str
) -> None:
    owner.cookies["language"] = language
    response = owner.post(at(submission), {"budget": "77", **data})
    assert response.status_code == 422
    page = elements(response)
    assert page.all("div", role="alert")
    assert page.all("a", href=f"#{target}")
    assert page.value("budget") == data.get("budget", "77")
    assert [id for id in (target,) if any(found.get("id") == id for _, found in page.tags)]
    summary = text(response).split('id="summary"')[1].split("</ul>")[0]
    assert bool(re.search("[\u4e00-\u9fff]", summary)) == (language == "zh-hans")


def test_bad_input_is_shown_by_htmx_too(submission: Submission, owner: Client) -> None:
    """It swaps answers below 300 only."""
    response = owner.post(at(submission), {"budget": "abc"}, headers={"HX-Request": "true"})
    assert response.status_code == 200
    assert Elements(text(response)).all("a", href="#id_budget")


def test_a_price_that_is_no_amount_stays_in_sight(submission: Submission, owner: Client) -> None:
    measure = listed(submission)[0]
    response = owner.post(at(submission), {f"price-{measure}": "cheap"})
    page = elements(response)
    assert page.value(f"price-{measure}") == "cheap"
    assert "open" in page.all("details", id="prices")[0]


def test_the_other_language_keeps_what_was_typed(submission: Submission, owner: Client) -> None:
    response = owner.post(at(submission), {"budget": "3万", "language": "en"})
    page = elements(response)
    assert page.all("html", lang="en")
    assert page.value("budget") == "3万"
    assert response.cookies["language"].value == "en"


def test_a_plan_that_is_not_proven_says_so(
    submission: Submission, owner: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = what_if_views.make_plan

    def unproven(*args: Any) -> dict[str, Any]:
        plan = real(*args)
        return {**plan, "roadmap": {**plan["roadmap"], "optimal": False}}

    monkeypatch.setattr(what_if_views, "make_plan", unproven)
    with translation.override("en"):
        owner.cookies["language"] = "en"
        response = owner.post(at(submission), {"budget": "3万"})
    assert "before this plan was proven to be the best" in text(response)


def test_thirty_plans_a_minute(submission: Submission, owner: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    assert limits.LIMITS["plan"].person == ((30, 60),)
    monkeypatch.setitem(limits.LIMITS, "plan", limits.Limit(person=((2, 60),)))
    data = {"budget": "3万", "answer-marketing": "2"}
    assert [owner.post(at(submission), data).status_code for _ in range(3)] == [200, 200, 429]
    response = owner.post(at(submission), data)
    assert 0 < int(response["Retry-After"]) <= 60
    page = elements(response)
    assert page.all("div", role="alert")
    assert page.value("budget") == "3万"
    live = owner.post(at(submission), data, headers={"HX-Request": "true"})
    assert (live.status_code, bool(Elements(text(live)).all("div", role="alert"))) == (200, True)
    assert owner.post(at(submission), {**data, "go": "save"}).status_code == 429
    assert not Plan.objects.exists()
    other = make_submission()
    make_report(other, full=True)
    assert browser_of(other).post(at(other), data).status_code == 200


def test_bad_input_costs_no_plan(submission: Submission, owner: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(limits.LIMITS, "plan", limits.Limit(person=((1, 60),)))
    for _ in range(3):
        assert owner.post(at(submission), {"budget": "abc"}).status_code == 422
    assert owner.post(at(submission), {"budget": "5"}).status_code == 200


@pytest.mark.django_db
def test_not_before_it_is_handed_in() -> None:
    draft = make_draft()
    client = browser_of(draft)
    assert client.get(at(draft)).status_code == 404
    assert client.post(at(draft), {"budget": "5"}).status_code == 404


def test_nobody_else(submission: Submission) -> None:
    stranger = browser_of(make_draft())
    assert stranger.get(at(submission)).status_code == 404
    assert stranger.post(at(submission), {"budget": "5"}).status_code == 404


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_no_other_method(submission: Submission, owner: Client, method: str) -> None:
    assert getattr(owner, method)(at(submission)).status_code == 405


@pytest.mark.django_db
@pytest.mark.parametrize("state", [ReportState.QUEUED, ReportState.BUILDING, ReportState.FAILED])
def test_without_a_report_the_result_page_says_how_far_it_is(state: str) -> None:
    submission = make_submission()
    make_report(submission, state=state)
    response = browser_of(submission).get(at(submission))
    assert response["Location"] == url("recommendations:result", submission)


@pytest.mark.parametrize("number", ["0", "x", "-1", "9" * 30, "1.5"])
def test_no_such_saved_plan(submission: Submission, owner: Client, number: str) -> None:
    assert owner.get(at(submission), {"plan": number}).status_code == 404


def test_the_policy_for_scripts_is_kept(submission: Submission, owner: Client) -> None:
    page = elements(owner.post(at(submission), {"budget": "3万"}))
    assert all("src" in script for script in page.all("script"))
    attributes = {name for _, found in page.tags for name in found}
    assert not {name for name in attributes if name == "style" or name.startswith(("on", "hx-on"))}


def test_queries_do_not_grow(
    submission: Submission, owner: Client, django_assert_max_num_queries: Any
) -> None:
    data = {"budget": "3万"}
    owner.post(at(submission), data)  # the first of a minute counts from nothing
    with django_assert_max_num_queries(20) as few:
        owner.post(at(submission), data)
    count = len(few)
    for number in range(4):
        make_programme(key=f"another_{number}")
        make_report(make_submission(), full=True)
    with django_assert_max_num_queries(count):
        owner.post(at(submission), data)
