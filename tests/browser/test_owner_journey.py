"""A newcomer's whole way, from the start page to the file in hand, against the real worker."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from playwright.sync_api import Page
from pypdf import PdfReader

from tests.browser.conftest import Visit
from tests.browser.officer import OTHER_OFFICER, OWN_OFFICER, sign_in
from tests.browser.owner import NAME, answer_everything, hand_in, ready_for_review, start
from tests.browser.running_site import Site


def download(page: Page, language: str, folder: Path) -> Path:
    with page.expect_download() as waiting:
        page.click(f".files a[href$='-{language}.pdf']")
    path = folder / waiting.value.suggested_filename
    waiting.value.save_as(path)
    return path


def text_of(path: Path) -> str:
    """The text of a PDF without white space: lines break anywhere in Chinese."""
    return "".join("".join(page.extract_text() for page in PdfReader(path).pages).split())


def test_newcomer_on_a_phone(visit: Visit, tmp_path: Path) -> None:
    page = visit("zh-CN")
    assert page.get_attribute("html", "lang") == "zh-Hans"
    start(page)
    passed = answer_everything(page)
    assert sum("/quick/" in address for address in passed) == 1
    assert page.url.endswith("/review/")
    hand_in(page)
    page.wait_for_selector(".result", timeout=60_000)  # by itself: nobody reloads
    kind = page.inner_text(".verdict-type")
    assert kind in ("单点式转型", "全流程转型", "尚未起步")
    text = text_of(download(page, "zh-hans", tmp_path))
    assert NAME in text
    assert kind in text


def test_newcomer_without_javascript(visit: Visit, tmp_path: Path) -> None:
    page = visit("en-US", java_script_enabled=False)
    assert page.get_attribute("html", "lang") == "en"
    start(page)
    answer_everything(page)
    hand_in(page)
    page.wait_for_selector(".result", timeout=60_000)  # the page refreshes itself
    kind = page.inner_text(".verdict-type")
    text = text_of(download(page, "en", tmp_path))
    assert NAME in text
    assert "".join(kind.split()) in text


@pytest.mark.parametrize("name", ["晋江𠮷祥鞋业有限公司", "晋江吉祥👟鞋业有限公司"])
def test_rare_characters_in_the_name(visit: Visit, tmp_path: Path, name: str) -> None:
    """A rare character is printed; a picture the font lacks becomes the stand-in 〓. The page shows both as typed."""
    page = visit("zh-CN")
    ready_for_review(page, name)
    hand_in(page)
    page.wait_for_selector(".result", timeout=60_000)
    assert name in page.inner_text(".kicker")
    path = download(page, "zh-hans", tmp_path)
    assert name in path.name
    assert name.replace("👟", "〓") in text_of(path)


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_officer_gets_the_same_bytes(visit: Visit, site: Site, tmp_path: Path) -> None:
    owner = visit("zh-CN")
    reference = ready_for_review(owner, "南安恒达鞋材厂")
    hand_in(owner)
    owner.wait_for_selector(".result", timeout=60_000)
    theirs = download(owner, "zh-hans", tmp_path)

    officer = visit("zh-CN", size={"width": 1200, "height": 800})
    sign_in(officer, OWN_OFFICER, site.officers[OWN_OFFICER])
    officer.goto(f"/admin/diagnosis/submission/?q={reference}")
    officer.click("#result_list tbody tr th a")
    address = officer.url
    assert reference in officer.inner_text("#content")
    with officer.expect_download() as waiting:
        officer.click(".file-links a[href$='zh-hans.pdf']")
    mine = tmp_path / "officer.pdf"
    waiting.value.save_as(mine)
    assert digest(mine) == digest(theirs)

    other = visit("zh-CN")
    sign_in(other, OTHER_OFFICER, site.officers[OTHER_OFFICER])
    file = officer.locator(".file-links a[href$='zh-hans.pdf']").get_attribute("href")
    for hidden in (address, file):
        assert hidden
        assert other.request.get(hidden).status == 404

