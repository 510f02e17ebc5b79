"""Known weaknesses of the locked packages: `make check` (floors), `make audit` (a service, or records by file).

    python -m config.audit.weaknesses floors           every lock against config/audit/floors.yaml
    python -m config.audit.weaknesses records PATH     OSV records in a folder or ZIP, brought on a stick
    python -m config.audit.weaknesses online PROGRAM   pip-audit, strictly: what it could not look up is not called safe

Ends with 0 when all was checked and nothing found, 1 with findings, 2 when something was not checked.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

import yaml
from packaging.utils import canonicalize_name
from packaging.version import Version

from config.audit import osv
from config.audit.locks import ROOT, lock_files, locked
from config.audit.osv import Finding, Locked

CLEAN, FOUND, NOT_CHECKED = 0, 1, 2
FLOORS: Final = Path(__file__).with_name("floors.yaml")
DEPLOYED: Final = ROOT / "requirements" / "base.txt"


def below_floors(versions: Locked, floors: Iterable[dict[str, Any]]) -> list[Finding]:
    found = []
    for row in floors:
        for version in versions.get(canonicalize_name(row["package"]), ()):
            if version < Version(str(row["floor"])):
                about = f"{row['about']}; safe from {row['floor']} on ({row['read']})"
                found.append(Finding(row["package"], str(version), ", ".join(row["id"]), about))
    return sorted(found)


def by_records(source: Path, versions: Locked) -> tuple[int, list[Finding], list[str]]:
    """How many records were compared, what was found, and what could not be read."""
    compared, found, unread = 0, [], []
    try:
        for _name, record in osv.records(source):
            compared += 1
            try:
                found += list(osv.findings(record, versions))
            except osv.Unreadable as error:
                unread.append(str(error))
    except osv.Unreadable as error:
        unread.append(str(error))
    return compared, sorted(found), unread


def by_service(answer: str, versions: Locked) -> tuple[list[Finding], list[str]]:
    """What pip-audit found, and the packages it knows nothing of: left out, or skipped with a reason."""
    try:
        rows = {canonicalize_name(row["name"]): row for row in json.loads(answer)["dependencies"]}
    except (ValueError, KeyError, TypeError):
        return [], sorted(versions)
    found = [
        Finding(name, row["version"], ", ".join([weak["id"], *weak.get("aliases", ())]), "")
        for name, row in rows.items() for weak in row.get("vulns", ())
    ]
    looked_up = {name for name, row in rows.items() if "skip_reason" not in row and "vulns" in row}
    return sorted(found), sorted(set(versions) - looked_up)


def floors() -> int:
    return _told(below_floors(locked(lock_files()), yaml.safe_load(FLOORS.read_text(encoding="utf-8"))))


def records(source: Path) -> int:
    compared, found, unread = by_records(source, locked(lock_files()))
    print(f"{compared} records compared")
    missing = unread or ([] if compared else [f"{source} holds no record"])
    return _told(found, missing)


def online(program: str) -> int:
    command = [program, "--disable-pip", "--no-deps", "--progress-spinner", "off", "-f", "json", "-r", str(DEPLOYED)]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    except OSError as error:
        return _told([], [f"{program}: {error.strerror}"])
    found, unknown = by_service(answer, locked([DEPLOYED]))
    return _told(found, [f"{len(unknown)} packages: {', '.join(unknown)}"] if unknown else [])


def _told(found: Sequence[Finding], missing: Sequence[str] = ()) -> int:
    for one in found:
        print(f"FOUND {one}")
    for reason in missing:
        print(f"NOT CHECKED {reason}")
    if not found and not missing:
        print("Checked, nothing known.")
    return FOUND if found else NOT_CHECKED if missing else CLEAN


def main(arguments: Sequence[str]) -> int:
    match arguments:
        case ["floors"]:
            return floors()
        case ["records", source]:
            return records(Path(source))
        case ["online", program]:
            return online(program)
    print(__doc__)
    return NOT_CHECKED


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
