"""Who of the officers came and went stands in the log; strangers cannot fill it."""

from __future__ import annotations

import time
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.test import Client

from clusters import officer_session
from clusters.audit_words import detail_in_words
from clusters.models import AuditEvent, AuditKind, ClusterId, Role, User
from tests.factories import PASSWORD, make_officer, make_owner

pytestmark = pytest.mark.django_db
LOGIN = "/accounts/login/"


@pytest.fixture
def officer() -> User:
    return make_officer(ClusterId.FOOTWEAR, password=PASSWORD)


def sign_in(client: Client, person: User, password: str = PASSWORD) -> None:
    client.post(LOGIN, {"login": person.email, "password": password})


def logged() -> list[tuple[str, int | None, dict[str, Any]]]:
    return list(AuditEvent.objects.order_by("pk").values_list("kind", "actor", "detail"))


def code(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def test_coming_and_going(client: Client, officer: User) -> None:
    sign_in(client, officer)
    client.post("/accounts/logout/")
    sign_in(client, officer)
    assert client.post("/admin/logout/")["Location"] == LOGIN
    assert client.get("/admin/").status_code == 302
    here = {"address": "127.0.0.1"}
    assert logged() == [
        (kind, officer.pk, here) for kind in (AuditKind.SIGNED_IN, AuditKind.SIGNED_OUT) * 2
    ]


def test_a_session_that_is_over(client: Client, officer: User) -> None:
    sign_in(client, officer)
    session = client.session
    session[officer_session.SINCE] = 1
    session.save()
    client.get("/admin/")
    assert logged()[-1] == (AuditKind.SIGNED_OUT, officer.pk, {"address": "127.0.0.1", "how": "over"})


def test_a_wrong_password_is_logged_by_number(client: Client, officer: User) -> None:
    sign_in(client, officer, "wrong")
    assert logged() == [(AuditKind.SIGN_IN_FAILED, None, {"account": officer.pk, "address": "127.0.0.1"})]
    assert officer.email not in str(AuditEvent.objects.values())


def test_strangers_leave_no_entry(client: Client) -> None:
    owner = make_owner(password=PASSWORD)
    for address in ("nobody@example.org", owner.email, "x" * 200 + "@example.org", "' OR 1=1 --"):
        client.post(LOGIN, {"login": address, "password": "wrong"})
    assert not AuditEvent.objects.exists()


def test_no_more_entries_than_tries_that_are_looked_at(client: Client, officer: User) -> None:
    for number in range(20):
        Client(REMOTE_ADDR=f"198.51.100.{number}").post(LOGIN, {"login": officer.email, "password": "wrong"})
    assert AuditEvent.objects.filter(kind=AuditKind.SIGN_IN_FAILED).count() == 5


def test_a_wrong_second_factor(client: Client, officer: User) -> None:
    secret = generate_totp_secret()
    TOTP.activate(officer, secret)
    sign_in(client, officer)
    assert logged() == []
    for _ in range(8):
        client.post("/accounts/2fa/authenticate/", {"code": "000000"})
    kinds = [kind for kind, _, _ in logged()]
    assert set(kinds) == {AuditKind.FACTOR_FAILED} and 1 <= len(kinds) <= 5
    assert logged()[0][1:] == (None, {"account": officer.pk, "address": "127.0.0.1"})


def test_a_right_second_factor(client: Client, officer: User) -> None:
    secret = generate_totp_secret()
    TOTP.activate(officer, secret)
    sign_in(client, officer)
    client.post("/accounts/2fa/authenticate/", {"code": code(secret)})
    assert [kind for kind, _, _ in logged()] == [AuditKind.SIGNED_IN]


def test_password_and_second_factor_changed(
    client: Client, officer: User, django_capture_on_commit_callbacks: Any
) -> None:
    sign_in(client, officer)
    new = {"oldpassword": PASSWORD, "password1": "quite another 2027", "password2": "quite another 2027"}
    client.post("/accounts/password/change/", new)
    client.post("/accounts/reauthenticate/", {"password": "quite another 2027"})
    secret = client.get("/accounts/2fa/totp/activate/") and client.session["mfa.totp.secret"]
    with django_capture_on_commit_callbacks(execute=True):
        client.post("/accounts/2fa/totp/activate/", {"code": code(secret)})
    assert [(kind, detail.get("how")) for kind, _, detail in logged()[1:]] == [
        (AuditKind.PASSWORD_CHANGED, "changed"), (AuditKind.FACTOR_CHANGED, "set_up"),
    ]
    assert secret not in str(logged()) and "quite another" not in str(logged())


def test_what_an_administrator_changes(client: Client, officer: User) -> None:
    admin = make_officer(role=Role.CITY_ADMIN)
    client.force_login(admin)
    form = client.get(f"/admin/clusters/user/{officer.pk}/change/").context["adminform"].form
    data = {name: form[name].value() or "" for name in form.fields}
    client.post(
        f"/admin/clusters/user/{officer.pk}/change/",
        {**data, "clusters": ["footwear"], "is_active": "on", "new_password": "quite another 2027"},
    )
    kind, actor, detail = logged()[-1]
    assert (kind, actor) == (AuditKind.PERSON_CHANGED, admin.pk)
    assert detail == {"account": officer.pk, "role": "officer", "how": ["new_password"]}


def test_the_log_says_it_in_words(client: Client, officer: User) -> None:
    sign_in(client, officer, "wrong")
    sign_in(client, officer)
    client.force_login(make_officer(role=Role.CITY_ADMIN))
    page = client.get("/admin/clusters/auditevent/").content.decode()
    assert "密码错误" in page and f"账号编号: {officer.pk}" in page and "127.0.0.1" in page
    assert detail_in_words({"how": ["new_password"]}) == "方式: 新密码"


def test_officers_see_their_own_and_not_the_failures_of_others(client: Client, officer: User) -> None:
    other = make_officer(ClusterId.FOOTWEAR, password=PASSWORD)
    sign_in(Client(), other)
    sign_in(Client(), other, "wrong")
    sign_in(client, officer)
    rows = client.get("/admin/clusters/auditevent/").context["cl"].result_list
    assert [(row.kind, row.actor_id) for row in rows] == [(AuditKind.SIGNED_IN, officer.pk)]
