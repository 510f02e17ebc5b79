"""The filters of the officers' list of submissions: one table.

A filter has a name in the address, a label, the values it offers this officer and how a value narrows the
rows. Every value that is not offered is a fault, and a list with a fault shows no rows: a mistyped address
must not look like an answer. `Wanted` is what an address asks for; page, saved filter and export all read
it here, so that they show the same rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Any, Final, Literal

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clusters.content import get_places
from clusters.models import ClusterId, Membership, Role, User
from diagnosis.domain.flags import RULES
from diagnosis.list_search import LONGEST, is_searchable, search
from diagnosis.localised import said, short_language
from diagnosis.models import WAITING, SizeClass, State, Submission, TransformationType
from diagnosis.wording import get_wording

Label = str | Promise
Choices = list[tuple[str, Any]]
Rows = QuerySet[Submission]
Kind = Literal["choice", "date", "text"]

LAST_STAGE: Final = 5
UNKNOWN: Final = "unknown"
OLDEST: Final = "oldest"
YEARS: Final = range(2000, 2200)
FLAGS: Final[Mapping[str, Label]] = {
    "scene_without_link": gettext_lazy("scene without a link"),
    "links_without_systems": gettext_lazy("links without systems"),
    "networked_above_digitised": gettext_lazy("more networked than digital"),
    "results_without_start": gettext_lazy("results without a start"),
    "above_scale_no_but_revenue": gettext_lazy("not above-scale, yet large revenue"),
    "above_scale_yes_but_revenue": gettext_lazy("above-scale, yet small revenue"),
    "size_outside_cluster": gettext_lazy("unusual number of employees"),
    "revenue_per_head_outside_cluster": gettext_lazy("unusual revenue per head"),
}


@dataclass(frozen=True)
class Viewer:
    """Who looks at the list; what this person sees is looked up once."""

    user: User

    @cached_property
    def clusters(self) -> frozenset[str]:
        return self.user.visible_clusters()

    @cached_property
    def rows(self) -> Rows:
        """Every submission this person sees."""
        return Submission.objects.visible_to(self.user).order_by()  # type: ignore[attr-defined,no-any-return]


def _all(value: str, viewer: Viewer) -> Q:
    return Q()


@dataclass(frozen=True, kw_only=True)
class Filter:
    """`q` gives the condition of a value; only texts are searched for instead."""

    id: str
    label: Label
    kind: Kind = "choice"
    choices: Callable[[Viewer], Choices] = lambda viewer: []
    q: Callable[[str, Viewer], Q] = _all

    def fault(self, value: str, choices: Choices) -> str:
        """What is wrong with the value, in words; empty when nothing is."""
        if self.kind == "choice":
            return "" if value in {id for id, _label in choices} else _("This choice does not exist.")
        if self.kind == "date":
            return "" if day_of(value) else _("Write the date as 2026-11-24.")
        if len(value) > LONGEST:
            return _("This is too long to search for.")
        return "" if is_searchable(value) else _("Type at least two characters that follow one another.")


def day_of(value: str) -> date | None:
    """The day, or None for anything that is none of this or the next century."""
    try:
        day = date.fromisoformat(value)
    except ValueError:
        return None
    return day if day.year in YEARS else None


def _midnight(value: str, days: int = 0) -> datetime:
    day = day_of(value)
    assert day is not None  # a value without fault
    return timezone.make_aware(datetime.combine(day, time.min)) + timedelta(days=days)


def _column(name: str, empty: Any = "") -> Callable[[str, Viewer], Q]:
    """Equal to the value; `unknown` stands for the empty one."""
    return lambda value, viewer: Q(**{name: empty if value == UNKNOWN else value})


def stage_name(stage: int) -> str:
    return f"{stage} {get_wording().say(f'stage.{stage}')[short_language()]}"


def county_name(county: str) -> str:
    place = get_places().county.get(county)
    return said(place.name) if place else county


def _own_clusters(viewer: Viewer) -> Choices:
    return [(id, label) for id, label in ClusterId.choices if id in viewer.clusters]


def _counties(viewer: Viewer) -> Choices:
    return [*((place.id, said(place.name)) for place in get_places().counties), (UNKNOWN, _("not given"))]


def _sizes(viewer: Viewer) -> Choices:
    return [*SizeClass.choices, (UNKNOWN, _("not known"))]


def _above_scale(viewer: Viewer) -> Choices:
    return [("yes", _("yes")), ("no", _("no")), (UNKNOWN, _("not known"))]


def _is_above_scale(value: str, viewer: Viewer) -> Q:
    return Q(above_scale={"yes": True, "no": False, UNKNOWN: None}[value])


def _states(viewer: Viewer) -> Choices:
    """Drafts and withdrawn diagnoses are out of sight, so they are no choice."""
    states = (State.SUBMITTED, State.IN_REVIEW, State.RETURNED, State.VERIFIED)
    return [("waiting", _("Submitted or in review")), *((state.value, state.label) for state in states)]


def _in_state(value: str, viewer: Viewer) -> Q:
    return Q(state__in=WAITING) if value == "waiting" else Q(state=value)


def _flags(viewer: Viewer) -> Choices:
    return [("any", _("any")), ("none", _("none")), *((id, FLAGS.get(id, id)) for id in RULES)]


def _has_flag(value: str, viewer: Viewer) -> Q:
    if value in ("any", "none"):
        return Q(flags=[]) if value == "none" else ~Q(flags=[])
    return ~Q(flags=[]) & Q(flags__contains=[value])  # the first part alone has an index in the order of the list


def _officers(viewer: Viewer) -> Choices:
    """Oneself, nobody, and whoever may have a submission of these clusters assigned."""
    member = Exists(Membership.objects.filter(user=OuterRef("pk"), cluster__in=viewer.clusters))
    people = User.objects.filter(Q(role=Role.CITY_ADMIN) | Q(member, role=Role.OFFICER), is_staff=True)
    others = people.exclude(pk=viewer.user.pk).order_by("name", "email").only("name", "email")
    return [("me", _("me")), ("nobody", _("nobody")), *((str(one.pk), str(one)) for one in others)]


def _of_officer(value: str, viewer: Viewer) -> Q:
    return Q(officer=viewer.user.pk if value == "me" else None if value == "nobody" else int(value))


def versions_of(viewer: Viewer) -> list[str]:
    """Content versions among the rows in sight: from one to the next along the index, never row by row."""
    found: list[str] = []
    rows = viewer.rows.order_by("content_version")
    version = rows.values_list("content_version", flat=True).first()
    while version is not None:
        found.append(version)
        version = rows.filter(content_version__gt=version).values_list("content_version", flat=True).first()
    return found


def _versions(viewer: Viewer) -> Choices:
    return [(version, version) for version in versions_of(viewer)]


FILTERS: Final[tuple[Filter, ...]] = (
    Filter(id="q", label=gettext_lazy("Company name, social credit code or reference"), kind="text"),
    Filter(id="cluster", label=gettext_lazy("cluster"), choices=_own_clusters, q=_column("cluster")),
    Filter(id="state", label=gettext_lazy("state"), choices=_states, q=_in_state),
    Filter(id="officer", label=gettext_lazy("officer"), choices=_officers, q=_of_officer),
    Filter(
        id="opened", label=gettext_lazy("opened"),
        choices=lambda viewer: [("no", _("Not opened yet")), ("yes", _("Opened by an officer"))],
        q=lambda value, viewer: Q(opened_at__isnull=value == "no"),
    ),
    Filter(
        id="again", label=gettext_lazy("corrected"), choices=lambda viewer: [("yes", _("Handed in again"))],
        q=lambda value, viewer: Q(revision__gt=1),
    ),
    Filter(
        id="type", label=gettext_lazy("type"), choices=lambda viewer: list(TransformationType.choices),
        q=_column("type"),
    ),
    Filter(
        id="stage", label=gettext_lazy("stage"),
        choices=lambda viewer: [(str(stage), stage_name(stage)) for stage in range(1 + LAST_STAGE)],
        q=lambda value, viewer: Q(stage=int(value)),
    ),
    Filter(id="flag", label=gettext_lazy("looks odd"), choices=_flags, q=_has_flag),
    Filter(id="size", label=gettext_lazy("size"), choices=_sizes, q=_column("size_class")),
    Filter(id="above_scale", label=gettext_lazy("above-scale"), choices=_above_scale, q=_is_above_scale),
    Filter(id="county", label=gettext_lazy("county"), choices=_counties, q=_column("county")),
    Filter(
        id="since", label=gettext_lazy("submitted from"), kind="date",
        q=lambda value, viewer: Q(submitted_at__gte=_midnight(value)),
    ),
    Filter(
        id="until", label=gettext_lazy("submitted until"), kind="date",
        q=lambda value, viewer: Q(submitted_at__lt=_midnight(value, days=1)),
    ),
    Filter(id="version", label=gettext_lazy("content version"), choices=_versions, q=_column("content_version")),
    Filter(
        id="order", label=gettext_lazy("order"),
        choices=lambda viewer: [(OLDEST, _("oldest first"))],
    ),
)


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What an address asks of the list: values by filter, and what is wrong with any of them."""

    viewer: Viewer
    filters: tuple[Filter, ...]
    values: Mapping[str, str]
    faults: Mapping[str, str] = field(default_factory=dict)
    choices: Mapping[str, Choices] = field(default_factory=dict)

    def rows(self) -> Rows:
        """The rows in sight that fit, in no order; none while anything is wrong."""
        return self.narrow(self.viewer.rows)

    def narrow(self, rows: Rows) -> Rows:
        if self.faults:
            return rows.none()
        for one in self.filters:
            value = self.values.get(one.id, "")
            if value and one.kind == "text":
                rows = search(rows, value)
            elif value:
                rows = rows.filter(one.q(value, self.viewer))
        return rows

    @property
    def query(self) -> str:
        """The values as the end of an address."""
        return urlencode([(one.id, self.values[one.id]) for one in self.filters if self.values.get(one.id)])

    @property
    def clusters(self) -> frozenset[str]:
        """Whose firms may be among the rows."""
        chosen = self.values.get("cluster")
        return frozenset({chosen} & self.viewer.clusters) if chosen else self.viewer.clusters

    def as_now(self) -> Wanted:
        """The same wishes of the same person, who may have lost a cluster or the office since."""
        return replace(self, viewer=Viewer(User.objects.get(pk=self.viewer.user.pk)))

    @property
    def oldest_first(self) -> bool:
        return self.values.get("order") == OLDEST

    def in_words(self) -> list[tuple[str, str]]:
        """Label and value of every filter in use, in the language of the page."""
        return [
            (str(one.label), str(dict(self.choices.get(one.id, ())).get(value, value)))
            for one in self.filters if (value := self.values.get(one.id, ""))
        ]


def read(params: Mapping[str, str], user: User, filters: tuple[Filter, ...] = FILTERS) -> Wanted:
    """What the parameters of an address ask for; names that are no filter are left out."""
    viewer = Viewer(user)
    values = {one.id: value for one in filters if (value := str(params.get(one.id, "")).strip())}
    choices = {one.id: one.choices(viewer) for one in filters if one.kind == "choice"}
    faults = {
        one.id: fault for one in filters
        if one.id in values and (fault := one.fault(values[one.id], choices.get(one.id, [])))
    }
    return Wanted(viewer=viewer, filters=filters, values=values, faults=faults, choices=choices)


def condition(values: Mapping[str, str], viewer: Viewer) -> Q:
    """The condition of values known to be right, for lists the pages themselves lead to."""
    by_id = {one.id: one for one in FILTERS}
    met = Q()
    for id, value in values.items():
        met &= by_id[id].q(value, viewer)
    return met


def names_of(filters: Iterable[Filter]) -> frozenset[str]:
    return frozenset(one.id for one in filters)


__all__ = [
    "FILTERS", "FLAGS", "Filter", "Viewer", "Wanted", "condition", "county_name", "names_of", "read", "stage_name",
]
