"""Health, language switch and error pages."""

import sys

from django.conf import settings
from django.contrib.sessions.exceptions import SessionInterrupted
from django.db import InterfaceError, OperationalError, connection
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from clusters import limits
from clusters.actions import keep_language
from clusters.models import User
from diagnosis.models import Submission
from diagnosis.views import set_language_cookie

AWAY = (OperationalError, InterfaceError)


@never_cache
@require_GET
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("ok\n", content_type="text/plain")


@never_cache
@require_GET
def readyz(request: HttpRequest) -> JsonResponse:
    """The database answers, diagnoses can be read and every migration is applied. The broker is not needed to
    serve owners. A table somebody holds locked is as bad as a database that is down."""
    from django.db.migrations.executor import MigrationExecutor

    try:
        executor = MigrationExecutor(connection)
        pending = bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
        if not pending:
            Submission.objects.exists()
    except AWAY:
        return JsonResponse({"database": "down"}, status=503)
    return JsonResponse(
        {"database": "up", "migrations": "pending" if pending else "applied"}, status=503 if pending else 200
    )


@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """Switch the language and stay on the page."""
    target = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        target = "/"
    response = HttpResponseRedirect(target)
    if request.POST.get("language") in dict(settings.LANGUAGES):
        set_language_cookie(response, request.POST["language"])
        if isinstance(request.user, User):
            keep_language(user=request.user, code=request.POST["language"])
    return response


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return render(request, "error.html", {"code": 403, "kind": "csrf"}, status=403)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if isinstance(exception, SessionInterrupted) and _came_from_database(exception):
        return _pause(request)
    return render(request, "error.html", {"code": 400, "kind": "bad_request"}, status=400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "error.html", {"code": 403, "kind": "forbidden"}, status=403)


def too_many(request: HttpRequest) -> HttpResponse:
    """Too many tries to sign in, or codes asked for (django-allauth's limits)."""
    return limits.page(request, 5 * limits.MINUTE)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "error.html", {"code": 404, "kind": "not_found"}, status=404)


def _came_from_database(error: BaseException | None) -> bool:
    """Whether an error began as a database that is away. Django reports a session it could not keep
    for that reason like one that was ended in another window."""
    while error is not None and not isinstance(error, AWAY):
        error = error.__context__
    return error is not None


def _pause(request: HttpRequest) -> HttpResponse:
    response = render(request, "error.html", {"code": 503, "kind": "away"}, status=503)
    response["Retry-After"] = "10"
    return response


def server_error(request: HttpRequest) -> HttpResponse:
    """A database that is away is a pause (503), anything else our fault (500). Uses no database."""
    if isinstance(sys.exc_info()[1], AWAY):
        return _pause(request)
    return render(request, "error.html", {"code": 500, "kind": "fault"}, status=500)
