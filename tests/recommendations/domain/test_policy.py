"""Support programmes: verdicts, reasons, amounts, dates, and what is refused."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from clusters.domain.content_file import ContentError, Text
from diagnosis.domain.answers import Answers, Value
from diagnosis.domain.size_class import size_class
from recommendations.domain.policy import Assessment, Programme, assess, load_programmes, money, rule_faults
from tests.recommendations.domain.real_content import CONTENT, questionnaire
from tests.recommendations.domain.world import text

TODAY = date(2026, 11, 24)
GRANTED = {"leisure_sports_goods", "food_processing", "engineering_textile_machinery"}


def raw(**changes: Any) -> dict[str, Any]:
    """A programme as a database row holds it."""
    return {
        "id": "programme",
        "name": text("支持 support"),
        "issuer": text("某局 bureau"),
        "recorded_on": "2026-11-24",
        "conditions": [
            {
                "id": "scale",
                "text": text("规上 above-scale"),
                "rule": {"answer": "above_scale", "is": ["yes"]},
            }
        ],
        "benefit": {"rate": 0.5, "caps": [{"level": 2, "amount": 200_000}, {"level": 3, "amount": 300_000}]},
        "benefit_text": text("一半 half"),
        "how": text("怎么办 how"),
        "documents": [text("执照 licence")],
        **changes,
    }


def programme(**changes: Any) -> Programme:
    return Programme.model_validate(raw(**changes))


def first_record() -> Programme:
    return load_programmes(CONTENT / "policies.yaml", questionnaire())[0]


GOOD: dict[str, Value] = {
    "employees": 80,
    "revenue": 2500,
    "above_scale": "yes",
    "subsector": "leisure_sports_goods",
    "cluster": "footwear",
}


def assessed(spend: int = 100_000, today: date = TODAY, **changes: Value) -> Assessment:
    answers = Answers({**GOOD, **changes})
    return assess(first_record(), answers, size_class(answers), spend, today)


# Answers, verdict. Above-scale is what the owner answered, whatever the revenue; size needs both figures.
BORDERS: list[tuple[dict[str, Value], str]] = [
    ({}, "eligible"),
    ({"above_scale": "no"}, "not_eligible"),
    ({"above_scale": "unknown"}, "unsure"),
    ({"revenue": 2000}, "eligible"),
    ({"revenue": 2000, "above_scale": "unknown"}, "unsure"),
    ({"revenue": 1999, "above_scale": "yes"}, "eligible"),
    ({"revenue": 2000, "above_scale": "no"}, "not_eligible"),
    ({"employees": 1000, "revenue": 40_000}, "not_eligible"),
    ({"employees": 999, "revenue": 40_000}, "eligible"),
    ({"employees": 1000, "revenue": 39_999}, "eligible"),
    ({"employees": 5, "revenue": 100}, "eligible"),
    ({"employees": "unknown"}, "unsure"),
    ({"revenue": "unknown"}, "unsure"),
    ({"employees": "unknown", "above_scale": "no"}, "not_eligible"),
    ({"subsector": "unknown"}, "unsure"),
    ({"subsector": "stone_carving"}, "not_eligible"),
]


@pytest.mark.parametrize(("changes", "verdict"), BORDERS)
def test_the_first_record_at_its_borders(changes: dict[str, Value], verdict: str) -> None:
    answers = Answers({**GOOD, **changes})
    found = assess(first_record(), answers, size_class(answers), 100_000, TODAY)
    assert found.verdict == verdict
    assert (found.amount is not None) == (verdict == "eligible")


def test_only_the_named_subsectors_are_promised_anything() -> None:
    every = set(questionnaire().questions["subsector"].options_by_id)
    assert every >= GRANTED
    assert {one for one in every if assessed(subsector=one).verdict == "eligible"} == GRANTED


def test_reasons_say_how_each_condition_stands() -> None:
    found = assessed(above_scale="no", subsector="unknown")
    assert [reason.state for reason in found.reasons] == ["met", "failed", "unknown", "unknown"]
    assert [reason.answers for reason in found.reasons] == [
        ("employees", "revenue"),
        ("above_scale",),
        ("subsector",),
        (),
    ]


def test_what_the_owner_has_to_confirm_is_listed_and_does_not_decide() -> None:
    found = assessed()
    assert found.verdict == "eligible"
    assert [reason.state for reason in found.reasons] == ["met", "met", "met", "unknown"]


AMOUNTS = [
    (0, 0),
    (1, 0),
    (3, 1),
    (100_000, 50_000),
    (399_999, 199_999),
    (400_000, 200_000),
    (2_000_000, 200_000),
]


@pytest.mark.parametrize(("spend", "amount"), AMOUNTS)
def test_the_amount_is_the_share_up_to_the_lowest_cap(spend: int, amount: int) -> None:
    assert assessed(spend).amount == amount


def test_rates_are_exact() -> None:
    answers = Answers({"above_scale": "yes"})
    third = programme(benefit={"rate": 0.29, "caps": []})
    assert assess(third, answers, "small", 100, TODAY).amount == 29


def test_the_caps_are_told_by_official_level_and_no_level_is_foretold() -> None:
    words = assessed(2_000_000).amount_text
    for part in ("二级最高20万元", "三级最高30万元", "四级最高50万元", "最低一档", "首付款的50%", "10万元"):
        assert part in words.zh
    for part in ("level 2, at most RMB 200,000", "level 4, at most RMB 500,000", "lowest cap", "RMB 100,000"):
        assert part in words.en
    assert "20万元" not in assessed(above_scale="no").amount_text.zh
    assert "RMB" not in assessed(above_scale="unknown").amount_text.en


@pytest.mark.parametrize(
    ("amount", "zh", "en"),
    [
        (0, "0元", "RMB 0"),
        (9_999, "9,999元", "RMB 9,999"),
        (45_600, "45,600元", "RMB 45,600"),
        (200_000, "20万元", "RMB 200,000"),
    ],
)
def test_money(amount: int, zh: str, en: str) -> None:
    assert money(amount) == Text(zh=zh, en=en)


DATES = [
    (date(2025, 12, 31), "not_eligible", False, ["failed", "met"]),
    (date(2026, 1, 1), "eligible", False, ["met"]),
    (date(2026, 6, 30), "eligible", False, ["met"]),
    (date(2026, 7, 1), "not_eligible", True, ["failed", "met"]),
]


@pytest.mark.parametrize(("today", "verdict", "expired", "states"), DATES)
def test_outside_its_dates_nobody_is_eligible(
    today: date, verdict: str, expired: bool, states: list[str]
) -> None:
    dated = programme(valid_from="2026-01-01", valid_to="2026-06-30")
    found = assess(dated, Answers({"above_scale": "yes"}), "small", 1000, today)
    assert (found.verdict, found.expired) == (verdict, expired)
    assert [reason.state for reason in found.reasons] == states


def test_a_record_nobody_checked_says_so() -> None:
    answers = Answers({"above_scale": "yes"})
    assert not assess(programme(), answers, "small", 0, TODAY).verified
    assert assess(programme(verified_on="2026-11-20"), answers, "small", 0, TODAY).verified


def test_a_programme_survives_the_database() -> None:
    for one in (first_record(), programme()):
        assert Programme.model_validate(one.model_dump(mode="json", by_alias=True)) == one


def test_the_first_record_is_the_call_of_january_2025() -> None:
    record = first_record()
    assert record.recorded_on == TODAY
    assert (record.valid_to, record.verified_on, record.number) == (None, None, "")
    assert [(cap.level, cap.amount) for cap in record.benefit.caps] == [
        (2, 200_000),
        (3, 300_000),
        (4, 500_000),
    ]


REFUSED: list[dict[str, Any]] = [
    {"colour": "red"},
    {"id": "Not An Id"},
    {"recorded_on": ""},
    {"valid_from": "2026-07-01", "valid_to": "2026-06-30"},
    {"conditions": []},
    {"conditions": [{"id": "a", "text": text("甲 a")}, {"id": "a", "text": text("乙 b")}]},
    {"conditions": [{"id": "a", "text": text("甲 a"), "rule": {"code": "True"}}]},
    {"benefit": {"rate": "1.5"}},
    {"benefit": {"rate": "0"}},
    {"benefit": {"rate": "0.5", "caps": [{"level": "5", "amount": "1"}]}},
    {"benefit": {"rate": "0.5", "caps": [{"level": "2", "amount": "-1"}]}},
    {"benefit": {"rate": "0.5", "caps": [{"level": "3", "amount": "9"}, {"level": "2", "amount": "1"}]}},
    {"benefit": {"rate": "0.5", "caps": [{"level": "2", "amount": "9"}, {"level": "3", "amount": "1"}]}},
    {"benefit": {"rate": "0.5", "caps": [{"level": "2", "amount": "1"}, {"level": "2", "amount": "1"}]}},
    {"benefit": {"rate": "0.5", "first_tranche": {"rate": "0.5", "of": "the_moon", "cap": "1"}}},
]


@pytest.mark.parametrize("changes", REFUSED)
def test_what_no_programme_may_say(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        programme(**changes)


def test_rules_are_checked_against_the_questionnaire() -> None:
    rule = {"all": [{"answer": "magic", "at_least": 1}]}
    one = programme(conditions=[{"id": "a", "text": text("甲 a"), "rule": rule}])
    assert list(rule_faults(one, questionnaire())) == [
        (("conditions", 0, "rule", "all", 0), "there is no question 'magic'")
    ]


def _written(folder: Path, *programmes: dict[str, Any]) -> Path:
    path = folder / "policies.yaml"
    path.write_text(yaml.safe_dump({"policies": list(programmes)}, allow_unicode=True), encoding="utf-8")
    return path


def test_faults_name_file_and_line(tmp_path: Path) -> None:
    bad = raw(
        conditions=[{"id": "a", "text": text("甲 a"), "rule": {"answer": "above_scale", "is": ["perhaps"]}}]
    )
    path = _written(tmp_path, raw(), {**bad, "id": "second"})
    with pytest.raises(ContentError, match="'above_scale' has no option 'perhaps'") as raised:
        load_programmes(path, questionnaire())
    line = int(str(raised.value).removeprefix(f"{path}:").split(":")[0])
    assert "above_scale" in path.read_text(encoding="utf-8").splitlines()[line - 1]
    assert line > 20


def test_no_two_programmes_with_one_id(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match="'programme' is used twice"):
        load_programmes(_written(tmp_path, raw(), raw()), questionnaire())
