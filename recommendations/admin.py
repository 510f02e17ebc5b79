"""Reports and policy programmes in the officers' pages."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import path, re_path
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST
from pydantic import ValidationError

from clusters.domain.localise import localise
from clusters.models import User
from clusters.scoping import CITY_ADMINS, ScopedModelAdmin
from diagnosis.admin import LightChangeList, SubmissionAdmin
from diagnosis.localised import said, short_language
from diagnosis.models import Submission
from recommendations import actions
from recommendations.domain.policy import Programme
from recommendations.forms import ProgrammeForm
from recommendations.models import PolicyProgramme, Report, ReportState
from recommendations.views import send_report_file, sorted_files


def report_of(submission: Submission) -> Report | None:
    return getattr(submission, "report", None)


class LightSubmissionList(LightChangeList):
    heavy = (*LightChangeList.heavy, "report__document")


class ReportStateFilter(admin.SimpleListFilter):
    title = gettext_lazy("report")
    parameter_name = "report"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(ReportState.choices)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Submission]) -> QuerySet[Submission]:
        return queryset.filter(report__state=self.value()) if self.value() else queryset


@admin.register(Submission)
class SubmissionWithReportAdmin(SubmissionAdmin):
    """The submission page together with its report: state, retry, files."""

    list_display = (*SubmissionAdmin.list_display, "report_state", "uscc")
    list_filter = (*SubmissionAdmin.list_filter, ReportStateFilter)
    list_select_related = ("report",)
    page_template = "admin/recommendations/submission.html"

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[LightChangeList]:
        return LightSubmissionList

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
            *super().get_urls(),
        ]

    def result(self, submission: Submission) -> dict[str, Any]:
        """What the report says; before it is made, what the answers say."""
        report = report_of(submission)
        return report.document if report and report.document else super().result(submission)

    def page_context(self, request: HttpRequest, submission: Submission) -> dict[str, Any]:
        report = report_of(submission)
        state = report.state if report else ""
        return {
            **super().page_context(request, submission),
            "report": report,
            "may_retry": state == ReportState.FAILED and self.may_retry(request),
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
        return send_report_file(
            report, request.user, language=language, format=format, programme=programme,  # type: ignore[arg-type]
        )

    @admin.display(description=gettext_lazy("report"), ordering="report__state")
    def report_state(self, submission: Submission) -> str:
        report = report_of(submission)
        return report.get_state_display() if report else "–"


def programme_of(row: PolicyProgramme) -> Programme | None:
    """The programme, or None for a record that fits the rules no more."""
    try:
        return Programme.model_validate({**row.rule, "id": row.key, "verified_on": row.verified_on})
    except ValidationError:
        return None


@admin.register(PolicyProgramme)
class PolicyProgrammeAdmin(ScopedModelAdmin):
    """Support programmes: every officer reads them, city administrators keep them."""

    may_add = may_change = CITY_ADMINS
    form = ProgrammeForm
    list_display = ("name", "key", "status", "verified_on", "expiry", "updated_at")
    list_filter = ("status",)
    search_fields = ("key", "rule__name")
    ordering = ("status", "key")

    def visible(self, rows: QuerySet[PolicyProgramme], user: User) -> QuerySet[PolicyProgramme]:
        return rows

    def get_fields(self, request: HttpRequest, obj: PolicyProgramme | None = None) -> tuple[str, ...]:
        """In words for everybody, the rule itself for those who may change it."""
        words = ("in_words",) if obj else ()
        rule = ("rule",) if self.has_change_permission(request, obj) else ()
        return ("key", "status", "verified_on", *words, *rule)

    def get_readonly_fields(self, request: HttpRequest, obj: PolicyProgramme | None = None) -> tuple[str, ...]:
        return ("key", "in_words") if obj else ()

    @admin.display(description=gettext_lazy("in words"))
    def in_words(self, row: PolicyProgramme) -> str:
        return render_to_string("admin/recommendations/_programme.html", {"rule": localise(row.rule, short_language())})

    @admin.display(description=gettext_lazy("name"))
    def name(self, row: PolicyProgramme) -> str:
        programme = programme_of(row)
        return said(programme.name) if programme else row.key

    @admin.display(description=gettext_lazy("valid to"))
    def expiry(self, row: PolicyProgramme) -> str:
        programme = programme_of(row)
        if programme is None:
            return _("cannot be used, please mend it")
        if programme.valid_to is None:
            return _("not known")
        expired = programme.expired(timezone.localdate())
        return f"{programme.valid_to} · {_('expired')}" if expired else str(programme.valid_to)
