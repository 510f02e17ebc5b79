"""Answers files: what is read, every fault with its path, and that nothing else is ever raised."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clusters.content import get_places
from clusters.domain.content_file import Text
from diagnosis.content import get_questionnaire
from diagnosis.domain.answers import Answers
from diagnosis.domain.answers_file import (
    AnswersFileError,
    Fault,
    load_json,
    parse_answers,
    read_answers,
    subsector_fault,
)

QUESTIONNAIRE = get_questionnaire()
HOMES = get_places().cluster_of_subsector
PROFILE = [question.id for question in QUESTIONNAIRE.group("profile")]
OTHERS = [id for id in QUESTIONNAIRE.questions if id not in PROFILE]


def parse(data: Any) -> Answers:
    return parse_answers(data, QUESTIONNAIRE, HOMES)


def read(raw: str | bytes) -> Answers:
    return read_answers(raw.encode() if isinstance(raw, str) else raw, QUESTIONNAIRE, HOMES)


def faults_of(data: Any) -> list[str]:
    with pytest.raises(AnswersFileError) as caught:
        parse(data)
    return [fault.path for fault in caught.value.faults]


def test_profile_and_answers_become_one_mapping() -> None:
    answers = parse({"profile": {"employees": 86, "above_scale": True}, "answers": {"quality": 2, "network": []}})
    assert dict(answers) == {"employees": 86, "above_scale": "yes", "quality": 2, "network": ()}
    assert answers.is_unknown("revenue")


@pytest.mark.parametrize("data", [{}, {"profile": {}}, {"answers": {}}, {"profile": {}, "answers": {}}])
def test_what_is_left_out_is_unknown(data: Any) -> None:
    assert dict(parse(data)) == {}


@pytest.mark.parametrize("id", QUESTIONNAIRE.questions)
def test_every_question_has_one_section(id: str) -> None:
    home, other = ("profile", "answers") if id in PROFILE else ("answers", "profile")
    assert dict(parse({home: {id: "unknown"}})) == {id: "unknown"}
    assert faults_of({other: {id: "unknown"}}) == [f"{other}.{id}"]


@pytest.mark.parametrize("data", [None, [], "x", 3, True, 1.5])
def test_the_file_is_an_object(data: Any) -> None:
    assert faults_of(data) == ["$"]


def test_all_faults_are_found() -> None:
    data = {"firm": 1, "profile": {"x": 1, "employees": 0}, "answers": {"quality": 9, "hr": 1, "y": 2}}
    assert faults_of(data) == ["firm", "profile.x", "profile.employees", "answers.quality", "answers.y"]


@pytest.mark.parametrize("section", ["profile", "answers"])
@pytest.mark.parametrize("data", [None, [], "x", 3])
def test_a_section_is_an_object(section: str, data: Any) -> None:
    assert faults_of({section: data}) == [section]


# Sub-sectors --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "fits"),
    [
        ({"cluster": "crafts", "subsector": "stone_carving"}, True),
        ({"cluster": "footwear", "subsector": "stone_carving"}, False),
        ({"cluster": "unknown", "subsector": "stone_carving"}, True),
        ({"cluster": "crafts", "subsector": "unknown"}, True),
        ({"subsector": "stone_carving"}, True),
        ({"cluster": "crafts"}, True),
        ({}, True),
    ],
)
def test_subsector_belongs_to_the_cluster(values: dict[str, Any], fits: bool) -> None:
    assert (subsector_fault(values, HOMES) is None) == fits


def test_subsector_fault_lists_those_of_the_cluster() -> None:
    fault = subsector_fault({"cluster": "crafts", "subsector": "tea"}, HOMES)
    assert fault is not None
    listed = fault.allowed.en.removeprefix("allowed: ").split(", ")
    assert listed == [id for id, home in HOMES.items() if home == "crafts"]
    assert fault.allowed.zh == f"可用：{'、'.join(listed)}"


# The bytes of a file --------------------------------------------------------------------------------


def test_bytes_with_and_without_mark() -> None:
    raw = json.dumps({"answers": {"quality": 2}}).encode()
    assert dict(read(raw)) == dict(read(b"\xef\xbb\xbf" + raw)) == {"quality": 2}


NO_JSON = (b"", b" ", b"{", b"{'a': 1}", b"\xff\xfe{\x00}\x00", b"{}{}")
TOO_MUCH = (b"[" * 100_000, b'{"a":' * 50_000, b" " * 1_000_001)


@pytest.mark.parametrize("raw", [*NO_JSON, *TOO_MUCH], ids=range(len(NO_JSON + TOO_MUCH)))
def test_bytes_that_are_no_json(raw: bytes) -> None:
    with pytest.raises(AnswersFileError) as caught:
        load_json(raw)
    assert [fault.path for fault in caught.value.faults] == ["$"]


@pytest.mark.parametrize(
    ("raw", "paths"),
    [
        ('{"answers": {"quality": 1, "quality": 1}}', ["answers.quality"]),
        ('{"answers": {"quality": 1, "quality": 9}}', ["answers.quality"]),
        ('{"answers": {"quality": 9}, "answers": {}}', ["answers"]),
        ('{"profile": {"x": 1, "x": 1}, "answers": {"hr": 9}}', ["profile.x", "answers.hr"]),
        ('{"profile": {"x": 1, "x": 1, "y": 2, "y": 3, "y": 4}}', ["profile.x", "profile.y"]),
    ],
)
def test_keys_written_twice(raw: str, paths: list[str]) -> None:
    with pytest.raises(AnswersFileError) as caught:
        read(raw)
    assert [fault.path for fault in caught.value.faults] == paths


@pytest.mark.parametrize("digits", ["9" * 31, "9" * 5_000, "-" + "9" * 5_000])
def test_huge_whole_numbers(digits: str) -> None:
    with pytest.raises(AnswersFileError) as caught:
        read(f'{{"profile": {{"employees": {digits}, "revenue": {digits}}}}}')
    assert [fault.path for fault in caught.value.faults] == ["profile.employees", "profile.revenue"]


def test_line_of_a_fault() -> None:
    fault = Fault(path="answers.x", wrong=Text(zh="错", en="wrong"), allowed=Text(zh="可", en="allowed"))
    assert fault.line("en") == "answers.x: wrong; allowed"
    assert fault.line("zh") == "answers.x: 错; 可"


# Whatever comes in ------------------------------------------------------------------------------------

KEYS = st.text(st.characters(), max_size=8)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=20)
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4), max_leaves=10
)
OPTIONS = sorted({option for question in QUESTIONNAIRE.questions.values() for option in question.options_by_id})
LIKELY = JSON | st.integers(-1, 6) | st.sampled_from(OPTIONS) | st.lists(st.sampled_from(OPTIONS), max_size=4)


def section(ids: list[str]) -> st.SearchStrategy[Any]:
    return st.dictionaries(st.sampled_from(ids) | KEYS, LIKELY, max_size=6)


FILES = st.fixed_dictionaries({}, optional={"profile": section(PROFILE), "answers": section(OTHERS)}) | JSON


@settings(max_examples=300)
@given(FILES)
def test_nothing_but_an_answers_file_error_is_raised(data: Any) -> None:
    try:
        answers = parse(data)
    except AnswersFileError as error:
        assert error.faults
        for fault in error.faults:
            assert all(fault.line(lang).isprintable() for lang in ("zh", "en"))
            fault.line("en").encode("utf-8")
        return
    assert Answers.from_json(json.loads(json.dumps(answers.to_json()))) == answers
    sections: dict[str, dict[str, Any]] = {"profile": {}, "answers": {}}
    for id, value in answers.to_json().items():
        sections["profile" if id in PROFILE else "answers"][id] = value
    assert parse(sections) == answers


@given(st.binary(max_size=60) | FILES.map(lambda data: json.dumps(data).encode()))
def test_nothing_but_an_answers_file_error_is_raised_from_bytes(raw: bytes) -> None:
    try:
        read(raw)
    except AnswersFileError as error:
        assert error.faults
