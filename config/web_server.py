"""How gunicorn serves the site (`gunicorn -c python:config.web_server config.wsgi`).

Worker processes and threads were chosen by measurement: docs/operations.md. Requests are logged by the site
itself (config/logs.py), never with their paths.
"""

from __future__ import annotations

import os
from typing import Any

bind = os.environ.get("WEB_BIND", "127.0.0.1:8000")
workers = int(os.environ.get("WEB_WORKERS", "2"))
threads = int(os.environ.get("WEB_THREADS", "4"))
worker_class = "gthread"
timeout = 60
keepalive = 75  # longer than a proxy keeps its line (nginx: 60 s): whoever closes first must not be the one asked next
graceful_timeout = 20  # requests under way are finished before the process ends
max_requests = 20_000  # a slow leak in a library never grows for weeks
max_requests_jitter = 2_000
control_socket_disable = True


def child_exit(server: Any, worker: Any) -> None:
    """The counts of an ended process are added to those of its sisters (config/metrics.py)."""
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        from prometheus_client.multiprocess import mark_process_dead

        mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]
