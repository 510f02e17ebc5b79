"""Mails of a campaign: who gets one, each at most once, and what happens when the mail server fails."""

from __future__ import annotations

import smtplib
from collections.abc import Callable
from datetime import timedelta
from typing import Any, ClassVar

import pytest
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation
from kombu.exceptions import OperationalError as BrokerError

from clusters.models import AuditEvent, AuditKind, ClusterId, Role
from diagnosis import campaigns_mail, invitations, tasks
from diagnosis.campaigns_mail import ask_for_mail, fault_words, send_waiting
from diagnosis.invitation_codes import spaced
from diagnosis.models import Campaign, Invitation, MailState
from tests.diagnosis.campaign_cast import days_ago, hand_in, make_campaign, make_invitation
from tests.factories import make_officer

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def bell(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    rung: list[str] = []
    monkeypatch.setattr(campaigns_mail, "_ring", lambda: rung.append("ring"))
    return rung


@pytest.fixture
def campaign() -> Campaign:
    closes_on = timezone.localdate() + timedelta(days=9)
    return make_campaign(note_zh="欢迎参加", contact="李专员 0595-1", closes_on=closes_on)


def ask(campaign: Campaign, what: str) -> int:
    return ask_for_mail(campaign=campaign, what=what, by=campaign.created_by)  # type: ignore[arg-type]


class Server(BaseEmailBackend):
    """A mail server that does what `behave` says at each mail."""

    behave: ClassVar[Callable[[Any], None]] = lambda message: None
    opens: ClassVar[Callable[[], None]] = lambda: None
    took: ClassVar[list[str]] = []

    def open(self) -> bool:
        type(self).opens()
        return True

    def send_messages(self, messages: Any) -> int:
        for message in messages:
            type(self).behave(message)
            self.took.append(message.to[0])
        return len(messages)


@pytest.fixture
def server(settings: Any, monkeypatch: pytest.MonkeyPatch) -> type[Server]:
    settings.EMAIL_BACKEND = f"{__name__}.Server"
    monkeypatch.setattr("django.core.mail.import_string", lambda name: Server)
    monkeypatch.setattr(Server, "took", [])
    monkeypatch.setattr(Server, "behave", staticmethod(lambda message: None))
    monkeypatch.setattr(Server, "opens", staticmethod(lambda: None))
    return Server


def does(error: BaseException) -> Any:
    def fail(*_: Any) -> None:
        raise error

    return staticmethod(fail)


class TestWhoIsMailed:
    def test_new_firms_with_an_address(self, campaign: Campaign, django_capture_on_commit_callbacks: Any) -> None:
        wanted = make_invitation(campaign)
        printed = make_invitation(campaign, printed_at=days_ago(1))
        make_invitation(campaign, email="")
        make_invitation(campaign, mailed_at=days_ago(1))
        make_invitation(campaign, stopped_at=days_ago(1))
        hand_in(make_invitation(campaign))
        invitations.begin(invitation=make_invitation(campaign), language="en", by=None)
        make_invitation(make_campaign())
        with django_capture_on_commit_callbacks(execute=True):
            assert ask(campaign, "new") == 2
        assert ask(campaign, "new") == 0
        assert send_waiting() == 2
        assert {message.to[0] for message in mail.outbox} == {wanted.email, printed.email}
        [event] = AuditEvent.objects.filter(kind=AuditKind.CAMPAIGN_MAILED)
        assert event.detail == {"campaign": campaign.pk, "what": "new", "firms": 2}
        wanted.refresh_from_db()
        assert wanted.mailed_at is not None and wanted.mail_state == ""

    def test_bell_after_commit_only(
        self, campaign: Campaign, bell: list[str], django_capture_on_commit_callbacks: Any
    ) -> None:
        make_invitation(campaign)
        with django_capture_on_commit_callbacks(execute=True):
            ask(campaign, "new")
            assert bell == []
        assert bell == ["ring"]

    def test_a_closed_campaign_writes_to_nobody(self, campaign: Campaign) -> None:
        waiting = make_invitation(campaign, mail_state=MailState.INVITE)
        make_invitation(campaign)
        Campaign.objects.filter(pk=campaign.pk).update(closes_on=timezone.localdate() - timedelta(days=1))
        for what in campaigns_mail.ASKS:
            with pytest.raises(campaigns_mail.CampaignClosed):
                ask(campaign, what)
        assert send_waiting() == 0
        waiting.refresh_from_db()
        assert (waiting.mail_state, waiting.mailed_at) == ("", None)

    @pytest.mark.parametrize("change", ["stop", "hand in", "begin"])
    def test_what_a_firm_does_before_its_turn_counts(self, campaign: Campaign, change: str) -> None:
        firm = make_invitation(campaign)
        ask(campaign, "new")
        if change == "stop":
            invitations.stop_reminders(invitation=firm)
        elif change == "begin":
            invitations.begin(invitation=firm, language="en", by=None)
        else:
            hand_in(firm)
        assert send_waiting() == 0
        firm.refresh_from_db()
        assert (firm.mailed_at, firm.mail_state) == (None, "")


class TestReminders:
    @pytest.mark.parametrize(("fields", "due"), [
        ({"mailed_at": 7.1}, True), ({"mailed_at": 6.9}, False), ({"printed_at": 7.1}, True), ({}, False),
        ({"mailed_at": 30, "reminders": 1, "reminded_at": 7.1}, True),
        ({"mailed_at": 30, "reminders": 1, "reminded_at": 6.9}, False),
        ({"mailed_at": 30, "printed_at": 2}, False), ({"mailed_at": 30, "opened_at": 2}, True),
        ({"mailed_at": 60, "reminders": 2, "reminded_at": 20}, True),
        ({"mailed_at": 60, "reminders": 3, "reminded_at": 20}, False), ({"mailed_at": 30, "stopped_at": 9}, False),
        ({"mailed_at": 30, "email": ""}, False),
    ])
    def test_when(self, campaign: Campaign, fields: dict[str, Any], due: bool) -> None:
        given = {key: days_ago(value) if key.endswith("_at") else value for key, value in fields.items()}
        make_invitation(campaign, created_at=days_ago(90), **given)
        assert ask(campaign, "remind") == int(due)

    def test_not_those_who_handed_in_but_those_who_began(self, campaign: Campaign) -> None:
        begun = make_invitation(campaign, mailed_at=days_ago(9))
        invitations.begin(invitation=begun, language="en", by=None)
        hand_in(make_invitation(campaign, mailed_at=days_ago(9)))
        assert ask(campaign, "remind") == 1
        assert send_waiting() == 1
        begun.refresh_from_db()
        assert (begun.reminders, begun.mail_state) == (1, "")
        assert begun.reminded_at is not None and begun.reminded_at > days_ago(1)
        assert ask(campaign, "remind") == 0

    def test_says_that_it_is_one(self, campaign: Campaign) -> None:
        firm = make_invitation(campaign, mailed_at=days_ago(9), language="en")
        ask(campaign, "remind")
        send_waiting()
        assert "still waiting" in mail.outbox[0].subject
        assert firm.code in mail.outbox[0].body


class TestText:
    def _sent(self, campaign: Campaign, **fields: Any) -> tuple[Invitation, Any]:
        firm = make_invitation(campaign, **fields)
        ask(campaign, "new")
        assert send_waiting() == 1
        return firm, mail.outbox[-1]

    def test_what_it_says(self, campaign: Campaign, settings: Any) -> None:
        firm, message = self._sent(campaign, language="en")
        link = f"{settings.SITE_URL}/i/{firm.code}/"
        for part in (link, spaced(firm.code), f"{settings.SITE_URL}/invited/", "欢迎参加", "李专员 0595-1", "Footwear",
                     firm.company_name, f"{campaign.closes_on}"):
            assert part in message.body, part
        assert message.extra_headers["List-Unsubscribe"] == f"<{link}stop/>"
        assert message.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert f"{link}stop/" in message.body
        assert message.reply_to == [campaign.created_by.email]  # type: ignore[union-attr]
        assert "&" not in message.subject and "<" not in message.body.replace("<http", "")

    def test_in_the_firms_language(self, campaign: Campaign) -> None:
        with translation.override("en"):
            _, chinese = self._sent(campaign)
        with translation.override("zh-hans"):
            _, english = self._sent(campaign, language="en")
        assert "鞋" in chinese.subject and "Footwear" not in chinese.body
        assert "Footwear" in english.body

    def test_names_cannot_break_the_head(self, campaign: Campaign) -> None:
        _, message = self._sent(campaign, company_name="甲厂\nBcc: x@example.org & <b>")
        assert "\n" not in message.subject
        assert message.recipients() == message.to


class TestAtMostOnce:
    def test_two_workers(self, campaign: Campaign, server: type[Server], monkeypatch: pytest.MonkeyPatch) -> None:
        """The second worker comes while the first one is sending."""
        for _ in range(3):
            make_invitation(campaign)
        ask(campaign, "new")
        first = [True]

        def meanwhile(message: Any) -> None:
            if first.pop() if first else False:
                send_waiting()

        monkeypatch.setattr(Server, "behave", staticmethod(meanwhile))
        send_waiting()
        assert len(server.took) == len(set(server.took)) == 3

    def test_a_worker_that_dies_in_the_middle(
        self, campaign: Campaign, server: type[Server], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        firm, other = make_invitation(campaign), make_invitation(campaign)
        ask(campaign, "new")
        monkeypatch.setattr(Server, "behave", does(KeyboardInterrupt()))
        with pytest.raises(KeyboardInterrupt):
            send_waiting()
        firm.refresh_from_db()
        assert firm.mail_state == MailState.SENDING and firm.mailed_at is not None
        monkeypatch.setattr(Server, "behave", staticmethod(lambda message: None))
        assert send_waiting() == 1
        assert server.took == [other.email]  # nobody knows about the first: it is not sent by itself
        assert ask(campaign, "again") == 0
        Invitation.objects.filter(pk=firm.pk).update(mailed_at=days_ago(1))
        send_waiting()
        firm.refresh_from_db()
        assert (firm.mail_state, firm.mail_fault) == ("", "unclear")
        assert ask(campaign, "again") == 1  # an officer decides
        assert send_waiting() == 1
        firm.refresh_from_db()
        assert (firm.mail_state, firm.mail_fault) == ("", "")

    def test_a_reminder_that_died_counts(self, campaign: Campaign, server: type[Server],
                                         monkeypatch: pytest.MonkeyPatch) -> None:
        firm = make_invitation(campaign, mailed_at=days_ago(9))
        ask(campaign, "remind")
        monkeypatch.setattr(Server, "behave", does(KeyboardInterrupt()))
        with pytest.raises(KeyboardInterrupt):
            send_waiting()
        Invitation.objects.filter(pk=firm.pk).update(reminded_at=days_ago(0.1))
        send_waiting()
        firm.refresh_from_db()
        assert (firm.reminders, firm.mail_state, firm.mail_fault) == (1, "", "unclear")
        assert (ask(campaign, "remind"), ask(campaign, "again")) == (0, 0)

    def test_a_batch_rings_for_the_rest(
        self, campaign: Campaign, bell: list[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(campaigns_mail, "BATCH", 2)
        for _ in range(3):
            make_invitation(campaign)
        ask(campaign, "new")
        assert send_waiting() == 2
        assert bell == ["ring"]
        assert send_waiting() == 1
        assert bell == ["ring"]

    def test_the_task(self, campaign: Campaign) -> None:
        make_invitation(campaign)
        ask(campaign, "new")
        tasks.send_invitations()
        assert len(mail.outbox) == 1


class TestFaults:
    def test_no_server(self, campaign: Campaign, server: type[Server], monkeypatch: pytest.MonkeyPatch) -> None:
        firms = [make_invitation(campaign), make_invitation(campaign, mailed_at=days_ago(9))]
        ask(campaign, "new")
        ask(campaign, "remind")
        monkeypatch.setattr(Server, "opens", does(ConnectionRefusedError()))
        assert send_waiting() == 0
        for firm in firms:
            firm.refresh_from_db()
            assert (firm.mail_state, firm.mail_fault, firm.reminders) == ("", "unreachable", 0)
        assert firms[0].mailed_at is None
        monkeypatch.setattr(Server, "opens", staticmethod(lambda: None))
        assert (ask(campaign, "new"), ask(campaign, "again"), ask(campaign, "remind")) == (0, 1, 1)
        assert send_waiting() == 2

    @pytest.mark.parametrize(("error", "fault"), [
        (smtplib.SMTPRecipientsRefused({"x@example.org": (550, b"no such x")}), "refused 550"),
        (smtplib.SMTPDataError(554, b"spam"), "refused 554"), (ValueError("header"), "refused"),
        (smtplib.SMTPNotSupportedError("utf8"), "refused"),
    ])
    def test_one_refused(
        self, campaign: Campaign, server: type[Server], monkeypatch: pytest.MonkeyPatch, error: Exception, fault: str
    ) -> None:
        bad, good = make_invitation(campaign), make_invitation(campaign)
        ask(campaign, "new")

        def refuse(message: Any) -> None:
            if message.to == [bad.email]:
                raise error

        monkeypatch.setattr(Server, "behave", staticmethod(refuse))
        assert send_waiting() == 1
        assert server.took == [good.email]
        bad.refresh_from_db()
        assert (bad.mailed_at, bad.mail_state, bad.mail_fault) == (None, "", fault)
        with translation.override("en"):
            assert "refused" in fault_words(fault)

    def test_a_refused_reminder_does_not_count(
        self, campaign: Campaign, server: type[Server], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        before = days_ago(9)
        firm = make_invitation(campaign, mailed_at=days_ago(20), reminders=1, reminded_at=before)
        fresh = make_invitation(campaign, mailed_at=days_ago(20))
        ask(campaign, "remind")
        monkeypatch.setattr(Server, "behave", does(smtplib.SMTPDataError(451, b"later")))
        assert send_waiting() == 0
        firm.refresh_from_db()
        fresh.refresh_from_db()
        assert (firm.reminders, firm.reminded_at) == (1, before)
        assert (fresh.reminders, fresh.reminded_at) == (0, None)

    def test_a_connection_that_breaks_off(
        self, campaign: Campaign, server: type[Server], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        first, second = make_invitation(campaign), make_invitation(campaign)
        ask(campaign, "new")
        monkeypatch.setattr(Server, "behave", does(smtplib.SMTPServerDisconnected()))
        assert send_waiting() == 0
        first.refresh_from_db()
        second.refresh_from_db()
        assert (first.mail_fault, first.mailed_at is None) == ("unclear", False)
        assert (second.mail_fault, second.mailed_at) == ("unreachable", None)

    def test_no_broker(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.undo()
        monkeypatch.setattr(tasks.send_invitations, "apply_async", does(BrokerError()).__func__)
        campaigns_mail._ring()


class TestButtons:
    @pytest.mark.parametrize("what", list(campaigns_mail.ASKS))
    def test_who_may(self, campaign: Campaign, what: str) -> None:
        make_invitation(campaign)
        address = reverse("admin:diagnosis_campaign_mail", args=[campaign.pk, what])
        expected = {
            make_officer(ClusterId.CRAFTS): 404, make_officer(role=Role.AUDITOR): 403,
            make_officer(ClusterId.FOOTWEAR): 302, make_officer(role=Role.CITY_ADMIN): 302,
        }
        for person, status in expected.items():
            client = Client()
            client.force_login(person)
            assert client.get(address).status_code == 405
            assert client.post(address).status_code == status
            asked = Invitation.objects.exclude(mail_state="").exists()
            assert not asked or status == 302

    def test_an_unknown_kind(self, campaign: Campaign) -> None:
        client = Client()
        client.force_login(campaign.created_by)  # type: ignore[arg-type]
        address = reverse("admin:diagnosis_campaign_mail", args=[campaign.pk, "everybody"])
        assert client.post(address).status_code == 404
