"""Where the nodes and links of the chain map stand on the page (SVG user units, 340 x 300)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

PLACES = {"design": (70, 60), "production": (270, 60), "supply_chain": (270, 240), "marketing": (70, 240)}
# The two diagonals cross in the middle: their marks stand a third of the way along.
DIAGONALS = {frozenset({"design", "supply_chain"}), frozenset({"production", "marketing"})}


def edge_places(ends: Sequence[str]) -> dict[str, int]:
    """The two ends of a link, and where its mark stands."""
    (x1, y1), (x2, y2) = (PLACES[end] for end in ends)
    share = 1 / 3 if frozenset(ends) in DIAGONALS else 1 / 2
    return {
        "x1": x1,
        "y1": y1,
        "x2": x2,
        "y2": y2,
        "mx": round(x1 + (x2 - x1) * share),
        "my": round(y1 + (y2 - y1) * share),
    }


def chain_map(verdict: Mapping[str, Any]) -> dict[str, Any]:
    """Nodes and edges of a localised verdict part (diagnosis.domain.wording.verdict_part)."""
    nodes = [
        {**domain, "x": PLACES[domain["id"]][0], "y": PLACES[domain["id"]][1]}
        for domain in verdict["domains"]
        if domain["id"] in PLACES
    ]
    edges = [{**link, **edge_places(link["ends"])} for link in verdict["links"]]
    return {"nodes": nodes, "edges": edges, "view": verdict["view"]}
