"""The conditions of a programme as rows: a text, and what it is tested by.

Tested by the owner (who confirms it), by statements about answers, or, where no row can show the rule,
by the rule as it stands: it travels with the form sealed, is shown in words and nobody edits it.
What can be said about a question, and with which options, follows from the question chosen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Final

from django import forms
from django.core import signing
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import TypeAdapter, ValidationError

from diagnosis.content import get_questionnaire
from diagnosis.domain.amounts import grouped
from diagnosis.domain.questionnaire import NOT_APPLICABLE, Question
from diagnosis.domain.values import plain_number
from diagnosis.localised import said
from diagnosis.wording import get_wording
from recommendations.domain.conditions import Condition, Rule, bounds
from recommendations.domain.rule_rows import (
    OPERATORS,
    RANGES,
    SIZE,
    Join,
    Rows,
    Statement,
    kind_of,
    offered,
    rows_of,
    rule_of,
)
from recommendations.domain.rule_words import SIZE_NAME, RuleWords
from recommendations.programme_rows import BoundField, Data, OrderedRow, Row, RowList, text_field

CONFIRM: Final = "confirm"
KEPT: Final = "kept"
SEAL: Final = "programme-rule"
LONG: Final = 15  # options

OPERATOR_WORDS: Final = {
    ("number", "at_least"): gettext_lazy("is at least"),
    ("number", "at_most"): gettext_lazy("is at most"),
    ("scale", "at_least"): gettext_lazy("is at least the level ticked below"),
    ("scale", "at_most"): gettext_lazy("is at most the level ticked below"),
    ("ticks", "has"): gettext_lazy("has everything ticked below"),
    ("ticks", "lacks"): gettext_lazy("lacks at least one of those ticked below"),
    ("ticks", "at_least"): gettext_lazy("has at least so many"),
    ("ticks", "at_most"): gettext_lazy("has at most so many"),
}
IS_ONE_OF: Final = gettext_lazy("is one of those ticked below")
TESTED_BY: Final = (
    (CONFIRM, gettext_lazy("The owner confirms it: the questionnaire does not ask")),
    ("one", gettext_lazy("One statement about the answers")),
    ("all", gettext_lazy("Several statements, all of which hold")),
    ("any", gettext_lazy("Several statements, at least one of which holds")),
)
_RULE: Final[TypeAdapter[Rule]] = TypeAdapter(Condition)


@cache
def get_rule_words() -> RuleWords:
    return RuleWords(questionnaire=get_questionnaire(), wording=get_wording())


def read_rule(data: Any) -> Rule | None:
    """A stored rule; None for one that cannot be read."""
    try:
        return _RULE.validate_python(data)
    except ValidationError:
        return None


def rule_in_words(data: Any) -> str:
    """A stored rule as a person reads it, one that cannot be read as it is stored; no rule is no words."""
    if data is None:
        return ""
    rule = read_rule(data)
    return said(get_rule_words().say(rule)) if rule else str(data)


# One statement ------------------------------------------------------------------------------------


def question_choices() -> list[tuple[str, Any]]:
    """The size class, then page by page every question something can be said about."""
    questionnaire = get_questionnaire()
    pages = []
    for page in questionnaire.pages:
        questions = [questionnaire.questions[id] for id in page.questions if kind_of(id, questionnaire)]
        if questions:
            pages.append((said(page.title), [(one.id, said(one.name)) for one in questions]))
    return [("", _("Choose a question")), (SIZE, said(SIZE_NAME)), *pages]


def option_choices(question: str, chosen: Sequence[str]) -> list[tuple[str, str]]:
    """The options in the questionnaire's order; of a long list, or where the record has another order,
    those chosen come first. A browser sends them as they stand, so the order of the record is kept."""
    words, options = get_rule_words(), offered(question, get_questionnaire())
    first = [id for id in chosen if id in options]
    if len(options) <= LONG and first == [id for id in options if id in first]:
        first = []
    ordered = dict.fromkeys([*first, *options])
    return [(id, _option_label(words, question, id)) for id in ordered]


def _option_label(words: RuleWords, question: str, id: str) -> str:
    if question == SIZE:
        return said(words.size(id))
    if id == NOT_APPLICABLE:
        return said(words.option(question, id))
    return said(get_questionnaire().questions[question].options_by_id[id].label)


def _bound_field(question: Question, kind: str) -> forms.Field:
    low, high = (int(bound) if float(bound).is_integer() else bound for bound in bounds(question))
    unit = _("options") if kind == "ticks" else said(question.unit)
    help_text = _("%(low)s to %(high)s %(unit)s") % {"low": grouped(low), "high": grouped(high), "unit": unit}
    attrs = {"inputmode": "decimal", "class": "short"}
    field = BoundField if kind == "number" else forms.IntegerField
    return field(
        label=_("Number"), required=False, min_value=low, max_value=high, help_text=help_text,
        widget=forms.TextInput(attrs=attrs),
    )


class StatementRow(Row):
    """One statement. `shown` is the question whose entries the page showed: after another one was chosen
    those entries say nothing any more."""

    told = ("question",)

    question = forms.ChoiceField(
        label=gettext_lazy("Question"), choices=question_choices,
        widget=forms.Select(attrs={"class": "question"}),
    )
    shown = forms.CharField(required=False, widget=forms.HiddenInput)
    negated = forms.BooleanField(label=gettext_lazy("Turn it round: this must not be so"), required=False)

    def __init__(self, data: Any = None, *, prefix: str, **more: Any) -> None:
        super().__init__(_up_to_date(data, prefix), prefix=prefix, **more)
        self.fields["question"].widget.attrs |= _swaps(prefix)
        self.kind = kind_of(str(self.raw("question") or ""), get_questionnaire())
        if self.kind:
            self._add_entries(str(self.raw("question")), self.kind)

    def _add_entries(self, question: str, kind: str) -> None:
        """Only what fits the question."""
        operators = OPERATORS[kind]
        words = [(operator, OPERATOR_WORDS.get((kind, operator), IS_ONE_OF)) for operator in operators]
        blank = [("", _("Choose"))] if len(words) > 1 else []
        self.fields["operator"] = forms.ChoiceField(label=_("What has to be so"), choices=[*blank, *words])
        if kind != "number":
            chosen = self._chosen()
            self.fields["options"] = forms.MultipleChoiceField(
                label=_("Options"), required=False, choices=option_choices(question, chosen),
                widget=forms.CheckboxSelectMultiple,
            )
        if kind in ("number", "ticks"):
            self.fields["bound"] = _bound_field(get_questionnaire().questions[question], kind)

    def _chosen(self) -> Sequence[str]:
        name = self.add_prefix("options")
        return list(self.data.getlist(name) if self.is_bound else self.initial.get("options", ()))

    def clean(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        operator = cleaned.get("operator")
        if operator and "bound" in self.fields and "bound" not in self.errors:
            self._check_bound(operator)
        if operator and "options" in self.fields and "options" not in self.errors:
            self._check_options(operator)
        return cleaned

    def _check_bound(self, operator: str) -> None:
        given = self.cleaned_data.get("bound") is not None
        if operator in RANGES and not given:
            self.add_error("bound", _("Give a number."))
        if operator not in RANGES and given:
            self.add_error("bound", _("Leave this empty: only “at least” and “at most” have a number."))

    def _check_options(self, operator: str) -> None:
        options = self.cleaned_data.get("options") or []
        if operator not in RANGES:
            if not options:
                self.add_error("options", _("Tick at least one."))
        elif self.kind == "ticks" and options:
            self.add_error("options", _("Tick nothing here: the number counts whatever is ticked."))
        elif self.kind == "scale" and (len(options) != 1 or NOT_APPLICABLE in options):
            self.add_error("options", _("Tick exactly one level."))

    @property
    def has_bound(self) -> bool:
        return "bound" in self.fields

    @property
    def has_options(self) -> bool:
        return "options" in self.fields

    @property
    def statement(self) -> Statement:
        """Only of a valid row."""
        told = self.cleaned_data
        return Statement(
            question=told["question"], operator=told["operator"], negated=told["negated"],
            bound=told.get("bound"), options=tuple(told.get("options") or ()),
        )


def _swaps(prefix: str) -> dict[str, str]:
    """With scripts, choosing a question brings its entries at once."""
    place = f"#{prefix}"
    return {
        "hx-post": "", "hx-trigger": "change", "hx-target": place, "hx-select": place, "hx-swap": "outerHTML",
        "hx-vals": '{"look": "1"}',
    }


def _up_to_date(data: Any, prefix: str) -> Any:
    """What was sent, without the entries of a question no longer chosen."""
    chosen = data.get(f"{prefix}-question", "") if data is not None else ""
    if data is None or chosen == data.get(f"{prefix}-shown", ""):
        return data
    data = data.copy()
    for name in ("operator", "bound", "options"):
        data.pop(f"{prefix}-{name}", None)
    data[f"{prefix}-shown"] = chosen
    operators = OPERATORS.get(kind_of(chosen, get_questionnaire()) or "", ())
    if len(operators) == 1:
        data[f"{prefix}-operator"] = operators[0]
    return data


# One condition ------------------------------------------------------------------------------------


class ConditionRow(OrderedRow):
    """One condition. Its id is made once and never seen."""

    told = ("text_zh", "text_en", "tested_by", "kept")

    id = forms.CharField(required=False, widget=forms.HiddenInput)
    kept = forms.CharField(required=False, widget=forms.HiddenInput)
    text_zh = text_field(gettext_lazy("Text (Chinese)"), lang="zh-Hans")
    text_en = text_field(gettext_lazy("Text (English)"), lang="en")
    tested_by = forms.ChoiceField(
        label=gettext_lazy("Tested by"), choices=[("", gettext_lazy("Choose")), *TESTED_BY],
        help_text=gettext_lazy("Statements are read from the answers; what the owner confirms stays open."),
    )

    def __init__(self, data: Data | None = None, *, prefix: str, **more: Any) -> None:
        super().__init__(data, prefix=prefix, **more)
        self.statements: RowList[StatementRow] = RowList(
            StatementRow, f"{prefix}-statements", data=data,
            initial=self.initial.get("statements", ({},)), quiet=self.quiet,
        )
        self.kept_rule = unsealed(self.raw("kept"))
        if self.kept_rule is not None:
            self.fields["tested_by"].choices = [  # type: ignore[attr-defined]
                *self.fields["tested_by"].choices, (KEPT, _("The rule as it stands, shown below in words")),  # type: ignore[attr-defined]
            ]

    @property
    def is_blank(self) -> bool:
        return super().is_blank and not self.statements.standing

    @property
    def kept_words(self) -> str:
        return "" if self.kept_rule is None else rule_in_words(self.kept_rule)

    def is_valid(self) -> bool:
        return super().is_valid() & self.statements.is_valid()

    def clean(self) -> dict[str, Any]:
        tested_by, statements = self.cleaned_data.get("tested_by"), len(self.statements.standing)
        if tested_by in (CONFIRM, KEPT) and statements:
            self.add_error("tested_by", _("There are statements below: remove them, or say that they are the test."))
        if tested_by == "one" and statements > 1:
            self.add_error("tested_by", _("There are several statements: say whether all or any of them must hold."))
        if tested_by in ("one", "all", "any") and not statements:
            self.add_error("tested_by", _("Choose a question for the statement below."))
        return self.cleaned_data

    @property
    def rule(self) -> Any:
        """Plain data, or None where the owner confirms; only of a valid row."""
        tested_by = self.cleaned_data["tested_by"]
        if tested_by == KEPT:
            return self.kept_rule
        if tested_by == CONFIRM:
            return None
        return rule_of(Rows(join=tested_by, statements=tuple(row.statement for row in self.statements.standing)))


def unsealed(seal: Any) -> Any:
    """The rule that travels with the form; None for a seal that is none."""
    try:
        return signing.loads(str(seal or ""), salt=SEAL)
    except signing.BadSignature:
        return None


# A stored condition as entries ----------------------------------------------------------------------


def condition_entries(condition: Any) -> dict[str, Any]:
    """The entries of a row for a stored condition, whatever state it is in."""
    raw = condition if isinstance(condition, Mapping) else {}
    text = raw.get("text") if isinstance(raw.get("text"), Mapping) else {}
    entries = {"id": raw.get("id", ""), "text_zh": text.get("zh", ""), "text_en": text.get("en", "")}
    if raw.get("rule") is None:
        return {**entries, "tested_by": CONFIRM, "statements": ()}
    rule = read_rule(raw["rule"])
    rows = rows_of(rule, get_questionnaire()) if rule else None
    if rows is None:
        return {**entries, "tested_by": KEPT, "kept": signing.dumps(raw["rule"], salt=SEAL), "statements": ()}
    return {**entries, "tested_by": rows.join, "statements": [statement_entries(one) for one in rows.statements]}


def statement_entries(statement: Statement) -> dict[str, Any]:
    bound = None if statement.bound is None else plain_number(statement.bound)
    return {
        "question": statement.question, "shown": statement.question, "operator": statement.operator,
        "negated": statement.negated, "bound": bound, "options": list(statement.options),
    }


__all__ = ["CONFIRM", "KEPT", "ConditionRow", "Join", "StatementRow", "condition_entries", "get_rule_words",
           "rule_in_words", "unsealed"]
