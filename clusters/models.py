"""People: owners who sign in by e-mail code, and officers who see their clusters.

What an officer may see is decided here, by `User.visible_clusters`, and nowhere else.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class ClusterId(models.TextChoices):
    """The nine clusters (methodology section 2)."""

    TEXTILES_GARMENTS = "textiles_garments", _("Textiles and garments")
    FOOTWEAR = "footwear", _("Footwear")
    PETROCHEMICALS = "petrochemicals", _("Petrochemicals")
    MACHINERY = "machinery", _("Machinery and equipment")
    BUILDING_MATERIALS_HOME = "building_materials_home", _("Building materials and home")
    FOOD_BEVERAGES = "food_beverages", _("Food and beverages")
    CRAFTS = "crafts", _("Crafts")
    PAPER_PRINTING = "paper_printing", _("Paper and printing")
    ELECTRONICS = "electronics", _("Electronics")


class Role(models.TextChoices):
    """Owner: own diagnoses only. Officer: the clusters of the memberships. City administrator and
    auditor: all clusters, the auditor without changing anything."""

    OWNER = "owner", _("Owner")
    OFFICER = "officer", _("Cluster officer")
    CITY_ADMIN = "city_admin", _("City administrator")
    AUDITOR = "auditor", _("Auditor (read only)")


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        return self.create_user(email, password, is_staff=True, is_superuser=True, role=Role.CITY_ADMIN, **fields)

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email__iexact=username)


class User(AbstractBaseUser, PermissionsMixin):
    """Anybody who signs in; the e-mail address is the name."""

    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(_("name"), max_length=80, blank=True)
    role = models.CharField(_("role"), max_length=12, choices=Role.choices, default=Role.OWNER)
    language = models.CharField(_("language"), max_length=10, default="zh-hans")
    is_staff = models.BooleanField(_("may enter the officers' pages"), default=False)
    is_active = models.BooleanField(_("active"), default=True)
    date_joined = models.DateTimeField(_("joined"), default=timezone.now)

    objects: ClassVar[UserManager] = UserManager()
    EMAIL_FIELD = USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = (
            models.CheckConstraint(name="user_role_known", condition=models.Q(role__in=Role.values)),
            models.CheckConstraint(
                name="user_owner_is_not_staff", condition=~models.Q(role=Role.OWNER, is_staff=True)
            ),
        )

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name

    @property
    def sees_all_clusters(self) -> bool:
        return self.is_active and self.is_staff and self.role in (Role.CITY_ADMIN, Role.AUDITOR)

    @property
    def may_change(self) -> bool:
        """Whether this person may change anything in the officers' pages."""
        return self.is_active and self.is_staff and self.role in (Role.CITY_ADMIN, Role.OFFICER)

    def visible_clusters(self) -> frozenset[str]:
        """Ids of the clusters whose submissions this person may see as an officer."""
        if self.sees_all_clusters:
            return frozenset(ClusterId.values)
        if not (self.is_active and self.is_staff and self.role == Role.OFFICER):
            return frozenset()
        return frozenset(self.memberships.values_list("cluster", flat=True))


class Membership(models.Model):
    """An officer works for a cluster."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships", verbose_name=_("officer"))
    cluster = models.CharField(_("cluster"), max_length=32, choices=ClusterId.choices)

    class Meta:
        verbose_name = _("cluster of an officer")
        verbose_name_plural = _("clusters of an officer")
        constraints = (
            models.UniqueConstraint(name="membership_once", fields=("user", "cluster")),
            models.CheckConstraint(name="membership_cluster_known", condition=models.Q(cluster__in=ClusterId.values)),
        )

    def __str__(self) -> str:
        return f"{self.user} · {self.get_cluster_display()}"
