"""Officers' files for tests: asked for, made, in any state."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from clusters.models import AuditEvent, ClusterId, User
from diagnosis.models import Submission
from recommendations import actions
from recommendations.models import OfficerFile, OfficerFileKind, ReportState
from recommendations.officer_files import FOLDER, place

PDF_ZH = [["zh-hans", "pdf"]]
ALL_FILES = [["zh-hans", "pdf"], ["en", "pdf"], ["zh-hans", "docx"]]


def ask(by: User, *submissions: Submission, files: Any = PDF_ZH, language: str = "en") -> OfficerFile:
    """Ask for the reports of these firms as a ZIP."""
    return actions.ask_for_file(
        kind=OfficerFileKind.REPORTS, by=by, language=language,
        wish={"submissions": [one.pk for one in submissions], "files": files},
        clusters={one.cluster for one in submissions},
    )


def make_officer_file(
    by: User, *, state: str = ReportState.READY, clusters: Any = (ClusterId.FOOTWEAR,), data: bytes = b"0123456789",
    **fields: Any,
) -> OfficerFile:
    """A file in any state, without a worker."""
    now = timezone.now()
    file = OfficerFile.objects.create(
        kind=OfficerFileKind.REPORTS, requested_by=by, clusters=[str(one) for one in clusters],
        wish={"submissions": [], "files": PDF_ZH}, attempt=1, tries=1,
    )
    columns: dict[str, Any] = {"state": state}
    if state == ReportState.READY:
        default_storage.save(place(file), ContentFile(data))
        columns |= {
            "name": place(file), "file_name": "诊断报告.zip", "media_type": "application/zip", "size": len(data),
            "sha256": sha256(data).hexdigest(), "ready_at": now, "expires_at": now + timedelta(days=7),
        }
    elif state == ReportState.BUILDING:
        columns["lease_until"] = now + timedelta(seconds=60)
    elif state == ReportState.FAILED:
        columns["error"] = "ValueError: broken"
    OfficerFile.objects.filter(pk=file.pk).update(**columns | fields)
    file.refresh_from_db()
    return file


def on_disk() -> set[str]:
    """Officers' files in private storage, whether a row names them or not."""
    root = Path(default_storage.path(FOLDER))
    return {f"{FOLDER}/{path.relative_to(root)}" for path in root.rglob("*") if path.is_file()}


def logged() -> list[str]:
    """Kinds of the log's entries, oldest first."""
    return list(AuditEvent.objects.order_by("pk").values_list("kind", flat=True))
