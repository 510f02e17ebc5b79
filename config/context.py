"""What every page knows."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from clusters.domain.languages import LANGUAGES
from clusters.localised import page_language


def site(request: HttpRequest) -> dict[str, Any]:
    language = page_language()
    return {
        "html_lang": language.tag,
        "languages": LANGUAGES,
        "other_languages": [one for one in LANGUAGES if one is not language],
        "demo": settings.DEMO or settings.LOCAL,
    }
