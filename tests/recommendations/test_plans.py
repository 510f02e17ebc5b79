"""The owner's own plan: saved beside the report, printed by the same job machinery, never instead of it."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone
from django.utils.translation import gettext
from pypdf import PdfReader

from diagnosis.models import Event, EventKind, Submission
from recommendations import actions
from recommendations.domain.owner_plan import Asked
from recommendations.models import Plan, PlanFile, Report, ReportState
from recommendations.printing import Print, Printed
from tests.factories import make_draft, make_owner, make_programme, make_report, make_submission
from tests.journeys import browser_of, elements, url
from tests.recommendations.jobs import ago

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7 plan"
FORM = {"budget": "3万", "answer-marketing": "2", "go": "save"}


@pytest.fixture(autouse=True)
def rung(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Plans the workers were told about; nobody is there to hear it."""
    heard: list[int] = []
    monkeypatch.setattr(actions, "_ring_for_plan", heard.append)
    monkeypatch.setattr(actions, "_ring", lambda report_id: None)
    return heard


@pytest.fixture
def submission() -> Submission:
    submission = make_submission()
    make_programme()
    make_report(submission, full=True)
    return submission


def save(submission: Submission, client: Client | None = None, **data: str) -> Plan:
    client = client or browser_of(submission)
    response = client.post(url("recommendations:what_if", submission), {**FORM, **data})
    assert response["Location"] == url("recommendations:result", submission) + "#own-plan"
    plan = actions.newest_plan(submission)
    assert plan is not None
    return plan


def quick_plan(of: Submission, **fields: Any) -> Plan:
    """A plan with a document that only the database looks at."""
    return Plan.objects.create(
        **{"submission": of, "wish": Asked().to_json(), "document": {"schema": 1}, **fields}
    )


def print_quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    def print_plan(document: Any, wanted: Print) -> Printed:
        return Printed(wanted=wanted, data=PDF + wanted.language.encode(), accessible=True)

    monkeypatch.setattr(actions, "print_plan", print_plan)


def at(name: str, plan: Plan, *more: str) -> str:
    return url(f"recommendations:plan_{name}", plan.submission, str(plan.pk), *more)


# Saving -----------------------------------------------------------------------------------------------


def test_saving_keeps_what_was_asked_and_the_answer(submission: Submission) -> None:
    plan = save(submission)
    assert Asked.from_json(plan.wish).wish.budget == 30_000
    assert Asked.from_json(plan.wish).answers == {"marketing": 2}
    assert plan.document["roadmap"]["budget"] == 30_000
    assert [row["kind"] for row in plan.document["inputs"]] == ["budget", "answer"]
    assert {"roadmap", "policies", "net_cost", "before", "after"} <= plan.document.keys()
    assert plan.state == ReportState.QUEUED


def test_saving_rings_and_is_written_down(
    submission: Submission, rung: list[int], django_capture_on_commit_callbacks: Any
) -> None:
    person = make_owner()
    Submission.objects.filter(pk=submission.pk).update(owner=person)
    client = Client()
    client.force_login(person)
    with django_capture_on_commit_callbacks(execute=True):
        plan = save(submission, client)
    assert rung == [plan.pk]
    event = Event.objects.get(kind=EventKind.PLAN_SAVED)
    assert (event.submission, event.actor, event.detail) == (submission, person, {"plan": plan.pk})


def test_report_and_answers_stay_as_they_are(submission: Submission) -> None:
    before = Report.objects.values().get(submission=submission), Submission.objects.values().get(pk=submission.pk)
    plan = save(submission)
    actions.build_plan(plan_id=plan.pk)
    assert (
        Report.objects.values().get(submission=submission), Submission.objects.values().get(pk=submission.pk)
    ) == before


def test_a_double_click_saves_once_and_another_plan_is_another(submission: Submission) -> None:
    first = save(submission)
    assert save(submission) == first
    second = save(submission, budget="2万")
    assert second != first
    assert Plan.objects.count() == 2
    assert Event.objects.filter(kind=EventKind.PLAN_SAVED).count() == 2


def test_bad_figures_are_not_saved(submission: Submission) -> None:
    response = browser_of(submission).post(url("recommendations:what_if", submission), {**FORM, "budget": "abc"})
    assert response.status_code == 422
    assert not Plan.objects.exists()


def test_a_stranger_and_a_draft_save_nothing(submission: Submission) -> None:
    draft = make_draft()
    stranger = browser_of(draft)
    for asked in (submission, draft):
        assert stranger.post(url("recommendations:what_if", asked), FORM).status_code == 404
    assert not Plan.objects.exists()


# Shown on the result ----------------------------------------------------------------------------------


def test_the_result_shows_the_newest_plan_beside_the_roadmap(submission: Submission) -> None:
    client = browser_of(submission)
    result = url("recommendations:result", submission)
    assert not elements(client.get(result)).all("section", id="own-plan")
    save(submission, client)
    newest = save(submission, client, budget="2万")
    page = client.get(result)
    shown = elements(page)
    assert shown.all("section", id="own-plan") and shown.all("section", id="roadmap")
    own = page.content.decode().split('id="own-plan"')[1]
    assert gettext("Your plan, with changed figures") in own
    assert newest.document["roadmap"]["note"]["zh"] in own
    assert f"?plan={newest.pk}" in own


def test_going_on_with_a_saved_plan(submission: Submission) -> None:
    plan = save(submission)
    response = browser_of(submission).get(url("recommendations:what_if", submission), {"plan": str(plan.pk)})
    assert elements(response).value("budget") == "30000"
    assert response.context["plan"]["after"]["total_cost"] == plan.document["after"]["total_cost"]


def test_a_plan_of_another_diagnosis_is_not_opened(submission: Submission) -> None:
    foreign = quick_plan(make_submission())
    response = browser_of(submission).get(url("recommendations:what_if", submission), {"plan": str(foreign.pk)})
    assert response.status_code == 404


def test_the_number_of_plans_costs_no_queries(
    submission: Submission, django_assert_max_num_queries: Any
) -> None:
    client, result = browser_of(submission), url("recommendations:result", submission)
    save(submission, client)
    with django_assert_max_num_queries(12) as few:
        client.get(result)
    count = len(few)
    save(submission, client, budget="2万")
    save(submission, client, budget="1万")
    with django_assert_max_num_queries(count):
        client.get(result)


# Printed ----------------------------------------------------------------------------------------------


def test_the_pdf_says_whose_plan_it_is_and_what_was_changed(submission: Submission) -> None:
    plan = save(submission)
    assert actions.build_plan(plan_id=plan.pk)
    plan.refresh_from_db()
    assert (plan.state, plan.lease_until, plan.error) == (ReportState.READY, None, "")
    words = {"zh-hans": ("企业自拟计划，数字已改动", "营销"), "en": ("Owner'splan,changedfigures", "RMB30,000")}
    files = {file.language: file for file in plan.files.all()}
    assert files.keys() == words.keys()
    for language, file in files.items():
        assert file.accessible
        with default_storage.open(file.name) as stored:
            pages = PdfReader(BytesIO(stored.read())).pages
        printed = ["".join(page.extract_text().split()) for page in pages]
        assert all(words[language][0].replace(" ", "") in page for page in printed)
        assert words[language][1] in "".join(printed)
        assert submission.reference in printed[0]
    assert Event.objects.filter(kind=EventKind.PLAN_READY, detail__plan=plan.pk).count() == 1


def test_it_is_printed_once(submission: Submission, monkeypatch: pytest.MonkeyPatch) -> None:
    print_quickly(monkeypatch)
    plan = quick_plan(submission)
    assert actions.build_plan(plan_id=plan.pk)
    assert not actions.build_plan(plan_id=plan.pk)
    assert PlanFile.objects.count() == 2


def test_a_full_disk_is_tried_again_and_a_fault_is_not(
    submission: Submission, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    for error, state in ((OSError("no space left"), ReportState.QUEUED), (ValueError("odd"), ReportState.FAILED)):
        plan = quick_plan(submission)

        def fail(*args: Any, error: Exception = error) -> None:
            raise error

        monkeypatch.setattr(actions, "print_plan", fail)
        assert not actions.build_plan(plan_id=plan.pk)
        plan.refresh_from_db()
        assert (plan.state, str(error) in plan.error) == (state, True)
    assert Event.objects.filter(kind=EventKind.PLAN_FAILED).count() == 1


def test_a_worker_that_lost_its_claim_changes_nothing(submission: Submission, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = quick_plan(submission)

    def slow(document: Any, wanted: Print) -> Printed:
        Plan.objects.filter(pk=plan.pk).update(attempt=7)
        return Printed(wanted=wanted, data=PDF, accessible=True)

    monkeypatch.setattr(actions, "print_plan", slow)
    assert not actions.build_plan(plan_id=plan.pk)
    plan.refresh_from_db()
    assert (plan.state, plan.attempt) == (ReportState.BUILDING, 7)
    assert not PlanFile.objects.exists()


def test_the_sweeper_sends_plans_like_reports(
    submission: Submission, rung: list[int], django_capture_on_commit_callbacks: Any
) -> None:
    waiting = quick_plan(submission, queued_at=ago(600))
    dead = quick_plan(submission, state=ReportState.BUILDING, attempt=1, tries=1, lease_until=ago(1))
    given_up = quick_plan(submission, state=ReportState.BUILDING, attempt=5, tries=5, lease_until=ago(1))
    fresh = quick_plan(submission)
    with django_capture_on_commit_callbacks(execute=True):
        assert actions.resend() == 2
    assert sorted(rung) == [waiting.pk, dead.pk]
    states = dict(Plan.objects.values_list("pk", "state"))
    assert states[given_up.pk] == ReportState.FAILED
    assert states[fresh.pk] == states[dead.pk] == ReportState.QUEUED


def test_asking_again_for_one_that_failed(submission: Submission) -> None:
    client = browser_of(submission)
    plan = quick_plan(submission, state=ReportState.FAILED, error="odd", tries=5)
    assert client.get(at("retry", plan)).status_code == 405
    assert client.post(at("retry", plan))["Location"].endswith("#own-plan")
    plan.refresh_from_db()
    assert (plan.state, plan.tries, plan.error) == (ReportState.QUEUED, 0, "")
    client.post(at("retry", plan))
    assert Event.objects.filter(kind=EventKind.PLAN_RETRIED).count() == 1


@pytest.mark.parametrize("state", [ReportState.QUEUED, ReportState.BUILDING])
def test_the_page_asks_until_the_files_are_there(
    submission: Submission, monkeypatch: pytest.MonkeyPatch, state: str
) -> None:
    print_quickly(monkeypatch)
    client = browser_of(submission)
    plan = quick_plan(submission, state=state, lease_until=timezone.now() if state == ReportState.BUILDING else None)
    waiting = elements(client.get(at("status", plan)))
    assert waiting.all("div", id="plan-files")[0]["hx-get"] == at("status", plan)
    Plan.objects.filter(pk=plan.pk).update(state=ReportState.QUEUED, lease_until=None)
    actions.build_plan(plan_id=plan.pk)
    done = elements(client.get(at("status", plan)))
    assert "hx-get" not in done.all("div", id="plan-files")[0]
    assert [link["href"] for link in done.all("a")] == [at("download", plan, one) for one in ("zh-hans", "en")]


def test_download(submission: Submission, monkeypatch: pytest.MonkeyPatch) -> None:
    print_quickly(monkeypatch)
    client, plan = browser_of(submission), quick_plan(submission)
    assert client.get(at("download", plan, "en")).status_code == 404  # not printed yet
    actions.build_plan(plan_id=plan.pk)
    response = client.get(at("download", plan, "en"))
    assert b"".join(response.streaming_content) == PDF + b"en"  # type: ignore[attr-defined]
    assert response["Cache-Control"] == "private, no-store"
    assert f"-plan-{plan.pk}-en.pdf" in response["Content-Disposition"]
    assert Event.objects.get(kind=EventKind.PLAN_DOWNLOADED).detail == {"plan": plan.pk, "language": "en"}
    assert client.get(at("download", plan, "fr")).status_code == 404
    assert client.post(at("download", plan, "en")).status_code == 405
    assert browser_of(make_draft()).get(at("download", plan, "en")).status_code == 404


@pytest.mark.parametrize(
    "fields",
    [
        {"state": "lost"},
        {"state": ReportState.BUILDING},
        {"lease_until": timezone.now()},
        {"state": ReportState.READY},
        {"ready_at": timezone.now()},
        {"state": ReportState.FAILED},
        {"document": None},
        {"submission": None},
    ],
)
def test_the_database_refuses(submission: Submission, fields: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        quick_plan(submission, **fields)
