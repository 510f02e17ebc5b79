"""Who of the directory helps with a measure, as plain data with both languages in it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from clusters.domain.directory import Helper, helpers_for
from diagnosis.domain.wording import Part, Said
from recommendations.domain.measure import Measure

if TYPE_CHECKING:
    from recommendations.domain.report import Library

MOST: Final = 3  # helpers named beside one measure


def _helper(library: Library, helper: Helper) -> Part:
    return {
        "name": helper.name,
        "kind": library.directory_words.say(f"kind.{helper.kind}"),
        "contact": helper.contact,
        "website": helper.website,
        "verified_on": helper.verified_on.isoformat() if helper.verified_on else None,
    }


def providers_part(library: Library, measure: Measure, company: dict[str, Any]) -> list[Part]:
    """Those who help with the measure or its sub-line in the firm's cluster."""
    cluster, county = (company[key]["id"] if company[key] else None for key in ("cluster", "county"))
    found = helpers_for(
        library.directory, (measure.id, measure.subline), cluster=cluster, county=county, most=MOST
    )
    return [_helper(library, one) for one in found]


def providers_note(library: Library, needs: Sequence[Part]) -> Said:
    """That the directory is silent, or what a record in it means."""
    named = any(measure["providers"] for need in needs for measure in need["measures"])
    return library.directory_words.say("note.some" if named else "note.none")
