"""How people sign in (django-allauth): owners by e-mail code, officers by password and TOTP.

There is no weaker way in for officers: a code sent by mail opens an owner's account only, and a
forgotten password is mailed a new chance only where a second factor guards the account. Otherwise
a city administrator sets a new one.
"""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.account.internal.stagekit import clear_login
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from clusters import officer_session, sign_in_log
from clusters.actions import keep_language
from clusters.models import AuditKind, User
from diagnosis.access import remembered
from diagnosis.actions import claim

LOGIN_CODE = "account/email/login_code"
PASSWORD_NEEDED = "account/email/password_needed"


class AccountAdapter(DefaultAccountAdapter):
    """Sends officers to their pages; an owner keeps the diagnoses begun in this browser."""

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        if getattr(request.user, "is_staff", False):
            return reverse("admin:index")
        return reverse(settings.LOGIN_REDIRECT_URL)

    def pre_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse | None:
        """Refuse officers who came by anything but their password."""
        refused = super().pre_login(request, user, **kwargs)
        if refused is None and user.is_staff and _last_method(request, user) != "password":
            clear_login(request)
            messages.error(request, _("Officers sign in with their password."))
            return redirect("account_login")
        return refused

    def post_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse:
        keep_language(user=user, code=get_language() or user.language)
        if user.is_staff:
            officer_session.begin(request)
            sign_in_log.note(AuditKind.SIGNED_IN, request, user)
        else:
            for submission in remembered(request):
                claim(submission=submission, by=user)
        return super().post_login(request, user, **kwargs)

    def set_password(self, user: Any, password: str) -> None:
        """The person's own choice, by change or reset: from now on nobody else knows it, if it is another one."""
        user.password_is_lent = user.password_is_lent and user.check_password(password)
        super().set_password(user, password)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return self.get_login_redirect_url(request)

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        person = sign_in_log.account_of(credentials.get("email", ""))
        sign_in_log.note_failed(AuditKind.SIGN_IN_FAILED, request, person)

    def logout(self, request: HttpRequest) -> None:
        sign_in_log.note(AuditKind.SIGNED_OUT, request, request.user)
        super().logout(request)

    def send_notification_mail(self, template_prefix: str, user: Any, *args: Any, **kwargs: Any) -> None:
        """The one place that hears of every change of a password or second factor."""
        sign_in_log.note_change(self.request, user, template_prefix)
        super().send_notification_mail(template_prefix, user, *args, **kwargs)

    def format_email_subject(self, subject: str) -> str:
        return f"{_('Chain diagnosis')}: {subject}"

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """An officer who asks for a sign-in code gets the advice to use the password; the page says
        the same as for everybody, so that nobody learns whose address belongs to an officer."""
        if template_prefix == LOGIN_CODE and _belongs_to_officer(email):
            template_prefix = PASSWORD_NEEDED
            context = {key: value for key, value in context.items() if key != "code"}
        super().send_mail(template_prefix, email, context)

    def send_password_reset_mail(self, user: Any, email: str, context: dict[str, Any]) -> None:
        if user.is_staff and not is_mfa_enabled(user):
            super().send_mail("account/email/password_by_administrator", email, context)
            return
        super().send_password_reset_mail(user, email, context)


def _last_method(request: HttpRequest, user: User) -> str:
    records = get_authentication_records(request, user)
    return str(records[-1]["method"]) if records else ""


def _belongs_to_officer(email: str) -> bool:
    """By the person's own address or any other that leads to the account."""
    own = User.objects.filter(email__iexact=email, is_staff=True)
    other = User.objects.filter(emailaddress__email__iexact=email, is_staff=True)
    return own.exists() or other.exists()
