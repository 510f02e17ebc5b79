"""Which pages are sent compressed: owners' pages without a query string, and nothing a stranger could probe."""

from __future__ import annotations

import gzip
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from clusters.models import Role
from recommendations.models import ReportState
from tests.factories import make_draft, make_officer, make_report, make_submission
from tests.journeys import browser_of, page_url, url

pytestmark = pytest.mark.django_db
GZIP = {"HTTP_ACCEPT_ENCODING": "gzip, deflate, br"}


def packed(response: Any) -> bool:
    return response.headers.get("Content-Encoding") == "gzip"


def test_an_owners_page() -> None:
    draft = make_draft()
    client, address = browser_of(draft), page_url(draft, "q_links")
    response, plain = client.get(address, **GZIP), client.get(address)
    assert packed(response)
    assert not packed(plain)
    assert "Accept-Encoding" in response["Vary"]
    assert int(response["Content-Length"]) == len(response.content) < len(plain.content) / 3
    assert draft.reference.encode() in gzip.decompress(response.content)


def test_the_length_does_not_repeat() -> None:
    """Random bytes at the start of the stream, on top of form tokens masked anew."""
    draft = make_draft()
    client = browser_of(draft)
    assert len({len(client.get(page_url(draft, "q_links"), **GZIP).content) for _ in range(12)}) > 3


def test_the_refused_form_and_the_plan_are_compressed_too() -> None:
    draft = make_draft()
    assert packed(browser_of(draft).post(page_url(draft), {"employees": "viele"}, **GZIP))


def test_what_a_stranger_could_choose_is_never_compressed() -> None:
    draft = make_draft()
    assert not packed(browser_of(draft).get(page_url(draft, "q_links") + "?guess=revenue+2350", **GZIP))


def test_secrets_and_officers_pages_are_not() -> None:
    draft, officer = make_draft(), Client()
    client = browser_of(draft)
    officer.force_login(make_officer(role=Role.CITY_ADMIN))
    assert not packed(client.get(url("diagnosis:link", draft), **GZIP))
    assert not packed(client.post(url("diagnosis:link", draft), **GZIP))
    assert not packed(client.get(reverse("account_login"), **GZIP))
    assert not packed(officer.get(reverse("admin:index"), **GZIP))
    assert not packed(officer.get(reverse("admin:diagnosis_submission_changelist"), **GZIP))


def test_files_are_sent_as_they_are() -> None:
    submission = make_submission()
    make_report(submission, state=ReportState.READY)
    response = browser_of(submission).get(url("recommendations:download", submission, "en", "pdf"), **GZIP)
    assert not packed(response)
    assert int(response["Content-Length"]) == len(b"".join(response.streaming_content))
