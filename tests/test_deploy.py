"""The files in deploy/ run the same programs as `make run`, and name only what exists."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings

from config.local.paths import ROOT, LocalPaths
from config.local.run import site_children

DEPLOY = ROOT / "deploy"
UNITS = sorted(DEPLOY.glob("*.service"))
# Said differently on a server than at home: where it listens and where its files lie.
PLACES = re.compile(r"--bind \S+|-s \S+|/opt/chain/\.venv/bin/")


def program(command: str) -> str:
    """A command without its places."""
    return " ".join(PLACES.sub("", command).split())


def at_home() -> dict[str, str]:
    web, worker, beat = site_children(LocalPaths(Path("/home")), 8000)
    started = {"web": web, "worker": worker, "beat": beat}
    return {name: program(" ".join(["python", *child.command[1:]])) for name, child in started.items()}


def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    return found["services"]


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_units_run_what_make_run_runs(unit: Path) -> None:
    (command,) = re.findall(r"^ExecStart=(.*)$", unit.read_text(), re.MULTILINE)
    assert program(command) == at_home()[unit.stem.removeprefix("chain-")]


@pytest.mark.parametrize("name", ["worker", "beat"])
def test_compose_runs_what_make_run_runs(name: str) -> None:
    assert program(" ".join(compose()[name]["command"])) == at_home()[name]


def test_the_image_serves_as_make_run_does() -> None:
    (command,) = re.findall(r"^CMD \[(.*)\]$", (DEPLOY / "Containerfile").read_text(), re.MULTILINE)
    assert program(" ".join(re.findall(r'"([^"]+)"', command))) == at_home()["web"]


def test_the_worker_may_end_its_job_before_it_is_killed() -> None:
    """Celery waits so long for the job under way; the service manager must wait longer."""
    needed = settings.CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT
    (seconds,) = re.findall(r"^TimeoutStopSec=(\d+)$", (DEPLOY / "chain-worker.service").read_text(), re.MULTILINE)
    assert int(seconds) > needed
    assert int(compose()["worker"]["stop_grace_period"].removesuffix("s")) > needed


def test_one_clock_only() -> None:
    assert sum("beat" in " ".join(service.get("command", [])) for service in compose().values()) == 1
