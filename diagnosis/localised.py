"""Content texts in the language of the page."""

from django.utils.translation import gettext as _

from clusters.domain.content_file import Text
from clusters.localised import short_language
from diagnosis.domain.values import BadValue


def said(text: Text | None) -> str:
    return "" if text is None else str(getattr(text, short_language()))


def _sentence(text: Text) -> str:
    """Refusals are kept without capital and full stop, for the one line of the command."""
    words = said(text)
    return words[:1].upper() + words[1:]


def refusal(bad: BadValue) -> str:
    """What is wrong with a value and what is allowed, in two sentences."""
    return _("%(wrong)s. %(allowed)s.") % {"wrong": _sentence(bad.wrong), "allowed": _sentence(bad.allowed)}
