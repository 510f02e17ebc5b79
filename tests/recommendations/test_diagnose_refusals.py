"""What `manage.py diagnose` refuses: one line a fault, in both languages, status 2, nothing written."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import Any

import pytest

from diagnosis.content import get_questionnaire
from tests.recommendations.diagnose_call import WORKSHOP, diagnose, write_answers

OBJECT = 'use {"profile": {...}, "answers": {...}}'
SCALE = "not a step of this scale; use a whole number from 0 to "
KIND = "not a number of this kind; use a "
PERCENT = "number from -100 to 1000"
PEOPLE = "whole number from 1 to 200000"
TWICE = "written more than once; use every identifier once"
NETWORKS = "allowed: floor_control, application, industrial_5g, full_coverage"
NOT_APPLICABLE = "'not_applicable' is not allowed for this question; use 'unknown' when it is not known"
CODE = (
    "not a valid unified social credit code, check it against the licence; "
    "use 18 characters, the last one is a check character"
)
PAPER = (
    "this sub-sector is not part of the cluster; allowed: tissue_hygiene, paper_paperboard, cartons_boxes, "
    "package_printing, labels_flexible_packaging, books_stationery"
)
NINES = "9" * 5_000


def answer(id: str, value: Any) -> dict[str, Any]:
    return {"answers": {id: value}}


def fact(id: str, value: Any) -> dict[str, Any]:
    return {"profile": {id: value}}


# What is wrong: the content of the file, and the line printed.
BAD_FILES: dict[str, tuple[Any, str]] = {
    "empty file": ("", f"$: not JSON at line 1, column 1; {OBJECT}"),
    "not JSON": ('{"profile": {},\n "answers" {}}', f"$: not JSON at line 2, column 12; {OBJECT}"),
    "not UTF-8": ('{"a": "晋江"}'.encode("gbk"), "$: byte 8 is not UTF-8; save the file as UTF-8"),
    "a list": ("[]", f"$: not a JSON object; {OBJECT}"),
    "a number": ("NaN", f"$: not a JSON object; {OBJECT}"),
    "nested too deeply": ("[" * 100_000, f"$: nested too deeply; {OBJECT}"),
    "too large": (" " * 1_000_001 + "{}", "$: the file is too large; use at most 1 MB"),
    "unknown section": ({"firm": {}}, "firm: no such identifier; allowed: profile, answers"),
    "section is no object": ({"answers": []}, f"answers: not a JSON object; {OBJECT}"),
    "section is null": ({"profile": None}, f"profile: not a JSON object; {OBJECT}"),
    "key twice": ('{"answers": {"quality": 1, "energy": 1, "quality": 9}}', f"answers.quality: {TWICE}"),
    "section twice": ('{"answers": {}, "answers": {}}', f"answers: {TWICE}"),
    "scale above": (answer("quality", 5), f"answers.quality: {SCALE}4"),
    "scale below": (answer("quality", -1), f"answers.quality: {SCALE}4"),
    "scale with a point": (answer("quality", 2.0), f"answers.quality: {SCALE}4"),
    "scale as a text": (answer("quality", "2"), f"answers.quality: {SCALE}4"),
    "scale as a truth value": (answer("quality", True), f"answers.quality: {SCALE}4"),
    "scale is null": (answer("quality", None), f"answers.quality: {SCALE}4"),
    "scale is deep": (f'{{"answers": {{"quality": {"[" * 500}{"]" * 500}}}}}', f"answers.quality: {SCALE}4"),
    "view above": (answer("management_view", 4), f"answers.management_view: {SCALE}3"),
    "planning above": (answer("planning", 6), f"answers.planning: {SCALE}5"),
    "not a number": ('{"answers": {"operating_cost": NaN}}', f"answers.operating_cost: {KIND}{PERCENT}"),
    "infinite": ('{"answers": {"operating_cost": -Infinity}}', f"answers.operating_cost: {KIND}{PERCENT}"),
    "overflow": ('{"answers": {"operating_cost": 1e999}}', f"answers.operating_cost: {KIND}{PERCENT}"),
    "percent above": (answer("operating_cost", 1000.5), f"answers.operating_cost: out of range; use a {PERCENT}"),
    "huge": (f'{{"profile": {{"employees": {NINES}}}}}', f"profile.employees: {KIND}{PEOPLE}"),
    "large": (fact("employees", 10**29), f"profile.employees: out of range; use a {PEOPLE}"),
    "half a person": (fact("employees", 1.5), f"profile.employees: {KIND}{PEOPLE}"),
    "no such option": (answer("network", ["wifi"]), f"answers.network: no such option: wifi; {NETWORKS}"),
    "lone surrogate": (
        '{"answers": {"network": ["\\ud800\\n"]}}', f"answers.network: no such option: \\ud800\\n; {NETWORKS}"
    ),
    "ticks as a text": (answer("network", "application"), f"answers.network: not a list of strings; {NETWORKS}"),
    "no such choice": (
        answer("pass_rate", "best"), "answers.pass_rate: not an option of this question; allowed: worse, same, better"
    ),
    "not applicable": (answer("purchasing", "not_applicable"), f"answers.purchasing: {NOT_APPLICABLE}"),
    "name not applicable": (fact("company_name", "not_applicable"), f"profile.company_name: {NOT_APPLICABLE}"),
    "empty name": (fact("company_name", " \u200b"), "profile.company_name: empty; use 1 to 120 characters"),
    "long name": (fact("company_name", "鞋" * 121), "profile.company_name: too long; use 1 to 120 characters"),
    "wrong check character": (fact("uscc", "913505820000000013"), f"profile.uscc: {CODE}"),
    "too many wishes": (
        answer("wishes", list("abcd")),
        "answers.wishes: too many or too long; use at most 3 texts of up to 200 characters",
    ),
    "other cluster's sub-sector": (
        {"profile": {"cluster": "paper_printing", "subsector": "tea"}}, f"profile.subsector: {PAPER}"
    ),
}


@pytest.mark.parametrize("case", BAD_FILES)
def test_bad_file(tmp_path: Path, case: str) -> None:
    content, line = BAD_FILES[case]
    path = write_answers(tmp_path, content)
    call = diagnose(path, lang="en", json=tmp_path / "out.json", pdf=tmp_path / "out.pdf")
    assert (call.code, call.out, call.lines) == (2, "", [line])
    assert list(tmp_path.iterdir()) == [path]
    chinese = diagnose(path)
    assert chinese.code == 2
    assert len(chinese.lines) == 1
    assert chinese.lines[0].split(": ")[0] == line.split(": ")[0]
    assert re.search(r"[\u4e00-\u9fff].*; .*[\u4e00-\u9fff]", chinese.lines[0])


def test_unknown_identifier_lists_what_is_allowed(tmp_path: Path) -> None:
    call = diagnose(write_answers(tmp_path, {"answers": {"employees": 3, "a\nb" * 99: 1}}), lang="en")
    assert call.code == 2
    first, second = call.lines
    assert first.startswith("answers.employees: no such identifier; allowed: ")
    assert set(first.split("allowed: ")[1].split(", ")) == {
        id for id, question in get_questionnaire().questions.items() if question.group != "profile"
    }
    assert second.startswith("answers.a\\nba\\nb")
    assert len(second.split(":")[0]) < 200


BUDGET = "--budget: the budget is not a whole amount; use a whole number of RMB from 0 to 1000000000000"
TARGETS = "allowed: full_process, stage, or scene:level (such as production_control:3; several joined by commas)"
WANTED = "give the path of an answers file, or - for standard input"
WRITABLE = "name a file that can be written"

BAD_OPTIONS: list[tuple[dict[str, Any], str]] = [
    *(({"budget": bad}, BUDGET) for bad in ("-1", "1.5", "lots", "", "1e5", "３", str(10**12 + 1), NINES)),
    ({"target": "finance:5"}, "--target: no such level: finance:5; use 1 to 4 for finance"),
    ({"target": "finance:0"}, "--target: no such level: finance:0; use 1 to 4 for finance"),
    ({"target": "finance"}, "--target: no such level: finance; use 1 to 4 for finance"),
    (
        {"target": "process_design:2"},
        "--target: process_design does not apply to this firm; name a scene that applies",
    ),
    ({"target": "fly"}, f"--target: no such target: fly; {TARGETS}"),
    ({"target": ""}, f"--target: no such target:; {TARGETS}"),
    ({"target": "management_view:2"}, f"--target: no such target: management_view:2; {TARGETS}"),
    ({"target": "stage,hr:2"}, f"--target: no such target: stage; {TARGETS}"),
    ({"target": "a\n:1"}, f"--target: no such target: a\\n:1; {TARGETS}"),
    ({"json": "/nowhere/out.json"}, f"--json: there is no such folder; {WRITABLE}"),
    ({"pdf": f"{WORKSHOP}/out.pdf"}, f"--pdf: there is no such folder; {WRITABLE}"),
    ({"json": "/"}, f"--json: it is a folder; {WRITABLE}"),
    ({"json": ""}, f"--json: it is a folder; {WRITABLE}"),
    ({"pdf": "-"}, f"--pdf: a PDF is not written to standard output; {WRITABLE}"),
    ({"json": "/dev/full"}, f"--json: the disk is full; {WRITABLE}"),
    ({"json": str(WORKSHOP)}, f"--json: the same file as another one of this call; {WRITABLE}"),
]


@pytest.mark.parametrize(("options", "line"), BAD_OPTIONS)
def test_bad_option(options: dict[str, Any], line: str) -> None:
    before = WORKSHOP.read_bytes()
    call = diagnose(WORKSHOP, lang="en", **options)
    assert (call.code, call.out, call.lines) == (2, "", [line])
    assert WORKSHOP.read_bytes() == before


def test_options_are_refused_in_the_chosen_language() -> None:
    call = diagnose(WORKSHOP, target="process_design:2", lang="zh-hans")
    assert call.lines == ["--target: process_design 对这家企业不适用; 请换一个适用的业务场景"]
    assert diagnose(WORKSHOP, lang="fr").lines == ["--lang: 没有这种语言：fr; 可用：zh-hans、en"]


def test_key_twice_deep_inside(tmp_path: Path) -> None:
    path = write_answers(tmp_path, '{"profile": {}, "answers": {"talent": [{"a": 1, "a": 2}]}}')
    assert diagnose(path, lang="en").lines[0] == f"answers.talent.0.a: {TWICE}"


def test_two_outputs_in_one_file(tmp_path: Path) -> None:
    call = diagnose(WORKSHOP, json=tmp_path / "out", pdf=tmp_path / "x" / ".." / "out", lang="en")
    assert call.code == 2
    assert list(tmp_path.iterdir()) == []


def test_no_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    call = diagnose(WORKSHOP, json=tmp_path / "out.json", lang="en")
    assert call.lines == ["--json: permission denied; name a file that can be written"]


def test_second_file_that_fails_takes_the_first_along(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = Path.write_bytes

    def write(self: Path, data: bytes) -> int:
        if data.startswith(b"%PDF"):
            real(self, data[:10])
            raise OSError(28, "No space left on device")
        return real(self, data)

    monkeypatch.setattr(Path, "write_bytes", write)
    call = diagnose(WORKSHOP, json=tmp_path / "out.json", pdf=tmp_path / "out.pdf", lang="en")
    assert (call.code, call.lines) == (2, ["--pdf: the disk is full; name a file that can be written"])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("file", "reason"),
    [
        ("nowhere.json", "there is no such file or folder"),
        ("/", "it is a folder"),
        (f"{WORKSHOP}/x", "there is no such folder"),
    ],
)
def test_unreadable_file(file: str, reason: str) -> None:
    call = diagnose(file, lang="en")
    assert call.code == 2
    assert call.lines == [f"{file[:80]}{'…' * (len(file) > 80)}: {reason}; {WANTED}"]


def test_endless_file_is_too_large() -> None:
    assert diagnose("/dev/zero", lang="en").lines == ["$: the file is too large; use at most 1 MB"]


def test_closed_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    assert diagnose("-").code == 2


def test_all_faults_at_once(tmp_path: Path) -> None:
    path = write_answers(tmp_path, {"profile": {"employees": 0, "county": "xiamen"}, "answers": {"quality": 9}})
    call = diagnose(path, lang="en", budget="x", target="y", json="/nowhere/z")
    assert [line.split(":")[0] for line in call.lines] == [
        "--json", "--budget", "profile.employees", "profile.county", "answers.quality", "--target"
    ]
