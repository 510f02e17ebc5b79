"""Pytest plugin (named in pyproject.toml): one real PostgreSQL and Valkey for the whole run.

It is a plugin because the servers must be there before pytest-django reads the settings,
which happens before any conftest. Workers of pytest-xdist inherit VAR_DIR.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import ExitStack
from pathlib import Path

import pytest

_stack = ExitStack()
_CLEARED = (
    "DATABASE_URL", "REDIS_URL", "SECRET_KEY", "ALLOWED_HOSTS", "HTTPS", "OFFICERS_NEED_TOTP", "REPORT_ROOT",
    "ADDRESS_LIMIT", "LINK_DAYS",
)


def _start_servers() -> None:
    """PostgreSQL and Valkey for this run, in a folder that goes away with it."""
    from config.local.paths import LocalPaths
    from config.local.servers import servers
    from config.translations import compile_all

    compile_all()
    (Path(__file__).parent.parent / "static_collected").mkdir(exist_ok=True)  # WhiteNoise warns without it
    folder = Path(tempfile.mkdtemp(prefix="chain-tests-"))
    _stack.callback(shutil.rmtree, folder, ignore_errors=True)
    os.environ["VAR_DIR"] = str(folder)
    for name in _CLEARED:
        os.environ.pop(name, None)
    _stack.enter_context(servers(LocalPaths.from_environment(), print, fast=True))


if "PYTEST_XDIST_WORKER" not in os.environ and not os.environ.get("TEST_SERVERS_RUNNING"):
    os.environ["TEST_SERVERS_RUNNING"] = "1"
    _start_servers()


def pytest_unconfigure(config: pytest.Config) -> None:
    _stack.close()
