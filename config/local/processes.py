"""Child processes that never outlive their supervisor.

Each child leads its own process group and asks the kernel for a signal when the supervisor
dies (Linux), so that even a supervisor killed with SIGKILL leaves nothing behind.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


def _die_with_parent(signal_number: int) -> Callable[[], None]:
    parent = os.getpid()

    def prepare() -> None:
        _libc.prctl(PR_SET_PDEATHSIG, signal_number)
        if os.getppid() != parent:  # the supervisor died before the line above
            os._exit(1)

    return prepare


class ServerFault(RuntimeError):
    """A server that does not come up or does not stay up; the message is for the person at the terminal."""


def last_lines(path: Path, count: int = 8) -> str:
    """The end of a log file, indented, or nothing."""
    if not path.exists():
        return ""
    lines = path.read_text(errors="replace").splitlines()[-count:]
    return "".join(f"\n    {line}" for line in lines)


@dataclass
class Child:
    """One supervised process. `stop_signal` asks it to end, SIGKILL to its group follows."""

    name: str
    command: Sequence[str]
    log: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    stop_signal: int = signal.SIGTERM
    patience: float = 15.0
    user: int | None = None
    folder: Path | None = None  # where it works; None: where we are
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                list(self.command),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                cwd=self.folder,
                env={**os.environ, **self.environment},
                preexec_fn=_die_with_parent(self.stop_signal),
                user=self.user,
                group=self.user,
                extra_groups=None if self.user is None else [],
            )

    @property
    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def ask_to_stop(self) -> None:
        if self.running:
            assert self.process is not None
            with suppress(ProcessLookupError):
                self.process.send_signal(self.stop_signal)

    def wait_until_stopped(self) -> None:
        """Wait, then end whatever is left of the process group."""
        if self.process is None:
            return
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(self.patience)
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.process = None

    def stop(self) -> None:
        self.ask_to_stop()
        self.wait_until_stopped()


def wait_for(ready: Callable[[], bool], child: Child, seconds: float = 30.0) -> None:
    """Wait until `ready()`; raises ServerFault with the end of the log when the child dies or takes too long."""
    deadline = time.monotonic() + seconds
    while not ready():
        if not child.running:
            raise ServerFault(f"{child.name} did not start. The end of {child.log}:{last_lines(child.log)}")
        if time.monotonic() > deadline:
            raise ServerFault(
                f"{child.name} did not answer in {seconds:.0f} s. The end of {child.log}:{last_lines(child.log)}"
            )
        time.sleep(0.05)
