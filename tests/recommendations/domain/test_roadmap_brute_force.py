"""The planned roadmap is as good as the best of all roadmaps there are, case by case."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from diagnosis.domain.answers import Answers, Value
from diagnosis.domain.chain import LINKS, SCENES, VIEW
from diagnosis.domain.verdict import judge
from recommendations.domain.apply import after
from recommendations.domain.goal import goal_of
from recommendations.domain.measure import PATHWAYS, SIZES, Measure
from recommendations.domain.roadmap import Roadmap, plan
from tests.recommendations.domain import brute_force
from tests.recommendations.domain.brute_force import Case
from tests.recommendations.domain.world import catalogue, measure, pathway_needs

CORE = ("product_design", "production_control", "purchasing", "warehousing", "marketing")
TICKS = {"network": ("a", "b", "c"), "data_collection": ("a", "b", "c", "d")}
BANDS = {"systems_coverage": 2, "equipment_networked": 3, "chain_platform": 3, "partner_data_sharing": 3}
TOUCHED = {
    "full_process": (*CORE, *LINKS, VIEW),
    "stage": (*LINKS, *TICKS, *BANDS, "decision_support", "quality", "energy", "finance"),
    "scene": ("quality", "scheduling", "product_design", "production_control"),
}
KINDS = tuple(TOUCHED)
CASES_OF_A_SEED = 20
SEEDS = 20


def _value(random: Random, answer: str) -> Value:
    if answer in TICKS:
        return tuple(option for option in TICKS[answer] if random.random() < 0.3)
    if answer in SCENES:
        return random.choice((1, 2, 3, 4)) if answer not in CORE else random.choice((0, 1, 2, 2, 2, 2, 2))
    return random.choice((0, 1, 1, 2, 2, 2)) if answer in (*LINKS, VIEW) else random.randint(0, BANDS[answer])


def random_answers(random: Random) -> Answers:
    values = {answer: _value(random, answer) for answer in (*SCENES, *LINKS, VIEW, *BANDS, *TICKS)}
    values |= {answer: "unknown" for answer in values if random.random() < 0.06}
    if random.random() < 0.25:
        values["product_design"] = "not_applicable"
    values["b_fit"] = random.choice((0, 2, "unknown"))
    return Answers(values)


def _effect(random: Random, answer: str) -> Any:
    if answer in TICKS:
        return random.sample(TICKS[answer], random.randint(1, 2))
    if answer in SCENES and answer not in CORE:
        return random.choice((3, 4, 4))
    return random.choice((1, 2, 2, 3))


def _need(random: Random, ids: list[str], touched: tuple[str, ...]) -> dict[str, Any]:
    if random.random() < 0.5:
        return {"measure": random.choice(ids)}
    return {"answer": random.choice(touched), "at_least": random.choice((1, 2, 2, 3))}


APPLIES: tuple[Any, ...] = (
    None, None, None, None, None, None,
    {"answer": "marketing", "at_most": 1},
    {"size": ["micro", "small"]},
    {"any": [{"answer": "b_fit", "at_least": 1}, {"not": {"answer": "product_design", "at_least": 0}}]},
)  # fmt: skip


def _worth_touching(random: Random, kind: str, answers: Answers) -> tuple[str, ...]:
    """Mostly what is missing to the target, so that some cases can reach it, and three others."""
    if kind == "scene":
        return TOUCHED[kind]
    missing = [step.answer for step in goal_of(kind, answers).steps(answers)]
    return tuple(dict.fromkeys((*missing, *random.sample(TOUCHED[kind], 3))))


def _measure(random: Random, id: str, others: list[str], touched: tuple[str, ...], *, easy: bool) -> Measure:
    """An easy world has measures for everyone that bring a lot."""
    effects = random.sample(touched, random.randint(2 if easy else 1, min(4, len(touched))))
    return measure(
        id,
        random.choice(PATHWAYS),
        price=random.choice((0, 100, 300, 300, 500, 900)),
        effects={answer: _effect(random, answer) for answer in effects} if random.random() < 0.93 else {},
        eases=["b_fit"],
        needs=[_need(random, others, touched) for _ in range(random.choice((0, 0, 0, 1, 1, 2)))]
        if others
        else [],
        applies=None if easy else random.choice(APPLIES),
        months=random.choice((1, 2, 3, 3, 4, 7)),
        retired_on="2026-01-01" if random.random() < 0.05 else None,
    )


def _target(random: Random, kind: str, answers: Answers) -> str:
    if kind != "scene":
        return kind
    scenes = [scene for scene in TOUCHED["scene"] if not answers.is_na(scene)]
    return ",".join(
        f"{scene}:{random.randint(2, 4)}" for scene in random.sample(scenes, random.randint(1, 2))
    )


def _case(random: Random) -> Case:
    kind, answers = random.choice(KINDS), random_answers(random)
    ids = [f"m{number}" for number in range(random.choice((3, 4, 5, 5, 6)))]
    touched = random.choice((TOUCHED[kind], *[_worth_touching(random, kind, answers)] * 4))
    easy = random.random() < 0.4
    measures = [
        _measure(random, id, [other for other in ids if other < id], touched, easy=easy) for id in ids
    ]
    return Case(
        measures=tuple(measures),
        answers=answers,
        size_class=random.choice((*SIZES, None)),
        target=_target(random, kind, answers),
        weights={pathway: random.choice((0.0, 12.3, 40.0, 71.5)) for pathway in PATHWAYS},
        budget=random.choice((None, None, None, 0, 300, 800, 1500, 1_000_003, 1_000_139)),
        quarter_budget=random.choice((None, None, None, None, 300, 900)),
        prices={id: random.choice((0, 137, 451, 1_000_003)) for id in ids if random.random() < 0.15},
        horizon=random.choice((3, 4, 4)) if len(ids) < 6 else 3,
    )


def _plan(case: Case) -> Roadmap:
    return plan(
        catalogue(case.measures),
        case.answers,
        case.size_class,
        target=case.target,
        needs=pathway_needs({pathway: case.weights[pathway] for pathway in PATHWAYS}),
        budget=case.budget,
        quarter_budget=case.quarter_budget,
        prices=case.prices,
        horizon=case.horizon,
    )


def _check(case: Case) -> Roadmap:
    roadmap = _plan(case)
    schedule = {one.measure: one.start for one in roadmap.measures}
    best = brute_force.best(case)
    assert brute_force.feasible(case, schedule)
    assert brute_force.score(case, schedule) == best
    assert roadmap.optimal
    assert roadmap.reached == (best[0] == 0)
    assert roadmap.total_cost == best[2]
    if roadmap.missing:
        assert roadmap.missing.distance == best[0] == sum(step.units for step in roadmap.missing.steps)
        assert roadmap.missing.cost == brute_force.cost_without_limits(case)
    return roadmap


def _check_quarters(case: Case, roadmap: Roadmap) -> None:
    """Every quarter shows what runs, what is spent, and the verdict once it is over."""
    assert len(roadmap.quarters) == max((one.end for one in roadmap.measures), default=0)
    for shown in roadmap.quarters:
        done = [case.library[one.measure] for one in roadmap.measures if one.end <= shown.quarter]
        verdict = judge(after(case.answers, done))
        assert (shown.type, shown.distance) == (verdict.type, verdict.distance)
        started = [one for one in roadmap.measures if one.start <= shown.quarter]
        assert shown.spent == sum(one.cost for one in started)
        assert shown.cost == sum(one.cost for one in started if one.start == shown.quarter)
        assert [one.measure for one in shown.running] == [
            one.measure for one in started if one.end >= shown.quarter
        ]


@pytest.mark.parametrize("seed", range(SEEDS))
def test_no_other_roadmap_is_better(seed: int) -> None:
    random = Random(seed)
    for _ in range(CASES_OF_A_SEED):
        case = _case(random)
        _check_quarters(case, _check(case))


def test_cases_are_of_every_kind() -> None:
    """The random cases are worth trying: some reach the target, some fail for money, some for good."""
    random = Random(0)
    cases = [_case(random) for _ in range(150)]
    roadmaps = [_plan(case) for case in cases]
    kinds = {case.target.split(":")[0] if ":" not in case.target else "scene" for case in cases}
    assert kinds == set(KINDS)
    assert sum(roadmap.reached and len(roadmap.measures) > 1 for roadmap in roadmaps) > 8
    assert sum(bool(roadmap.missing and roadmap.missing.cost is not None) for roadmap in roadmaps) > 5
    assert sum(bool(roadmap.missing and roadmap.missing.cost is None) for roadmap in roadmaps) > 10
