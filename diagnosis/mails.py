"""Mails about a submission: asked for in the transaction of what they tell about, sent by a worker.

They never hold answers or names of firms: the reference, what happened, and a link behind which one
signs in. Written when they are sent, in the language of the person they go to.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Final

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import F, QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation

from clusters.bell import BELL
from clusters.models import User
from diagnosis.models import Event, EventKind, Mail, MailKind, Submission

logger = logging.getLogger(__name__)

FIRST_PAUSE: Final = timedelta(minutes=1)  # doubled with every try
LONGEST_PAUSE: Final = timedelta(hours=1)
MOST_TRIES: Final = 24  # about a day
TO_OFFICERS: Final = frozenset({MailKind.ASSIGNED, MailKind.RESUBMITTED, MailKind.WITHDRAWN})


def ask_for_mail(kind: MailKind, *, submission: Submission, to: User | None, by: User | None) -> None:
    """Ask for a mail in the transaction of what it tells about; nobody is told of what they did themselves."""
    if to is None or to == by or not (to.is_active and to.email):
        return
    mail = Mail.objects.create(submission=submission, kind=kind, to=to)

    # A def, not a partial: Django's robust callbacks log the function's name.
    def ring_now() -> None:
        _ring(mail.pk)

    transaction.on_commit(ring_now, robust=True)


def _ring(mail_id: int) -> None:
    """Tell the workers; the sweeper tells them again where the broker is down."""
    from diagnosis.tasks import send_mail

    BELL.ring(f"mail {mail_id}", lambda: send_mail.apply_async(kwargs={"mail_id": mail_id}))


def waiting() -> QuerySet[Mail]:
    return Mail.objects.filter(sent_at=None, given_up_at=None, due_at__lte=timezone.now())


def ring_waiting(*, limit: int = 200) -> int:
    """Ring again for mails that are due: never picked up, or not sent at the first try."""
    due = list(waiting().order_by("due_at").values_list("pk", flat=True)[:limit])
    for pk in due:
        _ring(pk)
    return len(due)


def _pause(tries: int) -> timedelta:
    return min(FIRST_PAUSE * 2 ** min(tries, 10), LONGEST_PAUSE)


def _claim(mail_id: int) -> Mail | None:
    """Take the mail for this worker: nobody else takes it before it is due again."""
    mail = waiting().select_related("submission", "to").defer("submission__answers", "submission__verdict")
    found = mail.filter(pk=mail_id).first()
    if found is None:
        return None
    later = timezone.now() + _pause(found.tries)
    taken = waiting().filter(pk=mail_id, tries=found.tries).update(due_at=later, tries=F("tries") + 1)
    return found if taken else None


def deliver(mail_id: int) -> bool:
    """Send the mail if it is due and nobody else is sending it. True when this call sent it."""
    mail = _claim(mail_id)
    if mail is None:
        return False
    try:
        message_for(mail).send()
    except OSError as error:  # smtplib's errors are OSErrors, too
        _not_sent(mail, error)
        return False
    _sent(mail)
    return True


@transaction.atomic
def _sent(mail: Mail) -> None:
    Mail.objects.filter(pk=mail.pk).update(sent_at=timezone.now(), fault="")
    _log(mail, EventKind.MAIL_SENT)


@transaction.atomic
def _not_sent(mail: Mail, error: OSError) -> None:
    """The fault is kept without the server's words, which may name the person."""
    last = mail.tries + 1 >= MOST_TRIES
    logger.warning("mail %s could not be sent: %s", mail.pk, type(error).__name__)
    Mail.objects.filter(pk=mail.pk).update(
        fault=type(error).__name__, given_up_at=timezone.now() if last else None
    )
    if last:
        _log(mail, EventKind.MAIL_FAILED)


def _log(mail: Mail, kind: EventKind) -> None:
    detail = {"mail": mail.kind, "person": mail.to_id}
    Event.objects.create(submission=mail.submission, kind=kind, actor=None, detail=detail)


def language_of(person: User, submission: Submission) -> str:
    known = dict(settings.LANGUAGES)
    return next((one for one in (person.language, submission.language) if one in known), settings.LANGUAGE_CODE)


def address_for(mail: Mail) -> str:
    """A page that asks to sign in first."""
    if mail.kind in TO_OFFICERS:
        page = reverse("admin:diagnosis_submission_changelist")
        if mail.kind != MailKind.WITHDRAWN:
            page = reverse("admin:diagnosis_submission_change", args=[mail.submission_id])
    else:
        page = f"{reverse('account_login')}?next={reverse('diagnosis:resume', args=[mail.submission.reference])}"
    return settings.SITE_URL + page


def message_for(mail: Mail) -> EmailMessage:
    """The mail in the recipient's language; the first line of its template is the subject."""
    with translation.override(language_of(mail.to, mail.submission)):
        context = {"reference": mail.submission.reference, "address": address_for(mail)}
        subject, _, body = render_to_string(f"mail/{mail.kind}.txt", context).partition("\n")
    return EmailMessage(subject=subject.strip(), body=body.strip() + "\n", to=[mail.to.email])


__all__ = ["MOST_TRIES", "ask_for_mail", "deliver", "language_of", "message_for", "ring_waiting", "waiting"]
