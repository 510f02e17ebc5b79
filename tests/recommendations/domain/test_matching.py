"""Which measures fit a firm, in which order, and why."""

from __future__ import annotations

from typing import Any

from diagnosis.domain.answers import Answers, Value
from recommendations.domain.matching import MOST, Match, match, top
from recommendations.domain.measure import AnswerNeed, Measure
from tests.recommendations.domain.world import catalogue, full_process, measure, paper_based, pathway_needs

NEEDS = pathway_needs(
    {
        "policy_support": 60.0,
        "data_collaboration": 50.0,
        "technology_adaptation": 50.0,
        "inclusive_empowerment": 10.0,
    }
)


def matched(measures: list[Measure], answers: Answers, **more: Any) -> tuple[Match, ...]:
    return match(catalogue(measures), answers, "small", NEEDS, **more)


def ids(matches: tuple[Match, ...]) -> list[str]:
    return [one.measure.id for one in matches]


def test_pathways_stand_in_the_order_of_need() -> None:
    measures = [
        measure(pathway[:4], pathway, effects={"marketing": 2})
        for pathway in (
            "inclusive_empowerment",
            "technology_adaptation",
            "data_collaboration",
            "policy_support",
        )
    ]
    assert ids(matched(measures, paper_based())) == ["poli", "tech", "data", "incl"], (
        "in a draw that of the paper"
    )


def test_the_order_within_a_pathway() -> None:
    """Steps closed, then heavier barriers, then less to wait for, then price, then id."""
    waiting = [{"answer": "quality", "at_least": 2}]
    measures = [
        measure("two_steps", price=9000, effects={"marketing": 2}),
        measure("one_step_heavy", price=9000, effects={"marketing": 1}, eases=["b_fit"]),
        measure("one_step_light", price=8000, effects={"marketing": 1}, eases=["b_talent"]),
        measure("one_step_later", price=100, effects={"marketing": 1}, eases=["b_talent"], needs=waiting),
        measure("no_step_cheap", price=100, effects={"hr": 1}),
        measure("a_no_step_dear", price=200, effects={"hr": 1}),
        measure("b_no_step_dear", price=200, effects={"hr": 2}),
    ]
    found = matched(list(reversed(measures)), paper_based(b_fit=3, b_talent=1))
    assert ids(found) == [one.id for one in measures]
    assert [one.closes for one in found] == [2, 1, 1, 1, 0, 0, 0]
    assert [one.relief for one in found] == [0, 3, 1, 1, 0, 0, 0]
    assert [one.standing for one in found] == ["ready"] * 3 + ["later"] + ["ready"] * 3
    assert found[3].waits == (AnswerNeed(answer="quality", at_least=2),)


def test_no_credit_for_the_work_of_others() -> None:
    """A live link counts from systems at both ends, which it waits for; so does what builds on it."""
    link = measure(
        "link",
        effects={"link_supply_marketing": 2},
        needs=[{"answer": scene, "at_least": 2} for scene in ("marketing", "warehousing")],
    )
    live = measure(
        "live",
        effects={"link_supply_marketing": 3, "marketing": 3, "warehousing": 3},
        needs=[{"answer": "link_supply_marketing", "at_least": 2}],
    )
    after_link = measure("after_link", effects={"link_supply_marketing": 3}, needs=[{"measure": "link"}])
    closes = {one.measure.id: one.closes for one in matched([link, live, after_link], paper_based())}
    assert closes == {"link": 2, "live": 0, "after_link": 0}


def test_a_measure_fits_that_changes_an_answer_or_eases_a_barrier() -> None:
    measures = [
        measure("effect", effects={"quality": 3}),
        measure("barrier", effects={"quality": 2}, eases=["b_fit"]),
        measure("nothing", effects={"quality": 2}, eases=["b_talent"]),
        measure("foreign", effects={"quality": 3}, applies={"size": ["large"]}),
        *(measure(f"more{number}", effects={"hr": 3}) for number in range(2)),
    ]
    found = matched(measures, full_process(b_fit=1, b_talent=0))
    assert set(ids(found)) == {"effect", "barrier", "more0", "more1"}


def test_three_at_least_where_less_fits() -> None:
    """What is in place fills up; what is for others, or does not apply, never does."""
    measures = [
        measure("fits", price=9000, effects={"hr": 3}),
        measure("reached", price=300, effects={"quality": 2}),
        measure("past", price=200, effects={"quality": 2}, applies={"answer": "quality", "at_most": 1}),
        measure("dearer", price=400, effects={"quality": 2}),
        measure("other_size", price=0, applies={"size": ["large"]}),
        measure("other_role", price=0, applies={"answer": "chain_role", "is": ["leader"]}),
        measure("other_cluster", price=0, applies={"not": {"answer": "cluster", "is": ["crafts"]}}),
        measure("no_energy", price=0, effects={"energy": 2}, applies={"answer": "energy", "at_most": 1}),
        measure("retired", price=0, effects={"hr": 3}, retired_on="2026-01-01"),
    ]
    answers = full_process(chain_role="own_brand", cluster="crafts", energy="not_applicable")
    found = matched(measures, answers)
    assert [(one.measure.id, one.standing) for one in found] == [
        ("fits", "ready"),
        ("past", "in_place"),
        ("reached", "in_place"),
    ]


REASONS: list[tuple[dict[str, Value], tuple[str, ...]]] = [
    ({"marketing": 0, "hr": 0, "b_fit": 2}, ("marketing", "hr", "b_fit")),
    ({"marketing": 0, "hr": 3, "b_fit": 0}, ("marketing",)),
    ({"marketing": "unknown", "hr": 0}, ("hr",)),
    ({"marketing": "unknown", "hr": 3}, ("marketing",)),
    ({"marketing": 2, "hr": 3}, ("marketing",)),
]


def test_because() -> None:
    """What makes it apply, what it changes, what it eases; unknown answers only where nothing else is."""
    one = measure(
        effects={"marketing": 2, "hr": 1}, eases=["b_fit"], applies={"answer": "marketing", "at_most": 1}
    )
    for answers, because in REASONS:
        assert matched([one], Answers(answers))[0].because == because
    touching = measure(effects={"hr": 1}, eases=["b_fit"])
    assert matched([touching], full_process())[0].because == ("hr", "b_fit"), "in place: all it touches"


def test_the_price_is_that_of_the_size() -> None:
    cost = {"micro": ["0", "200"], "small": ["0", "400"], "medium": ["0", "600"], "large": ["0", "800"]}
    one = catalogue([measure(cost=cost)])
    prices = [
        match(one, paper_based(), size, NEEDS)[0].cost for size in ("micro", "small", "medium", "large", None)
    ]
    assert prices == [100, 200, 300, 400, 200]


def test_the_first_of_every_pathway() -> None:
    measures = [
        measure(f"{pathway}{number}", pathway, effects={"hr": 2})
        for pathway in ("data_collaboration", "policy_support")
        for number in range(9)
    ]
    found = matched(measures, paper_based())
    assert len(found) == 18
    assert ids(top(found)) == [f"{p}{n}" for p in ("policy_support", "data_collaboration") for n in range(MOST)]
    assert len(top(found, 2)) == 4


def test_what_stops_the_firm_is_met_where_it_belongs() -> None:
    """Beyond the places of a pathway, and in another pathway only where its own has nothing."""
    closing = [
        measure(f"{pathway[:4]}{number}", pathway, effects={"marketing": 2})
        for pathway in ("inclusive_empowerment", "technology_adaptation")
        for number in range(MOST)
    ]
    easing = [
        measure("own", "inclusive_empowerment", effects={"hr": 1}, eases=["b_talent"]),
        measure("own_too", "inclusive_empowerment", price=9000, effects={"hr": 1}, eases=["b_talent"]),
        measure("other", "technology_adaptation", effects={"hr": 1}, eases=["b_talent", "b_partners"]),
    ]
    own, both = {"own"}, {"own", "other"}
    cases: list[tuple[dict[str, Value], set[str]]] = [
        ({"b_talent": 2, "b_partners": 2}, set()),
        ({"b_talent": 3, "b_partners": 2}, own),
        ({"b_talent": 2, "b_partners": 3}, {"other"}),
        ({"b_talent": 3, "b_partners": 3}, both),
    ]
    for barriers, added in cases:
        shown = top(matched([*closing, *easing], paper_based(**barriers)))
        assert {one.measure.id for one in shown} - {one.id for one in closing} == added
    found = {one.measure.id: one for one in matched(easing, paper_based(b_talent=3, b_partners=1))}
    assert (found["other"].frees, found["other"].because[0]) == (("b_talent",), "b_talent")


def test_a_measure_in_place_frees_nobody() -> None:
    past = measure(
        "past", "inclusive_empowerment", effects={"hr": 1}, eases=["b_talent"], applies={"answer": "hr", "is": ["3"]}
    )
    closing = [measure(f"c{number}", "technology_adaptation", effects={"marketing": 2}) for number in range(MOST)]
    other = measure("other", "technology_adaptation", effects={"hr": 1}, eases=["b_talent"])
    found = matched([past, *closing, other], paper_based(b_talent=3))
    assert [one.measure.id for one in found if one.standing == "in_place"] == ["past"]
    assert "other" in ids(top(found))
