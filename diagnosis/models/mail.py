"""Mails about a submission that are to be sent: the row is the outbox, the broker only a bell.

A row is written in the transaction of what it tells about. A worker claims it by moving `due_at` ahead,
sends it and sets `sent_at`; one that could not be sent is tried again when it is due, a limited number of
times. A row never holds the text: that is written when it is sent, in the recipient's language.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clusters.models import User
from diagnosis.models.submission import Submission


class MailKind(models.TextChoices):
    RETURNED = "returned", _("returned with comments")
    VERIFIED = "verified", _("verified")
    ASSIGNED = "assigned", _("assigned to you")
    RESUBMITTED = "resubmitted", _("handed in again")
    WITHDRAWN = "withdrawn", _("withdrawn by the firm")


class Mail(models.Model):
    """One mail to one person about one submission."""

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="mails")
    kind = models.CharField(_("what"), max_length=12, choices=MailKind.choices)
    to = models.ForeignKey(User, on_delete=models.CASCADE, related_name="mails", verbose_name=_("recipient"))
    created_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField(default=timezone.now)
    tries = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(_("mailed"), null=True)
    given_up_at = models.DateTimeField(null=True)
    fault = models.CharField(_("mail fault"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("mail")
        verbose_name_plural = _("mails")
        indexes = (
            models.Index(
                fields=("due_at",), name="mail_waiting", condition=Q(sent_at__isnull=True, given_up_at__isnull=True)
            ),
        )
        constraints = (
            models.CheckConstraint(name="mail_kind_known", condition=Q(kind__in=MailKind.values)),
            models.CheckConstraint(
                name="mail_sent_or_given_up", condition=Q(sent_at__isnull=True) | Q(given_up_at__isnull=True)
            ),
        )

    def __str__(self) -> str:
        return f"{self.submission} · {self.get_kind_display()}"
