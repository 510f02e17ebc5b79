"""Small words on the officers' pages: the way back, revenue in the reader's units, the shared chain map."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from clusters.models import ClusterId
from tests.factories import make_officer, make_submission

pytestmark = pytest.mark.django_db


@pytest.fixture(params=["zh-hans", "en"])
def officer(request: pytest.FixtureRequest, client: Client) -> Client:
    client.force_login(make_officer(ClusterId.FOOTWEAR))
    client.cookies["language"] = request.param
    return client


def test_the_way_back_names_no_step_twice(officer: Client) -> None:
    html = officer.get(reverse("admin:diagnosis_submission_changelist")).content.decode()
    trail = html.split('<div class="breadcrumbs">')[1].split("</div>")[0]
    steps = [re.sub(r"<[^>]+>", "", step).strip() for step in trail.split("&rsaquo;")]
    assert len(steps) == len(set(steps)) == 3


def test_revenue_in_the_readers_units_and_the_shared_chain_map(officer: Client) -> None:
    submission = make_submission(revenue=2350)
    html = officer.get(reverse("admin:diagnosis_submission_change", args=[submission.pk])).content.decode()
    assert {"en": "RMB 23.5 million"}.get(officer.cookies["language"].value, "2,350 万元") in html
    assert "chain.css" in html
