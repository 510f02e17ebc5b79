"""The directory of helpers as an XLSX list: written out, read back, checked, and taken over as a whole.

A helper is known by kind and name. A column that is missing leaves what is recorded as it is; an empty
cell empties it. One fault anywhere: nothing is stored.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from clusters.columns import Column, Vocabulary, allowed_rows, key
from clusters.list_reader import Fault, HasFaults, ListReader
from clusters.models import Provider, User
from clusters.provider_columns import BY_ID, COLUMNS, KEPT_AS_ID
from clusters.workbook import Cell, Sheet, write_workbook


@dataclass(frozen=True, kw_only=True)
class Change:
    """A recorded helper that the file changes; `fields` are the labels of what changes."""

    provider: Provider
    fields: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ImportPlan:
    """What taking the file over would do. With faults it does nothing."""

    added: tuple[Provider, ...] = ()
    changed: tuple[Change, ...] = ()
    unchanged: int = 0
    faults: tuple[Fault, ...] = ()


# --- out ------------------------------------------------------------------------------------


def _cell(column: Column, vocabulary: Vocabulary, provider: Provider) -> Cell:
    value = getattr(provider, column.id)
    if isinstance(value, bool):
        value = "yes" if value else "no"
    if column.id in KEPT_AS_ID:
        return "; ".join(value)
    if column.many:
        return "; ".join(vocabulary.said(id) for id in value)
    return vocabulary.said(value) if column.allowed else value


def _vocabularies() -> dict[str, Vocabulary]:
    return {column.id: Vocabulary.of(column) for column in COLUMNS}


def _list_rows(providers: Sequence[Provider]) -> Iterator[list[Cell]]:
    known = _vocabularies()
    for provider in providers:
        yield [_cell(column, known[column.id], provider) for column in COLUMNS]


def export_providers(providers: Sequence[Provider]) -> bytes:
    """The directory as XLSX, with a second sheet of the values the columns may hold."""
    labels = [str(column.label) for column in COLUMNS]
    return write_workbook([
        Sheet(
            title=_("Directory"), heading=labels, rows=_list_rows(providers),
            widths=[column.width for column in COLUMNS],
        ),
        Sheet(
            title=_("Allowed values"), heading=[_("Column"), _("Id"), "中文", "English"], rows=allowed_rows(COLUMNS),
            widths=(24, 36, 48, 48),
        ),
    ])


# --- in -------------------------------------------------------------------------------------


class _Reader(ListReader):
    """A helper is known by kind and name."""

    def __init__(self) -> None:
        super().__init__(COLUMNS)
        self.recorded = {(one.kind, key(one.name)): one for one in Provider.objects.order_by("pk")}
        self.added: list[Provider] = []
        self.changed: list[Change] = []
        self.unchanged = 0

    def take(self, number: int, values: Mapping[str, Any]) -> None:
        mark = (values["kind"], key(values["name"]))
        first = self.first_row_of(number, mark)
        if first is not None:
            self.fault(number, BY_ID["name"], _("The same kind and name stand in row %(row)s.") % {"row": first})
            return
        provider = self.recorded.get(mark) or Provider()
        differing = [id for id, value in values.items() if getattr(provider, id) != value]
        for id in differing:
            setattr(provider, id, values[id])
        try:
            provider.clean_fields()
            provider.clean()
        except ValidationError as error:
            for id, messages in error.message_dict.items():
                self.fault(number, BY_ID.get(id), " ".join(messages))
            return
        self._sort_in(provider, differing)

    def _sort_in(self, provider: Provider, differing: Sequence[str]) -> None:
        if provider.pk is None:
            self.added.append(provider)
        elif differing:
            labels = tuple(str(BY_ID[id].label) for id in differing)
            self.changed.append(Change(provider=provider, fields=labels))
        else:
            self.unchanged += 1

    def plan(self) -> ImportPlan:
        if self.faults:
            return ImportPlan(faults=tuple(self.faults))
        return ImportPlan(added=tuple(self.added), changed=tuple(self.changed), unchanged=self.unchanged)


def plan_import(data: bytes) -> ImportPlan:
    """What the file would do, without doing it."""
    reader = _Reader()
    reader.read(data)
    return reader.plan()


@transaction.atomic
def import_providers(*, data: bytes, by: User) -> ImportPlan:
    """Take the whole file over, or nothing of it; raises HasFaults."""
    list(Provider.objects.select_for_update().order_by("pk").values_list("pk"))  # nobody else meanwhile
    plan = plan_import(data)
    if plan.faults:
        raise HasFaults(plan)
    Provider.objects.bulk_create(plan.added)
    for change in plan.changed:
        change.provider.save()
    message = _("Imported from a list")
    LogEntry.objects.log_actions(by.pk, plan.added, ADDITION, change_message=message)
    LogEntry.objects.log_actions(by.pk, [change.provider for change in plan.changed], CHANGE, change_message=message)
    return plan


__all__ = ["Change", "HasFaults", "ImportPlan", "export_providers", "import_providers", "plan_import"]
