"""Exporting the officers' list as it is filtered: CSV at once, XLSX through a worker."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone, translation
from django.utils.decorators import method_decorator
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from clusters.domain.languages import LANGUAGES
from clusters.models import User
from diagnosis.exports import Form, csv_chunks
from diagnosis.list_filters import Wanted, read
from diagnosis.list_pages import capped_count
from recommendations import actions
from recommendations.file_admin import MY_FILES
from recommendations.models import OfficerFileKind
from recommendations.submission_filters import FILTERS
from recommendations.submission_table import MOST_ROWS, privacy_note, too_many

FACTS, ANSWERS = "facts", "answers"
WORDS, IDS = "words", "ids"
CSV, XLSX = "csv", "xlsx"


class ExportForm(forms.Form):
    """What goes into the file; `rows` of the list fit into an XLSX file or not."""

    columns = forms.ChoiceField(
        label=gettext_lazy("Columns"), widget=forms.RadioSelect, initial=FACTS,
        choices=((FACTS, gettext_lazy("Facts, verdict and scores")), (ANSWERS, gettext_lazy("All answers as well"))),
    )
    cells = forms.ChoiceField(
        label=gettext_lazy("Cells"), widget=forms.RadioSelect, initial=WORDS,
        choices=((WORDS, gettext_lazy("In words")), (IDS, gettext_lazy("Ids, for programs"))),
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language"), widget=forms.RadioSelect,
        choices=[(one.code, one.name) for one in LANGUAGES],
    )
    format = forms.ChoiceField(
        label=gettext_lazy("Format"), widget=forms.RadioSelect, initial=XLSX,
        choices=(
            (XLSX, gettext_lazy("XLSX: made by the server, then in “My files”")),
            (CSV, gettext_lazy("CSV: starts at once, however long the list is")),
        ),
    )

    def __init__(self, *args: Any, long: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.long = long

    def clean_format(self) -> str:
        format: str = self.cleaned_data["format"]
        if format == XLSX and self.long:
            raise forms.ValidationError(too_many())
        return format

    def asked(self) -> Form:
        data = self.cleaned_data
        return Form(format=data["format"], answers=data["columns"] == ANSWERS, ids=data["cells"] == IDS)


class ExportPages(admin.ModelAdmin):
    """Mixed into the page of submissions. The filters stand in the address, as in that of the list."""

    def get_urls(self) -> list[Any]:
        wrap = self.admin_site.admin_view(self.export_view)
        return [path("export/", wrap, name="diagnosis_submission_export"), *super().get_urls()]

    @method_decorator((never_cache, require_http_methods(["GET", "HEAD", "POST"])))
    def export_view(self, request: HttpRequest) -> HttpResponseBase:
        if not (self.has_view_permission(request) and isinstance(request.user, User)):
            raise PermissionDenied
        wanted = read(request.GET, request.user, FILTERS)
        found = 0 if wanted.faults else capped_count(wanted.rows(), MOST_ROWS)
        form = ExportForm(
            request.POST if request.method == "POST" else None, long=found > MOST_ROWS,
            initial={"language": get_language()},
        )
        if not found:
            return self._export_page(request, wanted, None, found, status=422 if request.method == "POST" else 200)
        if request.method != "POST" or not form.is_valid():
            return self._export_page(request, wanted, form, found, status=422 if form.is_bound else 200)
        if form.cleaned_data["format"] == CSV:
            return _csv(wanted, form, request.user)
        return self._ask(request, wanted, form)

    def _export_page(
        self, request: HttpRequest, wanted: Wanted, form: ExportForm | None, found: int, *, status: int
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request), "title": _("Export this list"), "opts": self.opts, "form": form,
            "wanted": wanted, "found": found, "most": MOST_ROWS, "long": found > MOST_ROWS,
            "privacy": privacy_note(),
        }
        return TemplateResponse(request, "admin/recommendations/export.html", context, status=status)

    def _ask(self, request: HttpRequest, wanted: Wanted, form: ExportForm) -> HttpResponse:
        asked = form.asked()
        actions.ask_for_file(
            kind=OfficerFileKind.SUBMISSIONS, by=request.user,  # type: ignore[arg-type]
            wish={"query": wanted.query, "answers": asked.answers, "ids": asked.ids},
            clusters=wanted.clusters, language=form.cleaned_data["language"],
        )
        messages.success(request, _("The file is being made."))
        return redirect(MY_FILES)


def _csv(wanted: Wanted, form: ExportForm, by: User) -> HttpResponseBase:
    with translation.override(form.cleaned_data["language"]):
        chunks = csv_chunks(wanted, form.asked(), by=by)
        name = f"submissions-{timezone.localtime():%Y-%m-%d-%H%M}.csv"
    return StreamingHttpResponse(chunks, content_type="text/csv; charset=utf-8", headers={
        "Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff",
        "X-Accel-Buffering": "no",
    })


__all__ = ["ExportForm", "ExportPages"]
