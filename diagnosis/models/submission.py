"""Companies and their submissions.

A submission holds its answers and content version for life. Once submitted, `verdict` is
the frozen result of `diagnosis.domain.diagnose` and is never computed again. What the owner of a
returned submission corrects waits in `correction` until it is handed in again, also while an officer looks
at the submission once more; what an officer found on a visit stands beside the answers
(`review.VerifiedLevel`) and in the `verified_` columns.
"""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
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


OUT_OF_SIGHT = (State.DRAFT, State.WITHDRAWN)  # what officers never see
WAITING = (State.SUBMITTED, State.IN_REVIEW)  # what waits for an officer


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


def searchable() -> models.Func:
    """What a search looks through, folded: company name, social credit code and reference."""
    return models.Func(
        "company_name", "uscc", "reference", function="diagnosis_searchable", output_field=models.TextField()
    )


def search_parts() -> models.Func:
    """Every two neighbouring characters of it, and every three of letters and digits. A Chinese name has no words
    to index, so these are; two digits alone would be in far too many codes."""
    array = ArrayField(models.TextField())
    return models.Func(searchable(), function="diagnosis_search_parts", output_field=array)


def _list_index(*fields: str, name: str, ends: tuple[str, ...] = ("cluster",), only: Q | None = None) -> models.Index:
    """An index in the order of the officers' list, newest first, of the rows they may see.

    The cluster at its end is compared within the index, so that one index serves who sees one cluster, some
    or all.
    """
    seen = ~Q(state__in=OUT_OF_SIGHT)
    return models.Index(
        fields=(*fields, "-submitted_at", "-id", *ends), name=f"submission_list_{name}",
        condition=seen & only if only else seen,
    )


class SubmissionQuerySet(models.QuerySet["Submission"]):
    def visible_to(self, user: User) -> SubmissionQuerySet:
        """What an officer may see: diagnoses of the own clusters that are handed in and not withdrawn.
        The one scoping rule."""
        handed_in = self.exclude(state__in=OUT_OF_SIGHT)
        if user.sees_all_clusters:
            return handed_in
        return handed_in.filter(cluster__in=user.visible_clusters())


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
    access_round = models.PositiveIntegerField(default=0, db_default=0, editable=False)  # diagnosis/access.py
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
    opened_at = models.DateTimeField(_("first opened by an officer"), null=True, editable=False)

    objects: ClassVar[models.Manager[Submission]] = SubmissionQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("submission")
        verbose_name_plural = _("submissions")
        ordering = (F("submitted_at").desc(nulls_last=True), "-pk")
        indexes = (
            models.Index(fields=("uscc",), name="submission_uscc"),
            models.Index(fields=("company", "-submitted_at", "-id"), name="submission_company_latest"),
            models.Index(fields=("officer", "state", "-submitted_at"), name="submission_officer_state"),
            _list_index(name="time"),
            _list_index("cluster", name="cluster", ends=()),
            _list_index("county", name="county"),
            _list_index("size_class", name="size"),
            _list_index("above_scale", name="above_scale"),
            _list_index("type", name="type"),
            _list_index("stage", name="stage"),
            _list_index("state", name="state"),
            _list_index("content_version", name="version"),
            _list_index(name="waiting", only=Q(state__in=WAITING)),
            _list_index(name="unopened", only=Q(opened_at=None)),
            _list_index(name="opened", only=Q(opened_at__isnull=False)),
            _list_index(name="again", only=Q(revision__gt=1)),
            _list_index(name="odd", only=~Q(flags=[])),
            GinIndex(fields=("flags",), name="submission_list_flags"),
            # Of all rows: only then does the planner know how common a part is.
            GinIndex(search_parts(), name="submission_list_search"),
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
                name="submission_correction_after_return",
                condition=Q(correction__isnull=True)
                | Q(state__in=(State.RETURNED, State.IN_REVIEW, State.VERIFIED)),
            ),
            models.CheckConstraint(
                name="submission_verified_together",
                condition=Q(
                    verified_verdict__isnull=True, verified_type="", verified_stage__isnull=True,
                    verified_distance__isnull=True,
                )
                | Q(
                    verified_verdict__isnull=False, verified_type__in=TransformationType.values,
                    verified_stage__isnull=False, verified_stage__range=(0, 5), verified_distance__isnull=False,
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
