"""The simulated population: repeatable, valid, marked as simulated, and shaped after the paper.

The shares are those of one fixed seed, so they are exact; the bounds say how close to the paper it must be.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
from stdnum.cn import uscc as social_credit_code

from clusters.domain.places import Places, load_places
from diagnosis.domain.answers import Answers
from diagnosis.domain.answers_file import subsector_fault
from diagnosis.domain.chain import LINKS, VIEW
from diagnosis.domain.chance import Chance
from diagnosis.domain.flags import flags
from diagnosis.domain.population import Population, simulate
from diagnosis.domain.population_facts import FULL_PROCESS, NAME_MARK, NO_COUNTY, Facts, code_of, draw_facts
from diagnosis.domain.population_practice import BARRIERS, INNOVATION, RESULTS
from diagnosis.domain.progress import required_missing
from diagnosis.domain.questionnaire import Questionnaire, load_questionnaire
from diagnosis.domain.size_class import size_class
from diagnosis.domain.values import check_value
from diagnosis.domain.verdict import judge

ROOT = Path(__file__).parents[3]
SEED, FIRMS, MANY = 11, 3_000, 30_000
Which = Callable[[Answers], bool]


@cache
def questionnaire() -> Questionnaire:
    return load_questionnaire(ROOT / "diagnosis" / "content")


@cache
def places() -> Places:
    return load_places(ROOT / "clusters" / "content")


@cache
def population() -> Population:
    return Population(questionnaire=questionnaire(), places=places())


@cache
def firms() -> tuple[Answers, ...]:
    return tuple(population().firms(SEED, FIRMS))


@cache
def types() -> tuple[str, ...]:
    return tuple(judge(firm).type for firm in firms())


def share(which: Which, among: Which = lambda firm: True) -> float:
    group = [firm for firm in firms() if among(firm)]
    return sum(map(which, group)) / len(group)


@cache
def many() -> tuple[Facts, ...]:
    """More firms, without their answers: who they are and of which type their answers would be."""
    return tuple(draw_facts(places(), SEED, index) for index in range(MANY))


def coverage(among: Callable[[Facts], bool]) -> float:
    found = [facts.type != "not_started" for facts in many() if among(facts)]
    return sum(found) / len(found)


def level(firm: Answers, answer: str) -> int:
    return firm.level(answer) or 0


# Repeatable ---------------------------------------------------------------------------------------------


def test_a_firm_depends_on_seed_and_index_alone() -> None:
    again = Population(questionnaire=questionnaire(), places=places())
    assert list(again.firms(SEED, 20, first=40)) == list(firms()[40:60])
    assert list(simulate(questionnaire(), places(), seed=SEED, count=5, first=7)) == list(firms()[7:12])
    assert again.firm(SEED + 1, 0) != firms()[0]


def test_the_draws_never_change() -> None:
    """A bench of last year and one of today look at the same firms."""
    chance = Chance("fixed", 1)
    assert [chance.level((1, 2, 1)) for _ in range(12)] == [0, 0, 2, 1, 1, 1, 1, 0, 1, 2, 2, 2]
    firm = population().firm(1, 0)
    assert (firm["company_name"], firm["uscc"]) == ("示例柏嘉卫浴有限公司", "91350599M6BA00000C")
    assert judge(firm).type == "single_point"


@pytest.mark.parametrize("weights", [(0, 1), (1, 0), (0, 0, 3), (0, 2, 0)])
def test_what_has_no_weight_is_never_drawn(weights: tuple[float, ...]) -> None:
    chance = Chance("weights")
    assert all(weights[chance.level(weights)] > 0 for _ in range(300))


def test_codes_are_right_and_differ() -> None:
    codes = {code_of(seed, index) for seed in range(20) for index in (*range(50), 28_629_150)}
    assert len(codes) == 20 * 51
    assert all(social_credit_code.is_valid(code) for code in codes)


# Valid and marked ---------------------------------------------------------------------------------------


def test_every_answer_is_one_the_questionnaire_takes() -> None:
    questions = questionnaire().questions
    for firm in firms():
        assert {id: check_value(questions[id], value) for id, value in firm.to_json().items()} == dict(firm)
        assert subsector_fault(firm, places().cluster_of_subsector) is None
        assert required_missing(firm) == ()
        assert list(firm) == [id for id in questions if id in firm]


def test_nobody_real_can_be_meant() -> None:
    assert all(str(firm["company_name"]).startswith(NAME_MARK) for firm in firms())
    assert {str(firm["uscc"])[2:8] for firm in firms()} == {NO_COUNTY}
    assert len({firm["uscc"] for firm in firms()}) == FIRMS


def test_everything_is_met() -> None:
    def met(id: str) -> set[object]:
        return {firm.get(id) for firm in firms()}

    assert met("cluster") == set(places().cluster)
    assert met("subsector") >= set(places().subsector)
    assert met("county") >= set(places().county)
    assert {size_class(firm) for firm in firms()} == {"micro", "small", "medium", "large", None}
    assert met("chain_role") >= {"leader", "supplier_to_leader", "own_brand", "contract_maker"}
    for question in questionnaire().questions.values():
        levels = met(question.id)
        assert "unknown" in levels or question.id in ("company_name", "uscc", "cluster", "wishes"), question.id
        assert "not_applicable" in levels or not question.not_applicable, question.id
        if question.kind == "scale" and question.group in ("scenes", "links", "view", "innovation", "barriers"):
            assert set(range(question.top + 1)) <= levels, question.id


def test_some_are_asked_back() -> None:
    bounds = {cluster.id: (cluster.employees, cluster.revenue_per_head) for cluster in places().clusters}
    raised = Counter(flag.id for firm in firms() for flag in flags(firm, judge(firm), bounds))
    assert raised["above_scale_no_but_revenue"] and raised["scene_without_link"]
    assert not raised["revenue_per_head_outside_cluster"] and not raised["size_outside_cluster"]


def test_some_know_little() -> None:
    missing = sorted(sum(firm.is_unknown(id) for id in questionnaire().questions) for firm in firms())
    assert missing[FIRMS // 10] < 8 < missing[-FIRMS // 10]
    assert missing[-1] > 40


def test_no_question_is_forgotten() -> None:
    asked = {id for id, one in questionnaire().questions.items() if one.group in ("innovation", "barriers", "results")}
    trends = {"energy_per_revenue", "pass_rate", "revenue_per_head", "cost_per_revenue"}
    assert asked == {*INNOVATION, *BARRIERS, *RESULTS, *trends, "apps_per_head", "wishes"}
    assert {role for sizes in FULL_PROCESS.values() for role in sizes} == {"micro", "small", "medium", "large"}


# Shaped after the paper ---------------------------------------------------------------------------------


def test_one_in_five_covered_firms_is_full_process() -> None:
    """Table 1."""
    found = Counter(types())
    assert found["full_process"] / (found["full_process"] + found["single_point"]) == pytest.approx(0.2, abs=0.02)


def test_the_backbone_is_full_process() -> None:
    """Table 1: leading enterprises and above-scale backbone firms."""
    sizes = Counter(size_class(firm) for firm, type in zip(firms(), types(), strict=True) if type == "full_process")
    everybody = Counter(map(size_class, firms()))
    shares = [sizes[size] / everybody[size] for size in ("micro", "small", "medium", "large")]
    assert shares == sorted(shares) and shares[-1] > 0.5 > shares[1]


def test_answers_are_of_the_type_drawn() -> None:
    assert types() == tuple(facts.type for facts in many()[:FIRMS])


COVERAGE: dict[str, tuple[Callable[[Facts], bool], float]] = {
    "above-scale": (lambda facts: facts.above_scale, 0.93),
    "below-scale": (lambda facts: not facts.above_scale, 0.28),
    "textiles and footwear": (lambda facts: facts.cluster in ("textiles_garments", "footwear"), 0.62),
    "stone carving": (lambda facts: facts.profile["subsector"] == "stone_carving", 0.65),
}


@pytest.mark.parametrize("who", COVERAGE)
def test_coverage(who: str) -> None:
    """2.1.2, 2.2.2, 2.3.2 (below 30% for below-scale firms)."""
    among, expected = COVERAGE[who]
    assert coverage(among) == pytest.approx(expected, abs=0.03 if who == "stone carving" else 0.015)


def test_food_firms_control_quality_in_systems() -> None:
    """2.2.2, of the firms that know."""
    answered = [firm.level("quality") for firm in firms() if firm["cluster"] == "food_beverages"]
    known = [level for level in answered if level is not None]
    assert 0.6 < sum(level >= 2 for level in known) / len(known) < 0.7


def test_new_technology_is_rare() -> None:
    """2.3.1: 5G at under 40% of SMEs; 2.3.3: 0.7 apps a head in textiles, digital twins hardly met."""
    assert 0.2 < share(lambda firm: level(firm, "five_g_use") >= 1, lambda firm: size_class(firm) != "large") < 0.4
    assert share(lambda firm: level(firm, "digital_twin") >= 2) < 0.06
    apps = [firm.number("apps_per_head") for firm in firms() if firm["cluster"] == "textiles_garments"]
    known = [number for number in apps if number is not None]
    assert sum(known) / len(known) == pytest.approx(0.7, abs=0.06)


def test_outcomes_are_those_of_table_1() -> None:
    ranges = {"production_efficiency": (15, 30), "operating_cost": (-20, -12)}
    for id, (low, high) in ranges.items():
        found = {type: [firm.number(id) for firm, its in zip(firms(), types(), strict=True) if its == type]
                 for type in ("single_point", "full_process")}
        full = [number for number in found["full_process"] if number is not None]
        single = [number for number in found["single_point"] if number is not None]
        assert low <= min(full) and max(full) <= high
        assert abs(sum(single) / len(single)) < abs(sum(full) / len(full)) / 2


@pytest.mark.parametrize("barrier", ["b_finance", "b_benefit", "b_talent", "b_training", "b_policy_access"])
def test_small_firms_have_the_heavier_barriers(barrier: str) -> None:
    """2.3.4."""

    def mean(sizes: tuple[str, ...]) -> float:
        found = [firm.level(barrier) for firm in firms() if size_class(firm) in sizes]
        known = [level for level in found if level is not None]
        return sum(known) / len(known)

    assert mean(("micro", "small")) > mean(("medium", "large")) + 0.3


def test_some_have_systems_everywhere_and_no_links() -> None:
    """The trap: single-point all the same."""
    core = ("product_design", "production_control", "purchasing", "warehousing", "marketing")
    trapped = [
        type for firm, type in zip(firms(), types(), strict=True)
        if all(level(firm, scene) >= 2 for scene in core) and all(level(firm, link) < 2 for link in LINKS)
    ]
    assert len(trapped) > FIRMS / 100 and set(trapped) == {"single_point"}


# Coming again -------------------------------------------------------------------------------------------


def test_a_firm_that_comes_again_has_moved_on() -> None:
    rising = (*LINKS, VIEW, "marketing", "five_g_use", "planning")
    for index in range(60):
        visits = [population().firm(SEED, index, visit) for visit in range(3)]
        assert visits[0] == firms()[index]
        assert {str(one["uscc"]) for one in visits} == {firms()[index]["uscc"]}
        for before, after in pairwise(visits):
            assert all(level(before, id) <= level(after, id) <= level(before, id) + 1 for id in rising)
            assert judge(after).distance <= judge(before).distance
    assert sum(population().firm(SEED, index, 1) != firms()[index] for index in range(60)) > 50
