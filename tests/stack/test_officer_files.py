"""A ZIP an officer asked for: the worker dies in the middle of it, the broker is down, the disk is full."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.stack.checks import FILES, check_ready
from tests.stack.officer_files import ask, check_made, on_disk, row
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
    assert cut_off["state"] == "building"
    assert on_disk(site, file)
    site.worker.start()
    assert check_made(site, file, references)["attempt"] > cut_off["attempt"]


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
