"""The owner's pages without a mouse: where Tab leads on each, and the whole way by keys alone."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.browser.conftest import Visit
from tests.browser.keyboard import check_walk, enter, tab_to
from tests.browser.officer import DESK
from tests.browser.owner import NAME, new_code
from tests.browser.test_accessibility import PAGES

WALKED = (
    "home", "about", "mine", "question page", "question page with errors", "first result", "link made",
    "review, looks odd", "review, refused", "what if", "withdraw", "sign in, refused", "invited, refused",
)
ON = "e.name === 'go' && e.value === 'on'"


def test_tab_leads_through_every_page(visit: Visit) -> None:
    page = visit("zh-CN", size=DESK)
    for name in WALKED:
        page.context.clear_cookies()
        page.goto("/")
        PAGES[name](page)
        check_walk(page, name)


def test_the_link_past_the_head(visit: Visit) -> None:
    page = visit("zh-CN")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.matches('.skip')")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")


def _answer(page: Page) -> None:
    """Tab to each group, Space takes its first option, the arrow the next; names and numbers are typed."""
    texts = {"company_name": NAME, "uscc": new_code()}
    for name in page.evaluate("[...new Set([...document.querySelectorAll('input[type=radio]')].map(e => e.name))]"):
        tab_to(page, f"e.name === '{name}'")
        page.keyboard.press("Space")
        page.keyboard.press("ArrowDown")
        assert page.locator(f"input[name={name}]:checked").count() == 1
    for entry in page.locator("form#page-form input[type=text]").all():
        name = entry.get_attribute("name") or ""
        tab_to(page, f"e.name === '{name}'")
        page.keyboard.type(texts.get(name, "120"))
    for menu in page.locator("form#page-form select").all():
        tab_to(page, f"e.name === '{menu.get_attribute('name')}'")
        page.keyboard.press("ArrowDown")


def _quick_check(page: Page) -> None:
    tab_to(page, "e.matches('form[action=\"/start/\"] button')")
    enter(page)
    while "/quick/" not in page.url:
        _answer(page)
        before = page.url
        tab_to(page, ON)
        enter(page)
        assert page.url != before, page.inner_text("main")


def test_the_whole_way_with_the_keyboard_alone(visit: Visit) -> None:
    """From the start page to the file. What the report does not need may stay open."""
    page = visit("zh-CN")
    _quick_check(page)
    tab_to(page, "e.closest('.next-box') && e.matches('.btn-primary')")
    enter(page)
    _answer(page)
    while "/review/" not in page.url:
        tab_to(page, ON)
        enter(page)
    tab_to(page, "e.name === 'consent_use'")
    page.keyboard.press("Space")
    tab_to(page, "e.closest('#consent') && e.matches('.btn-primary')")
    enter(page)
    page.wait_for_selector(".result", timeout=120_000)
    tab_to(page, "e.closest('.files') && e.matches('a')")
    with page.expect_download() as waiting:
        page.keyboard.press("Enter")
    assert waiting.value.suggested_filename.endswith(".pdf")
