"""Unsafe or wrong settings are refused with a line that says what to do."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
GOOD = {
    "SECRET_KEY": "k" * 60,
    "ALLOWED_HOSTS": "diagnosis.example.org",
    "DATABASE_URL": "postgresql://user:pass@db/chain",
    "REDIS_URL": "redis://queue:6379/0",
}


def load(tmp_path: Path, show: str = "''", **environment: str) -> subprocess.CompletedProcess[str]:
    """Import the settings in a process of its own and print `show`."""
    clean = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "VAR_DIR": str(tmp_path / "var"), **environment}
    code = f"import django; from django.conf import settings as s; s.DEBUG; print({show})"
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env={**clean, "DJANGO_SETTINGS_MODULE": "config.settings"},
    )


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY is not set"),
        ({"SECRET_KEY": "short"}, "shorter than 50"),
        ({"ALLOWED_HOSTS": ""}, "ALLOWED_HOSTS must name"),
        ({"ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS must name"),
        ({"DEBUG": "yes"}, "local installation only"),
        ({"DEBUG": "perhaps"}, "DEBUG='perhaps'"),
        ({"DATABASE_URL": "mysql://x/y"}, "DATABASE_URL: use postgresql://"),
        ({"REDIS_URL": "amqp://x"}, "REDIS_URL: use redis://"),
        ({"REDIS_URL": ""}, "REDIS_URL is not set"),
        ({"REPORT_LEASE_SECONDS": "soon"}, "REPORT_LEASE_SECONDS='soon'"),
        ({"SECRET_KEY": "", "SECRET_KEY_FILE": "/does/not/exist"}, "SECRET_KEY_FILE"),
    ],
)
def test_production_refuses(tmp_path: Path, change: dict[str, str], said: str) -> None:
    done = load(tmp_path, **{**GOOD, **change})
    assert done.returncode != 0
    assert said in done.stderr.splitlines()[-1]
    assert "pass@" not in done.stderr


def test_production_is_strict(tmp_path: Path) -> None:
    show = "s.DEBUG, s.SECURE_SSL_REDIRECT, s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_NAME, s.OFFICERS_NEED_TOTP, s.LOCAL"
    done = load(tmp_path, show, **GOOD)
    assert done.stdout.split("\n")[0] == "False True True __Host-csrf True False", done.stderr


def test_local_needs_nothing_and_serves_loopback_only(tmp_path: Path) -> None:
    done = load(tmp_path, "s.DEBUG, s.ALLOWED_HOSTS, len(s.SECRET_KEY) > 50")
    assert done.stdout.strip() == "False ['localhost', '127.0.0.1', '[::1]'] True", done.stderr
    key = tmp_path / "var" / "secret_key"
    assert key.stat().st_mode & 0o777 == 0o600


def test_secrets_from_files(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text("f" * 64 + "\n")
    done = load(tmp_path, "s.SECRET_KEY", **{**GOOD, "SECRET_KEY": "", "SECRET_KEY_FILE": str(file)})
    assert done.stdout.strip() == "f" * 64
