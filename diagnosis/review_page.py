"""What the page of one submission shows about its review: buttons, comments, earlier revisions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from clusters.domain.localise import localise
from clusters.models import User
from diagnosis.content import get_questionnaire
from diagnosis.domain.answers import Answers
from diagnosis.domain.differences import differences
from diagnosis.domain.review_rules import TRANSITIONS, Move, Need, Who, moves_from
from diagnosis.localised import short_language
from diagnosis.models import Comment, Revision, Submission
from diagnosis.review_actions import mark_of, officers_of
from diagnosis.wording import get_wording

Part = dict[str, Any]

# The moves that are a button of their own, with its label; the one an officer most often wants first.
BUTTONS: Final[Mapping[Move, str | Promise]] = {
    Move.TAKE: _("Take for review"),
    Move.VERIFY: _("Confirm as verified"),
    Move.RETURN: _("Return with comments"),
    Move.REOPEN: _("Review again"),
}


def review_part(submission: Submission, user: User, typed: Part | None = None) -> Part:
    """`typed` is what a refused form held: the move or question it belongs to, and the text."""
    allowed = frozenset(moves_from(submission.state, Who.OFFICER) if user.may_change else ())
    comments = list(Comment.objects.filter(submission=submission, withdrawn_at=None).select_related("author"))
    return {
        "mark": mark_of(submission),
        "buttons": [_button(submission.state, move) for move in BUTTONS if move in allowed],
        "officers": list(officers_of(submission.cluster)) if Move.ASSIGN in allowed else None,
        "may_comment": Move.COMMENT in allowed,
        "may_take_back": Move.TAKE_BACK in allowed,
        "standing": sum(comment.revision == submission.revision for comment in comments),
        "general": [comment for comment in comments if not comment.question],
        "comments": _by_question(comments),
        "reachable": submission.owner is not None and submission.owner.is_active,
        "typed": typed or {"at": "", "text": ""},
        "revisions": revision_parts(submission),
    }


def _button(state: str, move: Move) -> Part:
    needs = TRANSITIONS[state, move].needs
    return {"move": move.value, "label": BUTTONS[move], "needs": needs.value, "asks": needs != Need.NOTHING}


def _by_question(comments: list[Comment]) -> dict[str, list[Comment]]:
    found: dict[str, list[Comment]] = {}
    for comment in comments:
        found.setdefault(comment.question, []).append(comment)
    return found


def revision_parts(submission: Submission) -> list[Part]:
    """The earlier revisions, newest first, each with its result and what the next one changed."""
    if submission.revision == 1:
        return []
    rows: list[Revision] = list(submission.revisions.defer("document"))  # type: ignore[attr-defined]
    later = [submission.answer_set(), *(Answers.from_json(row.answers) for row in rows)]
    return [
        {
            "number": row.number, "submitted_at": row.submitted_at, "replaced_at": row.replaced_at,
            "type": get_wording().texts[f"type.{row.verdict['type']}"].to_dict(),
            "stage": row.verdict["stage"], "distance": row.verdict["distance"],
            "changes": differences(get_questionnaire(), get_wording(), Answers.from_json(row.answers), after),
        }
        for row, after in zip(rows, later, strict=False)
    ]


def answers_with_review(pages: list[Part], review: Part) -> list[Part]:
    """The pages of answers, each row with its comments and with what it said in the revision before."""
    revisions = localise(review["revisions"][:1], short_language())
    before = {row["answer"]: row["before"] for one in revisions for row in one["changes"]}
    for page in pages:
        for row in page["rows"]:
            row["comments"] = review["comments"].get(row["id"], [])
            row["before"] = before.get(row["id"], "")
    return pages


__all__ = ["BUTTONS", "answers_with_review", "review_part", "revision_parts"]
