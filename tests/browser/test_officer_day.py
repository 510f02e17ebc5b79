"""An officer's whole day against the real stack, with the firm on its phone and the neighbour's firm out of sight."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from email.message import EmailMessage
from pathlib import Path

import pytest
from playwright.sync_api import Page
from pypdf import PdfReader

from tests.browser.conftest import Visit
from tests.browser.officer import (
    ADMIN,
    CAMPAIGNS,
    CLUSTER_VIEW,
    DESK,
    FILES,
    LIST,
    OTHER_OFFICER,
    OWN_OFFICER,
    ROWS,
    comment,
    give_back,
    mark,
    open_first,
    press,
    save_download,
    search,
    sign_in,
    take,
    until,
)
from tests.browser.owner import hand_in, new_code, ready_for_review, send
from tests.browser.running_site import Site
from tests.browser.workbooks import workbook

ASKED_AT, VISITED = "link_production_supply", "management_view"
QUESTION = "上次走访时采购和车间共用一张表格，请再看一下。"
REASON = "周报由文员手工汇总，老板手机上看不到。"
HEADING = ("企业名称", "统一社会信用代码", "县区", "邮箱")
OTHER_FIRM, DEMO_FIRM = "石材云仓石雕厂", "针车代工小厂"
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63f8ffff3f0005fe02fe"
    "0def46b80000000049454e44ae426082"
)
FIRMS = {"zh-CN": ("晋江晨光鞋业有限公司", "晨光"), "en-US": ("石狮海纳鞋业有限公司", "海纳")}


# The firm's part --------------------------------------------------------------------------------


def firm_hands_in(visit: Visit, name: str, language: str) -> tuple[Page, str]:
    """On a phone without JavaScript; the page of the result, and the reference."""
    owner = visit(language, java_script_enabled=False)
    reference = ready_for_review(owner, name)
    hand_in(owner)
    owner.wait_for_selector(".result", timeout=60_000)
    return owner, reference


def fits(page: Page) -> bool:
    """Whether nothing runs out of the phone's screen; without JavaScript of its own."""
    main = page.locator("main").bounding_box()
    return bool(main and main["x"] >= 0 and main["x"] + main["width"] <= 360)


def firm_corrects(owner: Page, reference: str) -> None:
    owner.goto(f"/d/{reference}/result/")
    assert QUESTION in owner.inner_text(".asked-box")
    assert fits(owner)
    press(owner, f".asked-box a[href$='#q-{ASKED_AT}']")
    assert QUESTION in owner.inner_text(f"#q-{ASKED_AT}")  # beside the very question
    assert fits(owner)
    owner.locator(f"input[name={ASKED_AT}]").nth(1).check()
    send(owner)
    owner.goto(f"/d/{reference}/review/")
    assert owner.locator("#changes .answer").count() == 1
    assert fits(owner)
    hand_in(owner)
    owner.wait_for_selector(".result", timeout=60_000)
    assert not owner.locator(".asked-box").count()


# The officer's part ------------------------------------------------------------------------------


def new_ones(page: Page) -> int:
    """How many the start page says nobody has opened yet."""
    page.goto(ADMIN)
    return int(page.locator(".queue-number").first.inner_text())


def sees_what_is_new_and_keeps_the_list(page: Page, firm: str, two: str) -> None:
    assert new_ones(page) > 0
    press(page, ".queues li:first-child a")
    assert firm in page.inner_text("#result_list")
    assert [firm] == search(page, two, opened="no", state="submitted")
    page.fill("#filter-name", two)
    press(page, ".save-filter input[type=submit]")
    page.goto(LIST)
    press(page, f".saved-filters a:text-is('{two}')")
    assert page.locator(f"{ROWS} th").all_inner_texts() == [firm]


def never_sees_the_neighbour(visit: Visit, site: Site, page: Page) -> None:
    """The other cluster's firm: not by search, not by any address its own officer uses."""
    other = visit("en-US", size=DESK)
    sign_in(other, OTHER_OFFICER, site.officers[OTHER_OFFICER])
    assert search(other, OTHER_FIRM)
    number = open_first(other)
    addresses = {other.url, *(f"{LIST}{number}/{end}" for end in ("levels/", f"levels/{VISITED}/", "events.csv"))}
    addresses |= {link.get_attribute("href") or "" for link in other.locator(".file-links a").all()}
    assert search(page, OTHER_FIRM) == []
    assert {page.request.get(address).status for address in addresses} == {404}
    assert {other.request.get(address).status for address in addresses} == {200}


def asks_at_an_answer(page: Page, number: int) -> None:
    page.goto(f"{LIST}{number}/change/")
    take(page)
    comment(page, ASKED_AT, QUESTION)
    assert page.url.endswith(f"#a-{ASKED_AT}")
    assert QUESTION in page.inner_text(f"#a-{ASKED_AT} .comments")


def notes_a_level(page: Page, number: int) -> None:
    """Without a reason nothing is stored; with one, both verdicts stand side by side and the evidence opens."""
    page.goto(f"{LIST}{number}/levels/{VISITED}/")
    page.locator("input[name=level]").first.check()
    press(page, ".level-form button")
    assert page.locator(".errorlist").count() == 1
    page.locator("input[name=level]").first.check()
    page.fill("textarea[name=reason]", REASON)
    page.set_input_files("input[name=evidence]", {"name": "看板.png", "mimeType": "image/png", "buffer": PNG})
    press(page, ".level-form button")
    assert page.url.endswith("/levels/")
    assert REASON in page.inner_text(".levels >> nth=1")
    evidence = page.locator("a[href*='/evidence/']").get_attribute("href")
    assert evidence
    assert page.request.get(evidence).body() == PNG
    press(page, f"#content-main a[href$='/{number}/change/']")
    assert page.locator(".verdicts tbody tr").count() == 3
    assert page.locator(".verdicts tbody tr").first.locator("td").count() == 2  # reported and verified


def returns(page: Page, number: int) -> None:
    page.goto(f"{LIST}{number}/change/")
    give_back(page)
    assert page.locator(".review-returned").count()


def confirms(page: Page, number: int, firm: str) -> None:
    """The firm's answer before and after; then verified."""
    assert [firm] == search(page, firm, state="submitted", again="yes")
    assert open_first(page) == number
    changes = page.locator("#revisions details").first.locator("tbody tr")
    assert changes.count() == 1
    assert page.locator(f"#a-{ASKED_AT} .answer-before").count() == 1
    take(page)
    press(page, "form[action$='/move/verify/'] button")
    assert page.locator(".review-verified").count()


def takes_the_reports(page: Page, names: tuple[str, ...], folder: Path) -> None:
    page.goto(LIST)
    mark(page, names, "ask_for_reports")
    page.check("input[name=files][value='en.pdf']")
    press(page, ".ask-reports input[type=submit]")
    assert page.url.endswith(FILES)
    page.locator("a[id^=download-]").first.wait_for(timeout=60_000)  # the page follows by itself
    path = save_download(page, ".my-files tbody tr:first-child a[id^=download-]", folder)
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        rows = list(csv.reader(io.StringIO(archive.read("manifest.csv").decode("utf-8-sig"))))[1:]
        assert len(rows) == 2 * len(names)
        assert all(any(name in row[0] for row in rows) for name in names)
        for row in rows:
            assert PdfReader(io.BytesIO(archive.read(row[5]))).pages


def takes_the_list(page: Page, firm: str, folder: Path) -> None:
    search(page, firm)
    press(page, ".list-facts a.button")
    page.check("input[name=format][value=csv]")
    path = save_download(page, ".ask-reports input[type=submit]", folder)
    rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"))))
    assert len(rows) == 1
    assert firm in rows[0].values()


def sees_the_cluster(page: Page, folder: Path) -> None:
    page.goto(ADMIN)
    press(page, f"a[href$='{CLUSTER_VIEW}']")
    page.select_option("#view-cluster", "footwear")
    press(page, ".view-form button")
    assert page.locator("#chain .bars li").count() == 7  # six links and the overview
    path = save_download(page, ".view-files a.button", folder)
    assert len(path.read_text(encoding="utf-8-sig").splitlines()) > 30
    assert page.request.get(f"{CLUSTER_VIEW}?cluster=crafts").status == 404


def check_list(page: Page, *rows: tuple[str, ...]) -> None:
    page.set_input_files("input[name=file]", workbook(HEADING, *rows))
    press(page, "#content-main input[type=submit]")


def invites(page: Page, names: tuple[str, str], address: str) -> None:
    """One wrong row: it is named and nothing is stored. Then the right list, and the mails."""
    page.goto(CAMPAIGNS)
    press(page, f"{ROWS} th a")
    campaign, before = page.url, page.locator("#rates dd").first.inner_text()
    press(page, ".campaign-do a[href$='/import/']")
    first = (names[0], new_code(), "晋江", address)
    check_list(page, first, (names[1], "91350582WRONG", "晋江", ""))
    assert page.locator("#content-main tbody tr td").first.inner_text() == "3"  # its row in the file
    page.goto(campaign)
    assert page.locator("#rates dd").first.inner_text() == before
    press(page, ".campaign-do a[href$='/import/']")
    check_list(page, first, (names[1], new_code(), "石狮", ""))
    press(page, "#content-main input[type=submit]")
    assert page.locator("#rates dd").first.inner_text() == str(int(before) + 2)
    press(page, "form[action$='/mail/new/'] button")
    page.goto(f"{campaign}?q={names[0]}")
    until(page, f".campaign-firms tr:has-text('{address}') td:nth-child(6):has-text('-')")


def mailed_to(site: Site, address: str) -> EmailMessage:
    found = [mail for mail in site.mails() if address in mail["to"]]
    assert len(found) == 1  # at most once
    return found[0]


def opens_the_invitation(visit: Visit, site: Site, name: str, address: str) -> None:
    body = mailed_to(site, address).get_content()
    link = re.search(rf"{site.address}(/i/\S+/)", body)
    assert link
    phone = visit("zh-CN", at=link[1])
    assert name in phone.inner_text("main")
    assert phone.evaluate("document.documentElement.scrollWidth") <= 360
    press(phone, "main form button")
    reference = phone.url.split("/d/")[1].split("/")[0]
    phone.goto(f"/d/{reference}/p/company/")
    assert phone.input_value("input[name=company_name]") == name


def signs_out(page: Page) -> None:
    press(page, "#logout-form button")
    page.goto(LIST)
    assert "/accounts/login/" in page.url


@pytest.mark.parametrize("language", FIRMS)
def test_officers_day(visit: Visit, full_site: Site, tmp_path: Path, language: str) -> None:
    site, (firm, two) = full_site, FIRMS[language]
    invited, address = (f"{two}制鞋一厂", f"{two}制鞋二厂"), f"{language.lower()}@invited.example"
    owner, reference = firm_hands_in(visit, firm, language)

    page = visit(language, size=DESK, accept_downloads=True)
    sign_in(page, OWN_OFFICER, site.officers[OWN_OFFICER])
    sees_what_is_new_and_keeps_the_list(page, firm, two)
    before = new_ones(page)
    page.goto(f"{LIST}?q={reference}")
    number = open_first(page)
    assert new_ones(page) == before - 1
    never_sees_the_neighbour(visit, site, page)

    asks_at_an_answer(page, number)
    notes_a_level(page, number)
    returns(page, number)
    firm_corrects(owner, reference)
    confirms(page, number, firm)

    takes_the_reports(page, (firm, DEMO_FIRM), tmp_path)
    takes_the_list(page, firm, tmp_path)
    sees_the_cluster(page, tmp_path)
    invites(page, invited, address)
    opens_the_invitation(visit, site, invited[0], address)
    signs_out(page)
