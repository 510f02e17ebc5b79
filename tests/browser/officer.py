"""What an officer does with the pages, by addresses, names of fields and ids: labels change with the language."""

from __future__ import annotations

import re
import time
from pathlib import Path

from playwright.sync_api import Page

ADMIN, LIST, FILES = "/admin/", "/admin/diagnosis/submission/", "/admin/recommendations/officerfile/"
CAMPAIGNS, PROGRAMMES = "/admin/diagnosis/campaign/", "/admin/recommendations/policyprogramme/"
PROVIDERS, LOG, GUIDE = "/admin/clusters/provider/", "/admin/clusters/auditevent/", "/admin/guide/"
CLUSTER_VIEW = "/admin/cluster-view/"
DESK = {"width": 1280, "height": 800}
OWN_OFFICER, OTHER_OFFICER, CITY = "footwear@demo.example", "crafts@demo.example", "city@demo.example"
ROWS = "#result_list tbody tr"


def sign_in(page: Page, email: str, password: str) -> None:
    page.goto(ADMIN)
    page.fill("input[name=login]", email)
    page.fill("input[name=password]", password)
    press(page, "main form button[type=submit]")
    assert page.url.endswith(ADMIN)


def press(page: Page, button: str) -> None:
    """Click what leads to another page, and wait for it."""
    with page.expect_navigation():
        page.click(button)


def search(page: Page, text: str, **filters: str) -> list[str]:
    """The names the list shows for a text and filters, typed and chosen as an officer does."""
    page.goto(LIST)
    if filters:
        page.click("#changelist-search summary")
    for name, value in filters.items():
        page.select_option(f"select[name={name}]", value)
    page.fill("#searchbar", text)
    with page.expect_navigation():
        page.press("#searchbar", "Enter")
    return page.locator(f"{ROWS} th").all_inner_texts()


def open_first(page: Page) -> int:
    """Open the first row of the list; the number of the submission."""
    press(page, f"{ROWS} th a")
    found = re.search(r"/submission/(\d+)/change/", page.url)
    assert found
    return int(found[1])


def mark(page: Page, names: tuple[str, ...], action: str) -> None:
    """Tick the rows with these names and run an action of the list."""
    for name in names:
        page.locator(ROWS, has_text=name).first.locator("input[name=_selected_action]").check()
    page.select_option("select[name=action]", action)
    press(page, "button[name=index]")


def until(page: Page, selector: str, seconds: float = 60) -> None:
    """Load the page again until it shows this: for what a worker does meanwhile."""
    deadline = time.monotonic() + seconds
    while not page.locator(selector).count():
        assert time.monotonic() < deadline, f"{selector} does not come on {page.url}:\n{page.inner_text('main')}"
        page.reload()


def comment(page: Page, question: str, text: str) -> None:
    """On the page of a submission: write a comment at an answer."""
    page.click(f"#a-{question} .comment-new summary")
    page.fill(f"#c-{question}", text)
    press(page, f"#a-{question} .comment-new button")


def take(page: Page) -> None:
    press(page, "form[action$='/move/take/'] button")


def give_back(page: Page) -> None:
    """Return to the firm with the comments there are."""
    page.click("details:has(#text-return) summary")
    press(page, "form[action$='/move/return/'] button")


def save_download(page: Page, link: str, folder: Path) -> Path:
    with page.expect_download() as waiting:
        page.click(link)
    path = folder / waiting.value.suggested_filename
    waiting.value.save_as(path)
    return path
