"""Parts of the document: evidence and cases with their figures, what a measure waits for, what to do next."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from clusters.content import get_cases, get_places
from diagnosis.content import get_questionnaire
from diagnosis.domain.answers import Answers
from diagnosis.domain.answers_file import read_answers
from recommendations.content import get_catalogue, get_first_programmes
from recommendations.documents import library_with
from recommendations.domain.matching import match, top
from recommendations.domain.measure import PATHWAYS, AnswerNeed, MeasureNeed
from recommendations.domain.report import Advice, Wish, advise, build_document

ROOT = Path(__file__).resolve().parents[3]
EXAMPLES = sorted((ROOT / "examples").glob("*.json"), key=lambda path: path.name)
DAY = date(2026, 11, 24)
LIBRARY = library_with(get_first_programmes())


def answers_of(name: str) -> Answers:
    data = (ROOT / "examples" / f"{name}.json").read_bytes()
    return read_answers(data, get_questionnaire(), get_places().cluster_of_subsector)


def advice_of(answers: Answers, **wish: Any) -> Advice:
    return advise(LIBRARY, answers, today=DAY, wish=Wish(**wish))


def document_of(answers: Answers, **wish: Any) -> dict[str, Any]:
    return build_document(LIBRARY, advice_of(answers, **wish), reference="LOCAL", submitted_on=DAY, revision=1)


def measures_of(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [measure for need in document["needs"] for measure in need["measures"]]


@pytest.fixture(scope="module", params=EXAMPLES, ids=lambda path: path.stem)
def document(request: pytest.FixtureRequest) -> dict[str, Any]:
    return document_of(answers_of(request.param.stem))


# Evidence and cases -------------------------------------------------------------------------------------


def test_evidence_carries_the_figures_and_the_section_of_its_case(document: dict[str, Any]) -> None:
    cases = {case.id: case for case in get_cases()}
    proofs = [measure["evidence"] for measure in measures_of(document) if measure["evidence"]]
    assert proofs
    for proof in proofs:
        case = cases[proof["case"]]
        assert proof["section"] == case.section
        assert [one["value"]["zh"] for one in proof["figures"]] == [one.value.zh for one in case.figures]
        assert all(re.search(r"\d", one["value"]["en"]) for one in proof["figures"])


def test_cases_are_of_the_cluster_or_shown_by_a_measure_of_the_advice(document: dict[str, Any]) -> None:
    cluster = document["company"]["cluster"]["id"]
    known = {case.id: case for case in get_cases()}
    advised = {measure["id"]: measure["evidence"] for measure in measures_of(document)}
    for case in document["cases"]:
        assert case["own_cluster"] == (cluster in known[case["id"]].clusters)
        assert case["own_cluster"] or case["measures"]
        for measure in case["measures"]:
            assert advised[measure["id"]]["case"] == case["id"]
    assert {one["case"] for one in advised.values() if one} <= {case["id"] for case in document["cases"]}
    assert {case.id for case in known.values() if cluster in case.clusters} <= {one["id"] for one in document["cases"]}


def test_cases_that_show_most_measures_stand_first(document: dict[str, Any]) -> None:
    counts = [len(case["measures"]) for case in document["cases"]]
    assert counts == sorted(counts, reverse=True)


def test_without_a_cluster_only_what_measures_refer_to() -> None:
    document = document_of(answers_of("single_point_workshop").replace(cluster="unknown", subsector="unknown"))
    assert document["cases"]
    assert all(case["measures"] and not case["own_cluster"] for case in document["cases"])


# What a measure waits for -------------------------------------------------------------------------------


def test_a_later_measure_says_after_what_and_no_other_does(document: dict[str, Any]) -> None:
    for measure in measures_of(document):
        assert bool(measure["waits"]) == (measure["standing"] == "later")
        assert [one["measure"] for one in measure["waits"]].count(measure["id"]) == 0


def test_what_it_waits_for_is_a_measure_of_the_plan_where_one_brings_it() -> None:
    document = document_of(answers_of("single_point_workshop"))
    planned = {one["id"]: one["start"] for one in document["roadmap"]["measures"]}
    waits = [wait for measure in measures_of(document) for wait in measure["waits"]]
    brought = [wait for wait in waits if wait["measure"] in planned]
    assert brought
    assert all(wait["quarter"] == planned[wait["measure"]] for wait in brought)
    left = [wait["text"]["zh"] for wait in waits if wait["measure"] is None]
    assert all(re.search(r"达到 \d 级|至少做到 \d+ 项", words) for words in left)


def test_needs_of_every_measure_can_be_said() -> None:
    """Whatever a measure of the library needs, there are words for it."""
    advice = advice_of(answers_of("single_point_workshop"))
    for measure in get_catalogue().active:
        for need in measure.needs:
            if isinstance(need, MeasureNeed):
                assert need.measure in get_catalogue().measures
            else:
                assert isinstance(need, AnswerNeed)
                question = get_questionnaire().questions[need.answer]
                assert question.kind == "ticks" or need.at_least < len(question.options)
    assert advice.matches


# What to do next ----------------------------------------------------------------------------------------


def test_three_steps_in_the_order_of_the_roadmap(document: dict[str, Any]) -> None:
    steps = document["next"]
    assert len(steps) == 3
    assert all(step["helpers"] and step["months"] >= 1 for step in steps)
    planned = [one["id"] for one in sorted(document["roadmap"]["measures"], key=lambda one: one["start"])][:3]
    assert [step["id"] for step in steps][: len(planned)] == planned
    assert all((step["quarter"] is None) == (step["id"] not in planned) for step in steps)


def test_outside_the_roadmap_only_what_can_start_at_once(document: dict[str, Any]) -> None:
    standing = {measure["id"]: measure["standing"] for measure in measures_of(document)}
    for step in document["next"]:
        if step["quarter"] is None:
            assert standing[step["id"]] == "ready"


def test_an_own_price_is_the_price_of_the_step() -> None:
    answers = answers_of("single_point_workshop")
    first = document_of(answers)["next"][0]
    assert document_of(answers, prices={first["id"]: 1_234})["next"][0]["cost"] in (1_234, first["cost"])
    assert 1_234 in [step["cost"] for step in document_of(answers, prices={first["id"]: 1_234})["next"]]


# Measures shown -----------------------------------------------------------------------------------------


def test_every_measure_of_the_roadmap_is_explained(document: dict[str, Any]) -> None:
    explained = {measure["id"] for measure in measures_of(document)}
    assert {one["id"] for one in document["roadmap"]["measures"]} <= explained
    assert {step["id"] for step in document["next"]} <= explained


def test_planned_measures_take_the_place_of_others() -> None:
    answers = answers_of("single_point_workshop")
    advice = advice_of(answers)
    everything = match(get_catalogue(), answers, advice.diagnosis.size_class, advice.diagnosis.needs)
    last = {pathway: [one for one in everything if one.measure.pathway == pathway][-1] for pathway in PATHWAYS}
    planned = [one.measure.id for one in last.values()]
    shown = top(everything, planned=planned)
    assert set(planned) <= {one.measure.id for one in shown}
    for pathway in PATHWAYS:
        own = [one for one in shown if one.measure.pathway == pathway]
        fitting = sum(one.measure.pathway == pathway for one in everything)
        assert min(4, fitting) <= len(own) <= 5, "one more where a barrier stops the firm"
    assert [one for one in everything if one in shown] == list(shown)


def test_effects_are_those_that_change_something_for_this_firm() -> None:
    answers = answers_of("single_point_workshop")
    for measure in measures_of(document_of(answers)):
        levels = [(one["to"], answers.level(one["answer"])) for one in measure["effects"] if one["to"] is not None]
        if measure["standing"] != "in_place":
            assert all(held is None or to > held for to, held in levels), measure["id"]
