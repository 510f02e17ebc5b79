"""The columns of the directory of helpers as a list."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clusters.columns import Column, Names, Refused, Vocabulary, as_ids, as_text, county_names, enum_names, key
from clusters.domain.content_file import Text
from clusters.models import ClusterId, ProviderKind
from clusters.topics import get_topics

YES_NO: Final[Mapping[str, Text]] = {"yes": Text(zh="是", en="yes"), "no": Text(zh="否", en="no")}


def _topic_names() -> Names:
    return {topic.id: topic.name for topic in get_topics().values()}


def _as_date(column: Column, value: Any, vocabulary: Vocabulary) -> date | None:
    if value is None or isinstance(value, date):
        return value
    try:
        return date.fromisoformat(as_text(value))
    except ValueError as error:
        raise Refused(_("Write the date as 2026-11-24.")) from error


def _as_yes_no(column: Column, value: Any, vocabulary: Vocabulary) -> bool:
    """An empty cell says yes."""
    if isinstance(value, bool):
        return value
    text = key(as_text(value))
    if text in ("", "1", "true"):
        return True
    return text not in ("0", "false") and as_ids(column, value, vocabulary) == ["yes"]


COLUMNS: Final = (
    Column(id="kind", label=gettext_lazy("Kind"), allowed=lambda: enum_names(ProviderKind), required=True),
    Column(id="name", label=gettext_lazy("Name"), required=True, width=36),
    Column(id="clusters", label=gettext_lazy("Clusters"), allowed=lambda: enum_names(ClusterId), many=True),
    Column(id="counties", label=gettext_lazy("Counties"), allowed=county_names, many=True),
    Column(id="topics", label=gettext_lazy("Helps with"), allowed=_topic_names, many=True, required=True, width=48),
    Column(id="contact", label=gettext_lazy("Contact"), required=True, width=36),
    Column(id="website", label=gettext_lazy("Website")),
    Column(id="source", label=gettext_lazy("Where the record comes from"), required=True, width=36),
    Column(id="verified_on", label=gettext_lazy("Verified on"), width=14, read=_as_date),
    Column(id="active", label=gettext_lazy("Shown in reports"), allowed=lambda: YES_NO, width=10, read=_as_yes_no),
)
BY_ID: Final = {column.id: column for column in COLUMNS}
KEPT_AS_ID: Final = frozenset({"topics"})  # their names are sentences
