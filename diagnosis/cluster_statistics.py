"""Counts the firms of each cluster in the database and publishes them by the rules of cluster_publishing.

One pass over DiagnosisFacts counts all clusters whose figures are due; pages read publications only.
Self-reported are the diagnoses no officer verified, as in diagnosis.benchmarks.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from django.db import connection, transaction
from django.db.models import Count, F, Min, Q
from django.utils import timezone

from diagnosis.benchmarks import HANDED_IN
from diagnosis.cluster_facts import choose, take_facts
from diagnosis.domain.chain import LINKS
from diagnosis.domain.cluster_facts import LINK_COUNT, OUTCOMES, SCALES, TIERS, TRAITS
from diagnosis.domain.cluster_publishing import Counts, breakdown_due, due, type_due
from diagnosis.domain.cluster_view import outcomes_shown, shown_breakdown
from diagnosis.domain.disclosure import enough
from diagnosis.domain.verdict import TYPES
from diagnosis.long_count import begin_alone
from diagnosis.models import ClusterFigures, DiagnosisFacts, Submission
from diagnosis.models.cluster import COUNTED

LOCK: Final = 0x636C7573746572  # one refresh at a time
STAGES: Final = range(6)
LOWEST_CHANGE: Final = -100
HIGHEST_CHANGE: Final = 300  # percent; beyond it counts as this
ROWS: Final = {"scale": SCALES, "tier": TIERS}
LINK_BITS: Final = sum(1 << TRAITS.index(link) for link in LINKS)


class Kind(NamedTuple):
    """Whose figures: one cluster, self-reported or verified."""

    cluster: str
    verified: bool


Advice = Callable[[list[Kind]], Mapping[Kind, dict[str, Any]]]


def no_advice(kinds: list[Kind]) -> Mapping[Kind, dict[str, Any]]:
    return {}


@transaction.atomic
def refresh(*, advice: Advice = no_advice, now: datetime | None = None) -> int:
    """Publish what is due; returns how many clusters were published. `advice` counts what their reports advise.

    The first time, the ends of past quarters are published too, as if the figures had been kept all along.
    """
    if not begin_alone(LOCK):
        return 0
    now = now or timezone.now()
    take_facts()
    published = 0
    for day in _past_quarters(now) if not ClusterFigures.objects.exists() else ():
        choose(until=day)
        published += _publish_due(day, now, advice)
    choose()
    return published + _publish_due(now, now, advice)


def quarter_end(day: datetime) -> datetime:
    """The last moment of the quarter a day lies in, in the site's time."""
    local = timezone.localtime(day)
    month = (local.month - 1) // 3 * 3 + 3
    year, after = (local.year + 1, 1) if month == 12 else (local.year, month + 1)
    first = local.replace(year=year, month=after, day=1, hour=0, minute=0, second=0, microsecond=0)
    return first - timedelta(microseconds=1)


def _past_quarters(now: datetime) -> Iterator[datetime]:
    first = Submission.objects.filter(state__in=HANDED_IN).aggregate(first=Min("submitted_at"))["first"]
    day = quarter_end(first) if first else now
    while day < now:
        yield day
        day = quarter_end(day + timedelta(days=1))


def _publish_due(as_of: datetime, now: datetime, advice: Advice) -> int:
    standing = {Kind(row.cluster, row.verified): row for row in ClusterFigures.objects.filter(standing=True)}
    firms, changed = _group_sizes(Q(chosen=True)), _changed(standing)
    wanted = [
        kind for kind in {*firms, *standing}
        if due(firms.get(kind, 0), standing[kind].firms if kind in standing else None, changed.get(kind, 0))
    ]
    _withdraw([kind for kind in wanted if not enough(firms.get(kind, 0))])
    ready = sorted(kind for kind in wanted if enough(firms.get(kind, 0)))
    counts, advised = _count(ready), advice(ready)
    for kind in ready:
        _publish(kind, {**counts[kind], "advice": advised.get(kind, {})}, standing.get(kind), as_of, now)
    return len(ready)


def _group_sizes(which: Q) -> dict[Kind, int]:
    rows = DiagnosisFacts.objects.filter(which).values_list("cluster", "verified").annotate(firms=Count("pk"))
    return {Kind(cluster, verified): firms for cluster, verified, firms in rows}


def _of(kinds: Iterable[Kind]) -> Q:
    found = Q(pk__in=())
    for kind in kinds:
        found |= Q(**kind._asdict())
    return found


def _changed(standing: Mapping[Kind, ClusterFigures]) -> dict[Kind, int]:
    """Firms that came, went or handed in again since the publication that stands."""
    rows = (
        DiagnosisFacts.objects.filter(_of(standing)).exclude(chosen=F("counted"))
        .values_list("cluster", "verified").annotate(firms=Count("company", distinct=True))
    )
    changed = {Kind(cluster, verified): firms for cluster, verified, firms in rows}
    kept = _group_sizes(Q(counted=True))
    return {  # what was counted and deleted since then is no row any more
        kind: changed.get(kind, 0) + row.firms - kept.get(kind, 0) for kind, row in standing.items()
    }


def _withdraw(kinds: list[Kind]) -> None:
    ClusterFigures.objects.filter(_of(kinds), standing=True).update(standing=False)
    DiagnosisFacts.objects.filter(_of(kinds)).update(**dict.fromkeys(COUNTED, False))


@dataclass
class _Group:
    """Counts of one group while they are added up."""

    types: dict[str, int] = field(default_factory=lambda: dict.fromkeys(TYPES, 0))
    stages: dict[str, int] = field(default_factory=lambda: {str(stage): 0 for stage in STAGES})
    needs: dict[str, int] = field(default_factory=dict)
    traits: dict[str, int] = field(default_factory=lambda: dict.fromkeys(TRAITS, 0))
    rows: dict[str, dict[str, dict[str, int]]] = field(
        default_factory=lambda: {kind: {row: dict.fromkeys(TYPES, 0) for row in rows} for kind, rows in ROWS.items()}
    )
    by_type: dict[str, dict[str, dict[str, int]]] = field(
        default_factory=lambda: {type_: {id: {} for id in (*OUTCOMES, LINK_COUNT)} for type_ in TYPES}
    )

    def add(self, type_: str, scale: str, tier: str, need: str, firms: int, figures: tuple[int, ...]) -> None:
        self.types[type_] += firms
        self.rows["scale"][scale][type_] += firms
        self.rows["tier"][tier][type_] += firms
        self.needs[need or "none"] = self.needs.get(need or "none", 0) + firms
        for stage, number in zip(self.stages, figures, strict=False):
            self.stages[stage] += number
        for trait, number in zip(TRAITS, figures[len(self.stages):], strict=True):
            self.traits[trait] += number

    def as_counts(self) -> Counts:
        return {
            "firms": sum(self.types.values()), "types": self.types, "stages": self.stages, "needs": self.needs,
            "traits": self.traits, "rows": self.rows, "by_type": self.by_type,
        }


FIGURES: Final = ", ".join([
    *(f"count(*) FILTER (WHERE stage = {stage})" for stage in STAGES),
    *(f"count(*) FILTER (WHERE traits & {1 << bit} <> 0)" for bit in range(len(TRAITS))),
])
# The facts that belong into the figures of these kinds.
CHOSEN: Final = """
diagnosis_diagnosisfacts f JOIN unnest(%s::text[], %s::boolean[]) k (cluster, verified) USING (cluster, verified)
"""
CLIPPED: Final = ", ".join(
    f"('{id}', CASE WHEN {id} IS NOT NULL"
    f" THEN least(greatest(round({id}), {LOWEST_CHANGE}), {HIGHEST_CHANGE})::int END)"
    for id in OUTCOMES
)
COUNT: Final = f"""
SELECT cluster, verified, type, scale, tier, need, count(*), {FIGURES}
FROM {CHOSEN} WHERE chosen GROUP BY 1, 2, 3, 4, 5, 6
"""
SPREAD: Final = f"""
SELECT cluster, verified, type, v.id, v.value, count(*)
FROM {CHOSEN} CROSS JOIN LATERAL (VALUES
    {CLIPPED},
    ('{LINK_COUNT}', length(replace((traits & {LINK_BITS})::bit({len(TRAITS)})::text, '0', '')))
) v (id, value)
WHERE chosen AND v.value IS NOT NULL GROUP BY 1, 2, 3, 4, 5
"""


def _count(kinds: list[Kind]) -> dict[Kind, Counts]:
    """The counts of all these groups: two queries."""
    groups: dict[Kind, _Group] = defaultdict(_Group)
    for cluster, verified, type_, scale, tier, need, firms, *figures in ask(COUNT, kinds):
        groups[Kind(cluster, verified)].add(type_, scale, tier, need, firms, tuple(figures))
    for cluster, verified, type_, id, value, firms in ask(SPREAD, kinds):
        groups[Kind(cluster, verified)].by_type[type_][id][str(value)] = firms
    return {kind: group.as_counts() for kind, group in groups.items()}


def ask(query: str, kinds: list[Kind]) -> list[tuple[Any, ...]]:
    """The rows of a query over CHOSEN."""
    clusters, verified = [kind.cluster for kind in kinds], [kind.verified for kind in kinds]
    if not clusters:
        return []
    with connection.cursor() as cursor:
        cursor.execute(query, [clusters, verified])
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def _publish(kind: Kind, counts: Counts, before: ClusterFigures | None, as_of: datetime, now: datetime) -> None:
    old = before.counts if before else None
    day = timezone.localdate(as_of).isoformat()
    kept: dict[str, bool] = {}
    rows, by_type = counts.pop("rows"), counts.pop("by_type")
    for name in ROWS:
        fresh = _breakdown_is_due(kind, name, old, rows[name])
        kept[f"counted_{name}"] = not fresh
        counts[name] = {"as_of": day, "rows": rows[name]} if fresh or old is None else old[name]
    stale = {type_ for type_ in TYPES if old and not _type_is_due(kind, type_, old)}
    counts["by_type"] = {
        type_: old["by_type"][type_] if old and type_ in stale else {"as_of": day, "values": by_type[type_]}
        for type_ in TYPES
    }
    ClusterFigures.objects.filter(**kind._asdict(), standing=True).update(standing=False)
    ClusterFigures.objects.create(**kind._asdict(), as_of=as_of, published_at=now, firms=counts["firms"], counts=counts)
    _note_counted(kind, kept, stale)


def _note_counted(kind: Kind, kept: Mapping[str, bool], stale: set[str]) -> None:
    """Mark whose facts the figures hold that stand now."""
    facts = DiagnosisFacts.objects.filter(**kind._asdict())
    marks = ["counted", *(mark for mark, stays in kept.items() if not stays)]
    unequal = Q()
    for mark in marks:
        unequal |= ~Q(**{mark: F("chosen")})
    facts.filter(unequal).update(**{mark: F("chosen") for mark in marks})
    facts.exclude(type__in=stale).exclude(counted_type=F("chosen")).update(counted_type=F("chosen"))


def _changes(kind: Kind, mark: str, row: str, before: Mapping[str, int]) -> list[tuple[int, str]]:
    """Firms that came into a row or left it since the figures that stand, which count `before` firms by row.

    Whoever was deleted since then is no row any more; each is a firm that left, with a number nobody else has.
    """
    facts = DiagnosisFacts.objects.filter(**kind._asdict())
    changed = list(facts.exclude(chosen=F(mark)).values_list("company_id", row))
    kept = dict(facts.filter(**{mark: True}).values_list(row).annotate(firms=Count("pk")))
    gone = [name for name, firms in before.items() for _ in range(firms - kept.get(name, 0))]
    return changed + [(-number, name) for number, name in enumerate(gone, start=1)]


def _breakdown_is_due(kind: Kind, name: str, old: Counts | None, rows: dict[str, dict[str, int]]) -> bool:
    if old is None or shown_breakdown(name, old[name]["rows"]) is None:
        return True
    before = {row: sum(types.values()) for row, types in old[name]["rows"].items()}
    return breakdown_due(name, old[name]["rows"], rows, _changes(kind, f"counted_{name}", name, before))


def _type_is_due(kind: Kind, type_: str, old: Counts) -> bool:
    if not outcomes_shown(old["by_type"][type_]["values"]):
        return True
    before = {one: sum(part["values"][LINK_COUNT].values()) for one, part in old["by_type"].items()}
    return type_due(type_, _changes(kind, "counted_type", "type", before))
