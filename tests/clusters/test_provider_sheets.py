"""The directory as a list: out and back without loss, nothing dangerous in either direction, all or nothing."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pytest
import xlsxwriter
from django.contrib.admin.models import LogEntry
from django.utils import timezone, translation
from openpyxl import load_workbook

from clusters.models import ClusterId, Provider, ProviderKind
from clusters.provider_columns import COLUMNS
from clusters.provider_sheets import HasFaults, export_providers, import_providers, plan_import
from clusters.workbook import (
    MOST_BYTES,
    MOST_ROWS,
    Sheet,
    UnusableWorkbook,
    neutral,
    plain,
    read_workbook,
    write_workbook,
)
from tests.factories import make_officer

RISKY = ("=1+1", "==1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1+1", "＋1", "－1", "＠x", "=cmd|' /C calc'!A0")
HEADING = tuple(column.id for column in COLUMNS)
ROW = (
    "provider", "泉州甲软件", "footwear", "jinjiang", "trade_saas; internal_integration",
    "王工 0595-1", "", "专员登记", "", "",
)


def make_provider(**fields: Any) -> Provider:
    return Provider.objects.create(**{
        "kind": ProviderKind.PROVIDER, "name": "泉州甲软件", "clusters": ["footwear"], "counties": ["jinjiang"],
        "topics": ["trade_saas", "internal_integration"], "contact": "王工 0595-1", "source": "专员登记", **fields,
    })


def xlsx(*rows: Sequence[Any], heading: Sequence[str] = HEADING, formulas: bool = False) -> bytes:
    """A file as an officer's spreadsheet program writes it."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"strings_to_formulas": formulas, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet()
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for number, row in enumerate((heading, *rows)):
            for column, value in enumerate(row):
                if isinstance(value, date):
                    sheet.write_datetime(number, column, value, day)
                else:
                    sheet.write(number, column, value)
    return target.getvalue()


def changed(row: Sequence[Any], **cells: Any) -> list[Any]:
    return [cells.get(id, value) for id, value in zip(HEADING, row, strict=True)]


def packed(parts: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return target.getvalue()


def repacked(data: bytes, name: str, change: Any) -> bytes:
    """The same file with one part changed."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        parts = {part: package.read(part) for part in package.namelist()}
    return packed({**parts, name: change(parts[name])})


class TestTextsStayTexts:
    @pytest.mark.parametrize("risky", RISKY)
    def test_no_formula_in_the_file(self, risky: str) -> None:
        data = write_workbook([Sheet(title="a", heading=[risky], rows=[[risky]])])
        cells = [cell for row in load_workbook(io.BytesIO(data)).active.iter_rows() for cell in row]  # type: ignore[union-attr]
        assert [cell.data_type for cell in cells] == ["s", "s"]
        assert all(str(cell.value).startswith("'") for cell in cells)

    @pytest.mark.parametrize("risky", RISKY)
    def test_read_back_as_it_was(self, risky: str) -> None:
        assert plain(neutral(risky)) == risky

    def test_characters_xml_does_not_know_are_dropped(self) -> None:
        assert neutral("a\x00b\x0bc\ud800d\ufffee") == "abcde"
        assert neutral("\x00=1") == "'=1"
        assert neutral("\x0b=1") == "'=1"

    def test_plain_texts_numbers_and_days_stay(self) -> None:
        rows = [["晋江 A-1", 12, date(2026, 11, 24), None, "x'=1"]]
        [(_, heading), (_, row)] = read_workbook(write_workbook([Sheet(title="a", heading=list("abcde"), rows=rows)]))
        assert (heading, row) == (list("abcde"), rows[0])


class TestUnusableFiles:
    @staticmethod
    def _refused(data: bytes) -> str:
        with pytest.raises(UnusableWorkbook) as caught, translation.override("en"):
            read_workbook(data)
        return str(caught.value)

    def test_too_large(self) -> None:
        assert "2 MB" in self._refused(b"\0" * (MOST_BYTES + 1))

    @pytest.mark.parametrize("data", [b"", b"name,kind\n", b"PK\x03\x04 not a package", b"\xd0\xcf\x11\xe0" * 200])
    def test_not_xlsx(self, data: bytes) -> None:
        assert "XLSX" in self._refused(data)

    def test_a_package_of_something_else(self) -> None:
        assert "cannot be read" in self._refused(packed({"a.txt": b"hello"}))

    def test_a_bomb(self) -> None:
        data = packed({"xl/worksheets/sheet1.xml": b" " * 40_000_000})
        assert len(data) < MOST_BYTES
        assert "unpacks" in self._refused(data)

    def test_very_many_parts(self) -> None:
        assert "unpacks" in self._refused(packed({f"{number}.xml": b"<a/>" for number in range(300)}))

    @pytest.mark.parametrize("prolog", [b'<!DOCTYPE a [<!ENTITY b "c">]>', b"<!doctype a>", b"<! ENTITY a 'b'>"])
    def test_entities(self, prolog: bytes) -> None:
        data = repacked(xlsx(ROW), "xl/worksheets/sheet1.xml", lambda part: prolog + part)
        assert "do not belong" in self._refused(data)

    def test_an_encoding_that_could_hide_them(self) -> None:
        data = repacked(xlsx(ROW), "xl/worksheets/sheet1.xml", lambda part: part.decode().encode("utf-16"))
        assert "do not belong" in self._refused(data)

    def test_too_many_rows(self) -> None:
        rows = [["x"]] * (MOST_ROWS + 1)
        assert "5,000" in self._refused(write_workbook([Sheet(title="a", heading=["a"], rows=rows)]))

    def test_a_row_far_below(self) -> None:
        far = repacked(xlsx(ROW), "xl/worksheets/sheet1.xml", lambda part: part.replace(b'r="2"', b'r="900000"'))
        assert "5,000" in self._refused(far)

    @pytest.mark.parametrize("at", range(40, 4000, 131))
    def test_a_damaged_file_is_refused_or_read_never_a_fault_of_ours(self, at: int) -> None:
        data = bytearray(xlsx(ROW))
        data[at % len(data)] ^= 0x5A
        try:
            read_workbook(bytes(data))
        except UnusableWorkbook as error:
            assert str(error)


@pytest.mark.django_db
class TestRoundTrip:
    @pytest.mark.parametrize("language", ["zh-hans", "en"])
    def test_what_goes_out_comes_back_unchanged(self, language: str) -> None:
        make_provider()
        make_provider(kind="chain_leader", name="=HYPERLINK(1)", clusters=[], counties=[], website="https://a.example/b",
                      contact="-5 号\n二楼", source="@协会", verified_on=date(2026, 11, 1), active=False)
        with translation.override(language):
            data = export_providers(list(Provider.objects.all()))
        for reader in ("zh-hans", "en"):
            with translation.override(reader):
                plan = plan_import(data)
            assert (plan.faults, plan.added, plan.changed, plan.unchanged) == ((), (), (), 2)

    def test_into_an_empty_directory(self) -> None:
        make_provider(website="https://a.example", verified_on=date(2026, 11, 1))
        before = Provider.objects.values().get()
        data = export_providers(list(Provider.objects.all()))
        Provider.objects.all().delete()
        import_providers(data=data, by=make_officer(role="city_admin"))
        after = Provider.objects.values().get()
        assert {**after, "id": 0, "updated_at": 0} == {**before, "id": 0, "updated_at": 0}

    def test_the_second_sheet_names_all_allowed_values(self) -> None:
        book = load_workbook(io.BytesIO(export_providers([])), read_only=True)
        ids = {row[1] for row in book.worksheets[1].iter_rows(min_row=2, values_only=True)}
        assert {*ClusterId.values, *ProviderKind.values, "jinjiang", "trade_saas", "yes", "no"} <= ids
        book.close()


@pytest.mark.django_db
class TestTakingOver:
    def test_new_changed_and_unchanged(self) -> None:
        make_provider()
        make_provider(name="泉州乙软件")
        plan = import_providers(
            data=xlsx(ROW, changed(ROW, name="泉州乙软件", contact="新号码"), changed(ROW, name="泉州丙软件")),
            by=make_officer(role="city_admin"),
        )
        assert [one.name for one in plan.added] == ["泉州丙软件"]
        assert [(one.provider.name, len(one.fields)) for one in plan.changed] == [("泉州乙软件", 1)]
        assert plan.unchanged == 1
        assert Provider.objects.count() == 3
        assert Provider.objects.get(name="泉州乙软件").contact == "新号码"
        logged = set(LogEntry.objects.values_list("object_repr", "action_flag"))
        assert logged == {("泉州丙软件", 1), ("泉州乙软件", 2)}

    def test_a_missing_column_leaves_what_is_recorded(self) -> None:
        make_provider(website="https://a.example")
        keep = [index for index, id in enumerate(HEADING) if id != "website"]
        data = xlsx([ROW[index] for index in keep], heading=[HEADING[index] for index in keep])
        import_providers(data=data, by=make_officer(role="city_admin"))
        assert Provider.objects.get().website == "https://a.example"

    def test_an_empty_cell_empties(self) -> None:
        make_provider(website="https://a.example", counties=["jinjiang"])
        import_providers(data=xlsx(changed(ROW, counties="")), by=make_officer(role="city_admin"))
        assert (Provider.objects.get().website, Provider.objects.get().counties) == ("", [])

    def test_names_of_either_language_days_and_numbers(self) -> None:
        row = changed(
            ROW, kind="服务商", clusters="鞋业、Crafts；electronics", contact=13800000000,
            verified_on=date(2026, 11, 2), active="否",
        )
        [provider] = plan_import(xlsx(row)).added
        assert (provider.kind, provider.clusters) == ("provider", ["footwear", "crafts", "electronics"])
        assert (provider.contact, provider.verified_on, provider.active) == ("13800000000", date(2026, 11, 2), False)

    def test_known_again_whatever_case_width_or_spaces(self) -> None:
        make_provider(name="Alpha Soft")
        plan = plan_import(xlsx(changed(ROW, name="ＡＬＰＨＡ  soft")))
        assert [one.provider.pk for one in plan.changed] == [Provider.objects.get().pk]

    def test_one_fault_and_nothing_is_stored(self) -> None:
        make_provider()
        before = list(Provider.objects.values())
        rows = [changed(ROW, contact="新号码"), changed(ROW, name="b"), changed(ROW, name="c", kind="friend")]
        with pytest.raises(HasFaults):
            import_providers(data=xlsx(*rows), by=make_officer(role="city_admin"))
        assert list(Provider.objects.values()) == before
        assert not LogEntry.objects.exists()

    def test_a_fault_while_storing_leaves_nothing(self, monkeypatch: pytest.MonkeyPatch) -> None:
        make_provider()
        monkeypatch.setattr(Provider, "save", lambda self: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            import_providers(
                data=xlsx(changed(ROW, contact="x"), changed(ROW, name="b")), by=make_officer(role="city_admin")
            )
        assert Provider.objects.count() == 1


@pytest.mark.django_db
class TestFaults:
    @pytest.mark.parametrize(
        ("cells", "column", "said"),
        [
            ({"kind": "friend"}, "Kind", "chain_leader (Chain leader)"),
            ({"clusters": "footwear; shoes"}, "Clusters", "“shoes” is not known. Allowed: textiles_garments"),
            ({"counties": "xiamen"}, "Counties", "jinjiang"),
            ({"topics": "trade_sas"}, "Helps with", "Similar: trade_saas"),
            ({"topics": ""}, "Helps with", "must not be empty"),
            ({"name": None}, "Name", "must not be empty"),
            ({"contact": " "}, "Contact", "must not be empty"),
            ({"contact": "x" * 301}, "Contact", "300"),
            ({"name": "x" * 121}, "Name", "120"),
            ({"website": "javascript:alert(1)"}, "Website", "valid URL"),
            ({"website": "ftp://a.example"}, "Website", "valid URL"),
            ({"verified_on": "24.11.2026"}, "Verified on", "2026-11-24"),
            ({"verified_on": f"{timezone.localdate() + timedelta(days=2)}"}, "Verified on", "still to come"),
            ({"active": "maybe"}, "Shown in reports", "yes (yes), no (no)"),
        ],
    )
    def test_row_column_and_reason(self, cells: dict[str, Any], column: str, said: str) -> None:
        with translation.override("en"):
            plan = plan_import(xlsx(changed(ROW, name="good"), changed(ROW, **cells)))
        [fault] = plan.faults
        assert (fault.row, fault.column) == (3, column)
        assert said in fault.message
        assert not plan.added

    def test_all_faults_at_once(self) -> None:
        plan = plan_import(xlsx(changed(ROW, kind="a", clusters="b"), changed(ROW, topics="c")))
        assert [fault.row for fault in plan.faults] == [2, 2, 3]

    def test_formulas_are_not_computed(self) -> None:
        plan = plan_import(xlsx(changed(ROW, name="=1+1"), formulas=True))
        assert [(fault.row, bool(fault.message)) for fault in plan.faults] == [(2, True)]

    def test_twice_in_the_file(self) -> None:
        with translation.override("en"):
            plan = plan_import(xlsx(ROW, changed(ROW, kind="platform"), changed(ROW, name=" 泉州甲软件 ")))
        [fault] = plan.faults
        assert (fault.row, fault.message) == (4, "The same kind and name stand in row 2.")

    @pytest.mark.parametrize(
        ("heading", "said"),
        [
            ((*HEADING[:-1], "remarks"), "no column “remarks”"),
            (("kind", "kind", *HEADING[2:]), "stands there twice"),
            (("", *HEADING[1:]), "This column is missing"),
        ],
    )
    def test_headings(self, heading: Sequence[str], said: str) -> None:
        with translation.override("en"):
            plan = plan_import(xlsx(ROW, heading=heading))
        assert any(said in fault.message for fault in plan.faults)
        assert {fault.row for fault in plan.faults} == {1}

    def test_a_cell_beside_the_table(self) -> None:
        with translation.override("en"):
            plan = plan_import(xlsx([*ROW, "stray"]))
        assert [fault.message for fault in plan.faults] == ["A cell stands in a column without a heading."]

    def test_no_rows(self) -> None:
        assert len(plan_import(xlsx()).faults) == len(plan_import(b"not a workbook").faults) == 1

    def test_in_the_language_of_the_page(self) -> None:
        said = set()
        for language in ("zh-hans", "en"):
            with translation.override(language):
                said.add(plan_import(xlsx(changed(ROW, name=None))).faults[0].message)
        assert len(said) == 2
