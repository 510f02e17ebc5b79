"""What the diagnosis says: every key the code can ask for exists and reads without gaps, in both languages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diagnosis.content import cluster_bounds, get_questionnaire
from diagnosis.domain import wording as parts
from diagnosis.domain.answers import Answers, Value
from diagnosis.domain.chain import DOMAINS, LINKS, MANAGEMENT, SCENES, VIEW
from diagnosis.domain.diagnosis import Diagnosis, diagnose
from diagnosis.domain.flags import RULES
from diagnosis.domain.needs import CONTRIBUTORS
from diagnosis.domain.questionnaire import Question
from diagnosis.domain.scores import Dimensions
from diagnosis.domain.size_class import SizeClass
from diagnosis.domain.stage import CONDITIONS
from diagnosis.domain.verdict import TYPES
from diagnosis.wording import get_wording
from tests.diagnosis.domain.firms import firm, full_firm

WORDING, QUESTIONNAIRE = get_wording(), get_questionnaire()
DIMENSIONS = tuple(Dimensions.__dataclass_fields__)
STAGES = range(len(CONDITIONS) + 1)

KEYS = {
    *(f"{kind}.{type}" for kind in ("type", "headline", "sentence") for type in TYPES),
    "sentence.full_process_three", "open.sentence", "borderline.inside", "borderline.outside",
    *(f"domain.{domain}" for domain in (*DOMAINS, MANAGEMENT)),
    *(f"state.{state}" for state in ("unknown", "not_applicable", "unanswered", "none_ticked")),
    *(f"size.{size}" for size in get_args(SizeClass)),
    *(f"stage.{stage}" for stage in STAGES),
    *(f"stage_condition.{stage}" for stage in STAGES if stage),
    *(f"dimension.{id}" for id in DIMENSIONS),
    *(f"dimension_note.{id}" for id in (*DIMENSIONS, "missing")),
    *(f"{kind}.{pathway}" for kind in ("need", "need_summary") for pathway in CONTRIBUTORS),
    *(f"flag.{flag}" for flag in RULES),
    *(f"chain_title.{title}" for title in (*TYPES, "missing", "open")),
    "sheet.note",
}
CHINESE = re.compile(r"[\u4e00-\u9fff]")
HALF_WIDTH = re.compile(r"[\u4e00-\u9fff][,;:!?]|[,;:!?][\u4e00-\u9fff]")


def find(answers: Answers) -> Diagnosis:
    return diagnose(QUESTIONNAIRE, answers, cluster_bounds=cluster_bounds())


def verdict(answers: Answers) -> dict[str, Any]:
    return parts.verdict_part(QUESTIONNAIRE, WORDING, answers, find(answers))


def said(part: Any) -> Iterator[dict[str, str]]:
    """Every text in a part of the document."""
    if isinstance(part, dict) and part.keys() == {"zh", "en"}:
        yield part
    elif isinstance(part, dict | list):
        for inner in part.values() if isinstance(part, dict) else part:
            yield from said(inner)


def everything(answers: Answers) -> list[Any]:
    diagnosis = find(answers)
    return [
        parts.verdict_part(QUESTIONNAIRE, WORDING, answers, diagnosis),
        parts.stage_part(WORDING, diagnosis),
        parts.dimensions_part(WORDING, diagnosis),
        parts.flags_part(QUESTIONNAIRE, WORDING, diagnosis),
        parts.sheet_part(QUESTIONNAIRE, WORDING, answers, diagnosis),
        parts.annex_part(QUESTIONNAIRE, WORDING, answers),
        parts.company_part(QUESTIONNAIRE, WORDING, answers, diagnosis),
    ]


# Keys -------------------------------------------------------------------------------------------------


def test_the_file_has_exactly_what_code_can_say() -> None:
    assert set(WORDING.texts) == KEYS


@pytest.mark.parametrize("key", sorted(KEYS))
def test_text_is_in_its_language(key: str) -> None:
    text = WORDING.texts[key]
    assert CHINESE.search(text.zh)
    assert not CHINESE.search(text.en)
    assert not HALF_WIDTH.search(text.zh)
    assert sorted(re.findall(r"{\w+}", text.zh)) == sorted(re.findall(r"{\w+}", text.en))


@pytest.mark.parametrize("key", sorted(KEYS))
def test_only_sentences_have_gaps(key: str) -> None:
    has_gaps = "{" in WORDING.texts[key].zh + WORDING.texts[key].en
    assert has_gaps == (key in {"sentence.not_started", "sentence.single_point", "open.sentence"})


def test_gaps_are_filled_in_the_right_language() -> None:
    filled = WORDING.say("open.sentence", count=1, low={"zh": "甲", "en": "A"}, high={"zh": "乙", "en": "B"})
    assert "“甲”" in filled["zh"] and "“乙”" in filled["zh"] and "1" in filled["zh"]
    assert "“A”" in filled["en"] and "“B”" in filled["en"] and "1" in filled["en"]


def test_an_unknown_key_is_an_error() -> None:
    with pytest.raises(KeyError):
        WORDING.say("type.half_process")


# Verdict ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answers", "type", "sentence"),
    [
        (firm(), "not_started", "Steps to full-process: 18."),
        (firm(quality=2), "single_point", "the first thing to mend is “Design–production”"),
        (full_firm(management_view=1), "single_point", "process: 1; the first thing to mend is “Management view”"),
        (full_firm(), "full_process", "all parts of the business"),
        (full_firm(product_design="not_applicable"), "full_process", "every part that applies to you"),
        (firm(hr="unknown"), "not_started", "known yet: 1. The verdict could be “Not started” or “Single-point”"),
    ],
)
def test_sentence_of_a_verdict(answers: Answers, type: str, sentence: str) -> None:
    part = verdict(answers)
    assert part["type"]["id"] == type
    assert sentence in part["sentence"]["en"]


@pytest.mark.parametrize(
    ("answers", "text"),
    [
        (full_firm(), "One single step back"),
        (full_firm(management_view=1), "One single step would"),
        (firm(), None),
    ],
)
def test_borderline_is_said(answers: Answers, text: str | None) -> None:
    part = verdict(answers)
    assert (part["borderline_text"] is None) == (text is None)
    assert text is None or part["borderline_text"]["en"].startswith(text)


@pytest.mark.parametrize(
    ("level", "state"), [(0, "broken"), (1, "broken"), (2, "joined"), (3, "joined"), ("unknown", "unknown")]
)
def test_state_of_links_and_view(level: Value, state: str) -> None:
    part = verdict(firm(link_production_supply=level, management_view=level))
    link = next(link for link in part["links"] if link["id"] == "link_production_supply")
    assert (link["state"], link["ends"]) == (state, ["production", "supply_chain"])
    assert part["view"]["state"] == state


def test_what_does_not_apply() -> None:
    part = verdict(full_firm(product_design="not_applicable"))
    states = {link["id"]: link["state"] for link in part["links"]}
    assert {id for id, state in states.items() if state == "not_applicable"} == {id for id in states if "design" in id}
    design = part["domains"][0]
    assert (design["id"], design["applicable"], design["level"]) == ("design", False, None)
    assert design["scenes"][0]["state"] == "not_applicable"


NO_MACHINES = {"equipment_digitised": 0, "equipment_networked": 0}
NOTHING = Answers({**dict.fromkeys((*SCENES, *LINKS, VIEW), 0), **NO_MACHINES})
BROKEN = firm(production_control=2, link_production_supply=1)
JOINED = firm(**dict.fromkeys(LINKS, 2), production_control=2, marketing=1)


@pytest.mark.parametrize(
    ("answers", "title"),
    [
        (Answers({"cluster": "footwear", "equipment_digitised": 0, "equipment_networked": 0}), "open"),
        (NOTHING, "not_started"),
        (BROKEN, "single_point"),
        (JOINED, "missing"),
        (full_firm(), "full_process"),
        (full_firm(marketing="unknown"), "open"),
    ],
)
def test_heading_over_the_chain_map(answers: Answers, title: str) -> None:
    """It tells a firm whose chain is closed nothing of a break, nor one that has not begun."""
    part = verdict(answers)
    assert part["chain_title"] == WORDING.say(f"chain_title.{title}")
    says_broken = "breaks" in part["chain_title"]["en"]
    assert says_broken == (title == "single_point")


def test_open_questions_are_asked_in_full() -> None:
    part = verdict(full_firm(marketing="unknown"))
    asked = QUESTIONNAIRE.questions["marketing"]
    assert [(one["answer"], one["ask"]) for one in part["find_out"]] == [("marketing", asked.ask.to_dict())]


# Answers in words ---------------------------------------------------------------------------------------

BY_KIND = {
    "scale": ("quality", 0, QUESTIONNAIRE.questions["quality"].options[0].label.en),
    "choice": ("pass_rate", "same", "About the same"),
    "whole number": ("employees", 86, "86 people"),
    "number": ("apps_per_head", 0.7, "0.7 apps per person"),
    "tiny number": ("apps_per_head", 1e-7, "0.0000001 apps per person"),
    "money": ("revenue", 2350, "RMB 23.5 million"),
    "negative": ("operating_cost", -12.0, "-12%"),
    "ticks": ("network_security", ("assessment",), "A risk assessment of the network, by ourselves or by a specialist"),
    "two ticks": ("talent", ("staff", "post"), "Full- or part-time digital staff; A dedicated post or department"),
    "nothing ticked": ("talent", (), "None of these"),
    "text": ("company_name", "踏浪{first}", "踏浪{first}"),
    "text list": ("wishes", ("a", "b"), "a; b"),
    "no wishes": ("wishes", (), "Not answered"),
    "not known": ("talent", "unknown", "Not known yet"),
    "not applicable": ("energy", "not_applicable", "Not applicable"),
    "left out": ("energy", None, "Not answered"),
}


@pytest.mark.parametrize("kind", BY_KIND)
def test_answer_in_words(kind: str) -> None:
    id, value, words = BY_KIND[kind]
    answers = Answers({} if value is None else {id: value})  # type: ignore[dict-item]
    text = parts.answer_text(WORDING, QUESTIONNAIRE.questions[id], answers)
    assert text["en"] == words
    assert text["zh"]


def values(question: Question) -> st.SearchStrategy[Value]:
    """Any answer the question accepts."""
    given: dict[str, st.SearchStrategy[Any]] = {
        "scale": st.integers(0, max(0, question.top)),
        "choice": st.sampled_from(list(question.options_by_id) or [""]),
        "ticks": st.lists(st.sampled_from(list(question.options_by_id) or [""]), unique=True).map(tuple),
        "number": st.integers(int(question.minimum or 0), int(question.maximum or 0)),
        "text": st.sampled_from(["踏浪鞋业", "A & B"]),
        "text_list": st.lists(st.just("少抄单"), max_size=3).map(tuple),
    }
    special = st.sampled_from(["unknown", *(["not_applicable"] if question.not_applicable else [])])
    return given[question.kind] | special


ANSWERS = st.fixed_dictionaries({}, optional={id: values(q) for id, q in QUESTIONNAIRE.questions.items()}).map(Answers)


@given(ANSWERS)
def test_nothing_has_gaps_whatever_is_answered(answers: Answers) -> None:
    for part in everything(answers):
        for text in said(part):
            assert text["zh"].strip() and text["en"].strip()
            assert not re.search(r"[{}]", text["zh"] + text["en"])


def test_annex_has_every_question_once() -> None:
    pages = parts.annex_part(QUESTIONNAIRE, WORDING, Answers({"quality": 2}))
    assert [row["answer"] for page in pages for row in page["rows"]] == list(QUESTIONNAIRE.questions)
    assert [page["id"] for page in pages] == [page.id for page in QUESTIONNAIRE.pages]


def test_official_sheet_never_gives_a_level() -> None:
    part = parts.sheet_part(QUESTIONNAIRE, WORDING, full_firm(), find(full_firm()))
    assert set(part) == {"foundation", "management", "results", "total", "items", "scenes", "note"}
    assert "neither computes nor predicts" in part["note"]["en"]
