"""Campaigns: firms invited to diagnose themselves, and what became of each invitation.

The code of an invitation prefills the profile with what the list said of the firm. It never opens a
diagnosis that somebody began: that takes the private link or the account (diagnosis/access.py).

Mail goes out at most once: `mail_state` says what is still to be sent, and a worker that takes a row notes
`mailed_at` (or the reminder) before it sends. A mail whose sender died in the middle stays at "sending"; it
is never sent again by itself, an officer decides (diagnosis/campaigns_mail.py).
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clusters.models import ClusterId, User
from diagnosis.models.submission import SizeClass, Submission


class Campaign(models.Model):
    """One round of invitations in one cluster; `note` is what the letter and mail say besides the fixed text."""

    name = models.CharField(_("name"), max_length=120)
    cluster = models.CharField(_("cluster"), max_length=32, choices=ClusterId.choices)
    note_zh = models.CharField(_("note in Chinese"), max_length=600, blank=True)
    note_en = models.CharField(_("note in English"), max_length=600, blank=True)
    contact = models.CharField(_("who answers questions"), max_length=200, blank=True)
    closes_on = models.DateField(_("answers wanted until"), null=True, blank=True)
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, verbose_name=_("who"))
    created_at = models.DateTimeField(_("made"), default=timezone.now)

    class Meta:
        verbose_name = _("campaign")
        verbose_name_plural = _("campaigns")
        ordering = ("-created_at", "-pk")
        constraints = (
            models.CheckConstraint(name="campaign_cluster_known", condition=Q(cluster__in=ClusterId.values)),
            models.CheckConstraint(name="campaign_has_name", condition=~Q(name="")),
        )

    def __str__(self) -> str:
        return self.name


class MailState(models.TextChoices):
    """What is to be done about mail; empty: nothing."""

    NOTHING = "", _("nothing to send")
    INVITE = "invite", _("invitation waits to be mailed")
    REMIND = "remind", _("reminder waits to be mailed")
    SENDING = "sending", _("being mailed")


class Invitation(models.Model):
    """One firm invited; known within a campaign by its social credit code."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="invitations")
    company_name = models.CharField(_("company"), max_length=120)
    uscc = models.CharField(_("unified social credit code"), max_length=18)
    county = models.CharField(_("county"), max_length=24, blank=True)
    size_class = models.CharField(_("size"), max_length=8, choices=SizeClass.choices, blank=True)
    contact = models.CharField(_("contact"), max_length=120, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    language = models.CharField(_("language"), max_length=10, default="zh-hans")
    code = models.CharField(_("invitation code"), max_length=16, unique=True)
    created_at = models.DateTimeField(_("imported"), default=timezone.now)
    mailed_at = models.DateTimeField(_("mailed"), null=True)
    mail_state = models.CharField(_("mail"), max_length=8, choices=MailState.choices, blank=True)
    mail_fault = models.CharField(_("mail fault"), max_length=200, blank=True)
    printed_at = models.DateTimeField(_("letter printed"), null=True)
    reminders = models.PositiveSmallIntegerField(_("reminders"), default=0)
    reminded_at = models.DateTimeField(_("reminded"), null=True)
    opened_at = models.DateTimeField(_("opened"), null=True)
    stopped_at = models.DateTimeField(_("asked not to be reminded"), null=True)
    submission = models.ForeignKey(
        Submission, on_delete=models.SET_NULL, null=True, related_name="invitations", verbose_name=_("diagnosis")
    )

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ("campaign", "company_name", "pk")
        indexes = (
            models.Index(fields=("uscc",), name="invitation_uscc"),
            models.Index(
                fields=("id",), name="invitation_mail_waiting", condition=Q(mail_state__in=("invite", "remind"))
            ),
        )
        constraints = (
            models.CheckConstraint(name="invitation_mail_state_known", condition=Q(mail_state__in=MailState.values)),
            models.CheckConstraint(name="invitation_mail_has_address", condition=Q(mail_state="") | ~Q(email="")),
            models.UniqueConstraint(name="invitation_firm_once", fields=("campaign", "uscc")),
            models.CheckConstraint(
                name="invitation_names_firm", condition=~Q(company_name="") & ~Q(uscc="") & ~Q(code="")
            ),
            models.CheckConstraint(
                name="invitation_reminded_together",
                condition=Q(reminders=0, reminded_at__isnull=True) | Q(reminders__gt=0, reminded_at__isnull=False),
            ),
            models.CheckConstraint(
                name="invitation_opened_after_made",
                condition=Q(opened_at__isnull=True) | Q(opened_at__gte=F("created_at")),
            ),
        )

    def __str__(self) -> str:
        return f"{self.company_name} {self.uscc}"


class SavedFilter(models.Model):
    """A list as an officer wants to see it again: the filters of its address under a name."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="saved_filters")
    name = models.CharField(_("name"), max_length=60)
    query = models.CharField(max_length=1000)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("name", "pk")
        constraints = (
            models.UniqueConstraint(name="saved_filter_once", fields=("user", "name")),
            models.CheckConstraint(name="saved_filter_has_name", condition=~Q(name="")),
        )

    def __str__(self) -> str:
        return self.name
