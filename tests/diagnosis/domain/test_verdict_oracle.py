"""The verdict against brute force: every state of small worlds, every outcome of a few unknowns."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diagnosis.domain.answers import Answers, Value
from diagnosis.domain.chain import BANDS, LINKS, SCENES, TOPS, VIEW
from diagnosis.domain.verdict import judge
from tests.diagnosis.domain import oracle
from tests.diagnosis.domain.firms import CORE, firm, levels

MAKER_LINKS = ("link_production_supply", "link_production_marketing", "link_supply_marketing")
MAKER: dict[str, Value] = {"product_design": "not_applicable", **levels(list(LINKS)[:3], 3)}


@dataclass(frozen=True)
class World:
    """Some answers free within a range, the others fixed."""

    name: str
    free: dict[str, range]
    fixed: dict[str, Value] = field(default_factory=dict)

    @property
    def ranges(self) -> tuple[range, ...]:
        return tuple(self.free.values())

    def answers(self, state: oracle.State) -> Answers:
        return firm(**{**self.fixed, **dict(zip(self.free, state, strict=True))})


def ranges(ids: tuple[str, ...], values: range) -> dict[str, range]:
    return dict.fromkeys(ids, values)


# Where others are fixed they stand at the top, so that changing them is never the shorter way.
WORLDS = [
    World("links and view", {**ranges(tuple(LINKS), range(3)), VIEW: range(3)}, levels(list(CORE), 4)),
    World(
        "links at every level around full-process",
        {**ranges(tuple(LINKS), range(1, 4)), VIEW: range(1, 4), "production_control": range(1, 5)},
        levels(list(CORE), 4),
    ),
    World("scenes and view", {**ranges(CORE, range(4)), VIEW: range(4)}, levels(list(LINKS), 3)),
    World(
        "contract maker, from the bottom",
        {**ranges((*CORE[1:], *MAKER_LINKS), range(3)), VIEW: range(3)},
        MAKER,
    ),
    World(
        "contract maker, around full-process",
        {**ranges((*CORE[1:], *MAKER_LINKS), range(1, 4)), VIEW: range(1, 4)},
        MAKER,
    ),
]


@pytest.mark.parametrize("world", WORLDS, ids=lambda world: world.name)
def test_distance_and_margin_equal_breadth_first_search(world: World) -> None:
    types = {state: oracle.plain_type(world.answers(state)) for state in product(*world.ranges)}
    into = oracle.changes_to(lambda state: types[state] == "full_process", world.ranges)
    out = oracle.changes_to(lambda state: types[state] != "full_process", world.ranges)
    for state, type in types.items():
        verdict = judge(world.answers(state))
        expected = (type, into[state], into[state] or out[state])
        assert (verdict.type, verdict.distance, verdict.margin) == expected, state


def scale(id: str) -> st.SearchStrategy[int]:
    return st.integers(0, TOPS[id])


def low(id: str) -> st.SearchStrategy[int]:
    return st.integers(0, 0 if id in BANDS else 1)


def high(id: str) -> st.SearchStrategy[int]:
    return st.integers(2, TOPS[id])


def near_two(id: str) -> st.SearchStrategy[int]:
    return st.integers(1, 2)


BUNCHES = (scale, low, high, near_two)


@st.composite
def partly_known(draw: st.DrawFn) -> Answers:
    """Up to four unknowns; levels bunched around the borders so that every type comes up."""
    in_systems, in_links = draw(st.sampled_from(BUNCHES)), draw(st.sampled_from(BUNCHES))
    values: dict[str, Value] = {id: draw(in_systems(id)) for id in (*SCENES, VIEW, *BANDS)}
    values |= {id: draw(in_links(id)) for id in LINKS}
    if draw(st.booleans()):
        values["product_design"] = "not_applicable"
    interesting = [*LINKS, VIEW, *CORE, "energy", *BANDS]
    unknown = draw(st.lists(st.sampled_from(interesting), max_size=4, unique=True))
    return Answers({**values, **dict.fromkeys(unknown, "unknown")})


@settings(max_examples=150, deadline=None)
@given(answers=partly_known())
def test_open_verdicts_equal_trying_every_outcome(answers: Answers) -> None:
    verdict = judge(answers)
    types = {oracle.plain_type(world) for world in oracle.completions(answers)}
    assert verdict.settled == (len(types) == 1)
    assert set(verdict.possible_types) <= types
    assert set(verdict.find_out) == oracle.pivotal_answers(answers)
    assert bool(verdict.find_out) != verdict.settled


@settings(max_examples=60, deadline=None)
@given(answers=partly_known())
def test_distances_enclose_every_outcome(answers: Answers) -> None:
    verdict = judge(answers)
    distances = [judge(Answers(world)).distance for world in oracle.completions(answers)]
    assert (verdict.distance_best, verdict.distance) == (min(distances), max(distances))
