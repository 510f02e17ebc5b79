"""What measures do to a set of answers.

Effect: a scale raised to at least a level, or options of a tick question added.
A level never falls and a tick is never taken away; what does not apply stays so; an unknown
scale counts as 0 before the effect (worst reading), an unknown tick question as nothing ticked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from diagnosis.domain.answers import Answers, Value
from diagnosis.domain.size_class import SizeClass
from recommendations.domain.conditions import Facts, Outcome
from recommendations.domain.measure import Effect, Measure


def applicability(measure: Measure, answers: Answers, size_class: SizeClass | None) -> Outcome:
    """Whether the measure applies to the firm as it is now (worst reading), and which answers decide it."""
    if measure.applies is None:
        return Outcome(value=True, because=())
    return measure.applies.evaluate(Facts(answers=answers, size_class=size_class, worst=True))


def standing(answers: Answers, answer: str) -> int | None:
    """Level of a scale or number of ticks at the worst reading; None when it does not apply."""
    if answers.is_na(answer):
        return None
    ticked = answers.ticks(answer)
    return len(ticked) if ticked is not None else answers.level(answer) or 0


def gain(answers: Answers, answer: str, effect: Effect) -> int:
    """Levels or ticks the effect adds to these answers; 0 when it is reached or does not apply."""
    now = standing(answers, answer)
    if now is None:
        return 0
    if isinstance(effect, int):
        return max(0, effect - now)
    return len(set(effect) - (answers.ticks(answer) or frozenset()))


def gains(answers: Answers, measure: Measure) -> dict[str, Effect]:
    """The effects of the measure that still change something."""
    return {answer: effect for answer, effect in measure.effects.items() if gain(answers, answer, effect)}


def _with(answers: Answers, answer: str, effect: Effect) -> Value:
    if isinstance(effect, int):
        return effect
    held = answers.get(answer)
    return tuple(dict.fromkeys((*(held if isinstance(held, tuple) else ()), *effect)))


def raised(answers: Answers, effects: Mapping[str, Effect]) -> Answers:
    """The answers with every effect that still changes something."""
    changes = {id: _with(answers, id, effect) for id, effect in effects.items() if gain(answers, id, effect)}
    return answers.replace(**changes)


def after(answers: Answers, measures: Iterable[Measure]) -> Answers:
    """The answers once all of these measures are finished."""
    for measure in measures:
        answers = raised(answers, measure.effects)
    return answers


def eased(answers: Answers, measure: Measure) -> tuple[str, ...]:
    """The barriers named by the owner that the measure eases."""
    return tuple(barrier for barrier in measure.eases if (answers.level(barrier) or 0) >= 1)


def does_something(answers: Answers, measure: Measure) -> bool:
    """It changes an answer or eases a barrier of this firm."""
    return bool(gains(answers, measure)) or bool(eased(answers, measure))
