"""Reports and policy programmes in the officers' pages."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, re_path
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from clusters.models import User
from diagnosis.admin import SubmissionAdmin
from diagnosis.models import Submission
from recommendations import actions
from recommendations.earlier_views import earlier_files_by_revision, send_earlier_file
from recommendations.export_admin import ExportPages
from recommendations.models import Report, ReportState
from recommendations.reports_admin import ask_for_reports
from recommendations.stored import FileLost
from recommendations.submission_filters import FILTERS
from recommendations.views import send_report_file, sorted_files


def report_of(submission: Submission) -> Report | None:
    return getattr(submission, "report", None)


@admin.register(Submission)
class SubmissionWithReportAdmin(ExportPages, SubmissionAdmin):
    """The submission page together with its report: state, retry, files."""

    list_display = (*SubmissionAdmin.list_display, "report_state", "uscc")
    list_columns = (*SubmissionAdmin.list_columns, "report__state")
    list_select_related = (*SubmissionAdmin.list_select_related, "report")
    filters = FILTERS
    actions = (*(SubmissionAdmin.actions or ()), ask_for_reports)
    page_template = "admin/recommendations/submission.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Submission]:
        return super().get_queryset(request).select_related("report")

    def get_urls(self) -> list[Any]:
        wrap = self.admin_site.admin_view
        return [
            path("<int:pk>/retry/", wrap(self.retry_view), name="diagnosis_submission_retry"),
            path(
                "<int:pk>/report-<slug:language>.<slug:format>", wrap(self.download_view),
                name="diagnosis_submission_download",
            ),
            re_path(
                r"^(?P<pk>\d+)/application-(?P<programme>\w+)-(?P<language>[a-z-]+)\.(?P<format>[a-z]+)$",
                wrap(self.download_view), name="diagnosis_submission_download_application",
            ),
            path(
                "<int:pk>/revision-<int:number>/file-<int:file>/", wrap(self.earlier_file_view),
                name="diagnosis_submission_earlier_file",
            ),
            *super().get_urls(),
        ]

    def result(self, submission: Submission) -> dict[str, Any]:
        """What the report says; before it is made, what the answers say."""
        report = report_of(submission)
        return report.document if report and report.document else super().result(submission)

    def page_context(
        self, request: HttpRequest, submission: Submission, typed: dict[str, str] | None = None
    ) -> dict[str, Any]:
        report = report_of(submission)
        state = report.state if report else ""
        lost = report is not None and actions.has_lost_files(report)
        return {
            **super().page_context(request, submission, typed),
            "earlier_files": earlier_files_by_revision(report),
            "report": report,
            "files_lost": lost,
            "may_retry": (lost or state == ReportState.FAILED) and self.may_retry(request),
            "files": sorted_files(report) if report and state == ReportState.READY else (),
        }

    @staticmethod
    def may_retry(request: HttpRequest) -> bool:
        return isinstance(request.user, User) and request.user.may_change

    def report_or_404(self, request: HttpRequest, pk: int) -> Report:
        report = report_of(self.get_or_404(request, str(pk)))
        if report is None:
            raise Http404
        return report

    @method_decorator((never_cache, require_POST))
    def retry_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        report = self.report_or_404(request, pk)
        if not self.may_retry(request):
            raise PermissionDenied
        if actions.retry(report=report, by=request.user):  # type: ignore[arg-type]
            messages.success(request, _("The report is being made again."))
        else:
            messages.info(request, _("Nothing to do: the report has not failed."))
        return redirect("admin:diagnosis_submission_change", pk)

    @method_decorator(require_GET)
    def download_view(
        self, request: HttpRequest, pk: int, language: str, format: str, programme: str = ""
    ) -> HttpResponse:
        report = self.report_or_404(request, pk)
        try:
            return send_report_file(
                report, request.user, language=language, format=format, programme=programme,  # type: ignore[arg-type]
            )
        except FileLost:
            messages.error(request, _("The file is no longer on the server. The report can be made again."))
            return redirect("admin:diagnosis_submission_change", pk)

    @method_decorator((never_cache, require_GET))
    def earlier_file_view(self, request: HttpRequest, pk: int, number: int, file: int) -> HttpResponse:
        report = self.report_or_404(request, pk)
        return send_earlier_file(report, request.user, number, file)  # type: ignore[arg-type]

    @admin.display(description=gettext_lazy("report"), ordering="report__state")
    def report_state(self, submission: Submission) -> str:
        report = report_of(submission)
        return report.get_state_display() if report else "–"


from recommendations import campaign_admin, programme_admin  # noqa: E402,F401  (register campaigns and programmes)
