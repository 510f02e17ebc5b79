"""Faults at random on a whole site under load: `make chaos`, or a short form among the tests.

Owners fill in, hand in, fetch their reports and save plans, officers ask for ZIPs, while one fault after another
hits the processes. At the end everything runs again, and what was acknowledged must all be there: once, as sent,
with one ready report. Seeded: the same seed deals the same faults in the same order; when they strike is up to the
machine.
"""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Callable
from contextlib import suppress

from tests.stack.checks import check_nothing_doubled, check_ready
from tests.stack.officer_files import ask, check_made, row
from tests.stack.patient_owner import Tally, owners_at_work
from tests.stack.site import CUT, Site, freeze, kill, members, no_space_for_files, thaw, until, whole_site

LEASE = "15"  # seconds; two cores that are kept busy need longer for a report than those of the other tests
ZIP_EVERY = 12  # faults
OPEN_ROWS = (
    "SELECT r.id FROM recommendations_report r JOIN diagnosis_submission s ON s.id = r.submission_id"
    " WHERE s.reference = ANY(%s) AND r.state NOT IN ('ready', 'failed')"
)
READY_ONES = (
    "SELECT s.reference FROM diagnosis_submission s JOIN recommendations_report r ON r.submission_id = s.id"
    " WHERE r.state = 'ready' AND s.reference = ANY(%s) ORDER BY r.id DESC LIMIT 2"
)
PLANS = (
    "SELECT p.state FROM recommendations_plan p JOIN diagnosis_submission s ON s.id = p.submission_id"
    " WHERE s.reference = %s"
)
TIDY = "from recommendations.tasks import remove_old_files; remove_old_files()"
JOBS = ("recommendations_report", "recommendations_plan", "recommendations_officerfile")
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


# The run ------------------------------------------------------------------------------------------------------


def deal(faults: int, seed: int) -> list[str]:
    """Every kind about equally often, in random order."""
    rng, names = random.Random(seed), list(FAULTS)
    dealt = [names[number % len(names)] for number in range(faults)]
    rng.shuffle(dealt)
    return dealt


def under_load(site: Site, tally: Tally) -> None:
    """Until the site answers and one more diagnosis came in: a fault of a site that stands still proves little."""
    until(lambda: site.answers(), site.state, seconds=120)
    before, deadline = len(tally.handed_in), time.monotonic() + 5
    while len(tally.handed_in) == before and time.monotonic() < deadline:
        time.sleep(0.05)


def ask_for_zip(site: Site, tally: Tally) -> dict[int, list[str]]:
    """An officer asks for the reports made last; the number of the file and the firms in it."""
    with tally.lock:
        known = list(tally.handed_in)
    references = [found["reference"] for found in site.rows(READY_ONES, known)]
    return {ask(site, references): references} if references else {}


def strike(site: Site, dealt: list[str], tally: Tally, seed: int) -> dict[int, list[str]]:
    """Returns the officers' files asked for meanwhile."""
    rng, asked = random.Random(f"{seed}/waits"), dict[int, list[str]]()
    for number, name in enumerate(dealt, start=1):
        under_load(site, tally)
        if number % ZIP_EVERY == 0:
            asked |= ask_for_zip(site, tally)
        FAULTS[name](site, lambda: time.sleep(rng.uniform(0.05, 1.5)))
        site.mend()
        tally.count(f"fault: {name}")
        print(f"{number:4} {name}; handed in so far: {len(tally.handed_in)}", flush=True)
    return asked


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


def check_plans(site: Site, tally: Tally) -> None:
    """Each plan acknowledged is there once, and made or given up in words."""
    for reference in tally.planned:
        until(lambda: {plan["state"] for plan in site.rows(PLANS, reference)} <= {"ready", "failed"}, site.state, 120)  # noqa: B023
        (plan,) = site.rows(PLANS, reference)
        tally.count(f"plans acknowledged, {plan['state']}")


def check_zips(site: Site, tally: Tally, asked: dict[int, list[str]]) -> None:
    """Each file an officer asked for is made; what was given up is asked for again."""
    for file, references in asked.items():
        until(lambda: row(site, file)["state"] in ("ready", "failed"), site.state, seconds=180)  # noqa: B023
        given_up = row(site, file)["state"] == "failed"
        check_made(site, ask(site, references) if given_up else file, references)
        tally.count("officers' ZIPs asked for again and whole" if given_up else "officers' ZIPs, each whole")


def check_site(site: Site, tally: Tally) -> None:
    """No work is open, and no page was a fault of ours or led nowhere."""
    for table in JOBS:
        assert not site.rows(f"SELECT 1 FROM {table} WHERE state IN ('building', 'queued')"), table
    assert not tally.counts["pages with 500"], site.faults_of_ours()
    assert not tally.dead_ends, tally.dead_ends[:3]


def chaos(*, faults: int, seed: int, owners: int) -> Tally:
    """Run it and check what must hold; raises AssertionError where it does not."""
    tally = Tally()
    with whole_site({"REPORT_LEASE_SECONDS": LEASE}) as site:
        with owners_at_work(site, tally, owners, seed):
            asked = strike(site, deal(faults, seed), tally, seed)
        ask_again(site, tally)
        check_ready(site, tally.handed_in, seconds=180)
        check_answers(site, tally)
        check_plans(site, tally)
        check_zips(site, tally, asked)
        tidied = site.manage("shell", "-v0", "-c", TIDY)  # what beat asks for every hour
        assert tidied.returncode == 0, tidied.stderr
        for reference in tally.handed_in:
            check_nothing_doubled(site, reference)
        check_site(site, tally)
    tally.counts["submissions acknowledged, each with one ready report"] = len(tally.handed_in)
    return tally
