"""A returned diagnosis and small steps of its owner."""

from __future__ import annotations

from typing import Any

from django.test import Client

from diagnosis import review_actions
from diagnosis.content import get_questionnaire
from diagnosis.models import State, Submission
from recommendations import actions
from recommendations.models import Report
from tests.diagnosis.reviewing import commented
from tests.factories import make_report, make_submission
from tests.journeys import Elements, browser_of

RESULT, REVIEW, WITHDRAW = "recommendations:result", "recommendations:review", "diagnosis:withdraw"
CONSENT = {"consent_use": "on", "consent_statistics": "on"}


def returned(**answers: Any) -> Submission:
    submission = make_submission(state=State.RETURNED, **answers)
    make_report(submission, full=True)
    commented(submission, "quality", "Who checks the shoes?")
    return submission


def english(*submissions: Submission) -> Client:
    return browser_of(*submissions, headers={"accept-language": "en"})


def form_of(shown: Elements) -> dict[str, Any]:
    """What the form of the page would send as it stands."""
    data: dict[str, Any] = {}
    for tag, found in shown.tags:
        name = found.get("name", "")
        if tag == "input" and name and found.get("type") not in ("radio", "checkbox"):
            data[name] = found.get("value", "")
        elif tag == "input" and name and "checked" in found:
            data.setdefault(name, []).append(found.get("value", "on"))
        elif tag == "option" and "selected" in found:
            data.setdefault("county", found.get("value", ""))
    return data


def fetched(response: Any) -> bytes:
    assert response.status_code == 200
    return b"".join(response.streaming_content)


def page_with(question: str) -> str:
    return get_questionnaire().page_of[question].id


def hand_in_again(submission: Submission) -> Report:
    submission.refresh_from_db()
    seen = review_actions.correction_mark(submission)
    return actions.submit_again(submission=submission, consent_statistics=True, by=None, seen=seen)
