"""Faults at random on a whole site under load: `make chaos`, or a short form among the tests.

Owners fill in and hand in without pause while one fault after another hits the processes. An answer is
acknowledged when its page was answered with a redirect, a submission when the review page was. At the end
everything runs again, and what was acknowledged must all be there: once, as sent, with one ready report.
Seeded: the same seed deals the same faults in the same order; when they strike is up to the machine.
"""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPException
from threading import Event, Lock, Thread

from tests.factories import make_uscc
from tests.stack.checks import check_nothing_doubled, check_ready
from tests.stack.owner import CONSENT, Owner, Reply
from tests.stack.site import Site, freeze, kill, members, no_space_for_files, thaw, until, whole_site

AWAY = (OSError, HTTPException)
CUT = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'chain' AND pid <> pg_backend_pid()"
OPEN_ROWS = (
    "SELECT r.id FROM recommendations_report r JOIN diagnosis_submission s ON s.id = r.submission_id"
    " WHERE s.reference = ANY(%s) AND r.state NOT IN ('ready', 'failed')"
)
Wait = Callable[[], None]


# Faults: each breaks something, waits, and leaves the mending to Site.mend or does its own ------------------


def _killed(name: str) -> Callable[[Site, Wait], None]:
    def fault(site: Site, wait: Wait) -> None:
        kill(getattr(site, name))
        wait()

    return fault


def _paused(name: str) -> Callable[[Site, Wait], None]:
    def fault(site: Site, wait: Wait) -> None:
        child = getattr(site, name)
        freeze(child)
        wait()
        thaw(child)

    return fault


def _one_process_killed(name: str) -> Callable[[Site, Wait], None]:
    """One of the group only: a web process or a worker's child; the parent has to notice."""

    def fault(site: Site, wait: Wait) -> None:
        child = getattr(site, name)
        assert child.process is not None
        for pid in [pid for pid in members(child) if pid != child.process.pid][:1]:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        wait()

    return fault


def _broker_emptied(site: Site, wait: Wait) -> None:
    with suppress(Exception), site.broker() as broker:
        broker.flushall()
    wait()


def _connections_cut(site: Site, wait: Wait) -> None:
    with suppress(Exception):
        site.rows(CUT)
    wait()


def _disk_full(site: Site, wait: Wait) -> None:
    with no_space_for_files(site.worker):
        wait()


def _store_gone(site: Site, wait: Wait) -> None:
    away = site.reports.with_name("reports-away")
    site.reports.mkdir(exist_ok=True)
    site.reports.rename(away)
    site.reports.write_text("")
    try:
        wait()
    finally:
        site.reports.unlink()
        away.rename(site.reports)


def _other_worker_takes_over(site: Site, wait: Wait) -> None:
    """The jobs of one worker go to another in the middle of its work, and back."""
    site.another_worker()
    freeze(site.worker)
    wait()
    thaw(site.worker)


FAULTS: dict[str, Callable[[Site, Wait], None]] = {
    "web server killed": _killed("web"),
    "web server paused": _paused("web"),
    "one web process killed": _one_process_killed("web"),
    "worker killed": _killed("worker"),
    "worker paused": _paused("worker"),
    "one worker process killed": _one_process_killed("worker"),
    "another worker takes over": _other_worker_takes_over,
    "beat killed": _killed("beat"),
    "beat paused": _paused("beat"),
    "broker killed": _killed("valkey"),
    "broker paused": _paused("valkey"),
    "broker emptied": _broker_emptied,
    "database killed": _killed("postgres"),
    "database paused": _paused("postgres"),
    "database connections cut": _connections_cut,
    "disk full": _disk_full,
    "report store gone": _store_gone,
}


# Owners -------------------------------------------------------------------------------------------------------


@dataclass
class Tally:
    """What the owners saw, written by all of them."""

    lock: Lock = field(default_factory=Lock)
    counts: Counter[str] = field(default_factory=Counter)
    saved: dict[str, dict[str, str]] = field(default_factory=dict)  # by reference: answers acknowledged
    handed_in: dict[str, Owner] = field(default_factory=dict)
    dead_ends: list[str] = field(default_factory=list)

    def count(self, what: str) -> None:
        with self.lock:
            self.counts[what] += 1


class NeverAnswered(AssertionError):
    """A page did not come, however often it was asked for."""


class PatientOwner(Owner):
    """Asks again until a page comes; remembers what was acknowledged."""

    def __init__(self, port: int, tally: Tally) -> None:
        super().__init__(port)
        self.tally = tally

    def _seen(self, reply: Reply) -> Reply:
        if reply.status >= 500:
            self.tally.count(f"pages with {reply.status}")
            if b'href="/"' not in reply.data:
                self.tally.dead_ends.append(f"{reply.status} {reply.data[:200]!r}")
        return reply

    def _until_done(self, path: str, values: dict[str, str]) -> None:
        """Show the form and send it until the site says that it has it."""
        for _ in range(400):
            try:
                shown = self._seen(self.get(path))
                if shown.status == 302:  # an earlier try went through though its answer was lost
                    return
                if shown.status == 200 and self._seen(self.post(path, **values)).status == 302:
                    return
            except AWAY:
                self.tally.count("requests without an answer")
            time.sleep(0.05)
        raise NeverAnswered(path)

    def begin(self) -> None:
        for _ in range(400):
            try:
                if self._seen(self.get("/")).status == 200:
                    started = self._seen(self.post("/start/"))
                    if started.status == 302:
                        self.reference = started.location.split("/")[2]
                        return
            except AWAY:
                self.tally.count("requests without an answer")
            time.sleep(0.05)
        raise NeverAnswered("/start/")

    def keep(self, page_id: str, **values: str) -> None:
        self._until_done(f"{self.page}p/{page_id}/", values)
        with self.tally.lock:
            self.tally.saved.setdefault(self.reference, {}).update(values)

    def whole_way(self, rng: random.Random) -> None:
        self.fill_in_at_random(rng)
        self.finish()

    def fill_in_at_random(self, rng: random.Random) -> None:
        self.begin()
        self.keep("q_firm", cluster="footwear", employees=str(rng.randint(5, 900)), revenue="3200")
        self.keep("q_making", product_design=str(rng.randint(0, 4)), production_control=str(rng.randint(0, 4)))
        with self.tally.lock:
            code = make_uscc()
        self.keep("company", company_name=f"踏浪{self.reference}鞋业", uscc=code)

    def finish(self) -> None:
        self._until_done(f"{self.page}review/", CONSENT)
        with self.tally.lock:
            self.tally.handed_in[self.reference] = self


@contextmanager
def owners_at_work(
    site: Site, tally: Tally, count: int, seed: int, browser: type[PatientOwner] = PatientOwner
) -> Iterator[None]:
    """So many browsers at once, one diagnosis after another."""
    stop, faults = Event(), []

    def work(number: int) -> None:
        rng = random.Random(f"{seed}/{number}")
        try:
            while not stop.is_set():
                browser(site.port, tally).whole_way(rng)
                stop.wait(rng.uniform(0.5, 2.0))  # so that two worker processes keep up
        except BaseException as error:  # told by the main thread
            faults.append(error)

    threads = [Thread(target=work, args=(number,), daemon=True) for number in range(count)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join(120)
    if faults:
        raise faults[0]


# The run ------------------------------------------------------------------------------------------------------


def deal(faults: int, seed: int) -> list[str]:
    """Every kind about equally often, in random order."""
    rng, names = random.Random(seed), list(FAULTS)
    dealt = [names[number % len(names)] for number in range(faults)]
    rng.shuffle(dealt)
    return dealt


def strike(site: Site, dealt: list[str], tally: Tally, seed: int) -> None:
    rng = random.Random(f"{seed}/waits")
    for number, name in enumerate(dealt, start=1):
        FAULTS[name](site, lambda: time.sleep(rng.uniform(0.05, 1.5)))
        site.mend()
        tally.count(f"fault: {name}")
        print(f"{number:4} {name}; handed in so far: {len(tally.handed_in)}", flush=True)
        time.sleep(rng.uniform(0.05, 1.0))


def ask_again(site: Site, tally: Tally) -> None:
    """What was given up after too many tries says so, and its owner asks for it again."""
    references = list(tally.handed_in)
    until(lambda: not site.rows(OPEN_ROWS, references), site.state, seconds=120 + 10 * len(references))
    for reference, owner in tally.handed_in.items():
        if site.report(reference)["state"] == "failed":
            tally.count("reports given up and asked for again")
            page = owner.result()
            assert f'action="{owner.page}retry/"' in page.text
            assert owner.post(f"{owner.page}retry/").status == 302


def check_answers(site: Site, tally: Tally) -> None:
    """Every acknowledged answer is stored as sent."""
    query = "SELECT reference, answers FROM diagnosis_submission WHERE reference = ANY(%s)"
    stored = {row["reference"]: row["answers"] for row in site.rows(query, list(tally.saved))}
    for reference, sent in tally.saved.items():
        kept = {key: str(stored[reference].get(key)) for key in sent}
        assert kept == sent, (reference, kept, sent)
        tally.counts["saved answers found again"] += len(sent)


def chaos(*, faults: int, seed: int, owners: int) -> Tally:
    """Run it and check what must hold; raises AssertionError where it does not."""
    tally = Tally()
    with whole_site() as site:
        with owners_at_work(site, tally, owners, seed):
            strike(site, deal(faults, seed), tally, seed)
        ask_again(site, tally)
        check_ready(site, tally.handed_in, seconds=180)
        check_answers(site, tally)
        for reference in tally.handed_in:
            check_nothing_doubled(site, reference)
        assert not site.rows("SELECT 1 FROM recommendations_report WHERE state = 'building'")
        assert not tally.dead_ends, tally.dead_ends[:3]
    tally.counts["submissions acknowledged, each with one ready report"] = len(tally.handed_in)
    return tally
