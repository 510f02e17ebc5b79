"""Every public page in both languages: no accessibility fault that axe-core knows, no sideways scrolling."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page

from diagnosis.content import get_questionnaire
from tests.browser.conftest import Visit
from tests.browser.looks import faults, lost, small, title_faults, touching, untold
from tests.browser.officer import (
    CAMPAIGNS,
    DESK,
    LIST,
    OWN_OFFICER,
    ROWS,
    comment,
    give_back,
    open_first,
    press,
    sign_in,
    take,
)
from tests.browser.owner import NAME, answer_page, fill, hand_in, new_code, ready_for_review, send, start
from tests.browser.running_site import Site

LANGUAGES = ("zh-CN", "en-US")
ERROR_PAGES = ("not found", "form too old")
ASKED = "谁看得到这张总览？"
OWN_TEXTS = (NAME, ASKED)  # typed by people: whatever language the page is in


def check(page: Page, name: str) -> None:
    """Everything `looks` knows; an error page where none belongs is a fault too."""
    found = faults(page) + lost(page, 360, 320) + small(page, 44) + touching(page)
    found += untold(page, *OWN_TEXTS) + title_faults(page)
    assert bool(page.locator(".error-page").count()) == (name in ERROR_PAGES), f"{name}: {page.inner_text('main')}"
    assert not found, f"{name} ({page.url}):\n" + "\n".join(found)


def _mine_empty(page: Page) -> None:
    page.goto("/mine/")


def _mine(page: Page) -> None:
    start(page)
    page.goto("/mine/")


def _first_page(page: Page) -> None:
    start(page)


def _errors(page: Page) -> None:
    reference = start(page)
    page.fill("input[name=employees]", "viele")
    page.fill("input[name=revenue]", "1")
    page.check("input[name=revenue-unknown]")
    send(page)
    assert page.locator(".summary").count()
    page.goto(f"/d/{reference}/p/company/")
    page.fill("input[name=uscc]", "123")
    page.fill("input[name=company_name]", "长" * 130)
    send(page)
    assert page.locator(".summary li").count() == 2


def _conflict(page: Page) -> None:
    start(page)
    other = page.context.new_page()
    other.goto(page.url)
    fill(other, step=1)
    send(other)
    page.check("input[name=cluster][value=crafts]")
    send(page)
    assert page.locator(".summary").count()
    other.close()


def _quick_empty(page: Page) -> None:
    reference = start(page)
    page.goto(f"/d/{reference}/quick/")


def _quick(page: Page) -> None:
    reference = start(page)
    for page_id in ("q_making", "q_trading", "q_links"):
        answer_page(page, reference, page_id)
    assert "/quick/" in page.url


def _link(page: Page) -> None:
    reference = start(page)
    page.goto(f"/d/{reference}/link/")


def _link_made(page: Page) -> None:
    _link(page)
    page.click("main form button")
    page.wait_for_selector("#address")


def _open_link(page: Page) -> None:
    _link_made(page)
    page.goto(page.input_value("#address"))


def _review_missing(page: Page) -> None:
    reference = start(page)
    page.goto(f"/d/{reference}/review/")


def _review_refused(page: Page) -> None:
    _review_missing(page)
    with page.expect_navigation():
        page.click("form#consent button.btn-primary")
    assert page.locator(".summary").count()


def _review_flags(page: Page) -> None:
    """A system in use and data that pass by themselves, but machines without any digital control look odd."""
    reference = ready_for_review(page)
    page.goto(f"/d/{reference}/p/q_machines/")
    fill(page, step=0)
    page.locator("input[name=equipment_networked]").nth(4).check()
    send(page)
    page.goto(f"/d/{reference}/review/")
    assert page.locator("#flags").count()
    for part in page.locator("details").all():
        part.evaluate("part => { part.open = true }")


def _result(page: Page) -> None:
    ready_for_review(page)
    hand_in(page)
    page.wait_for_selector(".result", timeout=60_000)
    for part in page.locator("details").all():
        part.evaluate("part => { part.open = true }")


def _what_if(page: Page) -> None:
    _result(page)
    page.goto(page.url.replace("/result/", "/what-if/"))
    page.fill("input[name=budget]", "50000")
    page.press("input[name=budget]", "Enter")
    for part in page.locator("details").all():
        part.evaluate("part => { part.open = true }")


def _again(page: Page) -> None:
    _result(page)
    page.goto(page.url.replace("/result/", "/again/"))


def _login_refused(page: Page) -> None:
    page.goto("/accounts/login/")
    page.fill("input[name=login]", "no address")
    with page.expect_navigation():
        page.click("main form button[type=submit]")


def _code(page: Page) -> None:
    """The page that asks for the code sent by mail; it looks the same for an address nobody has."""
    page.goto("/accounts/login/")
    page.fill("input[name=login]", f"{new_code().lower()}@firm.example")
    press(page, "main form button[type=submit]")
    assert page.locator("input[autocomplete=one-time-code]").count()


def _code_refused(page: Page) -> None:
    _code(page)
    page.fill("input[autocomplete=one-time-code]", "000000")
    press(page, "main form button[type=submit]")
    assert page.locator("input[autocomplete=one-time-code]").count()


def _form_too_old(page: Page) -> None:
    page.context.clear_cookies()
    press(page, "form[action='/start/'] button")


def _invited_unknown(page: Page) -> None:
    page.goto("/invited/")
    page.fill("input[name=code]", "ABCD EFGH 2345")
    press(page, ".account-form button")


def _invited_refused(page: Page) -> None:
    page.goto("/invited/")
    press(page, ".account-form button")
    assert page.locator(".wrong").count()


def _withdraw(page: Page) -> None:
    _result(page)
    page.goto(page.url.replace("/result/", "/withdraw/"))


def _withdrawn(page: Page) -> None:
    _withdraw(page)
    press(page, "main form button")


def _at(address: str) -> Callable[[Page], None]:
    def go(page: Page) -> None:
        page.goto(address)

    return go


PAGES: dict[str, Callable[[Page], None]] = {
    "home": _at("/"), "about": _at("/about/"), "privacy": _at("/privacy/"), "not found": _at("/d/ABCD-EFGH/"),
    "mine, empty": _mine_empty, "mine": _mine,
    "question page": _first_page, "question page with errors": _errors, "question page in conflict": _conflict,
    "first result, nothing known": _quick_empty, "first result": _quick,
    "link": _link, "link made": _link_made, "open link": _open_link,
    "review, all missing": _review_missing, "review, refused": _review_refused, "review, looks odd": _review_flags,
    "result": _result, "what if": _what_if, "again": _again,
    "sign in": _at("/accounts/login/"), "sign in, refused": _login_refused, "sign up": _at("/accounts/signup/"),
    "code": _code, "code, refused": _code_refused, "form too old": _form_too_old,
    "withdraw": _withdraw, "withdrawn": _withdrawn,
    "invited": _at("/invited/"), "invited, unknown": _invited_unknown, "invited, refused": _invited_refused,
    "password": _at("/accounts/password/reset/"),
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", PAGES)
def test_page(visit: Visit, name: str, language: str) -> None:
    page = visit(language, bypass_csp=True)  # axe is no script of ours
    PAGES[name](page)
    check(page, name)


# Pages that take an officer ------------------------------------------------------------------------


def officer_of(visit: Visit, site: Site) -> Page:
    officer = visit("zh-CN", size=DESK)
    sign_in(officer, OWN_OFFICER, site.officers[OWN_OFFICER])
    return officer


def pages_of_a_review(page: Page, officer: Page) -> Iterator[str]:
    """The owner's pages from an officer's comment to the corrected result; the page shows the one named."""
    page.goto("/")
    reference = ready_for_review(page)
    hand_in(page)
    page.wait_for_selector(".result", timeout=60_000)
    officer.goto(f"{LIST}?q={reference}")
    open_first(officer)
    take(officer)
    comment(officer, "management_view", ASKED)
    give_back(officer)
    page.reload()
    yield "returned result"
    press(page, ".asked-box a[href$='#q-management_view']")
    yield "question with a comment"
    page.locator("input[name=management_view]").first.check()
    send(page)
    page.goto(f"/d/{reference}/review/")
    assert page.locator("#changes .answer").count()
    yield "correction"
    press(page, "form#consent button.btn-primary")
    assert page.locator(".summary").count()
    yield "correction, refused"
    hand_in(page)
    page.wait_for_selector(".result", timeout=60_000)
    yield "corrected result"
    page.goto(f"/d/{reference}/revision-1/")
    yield "earlier version"


def pages_of_an_invitation(page: Page, officer: Page) -> Iterator[str]:
    officer.goto(CAMPAIGNS)
    press(officer, f"{ROWS} th a")
    press(officer, ".campaign-states li:nth-child(2) a")  # nobody wrote to them yet
    code = re.search("· (.+)", officer.locator(".campaign-firms .quiet").first.inner_text())
    assert code
    address = f"/i/{code[1].replace(' ', '')}/"
    page.goto(address)
    yield "invitation"
    page.goto(f"{address}stop/")
    yield "stop reminders"
    press(page, "main form button")
    yield "reminders stopped"
    press(page, "main form button")
    page.goto(address)
    press(page, "main form button")
    assert "/p/" in page.url
    page.goto(address)
    yield "invitation begun here"
    page.context.clear_cookies()
    page.goto(address)
    yield "invitation begun elsewhere"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("pages", [pages_of_a_review, pages_of_an_invitation])
def test_pages_that_take_an_officer(
    visit: Visit, site: Site, language: str, pages: Callable[[Page, Page], Iterator[str]]
) -> None:
    page = visit(language, bypass_csp=True)
    for name in pages(page, officer_of(visit, site)):
        check(page, name)


def test_the_check_can_fail(visit: Visit) -> None:
    page = visit(bypass_csp=True)
    page.evaluate("""document.querySelector('main').innerHTML = `<h1>A</h1><input style="height: 20px">
        <p>其他 words</p><p style="width: 500px">A</p>
        <p style="overflow: hidden; height: 1em">Two<br>lines</p><p class=wrong>No</p>
        <a href="#a" style="display: block; height: 20px">a</a>
        <a href="#b" style="display: block; height: 20px">b</a>
        <form><button class="btn" style="height: 50px; width: 80px">Go</button></form><p style="margin: 0">A</p>`""")
    found = faults(page)
    assert {"label:", "target-size:"} <= {fault.split()[0] for fault in found}
    said = "".join(lost(page, 360))
    assert "too wide at 360 px" in said
    assert "clipped: P" in said
    assert len(small(page, 44)) == 3
    assert title_faults(page)
    assert [one.split()[-2:] for one in touching(page)] == [["/", "P"]]
    assert untold(page) == []
    page.evaluate("document.documentElement.lang = 'en'")
    assert "other language: 其他 words" in untold(page)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_question(visit: Visit, language: str) -> None:
    page = visit(language, bypass_csp=True)
    reference = start(page)
    fill(page)
    send(page)  # the trade is known: its examples and sub-sectors show
    titles = set()
    for shown in get_questionnaire().pages:
        page.goto(f"/d/{reference}/p/{shown.id}/")
        check(page, shown.id)
        titles.add(page.title())
    assert len(titles) == len(get_questionnaire().pages)


def test_no_page_breaks_the_content_policy(visit: Visit, site: Site) -> None:
    """With the policy in force; what Chromium refuses it says on the console, and `visit` listens there."""
    page = visit("zh-CN")
    for name, go in PAGES.items():
        page.context.clear_cookies()
        page.goto("/")
        go(page)
        assert page.inner_text("h1"), name
    officer = officer_of(visit, site)
    for pages in (pages_of_a_review, pages_of_an_invitation):
        for name in pages(page, officer):
            assert page.inner_text("h1"), name
