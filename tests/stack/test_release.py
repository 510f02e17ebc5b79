"""The release before and this one side by side: migrated under load, rolled forward, rolled back.

The release before is the code just before the last commit that changed a migration. Two web servers stand for two
machines behind a proxy: a new one takes over before the old one is stopped.
"""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
import tarfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock, Semaphore
from typing import Any, ClassVar

import pytest

from config.local.paths import ROOT
from config.local.processes import Child, wait_for
from tests.stack.chaos import check_answers
from tests.stack.checks import check_nothing_doubled, check_ready
from tests.stack.owner import Reply
from tests.stack.patient_owner import PatientOwner, Tally, owners_at_work
from tests.stack.site import PREPARE, Site, answers, free_port, until, whole_site

MIGRATIONS = [f"{app}/migrations" for app in ("clusters", "diagnosis", "recommendations")]
UNREACHED = "requests without an answer"


def git(*arguments: str) -> bytes:
    return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, check=True).stdout


def release_before(folder: Path) -> None:
    """Unpack its code; skips where the history is not there."""
    try:
        last = git("log", "-1", "--format=%H", "--", *MIGRATIONS).decode().strip()
        packed = git("archive", f"{last}^", "--format=tar")
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("the commits before the last migration are not in this copy of the repository")
    with tarfile.open(fileobj=io.BytesIO(packed)) as code:
        code.extractall(folder, filter="data")


class ProxiedOwner(PatientOwner):
    """Goes wherever the proxy leads at that moment, one request after another. All save answers without pause; so
    many as may hand in, so that the workers keep up on a slow machine."""

    may_hand_in: ClassVar[Semaphore] = Semaphore(0)
    leads_to: ClassVar[int]
    under_way: ClassVar[Counter[int]] = Counter()
    lock: ClassVar[Lock] = Lock()

    def send(self, *arguments: Any, **options: Any) -> Reply:
        with self.lock:
            self.port = self.leads_to
            self.under_way[self.port] += 1
        port = self.port
        try:
            return super().send(*arguments, **options)
        finally:
            with self.lock:
                self.under_way[port] -= 1

    def finish(self) -> None:
        if self.may_hand_in.acquire(blocking=False):
            super().finish()


@dataclass
class Rollout:
    """A site with the code of two releases."""

    site: Site
    old: Path

    def of(self, child: Child, folder: Path, **changed: Any) -> Child:
        """The same program from the other code, not started."""
        environment = {**child.environment, "PYTHONPATH": str(folder)}
        return replace(child, folder=folder, environment=environment, process=None, **changed)

    def run(self, folder: Path, *command: str) -> None:
        environment = {**os.environ, **self.site.web.environment, "PYTHONPATH": str(folder)}
        subprocess.run([sys.executable, *command], cwd=folder, env=environment, check=True, timeout=240)

    def begin_with_the_old(self) -> None:
        self.run(self.old, "-m", "config.translations")
        self.run(self.old, "-c", PREPARE)
        for name in ("web", "worker", "beat"):
            setattr(self.site, name, self.of(getattr(self.site, name), self.old))

    def worker_and_beat(self, folder: Path) -> str:
        """Change both; returns a reference that was handed in while neither ran."""
        for child in (self.site.beat, self.site.worker):
            child.stop()
        owner = ProxiedOwner(self.site.port, Tally())
        owner.fill_in()
        assert owner.hand_in().status == 302
        assert self.site.messages() > 0
        self.site.worker, self.site.beat = self.of(self.site.worker, folder), self.of(self.site.beat, folder)
        self.site.worker.start()
        self.site.beat.start()
        check_ready(self.site, [owner.reference], seconds=120)
        return owner.reference

    def web(self, folder: Path) -> None:
        """A web server of the other code, then the proxy leads there, then the one before is stopped."""
        before, port_before, port = self.site.web, self.site.port, free_port()
        command = [part.replace(f":{port_before}", f":{port}") for part in before.command]
        after = self.of(before, folder, command=command, log=before.log.with_name(f"web-{port}.log"))
        after.start()
        self.site.others.append(after)  # stopped with the others if it does not come up
        wait_for(lambda: answers(port), after, seconds=90)
        self.site.others.remove(after)
        with ProxiedOwner.lock:
            self.site.web, self.site.port, ProxiedOwner.leads_to = after, port, port
        until(lambda: not ProxiedOwner.under_way[port_before])
        before.stop()


@pytest.fixture
def rollout(tmp_path: Path) -> Iterator[Rollout]:
    old = tmp_path / "release-before"
    release_before(old)
    made: list[Rollout] = []

    def fill(site: Site) -> None:
        made.append(Rollout(site, old))
        made[0].begin_with_the_old()
        ProxiedOwner.leads_to = site.port

    with whole_site(fill=fill):
        yield made[0]
    shutil.rmtree(old)


def some_hand_in(site: Site, tally: Tally) -> None:
    """Two owners more go the whole way."""
    before = len(tally.handed_in)
    ProxiedOwner.may_hand_in.release(2)
    until(lambda: len(tally.handed_in) >= before + 2, site.state, seconds=120)


def test_forward_and_back_under_load(rollout: Rollout) -> None:
    """No page is an error, no request goes unanswered, no message is lost, in either direction."""
    site, tally, references = rollout.site, Tally(), []
    with owners_at_work(site, tally, count=2, seed=25, browser=ProxiedOwner):
        some_hand_in(site, tally)
        rollout.run(ROOT, "manage.py", "migrate", "-v0")
        some_hand_in(site, tally)  # old code on the new tables
        for folder in (ROOT, rollout.old):  # each time the message is the other release's
            references.append(rollout.worker_and_beat(folder))
            rollout.web(folder)
            some_hand_in(site, tally)
    check_ready(site, [*references, *tally.handed_in], seconds=180)
    check_answers(site, tally)
    for reference in references:
        check_nothing_doubled(site, reference)
    assert {what for what in tally.counts if what.startswith("pages with") or what == UNREACHED} == set()
