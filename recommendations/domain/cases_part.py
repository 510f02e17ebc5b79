"""Cases of the paper as plain data: beside a measure as its evidence, and in a chapter of their own.

A case is shown to a firm when it is about the firm's cluster or when one of the measures advised has it as
its evidence. Cases that show most of these measures stand first, then those of the firm's own cluster.
Every figure is the paper's (clusters/content/cases.yaml).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from clusters.domain.evidence import Case
from diagnosis.domain.wording import Part
from recommendations.domain.matching import Match
from recommendations.domain.measure import Measure

if TYPE_CHECKING:
    from recommendations.domain.report import Library


def _figures(case: Case) -> list[Part]:
    return [{"name": one.name.to_dict(), "value": one.value.to_dict()} for one in case.figures]


def evidence_part(library: Library, measure: Measure) -> Part | None:
    """The case a measure refers to: its name, what came of it, and the section."""
    case = next((case for case in library.cases if case.id == measure.evidence), None)
    if case is None:
        return None
    return {"case": case.id, "text": case.name.to_dict(), "section": case.section, "figures": _figures(case)}


def _case(case: Case, shown: Sequence[Measure], own: bool) -> Part:
    return {
        "id": case.id,
        "name": case.name.to_dict(),
        "section": case.section,
        "text": case.text.to_dict(),
        "figures": _figures(case),
        "lesson": case.lesson.to_dict(),
        "own_cluster": own,
        "measures": [{"id": measure.id, "title": measure.title.to_dict()} for measure in shown],
    }


def cases_part(library: Library, matches: Sequence[Match], cluster: str | None) -> list[Part]:
    """Without a cluster only what the measures refer to."""
    found = []
    for case in library.cases:
        shown = [one.measure for one in matches if one.measure.evidence == case.id]
        own = cluster in case.clusters
        if own or shown:
            found.append(_case(case, shown, own))
    return sorted(found, key=lambda part: (-len(part["measures"]), not part["own_cluster"]))
