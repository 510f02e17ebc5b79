"""Short forms the sample document is written with (see sample_document.py)."""

from __future__ import annotations

from typing import Any


def t(zh: str, en: str) -> dict[str, str]:
    return {"zh": zh, "en": en}


def named(answer: str, zh: str, en: str) -> dict[str, Any]:
    """Reference to an answer by id, with its short name in both languages."""
    return {"answer": answer, "name": t(zh, en)}
