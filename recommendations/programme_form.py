"""The form of a policy programme: every entry of a record as a field, conditions and papers as rows.

A record is what recommendations.domain.policy.Programme is read from; the row stores it as `rule`, without
the entries that are columns (id, verified on). Record to form and back changes nothing but spelling.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar, Final

from django import forms
from django.core.validators import RegexValidator
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from recommendations.domain.policy import Programme
from recommendations.models import PolicyProgramme, ProgrammeStatus
from recommendations.programme_conditions import ConditionRow, condition_entries, unsealed
from recommendations.programme_faults import faults_of
from recommendations.programme_rows import (
    Data,
    DayField,
    MoneyField,
    OrderedRow,
    PercentField,
    QuietForm,
    RowList,
    line_field,
    text_field,
)

LEVELS: Final = (1, 2, 3, 4)
TEXTS: Final = ("name", "issuer", "benefit_text", "how")
LINES: Final = ("number", "source")
DAYS: Final = ("issued_on", "recorded_on", "valid_from", "valid_to")
# Where a fault of the record is shown when its place is not itself a field.
FIELD_AT: Final = {
    ("id",): "key", ("benefit",): "rate", ("benefit", "rate"): "rate", ("benefit", "caps"): "cap_4",
    ("benefit", "first_tranche", "rate"): "tranche_rate", ("benefit", "first_tranche"): "tranche_cap",
}
ID_TAKEN: Final = gettext_lazy("There is a programme with this id already.")
ZH: Final = {"lang": "zh-Hans"}
EN: Final = {"lang": "en"}


class PaperRow(OrderedRow):
    """One paper the owner has to have."""

    told = ("paper_zh", "paper_en")

    paper_zh = text_field(gettext_lazy("Paper (Chinese)"), **ZH)
    paper_en = text_field(gettext_lazy("Paper (English)"), **EN)


class ProgrammeForm(QuietForm):
    """`programme` is there once the form is valid."""

    key = forms.CharField(
        label=gettext_lazy("Id"), max_length=60,
        validators=[RegexValidator(
            r"\A[a-z][a-z0-9_]*\Z", gettext_lazy("Only small letters, digits and _, starting with a letter.")
        )],
        help_text=gettext_lazy("Small letters, digits and _. Permanent: reports name it."),
    )
    status = forms.ChoiceField(
        label=gettext_lazy("Status"), choices=ProgrammeStatus.choices,
        help_text=gettext_lazy("Only published programmes are held against new submissions."),
    )
    verified_on = DayField(
        gettext_lazy("Verified on"),
        help_text=gettext_lazy(
            "The day an officer last compared this record with the official text. "
            "Empty: reports say that it is not verified."
        ),
    )
    name_zh = text_field(gettext_lazy("Name (Chinese)"), **ZH)
    name_en = text_field(gettext_lazy("Name (English)"), **EN)
    issuer_zh = text_field(gettext_lazy("Issuer (Chinese)"), **ZH)
    issuer_en = text_field(gettext_lazy("Issuer (English)"), **EN)
    number = line_field(gettext_lazy("Document number"))
    source = line_field(gettext_lazy("Source address"), help_text=gettext_lazy("Where the official text can be read."))
    issued_on = DayField(gettext_lazy("Issued on"))
    recorded_on = DayField(
        gettext_lazy("Recorded on"), required=True, help_text=gettext_lazy("The day this record was made.")
    )
    valid_from = DayField(gettext_lazy("Valid from"), help_text=gettext_lazy("Empty: not known."))
    valid_to = DayField(gettext_lazy("Valid to"), help_text=gettext_lazy("The last day. Empty: not known."))
    rate = PercentField(
        gettext_lazy("Share of the spending (%)"), help_text=gettext_lazy("50 for half of what can be supported.")
    )
    cap_1 = MoneyField(gettext_lazy("Most at level 1 (RMB)"))
    cap_2 = MoneyField(gettext_lazy("Most at level 2 (RMB)"))
    cap_3 = MoneyField(gettext_lazy("Most at level 3 (RMB)"))
    cap_4 = MoneyField(gettext_lazy("Most at level 4 (RMB)"))
    tranche_rate = PercentField(gettext_lazy("First payment: share of the down payment (%)"), required=False)
    tranche_cap = MoneyField(gettext_lazy("First payment: most (RMB)"))
    benefit_text_zh = text_field(gettext_lazy("Benefit (Chinese)"), rows=4, **ZH)
    benefit_text_en = text_field(gettext_lazy("Benefit (English)"), rows=4, **EN)
    how_zh = text_field(gettext_lazy("How to apply (Chinese)"), rows=4, **ZH)
    how_en = text_field(gettext_lazy("How to apply (English)"), rows=4, **EN)

    # Fields beside each other, in groups with a heading: those above the conditions and those below.
    HEAD: ClassVar = (
        ("record", gettext_lazy("Record"), (("key", "status", "verified_on"), ("issued_on", "recorded_on"))),
        ("programme", gettext_lazy("Programme"), (
            ("name_zh", "name_en"), ("issuer_zh", "issuer_en"), ("number", "source"), ("valid_from", "valid_to"),
        )),
    )
    BENEFIT: ClassVar = (
        ("benefit", gettext_lazy("Benefit"), (
            ("rate", "tranche_rate", "tranche_cap"), ("cap_1", "cap_2", "cap_3", "cap_4"),
            ("benefit_text_zh", "benefit_text_en"), ("how_zh", "how_en"),
        )),
    )

    def __init__(self, data: Data | None = None, *, row: PolicyProgramme | None, quiet: bool = False) -> None:
        initial = entries_of(record_of(row)) | {"key": row.key, "status": row.status} if row else blank_entries()
        super().__init__(data, quiet=quiet, initial=initial)
        self.row, self.programme = row, None
        if row:
            del self.fields["key"]
        self.conditions = RowList(
            ConditionRow, "conditions", data=data, initial=initial["conditions"], quiet=quiet
        )
        self.papers = RowList(PaperRow, "papers", data=data, initial=initial["papers"], quiet=quiet)

    def _groups(self, groups: Any) -> list[dict[str, Any]]:
        return [
            {"id": id, "heading": heading, "lines": [self._line(names) for names in lines]}
            for id, heading, lines in groups
        ]

    def _line(self, names: tuple[str, ...]) -> list[forms.BoundField]:
        return [self[name] for name in names if name in self.fields]

    @property
    def head(self) -> list[dict[str, Any]]:
        return self._groups(self.HEAD)

    @property
    def benefit(self) -> list[dict[str, Any]]:
        return self._groups(self.BENEFIT)

    def is_valid(self) -> bool:
        return super().is_valid() and self.programme is not None

    @property
    def has_faults(self) -> bool:
        return self.is_bound and not self.quiet and not self.is_valid()

    def begin_at_the_last_row_of(self, prefix: str | None) -> None:
        """The cursor goes to the row just added."""
        statements = [row.statements for row in self.conditions.rows]
        for listed in (self.conditions, self.papers, *statements):
            if listed.prefix == prefix and listed.rows:
                row = listed.rows[-1]
                row.fields[row.told[0]].widget.attrs["autofocus"] = True

    # Checking -----------------------------------------------------------------------------------

    def clean_key(self) -> str:
        key = str(self.cleaned_data["key"])
        if PolicyProgramme.objects.filter(key=key).exists():
            raise forms.ValidationError(ID_TAKEN)
        return key

    def clean(self) -> dict[str, Any]:
        self._check_days()
        self._check_caps()
        self._check_tranche()
        rows_fit = self.conditions.is_valid() & self.papers.is_valid()
        if not self.conditions.standing:
            self.add_error(None, _("A programme has at least one condition."))
        if rows_fit and not self.errors:
            self._build()
        return self.cleaned_data

    def _check_days(self) -> None:
        start, end = self.cleaned_data.get("valid_from"), self.cleaned_data.get("valid_to")
        if start and end and start > end:
            self.add_error("valid_to", _("The programme ends before it starts."))

    def _check_caps(self) -> None:
        highest = 0
        for level in LEVELS:
            cap = self.cleaned_data.get(f"cap_{level}")
            if cap is not None and cap < highest:
                self.add_error(f"cap_{level}", _("A higher level may not bring less than a lower one."))
            highest = max(highest, cap or 0)

    def _check_tranche(self) -> None:
        pair = ("tranche_rate", "tranche_cap")
        missing = [name for name in pair if name not in self.errors and self.cleaned_data.get(name) is None]
        if len(missing) == 1:
            self.add_error(missing[0], _("Give both the share and the highest amount, or neither."))

    def _build(self) -> None:
        record = self.record()
        faults = list(faults_of(record))
        for at, words in faults:
            self._say_at(at, words)
        self.programme = None if faults else Programme.model_validate(record)

    def _say_at(self, at: tuple[str | int, ...], words: str) -> None:
        """At the field of this place; what has none is said on top."""
        if at[:1] == ("conditions",) and len(at) > 1:
            self.conditions.standing[int(at[1])].add_error("tested_by", words)
        named = next((FIELD_AT[at[:size]] for size in (3, 2, 1) if at[:size] in FIELD_AT), str(at[0]) if at else "")
        self.add_error(named if named in self.fields else None, words)

    # The record -----------------------------------------------------------------------------------

    def record(self) -> dict[str, Any]:
        """What was typed as a record; only when every field and row is valid."""
        told = self.cleaned_data
        return {
            "id": self.row.key if self.row else told["key"],
            "verified_on": told["verified_on"],
            **{name: {"zh": told[f"{name}_zh"], "en": told[f"{name}_en"]} for name in TEXTS},
            **{name: told[name] for name in (*LINES, *DAYS)},
            "conditions": list(_conditions(self.conditions.standing)),
            "benefit": self._benefit(),
            "documents": [
                {"zh": row.cleaned_data["paper_zh"], "en": row.cleaned_data["paper_en"]} for row in self.papers.standing
            ],
        }

    def _benefit(self) -> dict[str, Any]:
        told = self.cleaned_data
        caps = [
            {"level": level, "amount": told[f"cap_{level}"]} for level in LEVELS if told[f"cap_{level}"] is not None
        ]
        benefit = {"rate": share(told["rate"]), "caps": caps}
        if told["tranche_rate"] is None:
            return benefit
        tranche = {"rate": share(told["tranche_rate"]), "of": "down_payment", "cap": told["tranche_cap"]}
        return {**benefit, "first_tranche": tranche}


def _conditions(rows: Iterable[ConditionRow]) -> Iterator[dict[str, Any]]:
    """New conditions get ids of their own."""
    listed = list(rows)
    taken = {row.cleaned_data["id"] for row in listed}
    for row in listed:
        told = row.cleaned_data
        id = told["id"] or next(id for number in range(1, len(taken) + 2) if (id := f"condition_{number}") not in taken)
        taken.add(id)
        yield {"id": id, "text": {"zh": told["text_zh"], "en": told["text_en"]}, "rule": row.rule}


# Records as entries -----------------------------------------------------------------------------------


def record_of(row: PolicyProgramme) -> dict[str, Any]:
    return {**(row.rule if isinstance(row.rule, dict) else {}), "id": row.key, "verified_on": row.verified_on}


def rule_json(programme: Programme) -> dict[str, Any]:
    """What the row stores."""
    return programme.model_dump(mode="json", exclude={"id", "verified_on"}, exclude_none=True, by_alias=True)


def share(percent: Decimal) -> str:
    return format(percent.scaleb(-2).normalize(), "f")


def percent(rate: Any) -> str:
    """50 for 0.5; what is no number as it stands."""
    try:
        return format(Decimal(str(rate)).scaleb(2).normalize(), "f")
    except InvalidOperation:
        return "" if rate is None else str(rate)


def blank_entries() -> dict[str, Any]:
    return {"recorded_on": timezone.localdate(), "status": ProgrammeStatus.DRAFT, "conditions": [{}], "papers": [{}]}


def entries_of(record: Mapping[str, Any]) -> dict[str, Any]:
    """What the form shows of a record, also of one that is no programme (any more)."""
    return {
        "verified_on": record.get("verified_on"),
        **{f"{name}_{language}": _text(record, name, language) for name in TEXTS for language in ("zh", "en")},
        **{name: record.get(name) or "" for name in LINES},
        **{name: _day(record.get(name)) for name in DAYS},
        **_benefit_entries(_group(record.get("benefit"))),
        "conditions": [condition_entries(one) for one in list_in(record, "conditions")],
        "papers": [
            {"paper_zh": _group(one).get("zh", ""), "paper_en": _group(one).get("en", "")}
            for one in list_in(record, "documents")
        ],
    }


def _benefit_entries(benefit: Mapping[str, Any]) -> dict[str, Any]:
    caps = {str(_group(cap).get("level")): _group(cap).get("amount") for cap in list_in(benefit, "caps")}
    tranche = _group(benefit.get("first_tranche"))
    return {
        "rate": percent(benefit.get("rate")),
        **{f"cap_{level}": caps.get(str(level)) for level in LEVELS},
        "tranche_rate": percent(tranche.get("rate")), "tranche_cap": tranche.get("cap"),
    }


def _group(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def list_in(record: Mapping[str, Any], name: str) -> list[Any]:
    """A list of the record; none for what is no list."""
    value = record.get(name)
    return value if isinstance(value, list) else []


def _text(record: Mapping[str, Any], name: str, language: str) -> Any:
    return _group(record.get(name)).get(language, "")


def _day(value: Any) -> Any:
    """A day, or what stands in its place."""
    try:
        return parse_date(value) or value
    except (TypeError, ValueError):
        return value


def benefit_in_words(record: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """The figures of the benefit that are given, each with its name."""
    figures = _benefit_entries(_group(record.get("benefit")))
    fields = ProgrammeForm.base_fields
    return [(str(fields[name].label), value) for name, value in figures.items() if value not in ("", None)]


LABELS: Final = {"conditions": gettext_lazy("Conditions"), "papers": gettext_lazy("Papers")}


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Names, in English as the history keeps them, of what differs between two records and their columns."""
    old, new = (entries_of(one) | {"status": one.get("status")} for one in (before, after))
    labels = {name: field.label for name, field in ProgrammeForm.base_fields.items()} | LABELS
    with override("en"):
        return [str(labels[name]) for name in labels if _plain(name, old) != _plain(name, new)]


def _plain(name: str, entries: Mapping[str, Any]) -> Any:
    """An entry to compare; seals differ each time they are made."""
    value = entries.get(name)
    if name == "conditions":
        return [{**one, "kept": unsealed(one.get("kept"))} for one in entries[name]]
    return "" if value is None else value if name == "papers" else str(value)


__all__ = [
    "ID_TAKEN", "ProgrammeForm", "benefit_in_words", "differences", "entries_of", "list_in", "record_of", "rule_json",
]
