"""Takes the pictures of the officers' guide and of the README from a running site: `make pictures`.

Officers' pages in both languages: static/guide/<picture>-<zh|en>.png, for the chapters of
clusters/content/guide.yaml. The owner's pages on a phone, and the first page of the report: docs/pictures/.
Needs Chromium and pdftoppm (Debian: apt-get install chromium poppler-utils).
"""

from __future__ import annotations

import io
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

from PIL import Image
from playwright.sync_api import Browser, FilePayload, Page, sync_playwright

from config.translations import compile_all
from tests.browser.conftest import CHROMIUM, FLAGS, PHONE
from tests.browser.officer import (
    ADMIN,
    CAMPAIGNS,
    CITY,
    CLUSTER_VIEW,
    FILES,
    LIST,
    OWN_OFFICER,
    PROGRAMMES,
    ROWS,
    mark,
    open_first,
    press,
    search,
    sign_in,
)
from tests.browser.owner import answer_page, fill, hand_in, send, start
from tests.browser.running_site import ROOT, Site, running_site

GUIDE_FOLDER, README_FOLDER = ROOT / "static" / "guide", ROOT / "docs" / "pictures"
WINDOW: Final = {"width": 1000, "height": 640}
LANGUAGES: Final = {"zh": "zh-CN", "en": "en-US"}
MOST_BYTES: Final = 90 * 1024
COLOURS: Final = (128, 96, 64, 48, 32)
FIRMS: Final = 300
VISITED_FIRM, NEW_FIRM, EXAMPLE_FIRM = "针车代工小厂", "晋江顺达鞋业有限公司", "Shunda Footwear (example)"
FOUND: Final = (
    ("link_design_production", 2, "设计图存在服务器上，裁断车间的平板直接打开，现场看到两款在产鞋的图纸。"),
    ("link_production_supply", 1, "领料单在共享表格里，采购每天上午抄进自己的账。"),
)
JOINED: Final = ("link_design_production", "link_production_supply")


# Something to see -----------------------------------------------------------------------------------


def hand_in_one(page: Page, name: str) -> None:
    """A firm with systems in most parts, where data pass by themselves at two places only."""
    page.goto("/")
    reference = start(page)
    for page_id in ("q_firm", "q_machines", "q_making", "q_trading", "company"):
        answer_page(page, reference, page_id, name=name)
    page.goto(f"/d/{reference}/p/q_links/")
    fill(page, step=1)
    for link in JOINED:
        page.locator(f"input[name={link}]").nth(2).check()
    send(page)
    page.goto(f"/d/{reference}/review/")
    hand_in(page)
    page.wait_for_selector(".result", timeout=120_000)


def photograph() -> FilePayload:
    """A grey one of the size a telephone takes."""
    target = io.BytesIO()
    Image.effect_noise((1200, 900), 40).save(target, "JPEG", quality=70)
    return {"name": "现场照片.jpg", "mimeType": "image/jpeg", "buffer": target.getvalue()}


def visit_the_firm(page: Page) -> None:
    """The demonstration firm in review again, with comments and two levels found on a visit."""
    search(page, VISITED_FIRM)
    number = open_first(page)
    page.click("details:has(#text-reopen) summary")
    page.fill("#text-reopen", "走访后补充核实结果。")
    press(page, "form[action$='/move/reopen/'] button")
    for question, level, reason in FOUND:
        page.goto(f"{LIST}{number}/levels/{question}/")
        page.locator("input[name=level]").nth(level).check()
        page.fill("textarea[name=reason]", reason)
        page.set_input_files("input[name=evidence]", photograph())
        press(page, ".level-form button")


def keep_lists(page: Page) -> None:
    for name, query in (("晋江 · 等待审核", "state=waiting&county=jinjiang"), ("看着不对的", "state=waiting&flag=any")):
        page.goto(f"{LIST}?{query}")
        page.fill("#filter-name", name)
        press(page, ".save-filter input[type=submit]")


def ask_for_files(page: Page) -> None:
    """Letters, a cluster report, reports of two firms and a table, all made."""
    page.goto(CAMPAIGNS)
    press(page, f"{ROWS} th a")
    press(page, ".campaign-letters input[type=submit]")
    page.goto(f"{CLUSTER_VIEW}?cluster=footwear")
    press(page, ".view-ask button")
    page.goto(LIST)
    mark(page, (VISITED_FIRM, NEW_FIRM), "ask_for_reports")
    press(page, ".ask-reports input[type=submit]")
    page.goto(f"{LIST}export/?state=waiting")
    press(page, ".ask-reports input[type=submit]")
    page.wait_for_function("() => document.querySelectorAll('a[id^=download-]').length === 4", timeout=120_000)


# The pictures ---------------------------------------------------------------------------------------


def at(address: str, part: str = "#content") -> Callable[[Page], str]:
    """Open an address; the part of it that stands on top of the picture."""

    def show(page: Page) -> str:
        page.goto(address)
        return part

    return show


def _of(firm: str) -> Callable[[Page], str]:
    def show(page: Page) -> str:
        search(page, firm)
        open_first(page)
        return "#content"

    return show


def _submission(page: Page) -> str:
    _of(NEW_FIRM)(page)
    return "#verdict"


def _comment(page: Page) -> str:
    _of(VISITED_FIRM)(page)
    page.click("#a-link_production_supply .comment-new summary")
    return "#a-link_production_supply"


def _levels(page: Page) -> str:
    _of(VISITED_FIRM)(page)
    press(page, "#content-main a[href$='/levels/']")
    return "#content"


def _campaign(page: Page) -> str:
    page.goto(CAMPAIGNS)
    press(page, f"{ROWS} th a")
    return "#content"


def _programme(page: Page) -> str:
    page.goto(PROGRAMMES)
    press(page, f"{ROWS} th a")
    page.select_option("select[name=preview-sample]", "single_point_workshop")
    press(page, "button[name=preview]")
    return "#preview"


PICTURES: Final[dict[str, tuple[str, Callable[[Page], str]]]] = {
    "start": (OWN_OFFICER, at(ADMIN)),
    "list": (OWN_OFFICER, at(f"{LIST}?state=waiting")),
    "submission": (OWN_OFFICER, _submission),
    "comment": (OWN_OFFICER, _comment),
    "levels": (OWN_OFFICER, _levels),
    "files": (OWN_OFFICER, at(FILES)),
    "cluster": (OWN_OFFICER, at(f"{CLUSTER_VIEW}?cluster=footwear", "#chain")),
    "campaign": (OWN_OFFICER, _campaign),
    "programme": (CITY, _programme),
}


def store(png: bytes, path: Path) -> None:
    """With as few colours as it takes to be small."""
    picture, target = Image.open(io.BytesIO(png)).convert("RGB"), io.BytesIO()
    for colours in COLOURS:
        target = io.BytesIO()
        picture.quantize(colours, dither=Image.Dither.NONE).save(target, "PNG", optimize=True)
        if target.tell() <= MOST_BYTES:
            break
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(target.getvalue())
    print(f"{path.relative_to(ROOT)}  {target.tell() // 1024} KB, {colours} colours", flush=True)


def scroll_to(page: Page, part: str) -> None:
    """The part on top, with a little room above; the whole content without what stands above it."""
    above = 0 if part == "#content" else 12
    page.locator(part).first.evaluate(
        "(part, above) => scrollTo(0, part.getBoundingClientRect().top + scrollY - above)", above
    )


def take(page: Page, name: str, language: str, show: Callable[[Page], str]) -> None:
    part = show(page)
    scroll_to(page, part)
    store(page.screenshot(animations="disabled"), GUIDE_FOLDER / f"{name}-{language}.png")


def signed_in(browser: Browser, site: Site, email: str, locale: str) -> Page:
    page = browser.new_page(viewport=WINDOW, locale=locale, base_url=site.address)  # type: ignore[arg-type]
    sign_in(page, email, site.officers[email])
    return page


def take_guide(browser: Browser, site: Site) -> None:
    hand_in_one(browser.new_page(locale="zh-CN", base_url=site.address), NEW_FIRM)
    officer = signed_in(browser, site, OWN_OFFICER, "zh-CN")
    for prepare in (visit_the_firm, keep_lists, ask_for_files):
        prepare(officer)
    for language, locale in LANGUAGES.items():
        pages = {email: signed_in(browser, site, email, locale) for email in (OWN_OFFICER, CITY)}
        for name, (email, show) in PICTURES.items():
            take(pages[email], name, language, show)


def take_readme(browser: Browser, site: Site, folder: Path) -> None:
    """The owner's way in four pictures."""
    page = browser.new_page(viewport=PHONE, locale="en-US", base_url=site.address)  # type: ignore[arg-type]
    page.goto("/")
    store(page.screenshot(), README_FOLDER / "start-en.png")
    start(page)
    fill(page)
    send(page)
    fill(page, step=1)
    send(page)
    store(page.screenshot(), README_FOLDER / "question-en.png")
    hand_in_one(page, EXAMPLE_FIRM)
    scroll_to(page, ".verdict")
    store(page.screenshot(), README_FOLDER / "result-en.png")
    with page.expect_download() as waiting:
        page.click(".files a[href$='-en.pdf']")
    waiting.value.save_as(folder / "report.pdf")
    first = ["-f", "1", "-l", "1", "-singlefile", "-scale-to-x", "560", "-scale-to-y", "-1", "-png"]
    subprocess.run(["pdftoppm", *first, folder / "report.pdf", folder / "report"], check=True)
    store((folder / "report.png").read_bytes(), README_FOLDER / "report-en.png")


def main() -> int:
    chromium = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if chromium is None or shutil.which("pdftoppm") is None:
        print("Needs Chromium and pdftoppm. On Debian: apt-get install chromium poppler-utils")
        return 1
    for file in GUIDE_FOLDER.glob("*.png"):
        file.unlink()
    compile_all()
    with tempfile.TemporaryDirectory() as folder, running_site(Path(folder)) as site, sync_playwright() as playwright:
        site.load_firms(FIRMS)
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        take_readme(browser, site, Path(folder))
        take_guide(browser, site)
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
