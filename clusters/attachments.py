"""A stored private file as a download: never shown in the page, never guessed at, kept by no cache."""

from __future__ import annotations

from django.core.files import File
from django.http import FileResponse


def attachment(file: File[bytes], name: str, media_type: str | None = None) -> FileResponse:
    """`file` is closed with the answer; without a media type it is read from the name."""
    response = FileResponse(file, as_attachment=True, filename=name, content_type=media_type)
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response
