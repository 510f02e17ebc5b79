"""The table of moves: whole, closed, and nothing beside it."""

from __future__ import annotations

from itertools import product

from diagnosis.domain.review_rules import TRANSITIONS, Move, Need, Who, moves_from
from diagnosis.models import State

# Written out a second time, by hand: state -> move -> where it leads.
EXPECTED = {
    "draft": {},
    "submitted": {
        "take": "in_review", "assign": "submitted", "comment": "submitted", "take_back": "submitted",
        "withdraw": "withdrawn",
    },
    "in_review": {
        "assign": "in_review", "comment": "in_review", "take_back": "in_review", "return": "returned",
        "verify": "verified", "withdraw": "withdrawn",
    },
    "returned": {
        "assign": "returned", "reopen": "in_review", "correct": "returned", "resubmit": "submitted",
        "withdraw": "withdrawn",
    },
    "verified": {"reopen": "in_review"},
    "withdrawn": {},
}
OWNERS = {"correct", "resubmit", "withdraw"}


def test_every_state_and_move() -> None:
    assert set(EXPECTED) == set(State.values)
    for state, move in product(State.values, Move):
        step = TRANSITIONS.get((state, move))
        assert (step.to if step else None) == EXPECTED[state].get(move.value), (state, move)


def test_who_may() -> None:
    for (_, move), step in TRANSITIONS.items():
        assert (step.who == Who.OWNER) == (move.value in OWNERS)
    assert moves_from("verified", Who.OWNER) == ()
    assert moves_from("in_review", Who.OWNER) == (Move.WITHDRAW,)
    assert moves_from("returned", Who.OFFICER) == (Move.ASSIGN, Move.REOPEN)


def test_what_a_move_needs() -> None:
    needs = {(state, move.value): step.needs for (state, move), step in TRANSITIONS.items() if step.needs != "nothing"}
    assert needs == {
        ("in_review", "return"): Need.COMMENT, ("returned", "reopen"): Need.REASON, ("verified", "reopen"): Need.REASON,
    }


def test_nothing_leads_out_of_withdrawn_and_every_other_state_can_be_left() -> None:
    leaves = {state for (state, _), step in TRANSITIONS.items() if step.to != state}
    assert leaves == set(State.values) - {"draft", "withdrawn"}  # a draft is handed in, which is no move of a review
