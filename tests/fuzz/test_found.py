"""Faults these tests found, each with the smallest input that showed it."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from clusters.models import ClusterId, Role
from clusters.workbook import Sheet, UnusableWorkbook, read_workbook, write_workbook
from diagnosis.content import get_questionnaire
from diagnosis.domain.answers_file import AnswersFileError, read_answers
from diagnosis.models import Comment, State
from recommendations.what_if import read_money
from tests.factories import make_draft, make_officer, make_report, make_submission
from tests.journeys import browser_of, page_url, url

pytestmark = pytest.mark.django_db
MANY_DIGITS = "9" * 5000


def officer_client(**fields: Any) -> Client:
    client = Client()
    client.force_login(make_officer(ClusterId.FOOTWEAR, **fields))
    return client


def submission_page(name: str, *arguments: Any) -> str:
    return reverse(f"admin:diagnosis_submission_{name}", args=arguments)


@pytest.mark.parametrize("path", ["/d/a%00b/review/", "/d/%00/", "/i/%00/", "/l/%00/", "/mine/?x=%00", "/admin/%00"])
def test_a_nul_in_an_address_is_a_bad_request(path: str) -> None:
    assert Client().get(path).status_code == 400


def test_a_nul_in_the_session_cookie_is_a_bad_request() -> None:
    """A cookie may hold one, written as an octal number between quotation marks."""
    client = Client(headers={"Cookie": '__Host-session="\\000aaaaaaaaa"; session="\\000aaaaaaaaa"'})
    assert client.get("/mine/").status_code == 400


def test_a_nul_in_a_cookie_of_others_disturbs_nobody() -> None:
    assert Client(headers={"Cookie": 'other="\\000a"'}).get("/mine/").status_code == 200


@pytest.mark.parametrize("charset", ["base64", "hex", "rot13", "undefined", "idna", "gbk", "utf-16"])
def test_forms_are_read_as_utf8_only(charset: str) -> None:
    draft = make_draft()
    client, kind = browser_of(draft), f"multipart/form-data; boundary=b; charset={charset}"
    body = b'--b\r\nContent-Disposition: form-data; name="company_name"\r\n\r\nx\r\n--b--\r\n'
    assert client.generic("POST", page_url(draft, "company"), body, content_type=kind).status_code == 400
    assert client.get("/?a=b", CONTENT_TYPE=kind).status_code == 400


@pytest.mark.parametrize("charset", ["utf-8", "UTF8", "nobody-knows-it"])
def test_utf8_by_any_name_is_read(charset: str) -> None:
    assert Client().get("/?a=b", CONTENT_TYPE=f"text/plain; charset={charset}").status_code == 200


def test_the_number_of_a_plan_may_be_long() -> None:
    submission = make_submission()
    make_report(submission, full=True)
    path = url("recommendations:what_if", submission)
    assert browser_of(submission).get(path, {"plan": MANY_DIGITS}).status_code == 404


@pytest.mark.parametrize("typed", ["9e999999万", "1E999999万", "-9e999999万"])
def test_an_amount_beyond_all_numbers_is_refused_in_words(typed: str) -> None:
    from django.core.exceptions import ValidationError

    with pytest.raises(ValidationError):
        read_money(typed)


@pytest.mark.parametrize("mark", ["x", "", "1.5", MANY_DIGITS, "\0", "ạ̧́+1"])
def test_a_row_marked_by_no_number_is_a_bad_request(mark: str) -> None:
    submission = make_submission(ClusterId.FOOTWEAR)
    sent = {"action": "assign_selected", "_selected_action": [str(submission.pk), mark]}
    assert officer_client().post(submission_page("changelist"), sent).status_code == 400


@pytest.mark.parametrize("chosen", [MANY_DIGITS, "\0", "²"])
def test_an_officer_nobody_offered_is_refused(chosen: str) -> None:
    submission = make_submission(ClusterId.FOOTWEAR)
    response = officer_client().post(submission_page("assign", submission.pk), {"officer": chosen})
    assert 400 <= response.status_code < 500


def test_an_officers_comment_is_kept_without_what_the_database_cannot_hold() -> None:
    submission = make_submission(ClusterId.FOOTWEAR, state=State.IN_REVIEW)
    sent = {"text": "谁\0说 𠮷\r\n？\x1b", "question": "", "revision": str(submission.revision)}
    assert officer_client().post(submission_page("comment", submission.pk), sent).status_code == 302
    assert Comment.objects.get(submission=submission).text == "谁说 𠮷\n？"


@pytest.mark.parametrize("token", ["\0", "a b", "x" * 41, "é", ""])
def test_a_preview_nobody_was_given_has_expired(token: str) -> None:
    client = officer_client(role=Role.CITY_ADMIN)
    response = client.post(reverse("admin:clusters_provider_confirm"), {"token": token})
    assert response.status_code == 302
    assert response["Location"] == reverse("admin:clusters_provider_import")


def test_a_package_without_a_workbook_is_refused_in_words() -> None:
    target = io.BytesIO()
    data = write_workbook([Sheet(title="a", heading=["b"], rows=[["c"]])])
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(target, "w") as new:
        for part in old.infolist():
            new.writestr(part.filename, old.read(part).replace(b"sheet.main+xml", b"other+xml"))
    with pytest.raises(UnusableWorkbook):
        read_workbook(target.getvalue())


@pytest.mark.parametrize("typed", ["two\r\nlines", "one\rreturn", "_x0041_"])
def test_a_text_with_line_ends_comes_back_from_a_workbook(typed: str) -> None:
    data = write_workbook([Sheet(title="a", heading=["b"], rows=[[typed]])])
    assert read_workbook(data)[1] == (2, [typed])


def test_the_way_to_a_key_written_twice_is_short_however_deep_it_lies() -> None:
    """Whole paths made this file of some kilobytes take many thousand times as much memory."""
    deep = 400
    text = '{"' + ("k" * 70 + '": {"') * deep + 'a": 1, "a": 2' + "}" * (deep + 1)
    with pytest.raises(AnswersFileError) as refused:
        read_answers(text.encode(), get_questionnaire(), {})
    twice = next(fault for fault in refused.value.faults if "once" in fault.wrong.en)
    assert twice.path.endswith("k.a")
    assert len(twice.path) < 300
