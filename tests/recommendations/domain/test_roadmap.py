"""The roadmap's rules one by one, on worlds small enough to work out by hand."""

from __future__ import annotations

from typing import Any

import pytest

from diagnosis.domain.answers import Answers
from diagnosis.domain.needs import Need
from diagnosis.domain.size_class import SizeClass
from recommendations.domain.goal import TargetError
from recommendations.domain.measure import Measure
from recommendations.domain.roadmap import PlanError, Planned, Roadmap, plan
from recommendations.domain.solver import NoTimeLeft, Program, Solution, Terms
from tests.recommendations.domain.world import catalogue, full_process, measure, pathway_needs


def shown(roadmap: Roadmap) -> list[tuple[str, int, int]]:
    return [(one.measure, one.start, one.end) for one in roadmap.measures]


def planned(
    measures: list[Measure], answers: Answers, size: SizeClass | None = "small", **more: Any
) -> Roadmap:
    return plan(catalogue(measures), answers, size, **more)


def test_at_the_target_nothing_is_planned() -> None:
    roadmap = planned([measure(effects={"quality": 4})], full_process(), budget=0)
    assert roadmap == Roadmap(
        target="full_process",
        reached=True,
        optimal=True,
        budget=0,
        quarter_budget=None,
        quarters=(),
        measures=(),
        total_cost=0,
        missing=None,
    )


def test_the_last_stage_has_no_next() -> None:
    top = full_process(
        network=("a",), systems_coverage=1, equipment_networked=2, data_collection=("a", "b"),
        decision_support=3, chain_platform=2, partner_data_sharing=2,
    )  # fmt: skip
    assert planned([measure()], top, target="stage").reached


def test_the_cheaper_of_two_ways() -> None:
    dear = measure("dear", price=900, effects={"marketing": 2, "management_view": 2})
    one, two = (measure(id, price=400, effects={id: 2}) for id in ("marketing", "management_view"))
    answers = full_process(marketing=1, management_view=0)
    assert shown(planned([dear, one, two], answers)) == [("management_view", 1, 1), ("marketing", 1, 1)]
    assert shown(planned([dear, one, two], answers, prices={"dear": 799})) == [("dear", 1, 1)]
    assert shown(planned([dear, one, two], answers, prices={"dear": 800})) == [("dear", 1, 1)], (
        "fewest measures"
    )


def test_the_earlier_finish_of_two_as_cheap() -> None:
    slow, fast = measure("a_slow", months=6), measure("b_fast", months=3)
    assert shown(planned([slow, fast], full_process(production_control=1))) == [("b_fast", 1, 1)]


LINKS_OF_ONE_TREE = {"link_design_production": 2, "link_production_supply": 2, "link_production_marketing": 2}
BROKEN = dict.fromkeys(
    (
        "link_design_production", "link_design_supply", "link_design_marketing",
        "link_production_supply", "link_production_marketing", "link_supply_marketing",
    ),
    0,
)  # fmt: skip


def test_links_are_joined_by_the_cheapest_of_all_trees() -> None:
    """The tree nearest by levels (link_design_production is at 1) is not the cheapest to buy."""
    one_by_one = [measure(id, price=1000, effects={id: 2}) for id in BROKEN if id != "link_design_supply"]
    bundle = measure("bundle", price=900, effects={"link_design_supply": 2, "link_supply_marketing": 2})
    answers = full_process(**{**BROKEN, "link_design_production": 1})
    roadmap = planned([*one_by_one, bundle], answers)
    assert roadmap.total_cost == 1900
    assert "bundle" in {one.measure for one in roadmap.measures}
    assert roadmap.quarters[-1].distance == 0
    assert roadmap.quarters[-1].type == "full_process"


def test_without_design_three_domains_are_joined() -> None:
    answers = full_process(**BROKEN, product_design="not_applicable")
    one_by_one = [measure(id, price=1000, effects={id: 2}) for id in BROKEN]
    assert planned(one_by_one, answers).total_cost == 2000


def test_at_most_two_at_a_time() -> None:
    scenes = ("production_control", "purchasing", "warehousing", "marketing", "product_design")
    answers = full_process(**dict.fromkeys(scenes, 0))
    roadmap = planned([measure(scene, months=6, effects={scene: 2}) for scene in scenes], answers)
    assert [one.start for one in roadmap.measures] == [1, 1, 3, 3, 5]
    assert all(len(quarter.running) <= 2 for quarter in roadmap.quarters)
    assert [quarter.cost for quarter in roadmap.quarters] == [2000, 0, 2000, 0, 1000, 0]
    assert [quarter.spent for quarter in roadmap.quarters] == [2000, 2000, 4000, 4000, 5000, 5000]
    assert [quarter.distance for quarter in roadmap.quarters] == [10, 6, 6, 2, 2, 0]
    first = roadmap.quarters[0].running
    assert [(one.starts, one.ends) for one in first] == [(True, False), (True, False)]


def test_a_need_comes_first() -> None:
    base = measure("base", months=4, effects={"warehousing": 2})
    upper = measure("upper", effects={"production_control": 2}, needs=[{"measure": "base"}])
    by_answer = measure(
        "upper", effects={"production_control": 2}, needs=[{"answer": "warehousing", "at_least": 2}]
    )
    for dependant in (upper, by_answer):
        roadmap = planned([base, dependant], full_process(production_control=0, warehousing=1))
        assert shown(roadmap) == [("base", 1, 2), ("upper", 3, 3)]


def test_a_need_outside_the_target_is_planned_too() -> None:
    base = measure("base", effects={"equipment_networked": 2})
    upper = measure("upper", needs=[{"answer": "equipment_networked", "at_least": 2}])
    assert shown(planned([base, upper], full_process(production_control=1))) == [
        ("base", 1, 1),
        ("upper", 2, 2),
    ]


WAIVED = [
    ({"warehousing": 2}, {}, True),  # the effect is there
    ({"warehousing": 3}, {}, False),  # it is not, and the needed measure does not apply
    ({"product_design": 2, "warehousing": 2}, {"product_design": "not_applicable"}, True),
    (
        {"product_design": 2},
        {"product_design": "not_applicable"},
        False,
    ),  # brings nothing that could be there
    ({"data_security": ["rules"]}, {"data_security": ("rules", "products")}, True),
    ({"data_security": ["rules"]}, {"data_security": ("products",)}, False),
]


@pytest.mark.parametrize(("effects", "changes", "reached"), WAIVED)
def test_a_need_is_waived_where_its_effects_hold(effects: Any, changes: Any, reached: bool) -> None:
    base = measure("base", effects=effects, applies={"size": ["large"]})
    upper = measure("upper", needs=[{"measure": "base"}])
    roadmap = planned([base, upper], full_process(production_control=1, **changes))
    assert roadmap.reached is reached
    assert shown(roadmap) == ([("upper", 1, 1)] if reached else [])


def test_a_need_is_waived_by_another_measure_with_the_same_effect() -> None:
    base = measure("base", price=900, effects={"warehousing": 2})
    other = measure("other", price=100, effects={"warehousing": 2})
    upper = measure("upper", needs=[{"measure": "base"}])
    roadmap = planned([base, other, upper], full_process(production_control=1, warehousing=1))
    assert shown(roadmap) == [("other", 1, 1), ("upper", 2, 2)]


def test_a_need_counted_in_ticks() -> None:
    one = measure("one", effects={"data_collection": ["quality"]})
    two = measure("two", effects={"data_collection": ["quality", "energy"]})
    upper = measure("upper", needs=[{"answer": "data_collection", "at_least": 3}])
    answers = full_process(production_control=1, data_collection=("safety",))
    assert shown(planned([one, two, upper], answers)) == [("two", 1, 1), ("upper", 2, 2)]
    assert not planned([one, upper], answers).reached


def test_measures_that_do_not_apply_or_are_retired_are_not_planned() -> None:
    answers = full_process(production_control=1, chain_role="unknown")
    not_here = [
        measure("size", applies={"size": ["large"]}),
        measure("role", applies={"answer": "chain_role", "is": ["leader"]}),
        measure("retired", retired_on="2026-01-01"),
    ]
    roadmap = planned(not_here, answers)
    assert (roadmap.measures, roadmap.reached, roadmap.optimal) == ((), False, True)
    assert roadmap.missing is not None
    assert (roadmap.missing.distance, roadmap.missing.cost) == (1, None)


BUDGETS = [(None, True, 2000), (2000, True, 2000), (1999, False, 1000), (999, False, 0), (0, False, 0)]


@pytest.mark.parametrize(("budget", "reached", "cost"), BUDGETS)
def test_the_budget(budget: int | None, reached: bool, cost: int) -> None:
    measures = [measure("a", effects={"marketing": 2}), measure("b", effects={"management_view": 2})]
    roadmap = planned(measures, full_process(marketing=1, management_view=1), budget=budget)
    assert (roadmap.reached, roadmap.total_cost, roadmap.optimal) == (reached, cost, True)
    if roadmap.missing:
        assert roadmap.missing.cost == 2000
        assert roadmap.missing.distance == 2 - cost // 1000


def test_the_quarter_budget_spreads_the_cost() -> None:
    measures = [measure("a", effects={"marketing": 2}), measure("b", effects={"management_view": 2})]
    answers = full_process(marketing=1, management_view=1)
    roadmap = planned(measures, answers, quarter_budget=1000)
    assert [one.start for one in roadmap.measures] == [1, 2]
    too_tight = planned(measures, answers, quarter_budget=999)
    assert too_tight.measures == ()
    assert too_tight.missing is not None
    assert too_tight.missing.cost == 2000


def test_out_of_reach_the_greatest_need_is_covered_then_the_least_spent() -> None:
    near = measure("near", "data_collaboration", price=500, effects={"marketing": 2})
    dear = measure("dear", "data_collaboration", price=5000, effects={"management_view": 2})
    policy = measure("policy", "policy_support", price=300, effects={"planning": 2})
    cheaper = measure("cheaper", "policy_support", price=200, effects={"planning": 1})
    training = measure("training", "inclusive_empowerment", price=400, effects={}, eases=["b_training"])
    answers = full_process(marketing=1, management_view=1, b_training=2)
    library = [near, dear, policy, cheaper, training]
    scores = pathway_needs(
        {"policy_support": 50.0, "inclusive_empowerment": 49.9, "data_collaboration": 10.0}
    )
    by_budget = {
        budget: {one.measure for one in planned(library, answers, budget=budget, needs=scores).measures}
        for budget in (500, 700, 900, 1100, 6000)
    }
    assert by_budget[500] == {"near"}
    assert by_budget[700] == {"near", "cheaper"}
    assert by_budget[900] == {"near", "cheaper"}, "the greater need, though both would not fit"
    assert by_budget[1100] == {"near", "cheaper", "training"}
    assert by_budget[6000] == {"near", "dear"}, "nothing is added once the target is reached"


def test_of_two_equal_measures_one_covers_the_need() -> None:
    twins = [measure(id, "policy_support", price=200, effects={"planning": 1}) for id in ("twin_a", "twin_b")]
    scores = pathway_needs({"policy_support": 50.0})
    assert shown(planned(twins, full_process(marketing=1), needs=scores)) == [("twin_a", 1, 1)]


def test_a_barrier_nobody_named_is_no_need_to_cover() -> None:
    training = measure("training", "inclusive_empowerment", price=0, effects={}, eases=["b_training"])
    scores: tuple[Need, ...] = pathway_needs({"inclusive_empowerment": 50.0})
    assert planned([training], full_process(marketing=1), needs=scores).measures == ()


PRICES = [("micro", 100), ("small", 300), (None, 300), ("medium", 1100), ("large", 5000)]


@pytest.mark.parametrize(("size", "price"), PRICES)
def test_the_planned_price_is_the_middle_of_the_band(size: SizeClass | None, price: int) -> None:
    """Rounded to RMB 100, halves upwards; an unknown size is planned as small."""
    cost = {
        "micro": ["0", "100"],
        "small": ["200", "349"],
        "medium": ["1000", "1100"],
        "large": ["0", "9999"],
    }
    roadmap = planned([measure(cost=cost)], full_process(production_control=1), size)
    assert roadmap.measures == (Planned(measure="one", start=1, end=1, cost=price),)
    own = planned([measure(cost=cost)], full_process(production_control=1), size, prices={"one": 12345})
    assert own.total_cost == 12345


@pytest.mark.parametrize(("months", "quarters"), [(1, 1), (3, 1), (4, 2), (6, 2), (7, 3), (24, 8)])
def test_a_measure_takes_whole_quarters(months: int, quarters: int) -> None:
    roadmap = planned([measure(months=months)], full_process(production_control=1))
    assert [one.end for one in roadmap.measures] == [quarters]
    assert not planned([measure(months=24)], full_process(production_control=1), horizon=7).reached


def test_unknown_answers_count_as_the_lowest() -> None:
    roadmap = planned([measure(effects={"marketing": 1})], full_process(marketing="unknown"))
    assert roadmap.missing is not None
    assert [(step.answer, step.from_level) for step in roadmap.missing.steps] == [("marketing", 1)]


def test_a_scene_as_the_target() -> None:
    low = measure("low", effects={"quality": 2})
    high = measure("high", effects={"quality": 3}, needs=[{"answer": "quality", "at_least": 2}])
    roadmap = planned([low, high], full_process(quality=1, marketing=0), target="quality:3")
    assert shown(roadmap) == [("low", 1, 1), ("high", 2, 2)]
    assert roadmap.quarters[-1].type == "single_point"


def test_the_order_of_the_library_does_not_matter() -> None:
    scenes = ("production_control", "purchasing", "warehousing", "marketing")
    measures = [measure(f"{scene}_{n}", effects={scene: 2}) for scene in scenes for n in range(3)]
    answers = full_process(**dict.fromkeys(scenes, 0))
    first = planned(measures, answers)
    assert all(planned(list(reversed(measures)), answers) == first for _ in range(3))


REFUSED: list[dict[str, Any]] = [
    {"budget": -1},
    {"quarter_budget": -1},
    {"prices": {"one": -1}},
    {"prices": {"nobody": 100}},
    {"horizon": 0},
    {"horizon": 9},
]


@pytest.mark.parametrize("figures", REFUSED)
def test_impossible_figures(figures: dict[str, Any]) -> None:
    with pytest.raises(PlanError):
        planned([measure()], full_process(production_control=1), **figures)


def test_an_unknown_target() -> None:
    with pytest.raises(TargetError):
        planned([measure()], full_process(), target="everything")


@pytest.mark.parametrize("objectives", range(4))
def test_what_is_found_in_time_is_given_but_not_called_best(
    objectives: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The clock runs out after so many objectives."""
    solved = iter([True] * objectives)
    in_time = Program.minimise

    def minimise(program: Program, objective: Terms) -> Solution | None:
        if not next(solved, False):
            raise NoTimeLeft
        return in_time(program, objective)

    monkeypatch.setattr(Program, "minimise", minimise)
    roadmap = planned([measure()], full_process(production_control=1))
    assert not roadmap.optimal
    assert roadmap.reached == (objectives > 0)
    assert shown(roadmap) == ([("one", 1, 1)] if objectives else [])


def test_no_time_at_all() -> None:
    roadmap = planned(
        [measure(), measure("two", months=6)], full_process(production_control=1), time_limit=0.0
    )
    assert roadmap.optimal <= roadmap.reached


def test_the_solver_is_silent(capfd: pytest.CaptureFixture[str]) -> None:
    program = Program(seconds=1.0)
    one, two = program.variable(), program.variable()
    program.row({one: 1.0, two: 1.0}, lower=1)
    solution = program.minimise({one: 3.0, two: 2.0})
    assert solution is not None
    assert (solution.value, solution.chosen(two), solution.proven) == (2, True, True)
    assert capfd.readouterr() == ("", "")
