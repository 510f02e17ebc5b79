"""Values, answers files and amounts without the site: whatever comes in, an answer comes out or a refusal in words."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from random import Random
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from clusters.content import get_places
from diagnosis.content import diagnose_answers, get_questionnaire
from diagnosis.domain.answers import Answers
from diagnosis.domain.answers_file import AnswersFileError, read_answers
from diagnosis.domain.questionnaire import Question
from diagnosis.domain.values import BadValue, check_value
from diagnosis.forms import PageForm, read_number
from recommendations.what_if import read_money
from tests.fuzz.budget import cases
from tests.fuzz.payloads import NUMBERS, text

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*.json"))
LONGEST_LINE = 4000  # a message names what is allowed: all sub-sectors, at most


def any_value(random: Random, question: Question, depth: int = 0) -> Any:
    """A value of any JSON kind, often one near to those the question takes."""
    kind = random.randrange(9)
    if kind < 2:
        return text(random, 2000)
    if kind == 2:
        return random.choice((0, -1, 1, 5, 10**30, -(10**400), True, False, None, 2**63))
    if kind == 3:
        return random.choice((0.0, -0.0, 1.5, 1e308, float("inf"), float("-inf"), float("nan"), 5e-324, 3.0))
    if kind == 4:
        return random.choice((*question.options_by_id, "unknown", "not_applicable", "none", "UNKNOWN", "Unknown "))
    if kind == 5 and depth < 3:
        return [any_value(random, question, depth + 1) for _ in range(random.randrange(5))]
    if kind == 6 and depth < 3:
        return {text(random, 50): any_value(random, question, depth + 1)}
    if kind == 7:
        return [random.choice((*question.options_by_id, "unknown")) for _ in range(random.randrange(9))]
    return random.choice(NUMBERS)


def check_words(fault: BadValue) -> None:
    """One line in both languages, of a length that can be read and of signs that can be printed."""
    for words in (fault.wrong, fault.allowed):
        for said in (words.zh, words.en):
            assert said and said.isprintable() and len(said) < LONGEST_LINE, ascii(said)


def test_a_value_is_taken_or_refused_in_words() -> None:
    questions = list(get_questionnaire().questions.values())
    with cases("values") as each:
        for number, random in enumerate(each):
            question = questions[number % len(questions)]
            raw = any_value(random, question)
            try:
                value = check_value(question, raw)
            except BadValue as fault:
                check_words(fault)
            else:
                stored = Answers({question.id: value}).to_json()[question.id]
                json.dumps(stored, allow_nan=False).encode()
                assert "\0" not in json.dumps(stored, ensure_ascii=False)
                assert check_value(question, stored) == value, "what is stored can be read again"


@lru_cache
def example(number: int) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(EXAMPLES[number % len(EXAMPLES)].read_text())
    return loaded


def bent(random: Random) -> dict[str, Any]:
    """An example file with some answers replaced, removed, or in the wrong place."""
    data = json.loads(json.dumps(example(random.randrange(len(EXAMPLES)))))
    questions = list(get_questionnaire().questions.values())
    for _ in range(random.choice((0, 1, 1, 2, 6))):
        question = random.choice(questions)
        section = (
            random.choice(("profile", "answers"))
            if random.random() < 0.1
            else ("profile" if question.group == "profile" else "answers")
        )
        data[section][question.id] = any_value(random, question)
        if random.random() < 0.2:
            data[section].pop(random.choice(list(data[section])))
    if random.random() < 0.05:
        data[text(random, 40)] = any_value(random, questions[0])
    return data


def read(raw: bytes) -> Answers | None:
    """The answers of a file, or None with its faults looked at."""
    try:
        return read_answers(raw, get_questionnaire(), get_places().cluster_of_subsector)
    except AnswersFileError as refused:
        assert refused.faults
        for fault in refused.faults:
            for line in (fault.line("zh"), fault.line("en")):
                assert line.isprintable() and len(line) < LONGEST_LINE + 300, ascii(line)
        return None


def test_an_answers_file_is_taken_or_refused_in_words() -> None:
    """What is taken can be diagnosed, and written and read again says the same."""
    taken = 0
    with cases("answers file") as each:
        for random in each:
            answers = read(
                json.dumps(bent(random), ensure_ascii=random.random() < 0.5).encode("utf-8", "surrogatepass")
            )
            if answers is None:
                continue
            taken += 1
            result = diagnose_answers(answers).to_dict()
            json.dumps(result, allow_nan=False)
            assert Answers.from_json(answers.to_json()) == answers
            assert diagnose_answers(Answers.from_json(json.loads(json.dumps(answers.to_json())))).to_dict() == result
    assert taken > 20


def damaged(random: Random) -> bytes:
    """The bytes of an example, cut, doubled, turned, nested, or with keys written twice."""
    raw = json.dumps(example(random.randrange(len(EXAMPLES))), ensure_ascii=False).encode()
    place, kind = random.randrange(len(raw)), random.randrange(9)
    if kind == 0:
        return raw[:place]
    if kind == 1:
        return raw[:place] + random.randbytes(random.randrange(1, 5)) + raw[place + 1 :]
    if kind == 2:
        return random.choice((b"\xef\xbb\xbf", b"\xff\xfe", b"\0", b" " * 99)) + raw
    if kind == 3:
        return raw.replace(b'"answers":', b'"answers": {"quality": 1, "quality": 2}, "answers":')
    if kind == 4:
        depth = random.choice((10, 200, 900, 1100, 50_000))
        return random.choice((b"[" * depth, b'{"a":' * depth + b"1" + b"}" * depth, b"[" * depth + b"]" * depth))
    if kind == 5:
        return raw.replace(b": 2", b": " + random.choice(NUMBERS).encode(), 1)
    if kind == 6:
        return raw.decode().encode(random.choice(("utf-16", "utf-8-sig", "gb18030", "utf-32")))
    if kind == 7:
        return raw + raw[:place]
    return text(random).encode("utf-8", "surrogatepass")


def test_damaged_files_are_refused_in_words() -> None:
    with cases("answers file bytes") as each:
        for random in each:
            read(damaged(random))


def test_typed_amounts_are_read_or_refused_in_words() -> None:
    with cases("amounts") as each:
        for random in each:
            typed = (
                random.choice(NUMBERS) + random.choice(("", "元", "万", "%", " ", "亿"))
                if random.random() < 0.6
                else text(random)
            )
            number = read_number(typed)
            assert isinstance(number, float) or number == typed
            try:
                assert 0 <= read_money(typed) <= 10**9
            except ValidationError as refused:
                assert refused.messages[0]


@pytest.mark.django_db
def test_a_page_takes_an_answer_or_names_its_field() -> None:
    """Every question is stored, left open, or at fault with what was typed still there; never two of these."""
    pages = get_questionnaire().pages
    with cases("page forms") as each:
        for number, random in enumerate(each):
            page = pages[number % len(pages)]
            blank = PageForm(page=page, answers=Answers({}))
            data = {name: text(random) for name in blank.fields if random.random() < 0.5}
            data |= {random.choice(list(blank.fields)): random.choice(NUMBERS)}
            form = PageForm(data, page=page, answers=Answers({}))
            form.is_valid()
            for question in form.questions:
                names = form.names_of[question.id]
                wrong = any(name in form.errors for name in names)
                assert not (wrong and question.id in form.values)
                assert not wrong or any(data.get(name) for name in names)
            assert set(form.errors) <= set(form.fields)
            assert len(form.error_summary) >= bool(form.errors)
            assert all(
                form[name].value() == typed
                for name, typed in data.items()
                if form.fields[name].widget.input_type == "text"
            )
