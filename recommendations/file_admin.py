"""My files in the officers' pages: what was asked for, how far it is, fetching it, asking again, deleting.

Every officer, city administrators too, sees own files only, and only while all clusters of a file are in sight.
"""

from __future__ import annotations

from typing import Any, Final

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from clusters.audit import record
from clusters.models import AuditKind, User
from clusters.scoping import OFFICERS, ScopedModelAdmin
from recommendations import actions
from recommendations.downloads import Stored, send
from recommendations.file_actions import OPEN
from recommendations.file_words import clusters_in_words, fault_in_words
from recommendations.models import OfficerFile, ReportState
from recommendations.officer_files import about, files_of
from recommendations.stored import FileLost, open_whole

MY_FILES: Final = "admin:recommendations_officerfile_changelist"
MOST_SHOWN: Final = 100


@admin.register(OfficerFile)
class OfficerFileAdmin(ScopedModelAdmin):
    """Own files are nobody else's business, so auditors too may ask for, fetch and delete theirs."""

    may_delete = OFFICERS
    actions = None

    def visible(self, rows: QuerySet[OfficerFile], user: User) -> QuerySet[OfficerFile]:
        return files_of(user)

    def get_urls(self) -> list[Any]:
        wrap = self.admin_site.admin_view
        return [
            path("<int:pk>/progress/", wrap(self.progress_view), name="recommendations_officerfile_progress"),
            path("<int:pk>/download/", wrap(self.download_view), name="recommendations_officerfile_download"),
            path("<int:pk>/retry/", wrap(self.retry_view), name="recommendations_officerfile_retry"),
            *super().get_urls(),
        ]

    @method_decorator((never_cache, require_safe))
    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        files = list(self.get_queryset(request)[:MOST_SHOWN])
        context = {
            **self.admin_site.each_context(request), "title": self.opts.verbose_name_plural.capitalize(),
            "opts": self.opts, "rows": [_row(file) for file in files], "open": sum(file.is_open for file in files),
        }
        return TemplateResponse(request, "admin/recommendations/files/list.html", {**context, **(extra_context or {})})

    @method_decorator((never_cache, require_safe))
    def progress_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """One row of the table, asked for every two seconds while the file is being made. The other rows
        stay as they are: nobody's click is lost."""
        row = _row(self.get_or_404(request, str(pk)))
        context = {"row": row, "open": self.get_queryset(request).filter(state__in=OPEN).count()}
        return TemplateResponse(request, "admin/recommendations/files/_progress.html", context)

    @method_decorator(never_cache)
    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """A file has no page of its own."""
        self.get_or_404(request, object_id)
        return redirect(MY_FILES)

    @method_decorator(require_safe)
    def download_view(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        file: OfficerFile = self.get_or_404(request, str(pk))
        if file.state != ReportState.READY or file.size is None:
            raise Http404
        try:
            source = open_whole(file.name, file.size)
        except FileLost:
            messages.error(request, _("The file is no longer on the server. It can be made again."))
            return redirect(MY_FILES)
        stored = Stored(
            file_name=file.file_name, media_type=file.media_type, size=file.size, sha256=file.sha256
        )
        response = send(request, source, stored)  # type: ignore[arg-type]
        if request.method == "GET" and response.status_code in (200, 206):
            part = {"range": response["Content-Range"]} if response.status_code == 206 else {}
            record(AuditKind.FILE_DOWNLOADED, by=file.requested_by, clusters=file.clusters, **about(file), **part)
        return response

    @method_decorator((never_cache, require_POST))
    def retry_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        file = self.get_or_404(request, str(pk))
        if actions.retry_file(file=file, by=request.user):  # type: ignore[arg-type]
            messages.success(request, _("The file is being made again."))
        else:
            messages.info(request, _("Nothing to do: the file has not failed."))
        return redirect(MY_FILES)

    def delete_model(self, request: HttpRequest, obj: OfficerFile) -> None:
        actions.delete_file(file=obj, by=request.user)  # type: ignore[arg-type]


def _row(file: OfficerFile) -> dict[str, Any]:
    """What the table says about one file."""
    lost = actions.has_lost_file(file)
    return {
        "file": file, "clusters": clusters_in_words(file), "lost": lost,
        "may_retry": lost or file.state == ReportState.FAILED,
        "fault": fault_in_words(file.error) if file.state == ReportState.FAILED else "",
    }
