"""People: owners who sign in by e-mail code, officers who see their clusters; and the directory of helpers.

What an officer may see is decided here, by `User.visible_clusters`, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, URLValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clusters.content import get_places
from clusters.domain.directory import Helper
from clusters.topics import get_topics


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
    password_is_lent = models.BooleanField(
        _("password known to somebody else"), default=False, db_default=False,
        help_text=_("A city administrator typed it; the officers' pages open when it is changed."),
    )

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


class ProviderKind(models.TextChoices):
    PROVIDER = "provider", _("Service provider")
    PLATFORM = "platform", _("Industrial internet platform")
    LABORATORY = "laboratory", _("Technology adaptation laboratory")
    TRAINING_BASE = "training_base", _("Training base")
    CHAIN_LEADER = "chain_leader", _("Chain leader")
    ASSOCIATION = "association", _("Trade association or chamber of commerce")


def _unknown(ids: Sequence[str] | None, known: Container[str]) -> list[Any]:
    return [_("“%(id)s” is not known.") % {"id": id} for id in ids or () if id not in known]


class Provider(models.Model):
    """Somebody who helps firms, as officers recorded it. Empty `clusters` or `counties`: all of them.

    `topics` are ids of measures or of sub-lines of the pathways (clusters/topics.py); the report names a
    provider beside the measures it helps with.
    """

    kind = models.CharField(_("kind"), max_length=16, choices=ProviderKind.choices)
    name = models.CharField(_("name"), max_length=120)
    clusters = ArrayField(
        models.CharField(max_length=32, choices=ClusterId.choices), verbose_name=_("clusters"), default=list, blank=True
    )
    counties = ArrayField(models.CharField(max_length=24), verbose_name=_("counties"), default=list, blank=True)
    topics = ArrayField(models.CharField(max_length=60), verbose_name=_("helps with"))
    contact = models.TextField(_("contact"), validators=[MaxLengthValidator(300)])
    website = models.CharField(
        _("website"), max_length=200, blank=True, validators=[URLValidator(schemes=["http", "https"])]
    )
    source = models.CharField(_("where the record comes from"), max_length=200)
    verified_on = models.DateField(_("verified on"), null=True, blank=True)
    active = models.BooleanField(_("shown in reports"), default=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        verbose_name = _("helper")
        verbose_name_plural = _("directory of helpers")
        ordering = ("name", "kind")
        constraints = (
            models.UniqueConstraint(
                name="provider_once", fields=("kind", "name"),
                violation_error_message=_("This helper is recorded already."),
            ),
            models.CheckConstraint(name="provider_kind_known", condition=models.Q(kind__in=ProviderKind.values)),
            models.CheckConstraint(
                name="provider_is_complete",
                condition=~models.Q(name="") & ~models.Q(contact="") & ~models.Q(source="") & ~models.Q(topics=[]),
            ),
            models.CheckConstraint(
                name="provider_clusters_known", condition=models.Q(clusters__contained_by=list(ClusterId.values))
            ),
        )

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Counties and topics are known by content, so no database constraint can check them."""
        faults = {
            "counties": _unknown(self.counties, get_places().county),
            "topics": _unknown(self.topics, get_topics()),
            "verified_on": [_("This day is still to come.")] if self._verified_later() else [],
        }
        if any(faults.values()):
            raise ValidationError({field: messages for field, messages in faults.items() if messages})

    def _verified_later(self) -> bool:
        return self.verified_on is not None and self.verified_on > timezone.localdate()

    def as_helper(self) -> Helper:
        return Helper(
            kind=self.kind, name=self.name, contact=self.contact, website=self.website,
            clusters=frozenset(self.clusters), counties=frozenset(self.counties), topics=frozenset(self.topics),
            verified_on=self.verified_on,
        )


class AuditKind(models.TextChoices):
    FILE_ASKED = "file_asked", _("file asked for")
    FILE_READY = "file_ready", _("file ready")
    FILE_FAILED = "file_failed", _("file could not be made")
    FILE_DOWNLOADED = "file_downloaded", _("file downloaded")
    LIST_EXPORTED = "list_exported", _("list exported")
    LIST_IMPORTED = "list_imported", _("list imported")
    CAMPAIGN_MAILED = "campaign_mailed", _("invitations mailed")
    DASHBOARD_VIEWED = "dashboard_viewed", _("cluster view opened")
    SIGNED_IN = "signed_in", _("signed in")
    SIGN_IN_FAILED = "sign_in_failed", _("wrong password")
    FACTOR_FAILED = "factor_failed", _("wrong code of the second factor")
    SIGNED_OUT = "signed_out", _("signed out")
    PASSWORD_CHANGED = "password_changed", _("password changed")
    FACTOR_CHANGED = "factor_changed", _("second factor changed")
    PERSON_CHANGED = "person_changed", _("person changed")
    FORGOTTEN = "forgotten", _("deleted on request")


class AuditEvent(models.Model):
    """Append-only log of what concerns many firms at once: exports, imports, invitations, people, sign-ins.

    What happened to one submission stands in diagnosis.models.Event. Never holds answers.
    """

    actor = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, verbose_name=_("who"))
    kind = models.CharField(_("what"), max_length=20, choices=AuditKind.choices)
    clusters = ArrayField(
        models.CharField(max_length=32, choices=ClusterId.choices), verbose_name=_("clusters"), default=list
    )
    at = models.DateTimeField(_("when"), default=timezone.now)
    detail = models.JSONField(_("detail"), default=dict)

    class Meta:
        verbose_name = _("logged event")
        verbose_name_plural = _("log")
        ordering = ("-at", "-pk")
        indexes = (models.Index(fields=("-at", "-id"), name="audit_time"),)
        constraints = (models.CheckConstraint(name="audit_kind_known", condition=models.Q(kind__in=AuditKind.values)),)

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.get_kind_display()}"
