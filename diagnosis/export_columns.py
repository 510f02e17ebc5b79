"""Columns of an exported list of submissions: facts, verdict and scores, and if wanted every answer.

Cells hold ids (for programs; the headings are ids too) or words in the language of the page (for people).
A column is made once for a file and says its words then; rows need no translation any more.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.db.models.fields.json import KeyTransform
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clusters.models import ClusterId
from clusters.workbook import Cell
from diagnosis.content import get_questionnaire
from diagnosis.domain.flags import RULES
from diagnosis.domain.questionnaire import NOT_APPLICABLE, UNKNOWN, Question
from diagnosis.list_filters import FLAGS, LAST_STAGE, county_name, stage_name
from diagnosis.localised import said, short_language
from diagnosis.models import SizeClass, State, Submission, TransformationType
from diagnosis.wording import get_wording

BETWEEN: Final = "; "
DIMENSIONS: Final = ("technological_integration", "model_innovation", "economic_performance")
SHEET: Final = ("foundation", "management", "results", "total")
NEEDS: Final = ("inclusive_empowerment", "technology_adaptation", "data_collaboration", "policy_support")
FIRM_ANSWERS: Final = ("employees", "revenue")  # facts that are no column of the table
IN_FACTS: Final = frozenset({"company_name", "uscc", "cluster", "county", "above_scale", *FIRM_ANSWERS})

Words = Mapping[Any, Any]


def _part(*path: str) -> KeyTransform:
    """One value out of a JSON column, so that the column itself stays in the database."""
    found: Any = path[0]
    for key in path[1:]:
        found = KeyTransform(key, found)
    return found  # type: ignore[no-any-return]


# Values fetched beside the columns of the table, by the name rows carry them under.
PARTS: Final[Mapping[str, KeyTransform]] = {
    **{f"sheet_{id}": _part("verdict", "official_sheet", id) for id in SHEET},
    **{f"need_{id}": _part("verdict", "needs", id, "score") for id in NEEDS},
    **{f"firm_{id}": _part("answers", id) for id in FIRM_ANSWERS},
}
TABLE: Final = (
    "reference", "revision", "submitted_at", "state", "officer__name", "officer__email", "company_name", "uscc",
    "cluster", "county", "size_class", "above_scale", "consent_statistics", "content_version", "type", "stage",
    "distance", "verified_type", "verified_stage", "verified_distance", "flags", *DIMENSIONS,
)


@dataclass(frozen=True, kw_only=True)
class Column:
    """`cell` gives the value of one submission as it is to stand in the file."""

    heading: str
    cell: Callable[[Submission], Cell]
    width: int = 16


@dataclass(frozen=True, kw_only=True)
class Fact:
    """A column of the facts: `words` says its ids in words where it holds any."""

    id: str
    label: str | Promise
    value: Callable[[Any], Any]
    words: Callable[[], Words] | None = None
    width: int = 16


def _yes_no() -> Words:
    return {True: _("yes"), False: _("no")}


def _attribute(name: str) -> Callable[[Any], Any]:
    return lambda row: getattr(row, name)


def _fact(
    id: str, label: str | Promise, words: Callable[[], Words] | None = None, *, name: str = "", width: int = 16
) -> Fact:
    return Fact(id=id, label=label, value=_attribute(name or id), words=words, width=width)


def _types() -> Words:
    return dict(TransformationType.choices)


def _stages() -> Words:
    return {stage: stage_name(stage) for stage in range(1 + LAST_STAGE)}


def _counties() -> Words:
    county = get_questionnaire().questions["county"]
    return {option.id: county_name(option.id) for option in county.options}


def _number(value: Any) -> Any:
    """A number that was answered; the special answers leave the cell empty."""
    return value if isinstance(value, int | float) else None


FACTS: Final[tuple[Fact, ...]] = (
    _fact("reference", gettext_lazy("reference")),
    _fact("revision", gettext_lazy("revision"), width=8),
    Fact(id="submitted_on", label=gettext_lazy("submitted"), value=lambda row: timezone.localdate(row.submitted_at)),
    _fact("state", gettext_lazy("state"), lambda: dict(State.choices)),
    Fact(id="officer", label=gettext_lazy("officer"), value=lambda row: str(row.officer) if row.officer else ""),
    _fact("company_name", gettext_lazy("company"), width=32),
    _fact("uscc", gettext_lazy("unified social credit code"), width=22),
    _fact("cluster", gettext_lazy("cluster"), lambda: dict(ClusterId.choices)),
    _fact("county", gettext_lazy("county"), _counties),
    _fact("size_class", gettext_lazy("size"), lambda: dict(SizeClass.choices)),
    _fact("above_scale", gettext_lazy("above-scale"), _yes_no),
    Fact(id="employees", label=gettext_lazy("employees"), value=lambda row: _number(row.firm_employees)),
    Fact(id="revenue", label=gettext_lazy("revenue (RMB 10,000)"), value=lambda row: _number(row.firm_revenue)),
    _fact("consent_statistics", gettext_lazy("agreed to anonymous statistics"), _yes_no),
    _fact("content_version", gettext_lazy("content version")),
    _fact("type", gettext_lazy("type"), _types),
    _fact("stage", gettext_lazy("stage"), _stages),
    _fact("distance", gettext_lazy("steps to full-process")),
    _fact("verified_type", gettext_lazy("verified type"), _types),
    _fact("verified_stage", gettext_lazy("verified stage"), _stages),
    _fact("verified_distance", gettext_lazy("verified steps to full-process")),
    _fact("flags", gettext_lazy("looks odd"), lambda: {id: FLAGS.get(id, id) for id in RULES}, width=28),
)


def _score_facts() -> list[Fact]:
    """Dimensions, sums of the official preparation sheet and needs, named as the report names them."""
    say, language = get_wording().say, short_language()
    sheet = _("Official preparation sheet")
    named = [(id, id, say(f"dimension.{id}")[language]) for id in DIMENSIONS]
    named += [(f"sheet_{id}", f"sheet_{id}", f"{sheet}: {SHEET_WORDS[id]}") for id in SHEET]
    named += [(f"need_{id}", f"need_{id}", f"{_('Need')}: {say(f'need.{id}')[language]}") for id in NEEDS]
    return [_fact(id, label, name=name) for id, name, label in named]


SHEET_WORDS: Final = {
    "foundation": gettext_lazy("foundation"), "management": gettext_lazy("management"),
    "results": gettext_lazy("results"), "total": gettext_lazy("total"),
}


def _fact_column(fact: Fact, *, ids: bool) -> Column:
    words = fact.words() if fact.words and not ids else None
    said_words = {key: str(text) for key, text in words.items()} if words else None

    def cell(row: Submission) -> Cell:
        value = fact.value(row)
        if isinstance(value, list):
            return BETWEEN.join(str((said_words or {}).get(item, item)) for item in value)
        if isinstance(value, bool) and said_words is None:
            return "yes" if value else "no"
        return said_words.get(value, value) if said_words and value is not None else value  # type: ignore[no-any-return]

    return Column(heading=fact.id if ids else _upper(str(fact.label)), cell=cell, width=fact.width)


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def _answer_words(question: Question) -> dict[Any, str]:
    """What a stored value is called: options (a scale is stored as a number), special answers."""
    say, language = get_wording().say, short_language()
    words: dict[Any, str] = {option.id: said(option.label) for option in question.options}
    if question.kind == "scale":
        words |= {int(id): text for id, text in words.items()}
    return words | {special: say(f"state.{special}")[language] for special in (UNKNOWN, NOT_APPLICABLE)}


def _answer_column(question: Question, *, ids: bool) -> Column:
    """An answer that today's questionnaire does not know stands as it was stored."""
    words = {} if ids else _answer_words(question)
    none_ticked = "" if ids or question.kind != "ticks" else get_wording().say("state.none_ticked")[short_language()]

    def cell(row: Submission) -> Cell:
        value = row.answers.get(question.id)
        if isinstance(value, list):
            return BETWEEN.join(words.get(item, str(item)) for item in value) or none_ticked
        return words.get(value, value)

    unit = f" ({said(question.unit)})" if question.unit else ""
    return Column(heading=question.id if ids else said(question.name) + unit, cell=cell, width=20)


def columns(*, answers: bool, ids: bool) -> list[Column]:
    """The columns of a file, in the language of the page."""
    found = [_fact_column(fact, ids=ids) for fact in (*FACTS, *_score_facts())]
    if answers:
        asked = [question for id, question in get_questionnaire().questions.items() if id not in IN_FACTS]
        found += [_answer_column(question, ids=ids) for question in asked]
    return found


__all__ = ["PARTS", "TABLE", "Column", "columns"]
