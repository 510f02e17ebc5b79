"""The files in deploy/ run the same programs as `make run`, and name only what exists."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings
from django.core.management import get_commands

from config import web_server
from config.local.paths import ROOT, LocalPaths
from config.local.run import site_children

DEPLOY = ROOT / "deploy"
BACKUP = DEPLOY / "chain-backup.service"
UNITS = sorted(set(DEPLOY.glob("*.service")) - {BACKUP})
ANALYZE = shutil.which("systemd-analyze")
needs_systemd = pytest.mark.skipif(not ANALYZE, reason="systemd-analyze is not installed (Debian: systemd)")
# Said differently on a server than at home: where it listens, where its files lie, and who works for which queue.
PLACES = re.compile(r"--bind \S+|-s \S+|-n \S+|-Q \S+|--concurrency \d+|/opt/chain/\.venv/bin/")
QUEUE = re.compile(r"-Q (\S+)")


def program(command: str) -> str:
    """A command without its places."""
    return " ".join(PLACES.sub("", command).split())


def started(unit: Path) -> str:
    (command,) = re.findall(r"^ExecStart=(.*)$", unit.read_text(), re.MULTILINE)
    return str(command)


def at_home() -> dict[str, str]:
    web, worker, beat = site_children(LocalPaths(Path("/home")), 8000)
    started = {"web": web, "worker": worker, "beat": beat}
    return {name: program(" ".join(["python", *child.command[1:]])) for name, child in started.items()}


def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    return found["services"]


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_units_run_what_make_run_runs(unit: Path) -> None:
    assert program(started(unit)) == at_home()[unit.stem.split("-")[1]]


@pytest.mark.parametrize("name", ["worker", "worker-slow", "beat"])
def test_compose_runs_what_make_run_runs(name: str) -> None:
    assert program(" ".join(compose()[name]["command"])) == at_home()[name.split("-")[0]]


def test_every_queue_has_a_worker_of_its_own() -> None:
    """At home one worker takes from all of them; on a server none takes from two."""
    units = [QUEUE.findall(started(unit)) for unit in UNITS]
    services = [QUEUE.findall(" ".join(service.get("command", []))) for service in compose().values()]
    at_hand = [QUEUE.findall(" ".join(child.command)) for child in site_children(LocalPaths(Path("/home")), 8000)]
    wanted = sorted([queue.name] for queue in settings.CELERY_TASK_QUEUES)
    assert sorted(filter(None, units)) == wanted
    assert sorted(filter(None, services)) == wanted
    assert not any(at_hand)


def test_the_image_serves_as_make_run_does() -> None:
    (command,) = re.findall(r"^CMD \[(.*)\]$", (DEPLOY / "Containerfile").read_text(), re.MULTILINE)
    assert program(" ".join(re.findall(r'"([^"]+)"', command))) == at_home()["web"]


def test_the_worker_may_end_its_job_before_it_is_killed() -> None:
    """Celery waits so long for the job under way; the service manager must wait longer."""
    needed = settings.CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT
    for name in ("worker", "worker-slow"):
        unit = (DEPLOY / f"chain-{name}.service").read_text()
        (seconds,) = re.findall(r"^TimeoutStopSec=(\d+)$", unit, re.MULTILINE)
        assert int(seconds) > needed
        assert int(compose()[name]["stop_grace_period"].removesuffix("s")) > needed


def test_one_clock_only() -> None:
    assert sum("beat" in " ".join(service.get("command", [])) for service in compose().values()) == 1


def test_the_backup_is_a_command_there_is() -> None:
    (words,) = re.findall(r"^ExecStart=\S+ manage\.py (\w+) (\S+)", BACKUP.read_text(), re.MULTILINE)
    assert words[0] in get_commands()
    assert f"ReadWritePaths={words[1]}\n" in BACKUP.read_text()
    assert "UMask=0077\n" in BACKUP.read_text()


def test_the_port_is_the_one_the_proxy_leads_to() -> None:
    (port,) = re.findall(r"^ListenStream=(\S+)$", (DEPLOY / "chain-web.socket").read_text(), re.MULTILINE)
    assert f"server {port} " in (DEPLOY / "nginx.conf").read_text()
    assert f"WEB_BIND={port}\n" in (ROOT / ".env.example").read_text()


@needs_systemd
def test_systemd_understands_the_units(tmp_path: Path) -> None:
    """Every unit and every setting in it; the program's place is put in, since /opt/chain is not on this machine."""
    for path in DEPLOY.glob("chain-*"):
        text = path.read_text().replace("/opt/chain/.venv/bin/python", sys.executable)
        (tmp_path / path.name).write_text(text)
    copies = sorted(str(path) for path in tmp_path.iterdir())
    done = subprocess.run([str(ANALYZE), "verify", "--man=no", *copies], capture_output=True, text=True)
    ours = [line for line in done.stderr.splitlines() if str(tmp_path) in line or "chain-" in line]
    assert len(copies) >= 6
    assert ours == []


@needs_systemd
@pytest.mark.parametrize("unit", [*UNITS, BACKUP], ids=lambda unit: unit.stem)
def test_units_are_closed(unit: Path) -> None:
    """systemd's own measure of exposure, from 0 (closed) to 10; 2.5 and less it calls OK."""
    done = subprocess.run(
        [str(ANALYZE), "security", "--offline=yes", "--threshold=25", "--no-pager", str(unit)], capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-300:]


def test_the_proxy_drops_an_idle_line_before_the_web_server_does() -> None:
    """Else a post goes out on a line that is just being closed, and nobody sends a post twice."""
    (seconds,) = re.findall(r"keepalive_timeout (\d+)s;  # shorter", (DEPLOY / "nginx.conf").read_text())
    assert int(seconds) < web_server.keepalive
