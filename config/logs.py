"""The log: one line an event, as text for people or as JSON for a log server.

No answers, no names, no addresses of people: a request is named by its view and not by its path, which
may hold the secret of a private link. The request id in every line is sent back as X-Request-Id, so what
a user saw can be found again.
"""

from __future__ import annotations

import json
import logging
import time
import uuid
from collections.abc import Callable
from contextvars import ContextVar
from datetime import UTC, datetime

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.module_loading import import_string

logger = logging.getLogger("config.requests")
_request_id: ContextVar[str] = ContextVar("request_id", default="-")


def current_request_id() -> str:
    """Of the request this code answers; "-" outside a request."""
    return _request_id.get()


class WithRequestId(logging.Filter):
    """Gives every line the id of the request it belongs to."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = current_request_id()
        return True


class WithoutPath(logging.Filter):
    """Django names the path of a request that failed; the view stands in its place."""

    def filter(self, record: logging.LogRecord) -> bool:
        request = getattr(record, "request", None)
        if isinstance(request, HttpRequest) and isinstance(record.args, tuple):
            paths = (request.path, request.path.encode("unicode_escape").decode("ascii"))  # Django escapes it first
            record.args = tuple(view_name(request) if part in paths else part for part in record.args)
        return True


class JsonLines(logging.Formatter):
    """One JSON object a line: time (UTC), level, logger, request, message, and the traceback of an error."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname, "logger": record.name, "request": current_request_id(),
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


class ErrorHook(logging.Handler):
    """Hands every error to the function named by ERROR_HOOK: hook(line, record). Its own faults are logged."""

    def emit(self, record: logging.LogRecord) -> None:
        if not settings.ERROR_HOOK or record.name == __name__:
            return
        try:
            import_string(settings.ERROR_HOOK)(self.format(record), record)
        except Exception as error:  # whatever the hook does, the site goes on
            logging.getLogger(__name__).warning("ERROR_HOOK failed: %s", type(error).__name__)


class RequestLog:
    """One line for each request: method, view, status, milliseconds."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        token = _request_id.set(uuid.uuid4().hex[:16])
        started = time.perf_counter()
        try:
            response = self.get_response(request)
            response["X-Request-Id"] = current_request_id()
            self._log(request, response, time.perf_counter() - started)
            return response
        finally:
            _request_id.reset(token)

    def _log(self, request: HttpRequest, response: HttpResponseBase, seconds: float) -> None:
        if isinstance(response, HttpResponse) and request.path in QUIET and response.status_code == 200:
            return
        logger.info("%s %s %s %.0f ms", request.method, view_name(request), response.status_code, seconds * 1000)


QUIET = ("/healthz", "/readyz", "/metrics")  # asked every few seconds by machines


def view_name(request: HttpRequest) -> str:
    """Name of the view that answered; "-" for an address nobody has."""
    match = request.resolver_match
    return match.view_name or "-" if match else "-"
