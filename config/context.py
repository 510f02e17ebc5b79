"""What every page knows."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language


def site(request: HttpRequest) -> dict[str, Any]:
    english = (get_language() or "").startswith("en")
    return {
        "html_lang": "en" if english else "zh-Hans",
        "other_language": ("zh-hans", "zh-Hans", "中文") if english else ("en", "en", "English"),
        "demo": settings.DEMO or settings.LOCAL,
    }
