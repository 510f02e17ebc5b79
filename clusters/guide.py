"""The officers' guide: content/guide.yaml as a page of the officers' site, with pictures of the running site."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from clusters.domain.content_file import ContentModel, NonEmpty, Text, load_model
from clusters.domain.languages import Lang
from clusters.localised import short_language

FILE = Path(__file__).parent / "content" / "guide.yaml"


class Chapter(ContentModel):
    """`picture` is empty, or the start of a file name in static/guide/."""

    id: NonEmpty
    picture: str
    title: Text
    text: tuple[Text, ...]


class Guide(ContentModel):
    chapters: tuple[Chapter, ...]


@cache
def get_guide() -> Guide:
    return load_model(FILE, Guide)


def picture_file(chapter: Chapter, language: Lang) -> str:
    return f"guide/{chapter.picture}-{language}.png" if chapter.picture else ""


def chapters(language: Lang) -> list[dict[str, Any]]:
    """The guide in one language."""
    return [
        {
            "id": chapter.id, "title": chapter.title.to_dict()[language],
            "text": [paragraph.to_dict()[language] for paragraph in chapter.text],
            "picture": picture_file(chapter, language),
        }
        for chapter in get_guide().chapters
    ]


@require_GET
def guide(request: HttpRequest, site: AdminSite) -> HttpResponse:
    """For every officer, in the language of the page."""
    context = {**site.each_context(request), "title": _("Officers' guide"), "chapters": chapters(short_language())}
    return TemplateResponse(request, "admin/guide.html", context)
