"""Seeds of second factors and recovery codes are sealed before they are stored.

Whoever reads the database, or a backup of it, has no codes without SECRET_KEY. The key is derived from it; those of
SECRET_KEY_FALLBACKS still open what was sealed before, and `manage.py seal_factors` seals everything anew with the
present one. What earlier releases stored opens as it is. A seed no key opens is an error, never an empty seed.
"""

from __future__ import annotations

import base64
from typing import Final

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import transaction

SEALED: Final = "sealed:"


class KeyLost(Exception):
    """The secret was sealed with a SECRET_KEY that is neither set nor among the fallbacks."""


def _fernet(secret_key: str) -> Fernet:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"second factors").derive(secret_key.encode())
    return Fernet(base64.urlsafe_b64encode(derived))


def _keys() -> MultiFernet:
    """The first one seals, each of them opens."""
    return MultiFernet([_fernet(key) for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)])


def seal(text: str) -> str:
    return SEALED + _keys().encrypt(text.encode()).decode()


def unseal(stored: str) -> str:
    """Raises KeyLost."""
    if not stored.startswith(SEALED):
        return stored
    try:
        return _keys().decrypt(stored.removeprefix(SEALED).encode()).decode()
    except InvalidToken:
        raise KeyLost from None


class SealedFactors(DefaultMFAAdapter):
    def encrypt(self, text: str) -> str:
        return seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        return unseal(encrypted_text)


@transaction.atomic
def seal_all() -> tuple[int, list[int]]:
    """Seal every stored secret with the present key: how many, and whose no key opens (numbers of accounts)."""
    done, lost = 0, []
    for factor in Authenticator.objects.select_for_update().order_by("pk"):
        try:
            factor.data = {name: _anew(name, value) for name, value in factor.data.items()}
        except KeyLost:
            lost.append(factor.user_id)
            continue
        factor.save(update_fields=["data"])
        done += 1
    return done, lost


def _anew(name: str, value: object) -> object:
    if name == "migrated_codes" and isinstance(value, list):
        return [seal(unseal(str(code))) for code in value]
    return seal(unseal(str(value))) if name in ("secret", "seed") else value
