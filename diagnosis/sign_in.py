"""The sign-in form: one e-mail address, and for officers a password; and the form that changes it."""

from __future__ import annotations

from allauth.account.app_settings import EmailVerificationMethod
from allauth.account.forms import ChangePasswordForm, LoginForm
from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _


class SignInForm(LoginForm):
    """Without a password a code is sent to the address (owners); officers give their password."""

    def _setup_password_field(self) -> None:
        """allauth drops the field because owners sign up without one; here it stays, optional."""
        self.fields["login"].label = _("E-mail address")
        self.fields["password"].label = _("Password (officers only)")
        self.fields["password"].required = False
        self.fields["password"].help_text = ""
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)

    def login(self, request: HttpRequest, redirect_url: str | None = None) -> HttpResponse:
        """An officer's session lasts a working day, an owner's a month. An officer's address was
        checked by whoever made the account."""
        officer = bool(self.cleaned_data.get("password")) and self.user.is_staff
        if officer:
            self._login.email_verification = EmailVerificationMethod.NONE
        response = super().login(request, redirect_url)
        if officer:
            request.session.set_expiry(settings.OFFICER_SESSION_HOURS * 3600)
        return response

    @property
    def shows_password(self) -> bool:
        """Whether the password stands open on the page: the last try used one."""
        return bool(self.data.get("password")) or bool(self.errors.get("password"))


class NewPasswordForm(ChangePasswordForm):
    """Another one than before."""

    def clean_password1(self) -> str:
        password: str = self.cleaned_data["password1"]
        if self.user.check_password(password):
            raise forms.ValidationError(_("This is the present password. Choose another one."))
        return password
