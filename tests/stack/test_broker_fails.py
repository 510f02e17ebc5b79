"""The broker is dead, hangs or forgets: owners do not notice, the rows know what is to be done."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from tests.stack.checks import check_ready
from tests.stack.owner import Owner
from tests.stack.site import Site, freeze, kill, thaw

BOUNDED = 15.0  # seconds an owner may wait at worst; about four are usual


def test_dead(site: Site, owner: Owner) -> None:
    kill(site.valkey)
    reply = owner.hand_in()
    assert (reply.status, reply.location) == (302, f"{owner.page}result/")
    assert reply.seconds < BOUNDED
    assert owner.result().status == 200
    assert site.report(owner.reference)["state"] == "queued"
    site.start_valkey()
    check_ready(site, [owner.reference])


def test_hung(site: Site, owners: list[Owner]) -> None:
    freeze(site.valkey)
    with ThreadPoolExecutor(5) as pool:
        replies = list(pool.map(Owner.hand_in, owners[:5]))
    assert [reply.status for reply in replies] == [302] * 5
    assert max(reply.seconds for reply in replies) < BOUNDED
    assert owners[5].hand_in().status == 302  # nothing is used up
    assert {site.report(owner.reference)["state"] for owner in owners[:6]} == {"queued"}
    thaw(site.valkey)
    check_ready(site, [owner.reference for owner in owners[:6]])


def test_emptied_with_ten_reports_waiting(site: Site, owners: list[Owner]) -> None:
    kill(site.worker)
    kill(site.beat)
    for owner in owners:
        assert owner.hand_in().status == 302
    assert {site.report(owner.reference)["state"] for owner in owners} == {"queued"}
    assert site.messages() > 0
    with site.broker() as broker:
        broker.flushall()
    assert site.messages() == 0
    site.worker.start()
    site.beat.start()
    check_ready(site, [owner.reference for owner in owners])


def test_emptied_while_everything_runs(site: Site, owner: Owner) -> None:
    """Also what the workers and beat keep there about themselves is gone."""
    with site.broker() as broker:
        broker.flushall()
    assert owner.hand_in().status == 302
    check_ready(site, [owner.reference])


def test_killed_and_back_three_times(site: Site, owners: list[Owner]) -> None:
    """Worker and beat find it again each time."""
    for owner in owners[:3]:
        kill(site.valkey)
        site.start_valkey()
        assert owner.hand_in().status == 302
        check_ready(site, [owner.reference])
