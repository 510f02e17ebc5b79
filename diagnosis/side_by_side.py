"""Work cut into parts and done by several processes, in order and never more than a few parts ahead."""

from __future__ import annotations

import multiprocessing
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Final, TypeVar

import django

AHEAD: Final = 3  # parts done beyond the one that is asked for
Part = TypeVar("Part")
Result = TypeVar("Result")


@contextmanager
def results(
    work: Callable[[Part], Result], parts: Iterable[Part], *, processes: int
) -> Iterator[Iterable[Result]]:
    """What `work` makes of each part; with 0 processes in this one. Memory holds a few parts, however many."""
    if processes < 1:
        yield (work(part) for part in parts)
        return
    with multiprocessing.get_context("spawn").Pool(processes, initializer=django.setup) as pool:
        yield _a_few_ahead(pool, work, parts, AHEAD + processes - 1)


def _a_few_ahead(
    pool: Any, work: Callable[[Part], Result], parts: Iterable[Part], ahead: int
) -> Iterator[Result]:
    waiting: deque[Any] = deque()
    for part in parts:
        waiting.append(pool.apply_async(work, (part,)))
        if len(waiting) > ahead:
            yield waiting.popleft().get()
    while waiting:
        yield waiting.popleft().get()
