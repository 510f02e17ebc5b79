"""Targets and the distance to them."""

from __future__ import annotations

from random import Random

import pytest

from diagnosis.domain.chain import LINKS, SCENES, VIEW
from diagnosis.domain.stage import stage_of
from diagnosis.domain.verdict import judge
from recommendations.domain.goal import Step, TargetError, goal_of
from tests.recommendations.domain.test_roadmap_brute_force import random_answers
from tests.recommendations.domain.world import full_process, paper_based


@pytest.mark.parametrize("seed", range(40))
def test_distance_to_full_process_is_that_of_the_verdict(seed: int) -> None:
    answers = random_answers(Random(seed))
    goal = goal_of("full_process", answers)
    assert goal.distance(answers) == judge(answers).distance
    assert sum(step.units for step in goal.steps(answers)) == judge(answers).distance


@pytest.mark.parametrize("seed", range(40))
def test_the_next_stage_is_open_until_it_is_reached(seed: int) -> None:
    answers = random_answers(Random(seed))
    goal = goal_of("stage", answers)
    assert (goal.distance(answers) == 0) == (stage_of(answers).reached == 5)
    done = answers.replace(**{step.answer: step.to_level for step in goal.steps(answers) if _is_scale(step)})
    ticked = {step.answer: ("a", "b", "c", "d") for step in goal.steps(answers) if not _is_scale(step)}
    reached = stage_of(done.replace(**ticked)).reached
    assert reached > stage_of(answers).reached or stage_of(answers).reached == 5


def _is_scale(step: Step) -> bool:
    return step.answer not in ("network", "data_collection")


STAGE_STEPS = [
    (paper_based(), [("network", 0, 1), ("systems_coverage", 0, 1)]),
    (
        paper_based(network=("a",), systems_coverage=1, data_collection=("quality",)),
        [("equipment_networked", 0, 2), ("data_collection", 1, 2)],
    ),
    (
        paper_based(network=("a",), systems_coverage=1, data_collection=("a", "b"), equipment_networked=2)
        .replace(link_production_supply=2, link_supply_marketing=1),
        [("link_supply_marketing", 1, 2)],
    ),
    (
        full_process(network=("a",), systems_coverage=1, data_collection=("a", "b"), equipment_networked=2),
        [("decision_support", 2, 3)],
    ),
    (
        full_process(network=("a",), systems_coverage=1, data_collection=("a", "b"), equipment_networked=2)
        .replace(decision_support=0, quality=4, energy=4, hr=3),
        [("hr", 3, 4)],
    ),
    (
        full_process(network=("a",), systems_coverage=1, data_collection=("a", "b"), equipment_networked=2)
        .replace(decision_support=3, chain_platform=2, partner_data_sharing="unknown"),
        [("partner_data_sharing", 0, 2)],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("answers", "steps"), STAGE_STEPS)
def test_steps_to_the_next_stage(answers, steps) -> None:  # type: ignore[no-untyped-def]
    found = goal_of("stage", answers).steps(answers)
    assert [(step.answer, step.from_level, step.to_level) for step in found] == steps


def test_a_contract_maker_needs_no_design() -> None:
    answers = paper_based(product_design="not_applicable")
    wanted = {step.answer for step in goal_of("full_process", answers).steps(answers)}
    assert "product_design" not in wanted
    assert len(wanted & set(LINKS)) == 2
    assert VIEW in wanted


def test_scenes_by_name() -> None:
    answers = paper_based(quality=1)
    goal = goal_of("quality:3,energy:1,quality:2", answers)
    assert goal.steps(answers) == (
        Step(answer="energy", from_level=0, to_level=1),
        Step(answer="quality", from_level=1, to_level=3),
    )


@pytest.mark.parametrize(
    "target",
    [
        "", "full", "stage:2", "quality", "quality:", "quality:0", "quality:5", "quality:x", "quality:-1",
        "quality:²", "link_design_supply:2", "management_view:2", "energy:2", "quality:2,", "quality:2;hr:2",
    ],
)  # fmt: skip
def test_no_such_target(target: str) -> None:
    with pytest.raises(TargetError):
        goal_of(target, paper_based(energy="not_applicable"))


@pytest.mark.parametrize("scene", SCENES)
def test_every_scene_can_be_a_target(scene: str) -> None:
    assert goal_of(f"{scene}:4", paper_based()).distance(paper_based()) == 4
