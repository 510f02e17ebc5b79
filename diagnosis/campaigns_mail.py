"""Mails of a campaign: asked for by an officer, sent by a worker in batches, each at most once.

At most once is the choice: a firm that is written to twice complains, one that is missed shows on the
officer's page. The row is the outbox: `mail_state` says what waits. A worker takes a row by
compare-and-set and notes the mail in the same statement, before it sends. What then happens:

sent       nothing waits any more
refused    the server did not take it: the note is taken back, the fault stays
broken     the connection broke while the mail went out: the note stays, the fault says it is not known
died       the worker never came back: after STALE the same as broken

A mail with a fault is sent again only when an officer asks for it. A server that cannot be reached stops
everything that waits, so that nobody is kept waiting for hours without a word. The broker is only a bell.
"""

from __future__ import annotations

import logging
import smtplib
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from clusters.audit import record
from clusters.bell import BELL
from clusters.models import AuditKind, User
from diagnosis.campaigns import Progress, closed, to_mail, to_mail_again, to_remind, with_progress
from diagnosis.campaigns_wording import invitation_words
from diagnosis.models import Campaign, Invitation, MailState

logger = logging.getLogger(__name__)

BATCH: Final = 50
BATCH_SECONDS: Final = 30.0  # then another task goes on: a task must stay below its time limit
STALE: Final = timedelta(minutes=10)
REFUSALS: Final = (
    smtplib.SMTPRecipientsRefused, smtplib.SMTPResponseException, smtplib.SMTPNotSupportedError, ValueError,
)
WAITING: Final = (MailState.INVITE, MailState.REMIND)

FAULTS: Final = {
    "unreachable": _("The mail server could not be reached."),
    "refused": _("The mail server refused the mail."),
    "unclear": _("It is not known whether the mail went out."),
}


class CampaignClosed(Exception):
    """The day answers were wanted by has passed."""


def fault_words(fault: str) -> str:
    """The stored fault (`refused 550`) in the language of the page."""
    name, _sep, code = fault.partition(" ")
    words = str(FAULTS.get(name, name))
    return f"{words} ({code})" if code else words


# --- asking ----------------------------------------------------------------------------------------

Rows = QuerySet[Invitation]
ASKS: Final[dict[str, tuple[MailState, Callable[[Rows], Rows]]]] = {
    "new": (MailState.INVITE, to_mail),
    "again": (MailState.INVITE, to_mail_again),
    "remind": (MailState.REMIND, lambda rows: to_remind(rows, timezone.now())),
}


@transaction.atomic
def ask_for_mail(*, campaign: Campaign, what: str, by: User) -> int:
    """Ask for the mails of one kind (ASKS). Returns how many firms get one; raises CampaignClosed."""
    current = Campaign.objects.select_for_update(of=("self",)).get(pk=campaign.pk)
    if closed(current, timezone.localdate()):
        raise CampaignClosed
    state, choose = ASKS[what]
    chosen = list(choose(with_progress(Invitation.objects.filter(campaign=current))).values_list("pk", flat=True))
    noted: dict[str, Any] = {"mailed_at": None} if state == MailState.INVITE else {}
    asked = Invitation.objects.filter(pk__in=chosen, mail_state="").update(mail_state=state, mail_fault="", **noted)
    if asked:
        record(
            AuditKind.CAMPAIGN_MAILED, by=by, clusters=(current.cluster,), campaign=current.pk, what=what, firms=asked
        )
        transaction.on_commit(_ring, robust=True)
    return asked


def _ring() -> None:
    """Tell the workers; the regular task tells them again where the broker is down."""
    from diagnosis.tasks import send_invitations

    BELL.ring("invitations", send_invitations.apply_async)


# --- sending ---------------------------------------------------------------------------------------


def waiting() -> Rows:
    return Invitation.objects.filter(mail_state__in=WAITING)


def settle_stale() -> int:
    """Mails whose worker never came back: nobody knows whether they went out."""
    before = timezone.now() - STALE
    noted = Q(reminded_at__lt=before) | Q(reminded_at=None, mailed_at__lt=before)
    return Invitation.objects.filter(noted, mail_state=MailState.SENDING).update(mail_state="", mail_fault="unclear")


def send_waiting() -> int:
    """Send a batch of what waits, and ring again for the rest. Returns how many mails went out."""
    settle_stale()
    batch = list(waiting().order_by("pk").values_list("pk", flat=True)[:BATCH])
    if not batch:
        return 0
    connection = get_connection()
    try:
        connection.open()
    except OSError as error:  # smtplib's errors are OSErrors, too
        _stop_all(error)
        return 0
    try:
        sent = _send_batch(connection, batch)
    finally:
        _close(connection)
    if waiting().exists():
        _ring()
    return sent


def _close(connection: Any) -> None:
    try:
        connection.close()
    except OSError as error:
        logger.warning("invitations: the mail server did not say goodbye (%s)", type(error).__name__)


def _send_batch(connection: Any, batch: list[int]) -> int:
    sent, ends = 0, time.monotonic() + BATCH_SECONDS
    for pk in batch:
        if time.monotonic() > ends:
            break
        invitation = _claim(pk)
        if invitation is None:
            continue
        try:
            sent += _send(connection, invitation)
        except OSError as error:
            Invitation.objects.filter(pk=pk).update(mail_state="", mail_fault="unclear")
            _stop_all(error)
            break
    return sent


def _stop_all(error: OSError) -> None:
    stopped = waiting().update(mail_state="", mail_fault="unreachable")
    logger.warning("invitations: no mail server (%s); %s mails stopped", type(error).__name__, stopped)


def _claim(pk: int) -> Invitation | None:
    """Take the mail for this worker and note it as sent; None if it is taken or not wanted any more."""
    rows = with_progress(waiting()).select_related("campaign__created_by")
    invitation = rows.filter(pk=pk).first()
    if invitation is None:
        return None
    state, now = invitation.mail_state, timezone.now()
    row = Invitation.objects.filter(pk=pk, mail_state=state)
    if not _wanted(invitation):
        row.update(mail_state="")
        return None
    noted = {"mailed_at": now} if state == MailState.INVITE else {"reminders": F("reminders") + 1, "reminded_at": now}
    return invitation if row.update(mail_state=MailState.SENDING, mail_fault="", **noted) else None


def _wanted(invitation: Invitation) -> bool:
    done = {Progress.HANDED_IN, Progress.STOPPED}
    done |= {Progress.STARTED} if invitation.mail_state == MailState.INVITE else set()
    progress = invitation.progress  # type: ignore[attr-defined]
    return progress not in done and not closed(invitation.campaign, timezone.localdate())


def _send(connection: Any, invitation: Invitation) -> bool:
    """Send a mail that was claimed. False when the server refused it; raises OSError when it broke off."""
    row = Invitation.objects.filter(pk=invitation.pk, mail_state=MailState.SENDING)
    try:
        connection.send_messages([message_for(invitation)])
    except REFUSALS as error:
        logger.warning("invitation %s: mail refused (%s)", invitation.pk, type(error).__name__)
        row.update(mail_state="", mail_fault=f"refused {_code(error)}".strip(), **_as_before(invitation))
        return False
    row.update(mail_state="")
    return True


def _as_before(invitation: Invitation) -> dict[str, Any]:
    """The columns as they were when the row was read, before it was claimed."""
    if invitation.mail_state == MailState.INVITE:
        return {"mailed_at": None}
    return {"reminders": invitation.reminders, "reminded_at": invitation.reminded_at}


def _code(error: Exception) -> str:
    """The server's number alone: its words may name the person."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return str(next((code for code, _text in error.recipients.values()), ""))
    return str(getattr(error, "smtp_code", ""))


# --- writing ---------------------------------------------------------------------------------------


def message_for(invitation: Invitation) -> EmailMessage:
    """The mail in the firm's language; the first line of its template is the subject."""
    name = "reminder" if invitation.mail_state == MailState.REMIND else "invitation"
    stop = settings.SITE_URL + reverse("diagnosis:invitation_stop", args=[invitation.code])
    with translation.override(invitation.language):
        context = {**invitation_words(invitation), "stop": stop}
        subject, _sep, body = render_to_string(f"mail/{name}.txt", context).partition("\n")
    officer = invitation.campaign.created_by
    return EmailMessage(
        subject=" ".join(subject.split()), body=body.strip() + "\n", to=[invitation.email],
        reply_to=[officer.email] if officer is not None and officer.is_active else None,
        headers={
            "List-Unsubscribe": f"<{stop}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            "Auto-Submitted": "auto-generated",
        },
    )
