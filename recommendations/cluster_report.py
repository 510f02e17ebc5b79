"""The cluster view from what is published: which publications, the document made of them, and its PDF.

A view is named by the publications it shows; they never change, so a report asked for today and made after a
broken night is of the same figures. Reading takes a constant number of queries, whatever the number of firms.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, BinaryIO, Final

from django.utils import timezone
from django.utils.translation import gettext as _

from clusters.content import get_places, get_references
from clusters.models import ClusterId
from diagnosis.cluster_statistics import quarter_end
from diagnosis.content import get_questionnaire
from diagnosis.domain.cluster_view import View, together, view_of
from diagnosis.domain.wording import Said
from diagnosis.localised import short_language
from diagnosis.models import ClusterFigures
from diagnosis.wording import get_wording
from recommendations.content import get_catalogue, get_cluster_words
from recommendations.domain.cluster_document import Asked, Names, cluster_document
from recommendations.domain.cluster_numbers import Words
from recommendations.jobs import CannotBeMade, Progress
from recommendations.models import OfficerFile, PolicyProgramme
from recommendations.rendering import TEMPLATE_FOLDER, render_pdf

TEMPLATE: Final = TEMPLATE_FOLDER / "cluster_report.typ"


@dataclass(frozen=True, kw_only=True)
class Choice:
    """Which publications are shown: of these clusters, what stands now or stood at the end of a day.

    `figures` and `before` are numbers of publications; `before_day` is the day compared with.
    """

    clusters: tuple[str, ...]
    verified: bool
    figures: tuple[int, ...]
    before: tuple[int, ...] = ()
    before_day: date | None = None

    def to_json(self) -> dict[str, Any]:
        return {
            "verified": self.verified, "figures": list(self.figures), "before": list(self.before),
            "before_day": self.before_day.isoformat() if self.before_day else None,
        }

    @classmethod
    def from_json(cls, clusters: Iterable[str], wish: Mapping[str, Any]) -> Choice:
        day = wish["before_day"]
        return cls(
            clusters=tuple(clusters), verified=wish["verified"], figures=tuple(wish["figures"]),
            before=tuple(wish["before"]), before_day=date.fromisoformat(day) if day else None,
        )


@dataclass(frozen=True, kw_only=True)
class Shelf:
    """All publications of some clusters and one kind, without their counts."""

    clusters: tuple[str, ...]
    verified: bool
    rows: tuple[tuple[int, str, datetime, bool], ...]  # number, cluster, as of, standing

    @classmethod
    def of(cls, clusters: tuple[str, ...], *, verified: bool) -> Shelf:
        rows = ClusterFigures.objects.filter(cluster__in=clusters, verified=verified).order_by("as_of", "pk")
        return cls(
            clusters=clusters, verified=verified,
            rows=tuple(rows.values_list("pk", "cluster", "as_of", "standing")),
        )

    def at(self, day: date | None) -> tuple[int, ...]:
        """The publications that stood at the end of a day, one a cluster; those that stand now without a day."""
        if day is None:
            return tuple(sorted(pk for pk, _cluster, _as_of, standing in self.rows if standing))
        end = timezone.make_aware(datetime.combine(day, time.max))
        return tuple(sorted({cluster: pk for pk, cluster, as_of, _standing in self.rows if as_of <= end}.values()))

    def days(self, today: date) -> list[date]:
        """Ends of past quarters at which something was published, latest first."""
        if not self.rows:
            return []
        found, day = [], timezone.localdate(quarter_end(self.rows[0][2]))
        while day < today:
            found.append(day)
            after = timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))
            day = timezone.localdate(quarter_end(after))
        return found[::-1]

    def choice(self, day: date | None, before_day: date | None) -> Choice:
        before = self.at(before_day) if before_day else ()
        return Choice(
            clusters=self.clusters, verified=self.verified, figures=self.at(day), before=before,
            before_day=before_day if before else None,
        )


def document_of(choice: Choice, *, made_on: date, day: date | None = None) -> dict[str, Any]:
    """The document of the chosen publications. `day` is said where there are none."""
    rows = {row.pk: row for row in ClusterFigures.objects.filter(pk__in={*choice.figures, *choice.before})}
    shown, earlier = ([rows[pk] for pk in pks if pk in rows] for pks in (choice.figures, choice.before))
    view, before = _view(shown), _view(earlier)
    names = _names(view)
    words = Words(
        view=get_cluster_words(), references={one.id: one for one in get_references()},
        clusters=view.clusters if view else 1,
    )
    latest = max((timezone.localdate(row.as_of) for row in shown), default=day)
    left_out = [cluster for cluster in choice.clusters if cluster not in {row.cluster for row in shown}]
    asked = Asked(
        scope=_scope(words, choice.clusters), cluster=choice.clusters[0] if len(choice.clusters) == 1 else "",
        verified=choice.verified, day=latest, made_on=made_on, before_day=choice.before_day,
        left_out=tuple(_cluster_name(cluster) for cluster in left_out) if view else (),
    )
    return cluster_document(words, names, asked, view, before, too_few=view is None and _anybody(choice))


def _view(rows: Iterable[ClusterFigures]) -> View | None:
    return together(view_of(row.counts, day=timezone.localdate(row.as_of).isoformat()) for row in rows)


def _anybody(choice: Choice) -> bool:
    """Whether firms are counted at all where no figures stand."""
    from diagnosis.models import DiagnosisFacts

    facts = DiagnosisFacts.objects.filter(cluster__in=choice.clusters, verified=choice.verified, chosen=True)
    return facts.exists()


def _cluster_name(cluster: str) -> Said:
    return get_places().cluster[cluster].name.to_dict()


def _scope(words: Words, clusters: tuple[str, ...]) -> Said:
    if len(clusters) == 1:
        return _cluster_name(clusters[0])
    return words.say("scope.all", count=len(clusters))


def _names(view: View | None) -> Names:
    programmes = PolicyProgramme.objects.filter(key__in=view.grants if view else ())
    return Names(
        questions={id: question.name.to_dict() for id, question in get_questionnaire().questions.items()},
        wording=get_wording(),
        measures={id: measure.title.to_dict() for id, measure in get_catalogue().measures.items()},
        programmes={row.key: row.rule["name"] for row in programmes if row.rule.get("name")},
    )


# --- the file -----------------------------------------------------------------------------------


def report_name(file: OfficerFile) -> str:
    cluster = file.clusters[0] if len(file.clusters) == 1 else "all"
    return f"{_('cluster report')}-{cluster}-{timezone.localdate(file.created_at):%Y-%m-%d}.pdf"


def write_report(file: OfficerFile, target: BinaryIO, progress: Progress) -> None:
    """The cluster report as a PDF in the language of the file."""
    progress(0, 1)
    order = [cluster for cluster in ClusterId.values if cluster in file.clusters]
    choice = Choice.from_json(order, file.wish)
    document = document_of(choice, made_on=timezone.localdate(file.created_at))
    if document["status"] != "shown":
        raise CannotBeMade(_("There are no figures to print yet."))
    lang = short_language()
    printed = {**document, "company": {"name": document["scope"][lang]}, "submitted_on": document["made_on"]}
    target.write(render_pdf(printed, lang, template=TEMPLATE).data)  # type: ignore[arg-type]
    progress(1, 1)
