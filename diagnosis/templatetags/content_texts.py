"""Template filters for content texts."""

from typing import Any

from django import template

from clusters.domain.content_file import Text
from clusters.domain.languages import Language, language_of
from diagnosis.localised import said

register = template.Library()


@register.filter(name="said")
def said_filter(text: Text | None) -> str:
    return said(text)


@register.filter
def language(code: str) -> Language:
    return language_of(code)


@register.filter
def item(mapping: Any, key: Any) -> Any:
    """mapping[key], or None."""
    return mapping.get(key)


@register.filter
def money(amount: float) -> str:
    """RMB with thousands separators."""
    return f"¥\u00a0{amount:,.0f}"  # no line break between sign and figure
