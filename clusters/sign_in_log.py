"""Who of the officers signed in, failed to, signed out, or changed a password or second factor: in the log.

By number of the account, never by an address somebody typed: a try for an unknown address leaves a line in the process
log (view, status, time) and no entry, so strangers cannot fill the log. Wrong tries for an officer's account are as
many as the limits of signing in let through.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from allauth.account.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Q
from django.http import HttpRequest

from clusters.audit import record
from clusters.models import AuditKind, User

# Mails django-allauth would send about a change (they are switched off) -> what it is called in the log, and how.
CHANGES: Final[Mapping[str, tuple[AuditKind, str]]] = {
    "account/email/password_changed": (AuditKind.PASSWORD_CHANGED, "changed"),
    "account/email/password_set": (AuditKind.PASSWORD_CHANGED, "changed"),
    "account/email/password_reset": (AuditKind.PASSWORD_CHANGED, "by_mail"),
    "mfa/email/totp_activated": (AuditKind.FACTOR_CHANGED, "set_up"),
    "mfa/email/totp_deactivated": (AuditKind.FACTOR_CHANGED, "removed"),
    "mfa/email/recovery_codes_generated": (AuditKind.FACTOR_CHANGED, "new_codes"),
}


def note(kind: AuditKind, request: HttpRequest, person: Any, **detail: Any) -> None:
    """What an officer did with the own account."""
    if isinstance(person, User) and person.is_staff:
        record(kind, by=person, address=_address(request), **detail)


def note_failed(kind: AuditKind, request: HttpRequest, person: User | None, **detail: Any) -> None:
    """Somebody, who need not be the officer, could not get in."""
    if person is not None and person.is_staff:
        record(kind, by=None, account=person.pk, address=_address(request), **detail)


def note_change(request: HttpRequest, person: Any, mail: str) -> None:
    if mail in CHANGES:
        kind, how = CHANGES[mail]
        note(kind, request, person, how=how)


def account_of(email: str) -> User | None:
    """The officer an address leads to, by the own one or any other of the account."""
    leads = Q(email__iexact=email) | Q(emailaddress__email__iexact=email)
    return User.objects.filter(leads, is_staff=True).first() if email else None


def _address(request: HttpRequest) -> str:
    try:
        return str(get_adapter(request).get_client_ip(request))
    except PermissionDenied:
        return ""


class _NotesWrongCodes:
    """A form for the second factor that notes a wrong code; one too many in a short time is not looked at."""

    user: User

    def clean_code(self) -> str:
        try:
            return str(super().clean_code())  # type: ignore[misc]
        except ValidationError as error:
            if "incorrect_code" in [one.code for one in error.error_list]:
                note_failed(AuditKind.FACTOR_FAILED, get_adapter().request, self.user)
            raise


class SecondFactorForm(_NotesWrongCodes, AuthenticateForm):  # type: ignore[misc]
    pass


class SecondFactorAgainForm(_NotesWrongCodes, ReauthenticateForm):  # type: ignore[misc]
    pass
