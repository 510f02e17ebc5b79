"""Forms that keep what was typed, and lists of them that grow and shrink without scripts.

Row: one form of a list. A row ticked for removal, or with nothing in it, does not count and is not
checked. Quiet: a form shown again for another reason than saving (a row was added, a question chosen)
has no faults yet.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, ClassVar, Generic, TypeVar

from django import forms
from django.forms.utils import ErrorDict
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

MOST_ROWS = 200
STEP = 10  # between the order numbers offered, so that a row can be put in between
WAYS_TO_WRITE_A_DAY = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日")

Data = Mapping[str, Any]


class QuietForm(forms.Form):
    """A form that can be shown with what was typed and without its faults."""

    use_required_attribute = False

    def __init__(self, data: Data | None = None, *, quiet: bool = False, **more: Any) -> None:
        super().__init__(data, label_suffix="", **more)
        self.quiet = quiet

    def full_clean(self) -> None:
        if self.quiet:
            self._errors, self.cleaned_data = ErrorDict(), {}
        else:
            super().full_clean()


class Row(QuietForm):
    """One row. `told` are the entries that make it more than an empty row."""

    told: ClassVar[tuple[str, ...]]

    remove = forms.BooleanField(label=_("Remove this row"), required=False)

    def raw(self, name: str) -> Any:
        """The entry as typed, or as it was when nothing is typed yet."""
        return self[name].value() if name in self.fields else None

    @property
    def is_blank(self) -> bool:
        return not any(str(self.raw(name) or "").strip() for name in self.told)

    @property
    def counts(self) -> bool:
        return not self.raw("remove") and not self.is_blank

    def full_clean(self) -> None:
        self.quiet = self.quiet or not self.counts
        super().full_clean()


class OrderedRow(Row):
    """A row that stands where its order number says."""

    order = forms.IntegerField(
        label=_("Order"), required=False, widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "short"})
    )

    @property
    def place(self) -> float:
        return place_of(self.raw("order"))


def place_of(order: Any) -> float:
    """The order number, or the end where none can be read."""
    try:
        return int(str(order))
    except ValueError:
        return float("inf")


RowType = TypeVar("RowType", bound=Row)


class RowList(Generic[RowType]):
    """The rows of one list, bound to what was sent or filled from a record."""

    def __init__(
        self, row: type[RowType], prefix: str, *, data: Data | None, initial: Iterable[Mapping[str, Any]] = (),
        quiet: bool = False,
    ) -> None:
        self.prefix = prefix
        if data is None:
            self.rows = [
                row(prefix=f"{prefix}-{index}", initial={"order": (index + 1) * STEP, **entries})
                for index, entries in enumerate(initial)
            ]
        else:
            self.rows = [row(data, prefix=f"{prefix}-{index}", quiet=quiet) for index in range(count(data, prefix))]

    @property
    def total(self) -> int:
        return len(self.rows)

    @property
    def standing(self) -> list[RowType]:
        """The rows that count, in their order."""
        rows = [row for row in self.rows if row.counts]
        return sorted(rows, key=lambda row: row.place if isinstance(row, OrderedRow) else 0)

    def is_valid(self) -> bool:
        """Every row is looked at, so that all faults are seen."""
        return not [row for row in self.standing if not row.is_valid()]


def count(data: Data, prefix: str) -> int:
    """How many rows were sent; a new condition comes with one row for a statement."""
    try:
        return min(max(int(data.get(f"{prefix}-rows", 1)), 0), MOST_ROWS)
    except ValueError:
        return 0


def one_more(data: Data, prefix: str) -> dict[str, str]:
    """The entries that add an empty row to the end of this list."""
    rows = count(data, prefix)
    places = [place_of(data.get(f"{prefix}-{index}-order")) for index in range(rows)]
    highest = max((place for place in places if isinstance(place, int)), default=rows * STEP)
    return {f"{prefix}-rows": str(rows + 1), f"{prefix}-{rows}-order": str(highest + STEP)}


# Entries --------------------------------------------------------------------------------------------


class WrittenText(forms.CharField):
    """A text; the line breaks a browser sends are those of the record."""

    def to_python(self, value: Any) -> str:
        return str(super().to_python(value)).replace("\r\n", "\n").replace("\r", "\n")


def text_field(label: Any, *, required: bool = True, rows: int = 2, **attrs: str) -> WrittenText:
    return WrittenText(label=label, required=required, widget=forms.Textarea(attrs={"rows": rows, **attrs}))


def line_field(label: Any, **more: Any) -> forms.CharField:
    return forms.CharField(label=label, **{"required": False, **more})


class DayField(forms.DateField):
    """A day as officers write it; what cannot be read stays as typed."""

    default_error_messages = {"invalid": _("Write the day like 2026-11-24.")}
    widget = forms.TextInput

    def __init__(self, label: Any, help_text: Any = "", **more: Any) -> None:
        options = {"required": False, "widget": forms.TextInput(attrs={"class": "short"}), **more}
        help_text = format_lazy("{} {}", help_text, _("Such as 2026-11-24."))
        super().__init__(label=label, help_text=help_text, input_formats=WAYS_TO_WRITE_A_DAY, **options)

    def prepare_value(self, value: Any) -> Any:
        return value.isoformat() if isinstance(value, date) else value


class NumberText:
    """Numbers typed with thousands apart are numbers too."""

    def to_python(self, value: Any) -> Any:
        bare = value.translate(str.maketrans("", "", ",， \u00a0")) if isinstance(value, str) else value
        return super().to_python(bare)  # type: ignore[misc]


class MoneyField(NumberText, forms.IntegerField):
    """Whole RMB."""

    def __init__(self, label: Any, **more: Any) -> None:
        widget = forms.TextInput(attrs={"inputmode": "numeric", "class": "short"})
        super().__init__(label=label, required=False, min_value=0, max_value=10**12, widget=widget, **more)


class PercentField(NumberText, forms.DecimalField):
    """More than 0 and at most 100."""

    default_error_messages = {"zero": _("The share must be more than 0%.")}

    def __init__(self, label: Any, **more: Any) -> None:
        widget = forms.TextInput(attrs={"inputmode": "decimal", "class": "short"})
        super().__init__(label=label, max_value=100, max_digits=13, decimal_places=10, widget=widget, **more)

    def to_python(self, value: Any) -> Any:
        return super().to_python(value.strip().rstrip("%％") if isinstance(value, str) else value)

    def validate(self, value: Any) -> None:
        super().validate(value)
        if value is not None and value <= 0:
            raise forms.ValidationError(self.error_messages["zero"], code="zero")


class BoundField(NumberText, forms.FloatField):
    """The number a statement compares with."""

    widget = forms.TextInput


__all__ = [
    "STEP", "BoundField", "Data", "DayField", "MoneyField", "OrderedRow", "PercentField", "QuietForm", "Row", "RowList",
    "WrittenText", "line_field", "one_more", "text_field",
]
