"""Files that show what an officer found: photographs and scans, kept in private storage.

A file is what its first bytes say, whatever its name or the browser claims; anything else than the kinds
below is refused. A picture is stored without what the camera wrote about place and time (diagnosis/pictures.py);
a PDF as it came. Each has a random name and is only ever sent as a download.
"""

from __future__ import annotations

import secrets
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import file_digest
from typing import Final

from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile

from diagnosis import pictures

MOST_BYTES: Final = 10 * 1024 * 1024
LONGEST_NAME: Final = 120
# First bytes -> media type and extension.
KINDS: Final[Mapping[bytes, tuple[str, str]]] = {
    b"%PDF-": ("application/pdf", "pdf"),
    b"\xff\xd8\xff": ("image/jpeg", "jpg"),
    b"\x89PNG\r\n\x1a\n": ("image/png", "png"),
}


class BadEvidence(ValueError):
    """The file is not taken; `reason` is empty, too_large, unknown_kind, damaged or too_many_points."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """A file at rest, as the columns of VerifiedLevel spell it."""

    evidence: str
    evidence_name: str
    evidence_type: str
    evidence_size: int
    evidence_sha256: str


def kind_of(file: UploadedFile) -> tuple[str, str]:
    """Media type and extension; raises BadEvidence."""
    if not file.size:
        raise BadEvidence("empty")
    if file.size > MOST_BYTES:
        raise BadEvidence("too_large")
    file.seek(0)
    start = file.read(16)
    file.seek(0)
    for first, kind in KINDS.items():
        if start.startswith(first):
            return kind
    raise BadEvidence("unknown_kind")


def shown_name(name: str, extension: str) -> str:
    """The name as it was, without folders, control and direction characters, plain blanks; with the right ending."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    plain = " ".join("".join(sign for sign in last if unicodedata.category(sign)[0] != "C").split()).strip(" .")
    stem = plain.rsplit(".", 1)[0] if "." in plain else plain
    return f"{stem[: LONGEST_NAME - len(extension) - 1] or 'evidence'}.{extension}"


def _as_stored(file: UploadedFile, media_type: str) -> File[bytes]:
    if media_type == "application/pdf":
        return file
    try:
        return ContentFile(pictures.without_metadata(file, media_type.removeprefix("image/").upper()))
    except pictures.TooManyPoints:
        raise BadEvidence("too_many_points") from None
    except pictures.Damaged:
        raise BadEvidence("damaged") from None


def keep(file: UploadedFile, *, reference: str) -> Evidence:
    """Store a checked file; raises BadEvidence, or OSError when it cannot be written."""
    media_type, extension = kind_of(file)
    content = _as_stored(file, media_type)
    plain = reference.replace("-", "")
    name = f"{plain[:2]}/{plain}/evidence-{secrets.token_hex(12)}.{extension}"
    try:
        stored = default_storage.save(name, content)
    except OSError:
        default_storage.delete(name)
        raise
    content.seek(0)
    return Evidence(
        evidence=stored, evidence_name=shown_name(file.name or "", extension), evidence_type=media_type,
        evidence_size=content.size, evidence_sha256=file_digest(content, "sha256").hexdigest(),  # type: ignore[arg-type]
    )


__all__ = ["MOST_BYTES", "BadEvidence", "Evidence", "keep", "kind_of", "shown_name"]
