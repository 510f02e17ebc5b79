"""Forms of the officers' pages about people."""

from __future__ import annotations

from typing import Any, ClassVar

from allauth.account.models import EmailAddress
from django import forms
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext_lazy as _

from clusters.models import ClusterId, Role, User


class PersonForm(forms.ModelForm):
    """A person as a city administrator sees them. The password is set here and never shown."""

    by: ClassVar[User]  # who fills the form in; set by the page

    clusters = forms.MultipleChoiceField(
        label=_("Clusters"), choices=ClusterId.choices, required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("For officers: whose submissions they see. City administrators and auditors see all."),
    )
    new_password = forms.CharField(
        label=_("New password"), required=False, strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_(
            "At least 12 characters. Hand it over in person; it has to be changed at the next sign-in. Leave empty to "
            "keep the present one."
        ),
    )
    remove_second_factor = forms.BooleanField(
        label=_("Remove the second factor"), required=False,
        help_text=_("When the phone is lost. The officer sets up a new one at the next sign-in."),
    )

    class Meta:
        model = User
        fields = ("email", "name", "role", "is_active")
        labels: ClassVar[dict[str, Any]] = {"is_active": _("May sign in")}
        help_texts: ClassVar[dict[str, Any]] = {
            "is_active": _("Take the tick away instead of deleting a person. It works at once."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["clusters"] = list(self.instance.memberships.values_list("cluster", flat=True))

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"].lower()
        taken = User.objects.filter(email__iexact=email).exclude(pk=self.instance.pk).exists()
        if taken or EmailAddress.objects.filter(email=email).exclude(user=self.instance.pk).exists():
            raise forms.ValidationError(_("Another person has this e-mail address."))
        return email

    def clean_new_password(self) -> str:
        password: str = self.cleaned_data["new_password"]
        if password:
            validate_password(password, self.instance)
        return password

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if self._comes_in(cleaned) and not cleaned.get("new_password") and "new_password" not in self.errors:
            self.add_error("new_password", _("An officer signs in with a password. Set one."))
        if self.instance.pk == self.by.pk and not self._stays_city_admin(cleaned):
            raise forms.ValidationError(_("You cannot take away your own role. Ask another city administrator."))
        return cleaned

    def _comes_in(self, cleaned: dict[str, Any]) -> bool:
        """Whether the person may enter the officers' pages from now on and could not before."""
        before = self.instance  # still as stored: the form fills it in after cleaning
        was_in = before.pk and before.is_staff and before.is_active and before.has_usable_password()
        return cleaned.get("role", Role.OWNER) != Role.OWNER and bool(cleaned.get("is_active")) and not was_in

    @staticmethod
    def _stays_city_admin(cleaned: dict[str, Any]) -> bool:
        return cleaned.get("role") == Role.CITY_ADMIN and bool(cleaned.get("is_active"))
