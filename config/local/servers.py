"""The two servers together, with one user per data folder."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from config.local.paths import LocalPaths
from config.local.postgres import postgres, start_postgres
from config.local.processes import Child, ServerFault
from config.local.valkey import start_valkey, valkey

Say = Callable[[str], None]


@contextmanager
def lock(paths: LocalPaths) -> Iterator[None]:
    """Only one run may use a data folder at a time; raises ServerFault otherwise."""
    try:
        paths.folder.mkdir(parents=True, exist_ok=True)
        file = (paths.folder / "lock").open("a+")
    except OSError as error:
        raise ServerFault(
            f"{paths.folder} cannot be written to ({error.strerror}). Choose another folder: VAR_DIR=/path make run"
        ) from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise ServerFault(
                f"This installation is running already (process {file.read().strip() or 'unknown'}). "
                "Stop it with Ctrl-C there, or run a second one with its own folder and port: "
                "VAR_DIR=/path make run PORT=8001"
            ) from None
        file.seek(0)
        file.truncate()
        file.write(str(os.getpid()))
        file.flush()
        yield


@dataclass
class Servers:
    """The children; None where an address was given from outside."""

    postgres: Child | None
    valkey: Child | None

    @property
    def children(self) -> list[Child]:
        return [child for child in (self.postgres, self.valkey) if child is not None]


@contextmanager
def servers(
    paths: LocalPaths, say: Say, *, fast: bool = False, wanted: tuple[str, ...] = ("postgres", "valkey")
) -> Iterator[Servers]:
    """Start the wanted servers, and stop them at the end, however it comes."""
    running = Servers(
        postgres=postgres(paths, fast=fast) if "postgres" in wanted else None,
        valkey=valkey(paths) if "valkey" in wanted else None,
    )
    try:
        if running.postgres is not None:
            start_postgres(running.postgres, paths, say)
        if running.valkey is not None:
            start_valkey(running.valkey, paths)
        yield running
    finally:
        for child in reversed(running.children):
            child.stop()
