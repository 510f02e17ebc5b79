"""What changed since the diagnosis before: compared where it can be compared, counted where not."""

from __future__ import annotations

from typing import Any

import pytest

from diagnosis.content import get_questionnaire
from diagnosis.domain.answers import Answers
from diagnosis.models import Submission
from diagnosis.wording import get_wording
from recommendations.content import get_catalogue, get_report_words
from recommendations.documents import make_document
from recommendations.domain.apply import after
from recommendations.domain.changes import changes_part, is_done, signature, signatures
from recommendations.models import ReportState
from recommendations.rendering import render_pdf
from tests.factories import make_answers, make_report, make_submission
from tests.journeys import browser_of, elements, url

pytestmark = pytest.mark.django_db
QUESTIONS = get_questionnaire().questions


@pytest.fixture
def before() -> Submission:
    submission = make_submission()
    make_report(submission, full=True)
    return submission


def later(before: Submission, *, full: bool = False, **answers: Any) -> Submission:
    """A second diagnosis of the same firm."""
    submission = make_submission(**{**before.answers, **answers})
    Submission.objects.filter(pk=submission.pk).update(previous=before)
    submission.refresh_from_db()
    return submission


def changes(before: Submission, **answers: Any) -> dict[str, Any]:
    found = make_document(later(before, **answers))["changes"]
    assert found is not None
    return found  # type: ignore[no-any-return]


def rows(part: list[dict[str, Any]]) -> dict[str, tuple[str, str]]:
    return {row["name"]["en"]: (row["before"]["en"], row["after"]["en"]) for row in part}


def mark_before(before: Submission, **marks: str | None) -> None:
    """As if these questions had been asked differently then; None: not asked at all."""
    report = before.report  # type: ignore[attr-defined]
    signature = {**report.document["signature"], **marks}
    report.document["signature"] = {id: mark for id, mark in signature.items() if mark is not None}
    report.save(update_fields=("document",))


# Signatures -------------------------------------------------------------------------------------------


def test_the_document_keeps_the_signature_of_every_question(before: Submission) -> None:
    kept = before.report.document["signature"]  # type: ignore[attr-defined]
    assert kept == signatures(get_questionnaire())
    assert kept.keys() == QUESTIONS.keys()


def test_a_signature_is_about_what_can_be_answered() -> None:
    question = QUESTIONS["network"]
    reworded = question.model_copy(update={"ask": QUESTIONS["marketing"].ask, "hint": None})
    shorter = question.model_copy(update={"options": question.options[:-1]})
    assert signature(reworded) == signature(question)
    assert len({signature(one) for one in (question, shorter, QUESTIONS["data_security"], QUESTIONS["employees"])}) == 4


# What is compared -------------------------------------------------------------------------------------


def test_nothing_changed(before: Submission) -> None:
    found = changes(before)
    assert found["answers"] == []
    assert all(row["before"] == row["after"] for row in found["figures"])
    assert (found["compared"], found["not_compared"]) == (len(QUESTIONS), 0)
    assert (found["since"], found["reference"]) == (
        before.report.document["submitted_on"], before.reference  # type: ignore[attr-defined]
    )


def test_changed_answers_and_figures_in_words(before: Submission) -> None:
    found = changes(before, marketing=2, warehousing=2, employees=120, network=["floor_control", "application"])
    answers = rows(found["answers"])
    assert list(answers) == [QUESTIONS[id].name.en for id in ("employees", "marketing", "warehousing", "network")]
    assert answers["Employees"] == ("86 people", "120 people")
    options = QUESTIONS["marketing"].options
    assert answers[QUESTIONS["marketing"].name.en] == (options[1].label.en, options[2].label.en)
    steps = before.distance or 0
    assert rows(found["figures"])["Distance to full-process"] == (f"{steps} steps", f"{steps - 2} steps")
    assert len(found["figures"]) == 3 + 3 + 4


def test_not_answered_and_unknown_are_the_same(before: Submission) -> None:
    assert before.answers["quality"] == "unknown" and "safety" not in before.answers
    answers = {id: value for id, value in before.answers.items() if id != "quality"}
    submission = later(before, safety="unknown")
    Submission.objects.filter(pk=submission.pk).update(answers={**answers, "safety": "unknown"})
    submission.refresh_from_db()
    assert make_document(submission)["changes"]["answers"] == []


def test_a_question_asked_differently_is_not_compared(before: Submission) -> None:
    mark_before(before, marketing="different", warehousing=None, retired_question="gone")
    found = changes(before, marketing=3, warehousing=3, purchasing=3)
    assert list(rows(found["answers"])) == [QUESTIONS["purchasing"].name.en]
    assert (found["compared"], found["not_compared"]) == (len(QUESTIONS) - 2, 3)


def test_a_document_without_signatures_is_compared_in_figures_only(before: Submission) -> None:
    report = before.report  # type: ignore[attr-defined]
    del report.document["signature"]
    report.save(update_fields=("document",))
    found = changes(before, marketing=3)
    assert (found["answers"], found["compared"]) == ([], 0)
    assert found["not_compared"] == len(QUESTIONS)
    assert found["figures"]


def test_the_answer_then_is_in_the_words_of_then(before: Submission) -> None:
    report = before.report  # type: ignore[attr-defined]
    for page in report.document["annex"]:
        for row in page["rows"]:
            if row["answer"] == "marketing":
                row["value"] = {"zh": "当时的说法", "en": "as it was put then"}
    report.save(update_fields=("document",))
    assert rows(changes(before, marketing=3)["answers"])[QUESTIONS["marketing"].name.en][0] == "as it was put then"


# Whether the plan was followed ------------------------------------------------------------------------


def test_measures_count_as_done_when_their_effects_hold(before: Submission) -> None:
    planned = before.report.document["roadmap"]["measures"]  # type: ignore[attr-defined]
    first = get_catalogue().measures[planned[0]["id"]]
    reached = after(before.answer_set(), [first]).to_json()
    found = changes(before, **reached)
    done = {row["title"]["en"]: row["done"] for row in found["plan"]}
    assert list(done) == [one["title"]["en"] for one in planned]
    assert done[first.title.en]
    assert [row["done"] for row in changes(before)["plan"]] == [False] * len(planned)


def test_all_of_the_plan_carried_out(before: Submission) -> None:
    planned = before.report.document["roadmap"]["measures"]  # type: ignore[attr-defined]
    measures = [get_catalogue().measures[one["id"]] for one in planned]
    found = changes(before, **after(before.answer_set(), measures).to_json())
    assert all(row["done"] for row in found["plan"])
    assert rows(found["figures"])["Verdict"] == ("Single-point", "Full-process")


def test_a_measure_that_only_eases_is_done_when_the_barrier_is_gone() -> None:
    (measure, *_) = get_catalogue().active
    easing = measure.model_copy(update={"effects": {}, "eases": ("b_finance", "b_talent")})
    assert not is_done(easing, Answers({"b_finance": 0, "b_talent": 1}))
    assert is_done(easing, Answers(dict.fromkeys(easing.eases, 0)))


def test_what_does_not_apply_is_not_done() -> None:
    designing = [one for one in get_catalogue().active if set(one.effects) == {"product_design"}]
    for measure in designing:
        assert not is_done(measure, Answers({"product_design": "not_applicable"}))


def test_a_measure_no_longer_known_is_left_out(before: Submission) -> None:
    report = before.report  # type: ignore[attr-defined]
    report.document["roadmap"]["measures"].append({"id": "gone", "title": {"zh": "无", "en": "gone"}})
    report.save(update_fields=("document",))
    assert "gone" not in [row["title"]["en"] for row in changes(before)["plan"]]


def test_the_same_documents_give_the_same_changes(before: Submission) -> None:
    document = before.report.document  # type: ignore[attr-defined]
    answers = before.answer_set()
    raised = Answers.from_json({**before.answers, "marketing": 3})
    parts = (get_questionnaire(), get_wording(), get_report_words(), get_catalogue())
    sides = {"before": document, "answers_before": answers, "now": document}
    found = changes_part(*parts, **sides, answers_now=raised)
    assert found == changes_part(*parts, **sides, answers_now=Answers(dict(reversed(list(raised.items())))))


# When there is nothing to compare with ----------------------------------------------------------------


def test_a_first_diagnosis_has_none(before: Submission) -> None:
    assert before.report.document["changes"] is None  # type: ignore[attr-defined]


@pytest.mark.parametrize("state", [ReportState.QUEUED, ReportState.FAILED])
def test_the_report_before_must_be_ready(state: str) -> None:
    before = make_submission()
    make_report(before, state=state)
    assert make_document(later(before))["changes"] is None


def test_the_report_before_must_be_there() -> None:
    assert make_document(later(make_submission()))["changes"] is None


def test_another_firm_is_not_compared(before: Submission) -> None:
    other = make_answers()["uscc"]
    assert make_document(later(before, uscc=other))["changes"] is None


def test_a_document_of_another_shape_is_not_compared(before: Submission) -> None:
    report = before.report  # type: ignore[attr-defined]
    report.document["schema"] = 99
    report.save(update_fields=("document",))
    assert make_document(later(before))["changes"] is None


# Shown ------------------------------------------------------------------------------------------------


def test_page_and_report_show_the_changes(before: Submission) -> None:
    submission = later(before, marketing=2, purchasing=3)
    report = make_report(submission, full=True)
    page = browser_of(submission).get(url("recommendations:result", submission))
    section = page.content.decode().split('id="changes"')[1].split("</section>")[0]
    assert before.reference in section
    assert QUESTIONS["marketing"].options[2].label.zh in section
    assert str(len(QUESTIONS)) in section
    assert report.document is not None
    for row in report.document["changes"]["plan"]:
        assert row["title"]["zh"] in section
    assert render_pdf(report.document, "zh").accessible


def test_a_first_diagnosis_shows_no_changes(before: Submission) -> None:
    page = elements(browser_of(before).get(url("recommendations:result", before)))
    assert not page.all("section", id="changes")


def test_comparing_costs_few_queries(before: Submission, django_assert_max_num_queries: Any) -> None:
    alone, second = (Submission.objects.get(pk=one.pk) for one in (make_submission(), later(before)))
    with django_assert_max_num_queries(60) as few:
        make_document(alone)
    count = len(few)
    with django_assert_max_num_queries(count + 2):
        make_document(second)
