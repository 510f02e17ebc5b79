"""The review on the officers' pages: buttons, comments, refusals, list actions, events as a file."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clusters.models import ClusterId, Role, User
from diagnosis import review_actions
from diagnosis.actions import log
from diagnosis.models import Comment, Event, EventKind, State, Submission
from tests.diagnosis.reviewing import OWN, commented, corrects, hands_in_again, returned
from tests.factories import make_file, make_officer, make_owner, make_report, make_submission
from tests.journeys import Elements, elements

pytestmark = pytest.mark.django_db
LIST = "admin:diagnosis_submission_changelist"


@pytest.fixture
def officer(client: Client) -> User:
    officer = make_officer(OWN, name="Officer Lin")
    client.force_login(officer)
    client.cookies["language"] = "en"
    return officer


@pytest.fixture(autouse=True)
def no_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("diagnosis.mails._ring", lambda mail_id: None)


def address(name: str, submission: Submission, *more: Any) -> str:
    return reverse(f"admin:diagnosis_submission_{name}", args=[submission.pk, *more])


def page(client: Client, submission: Submission) -> Elements:
    return elements(client.get(address("change", submission)))


def mark(submission: Submission) -> dict[str, str]:
    submission.refresh_from_db()
    return {"seen": review_actions.mark_of(submission)}


def moves_offered(shown: Elements, submission: Submission) -> set[str]:
    forms = {form["action"] for form in shown.all("form") if "action" in form}
    return {move for move in ("take", "return", "verify", "reopen") if address("move", submission, move) in forms}


OFFERED = {
    State.SUBMITTED: {"take"}, State.IN_REVIEW: {"return", "verify"}, State.RETURNED: {"reopen"},
    State.VERIFIED: {"reopen"},
}


@pytest.mark.parametrize("state", OFFERED)
def test_the_buttons_are_those_of_the_table(client: Client, officer: User, state: str) -> None:
    submission = make_submission(state=state)
    shown = page(client, submission)
    assert moves_offered(shown, submission) == OFFERED[State(state)]
    assert bool(shown.all("form", action=address("assign", submission))) == (state != State.VERIFIED)
    comments = bool(shown.all("form", action=address("comment", submission)))
    assert comments == (state in (State.SUBMITTED, State.IN_REVIEW))


def test_each_button_works_without_javascript(client: Client, officer: User) -> None:
    submission = make_submission(owner=make_owner())
    steps = [("take", ""), ("return", "Please look again"), ("reopen", "Called the firm"), ("verify", "")]
    for move, text in steps:
        shown = page(client, submission)
        assert move in moves_offered(shown, submission)
        data = {"seen": shown.all("input", name="seen")[0]["value"], "text": text}
        response = client.post(address("move", submission, move), data)
        assert response["Location"] == address("change", submission) + "#review"
    submission.refresh_from_db()
    assert (submission.state, submission.officer) == (State.VERIFIED, officer)
    html = client.get(address("change", submission)).content.decode()
    assert "from: In review · to: Verified" in html
    assert "reason: Called the firm" in html


@pytest.mark.parametrize(("move", "state"), [("return", State.IN_REVIEW), ("reopen", State.VERIFIED)])
def test_what_is_missing_is_said_and_nothing_changes(client: Client, officer: User, move: str, state: str) -> None:
    submission = make_submission(state=state)
    for text in ("", "x" * 1001):
        response = client.post(address("move", submission, move), {**mark(submission), "text": text})
        assert response.status_code == 422
        assert elements(response).all("li", **{"class": "error"})
        assert text in response.content.decode()  # nothing typed is lost
    submission.refresh_from_db()
    assert submission.state == state


def test_of_two_officers_the_second_sees_what_the_first_did(client: Client, officer: User) -> None:
    submission = make_submission(state=State.IN_REVIEW)
    seen = mark(submission)
    first = Client()
    first.force_login(make_officer(OWN))
    first.post(address("move", submission, "verify"), seen)
    response = client.post(address("move", submission, "return"), {**seen, "text": "typed for nothing"})
    html = response.content.decode()
    assert response.status_code == 409
    assert "Somebody changed this submission" in html
    assert "Review: Verified" in html
    submission.refresh_from_db()
    assert submission.state == State.VERIFIED
    assert not Comment.objects.exists()


def test_assigning(client: Client, officer: User) -> None:
    colleague, foreign, submission = make_officer(OWN), make_officer(ClusterId.CRAFTS), make_submission()
    offered = [option.get("value") for option in page(client, submission).all("option")]
    assert str(colleague.pk) in offered
    assert str(foreign.pk) not in offered
    for chosen, expected in ((str(colleague.pk), colleague), ("nobody", None)):
        client.post(address("assign", submission), {**mark(submission), "officer": chosen})
        submission.refresh_from_db()
        assert submission.officer == expected
    for bad in (str(foreign.pk), "", "x", "99999999"):
        assert client.post(address("assign", submission), {**mark(submission), "officer": bad}).status_code == 422


# Comments -----------------------------------------------------------------------------------------


def test_a_comment_at_an_answer_and_taken_back(client: Client, officer: User) -> None:
    submission = make_submission(state=State.IN_REVIEW)
    data = {"question": "quality", "text": "Who checks?\n<b>", "revision": "1"}
    response = client.post(address("comment", submission), data)
    assert response["Location"] == address("change", submission) + "#a-quality"
    html = client.get(address("change", submission)).content.decode()
    row = html.split('id="a-quality"')[1].split('class="answer-row"')[0]
    assert "Who checks?<br>&lt;b&gt;" in row
    assert "Officer Lin" in row
    assert "1 comment" in html
    taken_back = address("take_back", submission, Comment.objects.get().pk)
    assert taken_back in row
    client.post(taken_back)
    html = client.get(address("change", submission)).content.decode()
    assert "Who checks?" not in html
    assert "comment taken back" in html


def test_a_refused_comment_keeps_what_was_typed(client: Client, officer: User) -> None:
    submission = make_submission(state=State.IN_REVIEW)
    for data, status in [
        ({"question": "quality", "text": "y" * 1001, "revision": "1"}, 422),
        ({"question": "quality", "text": "read an older revision", "revision": "0"}, 409),
        ({"question": "quality", "text": "no revision at all"}, 409),
    ]:
        response = client.post(address("comment", submission), data)
        assert response.status_code == status
        row = response.content.decode().split('id="a-quality"')[1].split('class="answer-row"')[0]
        assert f">{data['text']}</textarea>" in row
        assert '<details class="comment-new" open>' in row
    assert not Comment.objects.exists()


def test_a_comment_at_no_question_of_ours(client: Client, officer: User) -> None:
    submission = make_submission(state=State.IN_REVIEW)
    data = {"question": "shoe_size", "text": "?", "revision": "1"}
    assert client.post(address("comment", submission), data).status_code == 404


def test_a_comment_is_taken_back_under_its_own_submission_only(client: Client, officer: User) -> None:
    one, other = make_submission(state=State.IN_REVIEW), make_submission(state=State.IN_REVIEW)
    comment = commented(one)
    assert client.post(address("take_back", other, comment.pk)).status_code == 404
    assert Comment.objects.get().withdrawn_at is None


# Revisions ----------------------------------------------------------------------------------------


def corrected_once() -> Submission:
    submission = returned(production_control=1)
    report = make_report(submission)
    make_file(report, "fr")
    again = hands_in_again(corrects(submission, production_control=3), document=report.document)
    report.files.update(revision=1)  # type: ignore[attr-defined]
    return again


def test_an_earlier_revision_stands_with_what_was_changed(client: Client, officer: User) -> None:
    submission = corrected_once()
    html = client.get(address("change", submission)).content.decode()
    part = html.split('<section id="revisions">')[1].split("</section>")[0]
    assert "Revision 1" in part and "Single-point" in part
    assert 'href="#a-production_control"' in part
    row = html.split('id="a-production_control"')[1].split('class="answer-row"')[0]
    assert "Before the correction:" in row
    assert "at revision 1" in html  # the comment that was made then


def test_files_of_an_earlier_revision(client: Client, officer: User) -> None:
    submission = corrected_once()
    for file in submission.report.files.order_by("pk"):
        where = address("earlier_file", submission, 1, file.pk)
        assert where in client.get(address("change", submission)).content.decode()
        response = client.get(where)
        assert b"".join(response.streaming_content)
        assert "no-store" in response["Cache-Control"]
    event = submission.events.filter(kind=EventKind.REPORT_DOWNLOADED).last()  # type: ignore[attr-defined]
    assert event.detail == {"language": "fr", "format": "pdf", "revision": 1}
    other = make_report(make_submission()).files.first()
    assert client.get(address("earlier_file", submission, 1, other.pk)).status_code == 404
    assert client.get(address("earlier_file", submission, 2, file.pk)).status_code == 404


# Events -------------------------------------------------------------------------------------------


def test_the_events_as_a_file(client: Client, officer: User) -> None:
    submission = make_submission()
    actor = make_officer(OWN, name="=HYPERLINK(1)")
    log(submission, EventKind.REPORT_DOWNLOADED, by=actor, language="en", format="pdf")
    log(submission, EventKind.ASSIGNED, by=officer, officer=actor.pk)
    response = client.get(address("events", submission))
    rows = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))
    assert rows[0] == ["When", "What", "Who", "Detail"]
    assert response["Content-Type"].startswith("text/csv")
    assert rows[-3][1:] == ["report downloaded", "'=HYPERLINK(1)", "language: English · format: PDF"]
    assert rows[-2][1:] == ["assigned", "Officer Lin", "officer: =HYPERLINK(1)"]
    assert rows[-1][1:3] == ["exported", "Officer Lin"]
    assert submission.events.filter(kind=EventKind.EXPORTED).count() == 1  # type: ignore[attr-defined]
    assert client.post(address("events", submission)).status_code == 405


def test_everybody_who_reads_may_export_the_events(client: Client) -> None:
    client.force_login(make_officer(role=Role.AUDITOR))
    submission = make_submission()
    assert client.get(address("events", submission)).status_code == 200


def test_no_detail_is_shown_as_the_code_spells_it(client: Client, officer: User) -> None:
    submission = make_submission()
    log(submission, EventKind.COMMENTED, by=officer, comment=7, question="quality", revision=1)
    log(submission, EventKind.MAIL_SENT, by=None, mail="returned", person=officer.pk)
    html = client.get(address("change", submission)).content.decode()
    assert "question: Quality" in html
    assert "what: returned with comments" not in html.split('<section id="events">')[0]
    assert "recipient: Officer Lin · what: returned with comments" in html
    assert "comment: 7" not in html


# Who may ------------------------------------------------------------------------------------------

POSTS = ["move", "assign", "comment", "take_back"]


def knock(client: Client, name: str, submission: Submission) -> int:
    more = {"move": ["verify"], "take_back": [commented(submission).pk]}.get(name, [])
    data = {**mark(submission), "officer": "nobody", "question": "quality", "text": "?", "revision": "1"}
    return int(client.post(address(name, submission, *more), data).status_code)


@pytest.mark.parametrize("name", POSTS)
@pytest.mark.parametrize(
    ("who", "expected"), [
        (Role.OFFICER, 302), (Role.CITY_ADMIN, 302), (Role.AUDITOR, 403), ("foreign", 404), (Role.OWNER, 302),
        ("nobody", 302),
    ],
)
def test_who_gets_through(client: Client, name: str, who: str, expected: int) -> None:
    submission = make_submission(state=State.IN_REVIEW)
    people = {"foreign": lambda: make_officer(ClusterId.CRAFTS), Role.OWNER: make_owner, "nobody": lambda: None}
    person = people.get(who, lambda: make_officer(OWN, role=who))()
    if person is not None:
        client.force_login(person)
    before = Event.objects.count()
    assert knock(client, name, submission) == expected
    changed = Event.objects.count() > before
    assert changed == (who in (Role.OFFICER, Role.CITY_ADMIN) and name != "assign")


@pytest.mark.parametrize("name", POSTS)
def test_only_by_post_with_the_forms_own_mark(client: Client, officer: User, name: str) -> None:
    submission = make_submission(state=State.IN_REVIEW)
    more = {"move": ["verify"], "take_back": [commented(submission).pk]}.get(name, [])
    assert client.get(address(name, submission, *more)).status_code == 405
    guarded = Client(enforce_csrf_checks=True)
    guarded.force_login(officer)
    assert guarded.post(address(name, submission, *more), mark(submission)).status_code == 403


@pytest.mark.parametrize("move", ["withdraw", "resubmit", "comment", "delete", "TAKE"])
def test_moves_that_are_no_button_are_not_found(client: Client, officer: User, move: str) -> None:
    submission = make_submission()
    assert client.post(address("move", submission, move), mark(submission)).status_code == 404


@pytest.mark.parametrize("name", [*POSTS, "events"])
@pytest.mark.parametrize("state", [State.DRAFT, State.WITHDRAWN])
def test_drafts_and_withdrawn_ones_are_not_there(client: Client, officer: User, name: str, state: str) -> None:
    submission = make_submission(state=state)
    more = {"move": ["take"], "take_back": [commented(submission).pk]}.get(name, [])
    method = client.get if name == "events" else client.post
    assert method(address(name, submission, *more)).status_code == 404


def test_an_auditor_sees_no_button(client: Client) -> None:
    client.force_login(make_officer(role=Role.AUDITOR))
    submission = make_submission(state=State.IN_REVIEW)
    commented(submission, "quality")
    shown = page(client, submission)
    forms = {form.get("action", "") for form in shown.all("form")}
    assert not any(f"/{submission.pk}/" in where for where in forms)


# The list -----------------------------------------------------------------------------------------


def act(client: Client, action: str, *rows: Submission, **more: Any) -> Any:
    data = {"action": action, ACTION_CHECKBOX_NAME: [row.pk for row in rows], **more}
    return client.post(reverse(LIST), data, follow=True)


def test_taking_many(client: Client, officer: User) -> None:
    new, second, verified = make_submission(), make_submission(), make_submission(state=State.VERIFIED)
    foreign = make_submission(ClusterId.CRAFTS)
    html = act(client, "take_selected", new, second, verified, foreign).content.decode()
    assert "2 submissions taken for review." in html
    assert "1 left as it is" in html
    states = dict(Submission.objects.values_list("pk", "state"))
    assert states == {new.pk: "in_review", second.pk: "in_review", verified.pk: "verified", foreign.pk: "submitted"}
    assert Event.objects.filter(kind=EventKind.STATE_CHANGED, actor=officer).count() == 2


def test_assigning_many_to_me(client: Client, officer: User) -> None:
    rows, foreign = [make_submission(), make_submission(state=State.RETURNED)], make_submission(ClusterId.CRAFTS)
    assert "2 submissions assigned." in act(client, "assign_selected_to_me", *rows, foreign).content.decode()
    assert set(Submission.objects.filter(officer=officer)) == set(rows)


def test_assigning_many_to_a_colleague(client: Client, officer: User) -> None:
    colleague, foreign, rows = make_officer(OWN), make_officer(ClusterId.CRAFTS), [make_submission() for _ in range(2)]
    shown = elements(act(client, "assign_selected", *rows))
    offered = {option["value"] for option in shown.all("option")}
    assert {str(colleague.pk), str(officer.pk), "nobody"} <= offered
    assert str(foreign.pk) not in offered
    assert len(shown.all("input", name=ACTION_CHECKBOX_NAME)) == 2
    act(client, "assign_selected", *rows, officer=str(foreign.pk))
    assert not Submission.objects.exclude(officer=None).exists()
    act(client, "assign_selected", *rows, officer=str(colleague.pk))
    assert Submission.objects.filter(officer=colleague).count() == 2
    act(client, "assign_selected", rows[0], officer="nobody")
    assert Submission.objects.filter(officer=colleague).count() == 1


@pytest.mark.parametrize("action", ["take_selected", "assign_selected_to_me", "assign_selected"])
def test_an_auditor_is_offered_no_such_action_and_gets_none_through(client: Client, action: str) -> None:
    client.force_login(make_officer(role=Role.AUDITOR))
    submission = make_submission()
    assert not elements(client.get(reverse(LIST))).all("option", value=action)
    act(client, action, submission, officer="nobody")
    submission.refresh_from_db()
    assert (submission.state, submission.officer) == (State.SUBMITTED, None)
    assert not Event.objects.filter(kind__in=(EventKind.ASSIGNED, EventKind.STATE_CHANGED)).exists()


# Queries ------------------------------------------------------------------------------------------


def queries(client: Client, submission: Submission) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address("change", submission)).status_code == 200
    return len(captured)


def test_the_page_asks_as_often_for_one_comment_event_and_colleague_as_for_many(client: Client, officer: User) -> None:
    submission = corrected_once()
    commented(submission, "quality")
    log(submission, EventKind.ASSIGNED, by=officer, officer=officer.pk)
    queries(client, submission)
    before = queries(client, submission)
    for question in ("quality", "marketing", ""):
        comment = commented(submission, question)
        Comment.objects.filter(pk=comment.pk).update(author=make_officer(OWN))
    log(submission, EventKind.ASSIGNED, by=make_officer(OWN), officer=make_officer(OWN).pk)
    assert queries(client, submission) == before
