"""Stored files are handed out whole or not at all. A machine that lost its power, or a store that broke off,
leaves files that are empty, shorter than they were made, or out of reach; they are made again on request."""

from __future__ import annotations

from typing import Any

from django.core.files.base import File
from django.core.files.storage import default_storage


class FileLost(Exception):
    """The file a row names is gone from the disk, cannot be read, or is not whole."""


def open_whole(name: str, size: int | None) -> File[Any]:
    """The stored file, open; `size` is how long it was made. Raises FileLost."""
    try:
        stored = default_storage.open(name)
        length = stored.size
    except OSError as error:
        raise FileLost(error.strerror or type(error).__name__) from error
    if length != size:
        stored.close()
        raise FileLost(f"{length} bytes of {size}")
    return stored


def is_lost(name: str, size: int | None) -> bool:
    try:
        open_whole(name, size).close()
    except FileLost:
        return True
    return False
