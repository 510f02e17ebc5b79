"""What level 2 of the standard asks of the code as a whole: randomness, programs, the way out, passwords, requests."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import global_settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client

import config.settings
from clusters.models import ClusterId, User
from diagnosis.access import new_link_token, new_reference
from diagnosis.invitation_codes import new_code
from tests.factories import PASSWORD, make_draft, make_officer
from tests.journeys import browser_of, page_url, seen

ROOT = Path(__file__).resolve().parent.parent
APPS = ("clusters", "diagnosis", "recommendations", "config")
# Invented firms and the shares of a simulation repeat on purpose; the servers of `make run` and the operator's backup
# (pg_dump) are programs, and no page leads to them.
MAY_REPEAT = {"diagnosis/domain/chance.py"}
STARTS_PROGRAMS = ("config/local/", "config/audit/", "config/backup.py")  # at the terminal, never for a page
WAYS_OUT = {"socket", "http", "urllib", "requests", "httpx", "ftplib", "smtplib", "telnetlib", "xmlrpc", "asyncio"}
ASK_NOBODY = {"urllib.parse", "http", "smtplib"}  # taking addresses apart, names of status codes, errors of mails


def modules() -> Iterator[tuple[str, ast.Module]]:
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            yield str(path.relative_to(ROOT)), ast.parse(path.read_text(encoding="utf-8"))


def imported(tree: ast.Module) -> set[str]:
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


def test_secrets_come_from_the_systems_generator() -> None:
    users = {name for name, tree in modules() if "random" in imported(tree)}
    assert users == MAY_REPEAT
    assert len({new_link_token() for _ in range(50)}) == len({new_code() for _ in range(50)}) == 50
    assert len(new_link_token()) >= 43  # 256 bits
    assert len(new_reference()) == 9  # opens nothing, so it needs not be a secret


def test_the_site_starts_no_program_and_runs_no_text() -> None:
    for name, tree in modules():
        calls = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
        called = {call.id for call in calls if isinstance(call, ast.Name)}
        assert not called & {"eval", "exec", "compile", "__import__"}, name
        assert not imported(tree) & {"pickle", "marshal", "shelve"}, name
        if not name.startswith(STARTS_PROGRAMS):
            assert not imported(tree) & {"subprocess", "pty", "ctypes"}, name


def test_the_site_asks_no_other_server() -> None:
    """Database, broker and mail alone, each by its library and a setting: no address from outside is ever fetched."""
    for name, tree in modules():
        if not name.startswith(STARTS_PROGRAMS):
            out = {one for one in imported(tree) if one.split(".")[0] in WAYS_OUT} - ASK_NOBODY
            assert not out, (name, out)


def test_passwords_are_kept_by_a_slow_hash(settings: Any) -> None:
    settings.PASSWORD_HASHERS = getattr(config.settings, "PASSWORD_HASHERS", global_settings.PASSWORD_HASHERS)
    hashed = make_password(PASSWORD, hasher="default")
    algorithm, rounds, salt, _ = hashed.split("$")
    assert algorithm == "pbkdf2_sha256" and int(rounds) >= 600_000 and len(salt) >= 22


@pytest.mark.parametrize("password", ["Quanzhou2026!", "泉州集群专员2026", "chain-diagnosis", "jinjiang.admin1"])
def test_words_of_the_place_are_no_password(password: str) -> None:
    with pytest.raises(ValidationError) as refused:
        validate_password(password)
    assert "password_of_our_words" in [error.code for error in refused.value.error_list]


@pytest.mark.parametrize("password", ["x7 Qk—浪潮 vm 2q", "a" * 30 + "Ω" * 98, "correct horse battery", PASSWORD])
def test_long_ones_of_any_characters_are(password: str) -> None:
    validate_password(password)


@pytest.mark.django_db
def test_a_long_password_is_taken_whole_and_as_typed(client: Client) -> None:
    long = " " + "长x7" * 40 + " "
    officer = make_officer(ClusterId.FOOTWEAR, password=long)
    for wrong in (long.strip(), long[:72], long[:-1], long.upper()):
        client.post("/accounts/login/", {"login": officer.email, "password": wrong})
        assert client.get("/admin/").status_code == 302
    client.post("/accounts/login/", {"login": officer.email, "password": long})
    assert client.get("/admin/").status_code == 200


@pytest.mark.django_db
def test_a_new_password_takes_the_old_one(client: Client) -> None:
    officer = make_officer(ClusterId.FOOTWEAR, password=PASSWORD)
    client.post("/accounts/login/", {"login": officer.email, "password": PASSWORD})
    new = {"password1": "quite another 2027", "password2": "quite another 2027"}
    client.post("/accounts/password/change/", {"oldpassword": "wrong", **new})
    assert User.objects.get(pk=officer.pk).check_password(PASSWORD)
    shown = client.get("/accounts/password/change/").content.decode()
    assert shown.count('type="password"') == 3 and "onpaste" not in shown


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "PROPFIND", "PUT"])
def test_other_methods_are_refused(method: str) -> None:
    draft = make_draft()
    for page in ("/", "/start/", page_url(draft)):
        assert browser_of(draft).generic(method, page).status_code == 405


@pytest.mark.django_db
def test_a_field_sent_twice_is_read_once() -> None:
    """The last one counts, as in every form; nothing reads the first."""
    draft = make_draft()
    data = {"cluster": "footwear", "employees": ["7", "8"], "seen": seen(draft)}
    assert browser_of(draft).post(page_url(draft), data).status_code == 302
    draft.refresh_from_db()
    assert draft.answers["employees"] == 8


@pytest.mark.django_db
def test_fields_of_other_pages_and_columns_are_not_taken() -> None:
    draft = make_draft()
    before = dict(draft.answers)
    data = {"employees": "9", "cluster": "footwear", "quality": "4", "state": "verified", "seen": seen(draft)}
    assert browser_of(draft).post(page_url(draft), {**data, "owner": "1", "access_round": "7"}).status_code == 302
    draft.refresh_from_db()
    assert (draft.state, draft.owner, draft.access_round) == ("draft", None, 0)
    changed = {name for name in draft.answers if draft.answers[name] != before.get(name)}
    assert changed == {"employees"}


@pytest.mark.django_db
def test_a_draft_without_a_name_is_listed_by_its_reference(client: Client) -> None:
    """Found by the scan: the list answered with a fault until the name of the firm was given."""
    reference = client.post("/start/")["Location"].split("/")[2]
    assert client.get("/mine/").content.decode().count(reference) > 1


@pytest.mark.django_db
@pytest.mark.parametrize("page", ["/", "/nowhere/", "/accounts/login/", "/healthz"])
def test_every_page_says_how_it_is_written(page: str) -> None:
    assert Client().get(page)["Content-Type"] in ("text/html; charset=utf-8", "text/plain", "text/plain; charset=utf-8")


@pytest.mark.django_db
@pytest.mark.parametrize("folder", ["/static/", "/static/guide/", "/.git/config", "/.env", "/var/", "/reports/"])
def test_no_folder_is_listed_and_no_source_served(folder: str) -> None:
    assert Client().get(folder).status_code == 404
