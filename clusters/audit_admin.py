"""The log in the officers' pages: read, filtered and exported, never changed.

City administrators and auditors read all of it; officers what they did themselves, and what concerns
their own clusters and no other.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import path
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from clusters.audit import record
from clusters.audit_words import detail_in_words
from clusters.csv_out import csv_answer
from clusters.models import AuditEvent, AuditKind, ClusterId, User
from clusters.scoping import OwnClustersFilter, ScopedModelAdmin

ROWS_AT_A_TIME: Final = 500


class ConcernedClusterFilter(OwnClustersFilter):
    """Entries that concern a cluster, alone or among others."""

    def queryset(self, request: HttpRequest, queryset: QuerySet[AuditEvent]) -> QuerySet[AuditEvent]:
        chosen = self.value()
        if chosen is None:
            return queryset
        known = chosen in dict(self.lookup_choices)
        return queryset.filter(clusters__contains=[chosen]) if known else queryset.none()


class OwnFilter(admin.SimpleListFilter):
    title = gettext_lazy("who")
    parameter_name = "who"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, Any]]:
        return (("me", gettext_lazy("me")), ("others", gettext_lazy("others")))

    def queryset(self, request: HttpRequest, queryset: QuerySet[AuditEvent]) -> QuerySet[AuditEvent]:
        mine = Q(actor_id=request.user.pk)
        return {"me": queryset.filter(mine), "others": queryset.exclude(mine)}.get(self.value() or "", queryset)


@admin.register(AuditEvent)
class AuditEventAdmin(ScopedModelAdmin):
    list_display = ("at_shown", "kind", "who", "clusters_display", "detail_shown")
    list_display_links = None
    list_filter = ("kind", ConcernedClusterFilter, OwnFilter)
    list_select_related = ("actor",)
    search_fields = ("actor__email", "actor__name")
    search_help_text = gettext_lazy("Name or e-mail of the person")
    date_hierarchy = "at"
    ordering = ("-at", "-pk")
    fields = ("at", "kind", "who", "clusters_display", "detail_shown")
    readonly_fields = ("who", "clusters_display", "detail_shown")
    actions = None
    change_list_template = "admin/clusters/audit/change_list.html"

    def visible(self, rows: QuerySet[AuditEvent], user: User) -> QuerySet[AuditEvent]:
        if user.sees_all_clusters:
            return rows
        own = Q(clusters__contained_by=sorted(user.visible_clusters())) & ~Q(clusters=[])
        return rows.filter(own | Q(actor_id=user.pk))

    def get_urls(self) -> list[Any]:
        export = self.admin_site.admin_view(self.export_view)
        return [path("export/", export, name="clusters_auditevent_export"), *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return super().changelist_view(request, {"title": _("Log"), **(extra_context or {})})

    @method_decorator((never_cache, require_safe))
    def export_view(self, request: HttpRequest) -> HttpResponseBase:
        """The list as it is filtered, as CSV; that it was exported is logged too."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        try:
            rows = self.get_changelist_instance(request).get_queryset(request)
        except IncorrectLookupParameters:
            return redirect("admin:clusters_auditevent_changelist")
        heading = [_("when"), _("who"), _("e-mail"), _("what"), _("clusters"), _("detail")]
        lines = (self._line(event) for event in rows.iterator(ROWS_AT_A_TIME))
        if request.method == "GET":
            self._note(request, rows.count())
        return csv_answer(f"log-{timezone.localdate():%Y-%m-%d}.csv", heading, lines)

    @staticmethod
    def _note(request: HttpRequest, number: int) -> None:
        user: User = request.user  # type: ignore[assignment]
        filters = dict(sorted(request.GET.lists()))
        record(
            AuditKind.LIST_EXPORTED, by=user, clusters=user.visible_clusters(), list="log", rows=number,
            filters=filters,
        )

    def _line(self, event: AuditEvent) -> list[str]:
        return [
            f"{timezone.localtime(event.at):%Y-%m-%d %H:%M:%S}", self.who(event),
            event.actor.email if event.actor else "", str(event.get_kind_display()), self.clusters_display(event),
            self.detail_shown(event),
        ]

    @admin.display(description=gettext_lazy("when"), ordering="at")
    def at_shown(self, event: AuditEvent) -> str:
        return f"{timezone.localtime(event.at):%Y-%m-%d %H:%M:%S}"

    @admin.display(description=gettext_lazy("who"), ordering="actor__email")
    def who(self, event: AuditEvent) -> str:
        return str(event.actor) if event.actor else "–"

    @admin.display(description=gettext_lazy("clusters"))
    def clusters_display(self, event: AuditEvent) -> str:
        if set(event.clusters) == set(ClusterId.values):
            return _("all clusters")
        return " · ".join(str(cluster.label) for cluster in ClusterId if cluster in event.clusters) or "–"

    @admin.display(description=gettext_lazy("detail"))
    def detail_shown(self, event: AuditEvent) -> str:
        return detail_in_words(event.detail)
