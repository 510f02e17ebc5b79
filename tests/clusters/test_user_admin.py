"""City administrators keep the people: roles, clusters, passwords, coming and going."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clusters.actions import store_person
from clusters.models import ClusterId, Role, User
from tests.factories import PASSWORD, make_officer, make_owner

pytestmark = pytest.mark.django_db

LIST, ADD = "admin:clusters_user_changelist", "admin:clusters_user_add"


def page_of(person: User) -> str:
    return reverse("admin:clusters_user_change", args=[person.pk])


def filled(person: User | None = None, **changes: Any) -> dict[str, Any]:
    """The form as the browser sends it."""
    known = {"email": person.email, "name": person.name, "role": person.role} if person else {}
    stored = person.memberships.values_list("cluster", flat=True) if person else []
    data = {"new_password": "", "is_active": "on", "clusters": list(stored), **known, **changes}
    return {name: value for name, value in data.items() if value is not None}


@pytest.fixture
def city_admin(client: Client) -> User:
    person = make_officer(role=Role.CITY_ADMIN)
    person.set_password(PASSWORD)
    person.save()
    client.force_login(person)
    client.cookies["language"] = "en"
    return person


@pytest.mark.parametrize("role", [Role.OFFICER, Role.AUDITOR])
def test_for_city_administrators_only(client: Client, role: str) -> None:
    officer = make_officer(ClusterId.FOOTWEAR, role=role, is_superuser=True)
    client.force_login(officer)
    assert client.get(reverse(LIST)).status_code == 403
    assert client.get(reverse(ADD)).status_code == 403
    assert client.get(page_of(officer)).status_code == 404
    assert client.post(page_of(officer), filled(officer, role=Role.CITY_ADMIN)).status_code == 404
    assert client.get(reverse("admin:clusters_user_history", args=[officer.pk])).status_code == 404
    assert reverse(LIST) not in client.get(reverse("admin:index")).content.decode()


def test_a_new_officer_can_sign_in_with_the_password_set_here(client: Client, city_admin: User) -> None:
    data = filled(
        email="New@Example.org", name="林小梅", role=Role.OFFICER, new_password=PASSWORD,
        clusters=[ClusterId.FOOTWEAR, ClusterId.CRAFTS],
    )
    assert client.post(reverse(ADD), data).status_code == 302
    officer = User.objects.get(email="new@example.org")
    assert officer.is_staff
    assert officer.check_password(PASSWORD)
    assert officer.visible_clusters() == {"footwear", "crafts"}
    assert EmailAddress.objects.get(user=officer).verified
    answer = Client().post(reverse("account_login"), {"login": "new@example.org", "password": PASSWORD})
    assert answer["Location"] == reverse("admin:index")


def test_clusters_are_given_and_taken_away(client: Client, city_admin: User) -> None:
    officer = make_officer(ClusterId.FOOTWEAR, ClusterId.CRAFTS, password=PASSWORD)
    page = client.get(page_of(officer)).content.decode()
    assert page.count("checked") == 3  # two clusters, may sign in
    client.post(page_of(officer), filled(officer, clusters=[ClusterId.CRAFTS, ClusterId.MACHINERY]))
    assert officer.visible_clusters() == {"crafts", "machinery"}
    client.post(page_of(officer), filled(officer, clusters=["the_moon"]))
    assert officer.visible_clusters() == {"crafts", "machinery"}


@pytest.mark.parametrize(("password", "words"), [("", "An officer signs in with a password"), ("short", "too short")])
def test_an_officer_needs_a_good_password(client: Client, city_admin: User, password: str, words: str) -> None:
    data = filled(email="new@example.org", role=Role.OFFICER, new_password=password)
    response = client.post(reverse(ADD), data)
    assert response.status_code == 200
    assert words in response.content.decode()
    assert not User.objects.filter(email="new@example.org").exists()


def test_an_owner_needs_no_password(client: Client, city_admin: User) -> None:
    assert client.post(reverse(ADD), filled(email="boss@example.org", role=Role.OWNER)).status_code == 302
    owner = User.objects.get(email="boss@example.org")
    assert not owner.is_staff
    assert not owner.has_usable_password()


def test_an_address_belongs_to_one_person(client: Client, city_admin: User) -> None:
    owner = make_owner()
    EmailAddress.objects.create(user=owner, email="second@example.org", verified=True)
    for taken in (owner.email.upper(), "second@example.org"):
        response = client.post(reverse(ADD), filled(email=taken, role=Role.OWNER))
        assert "Another person has this e-mail address" in response.content.decode()


def test_no_password_hash_is_shown(client: Client, city_admin: User) -> None:
    page = client.get(page_of(city_admin)).content.decode()
    assert "pbkdf2" not in page
    assert city_admin.password.split("$")[-1] not in page
    assert 'type="password"' in page
    assert PASSWORD not in page


def test_nobody_can_be_deleted(client: Client, city_admin: User) -> None:
    owner = make_owner()
    assert client.get(reverse("admin:clusters_user_delete", args=[owner.pk])).status_code == 403
    client.post(reverse(LIST), {"action": "delete_selected", "_selected_action": [owner.pk], "post": "yes"})
    assert User.objects.filter(pk=owner.pk).exists()


def signed_in(person: User) -> Client:
    browser = Client()
    browser.force_login(person)
    assert browser.get(reverse("admin:index")).status_code == 200
    return browser


def test_deactivation_works_at_once_and_for_good(client: Client, city_admin: User) -> None:
    officer = make_officer(ClusterId.FOOTWEAR)
    officer.set_password(PASSWORD)
    officer.save()
    seen, unseen = signed_in(officer), signed_in(officer)
    assert client.post(page_of(officer), filled(officer, is_active=None)).status_code == 302
    assert seen.get(reverse("admin:index")).status_code == 302
    back = client.post(page_of(officer), filled(officer))
    assert "An officer signs in with a password" in back.content.decode()
    assert client.post(page_of(officer), filled(officer, new_password=PASSWORD + "x")).status_code == 302
    assert unseen.get(reverse("admin:index")).status_code == 302  # a session of before does not come back


@pytest.mark.parametrize("role", [Role.OWNER, Role.OFFICER])
def test_a_role_taken_away_works_at_once(client: Client, city_admin: User, role: str) -> None:
    other = make_officer(role=Role.CITY_ADMIN)
    other.set_password(PASSWORD)
    other.save()
    browser = signed_in(other)
    assert client.post(page_of(other), filled(other, role=role)).status_code == 302
    assert browser.get(reverse(LIST)).status_code == (302 if role == Role.OWNER else 403)


def test_an_owner_made_officer_loses_the_session_opened_by_code(client: Client, city_admin: User) -> None:
    owner = make_owner()
    owner.set_unusable_password()
    owner.save()
    browser = Client()
    browser.force_login(owner)
    refused = client.post(page_of(owner), filled(owner, role=Role.OFFICER))
    assert "An officer signs in with a password" in refused.content.decode()
    assert client.post(page_of(owner), filled(owner, role=Role.OFFICER, new_password=PASSWORD)).status_code == 302
    owner.refresh_from_db()
    assert owner.is_staff
    assert "_auth_user_id" in browser.session
    assert browser.get(reverse("admin:index")).status_code == 302


@pytest.mark.parametrize("change", [{"role": Role.OFFICER}, {"is_active": None}])
def test_nobody_takes_the_own_role_away(client: Client, city_admin: User, change: dict[str, Any]) -> None:
    response = client.post(page_of(city_admin), filled(city_admin, **change))
    assert "You cannot take away your own role" in response.content.decode()
    city_admin.refresh_from_db()
    assert city_admin.is_active
    assert city_admin.role == Role.CITY_ADMIN


def test_the_own_password_changes_without_signing_out(client: Client, city_admin: User) -> None:
    assert client.post(page_of(city_admin), filled(city_admin, new_password="another long one 1")).status_code == 302
    assert client.get(reverse(LIST)).status_code == 200


def test_a_new_address_replaces_the_old_one(client: Client, city_admin: User) -> None:
    officer = make_officer(ClusterId.FOOTWEAR, password=PASSWORD)
    EmailAddress.objects.create(user=officer, email=officer.email, verified=True, primary=True)
    assert client.post(page_of(officer), filled(officer, email="moved@example.org")).status_code == 302
    assert [address.email for address in EmailAddress.objects.filter(user=officer)] == ["moved@example.org"]


def test_the_second_factor_of_a_lost_phone_can_be_removed(client: Client, city_admin: User) -> None:
    officer = make_officer(ClusterId.FOOTWEAR, password=PASSWORD)
    Authenticator.objects.create(user=officer, type=Authenticator.Type.TOTP, data={"secret": "x"})
    other = make_officer(ClusterId.FOOTWEAR)
    Authenticator.objects.create(user=other, type=Authenticator.Type.TOTP, data={"secret": "x"})
    assert client.post(page_of(officer), filled(officer, remove_second_factor="on")).status_code == 302
    assert [left.user for left in Authenticator.objects.all()] == [other]
    history = client.get(reverse("admin:clusters_user_history", args=[officer.pk])).content.decode()
    assert "Remove the second factor" in history


def test_a_superuser_who_is_no_city_administrator_any_more_is_none_either() -> None:
    person = make_officer(role=Role.CITY_ADMIN, is_superuser=True)
    person.role = Role.OFFICER
    store_person(person=person, by=None)
    person.refresh_from_db()
    assert not person.is_superuser


def test_the_list_asks_as_often_for_one_person_as_for_many(client: Client, city_admin: User) -> None:
    client.get(reverse(LIST))
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as captured:
            page = client.get(reverse(LIST)).content.decode()
        counts.append(len(captured))
        for _ in range(3):
            make_officer(ClusterId.FOOTWEAR, ClusterId.CRAFTS)
    assert counts[0] == counts[1]
    assert "Crafts" in page
