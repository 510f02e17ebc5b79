"""What a browser sends of a programme form: every entry of every row as it stands on the page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.http import QueryDict

from recommendations.models import PolicyProgramme
from recommendations.programme_form import ProgrammeForm


def sent(row: PolicyProgramme | None, **changes: Any) -> dict[str, Any]:
    """The page as it was opened, sent back with some entries changed; None leaves an entry out."""
    form = ProgrammeForm(row=row)
    data = dict(entries(form))
    data["seen"] = row.updated_at.isoformat() if row else ""
    data |= changes
    return {name: value for name, value in data.items() if value is not None}


def entries(form: ProgrammeForm) -> Iterator[tuple[str, Any]]:
    yield from _fields(form)
    for listed in (form.conditions, form.papers):
        yield f"{listed.prefix}-rows", str(listed.total)
        for row in listed.rows:
            yield from _fields(row)
    for condition in form.conditions.rows:
        yield f"{condition.statements.prefix}-rows", str(condition.statements.total)
        for statement in condition.statements.rows:
            yield from _fields(statement)


def _fields(form: forms.Form) -> Iterator[tuple[str, Any]]:
    for field in form:
        value = field.value()
        if isinstance(field.field.widget, forms.CheckboxInput):
            if value:
                yield field.html_name, "on"
        elif isinstance(field.field.widget, forms.CheckboxSelectMultiple):
            yield field.html_name, list(value or ())
        else:
            yield field.html_name, "" if value is None else str(value).replace("\n", "\r\n")


def as_query(data: dict[str, Any]) -> QueryDict:
    query = QueryDict(mutable=True)
    for name, value in data.items():
        query.setlist(name, value if isinstance(value, list) else [value])
    return query


# A whole programme as it is typed into an empty form, with one condition of each kind of statement.
TYPED: dict[str, Any] = {
    "key": "city_2027", "status": "draft", "verified_on": "", "recorded_on": "2026-11-24",
    "issued_on": "2026年11月1日", "valid_from": "2026/11/01", "valid_to": "",
    "name_zh": "示例支持", "name_en": "Example support", "issuer_zh": "某局", "issuer_en": "Some bureau",
    "number": "", "source": "", "rate": "30%", "cap_2": "200,000", "cap_3": "300000", "cap_1": "", "cap_4": "",
    "tranche_rate": "50", "tranche_cap": "100000", "benefit_text_zh": "三成", "benefit_text_en": "Thirty per cent",
    "how_zh": "先问专员", "how_en": "Ask the officer first", "conditions-rows": "1", "papers-rows": "1",
    "conditions-0-id": "", "conditions-0-kept": "", "conditions-0-text_zh": "规上企业",
    "conditions-0-text_en": "Above-scale", "conditions-0-tested_by": "one", "conditions-0-order": "10",
    "conditions-0-statements-rows": "1", "conditions-0-statements-0-question": "above_scale",
    "conditions-0-statements-0-shown": "above_scale", "conditions-0-statements-0-operator": "is",
    "conditions-0-statements-0-options": ["yes"],
    "papers-0-paper_zh": "营业执照", "papers-0-paper_en": "Business licence", "papers-0-order": "10",
}


def typed(**changes: Any) -> dict[str, Any]:
    """TYPED with changes; None leaves an entry out."""
    return {name: value for name, value in {**TYPED, **changes}.items() if value is not None}
