"""A ZIP an officer asked for: the worker dies in the middle of it, the broker is down, the disk is full."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from config.local.paths import ROOT
from tests.stack import asks_for_reports
from tests.stack.checks import FILES, check_ready
from tests.stack.owner import Owner
from tests.stack.site import Site, kill, no_space_for_files, until


@pytest.fixture
def references(site: Site) -> list[str]:
    """Two firms whose reports are ready."""
    found = []
    for _ in range(2):
        owner = Owner(site.port)
        owner.fill_in()
        assert owner.hand_in().status == 302
        found.append(owner.reference)
    check_ready(site, found)
    return found


def ask(site: Site, references: list[str]) -> int:
    """The number of the file an officer asked for."""
    done = subprocess.run(
        [sys.executable, "-m", asks_for_reports.__name__, *references], cwd=ROOT, capture_output=True, text=True,
        env={**os.environ, **site.web.environment}, timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


def row(site: Site, file: int) -> dict[str, Any]:
    (found,) = site.rows("SELECT * FROM recommendations_officerfile WHERE id = %s", file)
    return found


def on_disk(site: Site, file: int) -> set[str]:
    return {str(path.relative_to(site.reports)) for path in site.reports.glob(f"officer-files/{file}/*")}


def check_made(site: Site, file: int, references: list[str]) -> dict[str, Any]:
    """Ready, whole, with every firm in it, stored and logged once."""
    until(lambda: row(site, file)["state"] in ("ready", "failed"), lambda: f"{row(site, file)}{site.state()}")
    made = row(site, file)
    assert made["state"] == "ready", made["error"]
    data = (site.reports / made["name"]).read_bytes()
    assert (len(data), sha256(data).hexdigest()) == (made["size"], made["sha256"])
    with zipfile.ZipFile(site.reports / made["name"]) as archive:
        assert archive.testzip() is None
        assert len(archive.namelist()) == len(references) + 1
        assert all(any(reference in name for name in archive.namelist()) for reference in references)
    until(lambda: on_disk(site, file) == {made["name"]}, lambda: str(on_disk(site, file)), seconds=20)
    ready = site.rows(
        "SELECT 1 FROM clusters_auditevent WHERE kind = 'file_ready' AND (detail->>'file')::int = %s", file
    )
    assert len(ready) == 1
    return made


@contextmanager
def worker_waits_at(path: Path) -> Iterator[None]:
    """Whoever opens the stored file waits for ever, as on a network disk that hangs."""
    away = path.with_suffix(".away")
    path.rename(away)
    os.mkfifo(path)
    try:
        yield
    finally:
        path.unlink()
        away.rename(path)


def test_killed_in_the_middle(site: Site, references: list[str]) -> None:
    (name,) = [
        file["name"] for file in site.rows(FILES, references[1])
        if (file["kind"], file["language"], file["format"]) == ("report", "zh-hans", "pdf")
    ]
    with worker_waits_at(site.reports / name):
        file = ask(site, references)
        until(lambda: row(site, file)["done"] == 1, lambda: f"{row(site, file)}{site.state()}")
        kill(site.worker)
    cut_off = row(site, file)
    assert (cut_off["state"], cut_off["attempt"]) == ("building", 1)
    assert len(on_disk(site, file)) == 1
    site.worker.start()
    assert check_made(site, file, references)["attempt"] > 1


def test_asked_for_without_a_broker(site: Site, references: list[str]) -> None:
    kill(site.valkey)
    file = ask(site, references)
    assert row(site, file)["state"] == "queued"
    site.start_valkey()
    check_made(site, file, references)


def test_no_space_and_then_space(site: Site, references: list[str]) -> None:
    with no_space_for_files(site.worker):
        file = ask(site, references)
        until(lambda: row(site, file)["error"], lambda: f"{row(site, file)}{site.state()}")
        assert "File too large" in row(site, file)["error"]
    assert check_made(site, file, references)["error"] == ""
