"""Campaigns read: how far each invitation is, who may be mailed or reminded, and how many firms answered.

Words
answered   the diagnosis begun with the invitation is handed in; or any diagnosis with the firm's social
           credit code was handed in after the campaign was made. One that was withdrawn does not count.
reached    mailed, printed, opened or answered: the firm knows of the campaign.
rate       answered of reached. The officer's own invitations are counted, and these are no anonymous
           statistics of answers, so small counties are shown as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db import models
from django.db.models import Case, Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce, Greatest, NullIf
from django.utils.translation import gettext_lazy as _

from clusters.columns import key
from clusters.models import User
from diagnosis.benchmarks import HANDED_IN
from diagnosis.invitation_codes import read_code
from diagnosis.models import Campaign, Invitation, Submission

MOST_REMINDERS: Final = 3
BETWEEN_REMINDERS: Final = timedelta(days=7)  # also between the invitation and the first reminder


class Progress(models.TextChoices):
    """How far an invitation is. Of several that fit, the last one counts."""

    NOT_INVITED = "not_invited", _("Not invited yet")
    PRINTED = "printed", _("Letter printed")
    MAILED = "mailed", _("Mailed")
    OPENED = "opened", _("Opened")
    STARTED = "started", _("Begun")
    STOPPED = "stopped", _("No more reminders wanted")
    HANDED_IN = "handed_in", _("Handed in")


# Read from above: the first that fits.
_RULES: Final[tuple[tuple[Q, Progress], ...]] = (
    (Q(answered=True), Progress.HANDED_IN),
    (Q(stopped_at__isnull=False), Progress.STOPPED),
    (Q(submission__isnull=False), Progress.STARTED),
    (Q(opened_at__isnull=False), Progress.OPENED),
    (Q(mailed_at__isnull=False), Progress.MAILED),
    (Q(printed_at__isnull=False), Progress.PRINTED),
)


def visible_campaigns(rows: QuerySet[Campaign], user: User) -> QuerySet[Campaign]:
    """What an officer may see of campaigns: those of the own clusters."""
    return rows.filter(cluster__in=user.visible_clusters())


def _by_link() -> QuerySet[Submission]:
    return Submission.objects.filter(pk=OuterRef("submission"), state__in=HANDED_IN).order_by()


def _by_code() -> QuerySet[Submission]:
    since = OuterRef("campaign__created_at")
    return Submission.objects.filter(uscc=OuterRef("uscc"), submitted_at__gte=since, state__in=HANDED_IN)


def with_progress(rows: QuerySet[Invitation]) -> QuerySet[Invitation]:
    """With `answered` and `progress`."""
    whens = [When(rule, then=Value(progress.value)) for rule, progress in _RULES]
    return rows.annotate(answered=Exists(_by_link()) | Exists(_by_code().order_by())).annotate(
        progress=Case(*whens, default=Value(Progress.NOT_INVITED.value), output_field=models.CharField())
    )


def found(rows: QuerySet[Invitation], *, search: str = "", progress: str = "") -> QuerySet[Invitation]:
    """The invitations (with progress) in one state whose name holds the text, or whose code begins with it."""
    if progress:
        rows = rows.filter(progress=progress)
    text = key(search)
    if not text:
        return rows
    code = read_code(search) or text.replace(" ", "").upper()
    return rows.filter(Q(company_name__icontains=search.strip()) | Q(uscc__startswith=code) | Q(code__startswith=code))


# --- who may be written to ------------------------------------------------------------------------


def closed(campaign: Campaign, today: date) -> bool:
    """After the day answers were wanted by nothing more is mailed; invitations keep working."""
    return campaign.closes_on is not None and campaign.closes_on < today


def to_mail(rows: QuerySet[Invitation]) -> QuerySet[Invitation]:
    """Of invitations with progress: never mailed, not begun, and an address is known."""
    return rows.filter(
        progress__in=(Progress.NOT_INVITED, Progress.PRINTED, Progress.OPENED), mailed_at=None, mail_state="",
        mail_fault="",
    ).exclude(email="")


def to_mail_again(rows: QuerySet[Invitation]) -> QuerySet[Invitation]:
    """The first mail failed, or nobody knows what became of it."""
    first_failed = Q(mailed_at=None) | Q(mail_fault="unclear", reminders=0)
    done = (Progress.HANDED_IN, Progress.STOPPED, Progress.STARTED)
    return rows.filter(first_failed, mail_state="").exclude(mail_fault="").exclude(email="").exclude(progress__in=done)


def to_remind(rows: QuerySet[Invitation], now: datetime) -> QuerySet[Invitation]:
    """Written to some time ago, not answered, never stopped, and not reminded too often or too lately."""
    return rows.filter(
        progress__in=(Progress.PRINTED, Progress.MAILED, Progress.OPENED, Progress.STARTED), mail_state="",
        reminders__lt=MOST_REMINDERS,
    ).exclude(email="").annotate(
        last_written=Greatest("reminded_at", "mailed_at", "printed_at")  # PostgreSQL passes over the empty ones
    ).filter(last_written__lte=now - BETWEEN_REMINDERS)


def to_print(rows: QuerySet[Invitation], which: str, chosen: Iterable[int] = ()) -> QuerySet[Invitation]:
    """The firms that get a letter: `without_email`, `selected` or `all`; never those done with it."""
    rows = rows.exclude(progress__in=(Progress.HANDED_IN, Progress.STOPPED))
    narrower: Mapping[str, Q] = {"without_email": Q(email=""), "selected": Q(pk__in=list(chosen)), "all": Q()}
    return rows.filter(narrower[which])


# --- how many answered -----------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Rate:
    """The firms of one county or size: on the list, reached, answered. `id` is empty where it is not known."""

    id: str
    listed: int
    reached: int
    answered: int

    @property
    def percent(self) -> int | None:
        return round(100 * self.answered / self.reached) if self.reached else None


_COUNTS: Final[dict[str, Any]] = {
    "listed": Count("pk"), "reached": Count("pk", filter=~Q(progress=Progress.NOT_INVITED)),
    "answers": Count("pk", filter=Q(answered=True)),
}


def _with_size(rows: QuerySet[Invitation]) -> QuerySet[Invitation]:
    """The size in the diagnosis handed in; before that, the one on the list."""
    by_code = _by_code().order_by("-submitted_at", "-pk").values("size_class")[:1]
    return rows.annotate(shown_size=Coalesce(
        NullIf(Subquery(_by_link().values("size_class")[:1]), Value("")), NullIf(Subquery(by_code), Value("")),
        F("size_class"),
    ))


def _rates(rows: QuerySet[Invitation], field: str) -> list[Rate]:
    counted = rows.order_by().values(field).annotate(**_COUNTS)
    return [
        Rate(id=row[field], listed=row["listed"], reached=row["reached"], answered=row["answers"]) for row in counted
    ]


def _in_order(rates: Iterable[Rate], order: Iterable[str]) -> list[Rate]:
    places = {id: place for place, id in enumerate((*order, ""))}
    return sorted(rates, key=lambda rate: places.get(rate.id, len(places)))


def rates_by_county(rows: QuerySet[Invitation], counties: Iterable[str]) -> list[Rate]:
    """Of invitations with progress, in the order of `counties`, those without one last."""
    return _in_order(_rates(rows, "county"), counties)


def rates_by_size(rows: QuerySet[Invitation], sizes: Iterable[str]) -> list[Rate]:
    return _in_order(_rates(_with_size(rows), "shown_size"), sizes)


def total(rates: Iterable[Rate]) -> Rate:
    rates = list(rates)
    return Rate(
        id="", listed=sum(rate.listed for rate in rates), reached=sum(rate.reached for rate in rates),
        answered=sum(rate.answered for rate in rates),
    )


def counts_by_progress(rows: QuerySet[Invitation]) -> dict[str, int]:
    return dict(rows.order_by().values_list("progress").annotate(Count("pk")))


def with_answer(rows: QuerySet[Invitation]) -> QuerySet[Invitation]:
    """With `answer`: the key of the diagnosis that answered, if it is of the campaign's cluster."""
    here = Q(cluster=OuterRef("campaign__cluster"))
    by_code = _by_code().filter(here).order_by("-submitted_at", "-pk")
    return rows.annotate(answer=Coalesce(
        Subquery(_by_link().filter(here).values("pk")[:1]), Subquery(by_code.values("pk")[:1])
    ))


def with_counts(rows: QuerySet[Campaign]) -> QuerySet[Campaign]:
    """Campaigns with `listed` and `answers`: firms on the list, and those that handed in."""
    own = Invitation.objects.filter(campaign=OuterRef("pk")).order_by()
    answered = own.filter(Exists(_by_link()) | Exists(_by_code().order_by()))
    return rows.annotate(listed=_number(own), answers=_number(answered))


def _number(rows: QuerySet[Invitation]) -> Coalesce:
    counted = rows.values("campaign").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted), Value(0))
