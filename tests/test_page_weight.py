"""What the first visit of a page costs on a phone: page, styles and scripts, compressed as they are sent."""

from __future__ import annotations

import gzip
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management import call_command

from recommendations.models import ReportState
from tests.factories import make_draft, make_report, make_submission
from tests.journeys import browser_of, elements, page_url, url

pytestmark = pytest.mark.django_db
LIMIT = 40 * 1024
PAGE_LIMIT = 30 * 1024


@pytest.fixture
def collected(settings: Any, tmp_path: Path) -> Path:
    """The static files as they are deployed, compressed."""
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STORAGES = {
        **settings.STORAGES, "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
    }
    call_command("collectstatic", interactive=False, verbosity=0)
    return tmp_path / "static"


def weight(response: Any, folder: Path) -> dict[str, int]:
    """Bytes sent for each part, gzip where a brotli-less browser would get it."""
    assert response["Content-Encoding"] == "gzip"
    shown = elements(SimpleNamespace(content=gzip.decompress(response.content)))
    addresses = [link["href"] for link in shown.all("link")] + [script["src"] for script in shown.all("script")]
    sizes = {"page": len(response.content)}
    for address in addresses:
        file = folder / address.removeprefix("/static/")
        packed = file.with_name(f"{file.name}.gz")
        assert file.exists(), f"{address} was not collected"
        sizes[file.name] = packed.stat().st_size if packed.exists() else file.stat().st_size
    return sizes


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_first_visit(collected: Path, language: str) -> None:
    draft, submission = make_draft(), make_submission()
    make_report(submission, state=ReportState.READY, full=True)
    client = browser_of(draft, submission)
    assert staticfiles_storage.url("site.css").count(".") == 2  # hashed names
    heaviest: dict[str, int] = {}
    pages = [page_url(draft, "q_links"), page_url(draft, "foundation"), url("recommendations:result", submission)]
    for address in pages:
        response = client.get(address, HTTP_ACCEPT_LANGUAGE=language, HTTP_ACCEPT_ENCODING="gzip")
        sizes = weight(response, collected)
        assert sum(sizes.values()) <= LIMIT, sizes
        heaviest = max(heaviest, sizes, key=lambda one: sum(one.values()))
        assert sizes["page"] <= PAGE_LIMIT, sizes
    print(heaviest)
