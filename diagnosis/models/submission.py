"""Companies and their submissions.

A submission holds its answers and content version for life. Once submitted, `verdict` is
the frozen result of `diagnosis.domain.diagnose` and is never computed again. What the owner of a
returned submission corrects waits in `correction` until it is handed in again; what an officer found
on a visit stands beside the answers (`review.VerifiedLevel`) and in the `verified_` columns.
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
    correction = models.JSONField(_("correction not handed in yet"), null=True)
    officer = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="assigned", verbose_name=_("officer")
    )

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
    flags = ArrayField(models.CharField(max_length=40), verbose_name=_("flags"), default=list, blank=True)

    # The same function as the verdict, over the answers with the levels officers verified.
    verified_verdict = models.JSONField(_("verified verdict"), null=True)
    verified_type = models.CharField(
        _("verified type"), max_length=12, choices=TransformationType.choices, blank=True
    )
    verified_stage = models.PositiveSmallIntegerField(_("verified stage"), null=True)
    verified_distance = models.PositiveSmallIntegerField(_("verified steps to full-process"), null=True)

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
            models.Index(fields=("officer", "state", "-submitted_at"), name="submission_officer_state"),
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
            models.CheckConstraint(
                name="submission_correction_while_returned",
                condition=Q(correction__isnull=True) | Q(state=State.RETURNED),
            ),
            models.CheckConstraint(
                name="submission_verified_together",
                condition=Q(
                    verified_verdict__isnull=True, verified_type="", verified_stage__isnull=True,
                    verified_distance__isnull=True,
                )
                | Q(
                    verified_verdict__isnull=False, verified_type__in=TransformationType.values,
                    verified_stage__range=(0, 5), verified_distance__isnull=False,
                ),
            ),
        )

    def __str__(self) -> str:
        return f"{self.reference} {self.company_name}".strip()

    @property
    def is_draft(self) -> bool:
        return self.state == State.DRAFT

    def answer_set(self) -> Answers:
        return Answers.from_json(self.answers)
