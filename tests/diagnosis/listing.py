"""The officers' list as a test reads it."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clusters.models import ClusterId, User
from diagnosis.models import Submission
from tests.factories import make_officer

LIST, INDEX = "admin:diagnosis_submission_changelist", "admin:index"
OWN, FOREIGN = ClusterId.FOOTWEAR, ClusterId.ELECTRONICS


def page(client: Client, **query: str) -> str:
    response = client.get(reverse(LIST), query)
    assert response.status_code == 200
    return response.content.decode()


def listed(client: Client, **query: str) -> list[int]:
    """Numbers of the rows on the page, in its order."""
    return [row.pk for row in client.get(reverse(LIST), query).context["cl"].result_list]


def changed(submission: Submission, **columns: Any) -> Submission:
    Submission.objects.filter(pk=submission.pk).update(**columns)
    return submission


def sign_in(client: Client) -> User:
    """An officer of one cluster, in English."""
    officer = make_officer(OWN, name="林专员")
    client.force_login(officer)
    client.cookies["language"] = "en"
    return officer


def queries(client: Client, address: str) -> list[str]:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return [query["sql"] for query in captured]
