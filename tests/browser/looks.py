"""What is looked at on every page: rules of axe-core, width, spacing, size of controls, languages, titles."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import axe_playwright_python
from playwright.sync_api import Page

AXE: Final = Path(axe_playwright_python.__file__).parent / "axe.min.js"
TAGS: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RULES: Final = {"runOnly": TAGS, "rules": {"target-size": {"enabled": True}}}  # the only rule of 2.2 is off by default
OVERFLOW: Final = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
# WCAG 1.4.12: the spacing a reader may set; and letters of twice the size (1.4.4).
SPACED: Final = """* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important; }
p { margin-bottom: 2em !important; }"""
LARGE: Final = "html { font-size: 200% !important; }"

NAMED: Final = "`${e.tagName} ${e.className.baseVal ?? e.className} ${e.textContent.trim().slice(0, 30)}`"
# Texts and controls that reach out of the window and stand in no box that scrolls by itself.
CUT_OFF: Final = """() => [...document.querySelectorAll("body *")].filter(e => {
  const box = e.getBoundingClientRect(), own = [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim());
  if (!(own || e.matches("input, select, textarea, img, svg")) || box.width < 2 || box.height < 2) return false;
  if (!e.checkVisibility({visibilityProperty: true}) || box.right <= innerWidth + 1 && box.left >= -1) return false;
  for (let up = e; up && up !== document.body; up = up.parentElement) {
    const style = getComputedStyle(up);
    if (["auto", "scroll"].includes(style.overflowX) || style.clipPath !== "none") return false;
    if (style.position === "absolute" && up.getBoundingClientRect().right < 0) return false;
  }
  return true;
}).map(e => NAMED)""".replace("NAMED", NAMED)
# Texts of some length in a column so narrow that it holds hardly a letter a line.
SQUEEZED: Final = """() => [...document.querySelectorAll("body *")].filter(e => {
  const text = [...e.childNodes].filter(n => n.nodeType === 3 && n.data.trim().length > 3);
  const box = e.getBoundingClientRect(), size = parseFloat(getComputedStyle(e).fontSize);
  return text.length && box.width > 1 && e.checkVisibility() && box.width < 2.5 * size && box.height > 4 * size;
}).map(e => NAMED)""".replace("NAMED", NAMED)
# Texts larger than the box that hides what does not fit.
CLIPPED: Final = """() => [...document.querySelectorAll("body *")].filter(e => {
  const style = getComputedStyle(e), hides = s => s === "hidden" || s === "clip";
  const wide = hides(style.overflowX) && e.scrollWidth > e.clientWidth + 1;
  const high = hides(style.overflowY) && e.scrollHeight > e.clientHeight + 1;
  return e.checkVisibility() && e.textContent.trim() && !e.closest(".visually-hidden, svg, select") && (wide || high);
}).map(e => NAMED)""".replace("NAMED", NAMED)
# Controls lower or narrower than a finger needs. A link within a sentence is as high as its line (2.5.8 allows it).
SMALL: Final = """least => [
  ...document.querySelectorAll("a[href], button, input, select, textarea, summary")].filter(e => {
  const shown = e.closest("label") ?? e, box = shown.getBoundingClientRect();
  const block = e.closest("p, li, dd, dt, td, th, div, section, nav, h2, h3");
  const sentence = e.matches("a") && block && block.textContent.trim().length > e.textContent.trim().length + 1;
  if (e.tabIndex < 0 || e.type === "hidden" || !e.checkVisibility({visibilityProperty: true})) return false;
  if (e.closest(".sortoptions")) return false; // small, with room around: axe-core measures it
  if (box.right < 0 || getComputedStyle(e).display === "inline" && sentence) return false;
  return box.height < least - .5 || box.width < 24;
}).map(e => NAMED + ` ${Math.round(e.getBoundingClientRect().height)} px`)""".replace("NAMED", NAMED)
# Buttons, boxes and what follows below them without a gap: hard to tell apart, easy to miss with a finger.
TOUCHING: Final = """() => [...document.querySelectorAll("main .btn, main .notice, main .summary")].flatMap(e => {
  const box = e.getBoundingClientRect();
  if (!e.checkVisibility()) return [];
  let last = e;  // up to where something follows
  while (!last.nextElementSibling && !last.matches("main")) last = last.parentElement;
  let next = last.nextElementSibling;
  while (next && !next.checkVisibility()) next = next.nextElementSibling;
  const below = next?.getBoundingClientRect();
  const touches = below && below.height && below.top >= box.bottom - 1 && below.top < box.bottom + 6;
  return touches ? [NAMED + ` / ${next.tagName} ${next.className}`] : [];
})""".replace("NAMED", NAMED)
# Texts in the other language that do not say so: four English words in a row, or two Chinese characters.
UNTOLD: Final = """own => { const chinese = document.documentElement.lang.startsWith("zh");
  const other = chinese ? /[A-Za-z]{2,}(?: [A-Za-z]{2,}){3}/ : /\\p{Script=Han}{2}/u, found = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) { const text = walk.currentNode.data.trim(), at = walk.currentNode.parentElement;
    const told = at.closest("[lang]").lang.startsWith("zh") !== chinese;
    const ours = own.reduce((left, name) => left.replaceAll(name, ""), text);
    if (other.test(ours) && !told) found.push(text.slice(0, 60)); }
  return found; }"""


def faults(page: Page) -> list[str]:
    """What axe-core finds, of any impact."""
    page.wait_for_load_state("load")
    page.wait_for_function("() => document.readyState === 'complete' && document.head")
    if not page.evaluate("() => !!window.axe"):
        page.add_script_tag(path=AXE)
    found: list[dict[str, Any]] = page.evaluate("rules => axe.run(document, rules)", RULES)["violations"]
    return [f"{fault['id']}: {node['target']} {node['failureSummary']}" for fault in found for node in fault["nodes"]]


def _lost(page: Page, width: int, how: str = "") -> list[str]:
    """What is lost at one width."""
    page.set_viewport_size({"width": width, "height": 800})
    over = page.evaluate(OVERFLOW)
    lost = [f"{over} px too wide"] if over > 0 else []
    checks = {"cut off": CUT_OFF, "squeezed": SQUEEZED, "clipped": CLIPPED}
    lost += [f"{name}: {found}" for name, check in checks.items() for found in page.evaluate(check)]
    return [f"{one} at {width} px{how}" for one in lost]


def _with_style(page: Page, style: str, width: int, how: str) -> list[str]:
    set_by_reader = page.add_style_tag(content=style)
    lost = _lost(page, width, how)
    set_by_reader.evaluate("style => style.remove()")
    return lost


def lost(page: Page, *widths: int) -> list[str]:
    """What is cut off, squeezed or hidden at these widths, with wider spacing and with letters twice as large."""
    before = page.viewport_size
    found = [one for width in widths for one in _lost(page, width)]
    found += _with_style(page, SPACED, widths[-1], " with wide spacing")
    found += _with_style(page, LARGE, 1280, " with large letters")
    assert before
    page.set_viewport_size(before)
    return found


def small(page: Page, least: int) -> list[str]:
    return [f"too small: {found}" for found in page.evaluate(SMALL, least)]


def touching(page: Page) -> list[str]:
    return [f"touches what is below: {found}" for found in page.evaluate(TOUCHING)]


def untold(page: Page, *own: str) -> list[str]:
    """Parts in the other language without `lang`; `own` are names the owner typed."""
    return [f"other language: {found}" for found in page.evaluate(UNTOLD, list(own))]


def title_faults(page: Page) -> list[str]:
    """A page that refuses says so at the beginning of its title, and nowhere else does."""
    refused = page.locator(".summary[role=alert], .wrong, .invalid-feedback, .errornote, .errorlist").count() > 0
    said = page.title().startswith(("错误", "Error"))
    return [] if refused == said else [f"title: {page.title()!r}, refused: {refused}"]
