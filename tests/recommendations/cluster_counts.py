"""Counts of a cluster as a publication holds them, for tests without a database."""

from __future__ import annotations

from typing import Any

from diagnosis.domain.cluster_facts import LINK_COUNT, OUTCOMES, SCALES, TIERS, TRAITS
from diagnosis.domain.verdict import TYPES

DAY = "2026-11-24"


def table(rows: tuple[str, ...], *numbers: tuple[int, int, int]) -> dict[str, Any]:
    """A breakdown: for each row the firms not started, single-point, full-process."""
    lines = (*numbers, *[(0, 0, 0)] * (len(rows) - len(numbers)))
    by_row = {row: dict(zip(TYPES, line, strict=True)) for row, line in zip(rows, lines, strict=True)}
    return {"as_of": DAY, "rows": by_row}


def spread(low: int, number: int) -> dict[str, int]:
    """Firms that reported `low`, `low + 1`, ..."""
    return {str(low + at): 1 for at in range(number)}


def counts(**changes: Any) -> dict[str, Any]:
    """A footwear cluster of 320 firms shaped like the paper's."""
    types = {"not_started": 100, "single_point": 176, "full_process": 44}
    traits = {trait: 150 - 5 * at for at, trait in enumerate(TRAITS)}
    traits |= {"own_design": 260, "link_design_supply": 38, "any_link": 170, "ecosystem": 200, "management_view": 80}
    return {
        "firms": 320, "types": types,
        "stages": {"0": 100, "1": 90, "2": 60, "3": 40, "4": 20, "5": 10},
        "needs": {"inclusive_empowerment": 150, "technology_adaptation": 60, "data_collaboration": 80, "none": 30},
        "traits": traits,
        "scale": table(SCALES, (6, 60, 34), (90, 110, 10), (4, 6, 0)),
        "tier": table(TIERS, (5, 30, 30), (95, 146, 14)),
        "by_type": {
            type_: {"as_of": DAY, "values": {
                **{id: spread(low, number) for id, low in zip(OUTCOMES, (10, -24, -30, -28), strict=True)},
                LINK_COUNT: spread(1, 5),
            }} for type_, number in (("not_started", 3), ("single_point", 60), ("full_process", 12))
        },
        "advice": {
            "measures": {"saas_modules": 120, "internal_integration": 95, "rare": 3},
            "grants": {
                "quanzhou_pilot_city_2025": {"firms": 18, "amount": 3_456_000}, "tiny": {"firms": 3, "amount": 9},
            },
        },
        **changes,
    }
