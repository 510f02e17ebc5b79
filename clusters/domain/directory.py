"""The directory of helpers: providers, platforms, laboratories and others that officers have recorded.

Topic: what a helper helps with, the id of a measure or of a sub-line of the paper's pathways.
Empty clusters or counties: all of them.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, kw_only=True)
class Helper:
    """One record of the directory, as officers wrote it down."""

    kind: str
    name: str
    contact: str
    website: str = ""
    clusters: frozenset[str] = frozenset()
    counties: frozenset[str] = frozenset()
    topics: frozenset[str] = frozenset()
    verified_on: date | None = None


def helpers_for(
    helpers: Sequence[Helper], topics: Collection[str], *, cluster: str | None, county: str | None, most: int
) -> tuple[Helper, ...]:
    """Who helps with any of the topics in this cluster: those of the firm's own county first, then by name."""
    fitting = [one for one in helpers if one.topics.intersection(topics) and _serves(one, cluster)]
    return tuple(sorted(fitting, key=lambda one: (_distance(one, county), one.name))[:most])


def _serves(helper: Helper, cluster: str | None) -> bool:
    return not helper.clusters or cluster in helper.clusters


def _distance(helper: Helper, county: str | None) -> int:
    """0: of the firm's county; 1: everywhere; 2: of other counties only."""
    if not helper.counties:
        return 1
    return 0 if county in helper.counties else 2
