"""Reports, plans their owners saved and files officers asked for: job, frozen document, printed files.

A row that is to be printed is its own outbox: it is written in the transaction that asks for it, and
it, not the broker, says what is to be done. `attempt` is the fence: a worker may only finish the
attempt it claimed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clusters.models import ClusterId, User
from diagnosis.models import Submission


class ReportState(models.TextChoices):
    QUEUED = "queued", _("Waiting")
    BUILDING = "building", _("Being made")
    READY = "ready", _("Ready")
    FAILED = "failed", _("Failed")


class Job(models.Model):
    """Work a worker does on request; recommendations.jobs moves it from state to state."""

    state = models.CharField(_("state"), max_length=8, choices=ReportState.choices, default=ReportState.QUEUED)
    attempt = models.PositiveIntegerField(_("attempt"), default=0)
    tries = models.PositiveSmallIntegerField(_("tries since asked for"), default=0)
    step = models.PositiveSmallIntegerField(_("steps done"), default=0)
    queued_at = models.DateTimeField(_("queued"), default=timezone.now)
    lease_until = models.DateTimeField(_("held until"), null=True)
    ready_at = models.DateTimeField(_("ready"), null=True)
    error = models.TextField(_("error"), blank=True)

    class Meta:
        abstract = True
        indexes = (
            models.Index(
                fields=("queued_at",), name="%(class)s_open", condition=Q(state__in=("queued", "building"))
            ),
        )
        constraints = (
            models.CheckConstraint(name="%(class)s_state_known", condition=Q(state__in=ReportState.values)),
            models.CheckConstraint(
                name="%(class)s_lease_while_building",
                condition=Q(state=ReportState.BUILDING, lease_until__isnull=False)
                | (~Q(state=ReportState.BUILDING) & Q(lease_until__isnull=True)),
            ),
            models.CheckConstraint(
                name="%(class)s_failed_says_why", condition=~Q(state=ReportState.FAILED) | ~Q(error="")
            ),
        )

    @property
    def is_open(self) -> bool:
        """A worker has it or will have it."""
        return self.state in (ReportState.QUEUED, ReportState.BUILDING)


class PrintJob(Job):
    """What is to be printed of one submission.

    A subclass has `submission`, `document` (what page and files show) and `files`.
    """

    if TYPE_CHECKING:
        submission: models.ForeignKey[Submission, Submission]
        document: models.JSONField[Any, Any]
        files: models.Manager[PrintedFile]

    class Meta(Job.Meta):
        abstract = True
        constraints = (
            *Job.Meta.constraints,
            models.CheckConstraint(
                name="%(class)s_ready_has_document",
                condition=Q(state=ReportState.READY, ready_at__isnull=False, document__isnull=False)
                | (~Q(state=ReportState.READY) & Q(ready_at__isnull=True)),
            ),
        )

    def __str__(self) -> str:
        return f"{self.submission} · {self.get_state_display()}"

    def file_stem(self, attempt: int) -> str:
        """Start of the names its files are stored under; another one for each attempt."""
        return str(attempt)

    @property
    def event_detail(self) -> dict[str, int]:
        """What its events say besides the attempt."""
        return {}

    @property
    def file_columns(self) -> dict[str, Any]:
        """What tells the files printed now from those kept of before."""
        return {}

    def current_files(self) -> models.QuerySet[Any]:
        return self.files.filter(**self.file_columns)


class Report(PrintJob):
    """One report of one submission. `document` is what page, PDF and DOCX show."""

    submission = models.OneToOneField(Submission, on_delete=models.CASCADE, related_name="report")
    document = models.JSONField(_("document"), null=True)

    class Meta(PrintJob.Meta):
        abstract = False
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        indexes = (
            *PrintJob.Meta.indexes,
            models.Index(
                fields=("state", "submission"), name="report_not_ready", condition=~Q(state=ReportState.READY)
            ),
        )

    @property
    def file_columns(self) -> dict[str, Any]:
        """Files of earlier revisions are kept."""
        return {"revision": self.submission.revision}


class Plan(PrintJob):
    """A plan the owner made from own figures and keeps; the newest of a submission is shown.

    `wish` is what was asked (recommendations.what_if.Asked.to_json), `document` the answer to it
    (recommendations.domain.owner_plan). Neither touches the submission or its report.
    """

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="plans")
    created_at = models.DateTimeField(_("saved"), default=timezone.now)
    wish = models.JSONField(_("what was asked"))
    document = models.JSONField(_("document"))

    class Meta(PrintJob.Meta):
        abstract = False
        verbose_name = _("owner's plan")
        verbose_name_plural = _("owners' plans")

    def file_stem(self, attempt: int) -> str:
        return f"plan-{self.pk}-{attempt}"

    @property
    def event_detail(self) -> dict[str, int]:
        return {"plan": self.pk}


class ReportAdvice(models.Model):
    """What statistics of a cluster read of one report document: the measures its roadmap chose, and the grants the
    firm could draw (programme and amount in RMB). Taken out by the database once (recommendations/cluster_advice.py).
    """

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="+")
    revision = models.PositiveIntegerField()
    measures = ArrayField(models.CharField(max_length=60))
    grants = models.JSONField()

    class Meta:
        constraints = (models.UniqueConstraint(name="report_advice_once", fields=("submission", "revision")),)

    def __str__(self) -> str:
        return f"{self.submission_id} · {self.revision}"


class FileFormat(models.TextChoices):
    PDF = "pdf", "PDF"
    DOCX = "docx", "DOCX"


class PrintedFile(models.Model):
    """One printed file, kept in private storage."""

    language = models.CharField(max_length=10)
    format = models.CharField(max_length=4, choices=FileFormat.choices)
    name = models.CharField(max_length=200)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    accessible = models.BooleanField(default=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name


class FileKind(models.TextChoices):
    REPORT = "report", _("Diagnosis report")
    APPLICATION = "application", _("Application data sheet")


class ReportFile(PrintedFile):
    """One printed file of a report: the report itself, or the application data sheet for a programme.

    `revision` is that of the submission it was printed from; files of earlier revisions are kept.
    """

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="files")
    kind = models.CharField(max_length=11, choices=FileKind.choices, default=FileKind.REPORT)
    programme = models.SlugField(max_length=60, blank=True, db_index=False)
    revision = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                name="report_file_once", fields=("report", "revision", "kind", "programme", "language", "format")
            ),
            models.CheckConstraint(name="report_file_not_empty", condition=Q(size__gt=0)),
            models.CheckConstraint(
                name="report_file_sheet_has_programme",
                condition=Q(kind=FileKind.REPORT, programme="") | (Q(kind=FileKind.APPLICATION) & ~Q(programme="")),
            ),
        )


class PlanFile(PrintedFile):
    """One printed file of an owner's plan."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="files")

    class Meta:
        constraints = (
            models.UniqueConstraint(name="plan_file_once", fields=("plan", "language", "format")),
            models.CheckConstraint(name="plan_file_not_empty", condition=Q(size__gt=0)),
        )


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


class OfficerFileKind(models.TextChoices):
    REPORTS = "reports", _("Reports as a ZIP")
    SUBMISSIONS = "submissions", _("Submissions as a table")
    CLUSTER_REPORT = "cluster_report", _("Cluster report")
    LETTERS = "letters", _("Invitation letters")


class OfficerFile(Job):
    """A file an officer asked for; a worker makes it, and only that officer may fetch it.

    `wish` says what goes in (its makers know: recommendations.officer_files), `clusters` whose firms may be
    in it: an officer who lost one of them loses the file. `done` of `total` parts are made.
    """

    kind = models.CharField(_("kind"), max_length=14, choices=OfficerFileKind.choices)
    requested_by = models.ForeignKey(User, on_delete=models.CASCADE, related_name="files", verbose_name=_("who"))
    created_at = models.DateTimeField(_("asked for"), default=timezone.now)
    clusters = ArrayField(models.CharField(max_length=32, choices=ClusterId.choices), verbose_name=_("clusters"))
    wish = models.JSONField(_("what was asked"), default=dict)
    language = models.CharField(_("language"), max_length=10, default="zh-hans")
    done = models.PositiveIntegerField(_("parts made"), default=0)
    total = models.PositiveIntegerField(_("parts"), default=0)
    name = models.CharField(max_length=200, blank=True)
    file_name = models.CharField(_("file"), max_length=200, blank=True)
    media_type = models.CharField(max_length=100, blank=True)
    size = models.PositiveBigIntegerField(_("size"), null=True)
    sha256 = models.CharField(max_length=64, blank=True)
    expires_at = models.DateTimeField(_("kept until"), null=True)

    class Meta(Job.Meta):
        abstract = False
        verbose_name = _("file")
        verbose_name_plural = _("my files")
        ordering = ("-created_at", "-pk")
        constraints = (
            *Job.Meta.constraints,
            models.CheckConstraint(name="officerfile_kind_known", condition=Q(kind__in=OfficerFileKind.values)),
            models.CheckConstraint(
                name="officerfile_has_clusters",
                condition=~Q(clusters=[]) & Q(clusters__contained_by=list(ClusterId.values)),
            ),
            models.CheckConstraint(
                name="officerfile_ready_has_file",
                condition=(
                    Q(state=ReportState.READY, ready_at__isnull=False, expires_at__isnull=False)
                    & Q(size__isnull=False, size__gt=0)  # a comparison with nothing would pass
                    & ~Q(name="") & ~Q(file_name="") & ~Q(sha256="")
                )
                | (~Q(state=ReportState.READY) & Q(ready_at__isnull=True, size__isnull=True)),
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.get_state_display()}"


class WorkerSeen(models.Model):
    """When a worker last did the sweep that beat asks for: a sign that both of them really work."""

    worker = models.CharField(max_length=200, primary_key=True)
    seen_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.worker
