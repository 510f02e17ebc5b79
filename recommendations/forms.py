"""Form of a policy programme in the officers' pages."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import ValidationError as RuleError

from clusters.domain.content_file import Location
from diagnosis.content import get_questionnaire
from recommendations.domain.policy import Programme, rule_faults
from recommendations.domain.strict import in_the_file
from recommendations.models import PolicyProgramme

# What is wrong, in words, by the kind of fault pydantic reports. Other kinds keep pydantic's own words.
FAULTS = {
    "missing": gettext_lazy("is missing"),
    "extra_forbidden": gettext_lazy("is not an entry of a programme"),
    "string_type": gettext_lazy("must be a text in quotation marks"),
    "string_too_short": gettext_lazy("must not be empty"),
    "string_pattern_mismatch": gettext_lazy("may only have small letters, digits and _, and starts with a letter"),
    "too_short": gettext_lazy("must not be empty"),
    "tuple_type": gettext_lazy("must be a list in [ ]"),
    "model_type": gettext_lazy("must be a group of entries in { }"),
    "date_from_datetime_parsing": gettext_lazy("must be a date such as 2026-11-24"),
    "date_parsing": gettext_lazy("must be a date such as 2026-11-24"),
    "date_type": gettext_lazy("must be a date such as 2026-11-24"),
    "decimal_parsing": gettext_lazy("must be a number"),
    "decimal_type": gettext_lazy("must be a number"),
    "int_parsing": gettext_lazy("must be a whole number"),
    "int_type": gettext_lazy("must be a whole number"),
    "greater_than": gettext_lazy("is too small"),
    "greater_than_equal": gettext_lazy("is too small"),
    "less_than_equal": gettext_lazy("is too large"),
}
# Entries that stand in columns of their own and not in the rule.
COLUMNS = {"id": "key", "verified_on": "verified_on"}
# The order in which a person reads a rule; the database keeps none.
ORDER = (
    *Programme.model_fields, "text", "rule", "zh", "en", "rate", "caps", "first_tranche", "of", "level", "amount",
    "cap",
)
RANK = {name: rank for rank, name in enumerate(ORDER)}


def in_order(value: Any) -> Any:
    if isinstance(value, dict):
        names = sorted(value, key=lambda name: (RANK.get(name, len(RANK)), name))
        return {name: in_order(value[name]) for name in names}
    return [in_order(part) for part in value] if isinstance(value, list) else value


class RuleField(forms.JSONField):
    """JSON a person can read and mend: indented, in a fixed order, Chinese as Chinese."""

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, str):  # as typed, with its fault
            return super().prepare_value(value)
        return json.dumps(in_order(value), indent=2, ensure_ascii=False)


class ProgrammeForm(forms.ModelForm):
    """Nothing is stored that a report could not use."""

    rule = RuleField(
        label=gettext_lazy("rule"), widget=forms.Textarea(attrs={"rows": 32, "class": "rule", "spellcheck": "false"}),
        help_text=gettext_lazy("Name, issuer, dates, conditions, benefit and papers as JSON."),
    )

    class Meta:
        model = PolicyProgramme
        fields = ("key", "status", "verified_on", "rule")
        help_texts: ClassVar[dict[str, Any]] = {
            "key": gettext_lazy("Small letters, digits and _. Permanent: reports name it."),
            "status": gettext_lazy("Only published programmes are held against new submissions."),
            "verified_on": gettext_lazy("The day an officer last compared this record with the official text."),
        }

    def clean_rule(self) -> Any:
        rule = self.cleaned_data["rule"]
        if not isinstance(rule, dict):
            raise forms.ValidationError(_("The rule must be a group of entries in { }."))
        return {key: value for key, value in rule.items() if key not in COLUMNS}

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        key = cleaned.get("key") or self.instance.key
        if "rule" in cleaned and key:
            record = {**cleaned["rule"], "id": key, "verified_on": cleaned.get("verified_on")}
            for at, words in faults_of(record):
                field = COLUMNS.get(str(at[0]), "rule") if at else "rule"
                self.add_error(field if field in self.fields else "rule", f"{spelled(at)}: {words}" if at else words)
        return cleaned


def faults_of(record: dict[str, Any]) -> Iterator[tuple[Location, str]]:
    """Everything that keeps a record from being a programme: its place and what is wrong there."""
    try:
        programme = Programme.model_validate(record)
    except RuleError as error:
        for fault in error.errors():
            words = FAULTS.get(fault["type"]) or fault["msg"].removeprefix("Value error, ")
            yield in_the_file(fault["loc"]), str(words)
        return
    yield from rule_faults(programme, get_questionnaire())


def spelled(at: Location) -> str:
    """A place as a person counts: conditions › 2 › rule."""
    return " › ".join(str(part + 1) if isinstance(part, int) else part for part in at)
