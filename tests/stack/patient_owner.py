"""Owners who do not give up: they ask again until the site answers, and remember what it acknowledged.

An answer is acknowledged when its page was answered with a redirect; so are a submission and a plan.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPException
from threading import Event, Lock, Thread

from tests.factories import make_uscc
from tests.stack.checks import check_whole
from tests.stack.owner import CONSENT, Owner, Reply
from tests.stack.site import Site

AWAY = (OSError, HTTPException)
PATIENCE = 300.0  # seconds until a page that never comes is a fault
READING = 30.0  # seconds an owner waits for the report before going on


@dataclass
class Tally:
    """What the owners saw, written by all of them."""

    lock: Lock = field(default_factory=Lock)
    counts: Counter[str] = field(default_factory=Counter)
    saved: dict[str, dict[str, str]] = field(default_factory=dict)  # by reference: answers acknowledged
    handed_in: dict[str, Owner] = field(default_factory=dict)
    planned: list[str] = field(default_factory=list)  # references with a plan acknowledged
    dead_ends: list[str] = field(default_factory=list)

    def count(self, what: str) -> None:
        with self.lock:
            self.counts[what] += 1


class NeverAnswered(AssertionError):
    """A page did not come, however often it was asked for."""


class PatientOwner(Owner):
    def __init__(self, port: int, tally: Tally) -> None:
        super().__init__(port)
        self.tally = tally

    def _seen(self, reply: Reply) -> Reply:
        if reply.status >= 500:
            self.tally.count(f"pages with {reply.status}")
            if b'href="/"' not in reply.data:
                self.tally.dead_ends.append(f"{reply.status} {reply.data[:200]!r}")
        return reply

    def _again_and_again(self, once: Callable[[], bool], what: str, patience: float = PATIENCE) -> None:
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            try:
                if once():
                    return
            except AWAY:
                self.tally.count("requests without an answer")
            time.sleep(0.1)
        raise NeverAnswered(what)

    def _until_done(self, path: str, values: dict[str, str]) -> None:
        """Show the form and send it until the site says that it has it."""

        def once() -> bool:
            shown = self._seen(self.get(path))
            if shown.status == 302:  # an earlier try went through though its answer was lost
                return True
            return shown.status == 200 and self._seen(self.post(path, **values)).status == 302

        self._again_and_again(once, path)

    def begin(self) -> None:
        def once() -> bool:
            started = self._seen(self.get("/")).status == 200 and self._seen(self.post("/start/"))
            if started and started.status == 302:
                self.reference = started.location.split("/")[2]
            return bool(self.reference)

        self._again_and_again(once, "/start/")

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

    def _report_is_there(self) -> bool:
        """As the page asks every second; not for ever: it may have been given up, and is asked for at the end."""
        try:
            self._again_and_again(
                lambda: self._seen(self.get(f"{self.page}status/")).status == 204, "status", patience=READING
            )
        except NeverAnswered:
            return False
        return True

    def _fetch(self) -> None:
        """The file comes whole or not at all."""

        def once() -> bool:
            reply = self._seen(self.get(f"{self.page}report-zh-hans.pdf"))
            if reply.status == 200:
                check_whole(reply.data, "pdf")
                self.tally.count("files fetched, each whole")
            elif reply.status == 404:
                self.tally.count("files that could not be fetched and said so")
            return reply.status in (200, 404)

        self._again_and_again(once, "file")

    def look_at_the_report(self, rng: random.Random) -> None:
        if not self._report_is_there():
            return
        self._fetch()
        if rng.random() < 0.3 and self._seen(self.get(f"{self.page}what-if/")).status == 200:
            self._until_done(f"{self.page}what-if/", {"budget": f"{rng.randint(1, 9)}万", "go": "save"})
            with self.tally.lock:
                self.tally.planned.append(self.reference)


def _work(owner: PatientOwner, rng: random.Random, stop: Event) -> None:
    owner.whole_way(rng)
    if owner.reference in owner.tally.handed_in:
        try:
            owner.look_at_the_report(rng)
        except AWAY:
            owner.tally.count("requests without an answer")
    stop.wait(rng.uniform(0.5, 2.0))  # so that two worker processes keep up


@contextmanager
def owners_at_work(
    site: Site, tally: Tally, count: int, seed: int, browser: type[PatientOwner] = PatientOwner
) -> Iterator[None]:
    """So many browsers at once, one diagnosis after another; each waits for its report as people do."""
    stop, faults = Event(), []

    def work(number: int) -> None:
        rng = random.Random(f"{seed}/{number}")
        try:
            while not stop.is_set():
                _work(browser(site.port, tally), rng, stop)
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
            thread.join(PATIENCE)
    if faults:
        raise faults[0]
    assert not any(thread.is_alive() for thread in threads), "an owner never came to an end"
