"""Pages that say what went wrong: each by its own title, and with a way to help."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.template.loader import render_to_string
from django.utils import translation

from tests.journeys import Elements, elements

KINDS = ("not_found", "csrf", "away", "too_many", "forbidden", "bad_request", "fault")


def page(kind: str) -> Elements:
    return elements(SimpleNamespace(content=render_to_string("error.html", {"kind": kind, "html_lang": "en"}).encode()))


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_title_is_the_heading(language: str) -> None:
    with translation.override(language):
        shown = [page(kind).texts for kind in KINDS]
    assert all(texts["title"].startswith(f"{texts['h1']} – ") for texts in shown)
    assert len({texts["title"] for texts in shown}) == len(KINDS)


def test_help_is_where_it_is_on_every_page() -> None:
    links = [link["href"] for link in page("away").all("a")]
    assert links == ["/", "/", "/about/", "/privacy/"]
