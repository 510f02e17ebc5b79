"""The language of the page."""

from django.utils.translation import get_language

from clusters.domain.languages import Lang, Language, language_of


def page_language() -> Language:
    return language_of(get_language())


def short_language() -> Lang:
    """Its key in content texts."""
    return page_language().key
