"""The first result: computed from the draft, stored nowhere."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from diagnosis.content import get_questionnaire
from diagnosis.models import Submission
from diagnosis.wizard import first_full_page
from tests.factories import make_draft, make_submission
from tests.journeys import browser_of, elements, page_url, url

pytestmark = pytest.mark.django_db


def test_it_is_shown_with_few_queries_and_no_write() -> None:
    draft = make_draft()
    client = browser_of(draft)
    before = Submission.objects.values().get(pk=draft.pk)
    with CaptureQueriesContext(connection) as asked:
        response = client.get(url("diagnosis:quick", draft))
    assert response.status_code == 200
    assert len(asked) <= 4
    assert all(query["sql"].startswith("SELECT") for query in asked)
    assert Submission.objects.values().get(pk=draft.pk) == before
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize(("language", "name"), [("zh-CN", "单点式转型"), ("en", "Single-point")])
def test_the_verdict_in_both_languages(language: str, name: str) -> None:
    draft = make_draft()
    html = browser_of(draft).get(url("diagnosis:quick", draft), HTTP_ACCEPT_LANGUAGE=language).content.decode()
    assert name in html


def test_it_leads_on_to_the_full_diagnosis() -> None:
    draft = make_draft()
    shown = elements(browser_of(draft).get(url("diagnosis:quick", draft)))
    assert shown.all("a", href=page_url(draft, first_full_page(get_questionnaire())))


@pytest.mark.parametrize("answers", [{}, {"cluster": "unknown"}])
def test_nothing_known_is_no_fault(answers: dict[str, Any]) -> None:
    draft = make_draft()
    Submission.objects.filter(pk=draft.pk).update(answers=answers)
    assert browser_of(draft).get(url("diagnosis:quick", draft)).status_code == 200


def test_a_name_with_markup_stays_text() -> None:
    draft = make_draft(company_name="<script>alert(1)</script>")
    assert b"<script>alert" not in browser_of(draft).get(url("diagnosis:quick", draft)).content


def test_it_belongs_to_its_owner() -> None:
    draft = make_draft()
    assert Client().get(url("diagnosis:quick", draft)).status_code == 404
    assert browser_of(make_draft()).get(url("diagnosis:quick", draft)).status_code == 404


def test_only_get() -> None:
    draft = make_draft()
    assert browser_of(draft).post(url("diagnosis:quick", draft)).status_code == 405


def test_after_handing_in_the_frozen_result_counts() -> None:
    submission = make_submission()
    response = browser_of(submission).get(url("diagnosis:quick", submission))
    assert response["Location"] == url("recommendations:result", submission)
