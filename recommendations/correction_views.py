"""What the owner sees of a review: what is asked, the correction before it is handed in again, earlier versions."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from clusters import limits
from clusters.domain.localise import localise
from diagnosis.actions import Conflict, NotComplete
from diagnosis.content import diagnose_answers, get_questionnaire
from diagnosis.correction import asked_rows, corrected, working_set
from diagnosis.domain.differences import differences
from diagnosis.domain.progress import required_missing
from diagnosis.domain.review_rules import Move, Who, moves_from
from diagnosis.forms import SubmitForm
from diagnosis.localised import short_language
from diagnosis.models import State, Submission
from diagnosis.reading import found_rows, verdicts_part
from diagnosis.review_actions import Refused, correction_mark
from diagnosis.verification import standing_levels
from diagnosis.views import actor
from diagnosis.wording import flags, get_wording
from recommendations import actions


def standing(submission: Submission) -> dict[str, Any]:
    """What stands above the result: the officer's questions, that it is withdrawn, and earlier versions."""
    returned, verified = submission.state == State.RETURNED, submission.state == State.VERIFIED
    language = short_language()
    return {
        "returned": returned,
        "withdrawn": submission.state == State.WITHDRAWN,
        "verified": verified,
        "verdicts": localise(verdicts_part(submission), language) if verified else None,
        "found": localise(found_rows(submission, standing_levels(submission)), language) if verified else [],
        "asked": asked_rows(submission),
        "corrected": len(corrected(submission)) if returned else 0,
        "may_withdraw": Move.WITHDRAW in moves_from(submission.state, Who.OWNER),
        "earlier": earlier_revisions(submission),
    }


def earlier_revisions(submission: Submission) -> list[dict[str, Any]]:
    """Number, day and whether there is a document, of what was handed in before. Asks nothing at revision 1."""
    if submission.revision == 1:
        return []
    rows = submission.revisions.exclude(document=None)  # type: ignore[attr-defined]
    return list(rows.values("number", "submitted_at"))


def review_correction(request: HttpRequest, submission: Submission) -> HttpResponse:
    """The correction before it is handed in again: what was asked, what changed, and the owner's consent."""
    form = SubmitForm(request.POST or None)
    if request.method != "POST":
        return _show(request, submission, form)
    if not form.is_valid():
        return _show(request, submission, form, status=422)
    if seconds := limits.wait(request, "hand_in"):
        limits.say(request, seconds)
        return limits.refused(_show(request, submission, form), seconds)
    try:
        actions.submit_again(
            submission=submission, by=actor(request), seen=request.POST.get("seen", ""),
            consent_statistics=form.cleaned_data["consent_statistics"],
        )
    except Conflict:
        submission.refresh_from_db()
        return _show(request, submission, form, status=409, conflict=True)
    except NotComplete:
        return _show(request, submission, form, status=422)
    except Refused:
        messages.warning(request, _("It was handed in or changed its state meanwhile."))
    return redirect("recommendations:result", submission.reference)


def _show(
    request: HttpRequest, submission: Submission, form: SubmitForm, *, status: int = 200, conflict: bool = False
) -> HttpResponse:
    questionnaire, language, answers = get_questionnaire(), short_language(), working_set(submission)
    context = {
        "submission": submission, "form": form, "conflict": conflict, "seen": correction_mark(submission),
        "asked": asked_rows(submission),
        "changes": localise(
            differences(questionnaire, get_wording(), submission.answer_set(), answers), language
        ),
        "flags": localise(flags(diagnose_answers(answers)), language),
        "required_missing": [questionnaire.questions[id] for id in required_missing(answers)],
        "page_of": questionnaire.page_of, "pages": questionnaire.pages,
    }
    return render(request, "recommendations/correction.html", context, status=status)


__all__ = ["earlier_revisions", "review_correction", "standing"]
