"""Invitation codes: twelve random characters of an alphabet without look-alikes, shown in groups of four.

30 characters, twelve places: 5 * 10^17 codes. Guessing is limited as well (diagnosis/invitation_views.py).
"""

from __future__ import annotations

import secrets
import unicodedata
from typing import Final

from diagnosis.access import REFERENCE_ALPHABET

LENGTH: Final = 12
GROUP: Final = 4


def new_code() -> str:
    return "".join(secrets.choice(REFERENCE_ALPHABET) for _ in range(LENGTH))


def spaced(code: str) -> str:
    """The code as it is shown: 7KQ2 9FDM X4TB."""
    return " ".join(code[start : start + GROUP] for start in range(0, len(code), GROUP))


def read_code(typed: str) -> str | None:
    """The code somebody typed, whatever the case, width, spaces and dashes; None if it cannot be one."""
    plain = "".join(char for char in unicodedata.normalize("NFKC", typed).upper() if char.isalnum())
    return plain if len(plain) == LENGTH and set(plain) <= set(REFERENCE_ALPHABET) else None
