"""What an owner does with the pages, by what can be seen on them."""

from __future__ import annotations

import re
from itertools import count
from typing import Any

from playwright.sync_api import Locator, Page
from stdnum.cn import uscc as social_credit_code

NAME = "晋江顺达鞋业有限公司"
FIGURES = {"employees": "48", "revenue": "１,800", "digital_spend": "2"}
_numbers = count(1)


def new_code() -> str:
    body = f"91350582MB{next(_numbers):07d}"
    return body + social_credit_code.calc_check_digit(body)


def start(page: Page) -> str:
    """Begin a diagnosis; returns its reference."""
    page.click("form[action='/start/'] button")
    page.wait_for_url("**/p/**")
    found = re.search(r"/d/([^/]+)/", page.url)
    assert found
    return found[1]


def send(page: Page, go: str = "on") -> None:
    """Press one of the page's buttons: on, back, later."""
    with page.expect_navigation():
        page.click(f".buttons button[name=go][value={go}]")


def _answer_fieldset(fieldset: Locator, step: int) -> None:
    radios, boxes = fieldset.locator("input[type=radio]"), fieldset.locator("input[type=checkbox]")
    trade = fieldset.locator("input[name=cluster][value=footwear]")
    if trade.count():
        trade.check()
    elif radios.count():
        radios.nth(min(step, radios.count() - 1)).check()
    elif boxes.count():
        boxes.first.check()


def fill(page: Page, name: str = NAME, step: int = 2) -> None:
    """An answer to every question of the page shown: the option at `step`, the first box; the trade is footwear."""
    for fieldset in page.locator("fieldset").all():
        _answer_fieldset(fieldset, step)
    texts = {"company_name": name, "uscc": new_code(), **FIGURES}
    for entry in page.locator("form#page-form input[type=text]").all():
        entry.fill(texts.get(entry.get_attribute("name") or "", "12"))
    for menu in page.locator("select").all():
        menu.select_option(index=3)


def answer_everything(page: Page, name: str = NAME) -> list[str]:
    """From the first page to the review, through the quick result; returns the addresses passed."""
    passed = []
    while "/p/" in page.url:
        passed.append(page.url)
        fill(page, name)
        send(page)
        assert page.url != passed[-1], page.inner_text("main")
        if "/quick/" in page.url:
            passed.append(page.url)
            page.click(".next-box a.btn-primary")
            page.wait_for_url("**/p/**")
    return passed


def answer_page(page: Page, reference: str, page_id: str, **more: Any) -> None:
    page.goto(f"/d/{reference}/p/{page_id}/")
    fill(page, **more)
    send(page)


def ready_for_review(page: Page, name: str = NAME) -> str:
    """A draft with the quick check and the firm's name, at its review; returns the reference."""
    reference = start(page)
    for page_id in ("q_firm", "q_making", "q_trading", "q_links", "company"):
        answer_page(page, reference, page_id, name=name)
    page.goto(f"/d/{reference}/review/")
    return reference


def hand_in(page: Page) -> None:
    page.check("input[name=consent_use]")
    with page.expect_navigation():
        page.click("form#consent button.btn-primary")
