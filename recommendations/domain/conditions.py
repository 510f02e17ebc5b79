"""Conditions as data: when a measure applies, what a policy programme asks for.

The grammar is closed; nothing in a content file is ever run as code.

    {all: [...]}  {any: [...]}  {not: {...}}
    {answer: id, at_least: n}   level of a scale, number, or how many options are ticked
    {answer: id, at_most: n}
    {answer: id, is: [option, ...]}      choice or scale position; `not_applicable` where allowed
    {answer: id, has: [option, ...]}     every one of them is ticked
    {answer: id, lacks: [option, ...]}   at least one of them is not ticked
    {size: [micro, small, medium, large]}

A condition is true, false or unknown (None). Unknown parts matter only where they decide:
`any` with one true part is true, `all` with one false part is false, `not` keeps unknown.
"Not applicable" is known: it is neither at least nor at most anything.
At the worst reading, used for measures, nothing is unknown: an unknown scene, link or view counts as
0, any other statement about something unknown is false (so its `not` is true).
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Final

from pydantic import Discriminator, Field, Tag

from clusters.domain.content_file import ContentModel, Location, NonEmpty
from diagnosis.domain.answers import Answers, Value
from diagnosis.domain.chain import LINKS, SCENES, VIEW
from diagnosis.domain.questionnaire import NOT_APPLICABLE, Question, Questionnaire
from diagnosis.domain.size_class import SizeClass

# Answers that count as the lowest at the worst reading (methodology section 3).
LOWEST_IF_UNKNOWN = frozenset({*SCENES, *LINKS, VIEW})
SIZE_ANSWERS = ("employees", "revenue")


# Everything that can be wrong with a statement, by code.
FAULTS: Final = {
    "no_question": "there is no question '{question}'",
    "no_order": "'{question}' has no order to compare with",
    "out_of_range": "{bound} is not in {lowest}..{highest} of '{question}'",
    "wrong_kind": "'{question}' is not a question of kind {kinds}",
    "no_option": "'{question}' has no option '{option}'",
}


class Fault(str):
    """What is wrong, in English as the content loader says it; `code` and `values` say it in any language."""

    code: str
    values: dict[str, str]

    def __new__(cls, code: str, **values: str) -> Fault:
        fault = super().__new__(cls, FAULTS[code].format(**values))
        fault.code, fault.values = code, values
        return fault


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What a condition is held against; `worst` for the worst reading."""

    answers: Answers
    size_class: SizeClass | None
    worst: bool = False

    @property
    def if_unknown(self) -> bool | None:
        """Value of a statement about something unknown."""
        return False if self.worst else None

    def value(self, answer: str) -> Value | None:
        """The answer, or None when it is unknown and does not count as the lowest."""
        if not self.answers.is_unknown(answer):
            return self.answers[answer]
        return 0 if self.worst and answer in LOWEST_IF_UNKNOWN else None


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """Value of a condition and the answers that made it so, in the order of the condition."""

    value: bool | None
    because: tuple[str, ...]


class Rule(ContentModel):
    """Any condition."""

    @abstractmethod
    def evaluate(self, facts: Facts) -> Outcome: ...

    @abstractmethod
    def leaves(self, at: Location = ()) -> Iterator[tuple[Location, Leaf | SizeIs]]:
        """The leaves with their places below the condition."""


def _unique(parts: Iterable[Outcome]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(answer for part in parts for answer in part.because))


def _decided(parts: list[Outcome], *, by: bool) -> Outcome:
    """One part with value `by` decides; else an unknown part leaves it open; else the opposite holds."""
    for value in (by, None):
        deciding = [part for part in parts if part.value is value]
        if deciding:
            return Outcome(value=value, because=_unique(deciding))
    return Outcome(value=not by, because=_unique(parts))


class All(Rule):
    all: tuple[Condition, ...] = Field(min_length=1)

    def evaluate(self, facts: Facts) -> Outcome:
        return _decided([part.evaluate(facts) for part in self.all], by=False)

    def leaves(self, at: Location = ()) -> Iterator[tuple[Location, Leaf | SizeIs]]:
        for index, part in enumerate(self.all):
            yield from part.leaves((*at, "all", index))


class AnyOf(Rule):
    any: tuple[Condition, ...] = Field(min_length=1)

    def evaluate(self, facts: Facts) -> Outcome:
        return _decided([part.evaluate(facts) for part in self.any], by=True)

    def leaves(self, at: Location = ()) -> Iterator[tuple[Location, Leaf | SizeIs]]:
        for index, part in enumerate(self.any):
            yield from part.leaves((*at, "any", index))


class Not(Rule):
    negated: Condition = Field(alias="not")

    def evaluate(self, facts: Facts) -> Outcome:
        part = self.negated.evaluate(facts)
        return Outcome(value=None if part.value is None else not part.value, because=part.because)

    def leaves(self, at: Location = ()) -> Iterator[tuple[Location, Leaf | SizeIs]]:
        yield from self.negated.leaves((*at, "not"))


class SizeIs(Rule):
    size: tuple[SizeClass, ...] = Field(min_length=1)

    def evaluate(self, facts: Facts) -> Outcome:
        value = facts.if_unknown if facts.size_class is None else facts.size_class in self.size
        return Outcome(value=value, because=SIZE_ANSWERS)

    def leaves(self, at: Location = ()) -> Iterator[tuple[Location, Leaf | SizeIs]]:
        yield at, self


class Leaf(Rule):
    """A statement about one answer."""

    answer: NonEmpty

    @abstractmethod
    def holds(self, value: Value) -> bool: ...

    @abstractmethod
    def fault(self, question: Question) -> Fault | None:
        """What is wrong with this statement about this question, if anything."""

    def evaluate(self, facts: Facts) -> Outcome:
        value = facts.value(self.answer)
        return Outcome(value=facts.if_unknown if value is None else self.holds(value), because=(self.answer,))

    def leaves(self, at: Location = ()) -> Iterator[tuple[Location, Leaf | SizeIs]]:
        yield at, self


def _amount(value: Value) -> float | None:
    """Level, number, or how many are ticked; None for "not applicable"."""
    if isinstance(value, tuple):
        return len(value)
    return None if isinstance(value, str) else value


def _range_fault(question: Question, bound: float) -> Fault | None:
    """A bound nobody or everybody meets is a slip of the pen."""
    if question.kind not in ("scale", "ticks", "number"):
        return Fault("no_order", question=question.id)
    lowest, highest = bounds(question)
    if lowest <= bound <= highest:
        return None
    return Fault(
        "out_of_range", bound=f"{bound:g}", lowest=f"{lowest:g}", highest=f"{highest:g}", question=question.id
    )


def bounds(question: Question) -> tuple[float, float]:
    """Between what a level, a number of ticks or a number lies."""
    highest = {"scale": question.top, "ticks": len(question.options)}.get(question.kind, question.maximum or 0)
    return question.minimum or 0, highest


def _option_fault(question: Question, kinds: tuple[str, ...], options: tuple[str, ...]) -> Fault | None:
    if question.kind not in kinds:
        return Fault("wrong_kind", question=question.id, kinds=" or ".join(kinds))
    known = {*question.options_by_id, *([NOT_APPLICABLE] if question.not_applicable else [])}
    missing = [option for option in options if option not in known]
    return Fault("no_option", question=question.id, option=missing[0]) if missing else None


class AtLeast(Leaf):
    at_least: float

    def holds(self, value: Value) -> bool:
        amount = _amount(value)
        return amount is not None and amount >= self.at_least

    def fault(self, question: Question) -> Fault | None:
        return _range_fault(question, self.at_least)


class AtMost(Leaf):
    at_most: float

    def holds(self, value: Value) -> bool:
        amount = _amount(value)
        return amount is not None and amount <= self.at_most

    def fault(self, question: Question) -> Fault | None:
        return _range_fault(question, self.at_most)


class Is(Leaf):
    options: tuple[NonEmpty, ...] = Field(alias="is", min_length=1)

    def holds(self, value: Value) -> bool:
        return str(value) in self.options

    def fault(self, question: Question) -> Fault | None:
        return _option_fault(question, ("choice", "scale"), self.options)


class Has(Leaf):
    has: tuple[NonEmpty, ...] = Field(min_length=1)

    def holds(self, value: Value) -> bool:
        return isinstance(value, tuple) and set(self.has) <= set(value)

    def fault(self, question: Question) -> Fault | None:
        return _option_fault(question, ("ticks",), self.has)


class Lacks(Leaf):
    lacks: tuple[NonEmpty, ...] = Field(min_length=1)

    def holds(self, value: Value) -> bool:
        return isinstance(value, tuple) and not set(self.lacks) <= set(value)

    def fault(self, question: Question) -> Fault | None:
        return _option_fault(question, ("ticks",), self.lacks)


KINDS = ("all", "any", "not", "size", "at_least", "at_most", "is", "has", "lacks")


def _kind(data: Any) -> str | None:
    """Union member for raw data (by its one telling key) or for a model already built."""
    if isinstance(data, Rule):
        return f"<{KIND_OF[type(data)]}>"
    telling = [kind for kind in KINDS if kind in data] if isinstance(data, dict) else []
    return f"<{telling[0]}>" if len(telling) == 1 else None


Condition = Annotated[
    Annotated[All, Tag("<all>")]
    | Annotated[AnyOf, Tag("<any>")]
    | Annotated[Not, Tag("<not>")]
    | Annotated[SizeIs, Tag("<size>")]
    | Annotated[AtLeast, Tag("<at_least>")]
    | Annotated[AtMost, Tag("<at_most>")]
    | Annotated[Is, Tag("<is>")]
    | Annotated[Has, Tag("<has>")]
    | Annotated[Lacks, Tag("<lacks>")],
    Discriminator(
        _kind,
        custom_error_type="condition",
        custom_error_message=f"a condition has exactly one of {', '.join(KINDS)}",
    ),
]
KIND_OF: dict[type[Rule], str] = dict(
    zip((All, AnyOf, Not, SizeIs, AtLeast, AtMost, Is, Has, Lacks), KINDS, strict=True)
)

for _rule in (All, AnyOf, Not):
    _rule.model_rebuild()


def faults(condition: Rule, questionnaire: Questionnaire) -> Iterator[tuple[Location, Fault]]:
    """Everything in `condition` that does not fit the questionnaire, with its place."""
    for at, leaf in condition.leaves():
        if isinstance(leaf, SizeIs):
            continue
        question = questionnaire.questions.get(leaf.answer)
        fault = leaf.fault(question) if question else Fault("no_question", question=leaf.answer)
        if fault:
            yield at, fault


__all__ = ["Condition", "Facts", "Fault", "Outcome", "Rule", "bounds", "faults"]
