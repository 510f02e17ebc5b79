"""A further language: docs/content.md names every file that has to learn it; following the recipe gives a report."""

from __future__ import annotations

import ast
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from clusters.domain.content_file import Text
from clusters.domain.languages import FIRST, LANGUAGES, TEXT_KEYS, enumerated, in_all, language_of, listed

ROOT = Path(__file__).resolve().parent.parent
APPS = ("clusters", "config", "diagnosis", "recommendations")
KEYS = {language.key for language in LANGUAGES}
OF_ONE_LANGUAGE = re.compile(r"(?:^|_)(?:zh|en)$|^(?:zh-hans|en)\.")  # note_zh, text_en, en.pdf
IN_TYPST = re.compile(r"\bzh\b")

# The table --------------------------------------------------------------------------------------------------


def test_a_text_has_every_language() -> None:
    assert set(Text.model_fields) == KEYS == TEXT_KEYS
    assert list(Text(zh="一", en="one").to_dict()) == [language.key for language in LANGUAGES]


@pytest.mark.parametrize(
    ("code", "key"), [("en", "en"), ("en-gb", "en"), ("zh-hans", "zh"), ("zh-tw", "zh"), ("fr", "zh"), (None, "zh")]
)
def test_language_of_a_code(code: str | None, key: str) -> None:
    assert language_of(code).key == key


def test_the_site_offers_these_languages(settings: Any) -> None:
    assert [code for code, _name in settings.LANGUAGES] == [language.code for language in LANGUAGES]
    assert FIRST.code == settings.LANGUAGE_CODE


def test_rows_of_names_and_phrases() -> None:
    both = [{"zh": "鞋", "en": "shoes"}, in_all("5G")]
    assert enumerated(both) == {"zh": "鞋、5G", "en": "shoes, 5G"}
    assert listed(both) == {"zh": "鞋；5G", "en": "shoes; 5G"}


# The list of places -----------------------------------------------------------------------------------------


def product_files(pattern: str) -> Iterator[Path]:
    listed = subprocess.run(
        ["git", "ls-files", *(f"{app}/{pattern}" for app in APPS)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return (ROOT / name for name in listed.stdout.splitlines() if "/migrations/" not in name)


def names_a_language(node: ast.AST) -> bool:
    """A key of a text, written out: as a string, an argument, an attribute, or the end of a field's name."""
    match node:
        case ast.Constant(value=str(name)) | ast.keyword(arg=str(name)) | ast.Attribute(attr=name) | ast.Name(id=name):
            return bool(OF_ONE_LANGUAGE.search(name))
    return False


def branching() -> set[str]:
    """Files that say what is so in one language."""
    code = {path for path in product_files("*.py") if any(map(names_a_language, ast.walk(ast.parse(path.read_text()))))}
    return {
        str(path.relative_to(ROOT))
        for path in (*code, *(path for path in product_files("*.typ") if IN_TYPST.search(path.read_text())))
    }


def recipe() -> str:
    return (ROOT / "docs" / "content.md").read_text(encoding="utf-8").split("\n## A language\n")[1].split("\n## ")[0]


def test_the_recipe_names_every_place() -> None:
    """And no file that has nothing to do with it."""
    named = set(re.findall(r"`((?:clusters|config|diagnosis|recommendations)/[\w/]+\.(?:py|typ))`", recipe()))
    assert named == branching()


def test_templates_name_no_language() -> None:
    """A title quoted in its own language may say which that is."""
    spelled = re.compile("|".join(f'(?<!lang=)"{one.code}"|{one.name}' for one in LANGUAGES))
    found = [path for path in (ROOT / "templates").rglob("*.html") if spelled.search(path.read_text(encoding="utf-8"))]
    assert not found


# The recipe, followed by a machine that translates everything into English ----------------------------------

ROW = 'Language(key="vi", code="vi", tag="vi", name="Tiếng Việt", comma=", ", semicolon="; ", stop="."),\n'
TYPST_TEXT = re.compile(r'\ben: ("(?:[^"\\]|\\.)*")')


def translated(data: Any) -> Any:
    if isinstance(data, dict):
        own = {"vi": data["en"]} if set(data) >= KEYS else {}
        return {key: translated(value) for key, value in data.items()} | own
    return [translated(one) for one in data] if isinstance(data, list) else data


def english_parts(source: str) -> Iterator[tuple[ast.expr, str]]:
    """What is given for English beside Chinese, and how the same would be given for Vietnamese."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            given = {word.arg: word.value for word in node.keywords}
            if set(given) >= KEYS:
                yield given["en"], ", vi="
        if isinstance(node, ast.Dict):
            keys = {key.value: value for key, value in zip(node.keys, node.values, strict=True)
                    if isinstance(key, ast.Constant)}
            if set(keys) >= KEYS:
                yield keys["en"], ', "vi": '


def with_vietnamese(source: str) -> str:
    """Python with every English text given once more."""
    data = source.encode()
    starts = [0, *(found.end() for found in re.finditer(b"\n", data))]
    parts = sorted(english_parts(source), key=lambda part: (part[0].end_lineno, part[0].end_col_offset), reverse=True)
    for value, before in parts:
        assert value.end_lineno and value.end_col_offset is not None
        start, end = starts[value.lineno - 1] + value.col_offset, starts[value.end_lineno - 1] + value.end_col_offset
        data = data[:end] + before.encode() + data[start:end] + data[end:]
    return data.decode()


def rewrite(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def follow_recipe(site: Path) -> None:
    table = site / "clusters" / "domain" / "languages.py"
    rewrite(table, 'Literal["zh", "en"]', 'Literal["zh", "en", "vi"]')
    rewrite(table, 'stop="."),\n', f'stop="."),\n    {ROW}')
    rewrite(table.with_name("content_file.py"), "    en: NonEmpty\n", "    en: NonEmpty\n    vi: NonEmpty\n")
    for path in site.rglob("content/**/*.yaml"):
        data = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
        path.write_text(yaml.safe_dump(translated(data), allow_unicode=True, sort_keys=False), encoding="utf-8")
    for path in site.rglob("*.typ"):
        path.write_text(TYPST_TEXT.sub(r"en: \1, vi: \1", path.read_text(encoding="utf-8")), encoding="utf-8")
    for name in (name for name in branching() if name.endswith(".py")):
        path = site / name
        path.write_text(with_vietnamese(path.read_text(encoding="utf-8")), encoding="utf-8")


@pytest.fixture(scope="module")
def vietnamese(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the site that has learned Vietnamese, as far as a report needs it."""
    site = tmp_path_factory.mktemp("site")
    for app in APPS:
        shutil.copytree(ROOT / app, site / app, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("manage.py", "locale", "templates", "static"):
        (site / name).symlink_to(ROOT / name)
    follow_recipe(site)
    return site


REPORT = """
import json, sys
from pathlib import Path
import django
django.setup()
from datetime import date
from clusters.content import get_places
from clusters.domain.localise import localise
from diagnosis.content import get_questionnaire
from diagnosis.domain.answers_file import read_answers
from recommendations.content import get_first_programmes
from recommendations.documents import library_with
from recommendations.domain.report import Wish, advise, build_document
from recommendations.docx_report import render_docx
from recommendations.printing import PRINTS
from recommendations.rendering import render_pdf
answers = read_answers(Path(sys.argv[1]).read_bytes(), get_questionnaire(), get_places().cluster_of_subsector)
library, day = library_with(get_first_programmes()), date(2026, 11, 24)
advice = advise(library, answers, today=day, wish=Wish(budget=20_000))
document = build_document(library, advice, reference="LOCAL", submitted_on=day, revision=1)
pdf = render_pdf(document, "vi")
print(json.dumps({
    "en": localise(document, "en"), "vi": localise(document, "vi"), "pages": pdf.pages, "accessible": pdf.accessible,
    "docx": len(render_docx(document, "vi")), "prints": [one.language for one in PRINTS],
    "old": localise({"zh": "一", "en": "one"}, "vi"),
}))
"""


@pytest.fixture(scope="module")
def report(vietnamese: Path) -> Any:
    example = ROOT / "examples" / "single_point_workshop.json"
    made = subprocess.run(
        [sys.executable, "-B", "-c", REPORT, example], cwd=vietnamese, capture_output=True, text=True, check=False,
    )
    assert made.returncode == 0, made.stderr[-3000:]
    return json.loads(made.stdout)


def test_the_document_is_in_the_new_language(report: Any) -> None:
    """Every text was translated into the same words, so the whole document reads the same."""
    assert report["vi"] == report["en"]


def test_pdf_and_docx_are_set_in_it(report: Any) -> None:
    assert report["pages"] > 5
    assert report["accessible"]
    assert report["docx"] > 10_000
    assert report["prints"] == ["zh-hans", "en", "vi"] * 2


def test_documents_older_than_it_are_shown_in_english(report: Any) -> None:
    assert report["old"] == "one"
