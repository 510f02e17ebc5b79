"""How often something may be asked for that makes rows, makes workers work, or could be a guess. One table for all.

Counted first by person (the account, else the session of the browser), then by address of the network. A session costs
nothing, so the second count is the one a machine meets; it is wide, because the firms of a street or a training room
share one address. Windows begin with the first try, in the database cache: for all processes together.

A count that fails lets owners through and stops who may be guessing. Signing in has limits of its own (django-allauth).
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil
from typing import Final

from allauth.core.internal.ratelimit import get_ip
from django.conf import settings
from django.contrib import messages
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

logger = logging.getLogger(__name__)
MINUTE, HOUR, DAY = 60, 3600, 86_400
Rates = tuple[tuple[int, int], ...]  # how many in how many seconds


@dataclass(frozen=True)
class Limit:
    """`shared`: so many times ADDRESS_LIMIT an hour and address. `closed`: a count that fails refuses."""

    person: Rates = ()
    address: Rates = ()
    shared: int = 0
    closed: bool = False

    def address_rates(self) -> Rates:
        wide = ((settings.ADDRESS_LIMIT * self.shared, HOUR),) if self.shared and settings.ADDRESS_LIMIT else ()
        return self.address + wide


# A clerk of an association fills in for many firms; a firm begins one diagnosis and hands it in, or corrects it, a few
# times. Saving a page is not counted: it overwrites a row of one's own.
LIMITS: Final = {
    "start": Limit(person=((30, HOUR), (100, DAY)), shared=1),
    "hand_in": Limit(person=((30, HOUR), (100, DAY)), shared=1),
    "print_again": Limit(person=((20, HOUR),), shared=1),
    "link": Limit(person=((30, HOUR),), shared=1),
    "end_access": Limit(person=((30, HOUR),)),  # must not wait for others at the same address
    "plan": Limit(person=((30, MINUTE),), shared=10),  # each plan is an exact search
    "unknown_code": Limit(address=((20, 10 * MINUTE),), closed=True),
    "ask": Limit(address=((10, 10 * MINUTE), (60, DAY)), closed=True),
}


def wait(request: HttpRequest, action: str, *, look: bool = False) -> int:
    """Count one try; 0 when it may go on, else the seconds until the next may. With `look` nothing is counted."""
    limit = LIMITS[action]
    try:
        return _wait(list(_counts(request, action, limit)), look)
    except DatabaseError:
        if limit.closed:
            raise
        logger.warning("the limit of %s could not be counted", action)
        return 0


def _counts(request: HttpRequest, action: str, limit: Limit) -> Iterator[tuple[str, Rates]]:
    """Under which names this try is counted."""
    person = f"user:{request.user.pk}" if request.user.is_authenticated else f"session:{request.session.session_key}"
    if limit.person and (request.user.is_authenticated or request.session.session_key):
        yield f"limit:{action}:{person}", limit.person
    if rates := limit.address_rates():
        try:
            yield f"limit:{action}:address:{get_ip(request)}", rates
        except PermissionDenied:  # the proxy does not say whose request it is
            if limit.closed:
                raise


@transaction.atomic
def _wait(counts: list[tuple[str, Rates]], look: bool) -> int:
    """Either every count goes up by one or none does."""
    now, later = int(time.time()), {}
    for name, rates in counts:
        _alone(name)
        windows = _windows(cache.get(name), rates, now)
        pairs = zip(windows, rates, strict=True)
        left = [began + seconds - now for (began, tries), (most, seconds) in pairs if tries >= most]
        if left:
            return max(left)
        later[name] = [(began, tries + 1) for began, tries in windows]
    for name, rates in counts if not look else ():
        cache.set(name, later[name], max(seconds for _most, seconds in rates))
    return 0


def _windows(stored: list[tuple[int, int]] | None, rates: Rates, now: int) -> list[tuple[int, int]]:
    """Beginning and tries of each window; one that is over begins anew."""
    known = stored if stored and len(stored) == len(rates) else [(0, 0)] * len(rates)
    pairs = zip(known, rates, strict=True)
    return [(began, tries) if began + seconds > now else (now, 0) for (began, tries), (_most, seconds) in pairs]


def _alone(name: str) -> None:
    """Two tries at once are counted one after the other, in every process."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])


def remove_old() -> None:
    """What is over leaves the table, long before it is so full that something else would have to."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM cache WHERE expires < now()")


def say(request: HttpRequest, seconds: int) -> None:
    """On the page that is shown next."""
    said = _("That was very often in a short time. Nothing is lost. Please try again in %(minutes)s minutes.")
    messages.warning(request, said % {"minutes": minutes(seconds)})


def refused(response: HttpResponse, seconds: int) -> HttpResponse:
    """The same page with what was typed, marked for machines."""
    response.status_code = 429
    response["Retry-After"] = str(seconds)
    return response


def page(request: HttpRequest, seconds: int) -> HttpResponse:
    """For what has no page of its own to go back to."""
    context = {"code": 429, "kind": "too_many", "minutes": minutes(seconds)}
    return refused(render(request, "error.html", context), seconds)


def minutes(seconds: int) -> int:
    return ceil(seconds / MINUTE)
