"""Jobs that print the files of one submission: its report, an owner's plan."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from clusters.models import User
from diagnosis.actions import log
from diagnosis.models import EventKind
from recommendations.jobs import Attempt, JobKind, Made, Moment
from recommendations.models import PrintJob
from recommendations.printing import PRINTS, Print, Printed, leftovers

STEPS = 1 + len(PRINTS)  # the document, then each file of the report; its application sheets belong to the last

Document = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class PrintKind(JobKind):
    """`document` gives what is to be printed, `prints` which files there are to be, `file` prints and stores
    one of them; `ready`, `failed` and `retried` are its events."""

    model: type[PrintJob]
    document: Callable[[Any], Document]
    file: Callable[[Any, Document, Print], Printed]
    prints: Callable[[Document], tuple[Print, ...]]
    ready: EventKind
    failed: EventKind
    retried: EventKind

    def load(self, pk: int) -> Any:
        return self.rows.select_related("submission").get(pk=pk)

    def make(self, attempt: Attempt) -> Made:
        document = self.document(attempt.job)
        attempt.progress(step=1)
        printed: list[Printed] = []
        for number, wanted in enumerate(self.prints(document), start=2):
            printed.append(self.file(attempt.job, document, wanted))
            attempt.stored.append(printed[-1].name)
            attempt.progress(step=min(number, STEPS))
        return Made(columns={"document": document}, keep=partial(_keep, attempt.job, printed))

    def named(self, job: PrintJob) -> set[str]:
        return set(job.files.values_list("name", flat=True))

    def leftovers(self, job: PrintJob) -> list[str]:
        return leftovers(job)

    def log(self, job: PrintJob, moment: Moment, *, by: User | None, **detail: Any) -> None:
        event = {Moment.READY: self.ready, Moment.FAILED: self.failed, Moment.RETRIED: self.retried}[moment]
        log(job.submission, event, by=by, **detail, **job.event_detail)


def _keep(job: PrintJob, printed: Sequence[Printed]) -> None:
    job.current_files().delete()
    job.files.bulk_create([file.row(job) for file in printed])
