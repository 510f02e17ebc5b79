"""What officers may do with a submission that was handed in: every state with every move, by every role."""

from __future__ import annotations

import pytest

from clusters.models import Role
from diagnosis import review_actions as review
from diagnosis.actions import NotADraft
from diagnosis.domain.review_rules import TRANSITIONS, Move
from diagnosis.models import Comment, EventKind, State
from tests.diagnosis.reviewing import OWN, commented, corrects, do, hands_in_again, moved, person, returned
from tests.factories import make_officer, make_owner, make_submission

pytestmark = pytest.mark.django_db
CROWD = (Role.OFFICER, Role.CITY_ADMIN, Role.AUDITOR, Role.OWNER, "other cluster", "gone", None)
OFFICERS_MOVES = [Move.TAKE, Move.ASSIGN, Move.COMMENT, Move.TAKE_BACK, Move.RETURN, Move.VERIFY, Move.REOPEN]
OWNERS_MOVES = [Move.CORRECT, Move.RESUBMIT, Move.WITHDRAW]
HANDED_IN = [state for state in State.values if state != State.DRAFT]


# The table ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", CROWD)
@pytest.mark.parametrize("state", HANDED_IN)
@pytest.mark.parametrize("move", OFFICERS_MOVES)
def test_officers_moves(state: str, move: Move, who: str | None) -> None:
    submission, by = make_submission(state=state), person(who)
    commented(submission)
    before = moved(submission)
    step = TRANSITIONS.get((state, move))
    if who not in (Role.OFFICER, Role.CITY_ADMIN):
        with pytest.raises(review.NotAllowed):
            do(move, submission, by)
    elif step is None:
        with pytest.raises(review.NoSuchMove):
            do(move, submission, by)
    else:
        do(move, submission, by)
        submission.refresh_from_db()
        assert submission.state == step.to
        assert moved(submission)[1] > before[1], "no event was written"
        return
    assert moved(submission) == before


@pytest.mark.parametrize("state", HANDED_IN)
@pytest.mark.parametrize("move", OWNERS_MOVES)
def test_owners_moves(state: str, move: Move) -> None:
    owner = make_owner()
    submission = make_submission(state=state, owner=owner)
    before = moved(submission)
    step = TRANSITIONS.get((state, move))
    if step is None:
        with pytest.raises((review.NoSuchMove, NotADraft)):
            do(move, submission, owner)
        assert moved(submission) == before
        return
    do(move, submission, owner)
    submission.refresh_from_db()
    assert submission.state == step.to
    assert moved(submission) != before


@pytest.mark.parametrize("move", [Move.ASSIGN, Move.COMMENT, Move.CORRECT])
def test_moves_without_a_new_state_are_not_asked_for_as_such(move: Move) -> None:
    officer, submission = make_officer(OWN), make_submission()
    with pytest.raises(review.NoSuchMove):
        review.move(submission=submission, move=move, by=officer, seen=review.mark_of(submission))


# Take, return, verify, reopen ---------------------------------------------------------------------


def test_taking_makes_it_ones_own() -> None:
    officer, submission = make_officer(OWN), make_submission()
    taken = do(Move.TAKE, submission, officer)
    assert (taken.state, taken.officer) == (State.IN_REVIEW, officer)
    kinds = list(submission.events.values_list("kind", "actor", "detail"))[-2:]  # type: ignore[attr-defined]
    assert kinds == [
        (EventKind.ASSIGNED, officer.pk, {"officer": officer.pk}),
        (EventKind.STATE_CHANGED, officer.pk, {"from": "submitted", "to": "in_review", "revision": 1}),
    ]


def test_returning_needs_a_comment_of_this_revision() -> None:
    officer, submission = make_officer(OWN), make_submission(state=State.IN_REVIEW)
    taken_back = commented(submission)
    Comment.objects.filter(pk=taken_back.pk).update(withdrawn_at=taken_back.at)
    Comment.objects.create(submission=submission, revision=9, text="of another revision")
    seen = review.mark_of(submission)
    for text in ("", "   \n"):
        with pytest.raises(review.CommentNeeded):
            review.move(submission=submission, move=Move.RETURN, by=officer, seen=seen, text=text)
    with pytest.raises(review.TextRefused):
        review.move(submission=submission, move=Move.RETURN, by=officer, seen=seen, text="长" * 1001)
    assert Comment.objects.count() == 2
    commented(submission, "quality")
    review.move(submission=submission, move=Move.RETURN, by=officer, seen=seen)
    submission.refresh_from_db()
    assert submission.state == State.RETURNED


def test_a_general_comment_is_enough_and_is_kept() -> None:
    officer, submission = make_officer(OWN), make_submission(state=State.IN_REVIEW)
    seen = review.mark_of(submission)
    review.move(submission=submission, move=Move.RETURN, by=officer, seen=seen, text=" 请核对营业收入 ")
    comment = Comment.objects.get()
    assert (comment.question, comment.text, comment.author) == ("", "请核对营业收入", officer)
    assert submission.events.filter(kind=EventKind.COMMENTED).count() == 1  # type: ignore[attr-defined]


@pytest.mark.parametrize("state", [State.RETURNED, State.VERIFIED])
def test_reopening_says_why(state: str) -> None:
    officer, submission = make_officer(OWN), make_submission(state=state)
    seen = review.mark_of(submission)
    with pytest.raises(review.ReasonNeeded):
        review.move(submission=submission, move=Move.REOPEN, by=officer, seen=seen, text=" ")
    review.move(submission=submission, move=Move.REOPEN, by=officer, seen=seen, text="走访后有新情况")
    event = submission.events.get(kind=EventKind.STATE_CHANGED)  # type: ignore[attr-defined]
    assert event.detail == {"from": state, "to": "in_review", "revision": 1, "reason": "走访后有新情况"}


def test_a_correction_begun_outlives_a_second_look() -> None:
    officer, submission = make_officer(OWN), returned()
    corrects(submission, quality=3)
    for move in (Move.REOPEN, Move.VERIFY, Move.REOPEN, Move.RETURN):
        submission.refresh_from_db()
        do(move, submission, officer)
    submission.refresh_from_db()
    assert submission.correction is not None
    assert submission.correction["quality"] == 3


@pytest.mark.parametrize("seen", ["", "submitted.1.0", "in_review.2.0", "in_review.1.99999999"])
def test_a_page_that_is_no_longer_right_changes_nothing(seen: str) -> None:
    officer, submission = make_officer(OWN), make_submission(state=State.IN_REVIEW)
    before = moved(submission)
    with pytest.raises(review.Overtaken):
        review.move(submission=submission, move=Move.VERIFY, by=officer, seen=seen)
    with pytest.raises(review.Overtaken):
        review.assign(submission=submission, officer=officer, by=officer, seen=seen)
    assert moved(submission) == before


# Assignment ---------------------------------------------------------------------------------------


def test_assigning_to_a_colleague_and_to_nobody() -> None:
    officer, colleague, submission = make_officer(OWN), make_officer(OWN), make_submission()
    submission = review.assign(
        submission=submission, officer=colleague, by=officer, seen=review.mark_of(submission)
    )
    assert submission.officer == colleague
    submission = review.assign(submission=submission, officer=None, by=officer, seen=review.mark_of(submission))
    assert submission.officer is None
    details = submission.events.filter(kind=EventKind.ASSIGNED).values_list("detail", flat=True)  # type: ignore[attr-defined]
    assert list(details) == [{"officer": colleague.pk}, {"officer": None}]


def test_assigning_again_to_the_same_writes_nothing() -> None:
    officer, submission = make_officer(OWN), make_submission()
    submission = review.assign(submission=submission, officer=officer, by=officer, seen=review.mark_of(submission))
    before = moved(submission)
    review.assign(submission=submission, officer=officer, by=officer, seen=review.mark_of(submission))
    assert moved(submission) == before


@pytest.mark.parametrize("who", ["other cluster", "gone", Role.AUDITOR, Role.OWNER])
def test_only_who_sees_the_cluster_and_may_change_is_assigned(who: str) -> None:
    officer, submission = make_officer(OWN), make_submission()
    before = moved(submission)
    with pytest.raises(review.NotAnOfficerHere):
        review.assign(submission=submission, officer=person(who), by=officer, seen=review.mark_of(submission))
    assert moved(submission) == before


def test_who_is_offered_is_who_may_be_assigned() -> None:
    people = {who: person(who) for who in CROWD if who}
    make_officer(OWN, "crafts")
    offered = list(review.officers_of(OWN))
    assert people[Role.OFFICER] in offered and people[Role.CITY_ADMIN] in offered
    assert len(offered) == len(set(offered)) == 3
    assert all(review.is_officer_of(one, OWN) for one in offered)


# Comments -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["", "  ", "长" * 1001])
def test_a_comment_has_words_and_is_not_too_long(text: str) -> None:
    officer, submission = make_officer(OWN), make_submission()
    with pytest.raises(review.TextRefused):
        review.comment(submission=submission, question="quality", text=text, by=officer, revision=1)
    assert not Comment.objects.exists()
    review.comment(submission=submission, question="quality", text="长" * 1000, by=officer, revision=1)


def test_a_comment_names_a_question_and_the_revision_read() -> None:
    officer, submission = make_officer(OWN), make_submission()
    with pytest.raises(review.NoSuchQuestion):
        review.comment(submission=submission, question="shoe_size", text="?", by=officer, revision=1)
    with pytest.raises(review.Overtaken):
        review.comment(submission=submission, question="quality", text="?", by=officer, revision=2)
    assert not Comment.objects.exists()


def test_a_double_click_comments_once() -> None:
    officer, submission = make_officer(OWN), make_submission()
    for _ in range(2):
        do(Move.COMMENT, submission, officer)
    assert Comment.objects.count() == 1
    assert submission.events.filter(kind=EventKind.COMMENTED).count() == 1  # type: ignore[attr-defined]


def test_a_comment_is_taken_back_once_and_stays_in_the_log() -> None:
    officer, submission = make_officer(OWN), make_submission()
    comment = do(Move.COMMENT, submission, officer)
    for _ in range(2):
        review.take_back(comment=comment, by=officer)
    assert not review.standing_comments(submission).exists()
    assert Comment.objects.get().withdrawn_at is not None
    event = submission.events.get(kind=EventKind.COMMENT_WITHDRAWN)  # type: ignore[attr-defined]
    assert event.detail == {"comment": comment.pk, "question": "quality"}


def test_a_comment_of_an_earlier_revision_stays() -> None:
    officer, submission = make_officer(OWN), returned()
    hands_in_again(submission)
    with pytest.raises(review.Overtaken):
        review.take_back(comment=Comment.objects.get(), by=officer)
    assert Comment.objects.get().withdrawn_at is None


def test_events_never_hold_what_a_comment_or_answer_says() -> None:
    officer, submission = make_officer(OWN), make_submission(state=State.IN_REVIEW)
    do(Move.COMMENT, submission, officer)
    do(Move.RETURN, submission, officer)
    said = str(list(submission.events.values_list("detail", flat=True)))  # type: ignore[attr-defined]
    assert "为什么" not in said
    assert submission.company_name not in said
