"""`make drill`: restore a backup on this computer, with servers of its own, and start the site on it.

Nothing of the running site is touched: database, empty broker, files and processes live in a folder that goes away.
Without a backup one is taken from the site of `make run` first.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

import psycopg

from config.local.paths import LocalPaths
from config.local.processes import ServerFault, wait_for
from config.local.run import answers, free_port, manage, say, site_children
from config.local.servers import lock, servers

OPEN_JOBS = """
SELECT state FROM recommendations_report WHERE state IN ('queued', 'building')
UNION ALL SELECT state FROM recommendations_plan WHERE state IN ('queued', 'building')
UNION ALL SELECT state FROM recommendations_officerfile WHERE state IN ('queued', 'building')
"""
# Of the site that was backed up, if this computer has them: the drill must not reach it, and must mail nobody.
ELSEWHERE = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "REPORT_ROOT", "EMAIL_HOST", "ERROR_HOOK")
PATIENCE = 600.0  # seconds for the jobs that were open when the backup was taken


def chosen_or_new(backup: str) -> Path:
    """The backup named; or a new one of the site of `make run`, whose servers are started if it is not running."""
    if backup:
        return Path(backup).resolve()
    paths = LocalPaths.from_environment()
    try:
        with lock(paths), servers(paths, say):
            return _taken(paths)
    except ServerFault:
        return _taken(paths)  # it is running


def _taken(paths: LocalPaths) -> Path:
    return Path(manage("backup", str(paths.folder / "backups")).strip())


def drill(backup: str) -> int:
    try:
        _restore(chosen_or_new(backup))
    except ServerFault as fault:
        say(f"The drill FAILED. {fault}")
        return 1
    say("The drill went well: equal to what was dumped, every file there, the site answers, no job is left open.")
    return 0


def _restore(backup: Path) -> None:
    say(f"Restoring {backup} ...")
    paths = LocalPaths(Path(tempfile.mkdtemp(prefix="chain-drill-")))
    for name in ELSEWHERE:
        os.environ.pop(name, None)
        os.environ.pop(f"{name}_FILE", None)
    os.environ["VAR_DIR"] = str(paths.folder)
    try:
        with servers(paths, say):
            say(manage("restore", str(backup)).strip())
            manage("migrate", "--noinput", "-v0")
            _serve(paths)
    finally:
        shutil.rmtree(paths.folder, ignore_errors=True)


def _serve(paths: LocalPaths) -> None:
    """Start the site, have lost files printed again, and wait until nothing is left to be done."""
    port = free_port()
    children = site_children(paths, port)
    try:
        for child in children:
            child.start()
        wait_for(answers(port), children[0], seconds=60)
        manage("check_files", "--make-again")
        _wait_for_jobs(paths)
        say(manage("check_files").strip() or "Every file that the database names is there.")
    finally:
        for child in children:
            child.ask_to_stop()
        for child in children:
            child.wait_until_stopped()


def _wait_for_jobs(paths: LocalPaths) -> None:
    deadline = time.monotonic() + PATIENCE
    with psycopg.connect(paths.database_url, autocommit=True) as opened:
        while opened.execute(OPEN_JOBS).fetchone():
            if time.monotonic() > deadline:
                raise ServerFault("Jobs that were open when the backup was taken are still not made.")
            time.sleep(0.5)


if __name__ == "__main__":
    sys.exit(drill(sys.argv[1] if sys.argv[1:] else ""))
