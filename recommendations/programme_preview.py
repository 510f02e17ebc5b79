"""What a programme would say to one firm, before anything of it is stored.

The firm is one of the fictional examples of the repository, or a submission this officer may see.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clusters.content import get_places
from clusters.models import User
from diagnosis.content import get_questionnaire
from diagnosis.domain.answers import Answers
from diagnosis.domain.answers_file import read_answers
from diagnosis.domain.size_class import size_class
from diagnosis.domain.wording import answer_text
from diagnosis.localised import said, short_language
from diagnosis.models import Submission
from diagnosis.wording import get_wording
from recommendations.documents import answers_in_use
from recommendations.domain.policy import Programme, ProgrammeCondition, Reason, assess, money
from recommendations.programme_conditions import rule_in_words
from recommendations.programme_rows import MoneyField, QuietForm

EXAMPLES: Final = Path(settings.BASE_DIR) / "examples"
USUAL_SPEND: Final = 400_000  # RMB, to begin with

VERDICTS: Final = {
    "eligible": gettext_lazy("Eligible"), "not_eligible": gettext_lazy("Not eligible"),
    "unsure": gettext_lazy("Not sure yet"),
}
STATES: Final = {
    "met": gettext_lazy("met"), "failed": gettext_lazy("not met"), "unknown": gettext_lazy("not known"),
    "confirm": gettext_lazy("the owner confirms this"),
}
MARKS: Final = {"met": "✓", "failed": "✗", "unknown": "?", "confirm": "?"}


@cache
def samples() -> dict[str, Answers]:
    """The example firms by the name of their file."""
    return {
        path.stem: read_answers(path.read_bytes(), get_questionnaire(), get_places().cluster_of_subsector)
        for path in sorted(EXAMPLES.glob("*.json"))
    }


def sample_choices() -> list[tuple[str, str]]:
    named = [(id, f"{answers.choice('company_name')} · {id.replace('_', ' ')}") for id, answers in samples().items()]
    return [("", _("Choose")), *named]


class PreviewForm(QuietForm):
    """Which firm to look at, and what it would spend."""

    sample = forms.ChoiceField(label=gettext_lazy("Sample firm"), choices=sample_choices, required=False)
    reference = forms.CharField(
        label=gettext_lazy("Or a submission, by its reference"), required=False, max_length=12,
        widget=forms.TextInput(attrs={"class": "short", "autocomplete": "off", "spellcheck": "false"}),
        help_text=gettext_lazy("When given, it is used instead of the sample firm."),
    )
    spend = MoneyField(
        gettext_lazy("Spending that can be supported (RMB before tax)"), initial=USUAL_SPEND,
        help_text=gettext_lazy("In a report: the planned cost of the measures in the roadmap that can be supported."),
    )

    def __init__(self, data: Any = None, *, user: User, quiet: bool = False) -> None:
        first = next(iter(samples()), "")
        super().__init__(data, quiet=quiet, prefix="preview", initial={"sample": first})
        self.user = user

    def clean_reference(self) -> Submission | None:
        reference = str(self.cleaned_data["reference"]).strip().upper()
        if not reference:
            return None
        found = Submission.objects.visible_to(self.user).filter(reference=reference).first()  # type: ignore[attr-defined]
        if found is None:
            raise forms.ValidationError(_("None of the submissions you see has this reference."))
        return found  # type: ignore[no-any-return]

    def clean_spend(self) -> int:
        if self.cleaned_data["spend"] is None:
            raise forms.ValidationError(_("Give an amount, 0 if nothing is planned."))
        return int(self.cleaned_data["spend"])

    def clean(self) -> dict[str, Any]:
        told = self.cleaned_data
        if "reference" not in self.errors and not told.get("reference") and not told.get("sample"):
            self.add_error("sample", _("Choose a sample firm, or give a reference."))
        return told

    def preview(self, programme: Programme, today: date) -> Preview:
        """Only of a valid form."""
        submission = self.cleaned_data["reference"]
        answers = answers_in_use(submission) if submission else samples()[self.cleaned_data["sample"]]
        return preview_of(programme, answers, spend=self.cleaned_data["spend"], today=today)


@dataclass(frozen=True, kw_only=True)
class Line:
    """One condition: how the firm stands to it, what it is tested by, and the answers it was read from."""

    text: str
    mark: str
    state: str
    state_words: str
    test: str
    answers: tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True)
class Preview:
    """What the programme says to one firm, in the language of the page."""

    firm: str
    verdict: str
    verdict_words: str
    closed: tuple[str, ...]
    lines: tuple[Line, ...]
    spend: str
    amount: str
    amount_text: str
    verified: bool


def preview_of(programme: Programme, answers: Answers, *, spend: int, today: date) -> Preview:
    found = assess(programme, answers, size_class(answers), spend, today)
    closed, read = _apart(found.reasons, len(programme.conditions))
    return Preview(
        firm=answers.choice("company_name") or "–",
        verdict=found.verdict, verdict_words=str(VERDICTS[found.verdict]),
        closed=tuple(said(reason.text) for reason in closed),
        lines=tuple(
            _line(condition, reason, answers)
            for condition, reason in zip(programme.conditions, read, strict=True)
        ),
        spend=said(money(spend)), amount="" if found.amount is None else said(money(found.amount)),
        amount_text=said(found.amount_text), verified=found.verified,
    )


def _apart(reasons: tuple[Reason, ...], conditions: int) -> tuple[tuple[Reason, ...], tuple[Reason, ...]]:
    """Why the programme is closed today, and the conditions."""
    return reasons[:-conditions], reasons[-conditions:]


def _line(condition: ProgrammeCondition, reason: Reason, answers: Answers) -> Line:
    state = reason.state if condition.rule is not None else "confirm"
    test = "" if condition.rule is None else rule_in_words(condition.rule.model_dump(by_alias=True))
    return Line(
        text=said(condition.text), state=state, mark=MARKS[state], state_words=str(STATES[state]), test=test,
        answers=tuple(_answer(id, answers) for id in reason.answers),
    )


def _answer(id: str, answers: Answers) -> tuple[str, str]:
    question = get_questionnaire().questions[id]
    return said(question.name), answer_text(get_wording(), question, answers)[short_language()]


__all__ = ["Preview", "PreviewForm", "preview_of", "samples"]
