"""Who may open a diagnosis as its owner: the browser that started it, the person signed in
who owns it, or whoever holds the private link. Everybody else gets 404.

A private link carries 256 random bits; only its SHA-256 is stored. Opening it shows a page
with a button; the button moves the permission into the session, so that chat previews and
mail scanners use nothing up and no address in use carries the secret.
"""

from __future__ import annotations

import secrets
from hashlib import sha256

from django.db.models import QuerySet
from django.http import Http404, HttpRequest

from diagnosis.models import Submission

SESSION_KEY = "submissions"
REFERENCE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # no 0/O, 1/I/L, U


def new_reference() -> str:
    letters = "".join(secrets.choice(REFERENCE_ALPHABET) for _ in range(8))
    return f"{letters[:4]}-{letters[4:]}"


def new_link_token() -> str:
    return secrets.token_urlsafe(32)


def hash_token(token: str) -> str:
    return sha256(token.encode()).hexdigest()


def remember(request: HttpRequest, submission: Submission) -> None:
    """This browser may open the submission from now on."""
    known = request.session.get(SESSION_KEY, [])
    if submission.reference not in known:
        request.session[SESSION_KEY] = [*known, submission.reference]


def get_own(request: HttpRequest, reference: str, queryset: QuerySet[Submission] | None = None) -> Submission:
    """The submission if this browser or person owns it; raises Http404 otherwise."""
    found = (queryset if queryset is not None else Submission.objects.all()).filter(reference=reference).first()
    if found is None:
        raise Http404
    if reference in request.session.get(SESSION_KEY, []):
        return found
    if found.owner_id is not None and request.user.is_authenticated and found.owner_id == request.user.pk:
        return found
    raise Http404


def by_token(token: str) -> Submission:
    """The submission a private link leads to; raises Http404."""
    found = Submission.objects.filter(link_hash=hash_token(token)).first()
    if found is None:
        raise Http404
    return found
