"""The documents say what the code does: recipes load, the example is computed, the document's keys are listed."""

from __future__ import annotations

import json
import re
import shutil
import textwrap
from collections.abc import Iterator
from datetime import date
from functools import cache
from importlib import import_module
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import call_command
from pydantic import TypeAdapter

import clusters.content
import diagnosis.content
import recommendations.content
from clusters.content import get_cases, get_places
from clusters.domain.places import load_places
from diagnosis.content import get_questionnaire
from diagnosis.domain.answers import Answers
from diagnosis.domain.answers_file import read_answers
from diagnosis.domain.questionnaire import load_questionnaire
from diagnosis.domain.wording import Wording
from diagnosis.wording import get_wording
from recommendations.content import get_catalogue, get_first_programmes
from recommendations.documents import library_with
from recommendations.domain.catalogue import load_catalogue
from recommendations.domain.conditions import Condition, faults
from recommendations.domain.policy import load_programmes
from recommendations.domain.report import Wish, advise, build_document

ROOT = Path(__file__).resolve().parents[1]
EXAMPLE = ROOT / "examples" / "single_point_workshop.json"
DAY = date(2026, 11, 24)


def read(name: str) -> str:
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


def table_under(text: str, heading: str) -> list[list[str]]:
    """Cells of the table rows below a heading, without the head of the table."""
    chapter = f"\n{text}".split(f"\n{heading}\n", 1)[1].split("\n## ")[0]
    rows = [line.strip("|").split(" | ") for line in chapter.splitlines() if line.startswith("| `")]
    return [[cell.strip() for cell in row] for row in rows]


def ticked(text: str) -> list[str]:
    """What stands in backticks, outside of blocks of code."""
    return re.findall(r"`([^`]+)`", re.sub(r"```.*?```", "", text, flags=re.S))


@pytest.mark.parametrize("path", sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("*/README.md")]))
def test_links_lead_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)", path.read_text(encoding="utf-8")):
        assert target.startswith("http") or (path.parent / target).exists(), target


def test_readme_is_short_and_every_decision_is_listed() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) < 100
    listed = set(re.findall(r"\]\((\d{4}[^)]+)\)", read("adr/README.md")))
    assert listed == {path.name for path in (ROOT / "docs" / "adr").glob("0*.md")}


def test_make_targets_named_exist() -> None:
    rules = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M))
    for path in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "tests" / "README.md"):
        named = set(re.findall(r"(?:^|`)make (\w+)", path.read_text(encoding="utf-8"), re.M))
        assert named <= rules, path


# docs/content.md: the recipes ---------------------------------------------------------------------------

RECIPES = dict(re.findall(r"<!-- loads: (\w+) -->\n```yaml\n(.*?)```", read("content.md"), re.S))


def indented(text: str) -> str:
    return textwrap.indent(text, "  ")


def recipe(kind: str) -> Any:
    data = yaml.load(RECIPES[kind], Loader=yaml.BaseLoader)
    return data[0] if isinstance(data, list) else data


def test_every_snippet_is_tried() -> None:
    assert set(RECIPES) == {"question", "page", "measure", "condition", "retired", "programme", "wording", "subsector"}
    assert read("content.md").count("```yaml") == len(RECIPES)


def copied(folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(folder, tmp_path / "content"))


def test_question_and_page_load(tmp_path: Path) -> None:
    folder = copied(diagnosis.content.FOLDER, tmp_path)
    (folder / "questions" / "more.yaml").write_text("questions:\n" + indented(RECIPES["question"]), encoding="utf-8")
    with (folder / "questionnaire.yaml").open("a", encoding="utf-8") as pages:
        pages.write(indented(RECIPES["page"]))
    loaded = load_questionnaire(folder)
    assert list(loaded.questions) == [*get_questionnaire().questions, recipe("question")["id"]]
    assert loaded.pages[-1].id == recipe("page")["id"]


@pytest.mark.parametrize("retired", [False, True])
def test_measure_loads(tmp_path: Path, retired: bool) -> None:
    folder = copied(recommendations.content.FOLDER, tmp_path)
    text = RECIPES["measure"] + (textwrap.indent(RECIPES["retired"], "  ") if retired else "")
    (folder / "measures" / "more.yaml").write_text("measures:\n" + indented(text), encoding="utf-8")
    catalogue = load_catalogue(folder, get_questionnaire(), cases={case.id for case in get_cases()})
    added = catalogue.measures[recipe("measure")["id"]]
    assert (added in catalogue.active) == (not retired)
    assert len(catalogue.measures) == len(get_catalogue().measures) + 1


def test_condition_loads() -> None:
    condition: Any = TypeAdapter(Condition).validate_python(recipe("condition"))
    assert list(faults(condition, get_questionnaire())) == []


def test_programme_loads(tmp_path: Path) -> None:
    path = tmp_path / "policies.yaml"
    path.write_text("policies:\n" + indented(RECIPES["programme"]), encoding="utf-8")
    [programme] = load_programmes(path, get_questionnaire())
    assert programme.id == recipe("programme")["id"]


def test_wording_loads() -> None:
    texts = Wording.model_validate(recipe("wording")).texts
    assert texts.keys() <= get_wording().texts.keys()


def test_subsector_loads(tmp_path: Path) -> None:
    folder = copied(clusters.content.FOLDER, tmp_path)
    file = folder / "clusters.yaml"
    before, first, after = file.read_text(encoding="utf-8").partition("    subsectors:\n")
    file.write_text(before + first + textwrap.indent(RECIPES["subsector"], " " * 6) + after, encoding="utf-8")
    assert load_places(folder).cluster_of_subsector[recipe("subsector")["id"]] == get_places().clusters[0].id


FILE_NAME = re.compile(r"[\w.*/]+/[\w.*]*")


@pytest.mark.parametrize("path", sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("*/README.md")]))
def test_files_named_exist(path: Path) -> None:
    """Every file of ours that a document names is there; the changelog tells of the past."""
    first_parts = {one.name for one in ROOT.iterdir()}
    names = {name for name in ticked(path.read_text(encoding="utf-8")) if FILE_NAME.fullmatch(name)}
    missing = [name for name in names if name.split("/")[0] in first_parts and not list(ROOT.glob(name.rstrip("/")))]
    assert not missing


CONSTANT = re.compile(r"([a-z_]+(?:\.[a-z_]+)+)\.([A-Z_]+)")


def test_thresholds_are_where_the_table_says() -> None:
    named = [match.groups() for name in ticked(read("content.md")) if (match := CONSTANT.fullmatch(name))]
    assert len(named) > 5
    for module, constant in named:
        assert hasattr(import_module(module), constant), (module, constant)


# docs/scoring.md: the example ---------------------------------------------------------------------------


def pick(data: Any, path: str) -> Any:
    for part in path.split("."):
        data = data[int(part)] if isinstance(data, list) else data[part]
    return data


@cache
def example_output() -> Any:
    out = StringIO()
    call_command("diagnose", str(EXAMPLE), stdout=out, stderr=StringIO())
    return json.loads(out.getvalue())


@pytest.mark.parametrize("row", table_under(read("scoring.md"), "## One example"), ids=lambda row: row[0])
def test_worked_example_is_computed(row: list[str]) -> None:
    [path], [value] = ticked(row[0]), ticked(row[1])
    assert pick(example_output(), path) == json.loads(value)


# docs/document.md: the keys -----------------------------------------------------------------------------


@cache
def document() -> dict[str, Any]:
    """A document with something in every part."""
    answers = read_answers(EXAMPLE.read_bytes(), get_questionnaire(), get_places().cluster_of_subsector)
    strange = answers.replace(product_design=3, equipment_networked=4, production_control="unknown", quality="unknown")
    open_answers = Answers({**strange, "marketing": "unknown", "purchasing": "unknown", "warehousing": "unknown"})
    for link in get_questionnaire().group("links"):
        open_answers = open_answers.replace(**{link.id: "unknown"})
    library = library_with(get_first_programmes())
    advice = advise(library, open_answers.replace(management_view="unknown"), today=DAY, wish=Wish(budget=20_000))
    return build_document(library, advice, reference="LOCAL", submitted_on=DAY, revision=1)


def members(data: Any, path: str) -> Iterator[Any]:
    """Every part of the document at a path such as `needs[].measures[]`."""
    found = [data]
    for part in path.split("."):
        found = [inner for one in found for inner in [one[part.removesuffix("[]")]] if inner is not None]
        if part.endswith("[]"):
            found = [member for one in found for member in one]
    return iter(found)


def test_top_level_keys_are_listed_in_order() -> None:
    assert [ticked(row[0])[0] for row in table_under(read("document.md"), "## Top level")] == list(document())


@pytest.mark.parametrize("row", table_under(read("document.md"), "## Inside"), ids=lambda row: row[0])
def test_keys_of_parts_are_listed(row: list[str]) -> None:
    [path] = ticked(row[0])
    found = list(members(document(), path))
    assert found, path
    for member in found:
        assert set(member) == set(ticked(row[1]))


def test_every_part_is_listed() -> None:
    """No part with keys of its own is left out of the table."""
    listed = {ticked(row[0])[0] for row in table_under(read("document.md"), "## Inside")}
    named = ({"id", "name"}, {"answer", "name", "ask"}, {"answer", "name", "text"}, {"zh", "en"})

    def unlisted(part: Any, path: str) -> Iterator[str]:
        if isinstance(part, list):
            for member in part:
                yield from unlisted(member, f"{path}[]")
        if isinstance(part, dict) and set(part) not in named and path.split(".")[-1] != "evidence":
            if path and path not in listed:
                yield path
            for key, inner in part.items():
                yield from unlisted(inner, f"{path}.{key}".lstrip("."))

    assert set(unlisted(document(), "")) == {"signature"}
