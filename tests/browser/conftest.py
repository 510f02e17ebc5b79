"""A real Chromium in front of the real site. Without Chromium the tests are skipped, unless REQUIRE_BROWSER is set."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from config.translations import compile_all
from recommendations.glyphs import FONT_FOLDER
from tests.browser.running_site import Site, running_site

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"]
PHONE = {"width": 360, "height": 740}

Visit = Callable[..., Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def chromium() -> str:
    found = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if found is None and os.environ.get("REQUIRE_BROWSER"):
        pytest.fail("REQUIRE_BROWSER is set, but there is no Chromium. On Debian: apt-get install chromium")
    if found is None:
        pytest.skip("There is no Chromium on this machine. On Debian: apt-get install chromium")
    return found


@pytest.fixture(scope="session")
def site(chromium: str) -> Iterator[Site]:
    """Not in pytest's folder: a second run as root closes that to the user PostgreSQL runs as."""
    compile_all()
    with (
        tempfile.TemporaryDirectory(prefix="chain-browser-", ignore_cleanup_errors=True) as folder,
        running_site(Path(folder)) as running,
    ):
        yield running


@pytest.fixture(scope="session")
def full_site(site: Site) -> Site:
    """The same site with firms enough for the view of a cluster."""
    site.load_firms(120)
    return site


FONTS = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>
<include ignore_missing="yes">/etc/fonts/fonts.conf</include><dir>{folder}</dir></fontconfig>"""


@pytest.fixture(scope="session")
def fonts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Chinese in letters of their true width also where the machine has no Chinese font: the report's."""
    file = tmp_path_factory.mktemp("fonts") / "fonts.conf"
    file.write_text(FONTS.format(folder=FONT_FOLDER), encoding="utf-8")
    return file


# A module's browser ends with the module: as long as one is open, Django takes this thread for an
# asynchronous one and refuses the database to other tests.
@pytest.fixture(scope="module")
def browser(chromium: str, fonts: Path) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        environment: dict[str, str | float | bool] = {**os.environ, "FONTCONFIG_FILE": str(fonts)}
        launched = playwright.chromium.launch(executable_path=chromium, args=FLAGS, env=environment)
        yield launched
        launched.close()


def _is_problem(message: ConsoleMessage) -> bool:
    """Errors and warnings of the page. A refused form (422, 409) and a page not found are answers, not faults."""
    answer = message.text.startswith("Failed to load resource") and "/static/" not in message.location.get("url", "")
    return message.type in ("error", "warning") and not answer


@pytest.fixture
def visit(browser: Browser, site: Site) -> Iterator[Visit]:
    """Opens a browser of its own (cookies, language, size) on the start page; the page may not complain."""
    contexts: list[BrowserContext] = []
    problems: list[str] = []

    def open_browser(language: str = "zh-CN", *, size: dict[str, int] = PHONE, at: str = "/", **options: Any) -> Page:
        context = browser.new_context(viewport=size, locale=language, base_url=site.address, **options)  # type: ignore[arg-type]
        context.set_default_timeout(20_000)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda said: problems.append(f"{page.url}: {said.text}") if _is_problem(said) else None)
        page.on("pageerror", lambda error: problems.append(f"{page.url}: {error}"))
        page.goto(at)
        return page

    yield open_browser
    for context in contexts:
        context.close()
    assert not problems, problems
