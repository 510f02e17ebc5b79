"""What may be done with a diagnosis that was handed in: one table, and nothing that is not in it.

Move: something an officer or the owner does with a submission in a certain state. Most moves lead to
another state; a few (a comment, an assignment, a correction) are allowed in a state without leaving it.
An officer is somebody with the right to change who sees the firm's cluster; the owner is whoever may open
the diagnosis as its owner. Withdrawn is the end: nothing leads out of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Move(StrEnum):
    TAKE = "take"
    ASSIGN = "assign"
    COMMENT = "comment"
    TAKE_BACK = "take_back"
    RETURN = "return"
    VERIFY = "verify"
    REOPEN = "reopen"
    CORRECT = "correct"
    RESUBMIT = "resubmit"
    WITHDRAW = "withdraw"


class Who(StrEnum):
    OFFICER = "officer"
    OWNER = "owner"


class Need(StrEnum):
    """What a move needs besides the right state and the right person."""

    NOTHING = "nothing"
    COMMENT = "comment"  # at least one standing comment of this revision, at an answer or general
    REASON = "reason"  # a reason in words


@dataclass(frozen=True, kw_only=True)
class Step:
    """Where a move leads, who may make it, and what it needs."""

    to: str
    who: Who
    needs: Need = Need.NOTHING


def _officer(to: str, needs: Need = Need.NOTHING) -> Step:
    return Step(to=to, who=Who.OFFICER, needs=needs)


def _owner(to: str) -> Step:
    return Step(to=to, who=Who.OWNER)


TRANSITIONS: Final[Mapping[tuple[str, Move], Step]] = {
    ("submitted", Move.TAKE): _officer("in_review"),
    ("submitted", Move.ASSIGN): _officer("submitted"),
    ("submitted", Move.COMMENT): _officer("submitted"),
    ("submitted", Move.TAKE_BACK): _officer("submitted"),
    ("submitted", Move.WITHDRAW): _owner("withdrawn"),
    ("in_review", Move.ASSIGN): _officer("in_review"),
    ("in_review", Move.COMMENT): _officer("in_review"),
    ("in_review", Move.TAKE_BACK): _officer("in_review"),
    ("in_review", Move.RETURN): _officer("returned", Need.COMMENT),
    ("in_review", Move.VERIFY): _officer("verified"),
    ("in_review", Move.WITHDRAW): _owner("withdrawn"),
    ("returned", Move.ASSIGN): _officer("returned"),
    ("returned", Move.REOPEN): _officer("in_review", Need.REASON),
    ("returned", Move.CORRECT): _owner("returned"),
    ("returned", Move.RESUBMIT): _owner("submitted"),
    ("returned", Move.WITHDRAW): _owner("withdrawn"),
    ("verified", Move.REOPEN): _officer("in_review", Need.REASON),
}


def moves_from(state: str, who: Who) -> tuple[Move, ...]:
    """What this kind of person may do now, in the order of the table."""
    return tuple(move for (at, move), step in TRANSITIONS.items() if at == state and step.who == who)


__all__ = ["TRANSITIONS", "Move", "Need", "Step", "Who", "moves_from"]
