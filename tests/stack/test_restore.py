"""A backup taken in the middle of work, restored into a site with an empty broker, and what then still works."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from config.local.paths import ROOT
from tests.factories import PASSWORD
from tests.stack import prints_again
from tests.stack.checks import FILES, check_nothing_doubled, check_ready
from tests.stack.owner import Owner
from tests.stack.patient_owner import Tally, owners_at_work
from tests.stack.site import Site, thaw, until, whole_site
from tests.stack.test_worker_dies import caught_in_the_middle

OFFICER = "from tests.factories import make_officer; make_officer('footwear', email='{}', password='{}')"
EMAIL = "restored@example.org"


@dataclass(frozen=True)
class Before:
    """What there was on the site when the backup was taken."""

    ready: Owner
    link: str
    building: str
    queued: Owner


@dataclass(frozen=True)
class Restored:
    before: Before
    backup: Path
    site: Site


def busy(site: Site) -> Before:
    """A ready report with a private link, one that is being made, one that waits; the worker stands still."""
    ready, queued = Owner(site.port), Owner(site.port)
    for owner in (ready, queued):
        owner.fill_in()
    assert ready.hand_in().status == 302
    check_ready(site, [ready.reference])
    page = ready.get(f"{ready.page}link/")
    assert page.status == 200
    (link,) = re.findall(r'http://[^"<\s]+/l/[^"<\s]+/', ready.post(f"{ready.page}link/").text)[:1]
    made = site.manage("shell", "-c", OFFICER.format(EMAIL, PASSWORD))
    assert made.returncode == 0, made.stderr
    building = caught_in_the_middle(site, site.worker, step=1)
    assert queued.hand_in().status == 302
    return Before(ready, urlsplit(link).path, building, queued)


def take(site: Site, folder: Path) -> Path:
    """A backup while owners go on filling in and handing in."""
    with owners_at_work(site, Tally(), count=1, seed=25):
        done = site.manage("backup", str(folder))
    assert done.returncode == 0, done.stderr
    return Path(done.stdout.strip())


@pytest.fixture(scope="module")
def restored(one_site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Restored]:
    one_site.mend()
    before = busy(one_site)
    backup = take(one_site, tmp_path_factory.mktemp("backups"))
    thaw(one_site.worker)

    def fill(site: Site) -> None:
        shutil.copy(one_site.paths.folder / "secret_key", site.paths.folder)
        for command in (["restore", str(backup)], ["migrate", "-v0"]):
            done = site.manage(*command)
            assert done.returncode == 0, done.stderr

    with whole_site(fill=fill) as site:
        yield Restored(before, backup, site)


def test_an_owner_goes_on(restored: Restored) -> None:
    """With the cookies of before, and by the private link in another browser."""
    same = replace(restored.before.ready, port=restored.site.port)
    assert same.result().status == 200
    assert same.get(f"{same.page}report-en.pdf").status == 200
    other = Owner(restored.site.port)
    assert other.get(f"{same.page}result/").status == 404
    assert other.get(restored.before.link).status == 200
    assert other.post(restored.before.link).status == 302
    assert other.get(f"{same.page}result/").status == 200


def test_an_officer_signs_in(restored: Restored) -> None:
    officer = Owner(restored.site.port)
    assert officer.get("/accounts/login/").status == 200
    assert officer.post("/accounts/login/", login=EMAIL, password=PASSWORD).status == 302
    assert officer.get("/admin/").status == 200


def test_open_jobs_end_once(restored: Restored) -> None:
    """The message of neither is there; what the worker had begun is done anew and its files are not doubled."""
    site, before = restored.site, restored.before
    references = [before.building, before.queued.reference]
    check_ready(site, references)
    for reference in [*references, before.ready.reference]:
        check_nothing_doubled(site, reference)
    assert site.report(before.building)["attempt"] > 1


def test_documents_print_the_same_bytes(restored: Restored) -> None:
    site = restored.site
    check_ready(site, [restored.before.queued.reference])
    done = subprocess.run(
        [sys.executable, "-m", prints_again.__name__], cwd=ROOT, capture_output=True, text=True, timeout=120,
        env={**os.environ, **site.web.environment},
    )
    count, *other = done.stdout.split() or ["0"]
    assert (int(count) >= 4, other) == (True, []), done.stderr


def prints(files: list[dict[str, Any]]) -> dict[tuple[str, ...], str]:
    """The checksum of each printed file, by what it is."""
    return {(file["language"], file["format"], file["programme"]): file["sha256"] for file in files}


def test_lost_and_damaged_files_are_made_again(restored: Restored) -> None:
    site, reference = restored.site, restored.before.ready.reference
    files = site.rows(FILES, reference)
    (site.reports / files[0]["name"]).unlink()
    (site.reports / files[1]["name"]).write_bytes(b"%PDF-1.7 half a fi")
    told = site.manage("check_files")
    assert (told.returncode, told.stdout.count("can be made again")) == (1, 2), told.stdout
    assert site.manage("check_files", "--make-again").returncode == 0
    until(lambda: site.report(reference)["attempt"] > 1, site.state)
    until(lambda: site.report(reference)["state"] == "ready", site.state)
    assert prints(site.rows(FILES, reference)) == prints(files)
    assert site.manage("check_files").returncode == 0


def test_only_into_what_is_empty(restored: Restored) -> None:
    refused = restored.site.manage("restore", str(restored.backup))
    assert (refused.returncode, "not empty" in refused.stderr) == (1, True), refused.stderr
