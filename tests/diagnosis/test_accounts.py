"""Signing in: owners by a code sent to them, officers by password and, where asked for, a second factor."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest
from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.conf import settings as site_settings
from django.test import Client
from django.urls import reverse

from clusters.actions import store_person
from clusters.models import ClusterId, Role, User
from diagnosis.access import SESSION_KEY
from tests.factories import PASSWORD, make_draft, make_officer, make_owner

pytestmark = pytest.mark.django_db

OFFICER_SESSION_SECONDS = site_settings.OFFICER_SESSION_HOURS * 3600
LOGIN, INDEX, ENROL = "/accounts/login/", "/admin/", "/accounts/2fa/totp/activate/"


@pytest.fixture
def officer() -> User:
    return make_officer(ClusterId.FOOTWEAR, password=PASSWORD)


@pytest.fixture
def english(client: Client) -> Client:
    client.cookies["language"] = "en"
    return client


def verified(person: User) -> User:
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    return person


def try_password(client: Client, person: User, password: str = PASSWORD, **more: str) -> Any:
    return client.post(LOGIN, {"login": person.email, "password": password, **more})


def ask_for_code(client: Client, person: User, **more: str) -> Any:
    return client.post(LOGIN, {"login": person.email, "password": "", **more})


def code_in(mail: Any) -> str:
    found = re.search(r"^\d{6}$", mail.body, re.M)
    assert found
    return found.group()


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def enrolled(person: User) -> str:
    secret = generate_totp_secret()
    TOTP.activate(person, secret)
    return secret


def totp_code(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


# Officers -------------------------------------------------------------------------------------------


def test_an_officer_signs_in_by_password(client: Client, officer: User, mailoutbox: list[Any]) -> None:
    response = try_password(client, officer)
    assert response["Location"] == INDEX
    assert client.get(INDEX).status_code == 200
    assert client.session.get_expiry_age() <= OFFICER_SESSION_SECONDS
    assert not mailoutbox


def test_from_a_page_of_the_workspace_and_back_to_it(client: Client, officer: User) -> None:
    page = reverse("admin:diagnosis_submission_changelist")
    login = client.get(page, follow=True)
    assert login.redirect_chain[-1][0].startswith(LOGIN)
    assert "<details" in login.content.decode()
    assert re.search(r"<details[^>]* open", login.content.decode())
    assert try_password(client, officer, next=page)["Location"] == page


def test_the_page_for_owners_keeps_the_password_folded(client: Client) -> None:
    assert not re.search(r"<details[^>]* open", client.get(LOGIN).content.decode())


CHANGE, OWN_CHOICE = "/accounts/password/change/", "seven lanterns above the ferry"


def lend(person: User, by: User | None = None) -> None:
    store_person(person=person, by=by or make_officer(role=Role.CITY_ADMIN), new_password=PASSWORD)


def choose(client: Client, new: str, old: str = PASSWORD) -> Any:
    return client.post(CHANGE, {"oldpassword": old, "password1": new, "password2": new})


def test_a_password_typed_by_somebody_else_opens_only_the_way_to_change_it(english: Client, officer: User) -> None:
    lend(officer)
    list_page = reverse("admin:diagnosis_submission_changelist")
    try_password(english, officer)
    for page in (INDEX, list_page, "/admin/guide/"):
        reply = english.get(page, follow=True)
        assert reply.redirect_chain[-1][0] == CHANGE, page
        assert "known to somebody else" in reply.content.decode()
    again = choose(english, PASSWORD)
    assert "This is the present password" in again.content.decode()
    assert english.get(INDEX).status_code == 302
    assert choose(english, OWN_CHOICE)["Location"] == INDEX
    assert english.get(list_page).status_code == 200
    assert try_password(Client(), officer, OWN_CHOICE)["Location"] == INDEX


def test_the_reset_by_mail_is_the_persons_own_choice_too(officer: User) -> None:
    """Unless it is the lent one again."""
    lend(officer)
    get_adapter().set_password(officer, PASSWORD)
    officer.refresh_from_db()
    assert officer.password_is_lent
    get_adapter().set_password(officer, OWN_CHOICE)
    officer.refresh_from_db()
    assert officer.check_password(OWN_CHOICE) and not officer.password_is_lent


def test_the_second_factor_comes_after_the_own_password(client: Client, officer: User, settings: Any) -> None:
    settings.OFFICERS_NEED_TOTP = True
    lend(officer)
    client.force_login(officer)
    assert client.get(INDEX, follow=True).redirect_chain[-1][0] == CHANGE
    assert choose(client, OWN_CHOICE).status_code == 302
    assert client.get(INDEX, follow=True).redirect_chain[-1][0].startswith(("/accounts/2fa/", "/accounts/reauth"))


def test_the_own_password_stays_ones_own(client: Client) -> None:
    """Typed by a city administrator for himself, or nothing typed at all."""
    administrator = make_officer(role=Role.CITY_ADMIN)
    lend(administrator, by=administrator)
    store_person(person=administrator, by=make_officer(role=Role.CITY_ADMIN))
    client.force_login(administrator)
    assert client.get(INDEX).status_code == 200


@pytest.mark.parametrize("email", ["officer", "nobody"])
def test_a_wrong_password_says_the_same_for_everybody(english: Client, officer: User, email: str) -> None:
    address = officer.email if email == "officer" else "nobody@example.org"
    response = english.post(LOGIN, {"login": address, "password": "wrong"})
    assert "not correct" in response.content.decode()
    assert not is_signed_in(english)


def test_guessing_is_limited(english: Client, officer: User) -> None:
    for _ in range(12):
        try_password(english, officer, "wrong")
    response = try_password(english, officer)
    assert not is_signed_in(english)
    assert response.status_code == 429 or "Too many" in response.content.decode()


def test_an_officer_who_asks_for_a_code_gets_none(client: Client, officer: User, mailoutbox: list[Any]) -> None:
    response = ask_for_code(client, verified(officer))
    assert response["Location"].startswith("/accounts/login/code/confirm/")
    (mail,) = mailoutbox
    assert not re.search(r"\d{6}", mail.body)
    assert "密码" in mail.body or "password" in mail.body


@pytest.mark.parametrize("address", [LOGIN, "/accounts/login/code/"])
def test_the_answer_does_not_tell_an_officer_from_an_owner_or_a_stranger(
    client: Client, officer: User, address: str
) -> None:
    seen = set()
    for email in (verified(officer).email, verified(make_owner()).email, "nobody@example.org"):
        browser = Client()
        response = browser.post(address, {"login": email, "password": "", "email": email}, follow=True)
        page = re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", response.content.decode())
        seen.add((response.status_code, str(response.redirect_chain), page.replace(email, "")))
    assert len(seen) == 1


def test_a_right_code_opens_no_officers_account(
    english: Client, officer: User, mailoutbox: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even if a code came out some other way."""
    monkeypatch.setattr("diagnosis.accounts._belongs_to_officer", lambda email: False)
    ask_for_code(english, verified(officer))
    response = english.post("/accounts/login/code/confirm/", {"code": code_in(mailoutbox[-1])}, follow=True)
    assert not is_signed_in(english)
    assert "Officers sign in with their password" in response.content.decode()
    assert try_password(english, officer)["Location"] == INDEX


def test_a_deactivated_officer_cannot_sign_in(client: Client, officer: User) -> None:
    officer.is_active = False
    officer.save()
    try_password(client, officer)
    assert not is_signed_in(client)


def reset_mail(client: Client, person: User, mailoutbox: list[Any]) -> str:
    response = client.post("/accounts/password/reset/", {"email": person.email})
    assert response["Location"] == "/accounts/password/reset/done/"
    return str(mailoutbox[-1].body)


def test_a_mailbox_alone_resets_no_officers_password(client: Client, officer: User, mailoutbox: list[Any]) -> None:
    assert "/password/reset/key/" not in reset_mail(client, verified(officer), mailoutbox)


def test_with_a_second_factor_an_officer_may_reset_the_password(
    client: Client, officer: User, mailoutbox: list[Any]
) -> None:
    enrolled(verified(officer))
    assert "/password/reset/key/" in reset_mail(client, officer, mailoutbox)


# The second factor ----------------------------------------------------------------------------------


def test_with_a_second_factor_the_password_is_not_enough(client: Client, officer: User) -> None:
    secret = enrolled(officer)
    assert try_password(client, officer)["Location"] == "/accounts/2fa/authenticate/"
    assert not is_signed_in(client)
    assert client.get(INDEX).status_code == 302
    assert client.post("/accounts/2fa/authenticate/", {"code": "000000"}).status_code == 200
    assert client.post("/accounts/2fa/authenticate/", {"code": totp_code(secret)})["Location"] == INDEX
    assert client.get(INDEX).status_code == 200
    assert client.session.get_expiry_age() <= OFFICER_SESSION_SECONDS


WORKSPACE = [
    INDEX, "/admin/diagnosis/submission/", "/admin/clusters/user/", "/admin/autocomplete/", "/admin/jsi18n/",
    "/admin/recommendations/policyprogramme/", "/admin/password_change/", "/admin/nowhere/",
]


@pytest.mark.parametrize("page", WORKSPACE)
@pytest.mark.parametrize("role", [Role.OFFICER, Role.CITY_ADMIN])
def test_without_the_second_factor_every_page_leads_to_enrolment(
    client: Client, settings: Any, page: str, role: str
) -> None:
    settings.OFFICERS_NEED_TOTP = True
    officer = make_officer(ClusterId.FOOTWEAR, role=role, is_superuser=role == Role.CITY_ADMIN, password=PASSWORD)
    try_password(client, officer)
    response = client.get(page, follow=True)
    assert any(step[0] == ENROL for step in response.redirect_chain)
    assert response.redirect_chain[-1][0].startswith(("/accounts/reauthenticate/", ENROL))


def test_enrolment_opens_the_workspace(client: Client, officer: User, settings: Any) -> None:
    settings.OFFICERS_NEED_TOTP = True
    try_password(client, officer)
    client.get(INDEX, follow=True)
    client.post(f"/accounts/reauthenticate/?next={ENROL}", {"password": PASSWORD})
    page = client.get(ENROL)
    assert page.status_code == 200
    assert "data:image/svg+xml" in page.content.decode()
    code = totp_code(client.session["mfa.totp.secret"])
    assert client.post(ENROL, {"code": code})["Location"] == "/accounts/2fa/recovery-codes/"
    assert client.get("/accounts/2fa/recovery-codes/").status_code == 200
    once_more = client.get(INDEX, follow=True)
    assert once_more.redirect_chain[-1][0].startswith("/accounts/2fa/reauthenticate/")
    assert client.post(once_more.redirect_chain[-1][0], {"code": code})["Location"] == INDEX
    assert client.get(INDEX).status_code == 200


def test_a_session_from_before_the_enrolment_is_not_let_in(client: Client, officer: User, settings: Any) -> None:
    """Somebody who knows only the password must not profit when the officer enrols elsewhere."""
    settings.OFFICERS_NEED_TOTP = True
    try_password(client, officer)
    enrolled(officer)
    response = client.get(INDEX, follow=True)
    assert response.redirect_chain[-1][0].startswith("/accounts/2fa/reauthenticate/")


def test_a_removed_second_factor_closes_the_workspace(client: Client, officer: User, settings: Any) -> None:
    settings.OFFICERS_NEED_TOTP = True
    secret = enrolled(officer)
    try_password(client, officer)
    client.post("/accounts/2fa/authenticate/", {"code": totp_code(secret)})
    assert client.get(INDEX).status_code == 200
    Authenticator.objects.all().delete()
    assert client.get(INDEX).status_code == 302


# Owners ---------------------------------------------------------------------------------------------


def test_an_owner_signs_in_by_code_and_keeps_the_draft_of_this_browser(
    client: Client, mailoutbox: list[Any]
) -> None:
    owner, draft, other = verified(make_owner()), make_draft(), make_draft()
    session = client.session
    session[SESSION_KEY] = [draft.reference]
    session.save()
    assert ask_for_code(client, owner)["Location"].startswith("/accounts/login/code/confirm/")
    response = client.post("/accounts/login/code/confirm/", {"code": code_in(mailoutbox[-1])})
    assert response["Location"] == reverse("diagnosis:mine")
    draft.refresh_from_db()
    other.refresh_from_db()
    assert draft.owner == owner
    assert other.owner is None


def test_a_wrong_code_says_so_from_the_title_on(english: Client) -> None:
    ask_for_code(english, verified(make_owner()))
    before = english.get("/accounts/login/code/confirm/").content.decode()
    refused = english.post("/accounts/login/code/confirm/", {"code": "000000"}).content.decode()
    assert re.search(r"<title>\s*Enter", before) and re.search(r"<title>Error:\s*Enter", refused)


@pytest.mark.parametrize("page", WORKSPACE)
def test_an_owner_is_refused_without_a_loop(client: Client, page: str) -> None:
    client.force_login(make_owner())
    response = client.get(page, follow=True)
    assert response.status_code == 403
    assert len(response.redirect_chain) == 1
    assert "error-page" in response.content.decode()


def test_an_owner_who_signs_in_for_the_workspace_is_refused(client: Client, mailoutbox: list[Any]) -> None:
    ask_for_code(client, verified(make_owner()), next=INDEX)
    response = client.post(
        "/accounts/login/code/confirm/", {"code": code_in(mailoutbox[-1]), "next": INDEX}, follow=True
    )
    assert response.status_code == 403


def test_signing_up_makes_an_owner_and_nothing_else(client: Client) -> None:
    client.post("/accounts/signup/", {
        "email": "new@example.org", "is_staff": "on", "role": "city_admin", "is_superuser": "on",
    })
    person = User.objects.get(email="new@example.org")
    assert person.role == Role.OWNER
    assert not person.is_staff
    assert not person.is_superuser


# The pages themselves -------------------------------------------------------------------------------

INLINE = re.compile(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)|<style|\sstyle=|\son[a-z]+=|javascript:")
OPEN_PAGES = [LOGIN, "/accounts/login/code/", "/accounts/signup/", "/accounts/password/reset/", "/accounts/inactive/"]
OWN_PAGES = [
    "/accounts/logout/", "/accounts/email/", "/accounts/password/change/", "/accounts/2fa/",
    "/accounts/reauthenticate/",
]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("page", [*OPEN_PAGES, *OWN_PAGES])
def test_pages_look_like_the_site_in_both_languages(client: Client, officer: User, page: str, language: str) -> None:
    if page in OWN_PAGES:
        client.force_login(officer)
    client.cookies["language"] = language
    response = client.get(page)
    text = response.content.decode()
    assert response.status_code == 200
    assert f'<html lang="{"en" if language == "en" else "zh-Hans"}"' in text
    assert 'class="frame narrow account"' in text
    assert "site.css" in text or "site." in text
    assert not INLINE.search(text)
    assert "unsafe" not in response["Content-Security-Policy"]
