"""The tripwires of the test run (the servers are started by run_servers.py).

Warnings are errors, the network is closed except loopback and Unix sockets,
undefined variables in our own templates fail, the language is reset after every test.
"""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from xdist.scheduler import LoadScopeScheduling

hypothesis_settings.register_profile(
    "default",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    derandomize=bool(os.environ.get("CI")),
)
hypothesis_settings.load_profile("default")


@pytest.fixture(autouse=True)
def closed_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only loopback and Unix sockets may be connected to."""
    real = socket.socket.connect

    def connect(self: socket.socket, address: Any) -> None:
        if isinstance(address, tuple) and address[0] not in ("127.0.0.1", "::1", "localhost"):
            raise AssertionError(f"a test tried to reach {address}")
        real(self, address)

    monkeypatch.setattr(socket.socket, "connect", connect)


@pytest.fixture(autouse=True)
def bell_that_was_always_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    """A broker that was away in one test is asked again in the next."""
    from clusters.bell import BELL

    monkeypatch.setattr(BELL, "quiet_until", None)


@pytest.fixture(autouse=True)
def first_language() -> Iterator[None]:
    from django.utils import translation

    with translation.override("zh-hans"):
        yield


@pytest.fixture(autouse=True)
def quick_passwords(settings: Any) -> None:
    """How long a password is thought about is tested in test_security_level2.py and nowhere else."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def private_storage(tmp_path: Path, settings: Any) -> None:
    """Printed files of a test go to its own folder."""
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path / "reports"},
        },
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


class UndefinedVariable(str):
    """Stands for a variable a template of ours used without its being there."""

    def __contains__(self, key: object) -> bool:
        return key == "%s"

    def __mod__(self, missing: object) -> str:
        raise AssertionError(f"undefined template variable: {missing}")


OURS = ("diagnosis/", "recommendations/", "includes/", "base.html", "error.html")


@pytest.fixture(autouse=True)
def undefined_variables_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    """In our own templates; Django's admin relies on undefined variables being empty."""
    from django.template import base

    real = base.FilterExpression.resolve
    trap = UndefinedVariable("%s")

    def resolve(self: Any, context: Any, ignore_failures: bool = False) -> Any:
        template = getattr(context, "template", None)
        render = getattr(context, "render_context", None)
        current = getattr(render, "template", None) or template
        name = getattr(current, "name", "") or ""
        engine = getattr(template, "engine", None)
        if ignore_failures or engine is None or not name.startswith(OURS):
            return real(self, context, ignore_failures)
        before, engine.string_if_invalid = engine.string_if_invalid, trap
        try:
            return real(self, context, ignore_failures)
        finally:
            engine.string_if_invalid = before

    monkeypatch.setattr(base.FilterExpression, "resolve", resolve)


class ByFolder(LoadScopeScheduling):
    """Tests that share something costly go to one worker of pytest-xdist: those of a whole site, and those of one
    slice of the thousand firms. The largest group first. By path: xdist 3.8 loses its group marks with pytest 9."""

    TOGETHER = re.compile(
        r"tests/browser/|tests/stack/|tests/test_local_servers\.py|.*/test_thousand_firms\.py::.*?(?<=[\[-])(?P<slice>\d+)"
    )

    def _split_scope(self, nodeid: str) -> str:
        shared = self.TOGETHER.match(nodeid)
        return f"firms {shared['slice']}" if shared and shared["slice"] else shared[0] if shared else nodeid


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByFolder:
    return ByFolder(config, log)
