"""What waits for an officer today: a few lists of submissions, each the list page with some filters.

A number on the start page is that of the list it leads to, because both come from the same filters. It is
counted up to MOST_SHOWN only, so that the start page stays quick.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from clusters.models import User
from diagnosis.list_filters import Viewer, condition
from diagnosis.list_pages import NEWEST_FIRST, OLDEST_FIRST, capped_count
from diagnosis.models import Submission

MOST_SHOWN: Final = 99
LONGEST_WAITING: Final = 5


@dataclass(frozen=True, kw_only=True)
class Queue:
    """A list that waits: its name and the filters that make it."""

    id: str
    label: str | Promise
    hint: str | Promise
    values: Mapping[str, str]


QUEUES: Final = (
    Queue(
        id="new", label=_("Newly submitted"), hint=_("Handed in and not opened by any officer yet."),
        values={"opened": "no", "state": "submitted"},
    ),
    Queue(
        id="mine", label=_("Assigned to me"), hint=_("Submitted or in review, and yours to do."),
        values={"state": "waiting", "officer": "me"},
    ),
    Queue(
        id="again", label=_("Returned and handed in again"), hint=_("Corrected by the firm after your comments."),
        values={"state": "submitted", "again": "yes"},
    ),
    Queue(
        id="free", label=_("Without an officer"), hint=_("Submitted and not assigned to anybody."),
        values={"state": "submitted", "officer": "nobody"},
    ),
    Queue(
        id="returned", label=_("With the firm"), hint=_("Returned with comments; the firm has to answer."),
        values={"state": "returned"},
    ),
)
WAITING_LONGEST: Final = {"state": "waiting", "order": "oldest"}


def queues_of(user: User) -> list[dict[str, Any]]:
    """Each queue with its number, at most MOST_SHOWN and then a plus, and the filters as the end of an address."""
    viewer = Viewer(user)
    return [
        {"id": one.id, "label": one.label, "hint": one.hint, "query": urlencode(one.values),
         "number": _shown(one, viewer)}
        for one in QUEUES
    ]


def _rows(values: Mapping[str, str], viewer: Viewer) -> Any:
    return viewer.rows.filter(condition(values, viewer))


def _shown(queue: Queue, viewer: Viewer) -> str:
    number = capped_count(_rows(queue.values, viewer).order_by(*NEWEST_FIRST), MOST_SHOWN)
    return f"{MOST_SHOWN}+" if number > MOST_SHOWN else str(number)


def waiting_longest(user: User) -> list[tuple[Submission, int]]:
    """What was handed in first and still waits for an officer, with the days it waits."""
    rows = _rows(WAITING_LONGEST, Viewer(user)).order_by(*OLDEST_FIRST)
    shown = rows.only("company_name", "reference", "state", "submitted_at")[:LONGEST_WAITING]
    today = timezone.localdate()
    return [(row, (today - timezone.localdate(row.submitted_at)).days) for row in shown]


__all__ = ["QUEUES", "WAITING_LONGEST", "queues_of", "waiting_longest"]
