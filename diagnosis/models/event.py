"""The log of what happened to each submission."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clusters.models import User
from diagnosis.models.submission import Submission


class EventKind(models.TextChoices):
    STARTED = "started", _("diagnosis begun")
    SUBMITTED = "submitted", _("diagnosis handed in")
    LINK_MADE = "link_made", _("private link made")
    ACCESS_ENDED = "access_ended", _("other access ended")
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
    ASSIGNED = "assigned", _("assigned")
    COMMENTED = "commented", _("comment written")
    COMMENT_WITHDRAWN = "comment_withdrawn", _("comment taken back")
    LEVEL_VERIFIED = "level_verified", _("level verified")
    LEVEL_WITHDRAWN = "level_withdrawn", _("verified level taken back")
    EVIDENCE_DOWNLOADED = "evidence_downloaded", _("evidence downloaded")
    MAIL_SENT = "mail_sent", _("mail sent")
    MAIL_FAILED = "mail_failed", _("mail could not be sent")
    INVITED = "invited", _("came by invitation")
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
