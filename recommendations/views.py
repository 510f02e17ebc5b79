"""Review, submission, result and files of the owner's diagnosis."""

from __future__ import annotations

import logging
from typing import Any

from django.core.files.base import File
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from clusters import limits
from clusters.attachments import attachment
from clusters.domain.localise import localise
from clusters.localised import page_language
from clusters.models import User
from diagnosis import access
from diagnosis.actions import NotADraft, NotComplete, log
from diagnosis.chain_map import chain_map
from diagnosis.content import diagnose_answers, get_questionnaire
from diagnosis.domain.progress import progress, required_missing
from diagnosis.forms import SubmitForm
from diagnosis.localised import short_language
from diagnosis.models import EventKind, State, Submission
from diagnosis.views import actor
from diagnosis.wording import annex, flags
from recommendations import actions
from recommendations.correction_views import review_correction, standing
from recommendations.models import (
    FileFormat,
    FileKind,
    Plan,
    PrintedFile,
    PrintJob,
    Report,
    ReportFile,
    ReportState,
)
from recommendations.stored import FileLost, open_whole

logger = logging.getLogger(__name__)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def review(request: HttpRequest, reference: str) -> HttpResponse:
    """All answers before handing in: what is missing, what looks odd, and the owner's consent."""
    submission = access.get_own(request, reference)
    if submission.state == State.RETURNED:
        return review_correction(request, submission)
    if not submission.is_draft:
        return redirect("recommendations:result", reference)
    form = SubmitForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if seconds := limits.wait(request, "hand_in"):
            limits.say(request, seconds)
            return limits.refused(_show_review(request, submission, form, status=429), seconds)
        try:
            actions.submit(
                submission=submission,
                by=actor(request),
                consent_statistics=form.cleaned_data["consent_statistics"],
            )
        except NotADraft:
            pass  # a double click: the first one handed it in
        except NotComplete:
            return _show_review(request, submission, form, status=422)
        return redirect("recommendations:result", reference)
    return _show_review(request, submission, form, status=422 if request.method == "POST" else 200)


def _show_review(request: HttpRequest, submission: Submission, form: SubmitForm, *, status: int) -> HttpResponse:
    questionnaire, answers = get_questionnaire(), submission.answer_set()
    language = short_language()
    return render(
        request,
        "recommendations/review.html",
        {
            "submission": submission,
            "form": form,
            "progress": progress(questionnaire, answers),
            "annex": localise(annex(answers), language),
            "flags": localise(flags(diagnose_answers(answers)), language),
            "required_missing": [questionnaire.questions[id] for id in required_missing(answers)],
            "page_of": questionnaire.page_of,
        },
        status=status,
    )


def own_report(request: HttpRequest, reference: str) -> Report:
    """The report of a diagnosis this browser or person owns; raises Http404."""
    submission = access.get_own(request, reference, Submission.objects.select_related("report"))
    if submission.is_draft:
        raise Http404
    return submission.report


def own_plan(report: Report, number: int) -> Plan:
    """A saved plan of this diagnosis; raises Http404."""
    plan = Plan.objects.select_related("submission").filter(submission=report.submission, pk=number).first()
    if plan is None:
        raise Http404
    return plan


def _context(report: Report) -> dict[str, Any]:
    context: dict[str, Any] = {
        "report": report, "submission": report.submission, "steps": actions.STEPS,
        "standing": standing(report.submission),
    }
    if report.document:  # its files may be printed once more meanwhile
        document = localise(report.document, short_language())
        context |= {"document": document, "verdict": document["verdict"], "chain": chain_map(document["verdict"])}
        context["files"] = _files_context(report, document)
        context["own_plan"] = _plan_context(actions.newest_plan(report.submission))
    return context


def sorted_files(report: Report) -> list[ReportFile]:
    """The report before the sheets of its programmes, PDF before DOCX, the language of the page first.
    None while they are made again."""

    def order(file: ReportFile) -> tuple[str, bool, bool]:
        return (file.programme, file.format != FileFormat.PDF, file.language != page_language().code)

    return sorted(report.current_files(), key=order) if report.state == ReportState.READY else []


def _files_context(report: Report, document: dict[str, Any]) -> list[ReportFile]:
    """The files of the report; those of a programme are put beside it in the localised document."""
    files = sorted_files(report)
    for policy in document.get("policies") or ():
        policy["files"] = [file for file in files if file.programme == policy["id"]]
    return [file for file in files if file.kind == FileKind.REPORT]


def _plan_context(plan: Plan | None) -> dict[str, Any] | None:
    """The owner's plan as the page shows it: the row, its document in words, its files."""
    if plan is None:
        return None
    files = list(plan.files.order_by("format", "-language")) if plan.state == ReportState.READY else []
    return {"plan": plan, "document": localise(plan.document, short_language()), "files": files}


@never_cache
@require_GET
def result(request: HttpRequest, reference: str) -> HttpResponse:
    """The result, or how far the report is. Reloading works as well as waiting."""
    submission = access.get_own(request, reference, Submission.objects.select_related("report"))
    if submission.is_draft:
        return redirect("diagnosis:resume", reference)
    return render(request, "recommendations/result.html", _context(submission.report))


@never_cache
@require_GET
def status(request: HttpRequest, reference: str) -> HttpResponse:
    """The progress alone, asked for every second by the page; sends the page on when it is over."""
    report = own_report(request, reference)
    if report.state in (ReportState.READY, ReportState.FAILED):
        response = HttpResponse(status=204)
        response["HX-Refresh"] = "true"
        return response
    part = "_files_again.html" if report.document else "_progress.html"
    context = {"report": report, "submission": report.submission, "steps": actions.STEPS}
    return render(request, f"recommendations/{part}", context)


@require_POST
def retry(request: HttpRequest, reference: str) -> HttpResponse:
    report = own_report(request, reference)
    if seconds := limits.wait(request, "print_again"):
        limits.say(request, seconds)
    else:
        actions.retry(report=report, by=actor(request))
    return redirect("recommendations:result", reference)


def _stored(file: PrintedFile) -> File[bytes]:
    try:
        return open_whole(file.name, file.size)
    except FileLost as error:
        logger.error("%s %s is not on the disk as it was stored (%s)", file._meta.model_name, file.pk, error)
        raise


def _say_lost(request: HttpRequest, reference: str, again: str) -> HttpResponse:
    """What happened and the way on; `again` is where the file is asked for once more."""
    context = {"reference": reference, "again": again}
    response = render(request, "recommendations/file_lost.html", context, status=404)
    response["Cache-Control"] = "private, no-store"
    return response


def send_file(job: PrintJob, language: str, format: str, mark: str = "", **which: str) -> FileResponse:
    """The stored file as a download that no cache keeps; `mark` stands in its name. Raises Http404, FileLost."""
    file = job.current_files().filter(language=language, format=format, **which).first()
    if job.state != ReportState.READY or file is None:
        raise Http404
    return send_stored(file, job.submission, mark)


def send_stored(file: PrintedFile, submission: Submission, mark: str) -> FileResponse:
    """Raises FileLost."""
    name = f"{submission.company_name[:60]}-{submission.reference}{mark}-{file.language}.{file.format}"
    return attachment(_stored(file), name)


def send_report_file(report: Report, by: User | None, *, programme: str = "", **file: str) -> FileResponse:
    """A file of the report, or the application data sheet for a programme, with its entry in the log."""
    mark = f"-application-{programme}" if programme else ""
    kind = FileKind.APPLICATION if programme else FileKind.REPORT
    response = send_file(report, **file, mark=mark, kind=kind, programme=programme)
    about = {"programme": programme} if programme else {}
    log(report.submission, EventKind.REPORT_DOWNLOADED, by=by, **file, **about)
    return response


@require_GET
def download(
    request: HttpRequest, reference: str, language: str, format: str, programme: str = ""
) -> FileResponse | HttpResponse:
    if format not in FileFormat.values:
        raise Http404
    report = own_report(request, reference)
    try:
        return send_report_file(report, actor(request), language=language, format=format, programme=programme)
    except FileLost:
        return _say_lost(request, reference, reverse("recommendations:retry", args=[reference]))


@never_cache
@require_GET
def plan_status(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """Files of a saved plan, or how far they are; asked for again by the page while they are made."""
    shown = _plan_context(own_plan(own_report(request, reference), number))
    return render(request, "recommendations/_plan_files.html", shown)


@require_POST
def plan_retry(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    plan = own_plan(own_report(request, reference), number)
    if seconds := limits.wait(request, "print_again"):
        limits.say(request, seconds)
    else:
        actions.retry_plan(plan=plan, by=actor(request))
    return redirect(reverse("recommendations:result", args=[reference]) + "#own-plan")


@require_GET
def plan_download(request: HttpRequest, reference: str, number: int, language: str) -> FileResponse | HttpResponse:
    plan = own_plan(own_report(request, reference), number)
    try:
        response = send_file(plan, language, FileFormat.PDF, mark=f"-plan-{number}")
    except FileLost:
        return _say_lost(request, reference, reverse("recommendations:plan_retry", args=[reference, number]))
    log(plan.submission, EventKind.PLAN_DOWNLOADED, by=actor(request), plan=number, language=language)
    return response
