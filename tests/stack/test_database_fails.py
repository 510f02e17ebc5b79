"""The database goes away under load and comes back; nothing else is started again."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress

import psycopg

from tests.stack.checks import check_nothing_doubled, check_ready
from tests.stack.owner import CONSENT, Owner, Reply
from tests.stack.site import CUT, Site, kill, until

CUT_OTHERS = f"{CUT} AND application_name <> 'holder'"
WAITING_FOR_LOCKS = "SELECT query FROM pg_stat_activity WHERE wait_event_type = 'Lock'"


def hand_in_until_done(owner: Owner) -> set[int]:
    """Press the button again whenever the site says it pauses; returns the answers' codes."""
    seen: set[int] = set()
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        status = owner.hand_in().status
        seen.add(status)
        if status == 302:
            return seen
        time.sleep(0.2)
    raise AssertionError(f"not handed in; answers were {seen}")


def check_pause(replies: Iterable[Reply]) -> None:
    """Each says so in plain words, when to come back and where to go."""
    for reply in replies:
        assert reply.status == 503
        assert int(reply.headers["Retry-After"]) > 0
        assert "A short pause" in reply.text
        assert 'href="/"' in reply.text


def test_gone_at_once_under_load(site: Site, owners: list[Owner]) -> None:
    before = [site.web.process, site.worker.process, site.beat.process]
    first, waiting, busy = owners[0], owners[1], owners[2:]
    with ThreadPoolExecutor(3) as pool:
        done = [pool.submit(hand_in_until_done, owner) for owner in busy]
        until(lambda: done[0].done(), site.state)
        kill(site.postgres, signal.SIGQUIT)  # PostgreSQL's immediate shutdown
        check_pause([first.result(), first.hand_in(), first.send("GET", "/mine/")])
        assert (waiting.get("/healthz").status, waiting.get("/readyz").status) == (200, 503)
        site.start_postgres()
        codes = set().union(*(one.result() for one in done))
    assert codes <= {302, 503}
    assert hand_in_until_done(first) == {302}  # the page shown before works on
    assert waiting.get("/readyz").status == 200
    assert waiting.post(f"{waiting.page}review/", **CONSENT).status == 302
    check_ready(site, [owner.reference for owner in owners])
    for owner in owners:
        check_nothing_doubled(site, owner.reference)
    assert before == [site.web.process, site.worker.process, site.beat.process]
    assert site.web.running and site.worker.running and site.beat.running


@contextmanager
def no_connection_left(site: Site) -> Iterator[None]:
    """Every place PostgreSQL has is taken by somebody else."""
    with ExitStack() as taken:
        most, held = int(site.rows("SHOW max_connections")[0]["max_connections"]), 0
        while held < most:
            with suppress(psycopg.OperationalError):  # refused: one of the site's own was quicker and is cut off next
                one = psycopg.connect(site.paths.database_url, autocommit=True, application_name="holder")
                holder = taken.enter_context(one)
                held += 1
            holder.execute(CUT_OTHERS)
        yield


def test_no_connection_left(site: Site, owners: list[Owner]) -> None:
    first, waiting = owners[0], owners[1]
    with no_connection_left(site):
        check_pause([first.result(), first.hand_in(), first.send("GET", "/mine/")])
        assert (waiting.get("/healthz").status, waiting.get("/readyz").status) == (200, 503)
    for owner in owners:
        hand_in_until_done(owner)
    assert waiting.get("/readyz").status == 200
    check_ready(site, [owner.reference for owner in owners])


def test_a_table_locked_for_long(site: Site, owners: list[Owner]) -> None:
    """Everybody is told after a moment; nothing piles up behind the lock, and afterwards all goes on."""
    with site.connect() as holder, holder.transaction():
        holder.execute("LOCK TABLE diagnosis_submission IN ACCESS EXCLUSIVE MODE")
        with ThreadPoolExecutor(20) as pool:
            pause = [*pool.map(Owner.hand_in, owners), *pool.map(Owner.result, owners)]
        check_pause(pause)
        assert (owners[0].get("/healthz").status, owners[0].get("/readyz").status) == (200, 503)
        assert owners[0].get("/").status == 200  # what needs no answers is there
        until(lambda: not site.rows(WAITING_FOR_LOCKS), lambda: str(site.rows(WAITING_FOR_LOCKS)))
    assert [owner.hand_in().status for owner in owners] == [302] * len(owners)
    assert owners[0].get("/readyz").status == 200
    check_ready(site, [owner.reference for owner in owners])


def test_every_connection_cut(site: Site, owners: list[Owner]) -> None:
    """As after a failover: the server answers, but all connections are gone, again and again."""
    with ThreadPoolExecutor(3) as pool:
        done = [pool.submit(hand_in_until_done, owner) for owner in owners]
        while not all(one.done() for one in done):
            site.rows(CUT)
            time.sleep(0.05)
        codes = set().union(*(one.result() for one in done))
    assert codes <= {302, 503}
    check_ready(site, [owner.reference for owner in owners])
    for owner in owners:
        check_nothing_doubled(site, owner.reference)
