"""What the pages do in the hand: focus, windows, languages, private links."""

from __future__ import annotations

from tests.browser.conftest import Visit
from tests.browser.owner import fill, hand_in, ready_for_review, send, start

FOCUSED = "document.activeElement.id"


def test_error_summary_has_the_focus_and_leads_to_the_field(visit: Visit) -> None:
    page = visit("zh-CN")
    start(page)
    page.fill("input[name=employees]", "很多")
    send(page)
    assert page.title().startswith("错误")
    assert page.evaluate(FOCUSED) == "summary"
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate(FOCUSED) == "q-employees"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.name") == "employees"
    assert page.input_value("input[name=employees]") == "很多"


def test_enter_in_a_text_means_continue(visit: Visit) -> None:
    """Not the first button in sight, which switches the language."""
    page = visit("zh-CN")
    start(page)
    page.fill("input[name=employees]", "48")
    with page.expect_navigation():
        page.press("input[name=employees]", "Enter")
    assert "/q_machines/" in page.url
    assert page.get_attribute("html", "lang") == "zh-Hans"


def test_the_button_for_enter_is_for_nobody_else(visit: Visit) -> None:
    """It can be reached neither with Tab nor by a screen reader."""
    page = visit("zh-CN")
    start(page)
    assert page.get_by_role("button", name="").count() == page.get_by_role("button").count()
    names = [button.inner_text() for button in page.get_by_role("button").all()]
    assert "" not in names
    for _ in range(30):
        page.keyboard.press("Tab")
        assert "default-submit" not in (page.evaluate("document.activeElement.className") or "")


def test_language_switch_in_the_middle_of_a_page(visit: Visit) -> None:
    page = visit("zh-CN")
    reference = start(page)
    page.check("input[name=cluster][value=footwear]")
    page.fill("input[name=employees]", "四十八")
    address = page.url
    with page.expect_navigation():
        page.click(".language-button")
    assert page.url == address
    assert page.get_attribute("html", "lang") == "en"
    assert page.is_checked("input[name=cluster][value=footwear]")
    assert page.input_value("input[name=employees]") == "四十八"
    page.goto(f"/d/{reference}/p/q_firm/")
    assert page.get_attribute("html", "lang") == "en"  # it stays
    assert not page.is_checked("input[name=cluster][value=footwear]")  # nothing was stored


def test_go_on_with_a_private_link_on_another_device(visit: Visit) -> None:
    first = visit("zh-CN")
    reference = start(first)
    fill(first)
    send(first, go="later")
    first.click("main form button")
    link = first.input_value("#address")

    second = visit("zh-CN")
    assert second.goto(f"/d/{reference}/").status == 404  # type: ignore[union-attr]
    second.goto(link)
    with second.expect_navigation():
        second.click("main form button")
    assert "/q_machines/" in second.url  # where the first one stopped
    second.goto(f"/d/{reference}/p/q_firm/")
    assert second.input_value("input[name=employees]") == "48"

    first.goto(f"/d/{reference}/link/")
    first.click("main form button")
    newer = first.input_value("#address")
    assert newer != link
    third = visit("zh-CN")
    assert third.goto(link).status == 404  # type: ignore[union-attr]
    assert third.goto(newer).status == 200  # type: ignore[union-attr]


def test_two_windows(visit: Visit) -> None:
    one = visit("zh-CN")
    start(one)
    two = one.context.new_page()
    two.goto(one.url)
    two.check("input[name=cluster][value=crafts]")
    send(two)
    one.check("input[name=cluster][value=footwear]")
    send(one)
    assert "另一个窗口" in one.inner_text(".summary")
    assert one.evaluate(FOCUSED) == "summary"
    assert one.is_checked("input[name=cluster][value=footwear]")  # what was chosen here is not lost
    one.click(".summary a")
    assert one.is_checked("input[name=cluster][value=crafts]")  # nor what was stored there
    one.check("input[name=cluster][value=footwear]")
    send(one)
    assert "/q_machines/" in one.url


def test_back_button_after_handing_in(visit: Visit) -> None:
    page = visit("zh-CN")
    ready_for_review(page)
    hand_in(page)
    page.wait_for_selector(".result", timeout=60_000)
    result = page.url
    page.go_back()
    assert page.url == result
    assert page.locator(".result").count()


def test_handed_in_from_two_windows(visit: Visit) -> None:
    """The second press, on a page of before, leads to the one result."""
    one = visit("zh-CN")
    reference = ready_for_review(one)
    two = one.context.new_page()
    two.goto(one.url)
    hand_in(one)
    hand_in(two)
    for window in (one, two):
        window.wait_for_selector(".result", timeout=60_000)
        assert window.url.endswith(f"/d/{reference}/result/")
    one.goto("/mine/")
    assert one.locator(f"a[href='/d/{reference}/']").count() == two.locator("h1").count() == 1
