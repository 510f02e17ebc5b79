"""Campaigns in the officers' pages: the list, one campaign with its invitations, import, mail and export.

Registered by `recommendations.campaign_admin`, which adds the letters.
"""

from __future__ import annotations

from typing import Any, Final

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clusters.audit import record
from clusters.content import get_places
from clusters.csv_out import csv_answer
from clusters.list_reader import HasFaults
from clusters.models import AuditKind, ClusterId, Role, User
from clusters.scoping import OwnClustersFilter, ScopedModelAdmin
from clusters.uploads import XLSX, UploadForm, forget, keep, kept, shown_faults
from clusters.workbook import Sheet, write_workbook
from diagnosis import campaigns, campaigns_export, campaigns_mail
from diagnosis.campaigns import Progress, with_progress
from diagnosis.campaigns_sheet import import_firms, plan_import, template_workbook
from diagnosis.invitation_codes import spaced
from diagnosis.invitation_forms import CampaignForm
from diagnosis.models import Campaign, Invitation, SizeClass

KEEPERS: Final = frozenset({Role.OFFICER, Role.CITY_ADMIN})
PURPOSE: Final = "campaign-import"
SHOWN_ROWS: Final = 50
PREVIEWED: Final = 100
LIST_PAGE: Final = "admin:diagnosis_campaign_changelist"
PAGE: Final = "admin:diagnosis_campaign_change"


class CampaignAdmin(ScopedModelAdmin):
    """Campaigns of the own clusters; officers and city administrators keep them, auditors read."""

    may_add = may_change = KEEPERS
    form = CampaignForm
    actions = None
    list_display = ("name", "cluster", "closes_on", "listed_firms", "answered_firms", "created_by", "created_on")
    list_filter = (OwnClustersFilter,)
    search_fields = ("name",)
    search_help_text = gettext_lazy("Name of the campaign")
    ordering = ("-created_at", "-pk")
    list_select_related = ("created_by",)

    def visible(self, rows: QuerySet[Campaign], user: User) -> QuerySet[Campaign]:
        return campaigns.visible_campaigns(rows, user)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Campaign]:
        return campaigns.with_counts(super().get_queryset(request))

    @admin.display(description=gettext_lazy("firms"))
    def listed_firms(self, campaign: Any) -> int:
        return int(campaign.listed)

    @admin.display(description=gettext_lazy("handed in"))
    def answered_firms(self, campaign: Any) -> int:
        return int(campaign.answers)

    @admin.display(description=gettext_lazy("made"), ordering="created_at")
    def created_on(self, campaign: Campaign) -> str:
        return f"{timezone.localdate(campaign.created_at):%Y-%m-%d}"

    # --- making and changing a campaign -----------------------------------------------------------

    def get_readonly_fields(self, request: HttpRequest, obj: Campaign | None = None) -> tuple[str, ...]:
        """The firms on the list were checked against the cluster, so it stays."""
        return ("cluster",) if obj else ()

    def formfield_for_choice_field(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "cluster":
            own = request.user.visible_clusters()  # type: ignore[union-attr]
            kwargs["choices"] = [(id, label) for id, label in ClusterId.choices if id in own]
        return super().formfield_for_choice_field(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: Campaign, form: ModelForm, change: bool) -> None:
        if not change:
            obj.created_by = request.user  # type: ignore[assignment]
        super().save_model(request, obj, form, change)

    def response_add(self, request: HttpRequest, obj: Campaign, post_url_continue: str | None = None) -> HttpResponse:
        messages.success(request, _("The campaign is made. Now take over the list of firms."))
        return redirect("admin:diagnosis_campaign_import", obj.pk)

    def response_change(self, request: HttpRequest, obj: Campaign) -> HttpResponse:
        messages.success(request, _("Saved."))
        return redirect(PAGE, obj.pk)

    def get_urls(self) -> list[Any]:
        wrap = self.admin_site.admin_view
        own = [
            ("edit/", self.edit_view, "edit"), ("import/", self.import_view, "import"),
            ("import/confirm/", self.confirm_view, "confirm"), ("list.xlsx", self.template_view, "template"),
            ("mail/<slug:what>/", self.mail_view, "mail"), ("export.<slug:format>", self.export_view, "export"),
        ]
        return [
            *(path(f"<int:pk>/{end}", wrap(view), name=f"diagnosis_campaign_{name}") for end, view, name in own),
            *super().get_urls(),
        ]

    @method_decorator(never_cache)
    def edit_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        self.to_keep(request, pk)
        return self.changeform_view(request, str(pk))

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        one_button = {"show_save_and_continue": False, "show_save_and_add_another": False}
        return super().changeform_view(request, object_id, form_url, {**one_button, **(extra_context or {})})

    def to_keep(self, request: HttpRequest, pk: int) -> Campaign:
        """The campaign if this person may change it: 404 out of sight, 403 for those who only read."""
        campaign: Campaign = self.get_or_404(request, str(pk))
        if not self.has_change_permission(request, campaign):
            raise PermissionDenied
        return campaign

    # --- one campaign -----------------------------------------------------------------------------

    @method_decorator((never_cache, require_safe))
    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        campaign = self.get_or_404(request, object_id)
        context = {**self.admin_site.each_context(request), **self.page_context(request, campaign)}
        return TemplateResponse(request, "admin/diagnosis/campaign/page.html", context)

    def invitations(self, campaign: Campaign) -> QuerySet[Invitation]:
        return with_progress(Invitation.objects.filter(campaign=campaign))

    def chosen(self, request: HttpRequest, campaign: Campaign) -> QuerySet[Invitation]:
        """The invitations the filters of the address leave, in the order of the list."""
        state = request.GET.get("state", "")
        rows = self.invitations(campaign)
        if state and state not in Progress.values:
            return rows.none()
        search = request.GET.get("q", "")[:100].replace("\0", "")
        return campaigns.found(rows, search=search, progress=state).order_by("company_name", "pk")

    def page_context(self, request: HttpRequest, campaign: Campaign) -> dict[str, Any]:
        rows = self.invitations(campaign)
        page = Paginator(campaigns.with_answer(self.chosen(request, campaign)), SHOWN_ROWS).get_page(
            request.GET.get("p")
        )
        by_county = campaigns.rates_by_county(rows, [place.id for place in get_places().counties])
        by_size = campaigns.rates_by_size(rows, SizeClass.values)
        return {
            "title": campaign.name, "opts": self.opts, "original": campaign, "campaign": campaign,
            "may_change": self.has_change_permission(request, campaign),
            "closed": campaigns.closed(campaign, timezone.localdate()),
            "states": self._states(request, rows), "q": request.GET.get("q", ""), "state": request.GET.get("state", ""),
            "page": page, "rows": [_shown(row) for row in page.object_list],
            "total": campaigns.total(by_county),
            "by_county": [(campaigns_export.county_name(one.id), one) for one in by_county],
            "by_size": [(str(dict(SizeClass.choices).get(one.id, "")), one) for one in by_size],
            **self.numbers(rows),
        }

    @staticmethod
    def numbers(rows: QuerySet[Invitation]) -> dict[str, int]:
        """How many mails each button would send."""
        return {
            "to_mail": campaigns.to_mail(rows).count(), "to_mail_again": campaigns.to_mail_again(rows).count(),
            "to_remind": campaigns.to_remind(rows, timezone.now()).count(),
            "waiting": rows.exclude(mail_state="").count(),
            "to_print": campaigns.to_print(rows, "all").count(),
            "without_email": campaigns.to_print(rows, "without_email").count(),
        }

    @staticmethod
    def _states(request: HttpRequest, rows: QuerySet[Invitation]) -> list[dict[str, Any]]:
        counts, now = campaigns.counts_by_progress(rows), request.GET.get("state", "")
        every = {"id": "", "label": _("All"), "count": sum(counts.values()), "current": not now}
        return [every, *(
            {"id": state.value, "label": state.label, "count": counts.get(state.value, 0), "current": state == now}
            for state in Progress
        )]

    # --- the list of firms ------------------------------------------------------------------------

    @method_decorator((never_cache, require_safe))
    def template_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        self.get_or_404(request, str(pk))
        return _workbook(template_workbook(), "firms.xlsx")

    @method_decorator((never_cache, require_http_methods(["GET", "HEAD", "POST"])))
    def import_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Choose a list, then see what it would do; nothing is stored here."""
        campaign = self.to_keep(request, pk)
        form = UploadForm(request.POST or None, request.FILES or None)
        if request.method != "POST" or not form.is_valid():
            return self._import_page(request, campaign, form=form, status=422 if request.method == "POST" else 200)
        data = form.cleaned_data["file"]
        plan = plan_import(campaign, data)
        if plan.faults:
            return self._import_page(request, campaign, form=UploadForm(), status=422, **shown_faults(plan.faults))
        token = keep(request, f"{PURPOSE}-{campaign.pk}", data)
        return self._import_page(
            request, campaign, plan=plan, token=token, added=plan.added[:PREVIEWED], changed=plan.changed[:PREVIEWED]
        )

    @method_decorator((never_cache, require_POST))
    def confirm_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Take over the list whose preview was shown, checked once more."""
        campaign, token = self.to_keep(request, pk), request.POST.get("token", "")
        purpose = f"{PURPOSE}-{campaign.pk}"
        data = kept(request, purpose, token)
        if data is None:
            messages.error(request, _("The preview has expired. Choose the file again."))
            return redirect("admin:diagnosis_campaign_import", campaign.pk)
        update = request.POST.get("known") == "update"
        try:
            plan = import_firms(campaign=campaign, data=data, update=update, by=request.user)  # type: ignore[arg-type]
        except HasFaults as error:
            faults = shown_faults(error.plan.faults)
            return self._import_page(request, campaign, form=UploadForm(), status=422, **faults)
        forget(request, purpose, token)
        said = _("Taken over: %(added)s new, %(changed)s changed, %(skipped)s left as they were.")
        messages.success(request, said % {
            "added": len(plan.added), "changed": len(plan.changed) if update else 0,
            "skipped": plan.unchanged + (0 if update else len(plan.changed)),
        })
        return redirect(PAGE, campaign.pk)

    def _import_page(
        self, request: HttpRequest, campaign: Campaign, *, status: int = 200, **context: Any
    ) -> HttpResponse:
        empty: dict[str, Any] = {"form": None, "plan": None, "token": "", "faults": (), "more_faults": 0}
        return TemplateResponse(request, "admin/diagnosis/campaign/import.html", {
            **self.admin_site.each_context(request), **empty, **context, "opts": self.opts, "campaign": campaign,
            "title": _("Take over a list of firms"),
        }, status=status)

    # --- mail and export --------------------------------------------------------------------------

    @method_decorator((never_cache, require_POST))
    def mail_view(self, request: HttpRequest, pk: int, what: str) -> HttpResponse:
        campaign = self.to_keep(request, pk)
        if what not in campaigns_mail.ASKS:
            raise Http404
        try:
            asked = campaigns_mail.ask_for_mail(campaign=campaign, what=what, by=request.user)  # type: ignore[arg-type]
        except campaigns_mail.CampaignClosed:
            messages.error(request, _("The campaign is closed. Change the day before you write to firms again."))
            return redirect(PAGE, campaign.pk)
        if asked:
            messages.success(request, ngettext(
                "%(count)s mail is being sent.", "%(count)s mails are being sent.", asked
            ) % {"count": asked})
        else:
            messages.info(request, _("Nobody to write to."))
        return redirect(PAGE, campaign.pk)

    @method_decorator((never_cache, require_safe))
    def export_view(self, request: HttpRequest, pk: int, format: str) -> HttpResponseBase:
        """The firms the filters leave, with their states."""
        campaign = self.get_or_404(request, str(pk))
        if format not in ("csv", "xlsx"):
            raise Http404
        codes = self.has_change_permission(request, campaign)
        rows = self.chosen(request, campaign)
        heading, lines = campaigns_export.heading(codes=codes), campaigns_export.lines(rows, codes=codes)
        record(
            AuditKind.LIST_EXPORTED, by=request.user, clusters=(campaign.cluster,),  # type: ignore[arg-type]
            list="campaign", campaign=campaign.pk, format=format, rows=rows.count(),
        )
        name = f"campaign-{campaign.pk}-{timezone.localdate():%Y-%m-%d}.{format}"
        if format == "csv":
            return csv_answer(name, heading, lines)
        return _workbook(write_workbook([Sheet(title=_("Firms"), heading=heading, rows=lines)]), name)


def _workbook(content: bytes, name: str) -> HttpResponse:
    return HttpResponse(content, content_type=XLSX, headers={
        "Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store",
        "X-Content-Type-Options": "nosniff",
    })


def _shown(row: Any) -> dict[str, Any]:
    """An invitation as the page's table shows it."""
    return {
        "row": row, "state": Progress(row.progress).label, "county": campaigns_export.county_name(row.county),
        "code": spaced(row.code), "answer": reverse("admin:diagnosis_submission_change", args=[row.answer])
        if row.answer else "", "fault": campaigns_mail.fault_words(row.mail_fault) if row.mail_fault else "",
        "mail": row.get_mail_state_display() if row.mail_state else "",
    }
