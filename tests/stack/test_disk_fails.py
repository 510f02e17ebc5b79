"""Reports cannot be stored: the disk is full, or a file stands where the folder should be."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from tests.stack.checks import check_nothing_doubled, check_ready
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


def test_full_and_free_again(site: Site, owner: Owner) -> None:
    with no_space_for_files(site.worker):
        assert owner.hand_in().status == 302
        until(lambda: site.report(owner.reference)["error"], site.state)
        assert "File too large" in site.report(owner.reference)["error"]
        assert site.report(owner.reference)["state"] in ("queued", "building")
        page = owner.get(f"{owner.page}status/")
        assert "tried again by itself" in page.text or page.status == 200
    (report,) = check_ready(site, [owner.reference])
    assert report["error"] == ""
    check_nothing_doubled(site, owner.reference)


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
