"""Submissions in the officers' pages: the list and the page that shows one, read only.

Registered by `recommendations.admin`, which knows the report and fills in the hooks.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from clusters.content import get_places
from clusters.domain.localise import localise
from clusters.models import User
from clusters.scoping import OwnClustersFilter, OwnValuesFilter, ScopedModelAdmin
from diagnosis.actions import log
from diagnosis.chain_map import chain_map
from diagnosis.content import get_questionnaire
from diagnosis.localised import said, short_language
from diagnosis.models import Event, EventKind, State, Submission, SubmissionQuerySet
from diagnosis.reading import answer_pages, result_parts
from diagnosis.wording import get_wording

LAST_STAGE = 5


class LightChangeList(ChangeList):
    """A list without the long columns nobody sees there."""

    heavy: tuple[str, ...] = ("answers", "verdict")

    def get_queryset(self, request: HttpRequest, *args: Any, **kwargs: Any) -> QuerySet[Any]:
        return super().get_queryset(request, *args, **kwargs).defer(*self.heavy)


class CountyFilter(OwnValuesFilter):
    title = _("county")
    parameter_name = field = "county"

    def label(self, value: str) -> str:
        return county_name(value)


class VersionFilter(OwnValuesFilter):
    title = _("content version")
    parameter_name = "version"
    field = "content_version"


class StageFilter(OwnValuesFilter):
    title = _("stage")
    parameter_name = field = "stage"

    def values(self, request: HttpRequest, model_admin: Any) -> Iterable[int]:
        return range(1 + LAST_STAGE)

    def label(self, value: int) -> str:
        return stage_name(value)


class StateFilter(OwnValuesFilter):
    """Drafts are out of sight, so they are no choice."""

    title = _("state")
    parameter_name = field = "state"

    def values(self, request: HttpRequest, model_admin: Any) -> Iterable[str]:
        return [state.value for state in State if state != State.DRAFT]

    def label(self, value: str) -> str:
        return str(State(value).label)


class OpenedFilter(admin.SimpleListFilter):
    """Whether any officer has opened the submission yet."""

    title = _("opened")
    parameter_name = "opened"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, Any]]:
        return (("no", _("Not opened yet")), ("yes", _("Opened by an officer")))

    def queryset(self, request: HttpRequest, queryset: QuerySet[Submission]) -> QuerySet[Submission]:
        opened = {"yes": True, "no": False}.get(self.value() or "")
        return queryset if opened is None else queryset.filter(was_opened() if opened else ~was_opened())


def was_opened() -> Exists:
    return Exists(Event.objects.filter(submission=OuterRef("pk"), kind=EventKind.VIEWED))


def new_submissions(user: User) -> int:
    """How many of the diagnoses this officer sees nobody has opened yet."""
    return Submission.objects.visible_to(user).filter(~was_opened()).count()  # type: ignore[attr-defined]


def stage_name(stage: int) -> str:
    return f"{stage} {get_wording().say(f'stage.{stage}')[short_language()]}"


def county_name(county: str) -> str:
    place = get_places().county.get(county)
    return said(place.name) if place else county


class SubmissionAdmin(ScopedModelAdmin):
    """All handed-in diagnoses this officer may see."""

    list_display = (
        "company_name", "cluster", "type", "stage_display", "state", "size_class", "county_display", "submitted_on",
    )
    list_filter = (
        OwnClustersFilter, OpenedFilter, "type", StageFilter, StateFilter, "size_class", "above_scale", CountyFilter,
        VersionFilter,
    )
    search_fields = ("company_name", "uscc", "reference")
    search_help_text = _("Company name, social credit code or reference")
    date_hierarchy = "submitted_at"
    ordering = ("-submitted_at", "-pk")
    actions = None
    page_template = "admin/diagnosis/submission.html"

    def visible(self, rows: Any, user: User) -> SubmissionQuerySet:
        return rows.visible_to(user)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return LightChangeList

    @method_decorator((never_cache, require_safe))
    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        submission = self.get_or_404(request, object_id)
        log(submission, EventKind.VIEWED, by=request.user)  # type: ignore[arg-type]
        context = {**self.admin_site.each_context(request), **self.page_context(request, submission)}
        return TemplateResponse(request, self.page_template, context)

    def page_context(self, request: HttpRequest, submission: Submission) -> dict[str, Any]:
        """Everything the page of one submission shows."""
        answers, language = submission.answer_set(), short_language()
        result = localise(self.result(submission), language)
        version = get_questionnaire().version
        return {
            "title": submission.company_name, "opts": self.opts, "original": submission, "submission": submission,
            "county": county_name(submission.county),
            **{key: result[key] for key in ("verdict", "stage", "needs", "flags")},
            "sheet": result["official_sheet"],
            "chain": chain_map(result["verdict"]),
            "pages": localise(answer_pages(answers), language),
            "other_version": version if version != submission.content_version else "",
            "events": submission.events.select_related("actor"),  # type: ignore[attr-defined]
        }

    def result(self, submission: Submission) -> dict[str, Any]:
        """Verdict, stage, needs, flags and official sheet, with both languages."""
        return result_parts(submission.answer_set())

    @admin.display(description=_("stage"), ordering="stage")
    def stage_display(self, submission: Submission) -> str:
        assert submission.stage is not None  # drafts are out of sight
        return stage_name(submission.stage)

    @admin.display(description=_("county"), ordering="county")
    def county_display(self, submission: Submission) -> str:
        return county_name(submission.county) or "–"

    @admin.display(description=_("submitted"), ordering="submitted_at")
    def submitted_on(self, submission: Submission) -> str:
        assert submission.submitted_at is not None  # drafts are out of sight
        return f"{timezone.localdate(submission.submitted_at):%Y-%m-%d}"
