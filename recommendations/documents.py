"""Making the frozen document of a submission from content and live records."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Any

from django.utils import timezone

from clusters.content import get_cases, get_references
from diagnosis.content import cluster_bounds, get_questionnaire
from diagnosis.models import Submission
from diagnosis.wording import get_wording
from recommendations.content import get_catalogue, get_report_words
from recommendations.domain.policy import Programme
from recommendations.domain.report import Library, advise, build_document
from recommendations.models import PolicyProgramme, ProgrammeStatus


@cache
def _library_without_programmes() -> Library:
    return Library(
        questionnaire=get_questionnaire(), wording=get_wording(), words=get_report_words(),
        catalogue=get_catalogue(), cluster_bounds=cluster_bounds(), programmes=(),
        cases=get_cases(), references=get_references(),
    )


def library_with(programmes: tuple[Programme, ...]) -> Library:
    return Library(**{**vars(_library_without_programmes()), "programmes": programmes})


def live_programmes() -> tuple[Programme, ...]:
    """The published programmes as officers keep them."""
    rows = PolicyProgramme.objects.filter(status=ProgrammeStatus.PUBLISHED).order_by("key")
    return tuple(
        Programme.model_validate({**row.rule, "id": row.key, "verified_on": row.verified_on}) for row in rows
    )


def today() -> date:
    return timezone.localdate()


def make_document(submission: Submission) -> dict[str, Any]:
    """The whole report of one submission as plain data."""
    assert submission.submitted_at is not None
    library = library_with(live_programmes())
    submitted_on = timezone.localdate(submission.submitted_at)
    advice = advise(library, submission.answer_set(), today=submitted_on)
    return build_document(
        library, advice, reference=submission.reference, submitted_on=submitted_on, revision=submission.revision
    )
