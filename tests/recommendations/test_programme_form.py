"""The form of a programme: records survive it unchanged, faults stand at their entry, nothing typed is lost."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone, translation
from hypothesis import given, settings
from hypothesis import strategies as st

from diagnosis.content import get_questionnaire
from recommendations.content import get_first_programmes
from recommendations.domain.conditions import FAULTS as RULE_FAULTS
from recommendations.domain.conditions import Fault
from recommendations.domain.policy import Programme
from recommendations.domain.rule_rows import OPERATORS, RANGES, SIZE, bounds, kind_of, offered
from recommendations.models import PolicyProgramme
from recommendations.programme_faults import OF_A_RULE, in_words
from recommendations.programme_form import ProgrammeForm, differences, entries_of, record_of, rule_json
from tests.factories import RULE, make_programme
from tests.recommendations.programme_entries import as_query, entries, sent, typed

pytestmark = pytest.mark.django_db


def row_of(programme: Programme) -> PolicyProgramme:
    """A stored programme, without storing it."""
    return PolicyProgramme(
        key=programme.id, rule=rule_json(programme), verified_on=programme.verified_on, updated_at=timezone.now()
    )


def through_the_form(programme: Programme) -> Programme:
    form = ProgrammeForm(as_query(sent(row_of(programme))), row=row_of(programme))
    assert form.is_valid(), (form.errors, [row.errors for row in form.conditions.rows])
    assert form.programme is not None
    return form.programme


def read(data: dict[str, Any]) -> ProgrammeForm:
    form = ProgrammeForm(as_query(data), row=None)
    form.is_valid()
    return form


# Round trip ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("programme", get_first_programmes(), ids=lambda programme: programme.id)
def test_the_first_programmes_survive_the_form(programme: Programme) -> None:
    assert through_the_form(programme) == programme
    assert all(one["tested_by"] != "kept" for one in entries_of(record_of(row_of(programme)))["conditions"])


QUESTIONS = [SIZE, *(id for id in get_questionnaire().questions if kind_of(id, get_questionnaire()))]
words = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp")) | st.sampled_from(" \n"), max_size=20
).map(lambda text: f"文{text}字")
texts = st.fixed_dictionaries({"zh": words, "en": words})
lines = st.just("") | words.map(lambda word: word.replace("\n", ""))
days = st.none() | st.dates().map(str)
rates = st.decimals("0.0001", "1", places=6).filter(bool)
amounts = st.integers(0, 10**9)


@st.composite
def leaves(draw: st.DrawFn) -> dict[str, Any]:
    """Any statement the grammar allows that fits the questionnaire."""
    question = draw(st.sampled_from(QUESTIONS))
    kind = kind_of(question, get_questionnaire()) or ""
    operator = draw(st.sampled_from(OPERATORS[kind]))
    if operator in RANGES:
        low, high = bounds(get_questionnaire().questions[question])
        whole = st.integers(int(low), int(high))
        return {"answer": question, operator: draw(whole | st.floats(low, high) if kind == "number" else whole)}
    options = offered(question, get_questionnaire())
    chosen = draw(st.lists(st.sampled_from(options), min_size=1, max_size=5, unique=True))
    return {"size": chosen} if question == SIZE else {"answer": question, operator: chosen}


def group(inner: Any) -> Any:
    return st.tuples(st.sampled_from(["all", "any"]), st.lists(inner, min_size=1, max_size=3)).map(
        lambda one: {one[0]: one[1]}
    )


parts = leaves() | leaves().map(lambda leaf: {"not": leaf})
flat = parts | group(parts)
nested = st.recursive(flat, lambda inner: inner.map(lambda rule: {"not": rule}) | group(inner), max_leaves=4)


@st.composite
def programmes(draw: st.DrawFn, rules: Any = nested) -> Programme:
    levels = sorted(draw(st.sets(st.integers(1, 4))))
    caps = sorted(draw(st.lists(amounts, min_size=len(levels), max_size=len(levels))))
    start, end = sorted([draw(st.dates()), draw(st.dates())])
    tranche = {"rate": draw(rates), "of": "down_payment", "cap": draw(amounts)}
    ids = draw(st.lists(st.sampled_from("abcdefgh"), unique=True, min_size=1, max_size=4))
    return Programme.model_validate({
        "id": "generated", **{name: draw(texts) for name in ("name", "issuer", "benefit_text", "how")},
        "number": draw(lines), "source": draw(lines),
        "issued_on": draw(days), "recorded_on": str(draw(st.dates())), "verified_on": draw(days),
        "valid_from": draw(st.none() | st.just(str(start))), "valid_to": draw(st.none() | st.just(str(end))),
        "conditions": [{"id": id, "text": draw(texts), "rule": draw(st.none() | rules)} for id in ids],
        "benefit": {
            "rate": draw(rates), "caps": [{"level": at, "amount": cap} for at, cap in zip(levels, caps, strict=True)],
            "first_tranche": draw(st.none() | st.just(tranche)),
        },
        "documents": draw(st.lists(texts, max_size=3)),
    })


@settings(max_examples=150)
@given(programmes())
def test_every_programme_survives_the_form(programme: Programme) -> None:
    """Also one whose rules no row can show."""
    assert through_the_form(programme) == programme


@settings(max_examples=80)
@given(programmes(rules=flat))
def test_every_rule_without_groups_in_groups_is_shown_as_rows(programme: Programme) -> None:
    shown = entries_of(record_of(row_of(programme)))
    assert "kept" not in [condition["tested_by"] for condition in shown["conditions"]]


@settings(max_examples=80)
@given(programmes(rules=flat))
def test_the_form_of_what_the_form_made_is_the_same_form(programme: Programme) -> None:
    first = dict(entries(ProgrammeForm(row=row_of(programme))))
    again = dict(entries(ProgrammeForm(row=row_of(through_the_form(programme)))))
    assert first == again
    assert differences(record_of(row_of(programme)), record_of(row_of(through_the_form(programme)))) == []


def test_an_option_named_twice_is_no_tick_and_stays() -> None:
    rule = {"size": ["large", "micro", "large"]}
    row = make_programme(rule={"conditions": [{**RULE["conditions"][0], "rule": rule}]})
    form = ProgrammeForm(as_query(sent(row)), row=row)
    assert form.is_valid()
    assert form.record()["conditions"][0]["rule"] == rule


def test_options_chosen_stand_first_where_the_list_is_long() -> None:
    form = ProgrammeForm(row=row_of(get_first_programmes()[0]))
    listed = [id for id, _ in form.conditions.rows[2].statements.rows[0].fields["options"].choices]  # type: ignore[attr-defined]
    assert listed[:3] == ["leisure_sports_goods", "food_processing", "engineering_textile_machinery"]
    assert len(listed) == len(set(listed)) == len(get_questionnaire().questions["subsector"].options)


# Typing -------------------------------------------------------------------------------------------


def test_a_programme_as_it_is_typed() -> None:
    form = read(typed())
    assert form.programme is not None, form.errors
    programme = form.programme
    assert (programme.id, programme.issued_on, programme.valid_to) == ("city_2027", date(2026, 11, 1), None)
    assert programme.benefit.rate == Decimal("0.3")
    assert [(cap.level, cap.amount) for cap in programme.benefit.caps] == [(2, 200_000), (3, 300_000)]
    assert programme.benefit.first_tranche and programme.benefit.first_tranche.cap == 100_000
    assert rule_json(programme)["conditions"] == [{
        "id": "condition_1", "text": {"zh": "规上企业", "en": "Above-scale"},
        "rule": {"answer": "above_scale", "is": ["yes"]},
    }]


STATEMENT = "conditions-0-statements-0"


def stated(question: str, operator: str, **entries: Any) -> dict[str, Any]:
    told = {"question": question, "shown": question, "operator": operator, "options": None, **entries}
    return {f"{STATEMENT}-{name}": value for name, value in told.items()}


STATEMENTS = [
    (stated(SIZE, "is", options=["micro", "small"]), {"size": ["micro", "small"]}),
    (stated("employees", "at_least", bound="1,000"), {"answer": "employees", "at_least": 1000}),
    (stated("revenue", "at_most", bound="0.5"), {"answer": "revenue", "at_most": 0.5}),
    (stated("energy", "is", options=["not_applicable"]), {"answer": "energy", "is": ["not_applicable"]}),
    (stated("energy", "at_least", options=["3"]), {"answer": "energy", "at_least": 3}),
    (stated("network", "has", options=["industrial_5g"]), {"answer": "network", "has": ["industrial_5g"]}),
    (stated("network", "at_least", bound="2"), {"answer": "network", "at_least": 2}),
    (stated("network", "lacks", options=["industrial_5g"], negated="on"),
     {"not": {"answer": "network", "lacks": ["industrial_5g"]}}),
]


@pytest.mark.parametrize(("changes", "rule"), STATEMENTS, ids=str)
def test_each_kind_of_statement(changes: dict[str, Any], rule: dict[str, Any]) -> None:
    form = read(typed(**changes))
    assert form.programme is not None, [row.errors for row in form.conditions.rows[0].statements.rows]
    record = form.record()
    assert form.programme == Programme.model_validate(
        {**record, "conditions": [{**record["conditions"][0], "rule": rule}]}
    )


def test_rows_are_ordered_removed_and_left_out_when_empty() -> None:
    second = {
        "conditions-rows": "4", "conditions-1-text_zh": "自行确认", "conditions-1-text_en": "Confirm",
        "conditions-1-tested_by": "confirm", "conditions-1-order": "5",
        "conditions-2-text_zh": "多余", "conditions-2-remove": "on", "conditions-3-order": "40",
    }
    form = read(typed(**second))
    assert form.programme is not None
    assert [one.text.en for one in form.programme.conditions] == ["Confirm", "Above-scale"]
    assert len({one.id for one in form.programme.conditions}) == 2


def test_a_new_condition_takes_no_id_in_use() -> None:
    more = {"conditions-rows": "2", "conditions-1-id": "condition_1", "conditions-1-text_zh": "甲",
            "conditions-1-text_en": "A", "conditions-1-tested_by": "confirm"}
    form = read(typed(**more))
    assert form.programme is not None
    assert [one.id for one in form.programme.conditions] == ["condition_2", "condition_1"]


# Faults -------------------------------------------------------------------------------------------

FAULTS: list[tuple[dict[str, Any], str]] = [
    ({"key": "City-2027"}, "key"), ({"key": ""}, "key"), ({"status": "secret"}, "status"),
    ({"name_zh": ""}, "name_zh"), ({"issuer_en": " "}, "issuer_en"), ({"recorded_on": ""}, "recorded_on"),
    ({"valid_to": "next year"}, "valid_to"), ({"valid_to": "2025-01-01"}, "valid_to"),
    ({"issued_on": "2026-02-30"}, "issued_on"), ({"rate": "0"}, "rate"), ({"rate": "101"}, "rate"),
    ({"rate": ""}, "rate"), ({"rate": "NaN"}, "rate"), ({"cap_2": "-1"}, "cap_2"), ({"cap_3": "many"}, "cap_3"),
    ({"cap_3": "199999"}, "cap_3"),
    ({"tranche_cap": ""}, "tranche_cap"), ({"tranche_rate": ""}, "tranche_rate"), ({"how_en": ""}, "how_en"),
    ({"conditions-rows": "0"}, "__all__"), ({"conditions-rows": "many"}, "__all__"),
]


@pytest.mark.parametrize(("changes", "field"), FAULTS, ids=str)
def test_a_fault_stands_at_its_entry(changes: dict[str, Any], field: str) -> None:
    form = read(typed(**changes))
    assert form.programme is None
    assert form.has_faults
    assert form.errors.keys() == {field}


ROW_FAULTS: list[tuple[dict[str, Any], str]] = [
    ({"conditions-0-text_en": ""}, "conditions-0-text_en"),
    ({"conditions-0-tested_by": ""}, "conditions-0-tested_by"),
    ({"conditions-0-tested_by": "kept"}, "conditions-0-tested_by"),
    ({"conditions-0-tested_by": "confirm"}, "conditions-0-tested_by"),
    ({"conditions-0-order": "first"}, "conditions-0-order"),
    ({f"{STATEMENT}-question": ""}, "conditions-0-tested_by"),
    ({f"{STATEMENT}-question": "colour"}, f"{STATEMENT}-question"),
    ({f"{STATEMENT}-options": None}, f"{STATEMENT}-options"),
    ({f"{STATEMENT}-options": ["perhaps"]}, f"{STATEMENT}-options"),
    ({f"{STATEMENT}-operator": "at_least"}, f"{STATEMENT}-operator"),
    ({f"{STATEMENT}-question": "employees"}, f"{STATEMENT}-operator"),
    (stated("company_name", "is", options=["x"]), f"{STATEMENT}-question"),
    (stated("employees", "at_least"), f"{STATEMENT}-bound"),
    (stated("employees", "at_least", bound="0"), f"{STATEMENT}-bound"),
    (stated("employees", "at_least", bound="viele"), f"{STATEMENT}-bound"),
    (stated("employees", "at_least", bound="inf"), f"{STATEMENT}-bound"),
    (stated("network", "at_least", bound="1.5"), f"{STATEMENT}-bound"),
    (stated("network", "at_least", bound="5"), f"{STATEMENT}-bound"),
    (stated("network", "has", options=["industrial_5g"], bound="2"), f"{STATEMENT}-bound"),
    (stated("network", "at_most", options=["industrial_5g"], bound="2"), f"{STATEMENT}-options"),
    (stated("energy", "at_least", options=["2", "3"]), f"{STATEMENT}-options"),
    (stated("energy", "at_least", options=["not_applicable"]), f"{STATEMENT}-options"),
    (stated("quality", "is", options=["not_applicable"]), f"{STATEMENT}-options"),
    ({"papers-0-paper_en": ""}, "papers-0-paper_en"),
]


def row_faults(form: ProgrammeForm) -> set[str]:
    rows = [*form.conditions.rows, *form.papers.rows]
    rows += [row for condition in form.conditions.rows for row in condition.statements.rows]
    return {f"{row.prefix}-{field}" for row in rows for field in row.errors}


@pytest.mark.parametrize(("changes", "field"), ROW_FAULTS, ids=str)
def test_a_fault_in_a_row_stands_at_its_entry(changes: dict[str, Any], field: str) -> None:
    form = read(typed(**changes))
    assert form.programme is None
    assert form.has_faults
    assert row_faults(form) == {field}


def test_two_statements_need_a_word_between_them() -> None:
    second = {f"conditions-0-statements-1-{name}": value for name, value in
              (("question", SIZE), ("shown", SIZE), ("operator", "is"), ("options", ["micro"]))}
    form = read(typed(**second, **{"conditions-0-statements-rows": "2"}))
    assert row_faults(form) == {"conditions-0-tested_by"}
    form = read(typed(**second, **{"conditions-0-statements-rows": "2", "conditions-0-tested_by": "any"}))
    assert form.programme is not None
    assert set(rule_json(form.programme)["conditions"][0]["rule"]) == {"any"}


def test_two_conditions_never_share_an_id() -> None:
    copies = {f"conditions-{at}-{name}": value for at in (0, 1) for name, value in
              (("id", "same"), ("text_zh", "甲"), ("text_en", "A"), ("tested_by", "confirm"))}
    form = read(typed(**copies, **{"conditions-rows": "2", "conditions-0-statements-rows": "0"}))
    assert form.programme is None
    assert form.errors.keys() == {"__all__"}


def test_every_fault_of_a_rule_can_be_said_in_every_language() -> None:
    assert OF_A_RULE.keys() == RULE_FAULTS.keys()
    values = dict.fromkeys(("question", "option", "kinds", "bound", "lowest", "highest"), "x")
    with translation.override("en"):
        assert all("x" in in_words(Fault(code, **values)) for code in RULE_FAULTS)


def test_a_rule_that_fits_no_more_is_said_at_its_condition() -> None:
    """It stays as it is, in sight, and the programme cannot be stored before it is replaced."""
    rule = {"answer": "colour", "is": ["red"]}
    row = make_programme(rule={"conditions": [{**RULE["conditions"][0], "rule": rule}]})
    with translation.override("en"):
        form = ProgrammeForm(as_query(sent(row)), row=row)
        assert not form.is_valid()
        assert "colour" in form.conditions.rows[0].kept_words
        assert "no question “colour”" in str(form.conditions.rows[0].errors["tested_by"])
    mended = stated("above_scale", "is", options=["yes"]) | {
        "conditions-0-tested_by": "one", "conditions-0-statements-rows": "1"
    }
    form = ProgrammeForm(as_query(sent(row, **mended)), row=row)
    assert form.is_valid()


def test_a_rule_nobody_can_read_is_shown_and_refused() -> None:
    row = make_programme(rule={"conditions": [{**RULE["conditions"][0], "rule": {"colour": "red"}}]})
    form = ProgrammeForm(as_query(sent(row)), row=row)
    assert not form.is_valid()
    assert row_faults(form) == {"conditions-0-tested_by"}
    assert "red" in form.conditions.rows[0].kept_words


def test_a_kept_rule_cannot_be_made_up() -> None:
    form = read(typed(**{"conditions-0-kept": '{"size": ["large"]}', "conditions-0-tested_by": "kept",
                         "conditions-0-statements-rows": "0"}))
    assert row_faults(form) == {"conditions-0-tested_by"}


DAMAGED: list[Any] = [
    [], {}, {"benefit": []}, {"benefit": {"rate": "half", "caps": [1], "first_tranche": 7}}, {"conditions": ["x", 3]},
    {"conditions": [{"text": 1, "rule": []}]}, {"documents": ["licence"]}, {"valid_to": 2026, "name": "x"},
]


@pytest.mark.parametrize("rule", DAMAGED, ids=str)
def test_a_damaged_record_can_be_opened_and_is_not_stored_as_it_is(rule: Any) -> None:
    row = PolicyProgramme(key="damaged", rule=rule, updated_at=timezone.now())
    form = ProgrammeForm(as_query(sent(row)), row=row)
    assert not form.is_valid()
    assert form.programme is None


def test_a_quiet_form_keeps_what_was_typed_and_says_nothing() -> None:
    form = ProgrammeForm(as_query(typed(rate="half", **{"conditions-0-order": "first"})), row=None, quiet=True)
    assert not form.has_faults
    assert not form.errors
    assert row_faults(form) == set()
    assert form["rate"].value() == "half"
    assert form.conditions.rows[0]["order"].value() == "first"


def test_what_differs_between_two_records_by_name() -> None:
    before = {**RULE, "verified_on": None, "status": "draft"}
    after = {**RULE, "verified_on": date(2026, 11, 24), "status": "published", "documents": [{"zh": "甲", "en": "A"}],
             "how": {"zh": RULE["how"]["zh"], "en": "Ask"}, "conditions": []}
    assert differences(before, before) == []
    assert differences(before, after) == [
        "Status", "Verified on", "How to apply (English)", "Conditions", "Papers",
    ]
