"""What readers set for themselves: no motion, colours of their own. Both sites' pages keep to it."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

from tests.browser.conftest import Visit
from tests.browser.officer import DESK, GUIDE, LIST, OWN_OFFICER, sign_in
from tests.browser.owner import answer_page, start
from tests.browser.running_site import Site

# Elements that move: scrolled smoothly, or changed over more than an instant.
MOVING = """() => [...document.querySelectorAll("*")].filter(e => { const style = getComputedStyle(e);
  const seconds = [...style.transitionDuration.split(","), ...style.animationDuration.split(",")].map(parseFloat);
  return style.scrollBehavior === "smooth" || Math.max(...seconds) > 0.01;
}).map(e => `${e.tagName} ${e.className.baseVal ?? e.className}`)"""
# How an option looks: its frame and ground, by which a chosen one is told from the others.
LOOK = """name => { const row = document.querySelector(`input[name=${name}]`).closest("label");
  const style = getComputedStyle(row); return [style.outlineStyle, style.outlineWidth]; }"""
KEPT = "selector => getComputedStyle(document.querySelector(selector)).forcedColorAdjust"


def _drawn_pages(page: Page) -> tuple[str, str]:
    """A first result with its map, and a private link with its QR code."""
    reference = start(page)
    for page_id in ("q_making", "q_trading", "q_links"):
        answer_page(page, reference, page_id)
    return f"/d/{reference}/quick/", f"/d/{reference}/link/"


def test_nothing_moves_for_who_wants_no_motion(visit: Visit, site: Site) -> None:
    page = visit("zh-CN", reduced_motion="reduce")
    assert not page.evaluate(MOVING)
    for address in (*_drawn_pages(page), "/accounts/login/"):
        page.goto(address)
        assert not page.evaluate(MOVING), address
    officer = visit("zh-CN", size=DESK, reduced_motion="reduce")
    sign_in(officer, OWN_OFFICER, site.officers[OWN_OFFICER])
    for address in (LIST, GUIDE):
        officer.goto(address)
        assert not officer.evaluate(MOVING), address


def test_others_see_the_page_scroll(visit: Visit) -> None:
    """So the test above can fail."""
    assert "HTML " in visit("zh-CN", reduced_motion="no-preference").evaluate(MOVING)


def _press_make_link(page: Page, address: str) -> None:
    page.goto(address)
    page.click("main form button")
    page.wait_for_selector("#address")


def test_states_are_seen_in_colours_of_the_readers_own(visit: Visit) -> None:
    """A chosen option has a frame the others lack; drawings and the QR code keep colours that can be read."""
    page = visit("zh-CN", forced_colors="active")
    result, link = _drawn_pages(page)
    page.goto(result)
    assert page.evaluate(KEPT, ".chain-svg") == "none"
    _press_make_link(page, link)
    assert page.evaluate(KEPT, ".qr svg") == "none"
    page.goto(result.replace("/quick/", "/p/q_firm/"))
    before: Any = page.evaluate(LOOK, "cluster")
    page.locator("input[name=cluster]").first.evaluate("box => { box.checked = true }")
    assert page.evaluate(LOOK, "cluster") != before
    page.keyboard.press("Tab")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
