"""Making the frozen documents (a submission's report, an owner's plan) from content and live records."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any

from django.utils import timezone

from clusters.content import get_cases, get_places, get_references
from clusters.domain.directory import Helper
from clusters.models import Provider
from diagnosis.content import cluster_bounds, get_questionnaire
from diagnosis.domain.answers import Answers
from diagnosis.domain.carry_over import carried_over
from diagnosis.models import Submission
from diagnosis.wording import get_wording, peers
from recommendations.content import get_catalogue, get_directory_words, get_report_words
from recommendations.domain.changes import changes_part
from recommendations.domain.owner_plan import Asked, plan_document
from recommendations.domain.policy import Programme
from recommendations.domain.report import SCHEMA, Library, advise, build_document
from recommendations.models import PolicyProgramme, ProgrammeStatus, Report


@cache
def _library_without_programmes() -> Library:
    return Library(
        questionnaire=get_questionnaire(), wording=get_wording(), words=get_report_words(),
        catalogue=get_catalogue(), cluster_bounds=cluster_bounds(), programmes=(),
        cases=get_cases(), references=get_references(), directory_words=get_directory_words(),
    )


def library_with(programmes: tuple[Programme, ...], directory: tuple[Helper, ...] = ()) -> Library:
    return replace(_library_without_programmes(), programmes=programmes, directory=directory)


def live_programmes() -> tuple[Programme, ...]:
    """The published programmes as officers keep them."""
    rows = PolicyProgramme.objects.filter(status=ProgrammeStatus.PUBLISHED).order_by("key")
    return tuple(
        Programme.model_validate({**row.rule, "id": row.key, "verified_on": row.verified_on}) for row in rows
    )


def live_directory() -> tuple[Helper, ...]:
    """The directory of helpers as officers keep it."""
    return tuple(row.as_helper() for row in Provider.objects.filter(active=True).order_by("pk"))


def today() -> date:
    return timezone.localdate()


def answers_in_use(submission: Submission) -> Answers:
    """The submission's answers as far as today's questionnaire still takes them."""
    return carried_over(submission.answers, get_questionnaire(), get_places().cluster_of_subsector)


def make_document(submission: Submission) -> dict[str, Any]:
    """The whole report of one submission as plain data."""
    assert submission.submitted_at is not None
    library = library_with(live_programmes(), live_directory())
    submitted_on = timezone.localdate(submission.submitted_at)
    advice = advise(library, submission.answer_set(), today=submitted_on)
    document = build_document(
        library, advice, reference=submission.reference, submitted_on=submitted_on, revision=submission.revision,
        peers=peers(submission),
    )
    return document | {"changes": _changes(submission, document)}


def _changes(submission: Submission, document: dict[str, Any]) -> dict[str, Any] | None:
    """What changed since the revision before, or since the diagnosis before of the same firm; None without one."""
    if submission.revision > 1:
        return _corrections(submission, document)
    before = submission.previous
    if before is None or before.uscc != submission.uscc:
        return None
    report = Report.objects.filter(submission=before, document__isnull=False).first()
    if report is None or report.document.get("schema") != SCHEMA:
        return None
    return _compared(submission, document, report.document, before.answer_set())


def _corrections(submission: Submission, document: dict[str, Any]) -> dict[str, Any] | None:
    """What the owner corrected. No measure was carried out by correcting an answer, so none is called done."""
    before = submission.revisions.filter(number=submission.revision - 1).first()  # type: ignore[attr-defined]
    if before is None or before.document is None or before.document.get("schema") != SCHEMA:
        return None
    return _compared(submission, document, before.document, Answers.from_json(before.answers)) | {"plan": []}


def _compared(
    submission: Submission, document: dict[str, Any], before: dict[str, Any], answers_before: Answers
) -> dict[str, Any]:
    return changes_part(
        get_questionnaire(),
        get_wording(),
        get_report_words(),
        get_catalogue(),
        before=before,
        answers_before=answers_before,
        now=document,
        answers_now=submission.answer_set(),
    )


def make_plan(submission: Submission, stored: dict[str, Any], asked: Asked) -> dict[str, Any]:
    """An owner's plan beside the stored result; raises TargetError where the target does not apply."""
    library = library_with(live_programmes())
    answers = answers_in_use(submission)
    advice = advise(library, asked.applied_to(answers), today=today(), wish=asked.wish)
    return plan_document(library, advice, asked, stored=stored, answers=answers, made_on=today())
