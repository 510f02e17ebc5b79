"""Levels found on a visit: who may note them, what becomes of them, and the evidence file."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import pytest
from django.core.files.storage import FileSystemStorage, default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client

from clusters.models import User
from diagnosis import evidence, verification
from diagnosis.content import diagnose_answers
from diagnosis.models import Event, EventKind, State, Submission, VerifiedLevel
from diagnosis.review_actions import NoSuchMove, NoSuchQuestion, NotAllowed, Overtaken, TextRefused
from tests.factories import make_officer, make_owner, make_report, make_submission
from tests.journeys import browser_of
from tests.pictures import picture

pytestmark = pytest.mark.django_db
PNG = picture()
PDF = b"%PDF-1.7 " + b"0" * 40
ALL_FULL = {
    "product_design": 2, "production_control": 2, "marketing": 2, "purchasing": 2, "warehousing": 2,
    "link_production_supply": 2, "link_production_marketing": 2, "link_design_production": 2, "management_view": 2,
}


@pytest.fixture
def submission() -> Submission:
    return make_submission(state=State.IN_REVIEW, **ALL_FULL)


@pytest.fixture
def officer(submission: Submission) -> User:
    return make_officer(submission.cluster)


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def note(submission: Submission, by: User, **changes: Any) -> VerifiedLevel:
    asked = {"question": "marketing", "level": 1, "reason": "saw a spreadsheet", "file": None, "revision": 1, **changes}
    return verification.set_level(submission=submission, by=by, **asked)


def upload(name: str = "photo.png", data: bytes = PNG) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data, content_type="image/png")


def stored_evidence() -> int:
    def count(folder: str) -> int:
        try:
            folders, files = default_storage.listdir(folder)
        except OSError:
            return 0
        inside = sum(count(f"{folder}/{one}".lstrip("/")) for one in folders)
        return inside + sum(one.startswith("evidence-") for one in files)

    return count("")


# The verdict -------------------------------------------------------------------------------------------


def test_the_verdict_over_the_levels_found_stands_beside_the_reported_one(
    submission: Submission, officer: User
) -> None:
    assert submission.type == "full_process"
    note(submission, officer)
    submission.refresh_from_db()
    same_function = diagnose_answers(submission.answer_set().replace(marketing=1)).to_dict()
    assert submission.verified_verdict == same_function
    assert (submission.type, submission.verified_type) == ("full_process", "single_point")
    assert (submission.verified_distance, submission.verified_stage) == (1, same_function["stage"])
    assert submission.answers["marketing"] == 2


def test_a_newer_finding_ends_the_one_before(submission: Submission, officer: User) -> None:
    first, second = note(submission, officer), note(submission, officer, level=2)
    assert list(verification.standing_levels(submission)) == [second]
    first.refresh_from_db()
    assert first.standing is False
    submission.refresh_from_db()
    assert submission.verified_type == "full_process"


def test_taking_back_brings_the_reported_answer_back(submission: Submission, officer: User) -> None:
    found = note(submission, officer)
    for _ in range(2):
        verification.take_back(found=found, by=officer, revision=1)
    submission.refresh_from_db()
    assert submission.verified_verdict is None and submission.verified_type == ""
    kinds = Event.objects.filter(submission=submission).values_list("kind", flat=True)
    assert list(kinds).count(EventKind.LEVEL_WITHDRAWN) == 1


def test_what_was_reported_is_kept_with_the_finding(submission: Submission, officer: User) -> None:
    assert note(submission, officer, question="quality").reported == "unknown"
    assert note(submission, officer).reported == 2
    found = verification.agreement(verification.standing_levels(submission))
    assert (found.lower, found.not_reported) == (1, 1)


# Refusals ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", [State.SUBMITTED, State.RETURNED, State.VERIFIED, State.WITHDRAWN])
def test_only_in_review(submission: Submission, officer: User, state: str) -> None:
    Submission.objects.filter(pk=submission.pk).update(state=state)
    with pytest.raises(NoSuchMove):
        note(submission, officer)


@pytest.mark.parametrize("role", ["officer", "auditor"])
def test_only_officers_of_the_cluster(submission: Submission, role: str) -> None:
    for stranger in (make_officer("crafts", role=role), make_owner()):
        with pytest.raises(NotAllowed):
            note(submission, stranger)


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"question": "company_name"}, NoSuchQuestion), ({"question": ""}, NoSuchQuestion),
        ({"level": 5}, verification.NoSuchLevel), ({"level": -1}, verification.NoSuchLevel),
        ({"question": "link_design_supply", "level": 4}, verification.NoSuchLevel),
        ({"reason": " "}, TextRefused), ({"reason": "x" * 1001}, TextRefused), ({"revision": 2}, Overtaken),
        ({"file": upload(data=b"<html>")}, evidence.BadEvidence),
        ({"file": upload(data=PNG[:60])}, evidence.BadEvidence), ({"file": upload(data=b"")}, evidence.BadEvidence),
    ],
)
def test_bad_findings_change_nothing(
    submission: Submission, officer: User, change: dict[str, Any], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        note(submission, officer, **change)
    assert not VerifiedLevel.objects.exists()


def test_a_refused_finding_leaves_no_file(submission: Submission, officer: User) -> None:
    before = stored_evidence()
    with pytest.raises(Overtaken):
        note(submission, officer, file=upload(), revision=9)
    assert stored_evidence() == before


def test_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evidence, "MOST_BYTES", 10)
    with pytest.raises(evidence.BadEvidence, match="too_large"):
        evidence.kind_of(upload())


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("照片.png", "照片.png"), ("../../etc/passwd", "passwd.png"), ("C:\\work\\a.b.exe", "a.b.png"),
        ("x\u202egnp.exe", "xgnp.png"), ("", "evidence.png"),
        ("\u3000.jpg", "jpg.png"), ("车间\u3000\xa0一.png", "车间 一.png"), ("n" * 300 + ".png", "n" * 116 + ".png"),
    ],
)
def test_shown_name(name: str, shown: str) -> None:
    assert evidence.shown_name(name, "png") == shown


@pytest.mark.parametrize(
    "fault",
    [
        {"level": 5}, {"reason": ""}, {"evidence": "a"}, {"evidence": "a", "evidence_name": "a", "evidence_type": "b"},
    ],
)
def test_the_database_refuses(submission: Submission, fault: dict[str, Any]) -> None:
    whole = {"submission": submission, "revision": 1, "question": "marketing", "level": 1, "reason": "seen", **fault}
    with pytest.raises(IntegrityError), transaction.atomic():
        VerifiedLevel.objects.create(**whole)


@pytest.mark.parametrize("missing", ["verified_stage", "verified_distance", "verified_type", "verified_verdict"])
def test_the_database_keeps_the_verified_verdict_whole(submission: Submission, missing: str) -> None:
    whole = {"verified_stage": 1, "verified_distance": 2, "verified_type": "single_point", "verified_verdict": {"a": 1}}
    Submission.objects.filter(pk=submission.pk).update(**whole)
    with pytest.raises(IntegrityError), transaction.atomic():
        Submission.objects.filter(pk=submission.pk).update(**{missing: "" if missing == "verified_type" else None})


def test_the_database_keeps_one_standing_level(submission: Submission, officer: User) -> None:
    note(submission, officer)
    with pytest.raises(IntegrityError), transaction.atomic():
        VerifiedLevel.objects.create(submission=submission, revision=1, question="marketing", level=1, reason="seen")


# Pages -------------------------------------------------------------------------------------------------


def sheet(submission: Submission) -> str:
    return f"/admin/diagnosis/submission/{submission.pk}/levels/"


def post(client: Client, submission: Submission, **changes: Any) -> Any:
    typed = {"level": "1", "reason": "saw a spreadsheet", "revision": "1", **changes}
    return client.post(f"{sheet(submission)}marketing/", typed)


def test_the_whole_way_in_the_browser(submission: Submission, officer: User) -> None:
    client = client_of(officer)
    assert "Note what you found" in client.get(sheet(submission), headers={"Accept-Language": "en"}).content.decode()
    assert post(client, submission, evidence=upload("现场 照片.pdf", PDF)).status_code == 302
    page = client.get(sheet(submission), headers={"Accept-Language": "en"}).content.decode()
    assert "saw a spreadsheet" in page and "现场 照片.pdf" in page and "1 lower" in page
    whole = client.get(f"/admin/diagnosis/submission/{submission.pk}/change/").content.decode()
    assert 'class="verdicts"' in whole
    found = VerifiedLevel.objects.get()
    file = client.get(f"/admin/diagnosis/submission/{submission.pk}/evidence/{found.pk}/")
    assert b"".join(file.streaming_content) == PDF
    assert file["Content-Disposition"].startswith("attachment") and file["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in file["Cache-Control"]
    assert Event.objects.filter(kind=EventKind.EVIDENCE_DOWNLOADED).count() == 1
    assert client.post(f"{sheet(submission)}{found.pk}/take-back/").status_code == 302
    assert not verification.standing_levels(submission).exists()


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_owner_reads_what_was_found(submission: Submission, officer: User, language: str) -> None:
    make_report(submission, full=True)
    note(submission, officer, reason="看到的是表格")
    owner = browser_of(submission)
    owner.cookies["language"] = language
    address = f"/d/{submission.reference}/result/"
    assert "看到的是表格" not in owner.get(address).content.decode()
    Submission.objects.filter(pk=submission.pk).update(state=State.VERIFIED)
    page = owner.get(address).content.decode()
    assert "看到的是表格" in page
    assert ("<strong>Single-point</strong>, 1 steps" if language == "en" else "<strong>单点式转型</strong>") in page


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"level": ""}, "id_level"), ({"level": "9"}, "id_level"), ({"reason": ""}, "id_reason"),
        ({"revision": "2"}, "Nothing was changed"), ({"revision": "x"}, "Nothing was changed"),
        ({"revision": "1" * 5000}, "Nothing was changed"),
    ],
)
def test_bad_input_keeps_what_was_typed(
    submission: Submission, officer: User, change: dict[str, str], said: str
) -> None:
    client = client_of(officer)
    client.cookies["language"] = "en"
    reply = post(client, submission, **{"reason": "typed by hand", **change})
    page = reply.content.decode()
    assert reply.status_code == 422
    assert said in page and ("errorlist" in page)
    assert "typed by hand" in page or change.get("reason") == ""
    assert not VerifiedLevel.objects.exists()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"MZ program", "Only PDF, JPEG and PNG"), (PNG[:60], "damaged or cut off"),
        (picture(size=(8_001, 8_000), mode="1"), "more than 64 megapixels"),
    ],
)
def test_a_file_that_is_not_taken_is_refused_at_its_field(
    submission: Submission, officer: User, data: bytes, said: str
) -> None:
    client = client_of(officer)
    client.cookies["language"] = "en"
    page = post(client, submission, evidence=upload("a.png", data)).content.decode()
    assert said in page and "saw a spreadsheet" in page
    assert not VerifiedLevel.objects.exists()


def test_a_photograph_is_stored_without_its_metadata(submission: Submission, officer: User) -> None:
    """And its size and checksum are those of the file at rest: `check_files` compares them."""
    taken = upload("照片.jpg", picture("JPEG", comment=b"24.8741 N"))
    assert post(client_of(officer), submission, evidence=taken).status_code == 302
    found = VerifiedLevel.objects.get()
    with default_storage.open(found.evidence) as file:
        stored = file.read()
    assert b"24.8741" not in stored and stored.startswith(b"\xff\xd8\xff")
    assert (found.evidence_size, found.evidence_sha256) == (len(stored), sha256(stored).hexdigest())


def test_a_disk_that_is_full_says_so(submission: Submission, officer: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*args: Any, **kwargs: Any) -> str:
        raise OSError("no space left")

    monkeypatch.setattr(FileSystemStorage, "save", full)
    client = client_of(officer)
    client.cookies["language"] = "en"
    reply = post(client, submission, evidence=upload())
    assert reply.status_code == 422 and "could not be stored" in reply.content.decode()
    assert not VerifiedLevel.objects.exists()


def addresses(submission: Submission, found: VerifiedLevel) -> dict[str, str]:
    whole = f"/admin/diagnosis/submission/{submission.pk}"
    return {
        "sheet": f"{whole}/levels/", "form": f"{whole}/levels/marketing/",
        "evidence": f"{whole}/evidence/{found.pk}/", "back": f"{whole}/levels/{found.pk}/take-back/",
    }


def test_who_gets_in(submission: Submission, officer: User) -> None:
    found = note(submission, officer, file=upload("seen.pdf", PDF))
    where = addresses(submission, found)
    foreign, auditor = client_of(make_officer("crafts")), client_of(make_officer(role="auditor"))
    for name, address in where.items():
        knock = foreign.post if name == "back" else foreign.get
        assert knock(address).status_code == 404, name
        assert client_of(make_owner()).get(address).status_code in (302, 403), name
        assert Client().get(address).status_code == 302, name
    assert [auditor.get(where[name]).status_code for name in ("sheet", "form")] == [200, 403]
    file = auditor.get(where["evidence"])
    assert b"".join(file.streaming_content) == PDF
    assert auditor.post(where["back"]).status_code == 403
    assert client_of(officer).get(where["back"]).status_code == 405
    other = make_submission(state=State.IN_REVIEW)
    assert client_of(officer).get(addresses(other, found)["evidence"]).status_code == 404
    assert client_of(officer).get(f"{where['sheet']}company_name/").status_code == 404


def test_queries_do_not_grow(submission: Submission, officer: User, django_assert_max_num_queries: Any) -> None:
    client = client_of(officer)
    note(submission, officer)
    client.get(sheet(submission))
    with django_assert_max_num_queries(12) as few:
        client.get(sheet(submission))
    for question in ("purchasing", "warehousing", "link_design_supply"):
        note(submission, officer, question=question)
    with django_assert_max_num_queries(len(few)):
        client.get(sheet(submission))
