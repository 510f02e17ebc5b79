"""A list of submissions as an XLSX file, made by a worker: rows as the list gives them, and where they are from.

`wish`: {"query": the filters as in the list's address, "answers": bool, "ids": bool}. What the officer may see
is asked anew for each batch; a cluster the file was not asked for is never in it.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO, Final

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from clusters.workbook import Cell, Sheet, write_long_workbook
from diagnosis.export_columns import columns
from diagnosis.exports import Form, batches, log_exported, note, table
from diagnosis.list_filters import Wanted, read
from diagnosis.list_pages import capped_count
from diagnosis.models import Submission
from recommendations.jobs import CannotBeMade, Progress
from recommendations.models import OfficerFile
from recommendations.submission_filters import FILTERS

MOST_ROWS: Final = 100_000  # what spreadsheet programs still open; CSV takes more


def table_name(file: OfficerFile) -> str:
    return f"{_('submissions')}-{timezone.localtime(file.created_at):%Y-%m-%d-%H%M}.xlsx"


def form_of(file: OfficerFile) -> Form:
    return Form(format="xlsx", answers=file.wish["answers"], ids=file.wish["ids"])


def wanted_by(file: OfficerFile) -> Wanted:
    return read(QueryDict(file.wish["query"]), file.requested_by, FILTERS)


def write_table(file: OfficerFile, target: BinaryIO, progress: Progress) -> None:
    """The rows first, then a sheet that says what they are."""
    wanted, form = wanted_by(file), form_of(file)

    def rows() -> QuerySet[Submission]:
        return wanted.as_now().rows().filter(cluster__in=file.clusters)

    total = capped_count(rows(), MOST_ROWS)
    if wanted.faults:
        raise CannotBeMade(_("A filter of this list fits no more. Open the list and export it again."))
    if total > MOST_ROWS:
        raise CannotBeMade(too_many())
    file.in_it = array("q")  # type: ignore[attr-defined]  # for their logs, when the file is stored
    note(wanted, form, by=file.requested_by, step="begun", file=file.pk)
    write_long_workbook(target, _sheets(file, wanted, form, _counted(file, rows, form, total, progress)))
    progress(len(file.in_it), len(file.in_it))  # type: ignore[attr-defined]


def too_many() -> str:
    message = _("An XLSX file holds at most %(most)s submissions. Narrow the list down, or take CSV.")
    return message % {"most": f"{MOST_ROWS:,}"}


def _counted(
    file: Any, rows: Callable[[], QuerySet[Submission]], form: Form, total: int, progress: Progress
) -> Iterator[list[Submission]]:
    for batch in batches(rows, form):
        yield batch
        file.in_it.extend(row.pk for row in batch)
        progress(len(file.in_it), max(total, len(file.in_it)))


def _sheets(
    file: OfficerFile, wanted: Wanted, form: Form, found: Iterator[list[Submission]]
) -> Iterator[Sheet]:
    shown = columns(answers=form.answers, ids=form.ids)
    yield Sheet(
        title=_("Submissions"), heading=[column.heading for column in shown],
        rows=(cells for batch in found for cells in table(shown, batch)),
        widths=[column.width for column in shown],
    )
    yield Sheet(
        title=_("About this list"), heading=[_("About this list"), ""], rows=list(_about(file, wanted)), widths=[32, 60]
    )


def _about(file: Any, wanted: Wanted) -> Iterator[list[Cell]]:
    yield [_("made"), f"{timezone.localtime():%Y-%m-%d %H:%M}"]
    yield [_("for"), str(file.requested_by)]
    yield [_("number of submissions"), len(file.in_it)]
    yield from ([label, value] for label, value in wanted.in_words())
    yield [_("use"), privacy_note()]


def privacy_note() -> str:
    """What firms agreed to when they handed in (diagnosis.forms.SubmitForm)."""
    return _(
        "The firms let the officers of their cluster see this. Do not pass it on. Count only those that agreed to "
        "anonymous statistics in any figure you publish, and none about fewer than five firms."
    )


def keep_exported(file: OfficerFile) -> None:
    """The log of each firm in the file, and of the list as a whole, says that it was made."""
    form, pks = form_of(file), getattr(file, "in_it", ())
    log_exported(pks, by=file.requested_by, format=form.format, answers=form.answers, file=file.pk)
    note(wanted_by(file), form, by=file.requested_by, step="ended", rows=len(pks), whole=True, file=file.pk)


__all__ = ["MOST_ROWS", "keep_exported", "privacy_note", "table_name", "too_many", "write_table"]
