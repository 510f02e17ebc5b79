"""Asking for many reports at once from the list of submissions: which firms, languages and formats."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from clusters.localised import page_language
from diagnosis.models import Submission
from recommendations import actions
from recommendations.file_admin import MY_FILES
from recommendations.models import OfficerFileKind, ReportState

MOST_FIRMS: Final = 10_000
# As the page offers them, and the first one ticked.
FILES: Final = (
    ("zh-hans.pdf", gettext_lazy("PDF, Chinese")),
    ("en.pdf", gettext_lazy("PDF, English")),
    ("zh-hans.docx", gettext_lazy("DOCX, Chinese")),
    ("en.docx", gettext_lazy("DOCX, English")),
)
MARKED, ALL = "marked", "all"


class ReportsForm(forms.Form):
    """`firms` offers the rows marked and all rows of the list as it is filtered."""

    files = forms.MultipleChoiceField(
        label=gettext_lazy("Files of each firm"), choices=FILES, widget=forms.CheckboxSelectMultiple,
        initial=["zh-hans.pdf"], error_messages={"required": gettext_lazy("Tick at least one file.")},
    )
    firms = forms.ChoiceField(label=gettext_lazy("Which firms"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, marked: int, found: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(ALL, _all_in_words(found))]
        if marked < found:
            choices.insert(0, (MARKED, _marked_in_words(marked)))
        self.fields["firms"].choices = choices  # type: ignore[attr-defined]
        self.fields["firms"].initial = choices[0][0]
        self.counts = {MARKED: marked, ALL: found}

    def clean_firms(self) -> str:
        firms: str = self.cleaned_data["firms"]
        if self.counts[firms] > MOST_FIRMS:
            message = _("That is more than %(most)s firms. Narrow the list with its filters.") % {"most": MOST_FIRMS}
            raise forms.ValidationError(message)
        return firms


def _marked_in_words(number: int) -> str:
    return ngettext("The %(number)s marked", "The %(number)s marked", number) % {"number": number}


def _all_in_words(number: int) -> str:
    return ngettext(
        "All in the list as it is filtered (%(number)s)", "All in the list as it is filtered (%(number)s)", number
    ) % {"number": number}


@admin.action(description=gettext_lazy("Reports as a ZIP"), permissions=["view"])
def ask_for_reports(model_admin: Any, request: HttpRequest, rows: QuerySet[Submission]) -> HttpResponse:
    """Ask what is to be in the ZIP; with the answer, ask the workers for it. Nothing about a firm changes."""
    everything: QuerySet[Submission] = model_admin.get_changelist_instance(request).get_queryset(request)
    answered = "files-chosen" in request.POST
    form = ReportsForm(request.POST if answered else None, marked=rows.count(), found=everything.count())
    if answered and form.is_valid():
        _ask(request, everything if form.cleaned_data["firms"] == ALL else rows, form.cleaned_data["files"])
        messages.success(request, _("The ZIP is being made."))
        return redirect(MY_FILES)
    context = {
        **model_admin.admin_site.each_context(request), "title": _("Reports as a ZIP"), "opts": model_admin.opts,
        "form": form, "marked": request.POST.getlist("_selected_action"), "action": ask_for_reports.__name__,
        "select_across": request.POST.get("select_across", "0"), "index": request.POST.get("index", "0"),
        "not_ready": rows.exclude(report__state=ReportState.READY).count(),
    }
    template = "admin/recommendations/files/ask_reports.html"
    return TemplateResponse(request, template, context, status=422 if answered else 200)


def _ask(request: HttpRequest, rows: QuerySet[Submission], files: list[str]) -> None:
    """The firms are noted as the list shows them now; what the officer may see is checked again when it is made."""
    found = list(rows.values_list("pk", "cluster"))
    actions.ask_for_file(
        kind=OfficerFileKind.REPORTS, by=request.user,  # type: ignore[arg-type]
        wish={"submissions": [pk for pk, _cluster in found], "files": [file.split(".") for file in files]},
        clusters={cluster for _pk, cluster in found}, language=page_language().code,
    )
