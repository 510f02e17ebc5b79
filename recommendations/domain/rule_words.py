"""A rule in words, in both languages, as officers read it: every rule the grammar allows, however nested.

A question or option the questionnaire does not have is named by its id, so that nothing is hidden.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

from clusters.domain.content_file import Text
from diagnosis.domain.amounts import grouped, with_unit
from diagnosis.domain.questionnaire import NOT_APPLICABLE, Question, Questionnaire
from diagnosis.domain.wording import Wording
from recommendations.domain.conditions import All, AnyOf, AtLeast, AtMost, Has, Is, Lacks, Not, Rule, SizeIs

SIZE_NAME: Final = Text(zh="企业规模", en="Size class")
# What stands between two parts, in Chinese and in English.
Between = tuple[str, str]
JOINED: Final[dict[type[Rule], Between]] = {All: ("；并且", "; and "), AnyOf: ("；或者", "; or ")}
OR: Final[Between] = ("或", " or ")
AND: Final[Between] = ("和", " and ")
COMMA: Final[Between] = ("、", ", ")
AT_LEAST: Final = Text(zh="{name}：至少{bound}", en="{name}: at least {bound}")
AT_MOST: Final = Text(zh="{name}：至多{bound}", en="{name}: at most {bound}")
IS: Final = Text(zh="{name}：{options}", en="{name}: {options}")
HAS: Final = Text(zh="{name}：勾选了{options}", en="{name}: ticked are {options}")
LACKS: Final = Text(zh="{name}：以下各项没有全部勾选：{options}", en="{name}: not all of these are ticked: {options}")
NOT: Final = Text(zh="不是（{part}）", en="not ({part})")
GROUP: Final = Text(zh="（{part}）", en="({part})")
QUOTED: Final = Text(zh="“{word}”", en="“{word}”")
TICKED: Final = Text(zh="勾选{count}项", en="{count} ticked")


def plain(word: str) -> Text:
    return Text(zh=word, en=word)


def filled(frame: Text, **parts: Text) -> Text:
    """The frame with its {places} filled in, each language with its own."""
    zh = frame.zh.format(**{name: part.zh for name, part in parts.items()})
    return Text(zh=zh, en=frame.en.format(**{name: part.en for name, part in parts.items()}))


def joined(parts: Iterable[Text], between: Between) -> Text:
    listed = tuple(parts)
    zh, en = between
    return Text(zh=zh.join(part.zh for part in listed), en=en.join(part.en for part in listed))


def phrase(label: Text) -> Text:
    """A label that is a sentence, without its full stop."""
    return Text(zh=label.zh.rstrip("。") or label.zh, en=label.en.rstrip(".") or label.en)


@dataclass(frozen=True, kw_only=True)
class RuleWords:
    """Says rules with the names of one questionnaire."""

    questionnaire: Questionnaire
    wording: Wording

    def say(self, rule: Rule) -> Text:
        return _SAYING[type(rule)](self, rule)

    def name(self, question: str) -> Text:
        known = self.questionnaire.questions.get(question)
        return known.name if known else plain(question)

    def size(self, id: str) -> Text:
        return Text(**self.wording.say(f"size.{id}"))

    def option(self, question: str, id: str) -> Text:
        if id == NOT_APPLICABLE:
            return Text(**self.wording.say(f"state.{NOT_APPLICABLE}"))
        known = self.questionnaire.questions.get(question)
        found = known.options_by_id.get(id) if known else None
        return filled(QUOTED, word=phrase(found.label) if found else plain(id))

    def bound(self, question: str, bound: float) -> Text:
        """A level by its label, a number with its unit, else how many are ticked."""
        known = self.questionnaire.questions.get(question)
        if known is None:
            return plain(f"{bound:g}")
        if known.kind == "scale" and f"{bound:g}" in known.options_by_id:
            return self.option(question, f"{bound:g}")
        return _amount(known, bound)


def _amount(question: Question, bound: float) -> Text:
    if question.unit is not None:
        return Text(**with_unit(bound, question.unit))
    count = plain(grouped(bound))
    return filled(TICKED, count=count) if question.kind == "ticks" else count


def _joined(words: RuleWords, rule: All | AnyOf) -> Text:
    parts = rule.all if isinstance(rule, All) else rule.any
    return joined((_part(words, part) for part in parts), JOINED[type(rule)])


def _part(words: RuleWords, rule: Rule) -> Text:
    """A part of a group; a group within a group stands in brackets."""
    said = words.say(rule)
    return filled(GROUP, part=said) if isinstance(rule, All | AnyOf) else said


def _options(words: RuleWords, question: str, options: Iterable[str], between: Between) -> Text:
    return joined((words.option(question, option) for option in options), between)


def _size(words: RuleWords, rule: SizeIs) -> Text:
    return filled(IS, name=SIZE_NAME, options=joined(map(words.size, rule.size), OR))


_SAYING: Final[dict[type[Rule], Callable[[RuleWords, Any], Text]]] = {
    All: _joined,
    AnyOf: _joined,
    Not: lambda words, rule: filled(NOT, part=words.say(rule.negated)),
    SizeIs: _size,
    AtLeast: lambda words, rule: filled(
        AT_LEAST, name=words.name(rule.answer), bound=words.bound(rule.answer, rule.at_least)
    ),
    AtMost: lambda words, rule: filled(
        AT_MOST, name=words.name(rule.answer), bound=words.bound(rule.answer, rule.at_most)
    ),
    Is: lambda words, rule: filled(
        IS, name=words.name(rule.answer), options=_options(words, rule.answer, rule.options, OR)
    ),
    Has: lambda words, rule: filled(
        HAS, name=words.name(rule.answer), options=_options(words, rule.answer, rule.has, AND)
    ),
    Lacks: lambda words, rule: filled(
        LACKS, name=words.name(rule.answer), options=_options(words, rule.answer, rule.lacks, COMMA)
    ),
}

__all__ = ["SIZE_NAME", "RuleWords"]
