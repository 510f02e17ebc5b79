"""Many reports as one ZIP: what is in it, what its list says, names, scope and memory."""

from __future__ import annotations

import csv
import io
import tracemalloc
import zipfile
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from clusters.models import ClusterId, User
from diagnosis.models import State, Submission
from recommendations import actions, reports_zip
from recommendations.file_words import fault_in_words
from recommendations.models import FileFormat, FileKind, OfficerFile, Report, ReportFile, ReportState
from tests.factories import PDF, make_file, make_officer, make_report, make_submission
from tests.recommendations.file_jobs import ALL_FILES, ask

pytestmark = pytest.mark.django_db
NAMES = ["company", "unified social credit code", "reference", "language", "format", "file", "remark"]


@pytest.fixture
def officer() -> User:
    return make_officer(ClusterId.FOOTWEAR)


def made(officer: User, *submissions: Submission, **fields: Any) -> tuple[zipfile.ZipFile, list[list[str]]]:
    """The ZIP and the lines of its list below the heading."""
    file = ask(officer, *submissions, **fields)
    assert actions.build_officer_file(file_id=file.pk), OfficerFile.objects.get(pk=file.pk).error
    with default_storage.open(OfficerFile.objects.get(pk=file.pk).name) as stored:
        archive = zipfile.ZipFile(io.BytesIO(stored.read()))
    assert archive.testzip() is None
    text = archive.read("manifest.csv").decode("utf-8-sig")
    heading, *lines = csv.reader(io.StringIO(text))
    assert heading == NAMES or fields.get("language") == "zh-hans"
    return archive, lines


def ready(**answers: Any) -> Submission:
    return make_report(make_submission(**answers)).submission


def test_what_is_in_it(officer: User) -> None:
    first, second = ready(company_name="踏浪鞋业有限公司"), ready(company_name="Wave Shoes Ltd.")
    archive, lines = made(officer, first, second, files=[["zh-hans", "pdf"], ["en", "pdf"]])
    one, two = f"踏浪鞋业有限公司-{first.reference}", f"Wave Shoes Ltd-{second.reference}"
    names = [f"{one}-zh.pdf", f"{one}-en.pdf", f"{two}-zh.pdf", f"{two}-en.pdf"]
    assert archive.namelist() == [*names, "manifest.csv"]
    assert archive.read(names[0]) == PDF + b"zh-hans"
    assert archive.read(names[3]) == PDF + b"en"
    assert lines[0] == [first.company_name, first.uscc, first.reference, "zh", "pdf", names[0], ""]
    assert [line[5] for line in lines] == names


def test_names_say_that_they_are_utf_8_and_files_are_stored_as_they_are(officer: User) -> None:
    archive, _lines = made(officer, ready(company_name="踏浪鞋业有限公司"))
    report, manifest = archive.infolist()
    assert report.flag_bits & 0x800
    assert (report.compress_type, manifest.compress_type) == (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
    assert report.external_attr >> 16 == 0o644


def test_in_the_order_asked_for(officer: User) -> None:
    firms = [ready() for _ in range(3)]
    _archive, lines = made(officer, firms[2], firms[0], firms[1])
    assert [line[2] for line in lines] == [firms[number].reference for number in (2, 0, 1)]


@pytest.mark.parametrize("state", [None, *(state for state in ReportState.values if state != ReportState.READY)])
def test_a_report_that_is_not_ready_is_listed_as_missing(officer: User, state: str | None) -> None:
    there, missing = ready(), make_submission()
    if state:
        make_report(missing, state=state)
    archive, lines = made(officer, missing, there)
    assert len(archive.namelist()) == 2
    assert lines[0][2:] == [missing.reference, "zh", "pdf", "", "The report is not ready."]
    assert lines[1][6] == ""


def test_files_not_made_lost_or_damaged_are_listed_as_missing(officer: User) -> None:
    lost, damaged = ready(), ready()
    default_storage.delete(ReportFile.objects.get(report__submission=lost, language="en").name)
    broken = ReportFile.objects.get(report__submission=damaged, language="en")
    default_storage.delete(broken.name)
    default_storage.save(broken.name, ContentFile(b"%PDF"))
    archive, lines = made(officer, lost, damaged, files=[["en", "pdf"], ["en", "docx"]])
    assert archive.namelist() == ["manifest.csv"]
    remarks = [line[6] for line in lines]
    assert "no longer on the server" in remarks[0]
    assert remarks[1] == remarks[3] == "This file was not made."
    assert "damaged" in remarks[2]


def test_only_the_report_of_the_revision_that_counts(officer: User) -> None:
    submission = ready()
    make_file(submission.report, "en", b"a sheet", kind=FileKind.APPLICATION, programme="pilot_city")
    Submission.objects.filter(pk=submission.pk).update(revision=2)
    second = ReportFile.objects.get(report__submission=submission, language="en", kind=FileKind.REPORT)
    data = b"%PDF of revision 2"
    name = default_storage.save("second.pdf", ContentFile(data))
    ReportFile.objects.create(
        report=second.report, revision=2, language="en", format=FileFormat.PDF, name=name, size=len(data),
        sha256="0" * 64,
    )
    archive, lines = made(officer, submission, files=[["en", "pdf"], ["zh-hans", "pdf"]])
    assert archive.read(lines[0][5]) == data
    assert lines[1][5:] == ["", "This file was not made."]


def test_the_list_speaks_the_language_asked_for(officer: User) -> None:
    with translation.override("zh-hans"):
        _archive, lines = made(officer, make_submission(), language="en")
    assert lines[0][6] == "The report is not ready."


# --- scope ------------------------------------------------------------------------------------


def test_what_is_out_of_sight_when_it_is_made_is_left_out(officer: User) -> None:
    there, withdrawn, moved = ready(), ready(), ready()
    file = ask(officer, there, withdrawn, moved)
    Submission.objects.filter(pk=withdrawn.pk).update(state=State.WITHDRAWN)
    Submission.objects.filter(pk=moved.pk).update(cluster=ClusterId.CRAFTS)
    assert actions.build_officer_file(file_id=file.pk)
    with default_storage.open(OfficerFile.objects.get().name) as stored, zipfile.ZipFile(stored) as archive:
        text = archive.read("manifest.csv").decode("utf-8-sig")
        assert len(archive.namelist()) == 2
    assert there.reference in text
    for gone in (withdrawn, moved):
        assert gone.reference not in text
        assert gone.company_name not in text
    assert "2 diagnoses are left out" in text
    assert not withdrawn.events.filter(kind="exported").exists()  # type: ignore[attr-defined]


def test_another_cluster_of_an_officer_who_sees_all_is_no_way_around(officer: User) -> None:
    """Only firms of the clusters the file was asked for: by them it is decided who may fetch it."""
    footwear, crafts = ready(), make_report(make_submission(ClusterId.CRAFTS)).submission
    admin = make_officer(role="city_admin")
    file = ask(admin, footwear)
    OfficerFile.objects.filter(pk=file.pk).update(wish={**file.wish, "submissions": [footwear.pk, crafts.pk]})
    assert actions.build_officer_file(file_id=file.pk)
    with default_storage.open(OfficerFile.objects.get().name) as stored, zipfile.ZipFile(stored) as archive:
        assert crafts.reference not in "".join(archive.namelist())


def test_nothing_in_sight_any_more(officer: User) -> None:
    submission = ready()
    file = ask(officer, submission)
    Submission.objects.filter(pk=submission.pk).update(state=State.WITHDRAWN)
    assert not actions.build_officer_file(file_id=file.pk)
    file.refresh_from_db()
    assert file.state == ReportState.FAILED
    assert fault_in_words(file.error) == "None of these diagnoses is in your clusters any more."


# --- names and cells --------------------------------------------------------------------------


@pytest.mark.parametrize(("company", "start"), [
    ("../../etc/passwd", "etc passwd-"), ("C:\\temp\\x", "C temp x-"), ("a/b\x00c\nd", "a bcd-"), ("...", ""),
    ("‮fdp.exe", "fdp.exe-"), ("  踏浪 \t 鞋业  ", "踏浪 鞋业-"), ("CON", "CON-"), ('<>:"|?*', ""),
])
def test_safe_names(officer: User, company: str, start: str) -> None:
    submission = ready()
    Submission.objects.filter(pk=submission.pk).update(company_name=company.replace("\x00", ""))
    archive, _lines = made(officer, submission)
    assert archive.namelist()[0] == f"{start}{submission.reference}-zh.pdf"


@given(st.text(max_size=200))
def test_any_name_is_one_plain_part(company: str) -> None:
    submission = Submission(company_name=company, reference="7KQ2-9FDM")
    name = reports_zip.name_in_zip(submission, ("zh-hans", "pdf"))
    assert name.endswith("7KQ2-9FDM-zh.pdf")
    assert len(name.encode()) < 255
    assert name == name.strip()
    assert not name.startswith(".")
    assert not set(name) & set('<>:"/\\|?*\r\n\t\0‮')


def test_firms_of_the_same_name(officer: User) -> None:
    archive, _lines = made(officer, *(ready(company_name="踏浪鞋业有限公司") for _ in range(3)))
    assert len(set(archive.namelist())) == len(archive.namelist()) == 4


@pytest.mark.parametrize("company", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "＝1"])
def test_no_cell_is_a_formula(officer: User, company: str) -> None:
    submission = ready()
    Submission.objects.filter(pk=submission.pk).update(company_name=company)
    _archive, lines = made(officer, submission)
    assert lines[0][0] == f"'{company}"
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "＝")) for cell in lines[0])


def test_a_name_with_comma_quote_and_line_break_stays_one_cell(officer: User) -> None:
    submission = ready()
    Submission.objects.filter(pk=submission.pk).update(company_name='甲, "乙"\n丙')
    _archive, lines = made(officer, submission)
    assert lines[0][0] == '甲, "乙"\n丙'


# --- size -------------------------------------------------------------------------------------


def test_as_many_questions_for_one_firm_as_for_many(officer: User) -> None:
    def asked(number: int) -> int:
        file = ask(officer, *(ready() for _ in range(number)), files=ALL_FILES)
        with CaptureQueriesContext(connection) as queries:
            assert actions.build_officer_file(file_id=file.pk)
        return len([query for query in queries if query["sql"].startswith("SELECT")])

    assert asked(1) == asked(5)


def test_firms_are_read_in_parts(officer: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reports_zip, "FIRMS_AT_A_TIME", 2)
    firms = [ready() for _ in range(5)]
    _archive, lines = made(officer, *firms)
    assert [line[2] for line in lines] == [firm.reference for firm in firms]


def test_the_long_columns_are_not_read(officer: User) -> None:
    file = ask(officer, ready())
    with CaptureQueriesContext(connection) as queries:
        assert actions.build_officer_file(file_id=file.pk)
    for column in ('"answers"', '"verdict"', '"document"'):
        assert not any(column in query["sql"] for query in queries)


def test_progress_by_firm(officer: User, monkeypatch: pytest.MonkeyPatch) -> None:
    file = ask(officer, ready(), make_submission(), ready())
    OfficerFile.objects.filter(pk=file.pk).update(attempt=1)
    seen: list[tuple[int, int]] = []
    reports_zip.write_reports(file, io.BytesIO(), lambda done, total: seen.append((done, total)))
    assert seen == [(1, 3), (2, 3), (3, 3), (3, 3)]


def test_memory_stays_flat(officer: User) -> None:
    """40 MB of reports pass through in pieces."""
    big = b"\0" * 10_000_000
    firms = []
    for _ in range(4):
        report = Report.objects.get(submission=ready())
        report.files.all().delete()
        name = default_storage.save("big.pdf", ContentFile(big))
        ReportFile.objects.create(
            report=report, language="zh-hans", format=FileFormat.PDF, name=name, size=len(big), sha256="0" * 64
        )
        firms.append(report.submission)
    file = ask(officer, *firms)
    tracemalloc.start()
    assert actions.build_officer_file(file_id=file.pk)
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert OfficerFile.objects.get().size > 40_000_000  # type: ignore[operator]
    assert peak < 8_000_000


def test_more_files_than_a_plain_zip_may_hold(officer: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zipfile, "ZIP_FILECOUNT_LIMIT", 2)
    archive, _lines = made(officer, *(ready() for _ in range(3)))
    assert len(archive.namelist()) == 4
