"""The strict loader of the questionnaire: what it reads, and every slip refused with file and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from clusters.domain.content_file import ContentError
from diagnosis.content import FOLDER, get_questionnaire
from diagnosis.domain.questionnaire import Questionnaire, load_questionnaire

PAGES = """\
version: "test"
pages:
  - id: first
    title: {zh: 一, en: One}
    intro: {zh: 一, en: One}
    quick: "yes"
    minutes: "1.5"
    questions: [cluster, quality]
  - id: second
    title: {zh: 二, en: Two}
    intro: {zh: 二, en: Two}
    quick: "no"
    minutes: "1"
    questions: [staff]
"""
QUESTIONS = """\
questions:
  - id: cluster
    group: profile
    kind: choice
    name: {zh: 集群, en: Cluster}
    ask: {zh: 哪个, en: Which}
    options:
      - {id: crafts, label: {zh: 工艺, en: Crafts}}
      - {id: "no", label: {zh: 无, en: None}}
  - id: quality
    group: scenes
    domain: production
    kind: scale
    name: {zh: 质量, en: Quality}
    ask: {zh: 怎样, en: How}
    options:
      - {label: {zh: 低, en: Low}}
      - {label: {zh: 高, en: High}, points: "1.5"}
    examples:
      crafts: {zh: 例, en: Example}
"""
MORE = """\
questions:
  - id: staff
    group: profile
    kind: number
    name: {zh: 人, en: Staff}
    ask: {zh: 几人, en: How many}
    minimum: "1"
    maximum: "10"
    integer: "yes"
    unit: {zh: 人, en: people}
"""


def write(folder: Path, pages: str = PAGES, questions: str = QUESTIONS, more: str = MORE) -> Path:
    (folder / "questions").mkdir()
    (folder / "questionnaire.yaml").write_text(pages, encoding="utf-8")
    (folder / "questions" / "a.yaml").write_text(questions, encoding="utf-8")
    (folder / "questions" / "b.yaml").write_text(more, encoding="utf-8")
    return folder


def refusal(folder: Path) -> str:
    with pytest.raises(ContentError) as caught:
        load_questionnaire(folder)
    return str(caught.value).removeprefix(f"{folder}/")


def test_what_is_read(tmp_path: Path) -> None:
    questionnaire = load_questionnaire(write(tmp_path))
    assert questionnaire.version == "test"
    assert list(questionnaire.questions) == ["cluster", "quality", "staff"]
    assert (questionnaire.pages[0].quick, questionnaire.pages[1].quick) == (True, False)
    assert questionnaire.pages[0].minutes == 1.5
    quality, staff = questionnaire.questions["quality"], questionnaire.questions["staff"]
    assert [option.id for option in quality.options] == ["0", "1"]
    assert (quality.top, quality.options[1].points, quality.core) == (1, 1.5, False)
    assert (staff.minimum, staff.maximum, staff.integer) == (1.0, 10.0, True)
    assert list(questionnaire.questions["cluster"].options_by_id) == ["crafts", "no"]
    assert questionnaire.page_of["staff"].id == "second"


# What is replaced in a file, by what, and the refusal: file:line: where it is in the file: what is wrong.
SLIPS = {
    "duplicate key": (
        "questions", "    kind: scale", "    kind: scale\n    kind: scale",
        "questions/a.yaml:14: duplicate key 'kind'",
    ),
    "unknown key": (
        "questions", "    domain: production", "    domain: production\n    colour: red",
        "questions/a.yaml:13: questions.1.colour: Extra inputs are not permitted",
    ),
    "missing translation": (
        "questions", "ask: {zh: 怎样, en: How}", "ask: {zh: 怎样}",
        "questions/a.yaml:15: questions.1.ask.en: Field required",
    ),
    "empty translation": (
        "questions", "en: How}", 'en: " "}',
        "questions/a.yaml:15: questions.1.ask.en: String should have at least 1 character",
    ),
    "third language": (
        "questions", "en: How}", "en: How, fr: Comment}",
        "questions/a.yaml:15: questions.1.ask.fr: Extra inputs are not permitted",
    ),
    "unknown kind": (
        "questions", "kind: scale", "kind: slider",
        "questions/a.yaml:13: questions.1.kind: Input should be 'scale', ",
    ),
    "unknown group": (
        "questions", "group: scenes", "group: szenes",
        "questions/a.yaml:11: questions.1.group: Input should be ",
    ),
    "unknown domain": (
        "questions", "domain: production", "domain: making",
        "questions/a.yaml:12: questions.1.domain: Input should be ",
    ),
    "scene without domain": (
        "questions", "    domain: production\n", "",
        "questions/a.yaml:10: questions.1: Value error, scenes, and only scenes, name their domain",
    ),
    "link without ends": (
        "questions", "group: scenes\n    domain: production", "group: links",
        "questions/a.yaml:10: questions.1: Value error, links, and only links, name their two ends",
    ),
    "one option only": (
        "questions", '      - {id: "no", label: {zh: 无, en: None}}\n', "",
        "questions/a.yaml:2: questions.0: Value error, needs at least two options with different ids",
    ),
    "option twice": (
        "questions", 'id: "no"', "id: crafts",
        "questions/a.yaml:2: questions.0: Value error, needs at least two options with different ids",
    ),
    "option without id": (
        "questions", 'id: "no", ', "",
        "questions/a.yaml:2: questions.0: Value error, needs at least two options with different ids",
    ),
    "scale with ids of its own": (
        "questions", "- {label: {zh: 低", "- {id: low, label: {zh: 低",
        "questions/a.yaml:10: questions.1: Value error, the options of a scale are numbered by their position",
    ),
    "options in a wrong form": (
        "questions", "      - {label: {zh: 低, en: Low}}", "      - low",
        "questions/a.yaml:17: questions.1.options.0: Input should be a valid dictionary",
    ),
    "options that are no list": (
        "questions",
        '    options:\n      - {label: {zh: 低, en: Low}}\n      - {label: {zh: 高, en: High}, points: "1.5"}',
        "    options: low",
        "questions/a.yaml:16: questions.1.options: Input should be a valid tuple",
    ),
    "points that are no number": (
        "questions", 'points: "1.5"', "points: many",
        "questions/a.yaml:18: questions.1.options.1.points: Input should be a valid number",
    ),
    "points without end": (
        "questions", 'points: "1.5"', "points: inf",
        "questions/a.yaml:18: questions.1.options.1.points: Input should be a finite number",
    ),
    "example of no cluster": (
        "questions", "crafts: {zh: 例", "krafts: {zh: 例",
        "questions/a.yaml:20: questions.1.examples.krafts: there is no cluster 'krafts'",
    ),
    "number without unit": (
        "more", "    unit: {zh: 人, en: people}\n", "",
        "questions/b.yaml:2: questions.0: Value error, a number needs minimum, maximum and unit",
    ),
    "number upside down": (
        "more", 'minimum: "1"', 'minimum: "11"',
        "questions/b.yaml:2: questions.0: Value error, the minimum is above the maximum",
    ),
    "text without length": (
        "more", "kind: number", "kind: text",
        "questions/b.yaml:2: questions.0: Value error, a text needs max_length",
    ),
    "list without number": (
        "more", "kind: number", 'kind: text_list\n    max_length: "5"',
        "questions/b.yaml:2: questions.0: Value error, a list of texts needs max_items",
    ),
    "question in two files": (
        "more", "id: staff", "id: quality",
        "questions/b.yaml:2: questions.0.id: 'quality' is used twice",
    ),
    "dangling reference": (
        "pages", "questions: [staff]", "questions: [staff, stuff]",
        "questionnaire.yaml:14: pages.1.questions.1: there is no question 'stuff'",
    ),
    "twice on pages": (
        "pages", "questions: [staff]", "questions: [staff, quality]",
        "questionnaire.yaml:14: pages.1.questions.1: 'quality' is asked twice",
    ),
    "on no page": (
        "pages", "questions: [cluster, quality]", "questions: [cluster]",
        "questionnaire.yaml:3: pages: question 'quality' is on no page",
    ),
    "two pages with one id": (
        "pages", "id: second", "id: first",
        "questionnaire.yaml:9: pages.1.id: 'first' is used twice",
    ),
    "quick is no yes or no": (
        "pages", 'quick: "no"', "quick: perhaps",
        "questionnaire.yaml:12: pages.1.quick: Input should be a valid boolean",
    ),
    "retired question": (
        "pages",
        'version: "test"',
        'version: "test"\nretired: [staff]',
        "questions/b.yaml:2: questions.0.id: 'staff' is retired and cannot be used again",
    ),
    "no version": ("pages", 'version: "test"\n', "", "questionnaire.yaml:1: version: Field required"),
    "not YAML": ("pages", "pages:", "pages: [", "questionnaire.yaml:"),
}
FILES = {"pages": PAGES, "questions": QUESTIONS, "more": MORE}


@pytest.mark.parametrize("slip", SLIPS)
def test_slips_are_refused_with_file_and_line(tmp_path: Path, slip: str) -> None:
    file, old, new, line = SLIPS[slip]
    assert FILES[file].count(old) == 1
    changed = {**FILES, file: FILES[file].replace(old, new)}
    assert refusal(write(tmp_path, **changed)).startswith(line)


def test_missing_and_empty_files(tmp_path: Path) -> None:
    assert refusal(tmp_path) == "questionnaire.yaml:1: cannot be read: No such file or directory"
    (tmp_path / "questionnaire.yaml").write_text("# nothing\n")
    assert refusal(tmp_path) == "questionnaire.yaml:1: the file is empty"


def test_nothing_can_be_changed(tmp_path: Path) -> None:
    question = load_questionnaire(write(tmp_path)).questions["quality"]
    with pytest.raises(ValueError, match="frozen"):
        question.core = True  # type: ignore[misc]


# The real content -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def real() -> Questionnaire:
    return get_questionnaire()


def test_real_content_loads_the_same_twice(real: Questionnaire) -> None:
    assert load_questionnaire(FOLDER) == real


def test_quick_check_is_that_of_the_methodology(real: Questionnaire) -> None:
    asked = [id for page in real.pages if page.quick for id in page.questions]
    links = [question.id for question in real.group("links")]
    core = [question.id for question in real.group("scenes") if question.core]
    facts = ["cluster", "employees", "revenue", "equipment_digitised", "equipment_networked", "management_view"]
    assert sorted(asked) == sorted([*facts, *core, *links])
    assert sum(page.minutes for page in real.pages if page.quick) <= 5
    quick = [page.quick for page in real.pages]
    assert quick == sorted(quick, reverse=True)


def test_every_group_is_asked(real: Questionnaire) -> None:
    counts = {group: len(real.group(group)) for group in ("scenes", "links", "view", "innovation", "results")}
    assert counts == {"scenes": 16, "links": 6, "view": 1, "innovation": 8, "results": 8}
