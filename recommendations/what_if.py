"""The what-if form: own budget, target, prices and answers, read into what is asked of the planner.

Nothing here touches what is stored. A blank field means "as it is": no limit, the planning
assumption, the stored answer. Deciding answers are always offered; any other answer is offered once
the owner has chosen it (`also`), so that the page stays short enough for a phone.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation, Overflow
from typing import Any, Final

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clusters.domain.content_file import Text
from diagnosis.content import get_questionnaire
from diagnosis.domain.answers import Answers, Value
from diagnosis.domain.chain import CORE_SCENES, DOMAINS, LINKS, SCENES, TOPS, VIEW, applicable_scenes
from diagnosis.domain.questionnaire import UNKNOWN, Page, Question
from diagnosis.domain.size_class import size_class
from diagnosis.forms import PageForm
from diagnosis.localised import said, short_language
from diagnosis.wording import get_wording
from recommendations.content import get_catalogue
from recommendations.domain.goal import FULL_PROCESS, STAGE, TargetError, goal_of
from recommendations.domain.owner_plan import Asked
from recommendations.domain.report import Wish

MOST_MONEY: Final = 1_000_000_000  # RMB; more is a slip of the finger
MOST_TYPED: Final = 40  # characters of an amount
TEN_THOUSAND: Final = "万"
ANSWER_PREFIX: Final = "answer"
PRICE: Final = "price-"

# Always offered, domain by domain; with links and view they decide the verdict.
DECIDING: Final[Mapping[str, tuple[str, ...]]] = {
    **{domain: CORE_SCENES[domain] for domain in DOMAINS}, "links": tuple(LINKS), "view": (VIEW,),
}
DECIDING_IDS: Final = tuple(id for ids in DECIDING.values() for id in ids)
# Who the firm is does not change by wishing, and a text decides nothing.
FIXED: Final = frozenset({"cluster"})
CHANGEABLE_KINDS: Final = frozenset({"scale", "choice", "ticks", "number"})


# Amounts ------------------------------------------------------------------------------------------


def read_money(typed: str) -> int:
    """Whole RMB as people type it: ¥ 50,000, ５００００元, 5万. Raises forms.ValidationError."""
    plain = unicodedata.normalize("NFKC", typed).strip().upper().removeprefix("RMB").replace(",", "")
    plain = "".join(plain.split()).strip("¥").removesuffix("元")
    times = 10_000 if plain.endswith(TEN_THOUSAND) else 1
    try:
        amount = Decimal(plain.removesuffix(TEN_THOUSAND)) * times if len(typed) <= MOST_TYPED else None
    except (InvalidOperation, Overflow):
        amount = None
    if amount is None or not amount.is_finite():
        raise forms.ValidationError(_("Enter an amount in RMB as a number, such as 50000."))
    if not 0 <= amount <= MOST_MONEY:
        raise forms.ValidationError(_("Enter an amount from 0 to %(most)s.") % {"most": f"{MOST_MONEY:,}"})
    if amount != int(amount):
        raise forms.ValidationError(_("Enter whole RMB, without a decimal part."))
    return int(amount)


class MoneyField(forms.CharField):
    """Whole RMB; blank is None."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(
            attrs={"class": "form-control", "inputmode": "numeric", "autocomplete": "off", "maxlength": MOST_TYPED}
        )
        super().__init__(required=False, widget=widget, **kwargs)

    def to_python(self, value: Any) -> Any:
        typed = super().to_python(value)
        return None if typed in self.empty_values else read_money(typed)


# Wish ---------------------------------------------------------------------------------------------


def _option(question: Question, level: int) -> str:
    return f"{level}: {said(question.options[level].label)}"


def _scene_targets(answers: Answers) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Every applicable scene with the levels above where it stands."""
    questions = get_questionnaire().questions
    for scene in (id for id in SCENES if id in applicable_scenes(answers)):
        above = range((answers.level(scene) or 0) + 1, TOPS[scene] + 1)
        options = [(f"{scene}:{level}", _option(questions[scene], level)) for level in above]
        if options:
            yield said(questions[scene].name), options


def target_choices(answers: Answers) -> list[tuple[str, Any]]:
    return [
        (FULL_PROCESS, _("Become full-process")),
        (STAGE, _("Reach the next stage")),
        *_scene_targets(answers),
    ]


class WishForm(forms.Form):
    """Budget, target and a price for any measure; the page shows the prices that matter."""

    use_required_attribute = False
    budget = MoneyField(label=gettext_lazy("Budget in total (RMB)"))
    quarter_budget = MoneyField(label=gettext_lazy("Budget a quarter (RMB)"))
    target = forms.ChoiceField(
        label=gettext_lazy("Target"),
        required=False,
        widget=forms.Select(attrs={"class": "form-select"}),
        error_messages={"invalid_choice": gettext_lazy("Choose one of the targets in the list.")},
    )

    def __init__(self, *args: Any, answers: Answers, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["target"].choices = target_choices(answers)  # type: ignore[attr-defined]
        for measure in get_catalogue().measures.values():
            self.fields[PRICE + measure.id] = MoneyField(label=said(measure.title))

    @classmethod
    def initial_of(cls, wish: Wish) -> dict[str, Any]:
        prices = {PRICE + id: price for id, price in wish.prices.items()}
        return {"target": wish.target, "budget": wish.budget, "quarter_budget": wish.quarter_budget, **prices}

    @property
    def prices(self) -> dict[str, int]:
        """The prices typed, by measure."""
        typed = {id: self.cleaned_data.get(PRICE + id) for id in get_catalogue().measures}
        return {id: price for id, price in typed.items() if price is not None}


# Answers ------------------------------------------------------------------------------------------


def is_other(id: str) -> bool:
    """An answer that can be changed but is not always offered."""
    question = get_questionnaire().questions[id]
    return question.kind in CHANGEABLE_KINDS and id not in FIXED and id not in DECIDING_IDS


def _page(ids: Iterable[str]) -> Page:
    """The questions as a page of the questionnaire, which PageForm reads."""
    blank = Text(zh="–", en="–")
    return Page(id="what-if", title=blank, intro=blank, quick=False, minutes=0, questions=tuple(ids))


class AnswersForm(PageForm):
    """The questionnaire's own form with drop-down menus: short, and read by the same rules."""

    def __init__(self, *args: Any, ids: Iterable[str], answers: Answers, stored: Answers, **kwargs: Any) -> None:
        super().__init__(*args, page=_page(ids), answers=answers, prefix=ANSWER_PREFIX, **kwargs)
        for question in self.questions:
            if question.kind in ("scale", "choice"):
                self._drop_down(question, stored)

    def _drop_down(self, question: Question, stored: Answers) -> None:
        field = self.fields[question.id]
        options = [choice for choice in field.choices if choice[0]]  # type: ignore[attr-defined]
        blank = [] if question.id in stored else [("", _("Not answered"))]
        field.widget = forms.Select(attrs={"class": "form-select"})
        field.choices = blank + options  # type: ignore[attr-defined]


@dataclass(frozen=True, kw_only=True)
class Row:
    """One question on the page with its controls."""

    question: Question
    fields: list[forms.BoundField]
    errors: list[str]
    changed: bool


@dataclass(frozen=True, kw_only=True)
class Group:
    """Questions that open together."""

    id: str
    title: str
    rows: list[Row]

    @property
    def opened(self) -> bool:
        return any(row.errors or row.changed for row in self.rows)


@dataclass(frozen=True, kw_only=True)
class Price:
    """One measure's price: what is planned with, and the field for a quote."""

    field: forms.BoundField
    planned: int


# The whole form -----------------------------------------------------------------------------------


class WhatIf:
    """The form of the page. `answers` are the stored ones, `asked` what it starts with when not sent."""

    def __init__(self, data: QueryDict | None, *, answers: Answers, asked: Asked | None = None) -> None:
        start = asked or Asked()
        self.answers = answers
        self.also = self._chosen(data, start)
        self.wish_form = WishForm(data, answers=answers, initial=WishForm.initial_of(start.wish))
        shown = start.applied_to(answers) if data is None else answers
        sent = None if data is None else self._with_added(data)
        self.answers_form = AnswersForm(sent, ids=(*DECIDING_IDS, *self.also), answers=shown, stored=answers)

    @staticmethod
    def _chosen(data: QueryDict | None, start: Asked) -> tuple[str, ...]:
        """Other answers to change, in the order of the questionnaire."""
        wanted = set(start.answers) if data is None else {*data.getlist("also"), data.get("add", "")}
        return tuple(id for id in get_questionnaire().questions if id in wanted and is_other(id))

    def _with_added(self, data: QueryDict) -> QueryDict:
        """What was sent, and the stored answer to the question that was just chosen."""
        added = data.get("add", "")
        if added not in self.also or added in data.getlist("also"):
            return data
        filled, fresh = data.copy(), AnswersForm(None, ids=(added,), answers=self.answers, stored=self.answers)
        for name, value in fresh.initial.items():
            filled.setlist(fresh.add_prefix(name), value if isinstance(value, list) else [value])
        return filled

    def is_valid(self) -> bool:
        good = self.wish_form.is_valid() & self.answers_form.is_valid()
        return good and self._fits()

    def _fits(self) -> bool:
        """The target still applies with the answers as changed."""
        try:
            goal_of(self.target, self.answers.replace(**self.changed))
        except TargetError:
            words = _("This target does not apply with the answers chosen on this page.")
            self.wish_form.add_error("target", words)
            return False
        return True

    @property
    def target(self) -> str:
        return self.wish_form.cleaned_data["target"] or FULL_PROCESS

    @property
    def changed(self) -> dict[str, Value]:
        """The answers that differ from the stored ones."""
        values = self.answers_form.values.items()
        return {id: value for id, value in values if value != self.answers.get(id, UNKNOWN)}

    @property
    def asked(self) -> Asked:
        """What a valid form asks for; a price that is the planned one is no change."""
        cleaned, changed = self.wish_form.cleaned_data, self.changed
        planned = self._planned(self.answers.replace(**changed))
        prices = {id: price for id, price in self.wish_form.prices.items() if price != planned[id]}
        wish = Wish(
            target=self.target,
            budget=cleaned["budget"],
            quarter_budget=cleaned["quarter_budget"],
            prices=prices,
        )
        return Asked(wish=wish, answers=changed)

    @staticmethod
    def _planned(answers: Answers) -> dict[str, int]:
        size = size_class(answers)
        return {id: measure.band(size).planned for id, measure in get_catalogue().measures.items()}

    # What the page shows

    @property
    def basics(self) -> list[forms.BoundField]:
        return [self.wish_form[name] for name in ("budget", "quarter_budget", "target")]

    def prices_of(self, measures: Iterable[str]) -> list[Price]:
        planned = self._planned(self.answers)
        return [
            Price(field=self.wish_form[PRICE + id], planned=planned[id])
            for id in dict.fromkeys(measures)
            if id in planned
        ]

    def typed_prices(self) -> list[str]:
        """Measures with something in their price field."""
        return [id for id in get_catalogue().measures if self.wish_form[PRICE + id].value() not in (None, "")]

    @property
    def prices_opened(self) -> bool:
        return bool(self.typed_prices())

    def _row(self, id: str) -> Row:
        form = self.answers_form
        return Row(
            question=get_questionnaire().questions[id],
            fields=[form[name] for name in form.names_of[id]],
            errors=list(form.errors.get(id, [])),
            changed=str(form[id].value() or "") not in ("", str(self.answers.get(id, ""))),
        )

    @property
    def groups(self) -> list[Group]:
        titles = {
            **{id: get_wording().say(f"domain.{id}")[short_language()] for id in DOMAINS},
            "links": _("Links"),
            "view": said(get_questionnaire().questions[VIEW].name),
        }
        return [Group(id=id, title=titles[id], rows=[self._row(one) for one in ids]) for id, ids in DECIDING.items()]

    @property
    def others(self) -> list[Row]:
        return [self._row(id) for id in self.also]

    @property
    def to_add(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """Further answers that can be chosen, page by page."""
        questionnaire = get_questionnaire()
        left = [id for id in questionnaire.questions if is_other(id) and id not in self.also]
        pages = [(said(page.title), [id for id in page.questions if id in left]) for page in questionnaire.pages]
        return [(title, [(id, said(questionnaire.questions[id].name)) for id in ids]) for title, ids in pages if ids]

    @property
    def error_summary(self) -> list[dict[str, str]]:
        """Each fault with the id of the control to jump to."""
        wish = [
            {"target": str(self.wish_form[name].id_for_label), "name": str(self.wish_form[name].label), "message": text}
            for name, texts in self.wish_form.errors.items()
            for text in texts
        ]
        return wish + self.answers_form.error_summary
