"""Refuses what no page can read, before any page tries: answers 400.

The database holds no NUL, so one in an address, a query or a cookie would be a fault of ours in whatever page asks
with it. Forms are read as UTF-8 only: a request that claims another encoding would be read as something else, or by
a codec that is none of text. In a form's fields a NUL is refused by the form, which keeps what was typed.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import unquote_plus

from django.conf import settings
from django.core.exceptions import BadRequest
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.http import parse_header_parameters

from config.views import bad_request

NUL: Final = "\0"


class ReadableRequest(WSGIRequest):
    """Does not take up the encoding a request names. Django would, and read the query with it before any
    middleware: a codec that is none of text breaks there, where nobody makes an answer of it."""

    def _set_content_type_params(self, meta: dict[str, Any]) -> None:
        self.content_type, self.content_params = parse_header_parameters(meta.get("CONTENT_TYPE", ""))


class Site(WSGIHandler):
    """The application a web server runs."""

    request_class = ReadableRequest


class RefuseUnreadable:
    """Stands behind the middleware that knows the language, so that the refusal is in it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not _is_utf8((request.content_params or {}).get("charset", "utf-8")):
            return bad_request(request, BadRequest("not UTF-8"))
        if _has_nul(request):
            return bad_request(request, BadRequest("NUL"))
        return self.get_response(request)


def _is_utf8(encoding: str) -> bool:
    """By any of its names; also one that nobody knows, of which Django takes no notice either."""
    try:
        return codecs.lookup(encoding).name == "utf-8"
    except (LookupError, ValueError):
        return True


def _has_nul(request: HttpRequest) -> bool:
    """What is in no cookie of ours is read by nobody."""
    cookies = (settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME, settings.LANGUAGE_COOKIE_NAME)
    read = (request.path, unquote_plus(request.META.get("QUERY_STRING", "")), *map(request.COOKIES.get, cookies))
    return any(NUL in text for text in read if text)
