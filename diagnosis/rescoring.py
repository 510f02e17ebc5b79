"""What the present content would make of the diagnoses that are handed in. Nothing is written.

A stored diagnosis never changes (docs/adr/0003-frozen-document.md). Before new content is put to use its authors
want to know for how many firms it would read differently; and the same answers with the same content must read the
same for ever, which can be tried at any time.

`type`, `stage` and `distance` are what an owner reads first, `details` everything else of the verdict but the scores
of needs, which also depend on the support programmes of the day.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from diagnosis.content import diagnose_answers
from diagnosis.domain.answers import Answers
from diagnosis.models import OUT_OF_SIGHT, Submission
from diagnosis.side_by_side import results

FIRST_READ: Final = ("type", "stage", "distance")
PARTS: Final = (*FIRST_READ, "details")
NOT_COMPARED: Final = (*FIRST_READ, "needs", "content_version")
BATCH: Final = 1000
NAMED: Final = 1000  # references kept, of those that read differently
COLUMNS: Final = ("pk", "reference", "cluster", "type", "stage", "distance", "answers", "verdict")

Row = tuple[Any, ...]  # the values of COLUMNS


class CannotBeRead(Exception):
    """The present content cannot read stored answers; the message names whose."""


@dataclass
class Tally:
    """Diagnoses read and those that would read differently; `moves` counts from which type to which."""

    read: Counter[str] = field(default_factory=Counter)  # by cluster
    changed: Counter[str] = field(default_factory=Counter)  # by cluster
    parts: Counter[str] = field(default_factory=Counter)
    moves: Counter[tuple[str, str]] = field(default_factory=Counter)
    first: list[str] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        for name in ("read", "changed", "parts", "moves"):
            getattr(self, name).update(getattr(other, name))
        self.first = (self.first + other.first)[:NAMED]


def rescore(*, content_version: str = "", processes: int = 0, batch: int = BATCH) -> Iterator[Tally]:
    """Read all diagnoses, or those made with one content version; yields the tally so far after each batch.

    Raises CannotBeRead.
    """
    tally = Tally()
    with results(read, _batches(content_version, batch), processes=processes) as tallies:
        for one in tallies:
            tally.add(one)
            yield tally


def _batches(content_version: str, size: int) -> Iterator[list[Row]]:
    """In the order of their numbers; what is handed in meanwhile may come along."""
    rows = Submission.objects.exclude(state__in=OUT_OF_SIGHT).order_by("pk").values_list(*COLUMNS)
    if content_version:
        rows = rows.filter(content_version=content_version)
    last = 0
    while batch := list(rows.filter(pk__gt=last)[:size]):
        last = batch[-1][0]
        yield batch


def read(rows: Sequence[Row]) -> Tally:
    """One batch under the present content."""
    tally = Tally()
    for _, reference, cluster, *kept, answers, verdict in rows:
        now = _verdict_now(reference, answers)
        changed = [part for part, before in zip(FIRST_READ, kept, strict=True) if now[part] != before]
        if _details(now) != _details(verdict):
            changed.append("details")
        tally.read[cluster] += 1
        if changed:
            tally.changed[cluster] += 1
            tally.first.append(reference)
            tally.parts.update(changed)
        if "type" in changed:
            tally.moves[kept[0], now["type"]] += 1
    return tally


def _verdict_now(reference: str, answers: dict[str, Any]) -> dict[str, Any]:
    """The verdict as the database would give it back."""
    try:
        verdict = diagnose_answers(Answers.from_json(answers)).to_dict()
    except Exception as error:
        raise CannotBeRead(f"{reference}: {type(error).__name__}: {error}") from error
    now: dict[str, Any] = json.loads(json.dumps(verdict))
    return now


def _details(verdict: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in verdict.items() if key not in NOT_COMPARED}
