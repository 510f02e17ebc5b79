"""Sending a stored file so that a download cut off can go on: one byte range (RFC 9110, section 14), and
`If-Range` with the file's SHA-256 as its strong mark. A file is read piece by piece, never as a whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.http import content_disposition_header

PIECE: Final = 64 * 1024
ONE_RANGE: Final = re.compile(r"bytes=(\d{0,19})-(\d{0,19})")


@dataclass(frozen=True, kw_only=True)
class Stored:
    """A file at rest: what it is called for whoever fetches it, and what is known of its content."""

    file_name: str
    media_type: str
    size: int
    sha256: str

    @property
    def mark(self) -> str:
        return f'"{self.sha256}"'


@dataclass(frozen=True, kw_only=True)
class Span:
    """The bytes from `start` up to, not including, `end`."""

    start: int
    end: int

    @property
    def size(self) -> int:
        return self.end - self.start


class Unsatisfiable(Exception):
    """The range asked for lies behind the end of the file."""


class Pieces:
    """The bytes of a span, read when they are sent. Closing it closes the file."""

    def __init__(self, source: BinaryIO, span: Span) -> None:
        self.source, self.span = source, span

    def __iter__(self) -> Iterator[bytes]:
        self.source.seek(self.span.start)
        left = self.span.size
        while left and (piece := self.source.read(min(PIECE, left))):
            left -= len(piece)
            yield piece

    def close(self) -> None:
        self.source.close()


def asked_span(request: HttpRequest, stored: Stored) -> Span | None:
    """The range asked for. Several ranges, other units, nonsense and a range of another version of the file
    count as none. Raises Unsatisfiable."""
    asked = ONE_RANGE.fullmatch(request.headers.get("Range", "").strip())
    if request.method != "GET" or asked is None or request.headers.get("If-Range", stored.mark) != stored.mark:
        return None
    first, last = asked.groups()
    if (first and last and int(last) < int(first)) or not (first or last):
        return None
    start = int(first) if first else max(0, stored.size - int(last))
    end = int(last) + 1 if first and last else stored.size
    if start >= stored.size:
        raise Unsatisfiable
    return Span(start=start, end=min(end, stored.size))


def send(request: HttpRequest, source: BinaryIO, stored: Stored) -> HttpResponseBase:
    """The file or the part asked for, as a download that no cache keeps; `source` is closed with the answer."""
    try:
        part = asked_span(request, stored)
    except Unsatisfiable:
        source.close()
        return _with_headers(HttpResponse(status=416, headers={"Content-Range": f"bytes */{stored.size}"}), stored)
    span = part or Span(start=0, end=stored.size)
    response = _answer(request, Pieces(source, span))
    if part:
        response.status_code = 206
        response["Content-Range"] = f"bytes {span.start}-{span.end - 1}/{stored.size}"
    response["Content-Length"] = str(span.size)
    response["Content-Type"] = stored.media_type
    response["Content-Disposition"] = content_disposition_header(True, stored.file_name) or "attachment"
    return _with_headers(response, stored)


def _answer(request: HttpRequest, pieces: Pieces) -> HttpResponseBase:
    if request.method != "HEAD":
        return StreamingHttpResponse(pieces)
    pieces.close()
    return HttpResponse()


def _with_headers(response: HttpResponseBase, stored: Stored) -> HttpResponseBase:
    response["Accept-Ranges"] = "bytes"
    response["ETag"] = stored.mark
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response
