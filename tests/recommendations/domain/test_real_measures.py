"""The measures the product ships with, tried on many invented firms."""

from __future__ import annotations

from collections import Counter

import pytest

from diagnosis.domain.answers import Answers
from diagnosis.domain.needs import needs
from diagnosis.domain.official_sheet import fill_sheet
from diagnosis.domain.size_class import SizeClass, size_class
from diagnosis.domain.verdict import judge
from recommendations.domain.apply import applicability
from recommendations.domain.matching import FIRM, Match, match, top
from recommendations.domain.measure import PATHWAYS, MeasureNeed
from recommendations.domain.roadmap import plan
from tests.recommendations.domain.real_content import catalogue, firm, questionnaire, uniform

SEEDS = range(60)
EXTREMES = [
    uniform(top=top_level, cluster=cluster, chain_role=role)
    for top_level in (False, True)
    for cluster in ("petrochemicals", "footwear", "building_materials_home")
    for role in ("leader", "contract_maker")
]
UNANSWERED = Answers({})


def matched(answers: Answers, size: SizeClass | None = None) -> tuple[Match, ...]:
    size = size or size_class(answers)
    scores = needs(answers, size=size, sheet=fill_sheet(questionnaire(), answers))
    return match(catalogue(), answers, size, scores)


def test_the_library_is_large_enough() -> None:
    """Methodology section 5: forty at least; every sub-line is checked when the library is loaded."""
    assert len(catalogue().active) >= 40


def test_facts_about_the_firm_are_questions_of_the_profile() -> None:
    profile = {question.id for question in questionnaire().group("profile")}
    assert profile >= FIRM
    used = {
        leaf.answer
        for measure in catalogue().active
        if measure.applies
        for _, leaf in measure.applies.leaves()
        if hasattr(leaf, "answer") and leaf.answer in profile
    }
    assert used <= FIRM


@pytest.mark.parametrize("answers", [*map(firm, SEEDS), *EXTREMES, UNANSWERED])
def test_three_measures_in_every_pathway_for_everyone(answers: Answers) -> None:
    found = matched(answers)
    shown = Counter(one.measure.pathway for one in top(found))
    assert all(3 <= shown[pathway] <= 6 for pathway in PATHWAYS)
    assert all(one.because for one in found)
    for one in found:
        fits = applicability(one.measure, answers, size_class(answers)).value
        assert fits or one.standing == "in_place"


def visible(matches: tuple[Match, ...], cluster: str) -> list[object]:
    """What an owner sees of the list: which, in which order, the trade's words, the price, the reasons."""
    return [
        (one.measure.id, one.measure.trade.get(cluster), one.cost, one.because, one.relief)
        for one in top(matches)
    ]


@pytest.mark.parametrize("seed", range(12))
def test_firms_with_the_same_scores_see_different_lists(seed: int) -> None:
    """Same answers but another cluster, another size, or another obstacle."""
    base = firm(seed).replace(cluster="footwear", subsector="unknown", employees=80, revenue=2500)
    first = visible(matched(base), "footwear")
    for cluster in ("textiles_garments", "machinery", "food_beverages", "crafts"):
        assert visible(matched(base.replace(cluster=cluster)), cluster) != first
    for size in ("micro", "medium", "large"):
        assert visible(matched(base, size), "footwear") != first
    obstacles = ("b_finance", "b_benefit", "b_fit", "b_provider", "b_talent", "b_partners", "b_data_trust")
    none = base.replace(**dict.fromkeys(obstacles, 0))
    lists = [visible(matched(none.replace(**{obstacle: 3})), "footwear") for obstacle in obstacles]
    assert all(one != other for number, one in enumerate(lists) for other in lists[:number])


@pytest.mark.parametrize("target", ["full_process", "stage", "production_control:3"])
@pytest.mark.parametrize("seed", range(0, 60, 4))
def test_roadmaps_keep_their_promises(seed: int, target: str) -> None:
    answers = firm(seed)
    roadmap = plan(catalogue(), answers, size_class(answers), target=target)
    assert roadmap.optimal
    assert roadmap.reached == (roadmap.missing is None)
    ends = {one.measure: one.end for one in roadmap.measures}
    assert all(len(quarter.running) <= 2 for quarter in roadmap.quarters)
    assert all(1 <= one.start <= one.end <= 8 for one in roadmap.measures)
    assert roadmap.total_cost == sum(one.cost for one in roadmap.measures)
    distances = [judge(answers).distance, *(quarter.distance for quarter in roadmap.quarters)]
    assert distances == sorted(distances, reverse=True)
    assert target != "full_process" or not roadmap.reached or distances[-1] == 0
    for one in roadmap.measures:
        measured = catalogue().measures[one.measure]
        needed = [need.measure for need in measured.needs if isinstance(need, MeasureNeed)]
        assert all(ends.get(other, 0) < one.start for other in needed)


@pytest.mark.parametrize("cluster", questionnaire().questions["cluster"].options_by_id)
@pytest.mark.parametrize("role", ["leader", "supplier_to_leader", "own_brand", "contract_maker"])
def test_every_paper_based_firm_can_become_full_process(cluster: str, role: str) -> None:
    answers = uniform(top=False, cluster=cluster, chain_role=role)
    roadmap = plan(catalogue(), answers, size_class(answers))
    assert roadmap.reached
    assert roadmap.quarters[-1].type == "full_process"


def test_a_smaller_budget_never_gets_closer() -> None:
    answers = uniform(top=False, cluster="footwear", employees=12, revenue=200)
    roadmaps = [plan(catalogue(), answers, "micro", budget=budget) for budget in range(0, 16_000, 1500)]
    left = [one.missing.distance if one.missing else 0 for one in roadmaps]
    assert left == sorted(left, reverse=True)
    assert left[0] > 0 == left[-1]
    assert all(one.total_cost <= (one.budget or 0) and one.optimal for one in roadmaps)
    full = plan(catalogue(), answers, "micro").total_cost
    assert {one.missing.cost for one in roadmaps if one.missing} == {full}
