"""Small steps of an owner with Django's test client, and what every page must keep to."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

from django.test import Client
from django.urls import reverse

from diagnosis.access import SESSION_KEY
from diagnosis.actions import fingerprint
from diagnosis.content import get_questionnaire
from diagnosis.models import Submission


def own(client: Client, *submissions: Submission) -> Client:
    """The client's browser began these diagnoses."""
    session = client.session
    session[SESSION_KEY] = [submission.reference for submission in submissions]
    session.save()
    return client


def browser_of(*submissions: Submission, **options: Any) -> Client:
    """A new browser that began these diagnoses."""
    return own(Client(**options), *submissions)


def page_url(submission: Submission, page_id: str = "q_firm") -> str:
    return reverse("diagnosis:page", args=[submission.reference, page_id])


def url(name: str, submission: Submission, *more: str) -> str:
    return reverse(name, args=[submission.reference, *more])


def seen(submission: Submission, page_id: str = "q_firm") -> str:
    """The fingerprint the page is shown with now."""
    submission.refresh_from_db()
    page = next(page for page in get_questionnaire().pages if page.id == page_id)
    return fingerprint(submission.answers, page.questions)


class Elements(HTMLParser):
    """Start tags of a page with their attributes, and the text inside each kind of tag."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.texts: dict[str, str] = {}
        self._open: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._open:
            while self._open.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        for tag in set(self._open):
            self.texts[tag] = self.texts.get(tag, "") + data

    def all(self, tag: str, **attributes: str) -> list[dict[str, str]]:
        return [
            found for name, found in self.tags
            if name == tag and all(found.get(key) == value for key, value in attributes.items())
        ]

    def value(self, name: str) -> str:
        """What the text entry of that name holds."""
        return self.all("input", name=name)[0].get("value", "")

    def checked(self, name: str) -> list[str]:
        return [box.get("value", "on") for box in self.all("input", name=name) if "checked" in box]


def elements(response: Any) -> Elements:
    return Elements(response.content.decode())
