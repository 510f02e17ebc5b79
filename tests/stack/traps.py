"""Firms whose reports try the worker that prints them, by a word in their name.

Installed by the settings of these tests only; the product knows nothing of it.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import typst
from django.apps import AppConfig

KILLS, NEVER_ENDS, WAITS = "夺命", "无尽", "等候"
FILE = "traps"  # in VAR_DIR; the traps are open while it is there
ENDLESS = b"#for i in range(100000) { for j in range(100000) {} }"  # hours of work for the typesetter


def _open() -> bool:
    return (Path(os.environ["VAR_DIR"]) / FILE).exists()


def _kill() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _never_end() -> None:
    typst.compile(ENDLESS, format="pdf")


def _wait() -> None:
    while _open():
        time.sleep(0.02)


TRAPS = {KILLS: _kill, NEVER_ENDS: _never_end, WAITS: _wait}


class Traps(AppConfig):
    name, label = "tests.stack", "traps"
    path = str(Path(__file__).parent)

    def ready(self) -> None:
        from recommendations import actions

        print_file = actions.print_file

        def print_or_fall(document: Mapping[str, Any], wanted: Any) -> Any:
            for word, trap in TRAPS.items():
                if word in document["company"]["name"] and _open():
                    trap()
            return print_file(document, wanted)

        actions.print_file = print_or_fall
