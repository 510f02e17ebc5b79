"""A list of firms for a campaign: understood in both languages, faults by row, all of it or nothing."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation
from openpyxl import load_workbook

from clusters.list_reader import HasFaults
from clusters.models import AuditEvent, AuditKind, ClusterId, Role
from clusters.workbook import MOST_BYTES
from diagnosis.access import REFERENCE_ALPHABET
from diagnosis.campaigns_sheet import COLUMNS, import_firms, plan_import, template_workbook
from diagnosis.invitation_codes import LENGTH, new_code, read_code, spaced
from diagnosis.models import Campaign, Invitation, MailState
from tests.diagnosis.campaign_cast import HEADING, firms_xlsx, make_campaign, make_invitation, row
from tests.factories import make_officer, make_uscc

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign() -> Campaign:
    return make_campaign()


def faults(campaign: Campaign, *rows: Any, heading: Any = HEADING) -> list[tuple[int | None, str]]:
    data = firms_xlsx(*rows, heading=heading)
    with translation.override("en"):
        return [(fault.row, fault.message) for fault in plan_import(campaign, data).faults]


def take_over(campaign: Campaign, *rows: Any, update: bool = False, heading: Any = HEADING) -> Any:
    data = firms_xlsx(*rows, heading=heading)
    return import_firms(campaign=campaign, data=data, update=update, by=campaign.created_by)  # type: ignore[arg-type]


class TestWhatIsUnderstood:
    @pytest.mark.parametrize("heading", [
        ("企业名称", "统一社会信用代码", "集群", "县（市、区）", "企业规模", "联系人", "电子邮箱", "语言"),
        ("Company name", "CODE", "Cluster", " county ", "Size", "Contact", "E-mail", "Language"),
    ])
    def test_headings_of_both_languages(self, campaign: Campaign, heading: tuple[str, ...]) -> None:
        take_over(campaign, row(), heading=heading)
        assert Invitation.objects.get().county == "shishi"

    @pytest.mark.parametrize(("county", "stored"), [
        ("晋江市", "jinjiang"), ("晋江", "jinjiang"), ("jinjiang", "jinjiang"), ("Jinjiang City", "jinjiang"),
        ("安溪", "anxi"), (None, ""),
    ])
    def test_counties(self, campaign: Campaign, county: Any, stored: str) -> None:
        take_over(campaign, row(county=county))
        assert Invitation.objects.get().county == stored

    @pytest.mark.parametrize("cluster", ["footwear", "Footwear", "ＦＯＯＴＷＥＡＲ", None])
    def test_the_own_cluster(self, campaign: Campaign, cluster: Any) -> None:
        take_over(campaign, row(cluster=cluster))
        assert Invitation.objects.count() == 1

    def test_full_width_letters_digits_and_spaces(self, campaign: Campaign) -> None:
        uscc = make_uscc()
        wide = "".join(chr(ord(char) + 0xFEE0) for char in uscc)
        take_over(campaign, row(
            company_name="　晋江 Ａ１　鞋业（福建）有限公司 ", uscc=f" {wide[:9]}　{wide[9:]} ",
            email="ａ＠example.org",
        ))
        found = Invitation.objects.get()
        assert (found.uscc, found.email) == (uscc, "a@example.org")
        assert found.company_name == "晋江 A1 鞋业（福建）有限公司"

    def test_only_name_and_code_are_needed(self, campaign: Campaign) -> None:
        take_over(campaign, ["甲厂", make_uscc()], heading=HEADING[:2])
        found = Invitation.objects.get()
        assert (found.county, found.email, found.language, found.mail_state) == ("", "", "zh-hans", "")

    def test_every_firm_gets_a_code_of_its_own(self, campaign: Campaign) -> None:
        take_over(campaign, *(row() for _ in range(40)))
        codes = set(Invitation.objects.values_list("code", flat=True))
        assert len(codes) == 40
        assert all(len(code) == LENGTH and set(code) <= set(REFERENCE_ALPHABET) for code in codes)

    def test_the_empty_list_is_understood_when_filled(self, campaign: Campaign) -> None:
        for language in ("en", "zh-hans"):
            with translation.override(language):
                sheet = load_workbook(io.BytesIO(template_workbook())).worksheets[0]
                heading = [str(cell.value) for cell in sheet[1]]
                assert faults(campaign, row(), heading=heading) == []


class TestFaults:
    @pytest.mark.parametrize(("cells", "words"), [
        ({"company_name": None}, "must not be empty"), ({"company_name": "unknown"}, "Empty"),
        ({"company_name": "长" * 121}, "Too long"), ({"uscc": None}, "must not be empty"),
        ({"uscc": "91350582MA0000001X"}, "Not a valid"), ({"uscc": "unknown"}, "Empty"),
        ({"uscc": 913505821234567890}, "Format the column as text"), ({"cluster": "crafts"}, "belongs to"),
        ({"cluster": "shoes"}, "not known"), ({"county": "厦门市"}, "not known"), ({"size_class": "huge"}, "not known"),
        ({"email": "no address"}, "not an e-mail"), ({"contact": "长" * 121}, "longer than 120"),
        ({"language": "fr"}, "not known"), ({"email": "=1+1"}, "not an e-mail"),
    ])
    def test_named_by_row(self, campaign: Campaign, cells: dict[str, Any], words: str) -> None:
        found = faults(campaign, row(), row(**cells), row())
        assert [number for number, _ in found] == [3]
        assert words in found[0][1]

    def test_every_fault_is_found_at_once(self, campaign: Campaign) -> None:
        found = faults(campaign, row(uscc="1"), row(), row(email="x", county="y"))
        assert [number for number, _ in found] == [2, 4, 4]

    def test_the_same_code_twice(self, campaign: Campaign) -> None:
        uscc = make_uscc()
        found = faults(campaign, row(uscc=uscc), row(), row(uscc=f" {uscc.lower()}"))
        assert found == [(4, "The same code stands in row 2.")]

    def test_columns(self, campaign: Campaign) -> None:
        assert faults(campaign, ["x"], heading=["price"])[0][1].startswith("There is no column")
        assert {words for _, words in faults(campaign, ["x"], heading=["contact"])} == {"This column is missing."}
        doubled = faults(campaign, ["a", "b", "c"], heading=["name", "企业名称", "code"])
        assert doubled == [(1, "This column stands there twice.")]

    def test_nothing_is_stored(self, campaign: Campaign) -> None:
        with pytest.raises(HasFaults):
            take_over(campaign, row(), row(uscc="1"))
        assert not Invitation.objects.exists()
        assert not AuditEvent.objects.exists()


class TestFirmsRecordedAlready:
    def test_left_as_they_are(self, campaign: Campaign) -> None:
        known = make_invitation(campaign, county="jinjiang")
        plan = take_over(campaign, row(uscc=known.uscc), row())
        known.refresh_from_db()
        assert (len(plan.added), len(plan.changed), known.county) == (1, 1, "jinjiang")
        [event] = AuditEvent.objects.all()
        assert (event.kind, event.clusters) == (AuditKind.LIST_IMPORTED, ["footwear"])
        assert event.detail["skipped"] == 1 and event.detail["added"] == 1 and event.detail["changed"] == 0

    def test_updated(self, campaign: Campaign) -> None:
        known = make_invitation(campaign, contact="old", mail_state=MailState.INVITE)
        take_over(campaign, ["新名", known.uscc, "b@example.org"], heading=["name", "code", "email"], update=True)
        again = Invitation.objects.get()
        assert (again.pk, again.code, again.company_name, again.contact) == (known.pk, known.code, "新名", "old")
        assert (again.email, again.mail_state) == ("b@example.org", "")  # nothing goes to the old address any more

    def test_an_empty_cell_empties(self, campaign: Campaign) -> None:
        known = make_invitation(campaign, mail_state=MailState.INVITE)
        take_over(campaign, [known.company_name, known.uscc, None], heading=["name", "code", "email"], update=True)
        assert Invitation.objects.get().email == ""

    def test_the_same_again_changes_nothing(self, campaign: Campaign) -> None:
        line = row()
        take_over(campaign, line)
        plan = take_over(campaign, line, update=True)
        assert (plan.added, plan.changed, plan.unchanged) == ((), (), 1)

    def test_another_campaign_may_invite_the_firm_too(self, campaign: Campaign) -> None:
        line = row()
        take_over(campaign, line)
        take_over(make_campaign(), line)
        assert Invitation.objects.count() == 2


class TestTheDatabaseRefuses:
    @pytest.mark.parametrize("fields", [
        {"mail_state": "later"}, {"mail_state": "invite", "email": ""}, {"code": ""}, {"company_name": ""},
        {"reminders": 1},
    ])
    def test_rows(self, campaign: Campaign, fields: dict[str, Any]) -> None:
        with pytest.raises(IntegrityError), transaction.atomic():
            make_invitation(campaign, **fields)

    def test_a_firm_twice_in_a_campaign(self, campaign: Campaign) -> None:
        known = make_invitation(campaign)
        with pytest.raises(IntegrityError), transaction.atomic():
            make_invitation(campaign, uscc=known.uscc)


class TestPages:
    @pytest.fixture
    def client(self, campaign: Campaign) -> Client:
        client = Client()
        assert campaign.created_by is not None
        client.force_login(campaign.created_by)
        return client

    @staticmethod
    def _at(name: str, campaign: Campaign) -> str:
        return reverse(f"admin:diagnosis_campaign_{name}", args=[campaign.pk])

    def _upload(self, client: Client, campaign: Campaign, data: bytes) -> Any:
        return client.post(self._at("import", campaign), {"file": SimpleUploadedFile("list.xlsx", data)})

    def test_preview_then_take_over(self, client: Client, campaign: Campaign) -> None:
        known = make_invitation(campaign)
        data = firms_xlsx(row(company_name="<b>新厂</b>"), row(uscc=known.uscc))
        preview = self._upload(client, campaign, data)
        assert preview.status_code == 200
        assert "&lt;b&gt;新厂" in preview.content.decode()
        assert Invitation.objects.count() == 1
        token = preview.context["token"]
        answer = client.post(self._at("confirm", campaign), {"token": token, "known": "update"})
        assert answer.status_code == 302
        assert Invitation.objects.count() == 2
        known.refresh_from_db()
        assert known.county == "shishi"
        client.post(self._at("confirm", campaign), {"token": token})  # used up
        assert AuditEvent.objects.filter(kind=AuditKind.LIST_IMPORTED).count() == 1

    def test_without_a_choice_recorded_firms_stay(self, client: Client, campaign: Campaign) -> None:
        known = make_invitation(campaign)
        preview = self._upload(client, campaign, firms_xlsx(row(uscc=known.uscc)))
        client.post(self._at("confirm", campaign), {"token": preview.context["token"]})
        known.refresh_from_db()
        assert known.county == "jinjiang"

    def test_faults_are_shown(self, client: Client, campaign: Campaign) -> None:
        answer = self._upload(client, campaign, firms_xlsx(*(row(uscc="1") for _ in range(130))))
        assert answer.status_code == 422
        assert len(answer.context["faults"]) == 100
        assert answer.context["more_faults"] == 30

    @pytest.mark.parametrize("data", [b"", b"name,code\n", b"PK\x03\x04 broken", b"\0" * (MOST_BYTES + 1)])
    def test_unusable_files(self, client: Client, campaign: Campaign, data: bytes) -> None:
        assert self._upload(client, campaign, data).status_code == 422
        assert client.post(self._at("import", campaign)).status_code == 422

    def test_the_preview_belongs_to_person_and_campaign(self, client: Client, campaign: Campaign) -> None:
        token = self._upload(client, campaign, firms_xlsx(row())).context["token"]
        other = make_campaign(created_by=campaign.created_by)
        client.post(self._at("confirm", other), {"token": token})
        colleague = Client()
        colleague.force_login(make_officer(ClusterId.FOOTWEAR))
        colleague.post(self._at("confirm", campaign), {"token": token})
        cache.clear()
        client.post(self._at("confirm", campaign), {"token": token})
        assert not Invitation.objects.exists()

    def test_a_firm_recorded_between_preview_and_yes(self, client: Client, campaign: Campaign) -> None:
        line = row()
        token = self._upload(client, campaign, firms_xlsx(line)).context["token"]
        make_invitation(campaign, uscc=line[1])
        client.post(self._at("confirm", campaign), {"token": token})
        assert Invitation.objects.count() == 1

    def test_who_may(self, campaign: Campaign) -> None:
        expected = {
            make_officer(ClusterId.CRAFTS): 404, make_officer(role=Role.AUDITOR): 403,
            make_officer(role=Role.CITY_ADMIN): 200,
        }
        for person, status in expected.items():
            client = Client()
            client.force_login(person)
            assert client.get(self._at("import", campaign)).status_code == status
            assert self._upload(client, campaign, firms_xlsx(row())).status_code == status
            confirmed = client.post(self._at("confirm", campaign), {"token": "x"}).status_code
            assert confirmed == (302 if status == 200 else status)

    def test_the_empty_list(self, client: Client, campaign: Campaign) -> None:
        book = load_workbook(io.BytesIO(client.get(self._at("template", campaign)).content))
        assert len(list(book.worksheets[0][1])) == len(COLUMNS)
        assert "jinjiang" in {cell.value for cell in book.worksheets[1]["B"]}

    def test_as_many_queries_for_one_firm_as_for_many(self, client: Client, campaign: Campaign) -> None:
        counts = []
        for number in (1, 2, 30):
            with CaptureQueriesContext(connection) as queries:
                self._upload(client, campaign, firms_xlsx(*(row() for _ in range(number))))
            counts.append(len(queries))
        assert counts[0] == counts[1] == counts[2]


class TestCodes:
    def test_shown_in_groups_and_read_back(self) -> None:
        code = new_code()
        shown = spaced(code)
        assert [len(group) for group in shown.split(" ")] == [4, 4, 4]
        for typed in (shown, shown.lower(), shown.replace(" ", "-"), f" {code}　"):
            assert read_code(typed) == code

    @pytest.mark.parametrize("typed", ["", "7KQ2", "7KQ2 9FDM X4T0", "7KQ2 9FDM X4TBB", "\x00" * 12])
    def test_no_code(self, typed: str) -> None:
        assert read_code(typed) is None
