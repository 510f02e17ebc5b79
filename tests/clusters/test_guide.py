"""The officers' guide: both languages, labels that exist, pictures that exist."""

from __future__ import annotations

import re

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from django.utils import translation

from clusters.domain.content_file import Text
from clusters.guide import chapters, get_guide, picture_file
from tests.browser.guide_pictures import PICTURES
from tests.factories import make_officer, make_owner

QUOTED = re.compile("“([^”]+)”")
TEXTS = [
    pytest.param(text, id=f"{chapter.id}-{number}")
    for chapter in get_guide().chapters for number, text in enumerate(chapter.text)
]


def said(label: str) -> str:
    """A label in the language in use; names of lists stand without their capital in the code."""
    found = translation.gettext(label)
    return found if found != label else translation.gettext(label[0].lower() + label[1:])


@pytest.mark.parametrize("text", TEXTS)
def test_labels_in_quotation_marks_are_those_of_the_site(text: Text) -> None:
    english, chinese = QUOTED.findall(text.en), QUOTED.findall(text.zh)
    with translation.override("zh-hans"):
        assert [said(label) for label in english] == chinese


def test_every_picture_is_there() -> None:
    for chapter in get_guide().chapters:
        for language in ("zh", "en"):
            name = picture_file(chapter, language)  # type: ignore[arg-type]
            assert not name or finders.find(name), name


def test_every_picture_can_be_taken_anew() -> None:
    assert set(PICTURES) == {chapter.picture for chapter in get_guide().chapters} - {""}


@pytest.mark.django_db
@pytest.mark.parametrize(("language", "title"), [("en", "Where your day begins"), ("zh-hans", "一天从这里开始")])
@pytest.mark.parametrize("role", ["officer", "city_admin", "auditor"])
def test_every_officer_reads_it(role: str, language: str, title: str) -> None:
    client = Client()
    client.force_login(make_officer("footwear", role=role))
    client.cookies["language"] = language
    page = client.get("/admin/guide/").content.decode()
    assert title in page
    assert all(chapter["title"] in page for chapter in chapters("en" if language == "en" else "zh"))


@pytest.mark.django_db
def test_nobody_else(client: Client) -> None:
    assert client.get("/admin/guide/").status_code == 302
    client.force_login(make_owner())
    assert client.get("/admin/guide/").status_code == 302
