"""No grant for those it is not for: 1,000 simulated firms, and each moved to every border of the first programme.

The oracle below is written from the call (methodology section 8), not from the record: micro, small or medium, above
scale as the owner says, and one of three sub-sectors. Revenue is in units of RMB 10,000.
"""

from __future__ import annotations

from collections import Counter
from itertools import product
from typing import Any, Final

import pytest

from clusters.content import get_places
from diagnosis.domain.answers import Answers, Value
from diagnosis.domain.size_class import size_class
from recommendations.domain.policy import Assessment, assess
from tests.recommendations.simulated import DAY, firm, library, report_of

FIRMS: Final = 1_000
GRANTED: Final = frozenset({"leisure_sports_goods", "food_processing", "engineering_textile_machinery"})
EMPLOYEES: Final = (1, 19, 20, 299, 300, 999, 1000, "unknown")
REVENUES: Final = (0, 299, 300, 1_999, 2_000, 39_999, 40_000, "unknown")
ABOVE_SCALE: Final = ("yes", "no", "unknown")


def assessed(answers: Answers, spend: int = 100_000) -> Assessment:
    return assess(library().programmes[0], answers, size_class(answers), spend, DAY)


def is_large(employees: Value | None, revenue: Value | None) -> bool | None:
    """1,000 staff and RMB 400 million; one figure below is enough to say no, but both must be known."""
    if not isinstance(employees, int | float) or not isinstance(revenue, int | float):
        return None
    return employees >= 1000 and revenue >= 40_000


def expected(answers: Answers) -> str:
    subsector, above = answers.choice("subsector"), answers.choice("above_scale")
    small = {True: False, False: True, None: None}[is_large(answers.get("employees"), answers.get("revenue"))]
    named = None if subsector is None else subsector in GRANTED
    scale = None if above is None else above == "yes"
    conditions = (small, scale, named)
    return "not_eligible" if False in conditions else "unsure" if None in conditions else "eligible"


def test_nobody_outside_is_eligible() -> None:
    verdicts: Counter[str] = Counter()
    for index in range(FIRMS):
        answers, found = firm(index), assessed(firm(index))
        verdicts[found.verdict] += 1
        assert found.verdict == expected(answers), index
        assert (found.amount is not None) == (found.verdict == "eligible")
    assert min(verdicts[verdict] for verdict in ("eligible", "not_eligible", "unsure")) > 20


@pytest.mark.parametrize("subsector", sorted(GRANTED))
def test_the_borders_of_size_and_scale(subsector: str) -> None:
    cluster = get_places().cluster_of_subsector[subsector]
    for employees, revenue, above_scale in product(EMPLOYEES, REVENUES, ABOVE_SCALE):
        facts: dict[str, Any] = {"employees": employees, "revenue": revenue, "above_scale": above_scale}
        answers = firm(0).replace(cluster=cluster, subsector=subsector, **facts)
        assert assessed(answers).verdict == expected(answers), facts


def test_no_other_subsector_whatever_the_firm() -> None:
    best: dict[str, Any] = {"employees": 80, "revenue": 2_500, "above_scale": "yes"}
    for subsector, cluster in get_places().cluster_of_subsector.items():
        answers = firm(0).replace(cluster=cluster, subsector=subsector, **best)
        assert (assessed(answers).verdict == "eligible") == (subsector in GRANTED), subsector
    open_one = firm(0).replace(subsector="unknown", **best)
    assert assessed(open_one).verdict == "unsure"


def test_who_is_not_eligible_is_promised_nothing() -> None:
    """Neither an amount nor a net cost, in the whole report."""
    outside = [index for index in range(FIRMS) if assessed(firm(index)).verdict != "eligible"][:12]
    for index in outside:
        report = report_of(firm(index))
        assert report["net_cost"] is None
        assert [one["amount"] for one in report["policies"]] == [None] * len(report["policies"])
        assert all("RMB" not in one["amount_text"]["en"] for one in report["policies"])


def test_above_scale_against_the_revenue_is_asked_back() -> None:
    """The owner's word counts, for above-scale is a status; what speaks against it is flagged in the report."""
    inside = firm(0).replace(
        cluster="footwear", subsector="leisure_sports_goods", employees=80, above_scale="yes", revenue=1_999
    )
    flagged = {True: "above_scale_yes_but_revenue", False: "above_scale_no_but_revenue"}
    for answers in (inside, inside.replace(above_scale="no", revenue=2_000)):
        says_yes = answers["above_scale"] == "yes"
        report = report_of(answers)
        assert flagged[says_yes] in [flag["id"] for flag in report["flags"]]
        assert (report["policies"][0]["verdict"] == "eligible") == says_yes
    assert not [one for one in report_of(inside.replace(revenue=2_000))["flags"] if one["id"] in flagged.values()]
