"""The site under load: its own settings, static files as in production but outside the source folder, and no limit
on what one address may ask, since all load comes from one."""

from __future__ import annotations

import os

from config.settings import *
from config.settings import DATABASES, STORAGES, _local

STORAGES = {
    **STORAGES, "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
STATIC_ROOT = _local.folder / "static"
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
ACCOUNT_RATE_LIMITS = False
if os.environ.get("LOAD_POOL"):
    DATABASES["default"]["CONN_MAX_AGE"] = 0
    DATABASES["default"]["OPTIONS"]["pool"] = {"min_size": 1, "max_size": int(os.environ["LOAD_POOL"])}  # type: ignore[index]
