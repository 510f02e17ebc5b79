"""Workbooks and evidence that officers bring: read or refused in words, and nothing half stored."""

from __future__ import annotations

import io
import zipfile
from random import Random
from typing import Any

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile

from clusters.models import ClusterId, Provider
from clusters.provider_sheets import export_providers, import_providers
from clusters.workbook import Sheet, plain, read_workbook, write_workbook
from diagnosis.campaigns_sheet import HasFaults, import_firms
from diagnosis.evidence import KINDS, LONGEST_NAME, BadEvidence, keep
from diagnosis.models import Invitation
from diagnosis.verification_admin import BAD_EVIDENCE
from tests.diagnosis.campaign_cast import HEADING, make_campaign, row
from tests.factories import make_officer
from tests.fuzz.budget import cases
from tests.fuzz.payloads import NUMBERS, SHORT, content, text
from tests.pictures import picture
from tests.recommendations.jobs import stored_files

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore::UserWarning:openpyxl"),  # it reads on; what it read is looked at
]
PARTS = ("xl/worksheets/sheet1.xml", "xl/workbook.xml", "[Content_Types].xml", "xl/sharedStrings.xml", "xl/styles.xml")
WRONG = (
    b"",
    b"<",
    b"\0",
    b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
    b"<a>" * 2000,
    b"<?xml version='1.0' encoding='utf-7'?><a/>",
    b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    b'<sheetData><row r="999999999"/></sheetData></worksheet>',
)


def a_cell(random: Random) -> Any:
    kind = random.randrange(6)
    if kind < 4:
        return text(random, 400)
    return random.choice((1e308, -0.0, 5e-324, 2**53, True, None, 1.5))


def firms(random: Random) -> bytes:
    """A list of some firms, most of them right."""
    rows = [row() for _ in range(random.randrange(1, 4))]
    for _ in range(random.choice((0, 1, 2))):
        random.choice(rows)[random.randrange(len(HEADING))] = a_cell(random)
    heading = list(HEADING)
    if random.random() < 0.2:
        heading[random.randrange(len(heading))] = text(random, 100)
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"strings_to_formulas": random.random() < 0.3, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet()
        style = book.add_format({"num_format": random.choice(("General", "yyyy-mm-dd", "0%", "[h]:mm"))})
        for number, cells in enumerate((heading, *rows)):
            for column, value in enumerate(cells):
                _write(sheet, number, column, value, style)
    return target.getvalue()


def _write(sheet: Any, number: int, column: int, value: Any, style: Any) -> None:
    if isinstance(value, str):
        value = value.encode("utf-8", "replace").decode()
        if not (value.startswith("=") and len(value) > 1):
            sheet.write_string(number, column, value)
            return
    sheet.write(number, column, value, style)


def spoiled(data: bytes, random: Random) -> bytes:
    """The package as it is, cut, with bytes turned, or with a part replaced, bent or missing."""
    kind = random.randrange(8)
    if kind < 3:
        return data
    if kind == 3:
        return data[: random.randrange(len(data))]
    if kind == 4:
        place = random.randrange(len(data))
        return data[:place] + random.randbytes(3) + data[place + 3 :]
    if kind == 5:
        return content(random)
    return _with_part(data, random)


def _with_part(data: bytes, random: Random) -> bytes:
    name, target = random.choice(PARTS), io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            inside = old.read(part)
            if part.filename == name:
                number = random.choice(NUMBERS).encode()
                inside = random.choice(
                    (*WRONG, inside.replace(b"<v>0<", b"<v>" + number + b"<"), inside[: len(inside) // 2])
                )
            if part.filename != name or random.random() < 0.9:
                new.writestr(part.filename, inside)
    return target.getvalue()


def test_a_list_of_firms_is_taken_over_as_a_whole_or_not_at_all() -> None:
    campaign, by = make_campaign(ClusterId.FOOTWEAR), make_officer(ClusterId.FOOTWEAR)
    taken = 0
    with cases("lists of firms") as each:
        for random in each:
            before = Invitation.objects.count()
            try:
                plan = import_firms(campaign=campaign, data=spoiled(firms(random), random), update=True, by=by)
            except HasFaults as refused:
                assert all(fault.message for fault in refused.plan.faults)
                assert Invitation.objects.count() == before
            else:
                taken += 1
                assert Invitation.objects.count() == before + len(plan.added)
    assert taken > 5


def _a_helper(random: Random, number: int) -> Provider:
    name = (text(random, 60).encode("utf-8", "replace").decode().replace("\0", "").strip() or "甲") + f" {number}"
    return Provider(
        kind="provider", name=name, topics=["mes"], contact="1", source="2026", clusters=[ClusterId.FOOTWEAR]
    )


def test_the_directory_goes_out_and_comes_back_unchanged() -> None:
    by = make_officer(role="city_admin")
    with cases("directories") as each:
        for number, random in enumerate(each):
            Provider.objects.all().delete()
            Provider.objects.bulk_create([_a_helper(random, number)])
            data = export_providers(list(Provider.objects.all()))
            assert not any(hasattr(cell, "text") for _number, cells in read_workbook(data) for cell in cells), (
                "no formula"
            )
            try:
                plan = import_providers(data=spoiled(data, random), by=by)
            except HasFaults:
                pass
            else:
                assert not plan.added or Provider.objects.count() == 1 + len(plan.added)


@pytest.mark.parametrize("typed", [one for one in SHORT if one.strip()])
def test_a_text_survives_a_workbook(typed: str) -> None:
    """But for the characters XML does not know, blanks around it and the way a line ends."""
    clean = "".join(
        sign
        for sign in typed
        if sign in "\n\t\r" or (sign >= " " and not "\ud800" <= sign <= "\udfff" and sign not in "\ufffe\uffff")
    )
    data = write_workbook([Sheet(title="a", heading=["b"], rows=[[f"x{typed}x"], [typed]])])
    rows = dict(read_workbook(data))
    found = rows[2][0]
    assert found.replace("\r\n", "\n").replace("\r", "\n") == f"x{clean}x".replace("\r\n", "\n").replace("\r", "\n")
    if plain(clean.strip()):
        assert isinstance(rows[3][0], str)


PICTURES = (picture("JPEG"), picture("JPEG", mode="CMYK"), picture(), picture(mode="P"))


def a_broken_picture(random: Random) -> bytes:
    """With some bytes changed, taken out or put in, or none."""
    data = bytearray(random.choice(PICTURES))
    for _ in range(random.choice((0, 1, 2, 4))):
        place = random.randrange(len(data))
        data[place : place + random.randint(0, 3)] = random.randbytes(random.randint(0, 3))
    return bytes(data)


def an_upload(random: Random) -> SimpleUploadedFile:
    start = random.choice((*KINDS, b"", b"MZ", b"<svg", b"GIF89a", b"%PDF", b"\x89PNG"))
    data = start + content(random) if random.random() < 0.5 else a_broken_picture(random)
    file = SimpleUploadedFile("x", data)
    file._name = text(random, 500)  # as a program that is no browser may send it
    return file


def test_evidence_is_kept_under_a_name_of_ours_or_not_at_all() -> None:
    kept = 0
    with cases("evidence") as each:
        for random in each:
            file, before = an_upload(random), stored_files()
            try:
                found = keep(file, reference="ABCD-2345")
            except BadEvidence as refused:
                assert refused.reason in BAD_EVIDENCE
                assert stored_files() == before
                continue
            kept += 1
            assert stored_files() - before == {found.evidence}
            assert found.evidence.startswith("AB/ABCD2345/evidence-")
            assert len(found.evidence_name) <= LONGEST_NAME and found.evidence_name.isprintable()
            assert not set("/\\\0\r\n") & set(found.evidence_name)
    assert kept > 10
