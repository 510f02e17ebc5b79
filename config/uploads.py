"""A limit for what is sent to the site in one request, before any of it is written to the disk.

Django limits the fields of a form but not its files: without this, anybody could fill the disk for temporary
files with one request, signed in or not. What is larger than a page's own limit but smaller than this is
refused by the page, in words, at the field.
"""

from __future__ import annotations

from typing import Any, Final

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler

MOST_BYTES: Final = 50 * 1024 * 1024


class LimitedUpload(FileUploadHandler):
    """The first handler: looks at the announced length (the servers read no more than that) and stores nothing."""

    def handle_raw_input(
        self, input_data: Any, META: dict[str, Any], content_length: int, boundary: bytes, encoding: str | None = None
    ) -> None:
        if content_length > MOST_BYTES:
            raise RequestDataTooBig(f"more than {MOST_BYTES} bytes in one request")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None
