"""Mails of a review: to whom, in which language, after the commit, and never in the way of the work."""

from __future__ import annotations

from datetime import timedelta
from smtplib import SMTPServerDisconnected
from typing import Any

import pytest
from django.core import mail as outbox
from django.core.mail.backends.locmem import EmailBackend
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation
from kombu.exceptions import OperationalError as BrokerError

from clusters.actions import keep_language
from clusters.models import ClusterId, User
from diagnosis import mails, review_actions, tasks
from diagnosis.domain.review_rules import Move
from diagnosis.models import EventKind, Mail, MailKind, State, Submission
from tests.diagnosis.reviewing import OWN, commented, do, hands_in_again, returned
from tests.factories import PASSWORD, make_officer, make_owner, make_submission

pytestmark = pytest.mark.django_db
KINDS = list(MailKind)


@pytest.fixture
def rung(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Mails the workers were told of."""
    told: list[int] = []
    monkeypatch.setattr(tasks.send_mail, "apply_async", lambda kwargs: told.append(kwargs["mail_id"]))
    return told


@pytest.fixture(autouse=True)
def no_broker(rung: list[int]) -> None:
    """No worker runs here."""


def in_review(**owner: Any) -> Submission:
    submission = make_submission(state=State.IN_REVIEW, owner=make_owner(**owner))
    commented(submission, "quality", text="Machine park of Mr. Chen?")
    return submission


def asked_for() -> list[tuple[str, User]]:
    return [(mail.kind, mail.to) for mail in Mail.objects.select_related("to").order_by("pk")]


def waiting_mail(kind: MailKind = MailKind.RETURNED, **person: Any) -> Mail:
    return Mail.objects.create(submission=make_submission(), kind=kind, to=make_owner(**person))


# To whom ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("move", "kind"), [(Move.RETURN, MailKind.RETURNED), (Move.VERIFY, MailKind.VERIFIED)])
def test_the_owner_is_told(move: Move, kind: MailKind) -> None:
    submission = in_review()
    do(move, submission, make_officer(OWN))
    assert asked_for() == [(kind, submission.owner)]


@pytest.mark.parametrize("move", [Move.TAKE, Move.COMMENT])
def test_the_owner_is_not_told_of_every_step(move: Move) -> None:
    do(move, make_submission(owner=make_owner()), make_officer(OWN))
    assert asked_for() == []


@pytest.mark.parametrize("owner", [None, {"is_active": False}])
def test_nobody_to_tell(owner: dict[str, Any] | None) -> None:
    submission = make_submission(state=State.IN_REVIEW, owner=make_owner(**owner) if owner else None)
    do(Move.VERIFY, submission, make_officer(OWN))
    assert asked_for() == []


def test_the_officer_is_told_of_what_others_do_with_the_submission() -> None:
    officer, colleague = make_officer(OWN), make_officer(OWN)
    submission = make_submission()
    mark = review_actions.mark_of
    submission = review_actions.assign(submission=submission, officer=officer, by=officer, seen=mark(submission))
    assert asked_for() == []  # officers know what they did themselves
    submission = review_actions.assign(submission=submission, officer=colleague, by=officer, seen=mark(submission))
    assert asked_for() == [(MailKind.ASSIGNED, colleague)]


def test_the_officer_is_told_of_a_new_revision_and_of_a_withdrawal() -> None:
    officer, submission = make_officer(OWN), returned()
    Submission.objects.filter(pk=submission.pk).update(officer=officer)
    again = hands_in_again(submission)
    review_actions.withdraw(submission=again, by=None)
    assert asked_for() == [(MailKind.RESUBMITTED, officer), (MailKind.WITHDRAWN, officer)]


# What they say ------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_in_the_language_of_who_reads_it(kind: MailKind, language: str) -> None:
    mail = waiting_mail(kind, language=language)
    with translation.override("en" if language == "zh-hans" else "zh-hans"):  # the worker's language plays no part
        message = mails.message_for(mail)
    assert ("Chain diagnosis" in message.body) == (language == "en")
    assert message.to == [mail.to.email]
    assert mail.submission.reference in message.subject
    assert "\n" not in message.subject


@pytest.mark.parametrize("kind", KINDS)
def test_no_answer_and_no_name_stands_in_a_mail(kind: MailKind) -> None:
    submission = in_review()
    mail = Mail.objects.create(submission=submission, kind=kind, to=make_owner(language="en", name="Mr. Chen"))
    message = mails.message_for(mail)
    said = message.subject + message.body
    for secret in (submission.company_name, submission.uscc, "Machine park", "Mr. Chen", "{%", "{{"):
        assert secret not in said


def test_the_language_of_the_diagnosis_where_the_person_has_none() -> None:
    mail = waiting_mail(language="fr")
    Submission.objects.update(language="en")
    mail.refresh_from_db()
    assert mails.language_of(mail.to, mail.submission) == "en"
    Submission.objects.update(language="fr")
    mail.refresh_from_db()
    assert mails.language_of(mail.to, mail.submission) == "zh-hans"


@pytest.mark.parametrize("kind", KINDS)
def test_the_link_asks_to_sign_in(client: Client, kind: MailKind, settings: Any) -> None:
    settings.SITE_URL = "https://diagnosis.example.org"
    message = mails.message_for(waiting_mail(kind))
    address = next(line for line in message.body.splitlines() if line.startswith("https://"))
    response = client.get(address.removeprefix("https://diagnosis.example.org"), follow=True)
    assert response.request["PATH_INFO"] == reverse("account_login")
    assert response.status_code == 200


def test_the_link_leads_the_owner_to_the_diagnosis(client: Client) -> None:
    submission = in_review()
    assert submission.owner is not None
    mail = Mail.objects.create(submission=submission, kind=MailKind.RETURNED, to=submission.owner)
    client.force_login(submission.owner)
    response = client.get(mails.address_for(mail).split("/", 3)[3].join(["/", ""]))
    assert response["Location"] == reverse("diagnosis:resume", args=[submission.reference])


def test_the_language_last_read_is_kept(client: Client) -> None:
    owner = make_owner(language="zh-hans")
    client.force_login(owner)
    client.post(reverse("set_language"), {"language": "en", "next": "/"})
    owner.refresh_from_db()
    assert owner.language == "en"
    keep_language(user=owner, code="fr")
    owner.refresh_from_db()
    assert owner.language == "en"


def test_signing_in_keeps_the_language_of_the_page(client: Client) -> None:
    officer = make_officer(ClusterId.FOOTWEAR, password=PASSWORD, language="zh-hans")
    client.cookies["language"] = "en"
    client.post(reverse("account_login"), {"login": officer.email, "password": PASSWORD})
    officer.refresh_from_db()
    assert officer.language == "en"


# Sending ------------------------------------------------------------------------------------------


def test_nothing_is_sent_before_the_commit(rung: list[int], django_capture_on_commit_callbacks: Any) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        do(Move.VERIFY, in_review(), make_officer(OWN))
        assert rung == []
    assert rung == [Mail.objects.get().pk]


def test_a_dead_broker_does_not_break_the_action(
    monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    def down(**options: Any) -> None:
        raise BrokerError("no route to host")

    monkeypatch.setattr(tasks.send_mail, "apply_async", down)
    submission = in_review()
    with django_capture_on_commit_callbacks(execute=True):
        do(Move.VERIFY, submission, make_officer(OWN))
    submission.refresh_from_db()
    assert submission.state == State.VERIFIED
    assert mails.waiting().count() == 1  # the sweeper sends it


def test_sending_is_logged_and_done_once() -> None:
    mail = waiting_mail(language="en")
    for _ in range(2):
        tasks.send_mail(mail_id=mail.pk)
    mail.refresh_from_db()
    assert len(outbox.outbox) == 1
    assert mail.sent_at is not None
    event = mail.submission.events.get(kind=EventKind.MAIL_SENT)  # type: ignore[attr-defined]
    assert event.detail == {"mail": "returned", "person": mail.to_id}


def test_a_message_for_a_mail_that_is_gone_does_nothing() -> None:
    assert not mails.deliver(2_000_000_000)
    assert outbox.outbox == []


def refuse(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def send_messages(self: Any, messages: Any) -> int:
        raise error

    monkeypatch.setattr(EmailBackend, "send_messages", send_messages)


@pytest.mark.parametrize("error", [ConnectionRefusedError(), TimeoutError(), SMTPServerDisconnected("x@y.example")])
def test_a_dead_mail_server_leaves_it_for_later(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    mail = waiting_mail()
    refuse(monkeypatch, error)
    assert not mails.deliver(mail.pk)
    mail.refresh_from_db()
    assert (mail.sent_at, mail.given_up_at, mail.tries) == (None, None, 1)
    assert mail.due_at > timezone.now()
    assert mail.fault == type(error).__name__  # and not the server's words
    assert not mails.deliver(mail.pk)  # not due yet
    assert Mail.objects.get().tries == 1
    Mail.objects.update(due_at=timezone.now())
    monkeypatch.undo()
    assert mails.deliver(mail.pk)


def test_it_is_given_up_in_the_end_and_the_log_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    mail = waiting_mail()
    refuse(monkeypatch, ConnectionRefusedError())
    for _ in range(mails.MOST_TRIES + 2):
        Mail.objects.update(due_at=timezone.now())
        mails.deliver(mail.pk)
    mail.refresh_from_db()
    assert mail.tries == mails.MOST_TRIES
    assert mail.given_up_at is not None
    assert mail.submission.events.filter(kind=EventKind.MAIL_FAILED).count() == 1  # type: ignore[attr-defined]


def test_what_was_never_picked_up_is_rung_for_again(rung: list[int]) -> None:
    lost, later, sent = waiting_mail(), waiting_mail(), waiting_mail()
    Mail.objects.filter(pk=later.pk).update(due_at=timezone.now() + timedelta(minutes=5))
    Mail.objects.filter(pk=sent.pk).update(sent_at=timezone.now())
    tasks.send_waiting_mails()
    assert rung == [lost.pk]


def test_the_database_guards_mails() -> None:
    mail = waiting_mail()
    for change, name in [
        ({"kind": "birthday"}, "mail_kind_known"),
        ({"sent_at": timezone.now(), "given_up_at": timezone.now()}, "mail_sent_or_given_up"),
    ]:
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            Mail.objects.filter(pk=mail.pk).update(**change)
