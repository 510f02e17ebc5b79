"""Where the Tab key leads on a page, and what can be seen there."""

from __future__ import annotations

from typing import Any, Final

from playwright.sync_api import Page

# What has the focus. `ring` is the contrast of its outline against the page, or 0 where there is none; an option
# shows it on its whole row. `open` is whether nothing else lies over the middle of it (WCAG 2.4.11).
FOCUSED: Final = """() => { const e = document.activeElement, box = e.getBoundingClientRect();
  const row = e.closest("label.option") ?? e, style = getComputedStyle(row), all = [...document.querySelectorAll("*")];
  const at = document.elementFromPoint(box.x + box.width / 2, Math.max(1, box.y + Math.min(box.height, 24) / 2));
  return { at: all.indexOf(e), name: `${e.tagName} ${e.id} ${e.name ?? ""} ${e.textContent.trim().slice(0, 20)}`,
    shown: box.width > 0 && box.bottom > 0 && box.top < innerHeight && box.right > 0,
    open: at !== null && (e.contains(at) || row.contains(at) || at.contains(e)),
    ring: style.outlineStyle === "none" || parseFloat(style.outlineWidth) < 2 ? 0 : contrast(style.outlineColor, row) };
  function light(colour) { const [r, g, b] = colour.match(/[\\d.]+/g).slice(0, 3).map(n => n / 255)
      .map(n => n <= 0.04045 ? n / 12.92 : ((n + 0.055) / 1.055) ** 2.4); return 0.2126 * r + 0.7152 * g + 0.0722 * b; }
  function ground(e) { const up = e.parentElement, colour = up && getComputedStyle(up).backgroundColor;
    return !up ? "rgb(255, 255, 255)" : colour.endsWith(", 0)") ? ground(up) : colour; }
  function contrast(colour, e) { const both = [light(colour), light(ground(e))].sort((a, b) => b - a);
    return (both[0] + 0.05) / (both[1] + 0.05); } }"""
# What can be worked with: of a group of radio buttons the chosen one, or any one where none is chosen.
STOPS: Final = """() => { const all = [...document.querySelectorAll("*")], groups = new Set();
  return all.filter(e => e.matches("a[href], button, input, select, textarea, summary") && e.tabIndex >= 0
    && !e.disabled && e.type !== "hidden" && e.checkVisibility({visibilityProperty: true})).filter(e => {
      if (e.type !== "radio") return true;
      const chosen = document.querySelector(`input[name="${e.name}"]:checked`);
      if (chosen ? chosen !== e : groups.has(e.name)) return false;
      groups.add(e.name); return true; }).map(e => all.indexOf(e)); }"""


def walk(page: Page, most: int) -> list[dict[str, Any]]:
    """Where Tab leads, step by step, until it leaves the page."""
    steps = []
    for _ in range(most):
        page.keyboard.press("Tab")
        step = page.evaluate(FOCUSED)
        if step["name"].startswith("BODY"):
            break
        if not steps or steps[-1]["at"] != step["at"]:  # a date has a stop for day, month and year
            steps.append(step)
    return steps


def check_walk(page: Page, name: str, most: int = 150) -> None:
    """Everything that can be worked with is reached once, in the order of the page, in sight and with a ring."""
    page.emulate_media(reduced_motion="reduce")  # or the page would still be scrolling when it is looked at
    page.goto(page.url.split("#")[0])  # from its beginning
    stops, begun = page.evaluate(STOPS), page.evaluate("document.activeElement !== document.body")
    steps = walk(page, most)
    places = [step["at"] for step in steps]
    stops = [stop for stop in stops if not begun or stop > places[0]]  # a form may begin in its first field
    assert places == sorted(set(places)), f"{name}: {steps}"
    whole = len(steps) < most
    missed = set(stops) - set(places) if whole else {stop for stop in stops if stop < places[-1]} - set(places)
    assert not missed, f"{name}: Tab does not reach {missed}"
    bad = [step for step in steps if not (step["shown"] and step["open"] and step["ring"] >= 3)]
    assert not bad, f"{name}: {bad}"


def tab_to(page: Page, condition: str, most: int = 150) -> None:
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate(f"(e => {condition})(document.activeElement)"):
            return
    raise AssertionError(f"Tab does not lead to {condition} on {page.url}")


def enter(page: Page) -> None:
    """Press what has the focus, and wait for the page it leads to."""
    with page.expect_navigation():
        page.keyboard.press("Enter")
