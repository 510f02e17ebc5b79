"""Files for officers: asked for in a process of its own, and looked at when they are made."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from hashlib import sha256
from typing import Any

from config.local.paths import ROOT
from tests.stack import asks_for_reports
from tests.stack.site import Site, until


def ask(site: Site, references: list[str]) -> int:
    """The number of the file an officer asked for."""
    done = subprocess.run(
        [sys.executable, "-m", asks_for_reports.__name__, *references], cwd=ROOT, capture_output=True, text=True,
        env={**os.environ, **site.web.environment}, timeout=120,
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
