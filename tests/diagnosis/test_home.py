"""The start page, the two pages of plain words, and the button that begins a diagnosis."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from clusters.content import get_places
from diagnosis.access import SESSION_KEY
from diagnosis.content import get_questionnaire
from diagnosis.models import Event, EventKind, Submission
from tests.factories import make_owner
from tests.journeys import elements

CHINESE, ENGLISH = {"HTTP_ACCEPT_LANGUAGE": "zh-CN"}, {"HTTP_ACCEPT_LANGUAGE": "en-GB"}


@pytest.mark.parametrize("name", ["home", "about", "privacy"])
@pytest.mark.parametrize(("headers", "lang"), [(CHINESE, "zh-Hans"), (ENGLISH, "en")])
def test_public_page(client: Client, name: str, headers: dict[str, Any], lang: str) -> None:
    response = client.get(reverse(f"diagnosis:{name}"), **headers)
    shown = elements(response)
    assert response.status_code == 200
    assert shown.all("html", lang=lang)
    assert len(shown.all("h1")) == 1


def test_public_pages_ask_no_database(client: Client) -> None:
    """Without the django_db mark any query fails: the start page stands when the database does not."""
    assert client.get("/").status_code == 200


def test_an_unknown_language_gets_chinese(client: Client) -> None:
    assert elements(client.get("/", HTTP_ACCEPT_LANGUAGE="fr")).all("html", lang="zh-Hans")


def test_home_names_the_nine_clusters_and_the_source(client: Client) -> None:
    html = client.get("/").content.decode()
    assert all(cluster.name.zh in html for cluster in get_places().clusters)
    assert f"{reverse('diagnosis:about')}#sources" in html


def test_minutes_are_those_of_the_questionnaire(client: Client) -> None:
    minutes = round(sum(page.minutes for page in get_questionnaire().pages if page.quick))
    assert f"{minutes} 分钟" in client.get("/").content.decode()


@pytest.mark.django_db
def test_start(client: Client) -> None:
    response = client.post(reverse("diagnosis:start"), HTTP_ACCEPT_LANGUAGE="en")
    submission = Submission.objects.get()
    assert response["Location"] == reverse("diagnosis:page", args=[submission.reference, "q_firm"])
    assert client.session[SESSION_KEY] == [submission.reference]
    assert (submission.owner, submission.language, submission.answers) == (None, "en", {})
    assert Event.objects.get().kind == EventKind.STARTED


@pytest.mark.django_db
def test_a_person_signed_in_owns_what_they_start(client: Client) -> None:
    person = make_owner()
    client.force_login(person)
    client.post(reverse("diagnosis:start"))
    assert Submission.objects.get().owner == person


@pytest.mark.django_db
def test_starting_needs_a_button(client: Client) -> None:
    assert client.get(reverse("diagnosis:start")).status_code == 405
    assert Client(enforce_csrf_checks=True).post(reverse("diagnosis:start")).status_code == 403
    assert not Submission.objects.exists()


ELSEWHERE = ["//evil.example/", "https://evil.example/", "javascript:alert(1)", "\\\\evil.example"]


@pytest.mark.parametrize("target", ELSEWHERE)
def test_language_switch_leads_nowhere_else(client: Client, target: str) -> None:
    response = client.post(reverse("set_language"), {"language": "en", "next": target})
    assert response["Location"] == "/"


def test_language_switch(client: Client) -> None:
    response = client.post(reverse("set_language"), {"language": "en", "next": "/about/"})
    assert response["Location"] == "/about/"
    assert elements(client.get("/about/")).all("html", lang="en")
    client.post(reverse("set_language"), {"language": "xx", "next": "/"})
    assert elements(client.get("/about/")).all("html", lang="en")
