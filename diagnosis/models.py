"""Companies, their submissions, and the log of what happened to each.

A submission holds its answers and content version for life. Once submitted, `verdict` is
the frozen result of `diagnosis.domain.diagnose` and is never computed again.
"""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clusters.models import ClusterId, User
from diagnosis.domain.answers import Answers
from diagnosis.domain.disclosure import THRESHOLD
from diagnosis.domain.peers import FIGURES


class TransformationType(models.TextChoices):
    NOT_STARTED = "not_started", _("Not started")
    SINGLE_POINT = "single_point", _("Single-point")
    FULL_PROCESS = "full_process", _("Full-process")


class SizeClass(models.TextChoices):
    MICRO = "micro", _("Micro")
    SMALL = "small", _("Small")
    MEDIUM = "medium", _("Medium")
    LARGE = "large", _("Large")


class State(models.TextChoices):
    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Submitted")
    IN_REVIEW = "in_review", _("In review")
    RETURNED = "returned", _("Returned with comments")
    VERIFIED = "verified", _("Verified")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class Company(models.Model):
    """One firm. Known by its unified social credit code; it gives nobody access to anything."""

    uscc = models.CharField(_("unified social credit code"), max_length=18, unique=True)
    name = models.CharField(_("name"), max_length=120)
    cluster = models.CharField(_("cluster"), max_length=32, choices=ClusterId.choices)
    county = models.CharField(_("county"), max_length=24, blank=True)
    created_at = models.DateTimeField(_("first seen"), default=timezone.now)

    class Meta:
        verbose_name = _("company")
        verbose_name_plural = _("companies")

    def __str__(self) -> str:
        return self.name


def _dimension(id: str) -> models.GeneratedField:
    """A dimension of the frozen verdict as a column of its own, kept by the database: statistics read
    it of every firm, and the verdict around it is long."""
    of_verdict = KeyTextTransform(id, KeyTransform("dimensions", "verdict"))
    return models.GeneratedField(
        expression=Cast(of_verdict, models.FloatField()), output_field=models.FloatField(null=True), db_persist=True
    )


class SubmissionQuerySet(models.QuerySet["Submission"]):
    def visible_to(self, user: User) -> SubmissionQuerySet:
        """What an officer may see: handed-in diagnoses of the own clusters. The one scoping rule."""
        if user.sees_all_clusters:
            return self.exclude(state=State.DRAFT)
        return self.exclude(state=State.DRAFT).filter(cluster__in=user.visible_clusters())


class Submission(models.Model):
    """One diagnosis of one firm, from the first answer on."""

    reference = models.CharField(_("reference"), max_length=12, unique=True)
    state = models.CharField(_("state"), max_length=12, choices=State.choices, default=State.DRAFT)
    content_version = models.CharField(_("content version"), max_length=24)
    answers = models.JSONField(_("answers"), default=dict)
    verdict = models.JSONField(_("verdict"), null=True)
    revision = models.PositiveIntegerField(_("revision"), default=1)

    owner = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, related_name="submissions", verbose_name=_("owner")
    )
    company = models.ForeignKey(
        Company, on_delete=models.PROTECT, null=True, related_name="submissions", verbose_name=_("company")
    )
    previous = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, related_name="later", verbose_name=_("diagnosis before")
    )
    link_hash = models.CharField(max_length=64, unique=True, null=True, editable=False)
    language = models.CharField(_("language"), max_length=10, default="zh-hans")

    # Copied from answers and verdict when submitted, for lists and filters.
    company_name = models.CharField(_("company"), max_length=120, blank=True)
    uscc = models.CharField(_("unified social credit code"), max_length=18, blank=True)
    cluster = models.CharField(_("cluster"), max_length=32, choices=ClusterId.choices, blank=True)
    county = models.CharField(_("county"), max_length=24, blank=True)
    size_class = models.CharField(_("size"), max_length=8, choices=SizeClass.choices, blank=True)
    above_scale = models.BooleanField(_("above-scale"), null=True)
    type = models.CharField(_("type"), max_length=12, choices=TransformationType.choices, blank=True)
    stage = models.PositiveSmallIntegerField(_("stage"), null=True)
    distance = models.PositiveSmallIntegerField(_("steps to full-process"), null=True)
    technological_integration = _dimension("technological_integration")
    model_innovation = _dimension("model_innovation")
    economic_performance = _dimension("economic_performance")

    consent_version = models.CharField(max_length=24, blank=True)
    consent_statistics = models.BooleanField(_("counts in anonymous statistics"), default=False)
    created_at = models.DateTimeField(_("started"), default=timezone.now)
    updated_at = models.DateTimeField(_("last saved"), auto_now=True)
    submitted_at = models.DateTimeField(_("submitted"), null=True)

    objects: ClassVar[models.Manager[Submission]] = SubmissionQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("submission")
        verbose_name_plural = _("submissions")
        ordering = (F("submitted_at").desc(nulls_last=True), "-pk")
        indexes = (
            models.Index(fields=("cluster", "-submitted_at"), name="submission_cluster_time"),
            models.Index(fields=("uscc",), name="submission_uscc"),
            models.Index(fields=("company", "-submitted_at", "-id"), name="submission_company_latest"),
        )
        constraints = (
            models.CheckConstraint(name="submission_state_known", condition=Q(state__in=State.values)),
            models.CheckConstraint(
                name="submission_draft_has_no_result",
                condition=Q(state=State.DRAFT, submitted_at__isnull=True, verdict__isnull=True)
                | (~Q(state=State.DRAFT) & Q(submitted_at__isnull=False, verdict__isnull=False)),
            ),
            models.CheckConstraint(
                name="submission_submitted_is_complete",
                condition=Q(state=State.DRAFT)
                | (
                    Q(cluster__in=ClusterId.values, type__in=TransformationType.values, company__isnull=False)
                    & ~Q(company_name="") & ~Q(uscc="") & ~Q(consent_version="")
                    & Q(distance__isnull=False, stage__isnull=False)
                ),
            ),
            models.CheckConstraint(
                name="submission_stage_range", condition=Q(stage__isnull=True) | Q(stage__range=(0, 5))
            ),
            models.CheckConstraint(
                name="submission_full_process_distance",
                condition=Q(distance__isnull=True)
                | Q(distance=0, type=TransformationType.FULL_PROCESS)
                | (Q(distance__gt=0) & ~Q(type=TransformationType.FULL_PROCESS)),
            ),
        )

    def __str__(self) -> str:
        return f"{self.reference} {self.company_name}".strip()

    @property
    def is_draft(self) -> bool:
        return self.state == State.DRAFT

    def answer_set(self) -> Answers:
        return Answers.from_json(self.answers)


class EventKind(models.TextChoices):
    STARTED = "started", _("started")
    SUBMITTED = "submitted", _("submitted")
    LINK_MADE = "link_made", _("private link made")
    REPORT_READY = "report_ready", _("report ready")
    REPORT_FAILED = "report_failed", _("report failed")
    REPORT_RETRIED = "report_retried", _("report asked for again")
    REPORT_DOWNLOADED = "report_downloaded", _("report downloaded")
    PLAN_SAVED = "plan_saved", _("own plan saved")
    PLAN_READY = "plan_ready", _("own plan printed")
    PLAN_FAILED = "plan_failed", _("own plan could not be printed")
    PLAN_RETRIED = "plan_retried", _("own plan asked for again")
    PLAN_DOWNLOADED = "plan_downloaded", _("own plan downloaded")
    VIEWED = "viewed", _("opened by an officer")
    STATE_CHANGED = "state_changed", _("state changed")
    EXPORTED = "exported", _("exported")


class Event(models.Model):
    """Append-only log: who did what to which submission, when. Never holds answers."""

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="events")
    kind = models.CharField(_("what"), max_length=20, choices=EventKind.choices)
    actor = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, verbose_name=_("who"))
    at = models.DateTimeField(_("when"), default=timezone.now)
    detail = models.JSONField(_("detail"), default=dict)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ("at", "pk")
        constraints = (models.CheckConstraint(name="event_kind_known", condition=Q(kind__in=EventKind.values)),)

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.get_kind_display()}"


class GroupStatistics(models.Model):
    """One published figure of one group of firms (diagnosis/domain/disclosure.py has the rule).

    Never changed once written: a newer figure is a new row, and the older one stays as a record of
    what was seen. Empty `cluster` or `size_class`: all of them. `firms` (companies), `marks` (handings-in)
    and `values` stand in the same order; they never leave this table.
    """

    figure = models.CharField(max_length=32, choices=[(id, id) for id in FIGURES])
    verified = models.BooleanField()
    cluster = models.CharField(max_length=32, choices=ClusterId.choices, blank=True)
    size_class = models.CharField(max_length=8, choices=SizeClass.choices, blank=True)
    published_at = models.DateTimeField(default=timezone.now)
    standing = models.BooleanField(default=True)
    size = models.PositiveIntegerField()
    quartiles = ArrayField(models.FloatField(), size=3)
    firms = ArrayField(models.BigIntegerField())
    marks = ArrayField(models.BigIntegerField())
    values = ArrayField(models.FloatField())

    class Meta:
        indexes = (models.Index(fields=("figure", "size"), name="statistics_figure_size"),)
        constraints = (
            models.UniqueConstraint(
                name="statistics_one_standing", fields=("figure", "verified", "cluster", "size_class"),
                condition=Q(standing=True),
            ),
            models.CheckConstraint(name="statistics_figure_known", condition=Q(figure__in=FIGURES)),
            models.CheckConstraint(name="statistics_enough_firms", condition=Q(size__gte=THRESHOLD)),
            models.CheckConstraint(
                name="statistics_members_complete",
                condition=Q(firms__len=F("size"), marks__len=F("size"), values__len=F("size"), quartiles__len=3),
            ),
        )

    def __str__(self) -> str:
        return f"{self.figure} {self.cluster or '*'} {self.size_class or '*'} {self.published_at:%Y-%m-%d}"
