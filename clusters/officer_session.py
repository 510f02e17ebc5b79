"""Officers sign in anew after a day's work, or when nobody was at the desk for half of it.

Both limits are long enough for every form (WCAG 2.2.1 asks for a warning before shorter ones), and short enough
that a screen left open in the evening is closed in the morning. Owners' sessions are not touched.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.contrib.sessions.models import Session
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

from clusters.models import AuditKind
from clusters.sign_in_log import note

SINCE, SEEN = "officer_since", "officer_seen"
NOTED_EVERY = 60  # seconds; a session is not written at every click


def begin(request: HttpRequest) -> None:
    """An officer signed in just now."""
    request.session[SINCE] = request.session[SEEN] = int(time.time())


def remove_ended() -> None:
    """Which browser was signed in, from where: forgotten when its session is gone. Owners' too."""
    UserSession.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()


def _is_over(request: HttpRequest, now: int) -> bool:
    age, idle = now - request.session[SINCE], now - request.session[SEEN]
    return age > settings.OFFICER_SESSION_HOURS * 3600 or idle > settings.OFFICER_IDLE_MINUTES * 60


class EndOfficerSession:
    """Ends an officer's session that is over, and says so on the sign-in page.

    Looks at the officers' pages only: no other page needs the database for it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path.startswith(reverse("admin:index")) or SINCE not in request.session:
            return self.get_response(request)
        now = int(time.time())
        if _is_over(request, now):
            note(AuditKind.SIGNED_OUT, request, request.user, how="over")
            logout(request)
            messages.info(request, _("You were signed out because it was a while ago. Please sign in again."))
            where = request.get_full_path() if request.method == "GET" else reverse("admin:index")
            return redirect_to_login(where, reverse("admin:login"))
        if now - request.session[SEEN] >= NOTED_EVERY:
            request.session[SEEN] = now
        return self.get_response(request)
