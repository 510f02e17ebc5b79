"""The questionnaire as frozen data: pages in the order asked, questions by id.

Identifiers are permanent (methodology section 1). A scale's value is the position of the
option, lowest first; its options have the ids "0", "1", ... Points are those of the MIIT
2024 indicators (foundation 50, management 30, results 20).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from clusters.domain.content_file import ContentError, ContentModel, NonEmpty, Source, Text, load_model, read_yaml

Group = Literal["profile", "scenes", "links", "view", "foundation", "management", "innovation", "results", "barriers"]
Kind = Literal["scale", "ticks", "choice", "number", "text", "text_list"]
Number = Annotated[float, Field(allow_inf_nan=False)]
Domain = Literal["design", "production", "supply_chain", "marketing", "management"]

UNKNOWN = "unknown"
NOT_APPLICABLE = "not_applicable"


class Option(ContentModel):
    """One possible answer; `id` is the value stored (for scales the position)."""

    id: str = ""
    label: Text
    points: Number = 0.0


class Question(ContentModel):
    """One question. `name` is the short form for tables and charts, `ask` what the owner reads."""

    id: NonEmpty
    group: Group
    kind: Kind
    name: Text
    ask: Text
    hint: Text | None = None
    domain: Domain | None = None
    core: bool = False
    not_applicable: bool = False
    ends: tuple[Domain, Domain] | None = None
    options: tuple[Option, ...] = ()
    examples: Mapping[str, Text] = Field(default_factory=dict)
    minimum: Number | None = None
    maximum: Number | None = None
    integer: bool = False
    unit: Text | None = None
    max_length: int | None = None
    max_items: int | None = None

    @model_validator(mode="before")
    @classmethod
    def number_the_scale(cls, data: Any) -> Any:
        """A scale's options get their position as id."""
        if not isinstance(data, dict) or data.get("kind") != "scale":
            return data
        options = data.get("options")
        if not isinstance(options, list | tuple) or not all(isinstance(option, dict) for option in options):
            return data
        numbered = [{"id": str(value), **option} for value, option in enumerate(options)]
        if any(option["id"] != str(value) for value, option in enumerate(numbered)):
            raise ValueError("the options of a scale are numbered by their position, they have no id")
        return {**data, "options": numbered}

    @model_validator(mode="after")
    def fits_its_kind(self) -> Question:
        ids = [option.id for option in self.options]
        if self.kind in ("scale", "ticks", "choice") and (len(ids) < 2 or "" in ids or len(set(ids)) != len(ids)):
            raise ValueError("needs at least two options with different ids")
        if self.kind == "number" and (self.minimum is None or self.maximum is None or self.unit is None):
            raise ValueError("a number needs minimum, maximum and unit")
        if self.kind == "number" and (self.minimum or 0) > (self.maximum or 0):
            raise ValueError("the minimum is above the maximum")
        if self.kind in ("text", "text_list") and not self.max_length:
            raise ValueError("a text needs max_length")
        if self.kind == "text_list" and not self.max_items:
            raise ValueError("a list of texts needs max_items")
        if (self.group == "links") != (self.ends is not None):
            raise ValueError("links, and only links, name their two ends")
        if (self.group == "scenes") != (self.domain is not None):
            raise ValueError("scenes, and only scenes, name their domain")
        return self

    @property
    def top(self) -> int:
        """Highest value of a scale."""
        return len(self.options) - 1

    @cached_property
    def options_by_id(self) -> dict[str, Option]:
        return {option.id: option for option in self.options}


class Page(ContentModel):
    """One screen of the questionnaire; `minutes` is the time a person needs for it."""

    id: NonEmpty
    title: Text
    intro: Text
    quick: bool
    minutes: Number
    questions: tuple[NonEmpty, ...]


class Questionnaire(ContentModel):
    """All pages and questions of one content version."""

    version: NonEmpty
    pages: tuple[Page, ...]
    questions: Mapping[str, Question]

    def group(self, group: Group) -> tuple[Question, ...]:
        return tuple(question for question in self.questions.values() if question.group == group)

    @cached_property
    def page_of(self) -> dict[str, Page]:
        return {question: page for page in self.pages for question in page.questions}


class _Frame(ContentModel):
    """`retired`: identifiers of questions asked once and never to be used again."""

    version: NonEmpty
    retired: tuple[NonEmpty, ...] = ()
    pages: tuple[Page, ...]


class _QuestionFile(ContentModel):
    questions: tuple[Question, ...]


Places = dict[str, tuple[Path, int]]  # question -> its file and its number in there


def _questions(folder: Path) -> tuple[dict[str, Question], Places]:
    found: dict[str, Question] = {}
    places: Places = {}
    for path in sorted((folder / "questions").glob("*.yaml")):
        for index, question in enumerate(load_model(path, _QuestionFile).questions):
            if question.id in found:
                raise read_yaml(path).fault(("questions", index, "id"), f"'{question.id}' is used twice")
            found[question.id] = question
            places[question.id] = path, index
    return found, places


def _check_examples(questions: Mapping[str, Question], places: Places) -> None:
    """Examples belong to clusters, which are the options of the question `cluster`."""
    if "cluster" not in questions:
        return
    known = questions["cluster"].options_by_id
    for question in questions.values():
        for cluster in question.examples:
            if cluster not in known:
                path, index = places[question.id]
                location = ("questions", index, "examples", cluster)
                raise read_yaml(path).fault(location, f"there is no cluster '{cluster}'")


def _check_retired(frame: _Frame, questions: Mapping[str, Question], places: Places) -> None:
    for id in frame.retired:
        if id in questions:
            path, index = places[id]
            raise read_yaml(path).fault(("questions", index, "id"), f"'{id}' is retired and cannot be used again")


def _check_pages(source: Source, frame: _Frame, questions: Mapping[str, Question]) -> None:
    seen: set[str] = set()
    for number, page in enumerate(frame.pages):
        if page.id in {other.id for other in frame.pages[:number]}:
            raise source.fault(("pages", number, "id"), f"'{page.id}' is used twice")
        for index, question in enumerate(page.questions):
            location = ("pages", number, "questions", index)
            if question not in questions:
                raise source.fault(location, f"there is no question '{question}'")
            if question in seen:
                raise source.fault(location, f"'{question}' is asked twice")
            seen.add(question)
    for missing in sorted(questions.keys() - seen):
        raise source.fault(("pages",), f"question '{missing}' is on no page")


def load_questionnaire(folder: Path) -> Questionnaire:
    """Load `questionnaire.yaml` and `questions/*.yaml`; raises ContentError with file and line."""
    path = folder / "questionnaire.yaml"
    frame = load_model(path, _Frame)
    found, places = _questions(folder)
    _check_pages(read_yaml(path), frame, found)
    _check_retired(frame, found, places)
    _check_examples(found, places)
    ordered = {id: found[id] for page in frame.pages for id in page.questions}
    return Questionnaire(version=frame.version, pages=frame.pages, questions=ordered)


__all__ = [
    "NOT_APPLICABLE",
    "UNKNOWN",
    "ContentError",
    "Domain",
    "Group",
    "Kind",
    "Option",
    "Page",
    "Question",
    "Questionnaire",
    "load_questionnaire",
]
