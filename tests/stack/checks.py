"""What must be true of every submission the site acknowledged."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable
from hashlib import sha256
from io import BytesIO
from typing import Any

from pypdf import PdfReader

from recommendations.printing import PRINTS
from tests.stack.site import Site, until

OPEN = """
SELECT s.reference, r.state FROM diagnosis_submission s LEFT JOIN recommendations_report r ON r.submission_id = s.id
WHERE s.state <> 'draft' AND r.state IS DISTINCT FROM 'ready' AND (r.id IS NULL OR r.id > %s)
"""
FILES = """
SELECT f.* FROM recommendations_reportfile f JOIN recommendations_report r ON r.id = f.report_id
JOIN diagnosis_submission s ON s.id = r.submission_id WHERE s.reference = %s
"""

PLAN_FILES = """
SELECT f.name FROM recommendations_planfile f JOIN recommendations_plan p ON p.id = f.plan_id
JOIN diagnosis_submission s ON s.id = p.submission_id WHERE s.reference = %s
"""


def check_whole(data: bytes, format: str) -> None:
    """The file opens and is complete."""
    if format == "pdf":
        assert data.startswith(b"%PDF-")
        assert data.rstrip().endswith(b"%%EOF")
        assert len(PdfReader(BytesIO(data), strict=True).pages) > 0
    else:
        with zipfile.ZipFile(BytesIO(data)) as parts:
            assert parts.testzip() is None
            assert "word/document.xml" in parts.namelist()


def check_ready(site: Site, references: Iterable[str], seconds: float = 60.0) -> list[dict[str, Any]]:
    """Each ends in exactly one ready report with whole files and one event; returns the rows."""
    return [_check_one(site, reference, seconds) for reference in references]


def _check_one(site: Site, reference: str, seconds: float) -> dict[str, Any]:
    until(lambda: site.report(reference)["state"] in ("ready", "failed"), site.state, seconds)
    assert site.report(reference)["state"] == "ready", site.report(reference)["error"]
    report, files = site.report(reference), site.rows(FILES, reference)
    assert site.events(reference, "submitted") == 1
    assert site.events(reference, "report_ready") == 1
    assert {(file["language"], file["format"]) for file in files} == {(one.language, one.format) for one in PRINTS}
    for file in files:
        data = (site.reports / file["name"]).read_bytes()
        assert (len(data), sha256(data).hexdigest()) == (file["size"], file["sha256"])
        check_whole(data, file["format"])
    return report


def check_nothing_doubled(site: Site, reference: str) -> None:
    """On the disk are the files the rows name and no other."""
    named = {file["name"] for query in (FILES, PLAN_FILES) for file in site.rows(query, reference)}
    until(lambda: site.on_disk(reference) == named, lambda: f"{site.on_disk(reference)}, named {named}", seconds=20)


def check_nothing_open(site: Site, since: int) -> None:
    """No submission waits for ever or was given up; `since` is the last report of the tests before."""
    until(lambda: not site.rows(OPEN, since), site.state)
