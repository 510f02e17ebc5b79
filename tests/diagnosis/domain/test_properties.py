"""What must hold for every possible set of answers (methodology, section 3)."""

from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from diagnosis.domain.answers import Answers, Value
from diagnosis.domain.chain import BANDS, LINKS, NOT_APPLICABLE_ALLOWED, SCENES, TOPS, VIEW
from diagnosis.domain.diagnosis import diagnose
from diagnosis.domain.scores import INNOVATION, RESULTS
from diagnosis.domain.verdict import TYPES
from tests.diagnosis.domain.firms import POINTS, TICKS, scoring_questionnaire

QUESTIONNAIRE = scoring_questionnaire()
RAISABLE = (*SCENES, *LINKS, VIEW)
BARRIERS = ("b_finance", "b_fit", "b_partners", "b_policy_access")


def values(id: str) -> st.SearchStrategy[Value]:
    if id in TICKS:
        return st.sets(st.sampled_from(sorted(POINTS[id]))).map(lambda ids: tuple(sorted(ids)))
    if id in POINTS and "better" in POINTS[id]:
        return st.sampled_from(["worse", "same", "better"])
    if id in POINTS:
        return st.integers(0, len(POINTS[id]) - 1)
    if id in TOPS:
        return st.integers(0, TOPS[id])
    if id in RESULTS:
        return st.integers(-100, 1000)
    return {
        "apps_per_head": st.floats(0, 5, allow_nan=False),
        "employees": st.integers(0, 5000),
        "revenue": st.floats(0, 100_000, allow_nan=False),
        "cluster": st.sampled_from(["footwear", "crafts"]),
    }.get(id, st.integers(0, 3))


def special(id: str) -> st.SearchStrategy[Value]:
    allowed = ["unknown", *(["not_applicable"] if id in NOT_APPLICABLE_ALLOWED else [])]
    return st.sampled_from(allowed)


IDS = tuple(
    dict.fromkeys(
        (*RAISABLE, *BANDS, *POINTS, *INNOVATION, *RESULTS, *BARRIERS, "employees", "revenue", "cluster")
    )
)


@st.composite
def any_answers(draw: st.DrawFn, mostly_high: bool = False) -> Answers:
    found: dict[str, Value] = {}
    for id in IDS:
        answered = values(id)
        if mostly_high and id in RAISABLE:
            answered = st.integers(2, TOPS[id])
        found[id] = draw(special(id)) if draw(st.integers(0, 19)) == 0 else draw(answered)
    left_out = draw(st.sets(st.sampled_from(IDS), max_size=3))
    return Answers({id: value for id, value in found.items() if id not in left_out})


ANSWERS = st.one_of(any_answers(), any_answers(mostly_high=True))


def result(answers: Answers) -> dict[str, object]:
    return diagnose(QUESTIONNAIRE, answers, cluster_bounds={}).to_dict()


@settings(max_examples=200, deadline=None)
@given(answers=ANSWERS, id=st.sampled_from(RAISABLE), by=st.integers(1, 4))
def test_raising_an_answer_never_makes_anything_worse(answers: Answers, id: str, by: int) -> None:
    level = answers.level(id)
    if level is None:
        return
    before = diagnose(QUESTIONNAIRE, answers, cluster_bounds={})
    after = diagnose(QUESTIONNAIRE, answers.replace(**{id: min(level + by, TOPS[id])}), cluster_bounds={})
    assert TYPES.index(after.verdict.type) >= TYPES.index(before.verdict.type)
    assert TYPES.index(after.verdict.possible_types[-1]) >= TYPES.index(before.verdict.possible_types[-1])
    assert after.stage.reached >= before.stage.reached
    assert after.verdict.distance <= before.verdict.distance
    assert after.verdict.distance_best <= before.verdict.distance_best
    old, new = before.dimensions.technological_integration, after.dimensions.technological_integration
    assert (old is None and new is None) or (old is not None and new is not None and new >= old)


@settings(max_examples=100, deadline=None)
@given(answers=ANSWERS, data=st.data())
def test_the_order_of_the_answers_does_not_matter(answers: Answers, data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations(list(answers.items())))
    assert json.dumps(result(Answers(dict(shuffled)))) == json.dumps(result(answers))


@settings(max_examples=50, deadline=None)
@given(answers=ANSWERS)
def test_the_same_answers_give_the_same_result(answers: Answers) -> None:
    assert json.dumps(result(answers)) == json.dumps(result(Answers.from_json(answers.to_json())))


@settings(max_examples=150, deadline=None)
@given(answers=ANSWERS)
def test_verdict_hangs_together(answers: Answers) -> None:
    verdict = diagnose(QUESTIONNAIRE, answers, cluster_bounds={}).verdict
    assert (verdict.distance == 0) == (verdict.type == "full_process")
    assert (verdict.distance_best == 0) == (verdict.possible_types[-1] == "full_process")
    assert verdict.distance == sum(step.to_level - step.from_level for step in verdict.steps)
    assert verdict.margin >= 1
    assert verdict.settled == (not verdict.find_out)
    assert all(answers.is_unknown(id) for id in verdict.find_out)


@settings(max_examples=100, deadline=None)
@given(answers=ANSWERS)
def test_taking_the_steps_reaches_full_process(answers: Answers) -> None:
    verdict = diagnose(QUESTIONNAIRE, answers, cluster_bounds={}).verdict
    taken = answers.replace(**{step.answer: step.to_level for step in verdict.steps})
    assert diagnose(QUESTIONNAIRE, taken, cluster_bounds={}).verdict.type == "full_process"


@settings(max_examples=100, deadline=None)
@given(answers=ANSWERS)
def test_scores_stay_in_their_ranges(answers: Answers) -> None:
    found = diagnose(QUESTIONNAIRE, answers, cluster_bounds={})
    assert all(score is None or 0 <= score <= 100 for score in found.dimensions.to_dict().values())
    assert all(0 <= need.score <= 100 for need in found.needs)
    assert len(found.needs) == 4
    assert 0 <= found.official_sheet.total <= 100
