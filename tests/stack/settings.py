"""The site's own settings, except that pages name style sheets without a manifest, that some firms are trials
for the worker (traps.py), and that one process may be started with other values (STACK_SETTINGS).

`collectstatic` writes into the source folder, where other test processes may be at work.
"""

from __future__ import annotations

import json
import os

from config import env
from config.settings import *
from config.settings import CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT, INSTALLED_APPS, STORAGES, _local

STORAGES = {
    **STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
STATIC_ROOT = _local.folder / "static"
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
# A test of what happens after that time does not wait half a minute.
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = env.integer("SOFT_SHUTDOWN", CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT)
INSTALLED_APPS = [*INSTALLED_APPS, "tests.stack.traps.Traps"]
globals().update(json.loads(os.environ.get("STACK_SETTINGS", "{}")))
