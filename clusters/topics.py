"""What a helper of the directory can help with: measures and sub-lines of the pathways.

The ids belong to a floor above, which hands its list in when the site starts (`provide`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from clusters.domain.content_file import Text


@dataclass(frozen=True, kw_only=True)
class Topic:
    """`group` is the heading it stands under in a list to choose from."""

    id: str
    name: Text
    group: Text


_sources: list[Callable[[], Mapping[str, Topic]]] = []


def provide(source: Callable[[], Mapping[str, Topic]]) -> None:
    """Use this list of topics by id from now on."""
    _sources[:] = [source]


def get_topics() -> Mapping[str, Topic]:
    return _sources[-1]() if _sources else {}
