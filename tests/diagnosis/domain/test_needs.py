"""The four needs and what speaks for them."""

from __future__ import annotations

import pytest

from diagnosis.domain.answers import Answers, Value
from diagnosis.domain.chain import LINKS, SCENES
from diagnosis.domain.needs import CONTRIBUTORS, Need, needs
from diagnosis.domain.official_sheet import fill_sheet
from diagnosis.domain.size_class import size_class
from tests.diagnosis.domain.firms import firm, full_firm, levels, scoring_questionnaire

QUESTIONNAIRE = scoring_questionnaire()
PATHWAYS = ("inclusive_empowerment", "technology_adaptation", "data_collaboration", "policy_support")
BARRIERS = {
    "b_finance": "inclusive_empowerment",
    "b_benefit": "inclusive_empowerment",
    "b_talent": "inclusive_empowerment",
    "b_training": "inclusive_empowerment",
    "b_organisation": "inclusive_empowerment",
    "b_fit": "technology_adaptation",
    "b_provider": "technology_adaptation",
    "b_partners": "data_collaboration",
    "b_data_trust": "data_collaboration",
    "b_policy_access": "policy_support",
}


def found(answers: Answers, eligible_programmes: int = 0) -> dict[str, Need]:
    sheet = fill_sheet(QUESTIONNAIRE, answers)
    rows = needs(answers, size=size_class(answers), sheet=sheet, eligible_programmes=eligible_programmes)
    return {need.pathway: need for need in rows}


def content() -> Answers:
    """A firm that lacks nothing the needs look at."""
    return full_firm(
        **levels(list(SCENES), 3), **dict.fromkeys(BARRIERS, 0), chain_platform=3, partner_data_sharing=3
    )


@pytest.mark.parametrize("answers", [Answers({}), firm(), full_firm()])
def test_all_four_always_come_greatest_first(answers: Answers) -> None:
    rows = list(found(answers).values())
    assert sorted(need.pathway for need in rows) == sorted(PATHWAYS)
    assert [need.score for need in rows] == sorted((need.score for need in rows), reverse=True)
    assert all(0 <= need.score <= 100 for need in rows)


def test_equal_needs_stand_in_the_order_of_the_paper() -> None:
    answers = content().replace(equipment_digitised=4, equipment_networked=4)
    assert {need.score for need in found(answers).values()} == {0.0}
    assert tuple(found(answers)) == PATHWAYS


@pytest.mark.parametrize(("barrier", "pathway"), BARRIERS.items())
def test_each_barrier_raises_its_own_pathway_and_no_other(barrier: str, pathway: str) -> None:
    before = found(content())
    previous = before[pathway].score
    for level in (1, 2, 3):
        after = found(content().replace(**{barrier: level}))
        assert after[pathway].score > previous
        assert barrier in after[pathway].because
        assert all(after[other] == before[other] for other in PATHWAYS if other != pathway)
        previous = after[pathway].score


def test_two_firms_that_differ_only_in_barriers_get_different_needs() -> None:
    money = firm(**dict.fromkeys(BARRIERS, 0)).replace(b_finance=3)
    trust = firm(**dict.fromkeys(BARRIERS, 0)).replace(b_data_trust=3)
    skills = firm(**dict.fromkeys(BARRIERS, 0)).replace(b_talent=3)
    assert found(money) != found(trust)
    assert found(money)["inclusive_empowerment"].because[0] == "b_finance"
    assert found(skills)["inclusive_empowerment"].because[0] == "b_talent"


@pytest.mark.parametrize(
    ("changes", "eligible", "pathway", "score", "because"),
    [
        ({"b_fit": 3, "b_provider": 0}, 0, "technology_adaptation", 25.0, ("b_fit",)),
        ({"production_control": 0}, 0, "technology_adaptation", 12.5, ("production_control",)),
        ({"quality": 0, "b_fit": 1}, 0, "technology_adaptation", 12.5, ("b_fit", "quality")),
        ({"cluster": "footwear", "five_g_use": 0, "digital_twin": 0}, 0, "technology_adaptation", 7.7,
         ("five_g_use",)),
        ({"cluster": "crafts", "five_g_use": 0, "digital_twin": 0}, 0, "technology_adaptation", 7.7,
         ("digital_twin",)),
        ({"cluster": "electronics", "five_g_use": 0, "digital_twin": 0}, 0, "technology_adaptation", 0.0, ()),
        ({"link_design_supply": 1, "link_supply_marketing": 0}, 0, "data_collaboration", 13.2,
         ("link_supply_marketing", "link_design_supply")),
        ({"partner_data_sharing": 0, "b_partners": 3}, 0, "data_collaboration", 29.4,
         ("b_partners", "partner_data_sharing")),
        ({"data_security": (), "management_rules": ("workflow", "it_rules")}, 0, "policy_support", 31.2,
         ("data_security", "management_rules")),
        ({}, 1, "policy_support", 40.0, ()),
        ({}, 3, "policy_support", 40.0, ()),
        ({"employees": 10, "revenue": 100, "equipment_digitised": 4, "equipment_networked": 4}, 0,
         "inclusive_empowerment", 10.0, ("employees",)),
        ({"employees": 30, "revenue": 500, "equipment_digitised": 4, "equipment_networked": 4}, 0,
         "inclusive_empowerment", 6.7, ("employees",)),
        ({"employees": 300, "revenue": 2000, "equipment_digitised": 4, "equipment_networked": 4}, 0,
         "inclusive_empowerment", 0.0, ()),
    ],
)  # fmt: skip
def test_scores_and_reasons(
    changes: dict[str, Value], eligible: int, pathway: str, score: float, because: tuple[str, ...]
) -> None:
    need = found(content().replace(**changes), eligible)[pathway]
    assert (need.score, need.because) == (score, because)


def test_unknown_links_and_core_scenes_count_as_missing_but_are_no_reason() -> None:
    unknown: dict[str, Value] = dict.fromkeys(LINKS, "unknown")
    answers = content().replace(**unknown, production_control="unknown", quality="unknown")
    assert (
        found(answers)["data_collaboration"].score
        == found(content().replace(**levels(list(LINKS), 0)))["data_collaboration"].score
    )
    assert found(answers)["data_collaboration"].because == ()
    assert found(answers)["technology_adaptation"].score == 13.0  # 1.5 of 11.5: quality is left out
    assert found(answers)["technology_adaptation"].because == ()


def test_what_does_not_apply_is_not_needed() -> None:
    maker = content().replace(product_design="not_applicable", **levels(list(LINKS)[:3], 0))
    assert found(maker)["technology_adaptation"].score == 0
    assert found(maker)["data_collaboration"].score == 0


def test_nothing_answered_needs_only_what_counts_as_missing() -> None:
    rows = found(Answers({}))
    assert {need.pathway: need.score for need in rows.values()} == {
        "technology_adaptation": 100.0,
        "data_collaboration": 100.0,
        "inclusive_empowerment": 0.0,
        "policy_support": 0.0,
    }
    assert all(need.because == () for need in rows.values())


def test_no_answer_speaks_twice_for_one_pathway() -> None:
    for rows in CONTRIBUTORS.values():
        assert len({row.answer for row in rows}) == len(rows)
        assert all(row.weight > 0 for row in rows)
