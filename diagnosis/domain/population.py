"""A simulated population: as many invented firms as wanted, shaped after the paper's figures on Quanzhou.

For trying the whole system at size and for tests; never a statistic. Firm `index` of a `seed` depends on
nothing else, so any part of a population can be made by itself. Each firm has a type drawn first (the
verdict on its answers is that type), then answers that go with it, then some it does not know.

From the paper
    1  93% of above-scale firms are covered (2.1.2), under 30% of the others (2.3.2); covered is not `not_started`
    2  about 20% of the covered firms are full-process, most of them leaders or above-scale (Table 1)
    3  coverage 62% in textiles and footwear, 65% in stone carving; over 60% digital quality control in food (2.2.2)
    4  outcomes by type as in Table 1; leaders' gains of up to 45% (2.2.1)
    5  5G in use at under 40% of SMEs (2.3.1); 0.7 apps a head in textiles and garments (2.3.3)
    6  barriers heavier at small and micro firms (2.3.4); family management, unwillingness to share data, trades
       short of supply (2.3.2)

Assumptions of this project, in no source
    SHARES       how many firms a cluster, sub-sector, county and size class has; the share of above-scale firms is
                 chosen so that 1 and 3 agree, and is far above that of a census
    COVERAGE     28% for "under 30%"; food firms that are covered keep quality records in a system, all but 3%
    BACKBONE     how the 20% are spread over sizes and clusters (only their order is the paper's)
    LEVELS       how often each level of each scale is met; 12% of single-point firms have systems everywhere and
                 no links, the trap described in the maturity literature
    TRACES       data collection, systems coverage, rules and talent follow the scenes and one maturity a firm
    CLOUD        cloud-based collaboration at under a third; the paper says only 42% of Ningbo and Suzhou
    BARRIERS     their levels; only who has the heavier ones is the paper's
    NOT_KNOWN    half the firms know all answers, a few hardly any; three in a hundred stop after the quick check
    PROGRESS     a firm that comes again has raised about one in eight answers by a level
Names begin with 示例 (example); the region of the social credit codes belongs to no county. Nobody real can be meant.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from clusters.domain.places import Places
from diagnosis.domain.answers import Answers, Value
from diagnosis.domain.chance import Chance
from diagnosis.domain.population_facts import Facts, draw_facts
from diagnosis.domain.population_practice import draw_practice
from diagnosis.domain.progress import REQUIRED_TO_SUBMIT
from diagnosis.domain.questionnaire import UNKNOWN, Question, Questionnaire
from diagnosis.domain.verdict import judge

# Share of the answers a firm does not know, and how often such a firm is met.
IGNORANCE: Final = ((0.0, 50), (0.03, 32), (0.12, 14), (0.4, 4))
LEFT_OUT: Final = 0.3  # of the unknown answers are not "I don't know" but missing
QUICK_ONLY: Final = 0.03
SELDOM_UNKNOWN: Final = 0.25  # facts about the firm are known better than the rest
RAISED: Final = 0.125
IMPROVING: Final = frozenset({"scenes", "links", "view", "foundation", "management", "innovation"})
MOST_DRAWS: Final = 400


class NoSuchFirm(RuntimeError):
    """No answers of the drawn type were found: the tables contradict one another."""


@dataclass(frozen=True, kw_only=True)
class Population:
    """Firms that answer this questionnaire."""

    questionnaire: Questionnaire
    places: Places

    @cached_property
    def _quick(self) -> frozenset[str]:
        pages = [page for page in self.questionnaire.pages if page.quick]
        return frozenset(id for page in pages for id in page.questions)

    def firm(self, seed: int, index: int, visit: int = 0) -> Answers:
        """The answers of a firm on its first diagnosis, or on a later `visit` (1, 2, ...)."""
        answers = self._first(seed, index)
        for number in range(1, visit + 1):
            answers = self._improved(answers, Chance("visit", seed, index, number))
        return answers

    def firms(self, seed: int, count: int, *, first: int = 0) -> Iterator[Answers]:
        """Firms `first`, `first + 1`, ... of the seed."""
        return (self.firm(seed, index) for index in range(first, first + count))

    def _first(self, seed: int, index: int) -> Answers:
        facts = draw_facts(self.places, seed, index)
        chance = Chance("answers", seed, index)
        for _ in range(MOST_DRAWS):
            answers = Answers(self._given(facts, chance))
            if judge(answers).type == facts.type:
                return answers
        raise NoSuchFirm(f"firm {index} of seed {seed}: {facts.type}")

    def _given(self, facts: Facts, chance: Chance) -> dict[str, Value]:
        """All answers in the order asked, some of them not known."""
        known = {**facts.profile, **draw_practice(self.questionnaire, facts, chance)}
        ignorance = IGNORANCE[chance.level([weight for _, weight in IGNORANCE])][0]
        quick_only = chance.happens(QUICK_ONLY)
        values: dict[str, Value] = {}
        for id, question in self.questionnaire.questions.items():
            unknown = chance.happens(ignorance * (SELDOM_UNKNOWN if question.group == "profile" else 1.0))
            left_out = chance.happens(LEFT_OUT)
            if id in REQUIRED_TO_SUBMIT:
                values[id] = known[id]
            elif not (quick_only and id not in self._quick) and not (unknown and left_out):
                values[id] = UNKNOWN if unknown else known.get(id, UNKNOWN)
        return values

    def _improved(self, answers: Answers, chance: Chance) -> Answers:
        raised = {id: self._raised(question, answers, chance) for id, question in self._rising}
        return answers.replace(**{id: value for id, value in raised.items() if value is not None})

    @cached_property
    def _rising(self) -> tuple[tuple[str, Question], ...]:
        questions = self.questionnaire.questions.items()
        return tuple((id, one) for id, one in questions if one.kind == "scale" and one.group in IMPROVING)

    def _raised(self, question: Question, answers: Answers, chance: Chance) -> int | None:
        """One level more, or None when nothing changes; what was unknown stays so."""
        level, happens = answers.level(question.id), chance.happens(RAISED)
        return level + 1 if level is not None and level < question.top and happens else None


def simulate(
    questionnaire: Questionnaire, places: Places, *, seed: int, count: int, first: int = 0
) -> Iterator[Mapping[str, Value]]:
    """Complete answer sets of `count` simulated firms, from firm `first` on."""
    return Population(questionnaire=questionnaire, places=places).firms(seed, count, first=first)


__all__ = ["NoSuchFirm", "Population", "simulate"]
