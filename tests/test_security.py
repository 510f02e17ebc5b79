"""Doors that are closed for the whole site: secrets in logs, uploads, memory, workbooks, officers' pages, sessions."""

from __future__ import annotations

import io
import logging
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from secrets import token_urlsafe

import pytest
from django.conf import settings as site_settings
from django.core.files.uploadhandler import load_handler
from django.test import Client, RequestFactory
from django.utils import translation

from clusters.models import ClusterId, Role
from clusters.workbook import Sheet, UnusableWorkbook, read_workbook, write_workbook
from config.logs import WithoutPath
from config.metrics import METHODS, REQUESTS
from config.uploads import MOST_BYTES, LimitedUpload
from diagnosis.actions import make_link
from diagnosis.invitation_codes import spaced
from tests.diagnosis.campaign_cast import make_campaign, make_invitation
from tests.factories import PASSWORD, make_draft, make_officer, make_submission
from tests.journeys import browser_of, elements, url

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parent.parent
ADMIN_PAGES = (
    "/admin/", "/admin/diagnosis/submission/", "/admin/diagnosis/campaign/", "/admin/clusters/provider/",
    "/admin/clusters/auditevent/", "/admin/clusters/user/", "/admin/recommendations/officerfile/",
    "/admin/recommendations/policyprogramme/", "/admin/guide/",
)


# --- logs -----------------------------------------------------------------------------------


def _lines(caplog: pytest.LogCaptureFixture) -> str:
    """What the handlers of the site would write."""
    records = [record for record in caplog.records if WithoutPath().filter(record)]
    return "\n".join(record.getMessage() for record in records)


def test_a_refused_form_does_not_log_the_private_link(caplog: pytest.LogCaptureFixture) -> None:
    token = make_link(submission=make_draft(), by=None)
    with caplog.at_level(logging.INFO):
        assert Client(enforce_csrf_checks=True).post(f"/l/{token}/").status_code == 403
    assert "Forbidden" in _lines(caplog)
    assert token not in _lines(caplog)


def test_a_code_written_in_wide_letters_is_not_logged_either(caplog: pytest.LogCaptureFixture) -> None:
    """Django escapes a path before it logs it."""
    code = make_invitation(make_campaign()).code
    wide = "".join(chr(ord(char) + 0xFEE0) for char in code)
    with caplog.at_level(logging.INFO):
        assert Client(enforce_csrf_checks=True).post(f"/i/{wide}/").status_code == 403
    assert "Forbidden" in _lines(caplog)
    assert ascii(wide)[1:-1] not in _lines(caplog) and code not in _lines(caplog) and spaced(code) not in _lines(caplog)


def test_every_handler_leaves_paths_out() -> None:
    assert all("without_path" in handler["filters"] for handler in site_settings.LOGGING["handlers"].values())


def test_a_line_break_in_an_address_begins_no_line(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        client.get("/nowhere/%0A2026-11-24%20ERROR%20forged")
    assert "\nforged" not in _lines(caplog) and "ERROR forged" not in _lines(caplog).replace("-\n", "")


# --- uploads and memory ---------------------------------------------------------------------


def test_too_large_a_request_is_refused_before_anything_is_stored(rf: RequestFactory) -> None:
    assert isinstance(load_handler(site_settings.FILE_UPLOAD_HANDLERS[0], rf.get("/")), LimitedUpload)
    answer = Client().post(
        "/language/", b"--x\r\n", content_type="multipart/form-data; boundary=x", CONTENT_LENGTH=str(MOST_BYTES + 1)
    )
    assert answer.status_code == 400


def test_a_usual_upload_passes(client: Client) -> None:
    assert client.post("/language/", {"language": "en", "file": io.BytesIO(b"x" * 9_000_000)}).status_code == 302


def test_invented_methods_are_one_figure(client: Client) -> None:
    for number in range(5):
        client.generic(f"BREW{number}", "/about/")
    counted = {sample.labels["method"] for metric in REQUESTS.collect() for sample in metric.samples}
    assert "other" in counted
    assert counted <= METHODS | {"other"}


BOMB = b'<?xml version="1.0"?>\n<!DOCTYPE a [<!ENTITY b "bbbbbbbbbb"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>'


def _workbook_with_sheet_named_png(prolog: bytes, encoding: str) -> bytes:
    plain = write_workbook([Sheet(title="a", heading=["name"], rows=[["x"]])])
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(plain)) as source, zipfile.ZipFile(target, "w") as copy:
        for name in source.namelist():
            content = source.read(name).replace(b"sheet1.xml", b"sheet1.png")
            if name.endswith("sheet1.xml"):
                sheet = content.decode().split("?>", 1)[1]
                content, name = (prolog.decode() + sheet).encode(encoding), name.replace(".xml", ".png")
            copy.writestr(name, content)
    return target.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_sheet_under_another_name_hides_no_entities(encoding: str) -> None:
    """The package says under which name its sheet lies; any name will do."""
    assert read_workbook(_workbook_with_sheet_named_png(b"", "utf-8"))[1] == (2, ["x"])
    with pytest.raises(UnusableWorkbook, match="do not belong"), translation.override("en"):
        read_workbook(_workbook_with_sheet_named_png(BOMB, encoding))


# --- officers' pages --------------------------------------------------------------------------


@pytest.mark.parametrize("page", ADMIN_PAGES)
def test_officers_pages_have_the_strict_policy(client: Client, page: str) -> None:
    make_submission()
    client.force_login(make_officer(role=Role.CITY_ADMIN))
    answer = client.get(page)
    assert answer.status_code == 200
    assert "unsafe" not in answer["Content-Security-Policy"] and "script-src 'self';" in (
        answer["Content-Security-Policy"] + ";"
    )
    assert answer["X-Content-Type-Options"] == "nosniff" and answer["X-Frame-Options"] == "DENY"
    assert "no-store" in answer["Cache-Control"]
    for tag, attributes in elements(answer).tags:
        assert "style" not in attributes and not [key for key in attributes if key.startswith("on")], (page, tag)


# --- sessions ---------------------------------------------------------------------------------


def test_signing_in_begins_a_new_session(client: Client) -> None:
    """A session somebody planted before does not become the officer's."""
    officer = make_officer(ClusterId.FOOTWEAR, password=PASSWORD)
    client.post("/start/")
    planted = client.cookies["session"].value
    client.post("/accounts/login/", {"login": officer.email, "password": PASSWORD})
    assert client.cookies["session"].value != planted
    assert client.get("/admin/").status_code == 200
    stranger = Client()
    stranger.cookies["session"] = planted
    assert stranger.get("/admin/").status_code == 302


def test_a_new_password_ends_every_other_session(client: Client) -> None:
    officer, other = make_officer(ClusterId.FOOTWEAR, password=PASSWORD), Client()
    for browser in (client, other):
        browser.post("/accounts/login/", {"login": officer.email, "password": PASSWORD})
        assert browser.get("/admin/").status_code == 200
    answer = client.post(
        "/accounts/password/change/",
        {"oldpassword": PASSWORD, "password1": "quite another 2027", "password2": "quite another 2027"},
    )
    assert answer.status_code == 302
    assert other.get("/admin/").status_code == 302


def test_signing_out_forgets_the_diagnoses_of_this_browser() -> None:
    draft = make_draft()
    browser = browser_of(draft)
    browser.force_login(make_officer())
    browser.post("/accounts/logout/")
    assert browser.get(url("diagnosis:resume", draft)).status_code == 404


def test_a_way_back_leads_to_this_site_only(client: Client) -> None:
    officer = make_officer(ClusterId.FOOTWEAR, password=PASSWORD)
    for next_page in ("https://elsewhere.example/", "//elsewhere.example/", "javascript:alert(1)"):
        assert client.post("/language/", {"language": "en", "next": next_page})["Location"] == "/"
        answer = Client().post("/accounts/login/", {"login": officer.email, "password": PASSWORD, "next": next_page})
        assert answer.status_code == 302
        assert answer["Location"] == "/admin/"


DEPLOYED = """
import sys
import django; django.setup()
from django.conf import settings as s
assert s.PASSWORD_RESET_TIMEOUT <= 3600 and s.ACCOUNT_LOGIN_BY_CODE_TIMEOUT <= 600
assert s.ACCOUNT_EMAIL_VERIFICATION_BY_CODE_TIMEOUT <= 600
assert s.OFFICERS_NEED_TOTP and not s.DEBUG
assert s.SESSION_COOKIE_HTTPONLY and s.CSRF_COOKIE_HTTPONLY and s.LANGUAGE_COOKIE_HTTPONLY
assert {s.SESSION_COOKIE_SAMESITE, s.CSRF_COOKIE_SAMESITE, s.LANGUAGE_COOKIE_SAMESITE} == {"Lax"}
assert s.SESSION_COOKIE_DOMAIN is None and s.SESSION_COOKIE_PATH == "/"
assert s.SECRET_KEY == open(sys.argv[1]).read().strip()
"""


def test_deployed_with_secrets_from_files(tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_text(token_urlsafe(50) + "\n")
    address = tmp_path / "database"
    address.write_text("postgresql://chain_site:password@127.0.0.1:1/none\n")
    environment = {
        "PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "config.settings", "SECRET_KEY_FILE": str(key),
        "DATABASE_URL_FILE": str(address), "REDIS_URL": "redis://127.0.0.1:1/0", "ALLOWED_HOSTS": "diagnosis.example",
        "VAR_DIR": str(tmp_path),
    }
    done = subprocess.run(
        [sys.executable, "-c", DEPLOYED, str(key)], cwd=ROOT, env=environment, capture_output=True, text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
