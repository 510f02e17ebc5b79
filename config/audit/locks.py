"""What requirements/*.txt lock: name and version of every package."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT: Final = Path(__file__).resolve().parents[2]
LINE: Final = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^]]*\])?==(\S+)", re.M)


def locked(files: Iterable[Path]) -> dict[str, set[Version]]:
    """Package -> versions; files may differ."""
    found: dict[str, set[Version]] = {}
    for file in files:
        for name, version in LINE.findall(file.read_text(encoding="utf-8")):
            found.setdefault(canonicalize_name(name), set()).add(Version(version))
    return found


def lock_files() -> list[Path]:
    return sorted((ROOT / "requirements").glob("*.txt"))
