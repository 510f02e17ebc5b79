"""The owner's pages with awkward texts: what is refused stays typed and named, what is taken is shown as typed."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from django.urls import reverse

from diagnosis.actions import fingerprint
from diagnosis.content import get_questionnaire
from diagnosis.domain.questionnaire import Page
from diagnosis.domain.values import clean_text
from diagnosis.models import Submission
from tests.factories import make_draft
from tests.fuzz.budget import cases
from tests.fuzz.mixing import FORM, encoded
from tests.fuzz.payloads import NUMBERS, SHORT, sendable, text
from tests.fuzz.watching import Watched, rows_now
from tests.journeys import browser_of, elements, page_url
from tests.recommendations.jobs import stored_files

pytestmark = pytest.mark.django_db
PARTS = 2


def typed_into(page: Page, random: Random) -> dict[str, list[str]]:
    """A form as an owner may send it: options that exist or not, numbers, texts, several values for one name."""
    fields: dict[str, list[str]] = {}
    for id in page.questions:
        question = get_questionnaire().questions[id]
        options = [*question.options_by_id, *map(str, range(question.top + 1)), "unknown", "none", "not_applicable"]
        if random.random() < 0.75:
            fields[id] = [random.choice(options if question.options else ("12", "三", *NUMBERS))]
        if random.random() < 0.25:
            fields[id] = [sendable(text(random, 3000)) for _ in range(random.choice((1, 1, 2)))]
        if question.kind == "text_list":
            fields |= {f"{id}-{number}": [sendable(text(random, 90))] for number in range(1, question.max_items or 1)}
    return fields


def as_html_holds(typed: str) -> str:
    """A one-line entry as a browser keeps it: NUL and a lone CR are no characters of a page."""
    return typed.replace("\0", "\ufffd").replace("\r\n", "\n").replace("\r", "\n")


def check_kept(response: Any, page: Page, fields: dict[str, list[str]]) -> None:
    """The page says which question is wrong, and every entry still holds what was typed."""
    shown = elements(response)
    targets = {link.get("href", "") for link in shown.all("a")}
    assert any(f"#q-{id}" in targets for id in page.questions), "the summary leads to a question"
    for entry in shown.all("input", type="text"):
        name = entry.get("name", "")
        if name in fields:
            assert as_html_holds(entry.get("value", "")) == as_html_holds(fields[name][-1]), name


@pytest.mark.parametrize("part", range(PARTS))
def test_a_page_is_stored_as_a_whole_or_shown_again_as_typed(part: int) -> None:
    draft, pages = make_draft(), get_questionnaire().pages
    browser = Watched(browser_of(draft, raise_request_exception=False), rows_now(), stored_files())
    refused = taken = 0
    with cases("owner pages", part, PARTS) as each:
        for number, random in enumerate(each):
            page = pages[number % len(pages)]
            fields = typed_into(page, random)
            seen = fingerprint(draft.answers, page.questions)
            sent = encoded([("seen", seen), *((name, one) for name, values in fields.items() for one in values)])
            response = browser.send("POST", page_url(draft, page.id), fields, data=sent, content_type=FORM)
            assert response.status_code in (302, 422), (response.status_code, fields)
            if response.status_code == 422:
                refused += 1
                check_kept(response, page, fields)
            taken += response.status_code == 302
    assert refused > 10 and taken > 10


@pytest.mark.parametrize("typed", [one for one in SHORT if clean_text(one)])
def test_a_name_is_shown_as_typed(typed: str) -> None:
    """But for control characters, which no page can hold, blanks around it, and composed as Unicode asks."""
    draft, name = make_draft(), f"晋江{sendable(typed)}厂"
    client = browser_of(draft)
    kept = {"company_name": name, "uscc": draft.answers["uscc"], "seen": seen_now(draft)}
    response = client.post(page_url(draft, "company"), kept)
    if response.status_code == 422:
        assert len(clean_text(name)) > 120 or "\0" in name
        return
    draft.refresh_from_db()
    assert draft.answers["company_name"] == clean_text(name)
    page = elements(client.get(page_url(draft, "company")))
    assert as_html_holds(page.value("company_name")) == as_html_holds(clean_text(name))
    review = elements(client.get(reverse("recommendations:review", args=[draft.reference])))
    assert as_html_holds(clean_text(name)) in as_html_holds("".join(review.texts.values()))


def seen_now(draft: Submission) -> str:
    page = next(page for page in get_questionnaire().pages if page.id == "company")
    return fingerprint(draft.answers, page.questions)


@pytest.mark.parametrize("part", range(1))
def test_any_text_as_a_language(part: int) -> None:
    """As a cookie, a header, a field and the last part of a file's name: one of the two languages, or nothing."""
    draft = make_draft()
    client = browser_of(draft, raise_request_exception=False)
    browser = Watched(client, rows_now(), stored_files())
    with cases("languages", part) as each:
        for number, random in enumerate(each):
            typed = sendable(text(random, 200)).replace("\r", "").replace("\n", "").replace("\0", "")
            header = typed.encode().decode("latin-1")
            ways: tuple[dict[str, Any], ...] = (
                {"method": "GET", "path": "/", "headers": {"Accept-Language": header}},
                {"method": "GET", "path": "/", "headers": {"Cookie": f"language={header}"}},
                {
                    "method": "POST",
                    "path": "/language/",
                    "data": encoded([("language", typed), ("next", typed)]),
                    "content_type": FORM,
                },
                {
                    "method": "POST",
                    "path": page_url(draft),
                    "data": encoded([("language", typed)]),
                    "content_type": FORM,
                },
            )
            response = browser.send(what=typed, **ways[number % len(ways)])
            assert response.status_code in (200, 302, 404)
            assert response.get("Content-Language", "en") in ("zh-hans", "en")
