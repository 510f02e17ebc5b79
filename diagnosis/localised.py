"""Content texts in the language of the page."""

from django.utils.translation import get_language

from clusters.domain.content_file import Text


def short_language() -> str:
    """`zh` or `en`, the keys of content texts."""
    return "en" if (get_language() or "").startswith("en") else "zh"


def said(text: Text | None) -> str:
    return "" if text is None else str(getattr(text, short_language()))
