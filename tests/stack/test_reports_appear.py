"""The usual way, double clicks and doubled messages."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy

from recommendations.printing import PRINTS
from tests.stack.checks import check_nothing_doubled, check_ready, check_whole
from tests.stack.owner import Owner
from tests.stack.site import Site, kill, until


def test_from_hand_in_to_download(site: Site, owner: Owner) -> None:
    reply = owner.hand_in()
    assert (reply.status, reply.location) == (302, f"{owner.page}result/")
    until(lambda: owner.get(f"{owner.page}status/").headers["HX-Refresh"] == "true", site.state)
    page = owner.result()
    assert page.status == 200
    check_ready(site, [owner.reference])
    for one in PRINTS:
        path = f"{owner.page}report-{one.language}.{one.format}"
        assert path in page.text
        file = owner.get(path)
        assert (file.status, file.headers["Cache-Control"]) == (200, "private, no-store")
        check_whole(file.data, one.format)


def test_ten_hand_ins_at_once_are_one(site: Site, owner: Owner) -> None:
    windows = [deepcopy(owner) for _ in range(10)]
    with ThreadPoolExecutor(10) as pool:
        replies = list(pool.map(Owner.hand_in, windows))
    assert {(reply.status, reply.location) for reply in replies} == {(302, f"{owner.page}result/")}
    assert {window.result().status for window in windows} == {200}
    check_ready(site, [owner.reference])
    assert site.rows(
        "SELECT count(*) FROM recommendations_report r JOIN diagnosis_submission s ON s.id = r.submission_id"
        " WHERE s.reference = %s", owner.reference,
    ) == [{"count": 1}]
    check_nothing_doubled(site, owner.reference)


def test_handed_in_again_from_an_old_page(site: Site, owner: Owner) -> None:
    """Back and the button once more, a second window, a page of before: all lead to the one result."""
    windows = [deepcopy(owner) for _ in range(3)]
    assert owner.hand_in().status == 302
    (report,) = check_ready(site, [owner.reference])
    for window in windows:
        again = window.hand_in()
        assert (again.status, again.location) == (302, f"{owner.page}result/")
        assert window.get(f"{owner.page}review/").location == f"{owner.page}result/"
        assert window.post(f"{owner.page}p/q_firm/", employees="1").location == f"{owner.page}result/"
    assert site.report(owner.reference) == report
    assert site.events(owner.reference, "submitted") == 1
    (row,) = site.rows("SELECT answers FROM diagnosis_submission WHERE reference = %s", owner.reference)
    assert row["answers"]["employees"] == 86


def test_a_message_that_comes_six_times(site: Site, owner: Owner) -> None:
    kill(site.worker)
    kill(site.beat)
    before = site.messages()
    assert owner.hand_in().status == 302
    site.ring(site.report(owner.reference)["id"], times=5)
    assert site.messages() > before + 1
    site.worker.start()
    site.another_worker()
    check_ready(site, [owner.reference])
    until(lambda: site.messages() <= before, site.state)  # the other five were taken, too
    check_ready(site, [owner.reference])
    check_nothing_doubled(site, owner.reference)
