"""The page of a campaign together with its letters."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from diagnosis.campaigns import to_print
from diagnosis.campaigns_admin import PAGE, CampaignAdmin
from diagnosis.models import Campaign
from recommendations.letter_actions import ask_for_letters


class LettersForm(forms.Form):
    which = forms.ChoiceField(choices=[
        ("without_email", gettext_lazy("firms without an e-mail address")),
        ("selected", gettext_lazy("firms ticked below")), ("all", gettext_lazy("all firms that have not answered")),
    ])
    language = forms.ChoiceField(choices=settings.LANGUAGES)
    chosen = forms.TypedMultipleChoiceField(coerce=int, required=False)

    def __init__(self, *args: Any, ids: list[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["chosen"].choices = [(str(id), "") for id in ids]  # type: ignore[attr-defined]


@admin.register(Campaign)
class CampaignWithLettersAdmin(CampaignAdmin):
    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.letters_view)
        return [path("<int:pk>/letters/", view, name="diagnosis_campaign_letters"), *super().get_urls()]

    @method_decorator((never_cache, require_POST))
    def letters_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        campaign = self.to_keep(request, pk)
        own = list(campaign.invitations.values_list("pk", flat=True))
        form = LettersForm(request.POST, ids=own)
        if not form.is_valid():
            messages.error(request, _("Choose whom the letters are for, and in which language."))
            return redirect(PAGE, campaign.pk)
        rows = to_print(self.invitations(campaign), form.cleaned_data["which"], form.cleaned_data["chosen"])
        ids = list(rows.order_by("county", "company_name", "pk").values_list("pk", flat=True))
        if not ids:
            messages.info(request, _("Nobody to print for: firms that answered or want no more mail get no letter."))
            return redirect(PAGE, campaign.pk)
        files = ask_for_letters(
            campaign=campaign, invitations=ids, by=request.user,  # type: ignore[arg-type]
            language=form.cleaned_data["language"],
        )
        messages.success(request, _("%(letters)s letters are being made, in %(files)s file(s).") % {
            "letters": len(ids), "files": files,
        })
        return redirect("admin:recommendations_officerfile_changelist")
