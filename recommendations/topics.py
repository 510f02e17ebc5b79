"""The measures and sub-lines a helper of the directory can be recorded for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache

from clusters.domain.content_file import Text
from clusters.topics import Topic
from diagnosis.wording import get_wording
from recommendations.content import get_catalogue, get_directory_words
from recommendations.domain.measure import PATHWAYS, SUBLINES


def _group(pathway: str, kind: str) -> Text:
    need = get_wording().texts[f"need.{pathway}"]
    word = get_directory_words().texts[f"topic.{kind}"]
    return Text(zh=f"{need.zh} · {word.zh}", en=f"{need.en} · {word.en}")


def _topics() -> Iterator[Topic]:
    words, measures = get_directory_words().texts, get_catalogue().active
    for pathway in PATHWAYS:
        for subline in SUBLINES[pathway]:
            yield Topic(id=subline, name=words[f"subline.{subline}"], group=_group(pathway, "subline"))
        for measure in measures:
            if measure.pathway == pathway:
                yield Topic(id=measure.id, name=measure.title, group=_group(pathway, "measure"))


@cache
def directory_topics() -> Mapping[str, Topic]:
    """By id; a measure may not bear the name of a sub-line."""
    return {topic.id: topic for topic in _topics()}
