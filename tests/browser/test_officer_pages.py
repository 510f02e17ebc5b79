"""Every page of the officers in both languages: no fault axe-core knows, nothing cut off, a way by keyboard."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import Visit
from tests.browser.keyboard import check_walk, enter, tab_to
from tests.browser.looks import faults, lost, small, title_faults
from tests.browser.officer import (
    ADMIN,
    CAMPAIGNS,
    CITY,
    CLUSTER_VIEW,
    DESK,
    FILES,
    GUIDE,
    LIST,
    LOG,
    OWN_OFFICER,
    PROGRAMMES,
    PROVIDERS,
    ROWS,
    mark,
    open_first,
    press,
    search,
    sign_in,
)
from tests.browser.owner import new_code
from tests.browser.running_site import Site
from tests.browser.test_accessibility import LANGUAGES
from tests.browser.workbooks import workbook

PEOPLE = "/admin/clusters/user/"
DEMO_FIRM = "针车代工小厂"
WIDTHS = (1280, 320)  # a desk, and the same at 400 %
Go = Callable[[Page], None]


@pytest.fixture(scope="module")
def signed_in(browser: Browser, full_site: Site) -> dict[str, Any]:
    """The cookies of an officer and of a city administrator, signed in once."""
    states = {}
    for email in (OWN_OFFICER, CITY):
        context = browser.new_context(base_url=full_site.address, locale="en-US")
        sign_in(context.new_page(), email, full_site.officers[email])
        cookies = [cookie for cookie in context.cookies() if cookie["name"] != "language"]
        states[email] = {"cookies": cookies, "origins": []}
        context.close()
    return states


# How to get to a page ----------------------------------------------------------------------------


def _at(address: str) -> Go:
    def go(page: Page) -> None:
        answer = page.goto(address)
        assert answer
        assert answer.status == 200
        assert address in unquote(page.url)  # not sent elsewhere

    return go


def _open_parts(page: Page) -> None:
    """Also because axe takes the buttons of a closed part for lying on what follows it."""
    for part in page.locator("details").all():
        part.evaluate("part => { part.open = true }")


def _list_with_filters(page: Page) -> None:
    page.goto(f"{LIST}?q=石&county=mars")
    assert page.locator("[aria-invalid=true]").count()


def _list_kept(page: Page) -> None:
    page.goto(f"{LIST}?state=waiting")
    page.fill("#filter-name", "等待")
    press(page, ".save-filter input[type=submit]")
    page.click("#changelist-search summary")
    assert page.locator(".saved-filters").count()


def _in_review(page: Page) -> int:
    """The page of a diagnosis with an officer's comment that is being reviewed; opened again if it is not."""
    search(page, DEMO_FIRM)
    number = open_first(page)
    if page.locator("#text-reopen").count():
        page.click("details:has(#text-reopen) summary")
        page.fill("#text-reopen", "再看一遍。")
        press(page, "form[action$='/move/reopen/'] button")
    elif page.locator("form[action$='/move/take/']").count():
        press(page, "form[action$='/move/take/'] button")
    return number


def _submission(page: Page) -> None:
    _in_review(page)
    assert page.locator(".comments").count()


def _refused(page: Page) -> None:
    """Returned without a comment at this revision, or with too long a one: the page says so."""
    number = _in_review(page)
    token = page.locator("input[name=csrfmiddlewaretoken]").first.input_value()
    page.evaluate(
        """([address, token]) => { const form = document.createElement("form"); form.method = "post";
        form.action = address; for (const [name, value] of [["csrfmiddlewaretoken", token], ["question", ""],
        ["revision", "1"], ["text", " "]]) { const field = document.createElement("input"); field.name = name;
        field.value = value; form.append(field); } document.body.append(form); form.submit(); }""",
        [f"{LIST}{number}/comment/", token],
    )
    page.wait_for_selector(".messagelist .error")


def _levels(page: Page) -> None:
    number = _in_review(page)
    page.goto(f"{LIST}{number}/levels/purchasing/")
    page.locator("input[name=level]").nth(1).check()
    page.fill("textarea[name=reason]", "采购单贴在墙上。")
    press(page, ".level-form button")
    assert page.locator(".verdicts").count()


def _level(page: Page) -> None:
    number = _in_review(page)
    page.goto(f"{LIST}{number}/levels/management_view/")


def _level_refused(page: Page) -> None:
    _level(page)
    press(page, ".level-form button")
    assert page.locator(".errorlist").count()


def _assign(page: Page) -> None:
    search(page, DEMO_FIRM)
    mark(page, (DEMO_FIRM,), "assign_selected")


def _ask_reports(page: Page) -> None:
    search(page, DEMO_FIRM)
    mark(page, (DEMO_FIRM,), "ask_for_reports")


def _ask_reports_refused(page: Page) -> None:
    _ask_reports(page)
    page.uncheck("input[name=files][value='zh-hans.pdf']")
    press(page, ".ask-reports input[type=submit]")
    assert page.locator(".errorlist").count()


def _files(page: Page) -> None:
    _ask_reports(page)
    press(page, ".ask-reports input[type=submit]")
    page.locator("a[id^=download-]").first.wait_for(timeout=60_000)


def _file_delete(page: Page) -> None:
    page.goto(FILES)
    if not page.locator("a[id^=delete-]").count():
        _files(page)
    press(page, "a[id^=delete-] >> nth=0")


def _campaign(page: Page) -> None:
    page.goto(CAMPAIGNS)
    press(page, f"{ROWS} th a")


def _campaign_edit(page: Page) -> None:
    _campaign(page)
    press(page, ".campaign-do a[href$='/edit/']")


def _campaign_import(page: Page) -> None:
    _campaign(page)
    press(page, ".campaign-do a[href$='/import/']")


def _upload(page: Page, *rows: tuple[str, ...]) -> None:
    page.set_input_files("input[name=file]", workbook(*rows))
    press(page, "#content-main input[type=submit]")


def _campaign_import_faults(page: Page) -> None:
    _campaign_import(page)
    _upload(page, ("企业名称", "统一社会信用代码", "县区"), ("演示厂", "123", "火星"))
    assert page.locator("#content-main tbody tr").count() == 2


def _campaign_import_plan(page: Page) -> None:
    _campaign_import(page)
    _upload(page, ("企业名称", "统一社会信用代码", "县区"), ("演示厂", new_code(), "晋江"))
    assert page.locator("input[name=token]").count()


def _programme(page: Page) -> None:
    page.goto(PROGRAMMES)
    press(page, f"{ROWS} th a")
    press(page, "button[name=preview]")
    assert page.locator(".outcome").count()


def _programme_refused(page: Page) -> None:
    page.goto(f"{PROGRAMMES}add/")
    press(page, "input[name=_save]")
    assert page.locator(".errornote").count()


def _provider_import_faults(page: Page) -> None:
    page.goto(f"{PROVIDERS}import/")
    _upload(page, ("类型", "名称"), ("火箭", "甲"))
    assert page.locator(".errornote").count()


def _first_row(address: str) -> Go:
    def go(page: Page) -> None:
        page.goto(address)
        press(page, f"{ROWS} th a")

    return go


def _cluster_view(page: Page) -> None:
    page.goto(f"{CLUSTER_VIEW}?cluster=footwear")
    assert page.locator("#chain .bars").count()


OFFICERS: dict[str, Go] = {
    "start": _at(ADMIN), "guide": _at(GUIDE), "list": _at(LIST), "list with a fault": _list_with_filters,
    "list kept": _list_kept, "nothing found": _at(f"{LIST}?q=没有这家"), "export": _at(f"{LIST}export/?state=waiting"),
    "submission": _submission, "submission, refused": _refused, "levels": _levels, "level": _level,
    "level, refused": _level_refused, "assign": _assign, "reports": _ask_reports,
    "reports, refused": _ask_reports_refused, "files": _files, "file delete": _file_delete,
    "log": _at(LOG), "campaigns": _at(CAMPAIGNS), "campaign add": _at(f"{CAMPAIGNS}add/"), "campaign": _campaign,
    "campaign edit": _campaign_edit, "campaign import": _campaign_import,
    "campaign import, faults": _campaign_import_faults, "campaign import, plan": _campaign_import_plan,
    "providers": _at(PROVIDERS), "cluster view": _cluster_view,
    "password": _at("/accounts/password/change/"), "second factor": _at("/accounts/2fa/"),
    "sign out": _at("/accounts/logout/"),
    "cluster view, nobody verified": _at(f"{CLUSTER_VIEW}?cluster=textiles_garments&basis=verified"),
}
CITYS: dict[str, Go] = {
    "programmes": _at(PROGRAMMES), "programme": _programme, "programme, refused": _programme_refused,
    "provider add": _at(f"{PROVIDERS}add/"), "provider import": _at(f"{PROVIDERS}import/"),
    "provider import, faults": _provider_import_faults, "people": _at(PEOPLE),
    "person": _first_row(PEOPLE), "all clusters": _at(CLUSTER_VIEW),
}
WALKED = {
    OWN_OFFICER: (
        "start", "guide", "list with a fault", "list kept", "export", "submission", "levels", "level, refused",
        "reports, refused", "files", "log", "campaign", "campaign add", "campaign import, plan", "cluster view",
    ),
    CITY: ("programme, refused", "provider add", "person"),
}
CASES = [(OWN_OFFICER, name) for name in OFFICERS] + [(CITY, name) for name in CITYS]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("who", "name"), CASES)
def test_page(visit: Visit, signed_in: dict[str, Any], who: str, name: str, language: str) -> None:
    page = visit(language, size=DESK, at=GUIDE, storage_state=signed_in[who], bypass_csp=True)
    (OFFICERS | CITYS)[name](page)
    _open_parts(page)
    found = faults(page) + lost(page, *WIDTHS) + small(page, 24) + title_faults(page)
    assert not found, f"{name} ({page.url}):\n" + "\n".join(found)


def test_no_page_breaks_the_content_policy(visit: Visit, signed_in: dict[str, Any]) -> None:
    """With the policy in force; what Chromium refuses it says on the console, and `visit` listens there."""
    for who, pages in ((OWN_OFFICER, OFFICERS), (CITY, CITYS)):
        page = visit("zh-CN", size=DESK, at=GUIDE, storage_state=signed_in[who])
        for name, go in pages.items():
            go(page)
            assert page.inner_text("h1"), name


# The keyboard ------------------------------------------------------------------------------------

@pytest.mark.parametrize("who", [OWN_OFFICER, CITY])
def test_the_keyboard_leads_through_every_page(visit: Visit, signed_in: dict[str, Any], who: str) -> None:
    page = visit("zh-CN", size=DESK, at=GUIDE, storage_state=signed_in[who])
    for name in WALKED[who]:
        (OFFICERS | CITYS)[name](page)
        check_walk(page, name)


def test_the_link_past_the_head(visit: Visit, signed_in: dict[str, Any]) -> None:
    page = visit("zh-CN", size=DESK, at=LIST, storage_state=signed_in[OWN_OFFICER])
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.classList.contains('skip-to-content-link')")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('#content').contains(document.activeElement)")


def test_a_review_without_a_mouse(visit: Visit, signed_in: dict[str, Any]) -> None:
    """From the start page through the filtered list to a comment, and back to the firm."""
    page = visit("zh-CN", size=DESK, at=ADMIN, storage_state=signed_in[OWN_OFFICER])
    tab_to(page, f"e.getAttribute('href') === '{LIST}'")
    enter(page)
    _filter_by_keys(page)
    tab_to(page, "e.closest('#result_list tbody th a')")
    enter(page)
    if page.locator("form[action$='/move/take/']").count():
        tab_to(page, "e.closest(\"form[action$='/move/take/']\")")
        enter(page)
    tab_to(page, "e.matches('#a-revenue .comment-new summary')", 400)
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("Keyboard only")
    page.keyboard.press("Tab")
    enter(page)
    assert "Keyboard only" in page.inner_text("#a-revenue .comments")
    page.goto(page.url.split("#")[0])
    tab_to(page, "e.matches('details:has(#text-return) summary')")
    page.keyboard.press("Enter")
    tab_to(page, "e.matches(\"form[action$='/move/return/'] button\")")
    enter(page)
    assert page.locator(".review-returned").count()


def _filter_by_keys(page: Page) -> None:
    """Open the filters, choose the first state that is offered, and filter: the list holds only such."""
    tab_to(page, "e.matches('#changelist-search summary')")
    page.keyboard.press("Enter")
    tab_to(page, "e.name === 'state'")
    page.keyboard.press("ArrowDown")
    chosen = page.input_value("select[name=state]")
    tab_to(page, "e.matches('#changelist-search details input[type=submit]')")
    enter(page)
    assert chosen
    assert f"state={chosen}" in page.url


def test_the_checks_can_fail(visit: Visit, signed_in: dict[str, Any]) -> None:
    page = visit(size=DESK, at=LIST, storage_state=signed_in[OWN_OFFICER], bypass_csp=True)
    page.evaluate("document.querySelector('#content').innerHTML = '<p id=wide>A</p>'")
    page.evaluate("document.querySelector('#wide').style.cssText = 'width: 1300px; text-align: right'")
    assert any("too wide" in lost for lost in lost(page, *WIDTHS))
    page.evaluate("document.body.style.overflow = 'hidden'")
    assert any("cut off" in lost for lost in lost(page, *WIDTHS))
    page.evaluate("document.querySelector('#wide').style.cssText = 'width: 1em; overflow-wrap: anywhere'")
    page.evaluate("document.querySelector('#wide').textContent = 'Squeezed'")
    assert any("squeezed" in lost for lost in lost(page, *WIDTHS))
