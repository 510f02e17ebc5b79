"""Policy programmes in the officers' pages: every officer reads them, city administrators keep them.

Who keeps them gets one page with the form and a preview; everything on it is one request after another,
each of which shows again what was typed. Two people who write at once: whoever saves second is told,
sees what differs, and may replace the other change on purpose.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import ValidationError

from clusters.domain.localise import localise
from clusters.models import User
from clusters.scoping import CITY_ADMINS, ScopedModelAdmin
from diagnosis.localised import said, short_language
from recommendations.domain.policy import Programme
from recommendations.models import PolicyProgramme, ProgrammeStatus
from recommendations.programme_conditions import rule_in_words
from recommendations.programme_form import (
    ID_TAKEN,
    ProgrammeForm,
    benefit_in_words,
    differences,
    list_in,
    record_of,
    rule_json,
)
from recommendations.programme_preview import PreviewForm
from recommendations.programme_rows import one_more

PAGE: Final = "admin/recommendations/programme.html"


def programme_of(row: PolicyProgramme) -> Programme | None:
    """The programme, or None for a record that fits the rules no more."""
    try:
        return Programme.model_validate(record_of(row))
    except ValidationError:
        return None


def stamp(row: PolicyProgramme) -> str:
    """Tells one state of a row from another."""
    return row.updated_at.isoformat()


class AttentionFilter(admin.SimpleListFilter):
    """What officers have to look after."""

    title = gettext_lazy("needs attention")
    parameter_name = "attention"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, Any]]:
        return (
            ("unverified", gettext_lazy("Published but not verified")),
            ("expired", gettext_lazy("Published but expired")),
        )

    def queryset(self, request: HttpRequest, queryset: QuerySet[PolicyProgramme]) -> QuerySet[PolicyProgramme]:
        today = timezone.localdate().isoformat()
        wanted = {
            "unverified": Q(verified_on=None),
            "expired": Q(rule__valid_to__gt="", rule__valid_to__lt=today),
        }.get(self.value() or "")
        return queryset if wanted is None else queryset.filter(wanted, status=ProgrammeStatus.PUBLISHED)


@admin.register(PolicyProgramme)
class PolicyProgrammeAdmin(ScopedModelAdmin):
    may_add = may_change = CITY_ADMINS
    list_display = ("name", "key", "status", "verified", "expiry", "updated_at")
    list_filter = ("status", AttentionFilter)
    search_fields = ("key", "rule__name")
    ordering = ("status", "key")
    fields = ("key", "status", "verified", "in_words")
    readonly_fields = ("key", "verified", "in_words")

    def visible(self, rows: QuerySet[PolicyProgramme], user: User) -> QuerySet[PolicyProgramme]:
        return rows

    # In words -------------------------------------------------------------------------------------

    @admin.display(description=gettext_lazy("in words"))
    def in_words(self, row: PolicyProgramme) -> str:
        rule = localise(record_of(row), short_language())
        conditions = [one for one in list_in(rule, "conditions") if isinstance(one, dict)]
        words = {
            "rule": rule, "papers": list_in(rule, "documents"), "benefit": benefit_in_words(rule),
            "conditions": [{"text": one.get("text"), "rule": rule_in_words(one.get("rule"))} for one in conditions],
        }
        return render_to_string("admin/recommendations/_programme.html", words)

    @admin.display(description=gettext_lazy("name"))
    def name(self, row: PolicyProgramme) -> str:
        programme = programme_of(row)
        return said(programme.name) if programme else row.key

    @admin.display(description=gettext_lazy("verified on"), ordering="verified_on")
    def verified(self, row: PolicyProgramme) -> str:
        return str(row.verified_on or marked(_("not verified")))

    @admin.display(description=gettext_lazy("valid to"))
    def expiry(self, row: PolicyProgramme) -> str:
        programme = programme_of(row)
        if programme is None:
            return marked(_("cannot be used, please mend it"))
        if programme.valid_to is None:
            return _("not known")
        expired = programme.expired(timezone.localdate())
        return marked(f"{programme.valid_to} · {_('expired')}") if expired else str(programme.valid_to)

    # The form -------------------------------------------------------------------------------------

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        if object_id is None:
            if not self.has_add_permission(request):
                raise PermissionDenied
            return self._form_page(request, None)
        row = self.get_or_404(request, object_id)
        if self.has_change_permission(request, row):
            return self._form_page(request, row)
        return super().changeform_view(request, object_id, form_url, extra_context)

    def _form_page(self, request: HttpRequest, row: PolicyProgramme | None) -> HttpResponse:
        if request.method != "POST":
            return self._page(request, ProgrammeForm(row=row), row)
        if "_save" in request.POST or "_continue" in request.POST:
            return self._save(request, row)
        if "preview" in request.POST:
            return self._preview(request, row)
        data, added = request.POST.copy(), request.POST.get("add")
        if added:
            data.update(one_more(data, added))
        form = ProgrammeForm(data, row=row, quiet=True)
        form.begin_at_the_last_row_of(added)
        return self._page(request, form, row)

    def _preview(self, request: HttpRequest, row: PolicyProgramme | None) -> HttpResponse:
        form = ProgrammeForm(request.POST, row=row)
        choice = PreviewForm(request.POST, user=request.user)  # type: ignore[arg-type]
        preview = None
        if form.is_valid() & choice.is_valid():
            preview = choice.preview(form.programme, timezone.localdate())  # type: ignore[arg-type]
        return self._page(request, form, row, choice=choice, preview=preview)

    @transaction.atomic
    def _save(self, request: HttpRequest, row: PolicyProgramme | None) -> HttpResponse:
        if row:
            row = PolicyProgramme.objects.select_for_update().get(pk=row.pk)
        form = ProgrammeForm(request.POST, row=row)
        if not form.is_valid():
            return self._page(request, form, row)
        if row and stamp(row) not in (request.POST.get("seen"), request.POST.get("replace")):
            return self._page(request, form, row, conflict=self._conflict(form, row), status=409)
        return self._store(request, form, row)

    @staticmethod
    def _new_record(form: ProgrammeForm) -> dict[str, Any]:
        return {**rule_json(form.programme), "verified_on": form.programme.verified_on,  # type: ignore[arg-type, union-attr]
                "status": form.cleaned_data["status"]}

    def _conflict(self, form: ProgrammeForm, row: PolicyProgramme) -> dict[str, Any]:
        """What differs between what is stored now and what was typed."""
        names = differences(record_of(row) | {"status": row.status}, self._new_record(form))
        return {"names": [_(name) for name in names], "stamp": stamp(row), "at": row.updated_at}

    def _store(self, request: HttpRequest, form: ProgrammeForm, row: PolicyProgramme | None) -> HttpResponse:
        """What says the same as before is not stored again."""
        programme = form.programme
        assert programme is not None
        names = differences(record_of(row) | {"status": row.status}, self._new_record(form)) if row else []
        stored = row or PolicyProgramme(key=programme.id)
        if row is None or names or programme_of(row) is None:
            stored.rule, stored.verified_on = rule_json(programme), programme.verified_on
            stored.status = form.cleaned_data["status"]
            try:
                self.save_model(request, stored, form, change=row is not None)
            except IntegrityError:  # another one with this id was added just now
                form.add_error("key", ID_TAKEN)
                return self._page(request, form, row)
            self._log(request, stored, names, added=row is None)
        self._tell(request, stored, programme)
        if "_continue" in request.POST:
            return redirect("admin:recommendations_policyprogramme_change", stored.pk)
        return redirect("admin:recommendations_policyprogramme_changelist")

    def _log(self, request: HttpRequest, row: PolicyProgramme, names: list[str], *, added: bool) -> None:
        if added:
            self.log_addition(request, row, [{"added": {}}])
        else:
            self.log_change(request, row, [{"changed": {"fields": names}}])

    @staticmethod
    def _tell(request: HttpRequest, row: PolicyProgramme, programme: Programme) -> None:
        messages.success(request, _("Saved: %(name)s") % {"name": said(programme.name)})
        if row.status != ProgrammeStatus.PUBLISHED:
            return
        if programme.verified_on is None:
            messages.warning(request, _("Published without having been verified: every report says so."))
        if programme.expired(timezone.localdate()):
            messages.warning(request, _("Published although it has expired: no firm is told that it is eligible."))

    def _page(
        self, request: HttpRequest, form: ProgrammeForm, row: PolicyProgramme | None, *, status: int = 200, **shown: Any
    ) -> HttpResponse:
        posted = request.POST if request.method == "POST" else None
        context = {
            **self.admin_site.each_context(request), "opts": self.opts, "original": row, "form": form,
            "title": _("Change policy programme") if row else _("Add policy programme"),
            "name": self.name(row) if row else "", "in_words": self.in_words(row) if row else "",
            "seen": request.POST.get("seen", "") if posted else stamp(row) if row else "",
            "choice": PreviewForm(posted, user=request.user, quiet=True),  # type: ignore[arg-type]
            "preview": None, "conflict": None, **shown,
        }
        request.current_app = self.admin_site.name  # type: ignore[attr-defined]
        return TemplateResponse(request, PAGE, context, status=status)


def marked(words: str) -> str:
    """Words an officer should not overlook."""
    return format_html('<strong class="mark">{}</strong>', words)


__all__ = ["PolicyProgrammeAdmin", "programme_of"]
