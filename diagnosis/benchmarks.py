"""Peer figures from the database: read what is published, and publish anew where the rules allow it.

Counted is a firm's latest diagnosis that was handed in and not withdrawn, if its owner agreed to
statistics. Verified diagnoses and self-reported ones are kept apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from clusters.models import ClusterId
from diagnosis.domain import peers
from diagnosis.domain.disclosure import THRESHOLD, Counted, Members, enough
from diagnosis.domain.peers import FIGURES, WHOLE_GROUP, Firm, Group, Published, Quartiles
from diagnosis.domain.peers_wording import PeerGroup
from diagnosis.long_count import begin_alone
from diagnosis.models import GroupStatistics, State, Submission

HANDED_IN: Final = (State.SUBMITTED, State.IN_REVIEW, State.RETURNED, State.VERIFIED)
MOST_REVISIONS: Final = 1_000
LOCK: Final = 0x7065657273  # one refresh at a time
COLUMNS: Final = ("company_id", "pk", "revision", "cluster", "size_class", *FIGURES)


def mark_of(pk: int, revision: int) -> int:
    """One number for one handing-in: a later one of the same firm is larger."""
    return pk * MOST_REVISIONS + revision


def counted_submissions(*, until: datetime | None = None) -> QuerySet[Submission]:
    """Every firm's latest handed-in diagnosis whose owner agreed to statistics: one a firm.

    `until`: of those handed in by then, the latest.
    """
    at = OuterRef("submitted_at")
    handed_in = Submission.objects.filter(state__in=HANDED_IN)
    if until is not None:
        handed_in = handed_in.filter(submitted_at__lte=until)
    later = Q(submitted_at__gt=at) | Q(submitted_at=at, pk__gt=OuterRef("pk"))
    newer = handed_in.filter(later, company=OuterRef("company"))
    return handed_in.filter(~Exists(newer), consent_statistics=True).order_by()


def _firms(rows: QuerySet[Submission]) -> Iterator[Firm]:
    for company, pk, revision, cluster, size_class, *values in rows.values_list(*COLUMNS).iterator(chunk_size=5_000):
        figures = dict(zip(FIGURES, values, strict=True))
        yield Firm(
            firm=company, mark=mark_of(pk, revision), cluster=cluster, size_class=size_class, values=figures
        )


def _of_kind(rows: QuerySet[Submission], *, verified: bool) -> QuerySet[Submission]:
    return rows.filter(state=State.VERIFIED) if verified else rows.exclude(state=State.VERIFIED)


def _members(row: tuple[list[int], list[int], list[float]]) -> Members:
    return {mark: Counted(firm, value) for firm, mark, value in zip(*row, strict=True)}


class DatabaseShelf:
    """The published figures of one kind as rows of GroupStatistics."""

    def __init__(self, *, verified: bool) -> None:
        self.verified = verified
        self.published = 0

    def _standing(self, group: Group, figure: str) -> QuerySet[GroupStatistics]:
        return GroupStatistics.objects.filter(
            figure=figure, verified=self.verified, cluster=group.cluster, size_class=group.size_class, standing=True
        )

    def current(self, group: Group, figure: str) -> Members | None:
        row = self._standing(group, figure).values_list("firms", "marks", "values").first()
        return None if row is None else _members(row)

    def near(self, figure: str, size: int) -> Iterable[Members]:
        close = (size - THRESHOLD + 1, size + THRESHOLD - 1)
        rows = GroupStatistics.objects.filter(figure=figure, size__range=close)
        return (_members(row) for row in rows.values_list("firms", "marks", "values").iterator(chunk_size=20))

    def publish(self, group: Group, figure: str, members: Members, found: Quartiles) -> None:
        self.withdraw(group, figure)
        GroupStatistics.objects.create(
            figure=figure, verified=self.verified, cluster=group.cluster, size_class=group.size_class,
            size=len(members), quartiles=list(found), marks=list(members),
            firms=[one.firm for one in members.values()], values=[one.value for one in members.values()],
        )
        self.published += 1

    def withdraw(self, group: Group, figure: str) -> None:
        self._standing(group, figure).update(standing=False)


@transaction.atomic
def refresh_all() -> int:
    """Bring all groups up to date; returns how many figures were published anew."""
    return sum(_refresh_kind(verified=verified) for verified in (False, True)) if begin_alone(LOCK) else 0


def _refresh_kind(*, verified: bool) -> int:
    shelf = DatabaseShelf(verified=verified)
    firms: dict[str, list[Firm]] = {cluster: [] for cluster in ClusterId.values}
    for firm in _firms(_of_kind(counted_submissions(), verified=verified)):
        firms[firm.cluster].append(firm)
    for figure in FIGURES:
        peers.settle_all(shelf, firms, figure)
    return shelf.published


@transaction.atomic
def refresh_cluster(cluster: str) -> int:
    """The same for the groups of one cluster."""
    if not begin_alone(LOCK):
        return 0
    published = 0
    for verified in (False, True):
        shelf = DatabaseShelf(verified=verified)
        firms = list(_firms(_of_kind(counted_submissions().filter(cluster=cluster), verified=verified)))
        for figure in FIGURES:
            peers.settle_cluster(shelf, cluster, firms, figure)
        published += shelf.published
    return published


def refresh_missing(cluster: str, size_class: str) -> None:
    """Publish what a report is about to look for and nobody has published yet, though it may be now.

    The regular refresh keeps what is published up to date; only the first figures of a group are made
    here, so that a report need not wait for it.
    """
    for group in peers.widening(cluster, size_class):
        if not _missing(group):
            continue
        if group == peers.EVERYBODY:
            refresh_all()
        else:
            refresh_cluster(cluster)


def _missing(group: Group) -> bool:
    where = {key: value for key, value in group._asdict().items() if value}
    standing = GroupStatistics.objects.filter(figure=WHOLE_GROUP, standing=True, **group._asdict())
    for verified in (False, True):
        rows = _of_kind(counted_submissions().filter(**where), verified=verified)
        if not standing.filter(verified=verified).exists() and enough(len(rows.values_list("pk")[:THRESHOLD])):
            return True
    return False


def peer_groups(submission: Submission) -> dict[bool, PeerGroup]:
    """What this firm is compared with, by `verified`; a kind without enough firms is left out."""
    place = (submission.cluster, submission.size_class)
    rows = list(_standing_rows(peers.widening(*place)))
    found: dict[bool, PeerGroup] = {}
    for verified in (False, True):
        own = {_published(row, submission.company_id): row for row in rows if row["verified"] is verified}  # type: ignore[arg-type]
        figures = peers.peer_group(own, *place)
        if figures:
            oldest = min(own[figure]["published_at"] for figure in figures)
            found[verified] = PeerGroup(figures=figures, as_of=timezone.localdate(oldest))
    return found


def _standing_rows(groups: Iterable[Group]) -> QuerySet[GroupStatistics, dict[str, Any]]:
    """Without the members, which are long."""
    wanted = Q()
    for group in groups:
        wanted |= Q(**group._asdict())
    rows = GroupStatistics.objects.filter(wanted, standing=True)
    return rows.values("id", "figure", "verified", "cluster", "size_class", "size", "quartiles", "published_at")


def _published(row: dict[str, Any], company: int) -> Published:
    """In a group above the threshold the firm itself may stand; only one at the threshold is looked into."""
    size = row["size"]
    others = size if size == THRESHOLD and not _contains(row["id"], company) else size - 1
    first, middle, third = row["quartiles"]
    return Published(
        group=Group(row["cluster"], row["size_class"]), figure=row["figure"], size=size, others=others,
        quartiles=(first, middle, third),
    )


def _contains(pk: int, company: int) -> bool:
    return GroupStatistics.objects.filter(pk=pk, firms__contains=[company]).exists()
