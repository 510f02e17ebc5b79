"""Compressed pages for owners on slow lines, without an oracle for what is in them.

A compressed answer tells by its length whether a text the asker chose is also elsewhere in it (the BREACH
attack). So only answers are compressed that hold nothing a stranger can choose: owners' pages asked for
without a query string (the switch of language repeats it), never officers' pages, which show what firms
typed, accounts, or the page with the private link. Form tokens are masked anew for each answer, and the
compressed stream begins with a random number of bytes. Files, which are compressed already, stay as they are.
"""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest, HttpResponseBase
from django.middleware.gzip import GZipMiddleware

OWNERS: Final = frozenset({"diagnosis", "recommendations"})
NEVER: Final = frozenset({"diagnosis:link", "diagnosis:open_link"})


def may_be_compressed(request: HttpRequest, response: HttpResponseBase) -> bool:
    match = request.resolver_match
    return (
        match is not None
        and match.namespace in OWNERS
        and match.view_name not in NEVER
        and not request.META.get("QUERY_STRING")
        and not response.streaming
        and response.get("Content-Type", "").startswith("text/html")
    )


class PageCompression(GZipMiddleware):
    """Django's compression for the answers above."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        return super().process_response(request, response) if may_be_compressed(request, response) else response
