"""Reports cannot be stored: the disk is full, or a file stands where the folder should be."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

import pytest

from recommendations.printing import PRINTS
from tests.stack.checks import check_nothing_doubled, check_ready, check_whole
from tests.stack.owner import Owner
from tests.stack.site import Site, no_space_for_files, until


@contextmanager
def no_folder(site: Site) -> Iterator[None]:
    """The folder of the reports is moved away and a file put in its place."""
    away = site.reports.with_name("reports-away")
    site.reports.mkdir(exist_ok=True)
    site.reports.rename(away)
    site.reports.write_text("")
    try:
        yield
    finally:
        site.reports.unlink()
        away.rename(site.reports)


def files(owner: Owner) -> list[tuple[int, bytes]]:
    """What comes when the owner asks for each file of the report."""
    replies = [owner.get(f"{owner.page}report-{one.language}.{one.format}") for one in PRINTS]
    return [(reply.status, reply.data) for reply in replies]


def test_full_and_free_again(site: Site, owner: Owner) -> None:
    with no_space_for_files(site.worker):
        assert owner.hand_in().status == 302
        until(lambda: site.report(owner.reference)["error"], site.state)
        assert "File too large" in site.report(owner.reference)["error"]
        assert site.report(owner.reference)["state"] in ("queued", "building")
        page = owner.get(f"{owner.page}status/")
        assert "tried again by itself" in page.text or page.status == 200
        assert {status for status, _data in files(owner)} == {404}  # no half of one either
    (report,) = check_ready(site, [owner.reference])
    assert report["error"] == ""
    for one, (status, data) in zip(PRINTS, files(owner), strict=True):
        assert status == 200
        check_whole(data, one.format)
    check_nothing_doubled(site, owner.reference)


@pytest.mark.parametrize("damage", ["emptied", "cut short", "folder away"])
def test_a_damaged_store_serves_nothing_and_is_mended(site: Site, owner: Owner, damage: str) -> None:
    """Whole or not at all, whatever happened to the disk; a button prints the same report once more."""
    assert owner.hand_in().status == 302
    check_ready(site, [owner.reference])
    with no_folder(site) if damage == "folder away" else nullcontext():
        for name in site.on_disk(owner.reference):
            os.truncate(site.reports / name, 0 if damage == "emptied" else 1_000)
        replies = files(owner)
        assert {status for status, _data in replies} == {404}
        assert all(f'action="{owner.page}retry/"' in data.decode() for _status, data in replies)
    assert owner.result().status == 200
    if damage != "folder away":  # that one came back whole
        assert owner.post(f"{owner.page}retry/").status == 302
        until(lambda: site.events(owner.reference, "report_ready") == 2, site.state)
    assert {status for status, _data in files(owner)} == {200}


def test_no_folder_until_given_up_then_retry(site: Site, owner: Owner) -> None:
    from django.conf import settings

    with no_folder(site):
        assert owner.hand_in().status == 302
        until(lambda: site.report(owner.reference)["state"] == "failed", site.state)
        failed = site.report(owner.reference)
        assert failed["tries"] == settings.REPORT_MAX_ATTEMPTS
        assert "Error" in failed["error"]
        assert site.events(owner.reference, "report_failed") == 1
        assert owner.get(f"{owner.page}status/").headers["HX-Refresh"] == "true"
        page = owner.result()
        assert "The report could not be made" in page.text
        assert f'action="{owner.page}retry/"' in page.text
    assert site.report(owner.reference)["state"] == "failed"  # nobody tries on by itself
    assert owner.post(f"{owner.page}retry/").status == 302
    check_ready(site, [owner.reference])
    assert site.events(owner.reference, "report_retried") == 1
    check_nothing_doubled(site, owner.reference)
