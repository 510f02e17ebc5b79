"""Records of the Open Source Vulnerability format (OSV), one JSON file each, in a folder or a ZIP, against versions.

A record says which versions it means by a list, or by ranges of events ("introduced", "fixed", "last_affected"). A
record that cannot be read is told, never passed over.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

MOST_BYTES: Final = 5_000_000  # of one record
Locked = Mapping[str, set[Version]]


class Unreadable(Exception):
    """Not a record, or not one that can be compared."""


@dataclass(frozen=True, order=True)
class Finding:
    package: str
    version: str
    id: str
    summary: str

    def __str__(self) -> str:
        return f"{self.package} {self.version}: {self.id} {self.summary}".rstrip()


def records(source: Path) -> Iterator[tuple[str, Any]]:
    """Name and content of each record. Raises Unreadable."""
    if source.is_dir():
        for file in sorted(source.rglob("*.json")):
            yield file.name, _parsed(file.name, file.read_bytes())
        return
    try:
        with zipfile.ZipFile(source) as pack:
            for info in pack.infolist():
                if info.filename.endswith(".json"):
                    with pack.open(info) as part:
                        yield info.filename, _parsed(info.filename, part.read(MOST_BYTES + 1))
    except (OSError, zipfile.BadZipFile) as error:
        raise Unreadable(f"{source}: {error}") from error


def _parsed(name: str, content: bytes) -> Any:
    if len(content) > MOST_BYTES:
        raise Unreadable(f"{name}: larger than {MOST_BYTES} bytes")
    try:
        record = json.loads(content)
    except ValueError as error:
        raise Unreadable(f"{name}: {error}") from error
    if not isinstance(record, dict) or not isinstance(record.get("id"), str):
        raise Unreadable(f"{name}: no record, it has no id")
    return record


def findings(record: Mapping[str, Any], locked: Locked) -> Iterator[Finding]:
    """What of the locked versions the record means. One that was withdrawn means none."""
    if record.get("withdrawn"):
        return
    ids = ", ".join([record["id"], *record.get("aliases", ())])
    for affected in record.get("affected", ()):
        package = affected.get("package", {})
        if package.get("ecosystem") != "PyPI":
            continue
        name = canonicalize_name(package.get("name", ""))
        for version in sorted(locked.get(name, ())):
            if _means(affected, version, record["id"]):
                yield Finding(name, str(version), ids, str(record.get("summary", "")))


def _means(affected: Mapping[str, Any], version: Version, id: str) -> bool:
    try:
        listed = any(_same(one, version) for one in affected.get("versions", ()))
        ranges = [one["events"] for one in affected.get("ranges", ()) if one.get("type") != "GIT"]
        return listed or any(_in_range(events, version) for events in ranges)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Unreadable(f"{id}: {error!r}") from error


def _same(listed: str, version: Version) -> bool:
    """Very old releases have numbers nobody can compare; they are not what is locked."""
    try:
        return Version(listed) == version
    except InvalidVersion:
        return listed == str(version)


def _in_range(events: list[dict[str, str]], version: Version) -> bool:
    """Events in the order of their versions; at the same version a beginning comes last."""
    inside = False
    for at, kind in sorted((_at(event) for event in events), key=lambda one: (one[0], one[1] == "introduced")):
        if kind == "introduced" and version >= at:
            inside = True
        elif (kind == "fixed" and version >= at) or (kind == "last_affected" and version > at):
            inside = False
    return inside


def _at(event: dict[str, str]) -> tuple[Version, str]:
    ((kind, at),) = event.items()  # one event, one entry
    return Version("0.dev0" if (kind, at) == ("introduced", "0") else at), kind
