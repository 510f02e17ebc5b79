"""What an officer may see and do in the officers' pages: one base class that closes every door.

Two questions are asked each time. May this role do it at all (`may_view` and its sisters)? And does
the row lie within what this person sees (`visible`)? Officers see their clusters, city
administrators and auditors all of them; auditors change nothing. Django's permission rows and the
superuser flag play no part. A row that is out of sight answers 404 everywhere, as if it were not
there; a row in sight that the role may not touch answers 403.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, ClassVar, Final

from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.utils import unquote
from django.core.exceptions import BadRequest, PermissionDenied
from django.db import models, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from clusters.models import ClusterId, Role, User

Roles = frozenset[str]
OFFICERS: Final[Roles] = frozenset({Role.OFFICER, Role.CITY_ADMIN, Role.AUDITOR})
CITY_ADMINS: Final[Roles] = frozenset({Role.CITY_ADMIN})
NOBODY: Final[Roles] = frozenset()
ROW_NUMBER: Final = re.compile(r"\d{1,18}", re.ASCII)  # as the database takes it


def officer_role(user: Any) -> str | None:
    """The role of active staff; None for everybody else."""
    return user.role if isinstance(user, User) and user.is_active and user.is_staff else None


class RolePermissions:
    """Django's permission methods decided from the role, and from the row where one is given."""

    may_view: ClassVar[Roles] = OFFICERS
    may_add: ClassVar[Roles] = NOBODY
    may_change: ClassVar[Roles] = NOBODY
    may_delete: ClassVar[Roles] = NOBODY

    def in_sight(self, request: HttpRequest, obj: models.Model) -> bool:
        return True

    def _allows(self, request: HttpRequest, roles: Roles, obj: models.Model | None) -> bool:
        return officer_role(request.user) in roles and (obj is None or self.in_sight(request, obj))

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._allows(request, self.may_view, obj)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._allows(request, self.may_add, None)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._allows(request, self.may_change, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._allows(request, self.may_delete, obj)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return officer_role(request.user) in self.may_view


class ScopedModelAdmin(RolePermissions, admin.ModelAdmin):
    """Base of every page of the officers' site. A subclass says in `visible` which rows a person sees."""

    list_per_page = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    view_on_site = False

    def visible(self, rows: models.QuerySet[Any], user: User) -> models.QuerySet[Any]:
        """The rows this officer may see."""
        raise NotImplementedError

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        rows = super().get_queryset(request)
        if not self.has_view_permission(request):
            return rows.none()
        return self.visible(rows, request.user)  # type: ignore[arg-type]

    def in_sight(self, request: HttpRequest, obj: models.Model) -> bool:
        return self.get_queryset(request).filter(pk=obj.pk).exists()

    def get_or_404(self, request: HttpRequest, object_id: str) -> Any:
        """The row as this person sees it; raises Http404."""
        found = self.get_object(request, unquote(str(object_id)))
        if found is None:
            raise Http404
        return found

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        self.get_or_404(request, object_id)
        return super().change_view(request, object_id, *args, **kwargs)

    def delete_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        self.get_or_404(request, object_id)
        return super().delete_view(request, object_id, *args, **kwargs)

    def history_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        self.get_or_404(request, object_id)
        return super().history_view(request, object_id, *args, **kwargs)

    def get_field_queryset(self, db: str | None, db_field: Any, request: HttpRequest) -> models.QuerySet[Any]:
        """Choices of a foreign key: what this person sees of the other model, else nothing."""
        other = self.admin_site._registry.get(db_field.remote_field.model)
        if isinstance(other, ScopedModelAdmin):
            return other.get_queryset(request)
        return db_field.remote_field.model._default_manager.none()

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        """Only what the page's own filters use: nothing else can be probed through the address."""
        filters = self.list_filter if request is None else self.get_list_filter(request)
        names = {_filtered_field(one) for one in filters} | {self.date_hierarchy}
        return any(lookup == name or lookup.startswith(f"{name}__") for name in names)

    def response_action(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> HttpResponse | None:
        """Rows are marked by their number; Django would look for whatever else is sent."""
        if not all(ROW_NUMBER.fullmatch(mark) for mark in request.POST.getlist(ACTION_CHECKBOX_NAME)):
            raise BadRequest("a row is marked that has no number")
        return super().response_action(request, queryset)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Nobody moves a row out of their own sight."""
        with transaction.atomic():
            super().save_model(request, obj, form, change)
            if not self.in_sight(request, obj):
                raise PermissionDenied


class OwnValuesFilter(admin.SimpleListFilter):
    """A list filter that offers only the values found among the rows this person sees."""

    field: ClassVar[str]

    def label(self, value: Any) -> str:
        return str(value)

    def values(self, request: HttpRequest, model_admin: Any) -> Iterable[Any]:
        return model_admin.get_queryset(request).order_by(self.field).values_list(self.field, flat=True).distinct()

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        known = [value for value in self.values(request, model_admin) if value not in ("", None)]
        return [(str(value), self.label(value)) for value in known]

    def queryset(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        chosen = self.value()
        if chosen is None:
            return queryset
        if chosen not in dict(self.lookup_choices):
            return queryset.none()
        return queryset.filter(**{self.field: chosen})


class OwnClustersFilter(OwnValuesFilter):
    """The clusters of the officer, whether or not anything was handed in there yet."""

    title = _("cluster")
    parameter_name = field = "cluster"

    def values(self, request: HttpRequest, model_admin: Any) -> Iterable[str]:
        own = request.user.visible_clusters()  # type: ignore[union-attr]
        return [cluster for cluster in ClusterId.values if cluster in own]

    def label(self, value: Any) -> str:
        return str(ClusterId(value).label)


def _filtered_field(one: Any) -> str:
    """The name a list filter uses in the address."""
    if isinstance(one, type) and issubclass(one, admin.SimpleListFilter):
        return str(one.parameter_name)
    return str(one[0] if isinstance(one, list | tuple) else one)


__all__ = [
    "CITY_ADMINS", "NOBODY", "OFFICERS", "ROW_NUMBER", "OwnClustersFilter", "OwnValuesFilter", "RolePermissions",
    "ScopedModelAdmin", "officer_role",
]
