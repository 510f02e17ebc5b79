"""How far a questionnaire is: answered, missing, minutes left, where to go on."""

from __future__ import annotations

from dataclasses import dataclass

from diagnosis.domain.answers import Answers
from diagnosis.domain.questionnaire import Page, Question, Questionnaire

# Without these a diagnosis cannot be handed in: they say which firm it is and who may see it.
REQUIRED_TO_SUBMIT = ("company_name", "uscc", "cluster")
# Texts an owner may leave out without anything being missing.
OPTIONAL = frozenset({"wishes"})


def is_answered(answers: Answers, question: Question) -> bool:
    """A given answer; "I don't know" is one, too."""
    return question.id in answers or question.id in OPTIONAL


@dataclass(frozen=True, kw_only=True)
class PageProgress:
    """One page with the questions still without an answer."""

    page: Page
    missing: tuple[str, ...]

    @property
    def complete(self) -> bool:
        return not self.missing


@dataclass(frozen=True, kw_only=True)
class Progress:
    """All pages in order."""

    pages: tuple[PageProgress, ...]
    total: int

    @property
    def missing(self) -> int:
        return sum(len(page.missing) for page in self.pages)

    @property
    def percent(self) -> int:
        return round(100 * (self.total - self.missing) / self.total)

    @property
    def minutes_left(self) -> int:
        """Minutes for the questions still missing, at least one while any is missing."""
        left = sum(item.page.minutes * len(item.missing) / len(item.page.questions) for item in self.pages)
        return max(1, round(left)) if self.missing else 0

    @property
    def first_open(self) -> PageProgress | None:
        return next((page for page in self.pages if not page.complete), None)


def progress(questionnaire: Questionnaire, answers: Answers) -> Progress:
    pages = tuple(
        PageProgress(
            page=page,
            missing=tuple(id for id in page.questions if not is_answered(answers, questionnaire.questions[id])),
        )
        for page in questionnaire.pages
    )
    return Progress(pages=pages, total=sum(len(page.questions) for page in questionnaire.pages))


def required_missing(answers: Answers) -> tuple[str, ...]:
    """Required facts without a usable answer."""
    return tuple(id for id in REQUIRED_TO_SUBMIT if answers.choice(id) is None)
