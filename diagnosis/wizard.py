"""Which page comes next. No HTTP here."""

from __future__ import annotations

from diagnosis.domain.questionnaire import Page, Questionnaire

QUICK_RESULT = "quick"
REVIEW = "review"


def find_page(questionnaire: Questionnaire, page_id: str) -> Page | None:
    return next((page for page in questionnaire.pages if page.id == page_id), None)


def page_after(questionnaire: Questionnaire, page: Page) -> str:
    """The next page's id; after the quick check its result, after the last page the review."""
    pages = questionnaire.pages
    number = pages.index(page)
    if number + 1 == len(pages):
        return REVIEW
    following = pages[number + 1]
    return QUICK_RESULT if page.quick and not following.quick else following.id


def page_before(questionnaire: Questionnaire, page: Page) -> str | None:
    number = questionnaire.pages.index(page)
    return questionnaire.pages[number - 1].id if number else None


def first_full_page(questionnaire: Questionnaire) -> str:
    """Where the full diagnosis goes on after the quick check."""
    return next(page.id for page in questionnaire.pages if not page.quick)
