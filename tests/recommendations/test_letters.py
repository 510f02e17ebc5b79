"""Invitation letters: who gets one, what the page says, that its QR code leads to the firm's own link."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
import qrcode
from django.core.files.storage import default_storage
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pypdf import PdfReader

from clusters.models import AuditEvent, AuditKind, ClusterId, Membership, Role
from diagnosis import invitations
from diagnosis.models import Campaign, Invitation
from recommendations import file_actions, letter_actions, letters
from recommendations.letter_actions import ask_for_letters
from recommendations.models import OfficerFile, ReportState
from tests.diagnosis.campaign_cast import days_ago, hand_in, make_campaign, make_invitation
from tests.factories import make_officer

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_actions, "_ring", lambda file_id: None)


@pytest.fixture
def campaign() -> Campaign:
    return make_campaign(
        note_zh="专员可以上门帮忙", note_en="An officer comes to help", contact="李专员 0595-12345678",
        closes_on="2027-01-31",
    )


def asked(campaign: Campaign, *firms: Invitation, language: str = "zh-hans") -> OfficerFile:
    assert campaign.created_by is not None
    ids = [firm.pk for firm in firms]
    ask_for_letters(campaign=campaign, invitations=ids, by=campaign.created_by, language=language)
    return OfficerFile.objects.order_by("-pk")[0]


def made(file: OfficerFile) -> PdfReader:
    assert file_actions.build_officer_file(file_id=file.pk)
    file.refresh_from_db()
    with default_storage.open(file.name) as stored:
        return PdfReader(io.BytesIO(stored.read()))


def text_of(page: Any) -> str:
    return re.sub(r"[\s\u200b]", "", page.extract_text())


def address_of(firm: Invitation, settings: Any) -> str:
    return f"{settings.SITE_URL}/i/{firm.code}/"


# The drawing of the QR code: every dark module is a square of its own, from its upper left corner.
SQUARE = re.compile(r"([\d.]+) ([\d.]+) m\s+([\d.]+) \2 l\s+\3 ([\d.]+) l\s+\1 \4 l")

MODULE = 0.8  # its side, in units of the drawing


def drawn_modules(page: Any) -> set[tuple[int, int]]:
    """Dark modules as (row, column), read back from what the page draws."""
    content = page.get_contents().get_data().decode("latin-1")
    squares = [(float(x), float(y), float(right)) for x, y, right, _ in SQUARE.findall(content)]
    corners = [(x, y) for x, y, right in squares if round(right - x, 3) == MODULE]
    left, top = min(x for x, _ in corners), min(y for _, y in corners)
    return {(round((y - top) / MODULE), round((x - left) / MODULE)) for x, y in corners}


def modules_of(address: str) -> set[tuple[int, int]]:
    code = qrcode.QRCode(border=0)
    code.add_data(address)
    code.make()
    return {(row, column) for row, line in enumerate(code.get_matrix()) for column, dark in enumerate(line) if dark}


class TestLetter:
    @pytest.mark.parametrize(("language", "words"), [
        ("zh-hans", ("免费数字化转型诊断邀请函", "专员可以上门帮忙", "晋江市", "2027年1月31日")),
        ("en", ("Invitationtoafreediagnosis", "Anofficercomestohelp", "JinjiangCity", "31January2027")),
    ])
    def test_what_it_says(self, campaign: Campaign, settings: Any, language: str, words: tuple[str, ...]) -> None:
        firm = make_invitation(campaign, company_name="晋江市堃喆鞋业（福建）有限公司", contact="王经理")
        reader = made(asked(campaign, firm, language=language))
        assert len(reader.pages) == 1
        text = text_of(reader.pages[0])
        for part in (firm.company_name, firm.code, "王经理", "李专员", f"{settings.SITE_URL}/invited/", *words):
            assert part in text, part

    def test_one_page_a_firm_whatever_it_is_called(self, settings: Any) -> None:
        campaign = make_campaign(note_zh="长" * 300, contact="话" * 200, closes_on="2027-01-31")
        firms = [
            make_invitation(campaign, company_name="长" * 120, contact="字" * 120),
            make_invitation(campaign, company_name="W" * 120),
            make_invitation(campaign, company_name="#[*_$ \\ \u202e😀"),
        ]
        reader = made(asked(campaign, *firms))
        assert len(reader.pages) == 3
        for page, firm in zip(reader.pages, firms, strict=True):
            assert firm.code in text_of(page)

    def test_each_qr_code_is_that_of_the_own_link(self, campaign: Campaign, settings: Any) -> None:
        firms = [make_invitation(campaign, company_name=f"{number}厂") for number in range(2)]
        reader = made(asked(campaign, *firms))
        for page, firm in zip(reader.pages, firms, strict=True):
            assert drawn_modules(page) == modules_of(address_of(firm, settings))
        assert drawn_modules(reader.pages[0]) != drawn_modules(reader.pages[1])

    def test_accessible(self, campaign: Campaign) -> None:
        reader = made(asked(campaign, make_invitation(campaign)))
        assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]


class TestReady:
    def test_marks_letters_as_printed(self, campaign: Campaign) -> None:
        firm, other = make_invitation(campaign), make_invitation(campaign)
        file = asked(campaign, firm)
        assert Invitation.objects.filter(printed_at=None).count() == 2
        made(file)
        firm.refresh_from_db()
        other.refresh_from_db()
        assert firm.printed_at is not None and other.printed_at is None
        assert file.state == ReportState.READY and file.file_name.endswith(".pdf")
        assert (file.done, file.total) == (1, 1)
        kinds = list(AuditEvent.objects.order_by("pk").values_list("kind", flat=True))
        assert kinds == [AuditKind.FILE_ASKED, AuditKind.FILE_READY]

    def test_a_file_that_cannot_be_stored_marks_nothing(
        self, campaign: Campaign, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        firm = make_invitation(campaign)
        file = asked(campaign, firm)
        monkeypatch.setattr(letters, "render_data", lambda *_, **__: (_ for _ in ()).throw(OSError("full")))
        assert not file_actions.build_officer_file(file_id=file.pk)
        firm.refresh_from_db()
        assert firm.printed_at is None

    def test_who_answered_meanwhile_gets_none(self, campaign: Campaign) -> None:
        stays, answers, stops = (make_invitation(campaign) for _ in range(3))
        file = asked(campaign, stays, answers, stops)
        hand_in(answers)
        invitations.stop_reminders(invitation=stops)
        assert len(made(file).pages) == 1

    def test_nobody_left(self, campaign: Campaign) -> None:
        firm = make_invitation(campaign)
        file = asked(campaign, firm)
        hand_in(firm)
        assert not file_actions.build_officer_file(file_id=file.pk)
        file.refresh_from_db()
        assert file.state == ReportState.FAILED

    def test_an_officer_who_lost_the_cluster_gets_none(self, campaign: Campaign) -> None:
        file = asked(campaign, make_invitation(campaign))
        Membership.objects.all().delete()
        assert not file_actions.build_officer_file(file_id=file.pk)
        file.refresh_from_db()
        assert file.state == ReportState.FAILED

    def test_firms_of_another_campaign_slip_into_no_file(self, campaign: Campaign) -> None:
        foreign = make_invitation(make_campaign(ClusterId.CRAFTS))
        reader = made(asked(campaign, make_invitation(campaign), foreign))
        assert len(reader.pages) == 1

    def test_many_letters_are_several_files(self, campaign: Campaign, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(letter_actions, "LETTERS_PER_FILE", 2)
        firms = [make_invitation(campaign) for _ in range(5)]
        asked(campaign, *firms)
        files = list(OfficerFile.objects.order_by("pk"))
        assert [len(file.wish["invitations"]) for file in files] == [2, 2, 1]
        assert sorted(id for file in files for id in file.wish["invitations"]) == [firm.pk for firm in firms]
        names = set()
        for file in files:
            made(file)
            names.add(file.file_name)
        assert len(names) == 3

    def test_as_many_queries_for_one_letter_as_for_many(self, campaign: Campaign) -> None:
        """Besides the notes of the progress."""
        counts = []
        for number in (1, letters.STEP - 1):
            file = asked(campaign, *(make_invitation(campaign) for _ in range(number)))
            with CaptureQueriesContext(connection) as queries:
                assert file_actions.build_officer_file(file_id=file.pk)
            counts.append(len(queries))
        assert counts[0] == counts[1]


class TestButton:
    @pytest.fixture
    def address(self, campaign: Campaign) -> str:
        return reverse("admin:diagnosis_campaign_letters", args=[campaign.pk])

    @staticmethod
    def _press(address: str, person: Any, **typed: Any) -> Any:
        client = Client()
        client.force_login(person)
        return client.post(address, {"which": "all", "language": "zh-hans", **typed})

    def test_who_may(self, campaign: Campaign, address: str) -> None:
        make_invitation(campaign)
        for person, status in (
            (make_officer(ClusterId.CRAFTS), 404), (make_officer(role=Role.AUDITOR), 403),
            (make_officer(role=Role.CITY_ADMIN), 302), (make_officer(ClusterId.FOOTWEAR), 302),
        ):
            before = OfficerFile.objects.count()
            assert self._press(address, person).status_code == status
            assert OfficerFile.objects.count() == before + (status == 302)

    def test_for_whom(self, campaign: Campaign, address: str) -> None:
        mailed, plain = make_invitation(campaign, mailed_at=days_ago(1)), make_invitation(campaign, email="")
        hand_in(make_invitation(campaign, email=""))
        foreign = make_invitation(make_campaign(ClusterId.CRAFTS))
        expected: dict[str, list[int]] = {
            "all": [mailed.pk, plain.pk], "without_email": [plain.pk], "selected": [mailed.pk],
        }
        for which, ids in expected.items():
            self._press(address, campaign.created_by, which=which, chosen=[mailed.pk])
            assert sorted(OfficerFile.objects.order_by("-pk")[0].wish["invitations"]) == ids
        count = OfficerFile.objects.count()
        for bad in ({"which": "selected"}, {"which": "selected", "chosen": [foreign.pk]}, {"which": "x"},
                    {"language": "fr"}, {"which": "selected", "chosen": ["x"]}):
            assert self._press(address, campaign.created_by, **bad).status_code == 302
        assert OfficerFile.objects.count() == count

    def test_leads_to_my_files(self, campaign: Campaign, address: str) -> None:
        make_invitation(campaign)
        response = self._press(address, campaign.created_by)
        assert response.url == reverse("admin:recommendations_officerfile_changelist")
