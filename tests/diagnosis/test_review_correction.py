"""The owner corrects, hands in again or withdraws; and what happens when two act at the same moment."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from clusters.models import ClusterId, Role, User
from diagnosis import review_actions as review
from diagnosis.actions import Conflict, NotADraft, NotComplete, fingerprint, save_page
from diagnosis.benchmarks import counted_submissions
from diagnosis.correction import asked_rows, corrected, working_answers
from diagnosis.domain.review_rules import Move
from diagnosis.models import Comment, Company, EventKind, Revision, State, Submission
from tests.diagnosis.reviewing import OWN, commented, corrects, do, hands_in_again, moved, returned, together
from tests.factories import make_officer, make_owner, make_submission, make_uscc

pytestmark = pytest.mark.django_db


# The owner's correction ---------------------------------------------------------------------------


def test_a_correction_waits_beside_the_answers() -> None:
    submission = returned(quality=1)
    verdict = submission.verdict
    corrects(submission, quality=3)
    submission.refresh_from_db()
    assert submission.answers["quality"] == 1
    assert submission.correction is not None
    assert submission.correction == {**submission.answers, "quality": 3}
    assert submission.verdict == verdict
    assert corrected(submission) == ("quality",)
    assert [row["changed"] for row in asked_rows(submission)] == [True]


def test_another_windows_correction_is_not_overwritten() -> None:
    submission = returned(quality=1)
    stale = fingerprint(working_answers(submission), ("quality",))
    corrects(submission, quality=3)
    with pytest.raises(Conflict) as conflict:
        save_page(submission=submission, ids=("quality",), values={"quality": 2}, seen=stale)
    assert conflict.value.stored == {"quality": 3}
    submission.refresh_from_db()
    assert submission.correction is not None
    assert submission.correction["quality"] == 3


def test_handing_in_again_keeps_what_was_handed_in_before() -> None:
    owner = make_owner()
    submission = make_submission(state=State.RETURNED, owner=owner, production_control=1)
    commented(submission, "production_control")
    was = Submission.objects.get(pk=submission.pk)
    for question in ("production_control", "marketing", "product_design"):
        submission = corrects(submission, **{question: 2})
    document = {"schema": 1, "said": "then"}
    again = hands_in_again(submission, by=owner, document=document, consent_statistics=False)
    kept = Revision.objects.get()
    assert (kept.number, kept.answers, kept.verdict) == (1, was.answers, was.verdict)
    assert (kept.document, kept.submitted_at, kept.content_version) == (document, was.submitted_at, was.content_version)
    again.refresh_from_db()
    assert (again.state, again.revision, again.correction) == (State.SUBMITTED, 2, None)
    assert again.answers["production_control"] == 2
    assert not again.consent_statistics
    assert again.distance is not None and was.distance is not None
    assert again.distance < was.distance
    assert again.submitted_at is not None and was.submitted_at is not None
    assert again.submitted_at > was.submitted_at
    event = submission.events.filter(kind=EventKind.SUBMITTED).last()  # type: ignore[attr-defined]
    assert (event.actor, event.detail) == (owner, {"revision": 2})


def test_handing_in_unchanged_is_allowed() -> None:
    submission = returned()
    again = hands_in_again(submission)
    assert again.answers == submission.answers
    assert again.revision == 2


def test_a_corrected_code_leads_to_another_company_and_a_corrected_cluster_to_other_officers() -> None:
    officer = make_officer(OWN)
    submission = returned()
    Submission.objects.filter(pk=submission.pk).update(officer=officer)
    uscc = make_uscc()
    submission = corrects(submission, uscc=uscc)
    submission = corrects(submission, cluster=ClusterId.CRAFTS.value)
    again = hands_in_again(submission)
    assert again.company == Company.objects.get(uscc=uscc)
    assert (again.cluster, again.officer) == (ClusterId.CRAFTS, None)
    assert not Submission.objects.visible_to(officer).filter(pk=again.pk).exists()  # type: ignore[attr-defined]


def test_the_officer_keeps_it_when_the_cluster_stays() -> None:
    officer, submission = make_officer(OWN), returned()
    Submission.objects.filter(pk=submission.pk).update(officer=officer)
    assert hands_in_again(submission).officer == officer


def test_verified_figures_stay_with_the_revision_they_were_found_for() -> None:
    submission = returned()
    Submission.objects.filter(pk=submission.pk).update(
        verified_verdict=submission.verdict, verified_type=submission.type, verified_stage=submission.stage,
        verified_distance=submission.distance,
    )
    again = hands_in_again(submission)
    again.refresh_from_db()
    assert (again.verified_verdict, again.verified_type, again.verified_stage) == (None, "", None)
    assert Revision.objects.get().verified_verdict == submission.verdict


def test_what_was_not_looked_at_is_not_handed_in() -> None:
    submission = returned(quality=1)
    seen = review.correction_mark(submission)
    corrects(submission, quality=3)
    before = moved(submission)
    with pytest.raises(Conflict):
        hands_in_again(submission, seen=seen)
    assert moved(submission) == before


def test_without_the_firms_name_it_is_not_handed_in() -> None:
    submission = returned()
    ids = ("company_name",)
    save_page(submission=submission, ids=ids, values={}, seen=fingerprint(submission.answers, ids))
    submission.refresh_from_db()
    before = moved(submission)
    with pytest.raises(NotComplete) as missing:
        hands_in_again(submission)
    assert missing.value.missing == ids
    assert moved(submission) == before


def test_comments_of_an_earlier_revision_do_not_return_the_next() -> None:
    officer, submission = make_officer(OWN), returned()
    again = do(Move.TAKE, hands_in_again(submission), officer)
    assert asked_rows(again) == []
    with pytest.raises(review.CommentNeeded):
        review.move(submission=again, move=Move.RETURN, by=officer, seen=review.mark_of(again))


# Withdrawing --------------------------------------------------------------------------------------


def test_a_withdrawn_one_is_gone_for_officers_and_statistics() -> None:
    submission = returned()
    corrects(submission, quality=3)
    assert counted_submissions().filter(pk=submission.pk).exists()
    review.withdraw(submission=submission, by=None)
    submission.refresh_from_db()
    assert (submission.state, submission.correction) == (State.WITHDRAWN, None)
    assert not counted_submissions().filter(pk=submission.pk).exists()
    for role in (Role.OFFICER, Role.CITY_ADMIN, Role.AUDITOR):
        seen = Submission.objects.visible_to(make_officer(OWN, role=role))  # type: ignore[attr-defined]
        assert not seen.filter(pk=submission.pk).exists()


# The database -------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", [State.DRAFT, State.SUBMITTED, State.WITHDRAWN])
def test_no_correction_where_none_may_wait(state: str) -> None:
    submission = make_submission(state=state)
    with pytest.raises(IntegrityError, match="correction_after_return"), transaction.atomic():
        Submission.objects.filter(pk=submission.pk).update(correction={"quality": 1})


def test_a_revision_is_kept_once_and_a_comment_says_something() -> None:
    submission = returned()
    hands_in_again(submission)
    kept = Revision.objects.get()
    kept.pk = None
    with pytest.raises(IntegrityError, match="revision_once"), transaction.atomic():
        kept.save()
    with pytest.raises(IntegrityError, match="comment_not_empty"), transaction.atomic():
        Comment.objects.create(submission=submission, revision=1, text="")


# Two at once --------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_two_officers_take_at_once_and_one_gets_it() -> None:
    officers, submission = [make_officer(OWN), make_officer(OWN)], make_submission()
    seen = review.mark_of(submission)

    def take(officer: User) -> Callable[[], Any]:
        return lambda: review.move(submission=submission, move=Move.TAKE, by=officer, seen=seen)

    results = together(*map(take, officers))
    winners = [result for result in results if isinstance(result, Submission)]
    assert len(winners) == 1
    assert sum(isinstance(result, review.Overtaken) for result in results) == 1
    submission.refresh_from_db()
    assert submission.officer == winners[0].officer
    assert submission.events.filter(kind=EventKind.STATE_CHANGED).count() == 1  # type: ignore[attr-defined]


@pytest.mark.django_db(transaction=True)
def test_verified_or_withdrawn_but_not_both() -> None:
    officer, submission = make_officer(OWN), make_submission(state=State.IN_REVIEW)
    seen = review.mark_of(submission)
    results = together(
        lambda: review.move(submission=submission, move=Move.VERIFY, by=officer, seen=seen),
        lambda: review.withdraw(submission=submission, by=None),
    )
    assert sum(isinstance(result, review.Refused) for result in results) == 1
    submission.refresh_from_db()
    assert submission.state in (State.VERIFIED, State.WITHDRAWN)
    assert submission.events.filter(kind=EventKind.STATE_CHANGED).count() == 1  # type: ignore[attr-defined]


@pytest.mark.django_db(transaction=True)
def test_a_double_click_hands_in_one_revision() -> None:
    submission = returned()
    seen = review.correction_mark(submission)
    results = together(*[lambda: hands_in_again(submission, seen=seen)] * 2)
    assert sum(isinstance(result, review.NoSuchMove) for result in results) == 1
    submission.refresh_from_db()
    assert submission.revision == 2
    assert Revision.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_correction_saved_while_it_is_handed_in_is_in_it_or_refused() -> None:
    submission = returned(quality=1)
    seen = review.correction_mark(submission)
    results = together(
        lambda: hands_in_again(submission, seen=seen), lambda: corrects(submission, quality=3),
    )
    submission.refresh_from_db()
    if isinstance(results[1], NotADraft):
        assert (submission.revision, submission.answers["quality"]) == (2, 1)
    else:
        assert isinstance(results[0], Conflict)
        assert submission.correction is not None
        assert (submission.revision, submission.correction["quality"]) == (1, 3)
