"""A refused sign-in says so first in the title, once; what is not refused does not."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.journeys import elements

pytestmark = pytest.mark.django_db
LOGIN = "/accounts/login/"


def title(response: Any) -> str:
    return " ".join(elements(response).texts["title"].split())


def test_titles_of_signing_in(client: Client) -> None:
    assert title(client.get(LOGIN, HTTP_ACCEPT_LANGUAGE="en")) == "Sign in – Chain diagnosis"
    assert title(client.post(LOGIN, {"login": "bad"}, HTTP_ACCEPT_LANGUAGE="en")) == "Error: Sign in – Chain diagnosis"
    asked = client.post(LOGIN, {"login": "owner@firm.example"}, HTTP_ACCEPT_LANGUAGE="en", follow=True)
    assert not title(asked).startswith("Error")
