"""Forms around invitations: finding one, and the officer's form of a campaign."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from diagnosis.firm_facts import NotAFact, stated
from diagnosis.invitation_codes import read_code
from diagnosis.models import Campaign


class FindForm(forms.Form):
    """An invitation code or a social credit code; for the latter the firm's name in a second step.

    After validation one of `invitation_code` and `uscc` is filled.
    """

    use_required_attribute = False
    code = forms.CharField(
        label=gettext_lazy("Invitation code or unified social credit code"), max_length=60,
        widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "off", "autocapitalize": "characters"}),
    )
    company_name = forms.CharField(
        label=gettext_lazy("Full name of the company"), required=False, max_length=120,
        widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "organization"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.invitation_code = self.uscc = ""

    def clean_code(self) -> str:
        typed: str = self.cleaned_data["code"]
        self.invitation_code = read_code(typed) or ""
        if not self.invitation_code:
            self.uscc = self._read_uscc(typed)
        return typed

    @staticmethod
    def _read_uscc(typed: str) -> str:
        try:
            return stated("uscc", typed)
        except NotAFact as error:
            lengths = _("An invitation code has 12 characters, a unified social credit code 18.")
            raise forms.ValidationError(f"{lengths} {_('Compare it with the letter or the licence.')}") from error

    def clean_company_name(self) -> str:
        typed: str = self.cleaned_data["company_name"]
        if not typed:
            return ""
        try:
            return stated("company_name", typed)
        except NotAFact as error:
            raise forms.ValidationError(str(error)) from error


LONGEST_NOTE: Final = 300  # a letter is one page
MOST_LINES: Final = 5


def _short_note(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(text) > LONGEST_NOTE or len(lines) > MOST_LINES:
        raise forms.ValidationError(_("At most 300 characters and 5 lines: the letter has one page."))
    return "\n".join(lines)


class CampaignForm(forms.ModelForm):
    """A campaign as an officer fills it in."""

    def clean_note_zh(self) -> str:
        return _short_note(self.cleaned_data["note_zh"])

    def clean_note_en(self) -> str:
        return _short_note(self.cleaned_data["note_en"])

    class Meta:
        model = Campaign
        fields = ("name", "cluster", "closes_on", "note_zh", "note_en", "contact")
        widgets: ClassVar[dict[str, Any]] = {
            "note_zh": forms.Textarea(attrs={"rows": 4, "cols": 70}),
            "note_en": forms.Textarea(attrs={"rows": 4, "cols": 70}),
        }
        help_texts: ClassVar[dict[str, Any]] = {
            "name": gettext_lazy("For officers only; firms do not see it."),
            "note_zh": gettext_lazy("One or two sentences that mail, letter and page say besides the fixed text."),
            "note_en": gettext_lazy("For firms that are written to in English. Left empty, the Chinese note is shown."),
            "closes_on": gettext_lazy(
                "The last day answers are wanted. After it nothing more is mailed; invitations keep working."
            ),
            "contact": gettext_lazy("Name and telephone, as firms read it. Left empty: your name and e-mail address."),
        }
