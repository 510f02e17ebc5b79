"""What a tree of processes has used, read from /proc."""

from __future__ import annotations

import os
from collections import defaultdict
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")


def _stat(pid: int) -> list[str]:
    """The fields of /proc/PID/stat from the state on; empty when the process is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def _tree(root: int) -> list[int]:
    children: dict[int, list[int]] = defaultdict(list)
    for entry in Path("/proc").glob("[0-9]*"):
        if fields := _stat(int(entry.name)):
            children[int(fields[1])].append(int(entry.name))
    found, waiting = [], [root]
    while waiting:
        pid = waiting.pop()
        found.append(pid)
        waiting.extend(children[pid])
    return found


def cpu_seconds(root: int) -> float:
    """Of the process and all under it, those included that have ended and were waited for."""
    return sum(sum(int(ticks) for ticks in _stat(pid)[11:15]) for pid in _tree(root)) / TICKS


def megabytes(root: int) -> float:
    """Memory of its own of the whole tree; what processes share is counted once, with the largest."""
    resident, shared = 0, 0
    for pid in _tree(root):
        try:
            fields = Path(f"/proc/{pid}/statm").read_text().split()
        except OSError:
            continue
        resident += int(fields[1]) - int(fields[2])
        shared = max(shared, int(fields[2]))
    return (resident + shared) * PAGE / 1e6
