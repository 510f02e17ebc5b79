"""People in the officers' pages: for city administrators only."""

from __future__ import annotations

from typing import Any, ClassVar

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.models import Group
from django.db.models import Exists, OuterRef, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from clusters.actions import store_person
from clusters.forms import PersonForm
from clusters.models import User
from clusters.scoping import CITY_ADMINS, ScopedModelAdmin

# Doors other apps open for superusers; roles decide here, and people are kept on one page.
for _model in (Group, EmailAddress, Authenticator, UserSession):
    if admin.site.is_registered(_model):
        admin.site.unregister(_model)


@admin.register(User)
class UserAdmin(ScopedModelAdmin):
    may_view = may_add = may_change = CITY_ADMINS
    form = PersonForm
    list_display = ("email", "name", "role", "clusters_display", "second_factor", "is_active", "last_login")
    list_filter = ("role", "is_active")
    search_fields = ("email", "name")
    ordering = ("role", "email")
    readonly_fields = ("password_is_lent", "last_login", "date_joined")
    fields: ClassVar[tuple[str, ...]] = (
        "email", "name", "role", "clusters", "is_active", "new_password", "password_is_lent",
        "remove_second_factor", "last_login", "date_joined",
    )
    add_fields: ClassVar[tuple[str, ...]] = ("email", "name", "role", "clusters", "is_active", "new_password")

    def visible(self, rows: QuerySet[User], user: User) -> QuerySet[User]:
        protected = Authenticator.objects.filter(user=OuterRef("pk"), type=Authenticator.Type.TOTP)
        return rows.annotate(protected=Exists(protected)).prefetch_related("memberships")

    def get_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        return self.fields if obj else self.add_fields

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        return self.readonly_fields if obj else ()

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> type[ModelForm]:
        form = super().get_form(request, obj, change=change, **kwargs)
        form.by = request.user  # type: ignore[attr-defined]
        return form

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        store_person(
            person=obj, by=request.user if isinstance(request.user, User) else None,
            clusters=form.cleaned_data["clusters"], new_password=form.cleaned_data["new_password"],
            remove_second_factor=form.cleaned_data.get("remove_second_factor", False),
        )
        if obj.pk == request.user.pk:
            update_session_auth_hash(request, obj)

    @admin.display(description=_("clusters"))
    def clusters_display(self, person: User) -> str:
        return " · ".join(membership.get_cluster_display() for membership in person.memberships.all()) or "–"

    @admin.display(description=_("second factor"), boolean=True)
    def second_factor(self, person: Any) -> bool:
        return bool(person.protected)


from clusters import audit_admin, provider_admin  # noqa: E402,F401  (register the log and the directory of helpers)
