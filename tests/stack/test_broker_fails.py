"""The broker is dead, hangs or forgets: owners do not notice, the rows know what is to be done."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor

from config import web_server
from tests.stack.checks import check_nothing_doubled, check_ready
from tests.stack.in_the_middle import caught_in_the_middle
from tests.stack.owner import Owner
from tests.stack.site import Site, freeze, kill, thaw

WAITED = re.compile(r"report \d+: the broker cannot be reached")
THREADS = web_server.workers * web_server.threads


def more(site: Site, count: int) -> list[Owner]:
    found = [Owner(site.port) for _ in range(count)]
    for owner in found:
        owner.fill_in()
    return found


def test_dead(site: Site, owner: Owner) -> None:
    kill(site.valkey)
    reply = owner.hand_in()
    assert (reply.status, reply.location) == (302, f"{owner.page}result/")
    assert owner.result().status == 200
    assert site.report(owner.reference)["state"] == "queued"
    site.start_valkey()
    check_ready(site, [owner.reference])


def test_hung(site: Site, owners: list[Owner]) -> None:
    """Twenty hand in at once: none is refused, few wait for the broker, and the site goes on serving."""
    owners += more(site, 10)
    before = len(WAITED.findall(site.web.log.read_text()))
    freeze(site.valkey)
    with ThreadPoolExecutor(20) as pool:
        replies = list(pool.map(Owner.hand_in, owners))
    assert [reply.status for reply in replies] == [302] * 20
    assert len(WAITED.findall(site.web.log.read_text())) - before <= THREADS
    assert {owner.result().status for owner in owners} == {200}
    assert (owners[0].get("/healthz").status, owners[0].get("/readyz").status) == (200, 200)
    assert {site.report(owner.reference)["state"] for owner in owners} == {"queued"}
    thaw(site.valkey)
    check_ready(site, [owner.reference for owner in owners])


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


def test_killed_and_back_five_times(site: Site, owners: list[Owner]) -> None:
    """Worker and beat find it again each time."""
    before = [site.worker.process, site.beat.process]
    for owner in owners[:5]:
        kill(site.valkey)
        site.start_valkey()
        assert owner.hand_in().status == 302
        check_ready(site, [owner.reference])
    assert before == [site.worker.process, site.beat.process]
    assert site.worker.running and site.beat.running


def test_killed_while_a_report_is_made(site: Site) -> None:
    """Made once, stored once, told once."""
    reference = caught_in_the_middle(site, site.worker, step=1)
    kill(site.valkey)
    thaw(site.worker)
    site.start_valkey()
    check_ready(site, [reference])
    check_nothing_doubled(site, reference)
