"""The officers' list of submissions: its columns, filters, pages and the filters each officer saved."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.contrib.admin.views.main import ORDER_VAR, PAGE_VAR, ChangeList
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from clusters.models import User
from clusters.scoping import ScopedModelAdmin
from diagnosis.list_filters import FILTERS, Filter, Wanted, county_name, names_of, read, stage_name
from diagnosis.list_pages import (
    MOST_COUNTED,
    NEWEST_FIRST,
    OLDEST_FIRST,
    ShortListPaginator,
    Slice,
    page_at,
)
from diagnosis.list_search import search
from diagnosis.models import SavedFilter, State, Submission, SubmissionQuerySet
from diagnosis.saved_filters import LONGEST_NAME, MOST, NameRefused, Refused, TooMany, delete_filter, save_filter

LIST = "admin:diagnosis_submission_changelist"


class SubmissionList(ChangeList):
    """The list an address asks for. Filters, order and pages are ours, the table is Django's."""

    wanted: Wanted
    part: Slice | None = None
    counted: ShortListPaginator

    def get_filters_params(self, params: Any = None) -> dict[str, Any]:
        """What is left when our own filters are taken away; none of it is allowed."""
        ours = names_of(self.model_admin.filters)
        return {name: value for name, value in super().get_filters_params(params).items() if name not in ours}

    def get_queryset(self, request: HttpRequest, exclude_parameters: Any = None) -> QuerySet[Any]:
        self.get_filters(request)  # raises for a name that is no filter
        self.wanted = read(request.GET, request.user, self.model_admin.filters)  # type: ignore[arg-type]
        self.filter_specs, self.has_filters = [], False
        self.has_active_filters, self.clear_all_filters_qs = bool(self.wanted.values), "?"
        rows = self.wanted.narrow(self.root_queryset)
        by_time = OLDEST_FIRST if self.wanted.oldest_first else NEWEST_FIRST
        self.counted = ShortListPaginator(rows.order_by(*by_time), self.list_per_page)
        if self.params.get(ORDER_VAR) and self.counted.is_short:
            by_time = self.get_ordering(request, rows)
        shown = rows.select_related(*self.model_admin.list_select_related).only(*self.model_admin.list_columns)
        return shown.order_by(*by_time)

    def get_ordering_field_columns(self) -> dict[int, str]:
        """Only a column that was clicked carries the arrow."""
        return super().get_ordering_field_columns() if ORDER_VAR in self.params and self.is_short else {}

    @property
    def is_short(self) -> bool:
        return self.counted.is_short

    def get_results(self, request: HttpRequest) -> None:
        self.full_result_count, self.show_full_result_count, self.can_show_all = None, False, False
        self.show_admin_actions = True
        self.paginator = ShortListPaginator(self.queryset, self.list_per_page)
        self.paginator.count = self.counted.count
        if self.is_short:
            page = self.paginator.get_page(self.page_num)
            self.page_num, self.result_list = page.number, list(page.object_list)
            self.result_count, self.multi_page = self.counted.count, self.paginator.num_pages > 1
            return
        place = request.GET.get(PAGE_VAR, "")
        self.part = page_at(self.queryset, place, self.list_per_page, oldest_first=self.wanted.oldest_first)
        self.result_list, self.multi_page, self.sortable_by = self.part.rows, True, ()
        self.result_count = len(self.part.rows)  # what may be selected at once

    def page_links(self) -> dict[str, str]:
        """Where the pages around this one are; empty texts at the ends of the list."""
        part = self.part
        if part is None:
            return {}
        return {
            "first": self.get_query_string(remove=[PAGE_VAR]) if part.back else "",
            "back": self.get_query_string({PAGE_VAR: part.back}) if part.back else "",
            "on": self.get_query_string({PAGE_VAR: part.on}) if part.on else "",
        }

    def number_in_words(self) -> str:
        if not self.is_short:
            return _("more than %(number)s submissions") % {"number": f"{MOST_COUNTED:,}"}
        number = self.counted.count
        return ngettext("%(number)s submission", "%(number)s submissions", number) % {"number": number}

    def filter_fields(self) -> list[dict[str, Any]]:
        """Every filter as a control of the form; one that leaves no choice is not shown."""
        return [self._field(one) for one in self.model_admin.filters if self._is_of_use(one)]

    def _is_of_use(self, one: Filter) -> bool:
        choices = self.wanted.choices.get(one.id, ())
        few = one.kind == "choice" and one.id in ("cluster", "version") and len(choices) < 2
        return not few or one.id in self.wanted.values

    def _field(self, one: Filter) -> dict[str, Any]:
        return {
            "id": one.id, "label": one.label, "kind": one.kind, "value": self.wanted.values.get(one.id, ""),
            "fault": self.wanted.faults.get(one.id, ""), "choices": self.wanted.choices.get(one.id, ()),
        }

    def kept_order(self) -> str:
        return self.params.get(ORDER_VAR, "") if self.is_short else ""


class SubmissionListAdmin(ScopedModelAdmin):
    """The list; the page of one submission is diagnosis.admin."""

    filters: ClassVar[tuple[Filter, ...]] = FILTERS
    list_display = (
        "company_name", "news", "cluster", "type", "stage_display", "state", "officer", "size_class",
        "county_display", "submitted_on",
    )
    list_columns: ClassVar[tuple[str, ...]] = (
        "company_name", "reference", "uscc", "cluster", "type", "stage", "state", "revision", "size_class", "county",
        "flags", "submitted_at", "opened_at", "officer__name", "officer__email",
    )
    list_select_related = ("officer",)
    search_fields = ("company_name", "uscc", "reference")
    ordering = NEWEST_FIRST
    change_list_template = "admin/diagnosis/submission_list.html"

    def visible(self, rows: Any, user: User) -> SubmissionQuerySet:
        return rows.visible_to(user)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return SubmissionList

    def get_list_display(self, request: HttpRequest) -> tuple[str, ...]:
        """Who sees one cluster needs no column for it."""
        several = len(request.user.visible_clusters()) > 1  # type: ignore[union-attr]
        return tuple(column for column in self.list_display if several or column != "cluster")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        return (search(queryset, search_term) if search_term.strip() else queryset), False

    def get_urls(self) -> list[Any]:
        wrap, name = self.admin_site.admin_view, "diagnosis_submission_{}".format
        return [
            path("filters/", wrap(self.save_filter_view), name=name("save_filter")),
            path("filters/<int:pk>/delete/", wrap(self.delete_filter_view), name=name("delete_filter")),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        saved = SavedFilter.objects.filter(user=request.user)[:MOST] if request.user.is_authenticated else ()
        extra = {"title": _("Submissions"), "saved_filters": saved, "longest_name": LONGEST_NAME}
        return super().changelist_view(request, {**extra, **(extra_context or {})})

    def response_action(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        """Nothing is done to a whole list that is too long to be looked through."""
        if request.POST.get("select_across") == "1" and not ShortListPaginator(queryset, 1).is_short:
            messages.error(request, _("This list is too long for that. Narrow it down with the filters first."))
            return None
        return super().response_action(request, queryset)

    # Saved filters ----------------------------------------------------------------------------------

    @method_decorator((never_cache, require_POST))
    def save_filter_view(self, request: HttpRequest) -> HttpResponse:
        user = self._viewer(request)
        wanted = read(QueryDict(request.POST.get("query", "")[:4000]), user, self.filters)
        try:
            saved = save_filter(name=request.POST.get("name", ""), wanted=wanted, by=user)
        except Refused as refused:
            messages.error(request, _why_not_saved(refused))
            return self._to_list(wanted.query)
        messages.success(request, _("The list is kept as “%(name)s”.") % {"name": saved.name})
        return self._to_list(saved.query)

    @method_decorator((never_cache, require_POST))
    def delete_filter_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not delete_filter(pk=pk, by=self._viewer(request)):
            raise Http404
        messages.success(request, _("The saved list is removed. No submission is touched by that."))
        return self._to_list("")

    def _viewer(self, request: HttpRequest) -> User:
        if not (self.has_view_permission(request) and isinstance(request.user, User)):
            raise PermissionDenied
        return request.user

    @staticmethod
    def _to_list(query: str) -> HttpResponse:
        return redirect(f"{reverse(LIST)}?{query}" if query else reverse(LIST))

    # Columns ----------------------------------------------------------------------------------------

    @admin.display(description=gettext_lazy("note"))
    def news(self, submission: Submission) -> str:
        """New, corrected, odd: what an officer looks for first."""
        odd = len(submission.flags)
        notes = (
            (submission.opened_at is None, _("new")),
            (submission.revision > 1 and submission.state == State.SUBMITTED, _("handed in again")),
            (odd > 0, ngettext("%(number)s odd answer", "%(number)s odd answers", odd) % {"number": odd}),
        )
        return " · ".join(words for holds, words in notes if holds) or "–"

    @admin.display(description=gettext_lazy("stage"), ordering="stage")
    def stage_display(self, submission: Submission) -> str:
        assert submission.stage is not None  # drafts are out of sight
        return stage_name(submission.stage)

    @admin.display(description=gettext_lazy("county"), ordering="county")
    def county_display(self, submission: Submission) -> str:
        return county_name(submission.county) or "–"

    @admin.display(description=gettext_lazy("submitted"), ordering="submitted_at")
    def submitted_on(self, submission: Submission) -> str:
        assert submission.submitted_at is not None  # drafts are out of sight
        return f"{timezone.localdate(submission.submitted_at):%Y-%m-%d}"


def _why_not_saved(refused: Refused) -> str:
    if isinstance(refused, NameRefused):
        return _("Give the list a name of 1 to %(most)s characters.") % {"most": LONGEST_NAME}
    if isinstance(refused, TooMany):
        return _("You keep %(most)s lists already. Remove one first.") % {"most": MOST}
    return _("There is no filter to keep, or one of them is not right.")


__all__ = ["SubmissionList", "SubmissionListAdmin"]
