"""Forms made from the questionnaire: one form a page, its cleaned data are typed answers.

A question left blank stays unanswered; "I don't know" is an answer. Numbers and texts accept
full-width digits and the separators people type.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout, LayoutObject
from crispy_forms.utils import TEMPLATE_PACK
from django import forms
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clusters.content import get_places
from diagnosis.content import get_questionnaire
from diagnosis.domain.answers import Answers, Value
from diagnosis.domain.questionnaire import NOT_APPLICABLE, UNKNOWN, Option, Page, Question
from diagnosis.domain.values import NEVER_UNKNOWN, BadValue, check_value, plain_number
from diagnosis.localised import refusal, said
from diagnosis.widgets import Menu, Radios, Ticks

NONE = "none"
LONG_LIST = 12  # more options than this are a drop-down menu, not buttons


class QuestionRow(LayoutObject):
    """One question with its legend, hint, trade example, options and error."""

    def __init__(self, question: Question, cluster: str | None, remarks: Sequence[Any] = ()) -> None:
        self.question = question
        self.cluster = cluster
        self.remarks = remarks

    def render(self, form: forms.Form, context: Any, template_pack: str = TEMPLATE_PACK, **kwargs: Any) -> str:
        question = self.question
        form.rendered_fields.update(form.names_of[question.id])
        example = question.examples.get(self.cluster or "")
        if _control(question) in ("select", "number", "text"):  # the others are described by their fieldset
            described = {"aria-describedby": f"d-{question.id}"}
            wrong = {"aria-invalid": "true"} if question.id in form.errors else {}
            form.fields[question.id].widget.attrs |= described | wrong
        return render_to_string(
            "diagnosis/question.html",
            {
                "question": question,
                "example": said(example),
                "fields": [form[name] for name in form.names_of[question.id]],
                "errors": form.errors.get(question.id, []),
                "control": _control(question),
                "remarks": self.remarks,
            },
        )


def _control(question: Question) -> str:
    if question.kind in ("scale", "choice"):
        return "select" if len(question.options) > LONG_LIST else "radios"
    return {"ticks": "ticks", "number": "number", "text": "text", "text_list": "texts"}[question.kind]


def _options(question: Question, cluster: str | None) -> tuple[Option, ...]:
    """The options to offer; sub-sectors are those of the cluster."""
    if question.id != "subsector" or not cluster:
        return question.options
    home = get_places().cluster_of_subsector
    return tuple(option for option in question.options if home.get(option.id) == cluster)


def _label(question: Question, option: Option) -> str:
    """As it is read; under the name of a cluster its trades, so that a firm finds its own."""
    name = said(option.label)
    if question.id != "cluster":
        return name
    return format_html("{} <small>{}</small>", name, said(get_places().cluster[option.id].trades))


def _special_choices(question: Question) -> list[tuple[str, str]]:
    specials = []
    if question.not_applicable:
        specials.append((NOT_APPLICABLE, _("Not applicable to us")))
    if question.id not in NEVER_UNKNOWN:
        specials.append((UNKNOWN, _("I don't know")))
    return specials


def _choice_field(question: Question, cluster: str | None) -> forms.Field:
    choices = [(option.id, _label(question, option)) for option in _options(question, cluster)]
    choices += _special_choices(question)
    if _control(question) == "select":
        blank = [("", _("Please choose"))]
        return forms.ChoiceField(
            choices=blank + choices, required=False, widget=Menu(attrs={"class": "form-select"})
        )
    return forms.ChoiceField(choices=choices, required=False, widget=Radios)


def _fields(question: Question, cluster: str | None) -> dict[str, forms.Field]:
    """The form fields of one question; the first has the question's id."""
    id = question.id
    if question.kind in ("scale", "choice"):
        return {id: _choice_field(question, cluster)}
    if question.kind == "ticks":
        choices = [(option.id, said(option.label)) for option in question.options]
        choices += [(NONE, _("None of these")), (UNKNOWN, _("I don't know"))]
        return {id: forms.MultipleChoiceField(choices=choices, required=False, widget=Ticks)}
    text = {"class": "form-control"}
    if question.kind == "number":
        mode = "numeric" if question.integer else "text"
        return {
            id: forms.CharField(
                required=False, widget=forms.TextInput(attrs={**text, "inputmode": mode, "autocomplete": "off"})
            ),
            f"{id}-unknown": forms.BooleanField(required=False, label=_("I don't know")),
        }
    if question.kind == "text_list":
        return {
            id if number == 0 else f"{id}-{number}": forms.CharField(
                required=False, widget=forms.TextInput(attrs=text), strip=False
            )
            for number in range(question.max_items or 1)
        }
    complete = {"company_name": "organization"}.get(id, "off")
    return {
        id: forms.CharField(
            required=False, strip=False, widget=forms.TextInput(attrs={**text, "autocomplete": complete})
        )
    }


def _initial(question: Question, answers: Answers) -> dict[str, Any]:
    """What the fields of a question show for a stored answer."""
    id, value = question.id, answers.get(question.id)
    if value is None:
        return {}
    if question.kind == "ticks":
        return {id: [value] if value == UNKNOWN else list(value) or [NONE]}  # type: ignore[arg-type]
    if question.kind == "number":
        return {f"{id}-unknown": True} if value == UNKNOWN else {id: plain_number(value)}  # type: ignore[arg-type]
    if question.kind == "text_list":
        items = [] if isinstance(value, str) else list(value)  # type: ignore[arg-type]
        return {id if number == 0 else f"{id}-{number}": text for number, text in enumerate(items)}
    return {id: str(value)}


def read_number(typed: str) -> float | str:
    """A number as people type it: full-width digits, thousands separators, a percent sign, a real minus."""
    plain = unicodedata.normalize("NFKC", typed).replace(",", "").replace(" ", "").removesuffix("%")
    try:
        return float(plain.replace("−", "-"))
    except ValueError:
        return typed


class Contradiction(ValueError):
    """Two parts of one answer exclude each other."""


def _raw_ticks(question: Question, cleaned: Mapping[str, Any]) -> Any:
    chosen = cleaned[question.id]
    if len(chosen) > 1 and {NONE, UNKNOWN} & set(chosen):
        raise Contradiction(_('Choose either the practices you have, or "None of these", or "I don\'t know".'))
    if chosen in ([UNKNOWN], []):
        return UNKNOWN if chosen else None
    return [] if chosen == [NONE] else chosen


def _raw_number(question: Question, cleaned: Mapping[str, Any]) -> Any:
    typed = cleaned[question.id]
    if cleaned[f"{question.id}-unknown"]:
        if typed:
            raise Contradiction(_('Enter a number or tick "I don\'t know", not both.'))
        return UNKNOWN
    return read_number(typed) if typed else None


def _raw_scale(question: Question, cleaned: Mapping[str, Any]) -> Any:
    chosen = cleaned[question.id]
    return int(chosen) if chosen.isdigit() else chosen or None


def _raw_text_list(question: Question, cleaned: Mapping[str, Any]) -> Any:
    names = [question.id, *(f"{question.id}-{number}" for number in range(1, question.max_items or 1))]
    texts = [cleaned[name] for name in names if cleaned[name].strip()]
    return texts or None


def _raw_plain(question: Question, cleaned: Mapping[str, Any]) -> Any:
    return cleaned[question.id] if cleaned[question.id].strip() else None


_RAW = {
    "scale": _raw_scale,
    "choice": _raw_plain,
    "ticks": _raw_ticks,
    "number": _raw_number,
    "text": _raw_plain,
    "text_list": _raw_text_list,
}


class PageForm(forms.Form):
    """One page of the questionnaire. After validation `values` holds the typed answers.

    `remarks` are an officer's comments by question id; they are shown at the question.
    """

    use_required_attribute = False

    def __init__(
        self, *args: Any, page: Page, answers: Answers, remarks: Mapping[str, Sequence[Any]] | None = None,
        **kwargs: Any,
    ) -> None:
        questions = [get_questionnaire().questions[id] for id in page.questions]
        initial = {name: value for question in questions for name, value in _initial(question, answers).items()}
        super().__init__(*args, initial={**initial, **kwargs.pop("initial", {})}, **kwargs)
        self.questions = questions
        self.values: dict[str, Value] = {}
        self.names_of: dict[str, list[str]] = {}
        cluster = answers.choice("cluster")
        for question in questions:
            fields = _fields(question, cluster)
            self.fields.update(fields)
            self.names_of[question.id] = list(fields)
        self.helper = FormHelper(self)
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.layout = Layout(
            *(QuestionRow(question, cluster, (remarks or {}).get(question.id, ())) for question in questions)
        )

    def clean(self) -> dict[str, Any]:
        for question in self.questions:
            if not any(name in self.errors for name in self.names_of[question.id]):
                self._read(question)
        return self.cleaned_data

    def _read(self, question: Question) -> None:
        try:
            raw = _RAW[question.kind](question, self.cleaned_data)
            if raw is not None:
                self.values[question.id] = check_value(question, raw)
        except Contradiction as error:
            self.add_error(question.id, str(error))
        except BadValue as bad:
            self.add_error(question.id, refusal(bad))

    @property
    def error_summary(self) -> list[dict[str, str]]:
        """Each fault with the id of the control to jump to."""
        rows = []
        for question in self.questions:
            for message in self.errors.get(question.id, []):
                rows.append({"target": f"q-{question.id}", "name": said(question.name), "message": message})
        return rows


class SubmitForm(forms.Form):
    """The owner's consent; one unticked box a purpose."""

    use_required_attribute = False
    consent_use = forms.BooleanField(
        required=True,
        label=gettext_lazy("Yes: make my report, and let the officers of my cluster see my answers and the result."),
        error_messages={"required": gettext_lazy("Without this we may not make the report. Your draft is kept.")},
    )
    consent_statistics = forms.BooleanField(
        required=False,
        label=gettext_lazy(
            "Yes: also count my figures, without my name, in comparison groups of at least five firms. (optional)"
        ),
    )
