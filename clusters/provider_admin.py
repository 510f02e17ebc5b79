"""The directory of helpers in the officers' pages: everybody there reads it, city administrators keep it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, Final

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clusters.content import get_places
from clusters.localised import short_language
from clusters.models import ClusterId, Provider, User
from clusters.provider_sheets import HasFaults, export_providers, import_providers, plan_import
from clusters.scoping import CITY_ADMINS, OFFICERS, ScopedModelAdmin
from clusters.topics import get_topics
from clusters.uploads import XLSX, UploadForm, forget, keep, kept, shown_faults

PURPOSE: Final = "provider-import"


def _county_choices() -> list[tuple[str, str]]:
    return [(place.id, getattr(place.name, short_language())) for place in get_places().counties]


def _topic_choices() -> list[tuple[str, list[tuple[str, str]]]]:
    language = short_language()
    groups: dict[str, list[tuple[str, str]]] = {}
    for topic in get_topics().values():
        groups.setdefault(getattr(topic.group, language), []).append((topic.id, getattr(topic.name, language)))
    return list(groups.items())


class ProviderForm(forms.ModelForm):
    """One helper; lists are ticked."""

    clusters = forms.MultipleChoiceField(
        label=gettext_lazy("Clusters"), choices=ClusterId.choices, required=False,
        widget=forms.CheckboxSelectMultiple, help_text=gettext_lazy("None ticked: all clusters."),
    )
    counties = forms.MultipleChoiceField(
        label=gettext_lazy("Counties"), choices=_county_choices, required=False,
        widget=forms.CheckboxSelectMultiple, help_text=gettext_lazy("None ticked: everywhere in Quanzhou."),
    )
    topics = forms.MultipleChoiceField(
        label=gettext_lazy("Helps with"), choices=_topic_choices,
        widget=forms.SelectMultiple(attrs={"size": 16}),
        help_text=gettext_lazy("The report names the helper beside these measures. Hold Ctrl to choose several."),
    )

    class Meta:
        model = Provider
        fields = (
            "kind", "name", "clusters", "counties", "topics", "contact", "website", "source", "verified_on", "active",
        )
        help_texts: ClassVar[dict[str, Any]] = {
            "contact": gettext_lazy("What the owner reads: person, telephone, address, hours."),
            "source": gettext_lazy("Who gave you the record, and when."),
            "active": gettext_lazy("Take the tick away instead of deleting a helper."),
        }


class ServedClusterFilter(admin.SimpleListFilter):
    title = gettext_lazy("cluster")
    parameter_name = "cluster"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, Any]]:
        return ClusterId.choices

    def queryset(self, request: HttpRequest, queryset: QuerySet[Provider]) -> QuerySet[Provider]:
        chosen = self.value()
        if chosen is None:
            return queryset
        return queryset.filter(Q(clusters=[]) | Q(clusters__contains=[chosen]))


class ProviderAdmin(ScopedModelAdmin):
    may_view = OFFICERS
    may_add = may_change = may_delete = CITY_ADMINS
    form = ProviderForm
    actions = None
    list_display = ("name", "kind", "served_clusters", "number_of_topics", "verified_on", "active")
    list_filter = ("kind", ServedClusterFilter, "active")
    search_fields = ("name", "contact", "source")
    ordering = ("name", "kind")
    change_list_template = "admin/clusters/provider/change_list.html"

    def visible(self, rows: QuerySet[Provider], user: User) -> QuerySet[Provider]:
        """The directory is no secret among officers."""
        return rows

    @admin.display(description=gettext_lazy("clusters"))
    def served_clusters(self, provider: Provider) -> str:
        labels = dict(ClusterId.choices)
        return " · ".join(str(labels[id]) for id in provider.clusters) or _("all")

    @admin.display(description=gettext_lazy("helps with"))
    def number_of_topics(self, provider: Provider) -> str:
        count = len(provider.topics)
        return ngettext("%(count)s topic", "%(count)s topics", count) % {"count": count}

    def get_urls(self) -> list[Any]:
        wrap = self.admin_site.admin_view
        return [
            path("export/", wrap(self.export_view), name="clusters_provider_export"),
            path("import/", wrap(self.import_view), name="clusters_provider_import"),
            path("import/confirm/", wrap(self.confirm_view), name="clusters_provider_confirm"),
            *super().get_urls(),
        ]

    @method_decorator((never_cache, require_safe))
    def export_view(self, request: HttpRequest) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        day = f"{timezone.localdate():%Y-%m-%d}"
        content = export_providers(list(self.get_queryset(request).order_by("kind", "name")))
        return HttpResponse(content, content_type=XLSX, headers={
            "Content-Disposition": f'attachment; filename="directory-{day}.xlsx"', "X-Content-Type-Options": "nosniff",
        })

    @method_decorator((never_cache, require_http_methods(["GET", "HEAD", "POST"])))
    def import_view(self, request: HttpRequest) -> HttpResponse:
        """Choose a file, then see what it would do; nothing is stored here."""
        self._check_may_import(request)
        form = UploadForm(request.POST or None, request.FILES or None)
        if request.method != "POST" or not form.is_valid():
            return self._page(request, {"form": form}, status=422 if request.method == "POST" else 200)
        data = form.cleaned_data["file"]
        plan = plan_import(data)
        if plan.faults:
            return self._page(request, {"form": UploadForm(), **shown_faults(plan.faults)}, status=422)
        return self._page(request, {"plan": plan, "token": keep(request, PURPOSE, data)})

    @method_decorator((never_cache, require_POST))
    def confirm_view(self, request: HttpRequest) -> HttpResponse:
        """Take over the file whose preview was shown, checked once more."""
        self._check_may_import(request)
        token = request.POST.get("token", "")
        data = kept(request, PURPOSE, token)
        if data is None:
            messages.error(request, _("The preview has expired. Choose the file again."))
            return redirect("admin:clusters_provider_import")
        try:
            plan = import_providers(data=data, by=request.user)  # type: ignore[arg-type]
        except HasFaults as error:
            return self._page(request, {"form": UploadForm(), **shown_faults(error.plan.faults)}, status=422)
        forget(request, PURPOSE, token)
        messages.success(request, _("Taken over: %(added)s new, %(changed)s changed, %(unchanged)s as before.") % {
            "added": len(plan.added), "changed": len(plan.changed), "unchanged": plan.unchanged,
        })
        return redirect("admin:clusters_provider_changelist")

    def _check_may_import(self, request: HttpRequest) -> None:
        if not (self.has_add_permission(request) and self.has_change_permission(request)):
            raise PermissionDenied

    def _page(self, request: HttpRequest, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
        empty = {"form": None, "plan": None, "token": "", "faults": (), "more_faults": 0}
        return TemplateResponse(request, "admin/clusters/provider/import.html", {
            **self.admin_site.each_context(request), **empty, **context, "opts": self.opts,
            "title": _("Take over a list"), "back": reverse("admin:clusters_provider_changelist"),
        }, status=status)


admin.site.register(Provider, ProviderAdmin)
