"""Pages behind a personal link or QR code, and the way to an invitation without one.

Opening a page changes nothing but `opened_at`, and that only when a browser says that somebody went there
(Sec-Fetch headers): chat previews and mail scanners fetch links as well. It is an indication, no proof.

Guessing: unknown invitation codes and questions for a social credit code are limited for each address of
the network (clusters/limits.py). The answer to a social credit code says that an invitation exists, nothing else.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any, Final

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from clusters import limits
from diagnosis import access, invitations
from diagnosis.campaigns_wording import invitation_words, minutes
from diagnosis.content import get_questionnaire
from diagnosis.invitation_codes import read_code
from diagnosis.invitation_forms import FindForm
from diagnosis.models import Invitation, Submission
from diagnosis.views import actor, set_language_cookie

METHODS: Final = ["GET", "HEAD", "POST"]


class TooMany(Exception):
    """Somebody seems to be guessing, or begins one diagnosis after the other."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


def _limit(request: HttpRequest, action: str, *, look: bool = False) -> None:
    """Count one try; with `look` only see whether there were too many. Raises TooMany."""
    if seconds := limits.wait(request, action, look=look):
        raise TooMany(seconds)


def _too_many(request: HttpRequest, fault: TooMany) -> HttpResponse:
    return _unlisted(limits.page(request, fault.seconds))


def _unlisted(response: HttpResponse) -> HttpResponse:
    """No search engine lists the page, and no other site learns its address (diagnosis.views.open_link)."""
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Referrer-Policy"] = "strict-origin"
    return response


def _known(code: str) -> Invitation | None:
    plain = read_code(code)
    rows = Invitation.objects.select_related("campaign__created_by", "submission")
    return rows.defer("submission__answers", "submission__verdict").filter(code=plain).first() if plain else None


def _invitation_or_404(request: HttpRequest, code: str) -> Invitation:
    _limit(request, "unknown_code", look=True)
    found = _known(code)
    if found is None:
        _limit(request, "unknown_code")
        raise Http404
    return found


def _language(request: HttpRequest, invitation: Invitation) -> str:
    """The firm's language, unless this browser has chosen one."""
    chosen = settings.LANGUAGE_COOKIE_NAME in request.COOKIES
    return (translation.get_language() if chosen else None) or invitation.language


def _show(request: HttpRequest, template: str, invitation: Invitation, **context: Any) -> HttpResponse:
    language = _language(request, invitation)
    with translation.override(language):
        words = {**invitation_words(invitation), "invitation": invitation}
        response = render(request, f"diagnosis/{template}.html", {**words, **context})
    response["Content-Language"] = language
    return _unlisted(response)


def _is_own(request: HttpRequest, submission: Submission) -> bool:
    with suppress(Http404):
        rows = Submission.objects.only("reference", "owner", "access_round")
        return bool(access.get_own(request, submission.reference, rows))
    return False


def _somebody_went_there(request: HttpRequest) -> bool:
    headers = request.headers
    return (
        request.method == "GET" and headers.get("Sec-Fetch-Mode") == "navigate"
        and headers.get("Sec-Fetch-Dest") == "document" and "Sec-Purpose" not in headers
    )


@never_cache
@require_http_methods(METHODS)
def invitation(request: HttpRequest, code: str) -> HttpResponse:
    """Who invites, what it takes, and the button that begins the diagnosis."""
    try:
        found = _invitation_or_404(request, code)
        if request.method == "POST" and found.submission_id is None:
            _limit(request, "start")
    except TooMany as fault:
        return _too_many(request, fault)
    if request.method == "POST":
        with suppress(invitations.UsedAlready):
            language = _language(request, found)
            begun = invitations.begin(invitation=found, language=language, by=actor(request))
            return _go_on(request, begun, language)
        found.refresh_from_db()
    elif _somebody_went_there(request) and found.opened_at is None:
        invitations.note_opened(invitation=found)
    begun_here = found.submission is not None and _is_own(request, found.submission)
    if request.method == "POST" and begun_here and found.submission is not None:
        return _unlisted(redirect("diagnosis:resume", found.submission.reference))
    return _show(request, "invitation", found, own=begun_here)


def _go_on(request: HttpRequest, submission: Submission, language: str) -> HttpResponse:
    """To the first question, in the language of the invitation."""
    access.remember(request, submission)
    response = redirect("diagnosis:page", submission.reference, get_questionnaire().pages[0].id)
    set_language_cookie(response, language)
    return _unlisted(response)


@csrf_exempt  # mail programs send the button of RFC 8058 without a cookie; the code is the permission
@never_cache
@require_http_methods(METHODS)
def stop(request: HttpRequest, code: str) -> HttpResponse:
    """No more reminders, and the way back."""
    try:
        found = _invitation_or_404(request, code)
    except TooMany as fault:
        return _too_many(request, fault)
    if request.method == "POST":
        change = invitations.allow_reminders if "again" in request.POST else invitations.stop_reminders
        change(invitation=found)
        found.refresh_from_db()
    return _show(request, "invitation_stop", found)


@never_cache
@require_http_methods(METHODS)
def invited(request: HttpRequest) -> HttpResponse:
    """Find an invitation by its code, or learn by the social credit code that there is one."""
    form = FindForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return _find_page(request, form, status=422 if request.method == "POST" else 200)
    try:
        _limit(request, "ask")
        return _answer(request, form)
    except TooMany as fault:
        limits.say(request, fault.seconds)
        exists = "company_name" in request.POST  # shown again with all that was typed
        return limits.refused(_find_page(request, form, exists=exists), fault.seconds)


def _answer(request: HttpRequest, form: FindForm) -> HttpResponse:
    if form.invitation_code:
        found = _known(form.invitation_code)
        return redirect("diagnosis:invitation", found.code) if found else _find_page(request, form, missing=True)
    if not invitations.exists_for(form.uscc):
        return _find_page(request, form, missing=True)
    name = form.cleaned_data["company_name"]
    if not name:
        asked = "company_name" in request.POST
        if asked:
            form.add_error("company_name", _("Enter the name as written on the licence."))
        return _find_page(request, form, exists=True, status=422 if asked else 200)
    _limit(request, "start")
    language = translation.get_language() or settings.LANGUAGE_CODE
    begun = invitations.begin_by_code(company_name=name, uscc=form.uscc, language=language, by=actor(request))
    return _go_on(request, begun, language)


def _find_page(
    request: HttpRequest, form: FindForm, *, exists: bool = False, missing: bool = False, status: int = 200
) -> HttpResponse:
    context = {"form": form, "exists": exists, "missing": missing, **minutes()}
    return _unlisted(render(request, "diagnosis/invited.html", context, status=status))
