"""What officers do with a submission: revisions kept, comments at answers, levels verified on a visit.

Revision: what was handed in before a correction, with its result and report, never changed.
Comment: a remark at one answer (or, without a question, at the whole), for the owner to read.
VerifiedLevel: the level of one scene, link or the view that an officer found; the owner's answer stays.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clusters.models import User
from diagnosis.models.submission import Submission


class Revision(models.Model):
    """One handing-in that a later one replaced: answers, frozen verdict and frozen report document."""

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField(_("revision"))
    content_version = models.CharField(_("content version"), max_length=24)
    answers = models.JSONField(_("answers"))
    verdict = models.JSONField(_("verdict"))
    verified_verdict = models.JSONField(_("verified verdict"), null=True)
    document = models.JSONField(_("report document"), null=True)
    submitted_at = models.DateTimeField(_("submitted"))
    replaced_at = models.DateTimeField(_("replaced"), default=timezone.now)

    class Meta:
        verbose_name = _("earlier revision")
        verbose_name_plural = _("earlier revisions")
        ordering = ("-number",)
        constraints = (
            models.UniqueConstraint(name="revision_once", fields=("submission", "number")),
            models.CheckConstraint(name="revision_number_counts", condition=Q(number__gte=1)),
        )

    def __str__(self) -> str:
        return f"{self.submission} · {self.number}"


class Comment(models.Model):
    """A remark of an officer at one answer of one revision; `question` is empty for the whole."""

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="comments")
    revision = models.PositiveIntegerField(_("revision"))
    question = models.CharField(_("question"), max_length=60, blank=True)
    text = models.CharField(_("comment"), max_length=1000)
    author = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, verbose_name=_("who"))
    at = models.DateTimeField(_("when"), default=timezone.now)
    withdrawn_at = models.DateTimeField(_("taken back"), null=True)

    class Meta:
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        ordering = ("at", "pk")
        constraints = (models.CheckConstraint(name="comment_not_empty", condition=~Q(text="")),)

    def __str__(self) -> str:
        return f"{self.submission} · {self.question}"


class VerifiedLevel(models.Model):
    """The level an officer found, with the reason; a newer one or taking it back ends its standing.

    `reported` is the answer it was held against: a level, "unknown", "not_applicable" or null (left out).
    The evidence file, if any, lies in private storage under `evidence`.
    """

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="verified_levels")
    revision = models.PositiveIntegerField(_("revision"))
    question = models.CharField(_("question"), max_length=60)
    level = models.PositiveSmallIntegerField(_("level found"))
    reported = models.JSONField(_("level reported"), null=True)
    reason = models.CharField(_("reason"), max_length=1000)
    officer = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, verbose_name=_("officer"))
    at = models.DateTimeField(_("when"), default=timezone.now)
    standing = models.BooleanField(_("standing"), default=True)
    evidence = models.CharField(max_length=200, blank=True)
    evidence_name = models.CharField(_("evidence"), max_length=120, blank=True)
    evidence_type = models.CharField(max_length=60, blank=True)
    evidence_size = models.PositiveIntegerField(null=True)
    evidence_sha256 = models.CharField(max_length=64, blank=True)

    class Meta:
        verbose_name = _("verified level")
        verbose_name_plural = _("verified levels")
        ordering = ("question", "-at", "-pk")
        constraints = (
            models.UniqueConstraint(
                name="verified_level_one_standing", fields=("submission", "revision", "question"),
                condition=Q(standing=True),
            ),
            models.CheckConstraint(name="verified_level_range", condition=Q(level__range=(0, 4))),
            models.CheckConstraint(name="verified_level_says_why", condition=~Q(reason="")),
            models.CheckConstraint(
                name="verified_level_evidence_whole",
                condition=Q(evidence="", evidence_name="", evidence_type="", evidence_size__isnull=True)
                | (
                    ~Q(evidence="") & ~Q(evidence_name="") & ~Q(evidence_type="")
                    & Q(evidence_size__gt=0, evidence_size__isnull=False)
                ),
            ),
        )

    def __str__(self) -> str:
        return f"{self.submission} · {self.question} {self.level}"
