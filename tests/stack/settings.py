"""The site's own settings, except that pages name style sheets without a manifest.

`collectstatic` writes into the source folder, where other test processes may be at work.
"""

from __future__ import annotations

from config.settings import *
from config.settings import STORAGES, _local

STORAGES = {
    **STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
STATIC_ROOT = _local.folder / "static"
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
