"""The report of a submission: job, frozen document and printed files in one place.

The row is the outbox: it is written in the submission's transaction, and it, not the
broker, says what is to be done. `attempt` is the fence: a worker may only finish the
attempt it claimed.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from diagnosis.models import Submission


class ReportState(models.TextChoices):
    QUEUED = "queued", _("Waiting")
    BUILDING = "building", _("Being made")
    READY = "ready", _("Ready")
    FAILED = "failed", _("Failed")


class Report(models.Model):
    """One report of one submission. `document` is what page, PDF and DOCX show."""

    submission = models.OneToOneField(Submission, on_delete=models.CASCADE, related_name="report")
    state = models.CharField(_("state"), max_length=8, choices=ReportState.choices, default=ReportState.QUEUED)
    attempt = models.PositiveIntegerField(_("attempt"), default=0)
    tries = models.PositiveSmallIntegerField(_("tries since asked for"), default=0)
    step = models.PositiveSmallIntegerField(_("steps done"), default=0)
    queued_at = models.DateTimeField(_("queued"), default=timezone.now)
    lease_until = models.DateTimeField(_("held until"), null=True)
    ready_at = models.DateTimeField(_("ready"), null=True)
    error = models.TextField(_("error"), blank=True)
    document = models.JSONField(_("document"), null=True)

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        indexes = (
            models.Index(
                fields=("queued_at",), name="report_open", condition=Q(state__in=("queued", "building"))
            ),
        )
        constraints = (
            models.CheckConstraint(name="report_state_known", condition=Q(state__in=ReportState.values)),
            models.CheckConstraint(
                name="report_lease_while_building",
                condition=Q(state=ReportState.BUILDING, lease_until__isnull=False)
                | (~Q(state=ReportState.BUILDING) & Q(lease_until__isnull=True)),
            ),
            models.CheckConstraint(
                name="report_ready_has_document",
                condition=Q(state=ReportState.READY, ready_at__isnull=False, document__isnull=False)
                | (~Q(state=ReportState.READY) & Q(ready_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="report_failed_says_why", condition=~Q(state=ReportState.FAILED) | ~Q(error="")
            ),
        )

    def __str__(self) -> str:
        return f"{self.submission} · {self.get_state_display()}"


class FileFormat(models.TextChoices):
    PDF = "pdf", "PDF"
    DOCX = "docx", "DOCX"


class ReportFile(models.Model):
    """One printed file of a report, kept in private storage."""

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="files")
    language = models.CharField(max_length=10)
    format = models.CharField(max_length=4, choices=FileFormat.choices)
    name = models.CharField(max_length=200)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    accessible = models.BooleanField(default=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(name="report_file_once", fields=("report", "language", "format")),
            models.CheckConstraint(name="report_file_not_empty", condition=Q(size__gt=0)),
        )

    def __str__(self) -> str:
        return self.name


class ProgrammeStatus(models.TextChoices):
    DRAFT = "draft", _("Draft")
    PUBLISHED = "published", _("Published")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class PolicyProgramme(models.Model):
    """One support programme kept by officers; `rule` is a recommendations.domain.policy.Programme."""

    key = models.SlugField(_("id"), max_length=60, unique=True)
    status = models.CharField(
        _("status"), max_length=10, choices=ProgrammeStatus.choices, default=ProgrammeStatus.DRAFT
    )
    rule = models.JSONField(_("rule"))
    verified_on = models.DateField(_("verified on"), null=True, blank=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        verbose_name = _("policy programme")
        verbose_name_plural = _("policy programmes")
        constraints = (
            models.CheckConstraint(name="programme_status_known", condition=Q(status__in=ProgrammeStatus.values)),
        )

    def __str__(self) -> str:
        return self.key
