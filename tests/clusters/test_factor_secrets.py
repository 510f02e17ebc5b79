"""Second factors at rest: sealed, opened after a change of the key, and never opened by none."""

from __future__ import annotations

import io
import time
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.core.management import CommandError, call_command

from clusters.factor_secrets import SEALED, KeyLost, seal, unseal
from clusters.models import ClusterId, User
from tests.factories import make_officer

pytestmark = pytest.mark.django_db
OLD, NEW = "o" * 60, "n" * 60


@pytest.fixture
def officer() -> User:
    return make_officer(ClusterId.FOOTWEAR)


@pytest.fixture
def secret(officer: User, settings: Any) -> str:
    """An authenticator app and recovery codes, set up while OLD was the key."""
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = OLD, []
    secret = generate_totp_secret()
    TOTP.activate(officer, secret)
    RecoveryCodes.activate(officer)
    return secret


def stored() -> dict[str, str]:
    return {factor.type: str(factor.data) for factor in Authenticator.objects.all()}


def opens(officer: User, secret: str) -> bool:
    factor = Authenticator.objects.get(user=officer, type=Authenticator.Type.TOTP)
    return bool(factor.wrap().validate_code(format_hotp_value(hotp_value(secret, int(time.time()) // 30))))


def codes(officer: User) -> list[str]:
    return list(Authenticator.objects.get(user=officer, type="recovery_codes").wrap().get_unused_codes())


def seal_again() -> str:
    said = io.StringIO()
    call_command("seal_factors", stdout=said)
    return said.getvalue()


def test_the_database_holds_no_seed(officer: User, secret: str) -> None:
    assert secret not in stored()["totp"]
    assert all(SEALED in text for text in stored().values())
    assert opens(officer, secret)
    assert len(codes(officer)) == 10


def test_the_same_seed_is_sealed_differently_each_time() -> None:
    assert seal("JBSWY3DP") != seal("JBSWY3DP")


def test_a_key_that_was_changed_still_opens(officer: User, secret: str, settings: Any) -> None:
    before = codes(officer)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = NEW, [OLD]
    assert opens(officer, secret)
    assert codes(officer) == before


def test_after_sealing_anew_the_old_key_is_not_needed(officer: User, secret: str, settings: Any) -> None:
    before = codes(officer)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = NEW, [OLD]
    assert seal_again() == "2 sealed\n"
    settings.SECRET_KEY_FALLBACKS = []
    assert opens(officer, secret)
    assert codes(officer) == before


def test_what_was_stored_before_opens_and_is_sealed_by_the_command(officer: User, secret: str) -> None:
    Authenticator.objects.filter(type="totp").update(data={"secret": secret})
    Authenticator.objects.filter(type="recovery_codes").update(data={"seed": "ab" * 40, "used_mask": 1})
    assert opens(officer, secret)
    before = codes(officer)
    seal_again()
    assert secret not in stored()["totp"] and "ab" * 40 not in stored()["recovery_codes"]
    assert unseal(Authenticator.objects.get(type="totp").data["secret"]) == secret  # a code opens only once
    assert codes(officer) == before and len(before) == 9


def test_codes_taken_over_from_elsewhere_are_sealed_one_by_one(officer: User) -> None:
    RecoveryCodes.activate(officer)
    Authenticator.objects.update(data={"migrated_codes": ["11111111", "22222222"]})
    seal_again()
    assert "11111111" not in stored()["recovery_codes"]
    assert codes(officer) == ["11111111", "22222222"]


def test_without_the_key_nothing_opens(officer: User, secret: str, settings: Any) -> None:
    settings.SECRET_KEY = NEW
    with pytest.raises(KeyLost):
        opens(officer, secret)
    with pytest.raises(CommandError, match=str(officer.pk)):
        seal_again()


@pytest.mark.parametrize("broken", [SEALED, SEALED + "x", SEALED + "gAAAAA=="])
def test_a_damaged_seal_is_an_error_and_no_empty_seed(broken: str) -> None:
    with pytest.raises(KeyLost):
        unseal(broken)
