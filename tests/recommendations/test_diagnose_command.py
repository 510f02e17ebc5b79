"""`manage.py diagnose` on one answers file: output, both languages, files (refusals: test_diagnose_refusals.py)."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from clusters.content import get_places
from diagnosis.content import get_questionnaire
from diagnosis.domain.answers import Answers
from diagnosis.domain.answers_file import parse_answers
from diagnosis.domain.chain import DOMAINS, SCENES
from diagnosis.domain.needs import CONTRIBUTORS
from diagnosis.domain.verdict import judge
from recommendations.domain.goal import goal_of
from recommendations.management.commands.diagnose import LANGS, NO_NAME, target_faults
from tests.recommendations.diagnose_call import EXAMPLES, ROOT, WORKSHOP, diagnose, write_answers

EXPECTED = {
    "platform_leader": ("full_process", 2),
    "digital_twin_plant": ("full_process", 1),
    "stone_cloud_warehouse": ("full_process", 1),
    "single_point_workshop": ("single_point", 11),
}
SMALL = {"profile": {}, "answers": {"production_control": 2}}

KEYS = {
    "content_version", "size_class", "type", "settled", "possible_types", "find_out", "domains", "distance",
    "distance_best", "steps", "margin", "stage", "dimensions", "needs", "flags", "official_sheet", "measures",
    "roadmap", "policies",
}
DIMENSIONS = {"technological_integration", "model_innovation", "economic_performance"}
# A plant with ERP, MES and LIMS that do not talk to each other: the trap case of methodology section 0.
TRAP = {
    "profile": {"cluster": "food_beverages", "employees": 420, "revenue": 26000},
    "answers": {
        **dict.fromkeys(SCENES, 2), "quality": 3,
        **dict.fromkeys(("link_design_production", "link_design_supply", "link_design_marketing"), 1),
        **dict.fromkeys(("link_production_supply", "link_production_marketing", "link_supply_marketing"), 1),
        "management_view": 1, "equipment_digitised": 4, "equipment_networked": 3,
    },
}


def squeezed(pdf: bytes) -> str:
    text = "".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)
    return re.sub(r"[\s\u200b]", "", text)


# What comes out ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", EXPECTED)
def test_examples_give_the_type_of_the_paper(name: str) -> None:
    result = diagnose(EXAMPLES / f"{name}.json").result
    assert (result["type"], result["margin"], result["settled"]) == (*EXPECTED[name], True)
    assert (result["distance"] == 0) == (result["type"] == "full_process")
    assert result["flags"] == []


def test_every_example_is_tested() -> None:
    assert {path.stem for path in EXAMPLES.glob("*.json")} == set(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_readme_says_of_every_answer_where_it_comes_from(name: str) -> None:
    data = json.loads((EXAMPLES / f"{name}.json").read_text(encoding="utf-8"))
    given = {*data["profile"], *data["answers"]}
    assert given == set(get_questionnaire().questions)
    chapter = (EXAMPLES / "README.md").read_text(encoding="utf-8").split(f"## {name}.json")[1].split("\n## ")[0]
    table, assumed = chapter.split("\nAssumed:")
    supported = {id for row in re.findall(r"^\| (`.*?) \|", table, re.M) for id in re.findall(r"`(\w+)`", row)}
    named = set(re.findall(r"`(\w+)`", assumed))
    assert supported | named == given
    assert not supported & named


def test_stone_example_is_open_where_the_paper_is_silent() -> None:
    """Purchasing and marketing are assumed; without them the verdict is open and asks for them."""
    data = json.loads((EXAMPLES / "stone_cloud_warehouse.json").read_text(encoding="utf-8"))
    silent = (
        "purchasing", "marketing", "link_supply_marketing", "link_design_marketing", "link_production_marketing"
    )
    verdict = judge(Answers({**data["answers"], **dict.fromkeys(silent, "unknown")}))
    assert verdict.possible_types == ("single_point", "full_process")
    assert set(verdict.find_out) == set(silent)


def test_trap_case_is_single_point(tmp_path: Path) -> None:
    result = diagnose(write_answers(tmp_path, TRAP)).result
    assert result["type"] == "single_point"
    assert [step["answer"][:5] for step in result["steps"]] == ["link_"] * 3 + ["manag"]


@pytest.mark.parametrize("name", EXPECTED)
def test_keys_are_those_of_the_methodology(name: str) -> None:
    result = diagnose(EXAMPLES / f"{name}.json").result
    assert set(result) == KEYS
    assert set(result["domains"]) == set(DOMAINS)
    assert set(result["dimensions"]) == DIMENSIONS
    assert set(result["needs"]) == set(CONTRIBUTORS)
    assert all(set(need) == {"score", "because"} for need in result["needs"].values())
    assert all(set(step) == {"answer", "from", "to"} for step in result["steps"])
    assert all(set(flag) == {"id", "answers"} for flag in result["flags"])
    assert set(result["official_sheet"]) == {"foundation", "management", "results", "total", "items", "scenes"}
    assert all(set(one) == {"id", "pathway", "because"} for one in result["measures"])
    assert set(result["roadmap"]) == {"target", "reached", "quarters", "total_cost", "optimal", "missing"}
    assert all(set(one) == {"quarter", "measures", "cost", "type", "distance"} for one in result["roadmap"]["quarters"])
    assert all(set(one) == {"id", "verdict", "reasons", "amount"} for one in result["policies"])
    assert result["roadmap"]["optimal"] is True


@pytest.mark.parametrize("name", EXPECTED)
def test_verdict_is_that_of_the_rules(name: str) -> None:
    result = diagnose(EXAMPLES / f"{name}.json").result
    data = json.loads((EXAMPLES / f"{name}.json").read_text(encoding="utf-8"))
    verdict = judge(parse_answers(data, get_questionnaire(), get_places().cluster_of_subsector))
    assert result["type"] == verdict.type
    assert result["distance"] == verdict.distance
    assert result["margin"] == verdict.margin
    assert result["domains"] == dict(verdict.domains)
    assert [step["answer"] for step in result["steps"]] == [step.answer for step in verdict.steps]


def test_nothing_answered_is_all_unknown(tmp_path: Path) -> None:
    result = diagnose(write_answers(tmp_path, {})).result
    assert (result["type"], result["settled"]) == ("not_started", False)
    assert result["possible_types"] == ["not_started", "full_process"]
    assert set(result["domains"].values()) == {None}
    assert result["size_class"] is None


def test_unknown_and_left_out_are_the_same(tmp_path: Path) -> None:
    left_out = diagnose(write_answers(tmp_path, SMALL)).out
    unknown = dict.fromkeys(("marketing", "network", "b_fit", "pass_rate", "wishes"), "unknown")
    profile = dict.fromkeys(("revenue", "company_name", "uscc", "cluster"), "unknown")
    data = {"profile": profile, "answers": {**SMALL["answers"], **unknown}}
    assert diagnose(write_answers(tmp_path, data)).out == left_out


def test_same_bytes_twice_whatever_language_and_order(tmp_path: Path) -> None:
    first = diagnose(WORKSHOP, lang="zh-hans", pdf=tmp_path / "a.pdf")
    again = diagnose(WORKSHOP, lang="zh-hans", pdf=tmp_path / "b.pdf")
    assert first.out == again.out
    assert (tmp_path / "a.pdf").read_bytes() == (tmp_path / "b.pdf").read_bytes()
    assert diagnose(WORKSHOP, lang="en").out == first.out
    data = json.loads(WORKSHOP.read_text(encoding="utf-8"))
    turned = {section: dict(reversed(part.items())) for section, part in reversed(data.items())}
    assert diagnose(write_answers(tmp_path, turned)).out == first.out


# Languages, files and streams ------------------------------------------------------------------------


@pytest.mark.parametrize(("lang", "type_name"), [("zh-hans", "单点式转型"), ("en", "Single-point")])
def test_hints_go_to_standard_error(lang: str, type_name: str) -> None:
    call = diagnose(WORKSHOP, lang=lang)
    assert call.lines[0].startswith(type_name)
    assert len(call.lines) == 1
    assert call.result["type"] == "single_point"


def test_open_verdict_names_what_to_find_out(tmp_path: Path) -> None:
    call = diagnose(write_answers(tmp_path, SMALL), lang="en")
    assert call.lines[0].startswith("Single-point / Full-process")
    assert call.lines[1] == "Find out: " + ", ".join(call.result["find_out"])


@pytest.mark.parametrize("lang", ["zh-hans", "en"])
def test_pdf_is_the_report_of_the_firm(tmp_path: Path, lang: str) -> None:
    call = diagnose(WORKSHOP, lang=lang, pdf=tmp_path / "out.pdf", json=tmp_path / "out.json")
    assert call.out == ""
    assert json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))["type"] == "single_point"
    text = squeezed((tmp_path / "out.pdf").read_bytes())
    assert "示例丁：针车代工小厂（虚构）" in text
    assert "LOCAL" in text
    assert {path.name for path in tmp_path.iterdir()} == {"out.json", "out.pdf"}
    written = [Path(line.rsplit(" ", 1)[1]).name for line in call.lines[1:]]
    assert written == ["out.json", "out.pdf"]


@pytest.mark.parametrize("lang", LANGS)
def test_pdf_without_a_name_says_so(tmp_path: Path, lang: str) -> None:
    assert diagnose(write_answers(tmp_path, SMALL), lang=lang, pdf=tmp_path / "out.pdf").code == 0
    text = squeezed((tmp_path / "out.pdf").read_bytes())
    assert NO_NAME[LANGS[lang]].replace(" ", "") in text
    assert "{company}" not in text


def test_devices_are_written_to_and_kept() -> None:
    assert diagnose(WORKSHOP, json="/dev/null", lang="en").code == 0
    assert Path("/dev/null").is_char_device()


def test_existing_files_are_replaced_and_links_kept(tmp_path: Path) -> None:
    (tmp_path / "real.json").write_text("old")
    (tmp_path / "link.json").symlink_to(tmp_path / "real.json")
    assert diagnose(WORKSHOP, json=tmp_path / "link.json").code == 0
    assert (tmp_path / "link.json").is_symlink()
    assert json.loads((tmp_path / "real.json").read_text(encoding="utf-8"))["stage"] == 1


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", TextIOWrapper(BytesIO(WORKSHOP.read_bytes())))
    assert diagnose("-").out == diagnose(WORKSHOP).out


def test_byte_order_mark_is_no_fault(tmp_path: Path) -> None:
    assert diagnose(write_answers(tmp_path, b"\xef\xbb\xbf" + WORKSHOP.read_bytes())).out == diagnose(WORKSHOP).out


# Budget and target ---------------------------------------------------------------------------------


def test_budget_limits_the_roadmap() -> None:
    free = diagnose(WORKSHOP).result["roadmap"]
    tight = diagnose(WORKSHOP, budget=str(free["total_cost"] - 1)).result["roadmap"]
    assert free["reached"] and free["missing"] is None
    assert not tight["reached"] and tight["optimal"]
    assert tight["total_cost"] < free["total_cost"]
    assert tight["missing"]["cost"] == free["total_cost"]
    assert tight["missing"]["distance"] > 0
    nothing = diagnose(WORKSHOP, budget=0).result["roadmap"]
    assert nothing["total_cost"] == 0
    assert diagnose(WORKSHOP, budget=str(10**12)).result["roadmap"] == free


@pytest.mark.parametrize("target", ["full_process", "stage", "quality:3", "production_control:3,warehousing:2"])
def test_targets(target: str) -> None:
    roadmap = diagnose(WORKSHOP, target=target).result["roadmap"]
    assert roadmap["target"] == target
    assert roadmap["reached"]
    assert [one["quarter"] for one in roadmap["quarters"]] == list(range(1, len(roadmap["quarters"]) + 1))
    assert sum(one["cost"] for one in roadmap["quarters"]) == roadmap["total_cost"]


@given(
    target=st.text(max_size=12)
    | st.builds("{}:{}".format, st.sampled_from([*SCENES, "x"]), st.integers(-1, 6) | st.text(max_size=3)),
    designs=st.booleans(),
)
def test_a_target_without_fault_can_be_planned(target: str, designs: bool) -> None:
    answers = Answers({} if designs else {"product_design": "not_applicable"})
    if not list(target_faults(target, answers)):
        goal_of(target, answers)


# As a process of its own, with an empty environment: no database, no server, no language settings ------


def run(*arguments: str, **more: Any) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, str(ROOT / "manage.py"), "diagnose", *arguments]
    return subprocess.run(command, capture_output=True, env=more.pop("env", {}), timeout=120, check=False, **more)


def test_process_without_environment(tmp_path: Path) -> None:
    done = run(str(WORKSHOP), "--lang", "en", "--pdf", str(tmp_path / "out.pdf"))
    assert done.returncode == 0
    assert json.loads(done.stdout)["type"] == "single_point"
    assert (tmp_path / "out.pdf").read_bytes().startswith(b"%PDF")
    assert done.stdout.decode() == diagnose(WORKSHOP).out


def test_process_with_a_database_that_is_not_there() -> None:
    env = {
        "DATABASE_URL": "postgresql://nobody:nothing@127.0.0.1:1/none", "REDIS_URL": "redis://127.0.0.1:1/0",
        "SECRET_KEY": "x" * 60, "ALLOWED_HOSTS": "example.org", "PYTHONIOENCODING": "ascii",
    }
    done = run("-", env=env, input=WORKSHOP.read_bytes(), cwd="/")
    assert done.returncode == 0
    assert json.loads(done.stdout.decode())["type"] == "single_point"
    assert "单点式转型" in done.stderr.decode()


def test_process_with_bad_input_has_no_traceback() -> None:
    content = b'{"answers": {"\\ud800": 1, "quality": 1' + b"0" * 9_000 + b"}}"
    done = run("-", "--target", "fly", "--budget", "-3", input=content)
    assert (done.returncode, done.stdout) == (2, b"")
    lines = done.stderr.decode().splitlines()
    assert [line.split(":")[0] for line in lines] == ["--budget", "answers.\\ud800", "answers.quality", "--target"]


def test_process_whose_reader_goes_away() -> None:
    command = f"{sys.executable} {ROOT / 'manage.py'} diagnose {WORKSHOP} | true"
    done = subprocess.run(["/bin/sh", "-c", command], capture_output=True, env={}, timeout=120, check=False)
    assert b"Traceback" not in done.stderr
    assert b"Exception" not in done.stderr
