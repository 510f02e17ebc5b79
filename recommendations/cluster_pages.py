"""The cluster view in the officers' pages: choose, look, export, ask for the report.

Officers see their clusters; city administrators and auditors all. A cluster out of sight, and a choice that
is not offered, answers 404. Looking changes nothing; an export is logged.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.contrib.admin import AdminSite
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone, translation
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from clusters.audit import record
from clusters.csv_out import csv_lines
from clusters.domain.languages import BY_CODE
from clusters.domain.localise import localise
from clusters.models import AuditKind, ClusterId, User
from diagnosis.chain_map import PLACES, edge_places
from diagnosis.localised import short_language
from recommendations.actions import ask_for_file
from recommendations.cluster_report import Choice, Shelf, document_of
from recommendations.content import get_cluster_words
from recommendations.models import OfficerFileKind

ALL: Final = "all"
BASES: Final = ("reported", "verified")
BAR: Final = 200
GROUPS: Final = ("coverage", "stages", "barriers", "needs", "measures", "grants")
COLUMNS: Final = ("scope", "basis", "as_of", "part", "figure", "firms", "of", "share", "amount", "paper")
Document = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What the form asks for, checked: only what is offered."""

    visible: tuple[str, ...]
    cluster: str  # an id, or ALL
    basis: str
    shelf: Shelf
    days: tuple[date, ...]
    day: date | None
    before_day: date | None

    @property
    def choice(self) -> Choice:
        return self.shelf.choice(self.day, self.before_day)

    @property
    def query(self) -> str:
        chosen = {"cluster": self.cluster, "basis": self.basis, "until": self.day, "before": self.before_day}
        query = QueryDict(mutable=True)
        query.update({key: str(value) for key, value in chosen.items() if value})
        return query.urlencode()


def wanted(user: User, data: Mapping[str, Any]) -> Wanted | None:
    """What is asked for; None for an officer without clusters. Raises Http404."""
    own = user.visible_clusters()
    visible = tuple(cluster for cluster in ClusterId.values if cluster in own)
    if not visible:
        return None
    choices = (ALL, *visible) if len(visible) > 1 else visible
    cluster = _one_of(choices, data.get("cluster"))
    basis = _one_of(BASES, data.get("basis"))
    shelf = Shelf.of(visible if cluster == ALL else (cluster,), verified=basis == "verified")
    days = tuple(shelf.days(timezone.localdate()))
    day = _day(days, data.get("until"))
    earlier = tuple(one for one in days if day is None or one < day)
    before_day = _day(earlier, data.get("before")) or (earlier[0] if earlier else None)
    return Wanted(
        visible=visible, cluster=cluster, basis=basis, shelf=shelf, days=days, day=day, before_day=before_day
    )


def _one_of(offered: tuple[str, ...], value: str | None) -> str:
    """The value, or the first that is offered where none is given."""
    if value and value not in offered:
        raise Http404
    return value or offered[0]


def _day(offered: tuple[date, ...], value: str | None) -> date | None:
    if not value:
        return None
    found = {day.isoformat(): day for day in offered}
    if value not in found:
        raise Http404
    return found[value]


class ClusterPages:
    """The addresses of the cluster view on an admin site."""

    def __init__(self, site: AdminSite) -> None:
        self.site = site

    def urls(self) -> list[Any]:
        wrap = self.site.admin_view
        return [
            path("cluster-view/", wrap(self.page), name="cluster_view"),
            path("cluster-view/figures.csv", wrap(self.export), name="cluster_view_csv"),
            path("cluster-view/report/", wrap(self.ask_report), name="cluster_view_report"),
        ]

    @method_decorator((never_cache, require_safe))
    def page(self, request: HttpRequest) -> HttpResponse:
        found = wanted(request.user, request.GET)  # type: ignore[arg-type]
        context = {**self.site.each_context(request), "title": _("Cluster view"), "wanted": found}
        if found is not None:
            context |= page_context(found)
        return TemplateResponse(request, "admin/recommendations/cluster/page.html", context)

    @method_decorator((never_cache, require_safe))
    def export(self, request: HttpRequest) -> HttpResponse:
        user, found = request.user, wanted(request.user, request.GET)  # type: ignore[arg-type]
        document = _document(found) if found else None
        if found is None or document is None or document["status"] != "shown":
            raise Http404
        if request.method == "GET":
            clusters = found.shelf.clusters
            record(AuditKind.LIST_EXPORTED, by=user, clusters=clusters, list="cluster_view", basis=found.basis)  # type: ignore[arg-type]
        heading, *rows = _csv_rows(document)
        response = HttpResponse("".join(csv_lines(heading, rows)), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="cluster-view-{found.cluster}-{document["as_of"]}.csv"'
        return response

    @method_decorator((never_cache, require_POST))
    def ask_report(self, request: HttpRequest) -> HttpResponse:
        found = wanted(request.user, request.POST)  # type: ignore[arg-type]
        if found is None or not found.choice.figures:
            raise Http404
        language = request.POST.get("language") or translation.get_language()
        if language not in BY_CODE:
            raise Http404
        ask_for_file(
            kind=OfficerFileKind.CLUSTER_REPORT, by=request.user, wish=found.choice.to_json(),  # type: ignore[arg-type]
            clusters=found.shelf.clusters, language=language,
        )
        return redirect("admin:recommendations_officerfile_changelist")


def _document(found: Wanted) -> Document:
    today = timezone.localdate()
    document: Document = localise(document_of(found.choice, made_on=today, day=found.day or today), short_language())
    return document


def page_context(found: Wanted) -> dict[str, Any]:
    document = _document(found)
    context = {"document": document, "form": _form(found), "query": found.query, "language": short_language()}
    if document["status"] != "shown":
        return context
    for part in parts(document):
        part["figures"] = [{**figure, **_drawn(figure)} for figure in part["figures"]]
    chain = document["chain"]
    chain["view"] |= _drawn(chain["view"])
    chain["rows"] = [*chain["figures"], chain["view"]]
    return {**context, "map": _map(chain), "policy": [document[id] for id in ("needs", "measures", "grants")]}


def parts(document: Document) -> list[Document]:
    """Everything that has figures."""
    return [*(document[id] for id in GROUPS), document["chain"], *document["contradictions"]]


def _drawn(figure: Document) -> Document:
    """A bar in units of BAR: up to where the share is known, what lies open beyond, and the paper's figure."""
    known, most = (round(figure[end] * BAR / 100, 1) for end in ("low", "high"))
    paper = figure["paper"]
    at = paper and paper["percent"]
    paper_at = None if at is None else round(at * BAR / 100, 1)
    return {"known": known, "open": round(most - known, 1), "paper_at": paper_at}


def _form(found: Wanted) -> dict[str, Any]:
    """The choices of the form, each with its name and whether it is chosen."""
    words = localise({basis: get_cluster_words().say(f"basis.{basis}") for basis in BASES}, short_language())
    clusters = [(cluster, str(ClusterId(cluster).label)) for cluster in found.visible]
    if len(clusters) > 1:
        clusters.insert(0, (ALL, _("All my clusters")))
    days = [(day.isoformat(), f"{day:%Y-%m-%d}") for day in found.days]
    earlier = [choice for choice in days if found.day is None or choice[0] < found.day.isoformat()]
    chosen = {"day": found.day, "before": found.before_day}
    return {
        "clusters": _options(clusters, found.cluster), "bases": _options(words.items(), found.basis),
        "days": _options([("", _("now")), *days], chosen["day"].isoformat() if chosen["day"] else ""),
        "before": _options(earlier, chosen["before"].isoformat() if chosen["before"] else ""),
        "fields": [("cluster", found.cluster), ("basis", found.basis), ("until", found.day or ""),
                   ("before", found.before_day or "")],
    }


def _options(choices: Any, chosen: str) -> list[dict[str, Any]]:
    return [{"value": value, "name": name, "chosen": value == chosen} for value, name in choices]


def _map(chain: Document) -> Document:
    """Where nodes and links stand on the page; a link is thicker the more firms have it joined."""
    nodes = [{**area, "x": PLACES[area["id"]][0], "y": PLACES[area["id"]][1]} for area in chain["areas"]]
    return {"nodes": nodes, "edges": [{**link, **edge_places(link["ends"])} for link in chain["figures"]]}


def _csv_rows(document: Document) -> Iterator[list[str]]:
    words = localise({id: get_cluster_words().say(f"column.{id}") for id in COLUMNS}, short_language())
    yield [words[id] for id in COLUMNS]
    head = {"scope": document["scope"], "basis": document["basis"], "as_of": document["as_of"]}
    for line in (*_table1_lines(document["table1"]), *_figure_lines(document)):
        yield [str({**head, **line}.get(id) or "") for id in COLUMNS]


def _table1_lines(table: Document) -> Iterator[dict[str, str]]:
    for row in table["rows"]:
        for at, type_ in enumerate(table["types"]):
            here, paper = row["cells"][2 * at], row["cells"][2 * at + 1]
            yield {"part": f"{table['title']}: {type_}", "figure": row["name"], "share": here, "paper": paper}


def _figure_lines(document: Document) -> Iterator[dict[str, str]]:
    hidden = str(localise(get_cluster_words().say("hidden"), short_language()))
    for part in parts(document):
        for figure in (*part["figures"], *([part["view"]] if "view" in part else [])):
            paper = figure["paper"]
            yield {
                "part": part["title"], "figure": figure["name"], "firms": figure["count"] or hidden,
                "of": figure["of"] or "", "share": figure["share"] or hidden, "amount": figure.get("amount", ""),
                "paper": f"{paper['value']} ({paper['section']})" if paper else "",
            }
