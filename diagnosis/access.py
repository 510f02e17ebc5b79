"""Who may open a diagnosis as its owner: the browser that started it, the person signed in
who owns it, or whoever holds the private link. Everybody else gets 404.

A private link carries 256 random bits; only its SHA-256 is stored. Opening it shows a page
with a button; the button moves the permission into the session, so that chat previews and
mail scanners use nothing up and no address in use carries the secret. It ends after LINK_DAYS, with
the next one, or with all other access.

A browser keeps the reference with the round of access it was let in by. Ending all other access begins
a new round: only the browser that did it is let into that one, and the owner who is signed in.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from hashlib import sha256

from django.conf import settings
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest
from django.utils import timezone

from diagnosis.models import EventKind, Submission

SESSION_KEY = "submissions"
REFERENCE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # no 0/O, 1/I/L, U


def new_reference() -> str:
    letters = "".join(secrets.choice(REFERENCE_ALPHABET) for _ in range(8))
    return f"{letters[:4]}-{letters[4:]}"


def new_link_token() -> str:
    return secrets.token_urlsafe(32)


def hash_token(token: str) -> str:
    return sha256(token.encode()).hexdigest()


class LinkOver(Exception):
    """The private link was right, and its time is over."""


def _mark(reference: str, access_round: int) -> str:
    return f"{reference}:{access_round}" if access_round else reference


def remember(request: HttpRequest, submission: Submission) -> None:
    """This browser may open the submission from now on."""
    known, mark = request.session.get(SESSION_KEY, []), _mark(submission.reference, submission.access_round)
    if mark not in known:
        others = [one for one in known if one.split(":")[0] != submission.reference]
        request.session[SESSION_KEY] = [*others, mark]


def remembered(request: HttpRequest) -> QuerySet[Submission]:
    """What this browser may open, whoever is signed in."""
    found = Q(pk=None)
    for mark in request.session.get(SESSION_KEY, []):
        reference, _, access_round = mark.partition(":")
        found |= Q(reference=reference, access_round=int(access_round or 0))
    return Submission.objects.filter(found)


def get_own(request: HttpRequest, reference: str, queryset: QuerySet[Submission] | None = None) -> Submission:
    """The submission if this browser or person owns it; raises Http404 otherwise."""
    found = (queryset if queryset is not None else Submission.objects.all()).filter(reference=reference).first()
    if found is None:
        raise Http404
    if _mark(reference, found.access_round) in request.session.get(SESSION_KEY, []):
        return found
    if found.owner_id is not None and request.user.is_authenticated and found.owner_id == request.user.pk:
        return found
    raise Http404


def by_token(token: str) -> Submission:
    """The submission a private link leads to; raises Http404 or LinkOver."""
    found = Submission.objects.filter(link_hash=hash_token(token)).first()
    if found is None:
        raise Http404
    if not link_works(found):
        raise LinkOver
    return found


def link_until(submission: Submission) -> datetime | None:
    """When the private link ends, by the log of when it was made; None without one."""
    made = submission.events.filter(kind=EventKind.LINK_MADE).order_by("-at").first()  # type: ignore[attr-defined]
    return made.at + timedelta(days=settings.LINK_DAYS) if submission.link_hash and made else None


def link_works(submission: Submission) -> bool:
    until = link_until(submission)
    return until is not None and until > timezone.now()
