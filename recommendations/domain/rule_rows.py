"""A rule as rows of statements, which is how officers edit it, and back.

Statement: one line about one question (or the size class of the firm), true or, `negated`, untrue.
Rows: one statement, or several of which `all` or `any` must hold. Every rule without a group inside a
group fits; of any other rule, or one that does not fit the questionnaire, `rows_of` says None, and
whoever edits has to leave it as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, get_args

from diagnosis.domain.questionnaire import NOT_APPLICABLE, Question, Questionnaire
from diagnosis.domain.size_class import SizeClass
from recommendations.domain.conditions import (
    All,
    AnyOf,
    AtLeast,
    AtMost,
    Has,
    Is,
    Lacks,
    Not,
    Rule,
    SizeIs,
    bounds,
    faults,
)

Join = Literal["one", "all", "any"]
Operator = Literal["at_least", "at_most", "is", "has", "lacks"]

# Stands for the size class among the questions; no question can have this id.
SIZE: Final = "firm.size"
SIZES: Final[tuple[str, ...]] = get_args(SizeClass)
# What can be said about a question of each kind; about texts nothing can.
OPERATORS: Final[Mapping[str, tuple[Operator, ...]]] = {
    SIZE: ("is",),
    "choice": ("is",),
    "scale": ("at_least", "at_most", "is"),
    "ticks": ("has", "lacks", "at_least", "at_most"),
    "number": ("at_least", "at_most"),
}
RANGES: Final = ("at_least", "at_most")


@dataclass(frozen=True, kw_only=True)
class Statement:
    """`bound` for numbers and how many are ticked; a level of a scale is the one option."""

    question: str
    operator: Operator
    negated: bool = False
    bound: float | None = None
    options: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Rows:
    join: Join
    statements: tuple[Statement, ...]


def kind_of(question: str, questionnaire: Questionnaire) -> str | None:
    """The key of OPERATORS for a question; None where no statement can be made."""
    if question == SIZE:
        return SIZE
    known = questionnaire.questions.get(question)
    return known.kind if known and known.kind in OPERATORS else None


def offered(question: str, questionnaire: Questionnaire) -> tuple[str, ...]:
    """The options a statement about this question can name."""
    if question == SIZE:
        return SIZES
    known = questionnaire.questions[question]
    special = (NOT_APPLICABLE,) if known.not_applicable and known.kind in ("scale", "choice") else ()
    return (*known.options_by_id, *special)


# Rule to rows -------------------------------------------------------------------------------------


def rows_of(rule: Rule, questionnaire: Questionnaire) -> Rows | None:
    if any(faults(rule, questionnaire)):
        return None
    join: Join = "all" if isinstance(rule, All) else "any" if isinstance(rule, AnyOf) else "one"
    parts = rule.all if isinstance(rule, All) else rule.any if isinstance(rule, AnyOf) else (rule,)
    made = [_statement(part, questionnaire) for part in parts]
    statements = tuple(one for one in made if one is not None)
    return Rows(join=join, statements=statements) if len(statements) == len(made) else None


def _statement(rule: Rule, questionnaire: Questionnaire) -> Statement | None:
    negated = isinstance(rule, Not)
    inner = rule.negated if isinstance(rule, Not) else rule
    if isinstance(inner, AtLeast | AtMost):
        return _range(inner, negated, questionnaire.questions[inner.answer])
    if isinstance(inner, SizeIs):
        return _choosing(SIZE, "is", negated, inner.size, questionnaire)
    if isinstance(inner, Is):
        return _choosing(inner.answer, "is", negated, inner.options, questionnaire)
    if isinstance(inner, Has):
        return _choosing(inner.answer, "has", negated, inner.has, questionnaire)
    if isinstance(inner, Lacks):
        return _choosing(inner.answer, "lacks", negated, inner.lacks, questionnaire)
    return None


def _range(rule: AtLeast | AtMost, negated: bool, question: Question) -> Statement | None:
    operator: Operator = "at_least" if isinstance(rule, AtLeast) else "at_most"
    bound = rule.at_least if isinstance(rule, AtLeast) else rule.at_most
    if question.kind == "number":
        return Statement(question=question.id, operator=operator, negated=negated, bound=bound)
    if not bound.is_integer():  # between two levels or counts: true to the letter, but no row says it
        return None
    if question.kind == "ticks":
        return Statement(question=question.id, operator=operator, negated=negated, bound=bound)
    return Statement(question=question.id, operator=operator, negated=negated, options=(str(int(bound)),))


def _choosing(
    question: str, operator: Operator, negated: bool, options: tuple[str, ...], questionnaire: Questionnaire
) -> Statement | None:
    """An option named twice, or one that is not offered, can be no tick."""
    if len(set(options)) < len(options) or not set(options) <= set(offered(question, questionnaire)):
        return None
    return Statement(question=question, operator=operator, negated=negated, options=options)


# Rows to rule -------------------------------------------------------------------------------------


def rule_of(rows: Rows) -> dict[str, Any]:
    """The rule as plain data, as it stands in a content file."""
    parts = [_data(statement) for statement in rows.statements]
    return parts[0] if rows.join == "one" else {rows.join: parts}


def _data(statement: Statement) -> dict[str, Any]:
    said = _leaf(statement)
    return {"not": said} if statement.negated else said


def _leaf(statement: Statement) -> dict[str, Any]:
    if statement.question == SIZE:
        return {"size": list(statement.options)}
    if statement.operator not in RANGES:
        return {"answer": statement.question, statement.operator: list(statement.options)}
    bound = float(statement.options[0]) if statement.bound is None else statement.bound
    return {"answer": statement.question, statement.operator: bound}


__all__ = ["OPERATORS", "RANGES", "SIZE", "SIZES", "Operator", "Rows", "Statement", "bounds", "kind_of", "offered",
           "rows_of", "rule_of"]
