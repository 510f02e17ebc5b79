"""Guessing passwords and codes: a forged address of the network changes nothing, and a lock ends by itself.

Many at once, on a running site: tests/stack/test_attacks.py.
"""

from __future__ import annotations

import re
import time
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.core.internal import ratelimit
from django.core.cache import cache
from django.test import Client

from clusters.limits import LIMITS
from clusters.models import ClusterId, User
from diagnosis.invitation_codes import new_code
from tests.factories import PASSWORD, make_officer, make_owner

pytestmark = pytest.mark.django_db
LOGIN, CONFIRM = "/accounts/login/", "/accounts/login/code/confirm/"
TRIES, TRIES_OF_A_VISITOR, LOCKED_SECONDS = 5, 10, 300


@pytest.fixture(autouse=True)
def from_the_beginning() -> None:
    cache.clear()


@pytest.fixture
def officer() -> User:
    return make_officer(ClusterId.FOOTWEAR, password=PASSWORD)


def from_everywhere(number: int) -> dict[str, str]:
    """Headers that name another visitor each time."""
    address = f"203.0.113.{number}"
    return {"HTTP_X_FORWARDED_FOR": address, "HTTP_X_REAL_IP": address, "HTTP_FORWARDED": f"for={address}"}


def is_let_in(officer: User, password: str, **headers: str) -> bool:
    browser = Client(**headers)
    browser.post(LOGIN, {"login": officer.email, "password": password})
    return "_auth_user_id" in browser.session


def lock(officer: User) -> None:
    for number in range(TRIES):
        assert not is_let_in(officer, f"wrong {number}", **from_everywhere(number))


def test_a_forged_address_is_no_other_visitor(officer: User) -> None:
    """Many accounts are tried, each from elsewhere by its headers: it is one visitor, who is stopped."""
    for number in range(TRIES_OF_A_VISITOR):
        assert not is_let_in(User(email=f"nobody{number}@example.org"), "wrong", **from_everywhere(number))
    assert not is_let_in(officer, PASSWORD, **from_everywhere(99))
    assert is_let_in(officer, PASSWORD, REMOTE_ADDR="198.51.100.7")


def test_locked_by_account_wherever_it_comes_from(officer: User) -> None:
    lock(officer)
    assert not is_let_in(officer, PASSWORD, REMOTE_ADDR="198.51.100.7")
    other = make_officer(ClusterId.FOOTWEAR, password=PASSWORD)
    assert is_let_in(other, PASSWORD, REMOTE_ADDR="198.51.100.7")


def test_the_lock_ends_by_itself(officer: User, monkeypatch: pytest.MonkeyPatch) -> None:
    lock(officer)
    assert not is_let_in(officer, PASSWORD)
    later = time.time() + LOCKED_SECONDS + 1
    monkeypatch.setattr(ratelimit.time, "time", lambda: later)
    assert is_let_in(officer, PASSWORD)


def test_a_code_is_worth_three_tries_from_wherever(client: Client, mailoutbox: list[Any]) -> None:
    owner = make_owner()
    EmailAddress.objects.create(user=owner, email=owner.email, verified=True, primary=True)
    client.post(LOGIN, {"login": owner.email, "password": ""})
    found = re.search(r"^\d{6}$", mailoutbox[0].body, re.M)
    assert found
    wrong = "000000" if found.group() != "000000" else "111111"
    for number in range(3):
        client.post(CONFIRM, {"code": wrong}, **from_everywhere(number))  # type: ignore[arg-type]
    client.post(CONFIRM, {"code": found.group()}, **from_everywhere(9))  # type: ignore[arg-type]
    assert "_auth_user_id" not in client.session


def test_invitation_codes_from_forged_addresses(client: Client) -> None:
    most = LIMITS["unknown_code"].address[0][0]
    statuses = [
        client.get(f"/i/{new_code()}/", **from_everywhere(number)).status_code  # type: ignore[arg-type]
        for number in range(most + 2)
    ]
    assert statuses == [404] * most + [429] * 2
