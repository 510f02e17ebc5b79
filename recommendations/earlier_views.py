"""Earlier versions of a diagnosis: the document and the files of what was handed in before a correction."""

from __future__ import annotations

from typing import Any

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from clusters.domain.localise import localise
from clusters.models import User
from diagnosis.actions import log
from diagnosis.chain_map import chain_map
from diagnosis.localised import short_language
from diagnosis.models import EventKind
from diagnosis.views import actor
from recommendations.models import FileKind, Report, ReportFile
from recommendations.stored import FileLost
from recommendations.views import own_report, send_stored


@never_cache
@require_GET
def earlier(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """The frozen document of an earlier revision, as it was shown then."""
    report = own_report(request, reference)
    revision = report.submission.revisions.filter(number=number).first()  # type: ignore[attr-defined]
    if revision is None or revision.document is None:
        raise Http404
    document = localise(revision.document, short_language())
    context: dict[str, Any] = {
        "report": report, "submission": report.submission, "document": document, "verdict": document["verdict"],
        "chain": chain_map(document["verdict"]),
        "earlier": {"revision": revision, "files": earlier_files(report, number)},
    }
    return render(request, "recommendations/earlier.html", context)


def earlier_files(report: Report, number: int) -> list[ReportFile]:
    """The report files kept of a revision before the present one."""
    kept = report.files.filter(revision=number, revision__lt=report.submission.revision, kind=FileKind.REPORT)
    return list(kept.order_by("-format", "language"))


def earlier_files_by_revision(report: Report | None) -> dict[int, list[ReportFile]]:
    """All files kept of earlier revisions, for officers. Asks nothing at revision 1."""
    found: dict[int, list[ReportFile]] = {}
    if report is None or report.submission.revision == 1:
        return found
    kept = report.files.filter(revision__lt=report.submission.revision)
    for file in kept.order_by("-revision", "programme", "-format", "language"):
        found.setdefault(file.revision, []).append(file)
    return found


def send_earlier_file(report: Report, by: User | None, number: int, file: int) -> FileResponse:
    """One of these files, with its entry in the log. Raises Http404."""
    kept = report.files.filter(revision=number, revision__lt=report.submission.revision, pk=file).first()
    if kept is None:
        raise Http404
    try:
        response = send_stored(kept, report.submission, f"-revision-{number}")
    except FileLost:
        raise Http404
    log(
        report.submission, EventKind.REPORT_DOWNLOADED, by=by, language=kept.language, format=kept.format,
        revision=number, **({"programme": kept.programme} if kept.programme else {}),
    )
    return response


@never_cache
@require_GET
def download(request: HttpRequest, reference: str, number: int, file: int) -> FileResponse:
    return send_earlier_file(own_report(request, reference), actor(request), number, file)


__all__ = ["earlier", "earlier_files", "earlier_files_by_revision", "send_earlier_file"]
