"""Settings from the environment, loud when wrong.

Every variable may instead be given as NAME_FILE, the path of a file that holds the value
(for secrets mounted by the service manager). `.env.example` lists all names.
"""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

_YES_NO = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}


def text(name: str, default: str = "") -> str:
    """Value of NAME or the content of NAME_FILE, stripped; `default` when both are unset or empty."""
    path = os.environ.get(f"{name}_FILE", "")
    if path:
        try:
            return Path(path).read_text(encoding="utf-8").strip() or default
        except OSError as error:
            raise ImproperlyConfigured(f"{name}_FILE: {path} cannot be read: {error.strerror}") from error
    return os.environ.get(name, "").strip() or default


def required(name: str, hint: str) -> str:
    value = text(name)
    if not value:
        raise ImproperlyConfigured(f"{name} is not set. {hint}")
    return value


def flag(name: str, default: bool) -> bool:
    value = text(name).lower()
    if not value:
        return default
    if value not in _YES_NO:
        raise ImproperlyConfigured(f"{name}={value!r}: use one of {', '.join(_YES_NO)}")
    return _YES_NO[value]


def integer(name: str, default: int, *, minimum: int = 0) -> int:
    value = text(name)
    if not value:
        return default
    if not value.isdigit() or int(value) < minimum:
        raise ImproperlyConfigured(f"{name}={value!r}: use a whole number of at least {minimum}")
    return int(value)


def choice(name: str, default: str, allowed: tuple[str, ...]) -> str:
    value = text(name, default)
    if value not in allowed:
        raise ImproperlyConfigured(f"{name}={value!r}: use one of {', '.join(allowed)}")
    return value


def words(name: str) -> list[str]:
    return [part.strip() for part in text(name).split(",") if part.strip()]


def database(url: str) -> dict[str, object]:
    """Django's settings for one PostgreSQL address; the password never appears in an error."""
    parts = urlsplit(url)
    if parts.scheme not in ("postgresql", "postgres") or not parts.path.strip("/"):
        raise ImproperlyConfigured("DATABASE_URL: use postgresql://user:password@host:port/name")
    options = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    host = options.pop("host", "") or unquote(parts.hostname or "")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.strip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(parts.port or ""),
        "OPTIONS": options,
    }


def broker(url: str) -> str:
    """Celery's spelling of a Redis or Valkey address (a Unix socket is redis+socket://)."""
    if url.startswith("unix://"):
        return "redis+socket://" + url.removeprefix("unix://")
    if not url.startswith(("redis://", "rediss://")):
        raise ImproperlyConfigured("REDIS_URL: use redis://host:port/number, rediss:// or unix:///path")
    return url
