"""Everything that changes people: by city administrators, and their own language. Each function is one transaction."""

from __future__ import annotations

from collections.abc import Iterable

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import transaction

from clusters.audit import record
from clusters.models import AuditKind, Membership, Role, User


@transaction.atomic
def store_person(
    *, person: User, by: User | None, clusters: Iterable[str] | None = None, new_password: str = "",
    remove_second_factor: bool = False,
) -> None:
    """Save a person as a city administrator filled them in.

    `clusters` are all the clusters an officer works for; None leaves them as they are. Whoever is no
    owner may enter the officers' pages. Whoever is deactivated or becomes an owner again loses the
    password, and with it every session that is open anywhere, for good: coming back takes a new one.
    A password typed for somebody else has to be changed by that person before anything opens.
    """
    before = User.objects.select_for_update().filter(pk=person.pk).first()
    person.is_staff = person.role != Role.OWNER
    person.is_superuser = person.is_superuser and person.role == Role.CITY_ADMIN
    leaves = not person.is_active or (before is not None and before.is_staff and not person.is_staff)
    if new_password:
        person.set_password(new_password)
        person.password_is_lent = by is not None and by.pk != person.pk
    elif leaves or before is None:
        person.set_unusable_password()
        person.password_is_lent = False
    person.save()
    _vouch_for_address(person)
    if clusters is not None:
        _assign(person, frozenset(clusters))
    if remove_second_factor:
        Authenticator.objects.filter(user=person).delete()
    how = [word for word, done in (("new_password", new_password), ("factor_removed", remove_second_factor)) if done]
    record(AuditKind.PERSON_CHANGED, by=by, account=person.pk, role=person.role if person.is_active else "", how=how)


@transaction.atomic
def keep_language(*, user: User, code: str) -> None:
    """Mails to this person are written in the language of the pages they read last."""
    if user.language != code and code in dict(settings.LANGUAGES):
        User.objects.filter(pk=user.pk).update(language=code)
        user.language = code


def _assign(person: User, clusters: frozenset[str]) -> None:
    known = frozenset(person.memberships.values_list("cluster", flat=True))
    person.memberships.filter(cluster__in=known - clusters).delete()
    Membership.objects.bulk_create([Membership(user=person, cluster=cluster) for cluster in sorted(clusters - known)])


def _vouch_for_address(person: User) -> None:
    """The address the administrator typed counts as checked; addresses of before stop working."""
    EmailAddress.objects.filter(user=person).exclude(email=person.email).delete()
    EmailAddress.objects.update_or_create(
        user=person, email=person.email, defaults={"verified": True, "primary": True}
    )
