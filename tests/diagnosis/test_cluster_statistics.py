"""Counting in the database: the same numbers as counting by hand, who counts, and when it is published."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clusters.models import ClusterId
from diagnosis.cluster_statistics import quarter_end, refresh
from diagnosis.domain.answers import Answers
from diagnosis.domain.chain import LINKS
from diagnosis.domain.cluster_facts import BARRIERS, DESIGN_LINKS, JOINED, LINK_COUNT, OUTCOMES, PRACTICES, TRAITS
from diagnosis.models import ClusterFigures, DiagnosisFacts, State, Submission, VerifiedLevel
from tests.diagnosis.cluster_firms import hand_in_simulated, row, rows

pytestmark = pytest.mark.django_db
FOOTWEAR, CRAFTS = ClusterId.FOOTWEAR, ClusterId.CRAFTS
NOW = datetime(2026, 11, 24, 12, tzinfo=timezone.get_default_timezone())


def standing(cluster: str = FOOTWEAR, *, verified: bool = False) -> ClusterFigures | None:
    return ClusterFigures.objects.filter(cluster=cluster, verified=verified, standing=True).first()


def counts(cluster: str = FOOTWEAR, *, verified: bool = False) -> dict[str, Any]:
    found = standing(cluster, verified=verified)
    assert found is not None
    return dict(found.counts)


# --- counted by hand ------------------------------------------------------------------------


def naive_traits(answers: Answers) -> set[str]:
    own = not answers.is_na("product_design")
    true = {id for id in (*JOINED, *PRACTICES, *BARRIERS) if (answers.level(id) or 0) >= 2}
    true -= set() if own else set(DESIGN_LINKS)
    provider = answers.level("b_provider")
    found = {
        "own_design": own, "any_link": bool(true & set(LINKS)),
        "ecosystem": "chain_platform" in true or (provider is not None and provider <= 1),
    }
    return true | {id for id, holds in found.items() if holds}


def naive_tier(submission: Submission) -> str:
    if submission.answers.get("chain_role") == "leader" or submission.size_class in ("medium", "large"):
        return "leaders"
    return "tail" if submission.size_class else "unknown"


def naive(submissions: list[Submission]) -> dict[str, Any]:
    firms = [(one, Answers.from_json(one.answers)) for one in submissions]
    traits = Counter(trait for _, answers in firms for trait in naive_traits(answers))
    by_type: dict[str, Any] = {}
    for one, answers in firms:
        values = {id: answers.number(id) for id in OUTCOMES} | {LINK_COUNT: len(naive_traits(answers) & set(LINKS))}
        for id, value in values.items():
            if value is not None:
                by_type.setdefault(one.type, {}).setdefault(id, Counter())[str(max(-100, min(300, round(value))))] += 1
    scale = {True: "above", False: "below", None: "unknown"}
    return {
        "firms": len(firms), "types": Counter(one.type for one, _ in firms),
        "stages": Counter(str(one.stage) for one, _ in firms), "traits": traits,
        "scale": Counter((scale[one.above_scale], one.type) for one, _ in firms),
        "tier": Counter((naive_tier(one), one.type) for one, _ in firms),
        "needs": Counter(most_needed(one.verdict or {}) for one, _ in firms), "by_type": by_type,
    }


def most_needed(verdict: dict[str, Any]) -> str:
    needs = [(-need["score"], id) for id, need in verdict["needs"].items() if need["score"] > 0]
    return min(needs)[1] if needs else "none"


def flat(rows: dict[str, dict[str, int]]) -> dict[tuple[str, str], int]:
    return {(row, type_): number for row, types in rows.items() for type_, number in types.items() if number}


def without_zeros(numbers: dict[str, int]) -> dict[str, int]:
    return {id: number for id, number in numbers.items() if number}


def assert_same(found: dict[str, Any], expected: dict[str, Any]) -> None:
    assert found["firms"] == expected["firms"]
    for part in ("types", "stages", "traits", "needs"):
        assert without_zeros(found[part]) == dict(expected[part]), part
    for part in ("scale", "tier"):
        assert flat(found[part]["rows"]) == dict(expected[part]), part
    for type_, part in found["by_type"].items():
        shown = {id: values for id, values in part["values"].items() if values}
        assert shown == {id: dict(values) for id, values in expected["by_type"].get(type_, {}).items()}, type_


class TestTheSameAsByHand:
    def test_a_few_dozen_firms_of_all_kinds(self) -> None:
        footwear = [hand_in_simulated(index) for index in range(40)]
        crafts = [hand_in_simulated(index, cluster=CRAFTS) for index in range(40, 52)]
        verified = [hand_in_simulated(index, state=State.VERIFIED) for index in range(60, 70)]
        hand_in_simulated(70, state=State.WITHDRAWN)
        refresh()
        assert_same(counts(), naive(footwear))
        assert_same(counts(CRAFTS), naive(crafts))
        assert_same(counts(verified=True), naive(verified))
        assert standing(CRAFTS, verified=True) is None
        assert sum(counts()["traits"].values()) > 100  # the simulated firms do have something to count

    def test_design_that_does_not_apply_has_no_links(self) -> None:
        joined = dict.fromkeys(LINKS, 2)
        rows(6, answers={"product_design": "not_applicable", **joined})
        rows(5, answers={"product_design": 1, **joined})
        refresh()
        traits = counts()["traits"]
        assert (traits["own_design"], traits["link_design_production"], traits["link_production_supply"]) == (5, 5, 11)

    def test_outcomes_beyond_the_scale_are_clipped(self) -> None:
        rows(5, answers={"production_efficiency": 900.4, "operating_cost": -12.4})
        refresh()
        values = counts()["by_type"]["single_point"]["values"]
        assert (values["production_efficiency"], values["operating_cost"]) == ({"300": 5}, {"-12": 5})

    def test_answers_not_known_count_as_not_true(self) -> None:
        rows(5, answers=dict.fromkeys(TRAITS, "unknown"))
        refresh()
        assert without_zeros(counts()["traits"]) == {"own_design": 5}


class TestWhoCounts:
    def test_the_latest_of_each_firm(self) -> None:
        before = row(type="not_started", submitted_at=NOW - timedelta(days=2))
        row(before.company, type="full_process", submitted_at=NOW - timedelta(days=1))
        rows(4, submitted_at=NOW - timedelta(days=3))
        refresh(now=NOW)
        assert without_zeros(counts()["types"]) == {"full_process": 1, "single_point": 4}

    def test_a_withdrawn_one_leaves_the_one_before(self) -> None:
        before = row(type="not_started", submitted_at=NOW - timedelta(days=2))
        row(before.company, type="full_process", submitted_at=NOW - timedelta(days=1), state=State.WITHDRAWN)
        rows(4)
        refresh()
        assert without_zeros(counts()["types"]) == {"not_started": 1, "single_point": 4}

    def test_nobody_who_did_not_agree_and_no_draft(self) -> None:
        rows(5)
        row(consent_statistics=False)
        Submission.objects.create(reference="DRAFT", content_version="1", cluster=FOOTWEAR)
        refresh()
        assert counts()["firms"] == 5

    def test_verified_and_self_reported_apart(self) -> None:
        rows(6)
        rows(5, state=State.VERIFIED, type="full_process")
        refresh()
        assert without_zeros(counts()["types"]) == {"single_point": 6}
        assert without_zeros(counts(verified=True)["types"]) == {"full_process": 5}

    def test_verified_ones_as_the_officer_found_them(self) -> None:
        found = rows(
            5, state=State.VERIFIED, type="full_process", verified_type="single_point", verified_stage=1,
            verified_distance=3, verified_verdict={"type": "single_point"}, answers={"link_production_supply": 3},
        )
        for submission in found:
            VerifiedLevel.objects.create(
                submission=submission, revision=1, question="link_production_supply", level=1, reason="seen"
            )
        refresh()
        figures = counts(verified=True)
        assert (figures["types"]["single_point"], figures["stages"]["1"]) == (5, 5)
        assert figures["traits"]["link_production_supply"] == 0

    def test_levels_verified_later_are_read_again(self) -> None:
        found = rows(5, state=State.VERIFIED, answers={"link_production_supply": 3})
        refresh()
        assert counts(verified=True)["traits"]["link_production_supply"] == 5
        for submission in found:
            VerifiedLevel.objects.create(
                submission=submission, revision=1, question="link_production_supply", level=0, reason="seen"
            )
        refresh()
        assert counts(verified=True)["traits"]["link_production_supply"] == 0
        VerifiedLevel.objects.update(standing=False)
        refresh()
        assert counts(verified=True)["traits"]["link_production_supply"] == 5

    def test_a_level_found_before_the_submission_was_verified_is_not_self_reported(self) -> None:
        for submission in rows(5, answers={"link_production_supply": 3}):
            VerifiedLevel.objects.create(
                submission=submission, revision=1, question="link_production_supply", level=0, reason="seen"
            )
        refresh()
        assert counts()["traits"]["link_production_supply"] == 5


class TestPublishing:
    def test_four_firms_are_not_published(self) -> None:
        rows(4)
        assert refresh() == 0
        assert not ClusterFigures.objects.exists()

    def test_nothing_new_until_five_firms_changed(self) -> None:
        rows(10)
        refresh()
        first = standing()
        rows(4)
        assert refresh() == 0
        assert standing() == first
        row()
        assert refresh() == 1
        assert counts()["firms"] == 15
        assert ClusterFigures.objects.count() == 2  # what was published stays

    def test_a_large_group_waits_for_a_twentieth(self) -> None:
        rows(200)
        refresh()
        rows(9)
        assert refresh() == 0
        row()
        assert refresh() == 1

    def test_withdrawals_and_new_answers_are_changes(self) -> None:
        firms = rows(12)
        refresh()
        for submission in firms[:3]:
            Submission.objects.filter(pk=submission.pk).update(state=State.WITHDRAWN)
        Submission.objects.filter(pk=firms[3].pk).update(revision=2, type="not_started")
        assert refresh() == 0
        Submission.objects.filter(pk=firms[4].pk).delete()
        assert refresh() == 1
        assert without_zeros(counts()["types"]) == {"not_started": 1, "single_point": 7}

    def test_a_group_that_became_too_small_is_withdrawn(self) -> None:
        firms = rows(6)
        refresh()
        Submission.objects.filter(pk__in=[one.pk for one in firms[1:]]).update(state=State.WITHDRAWN)
        refresh()
        assert standing() is None
        rows(4)
        refresh()
        assert counts()["firms"] == 5

    def test_a_firm_that_is_verified_moves_with_others_only(self) -> None:
        firms = rows(20)
        refresh()
        for submission in firms[:4]:
            Submission.objects.filter(pk=submission.pk).update(state=State.VERIFIED)
        refresh()
        assert (counts()["firms"], standing(verified=True)) == (20, None)
        Submission.objects.filter(pk=firms[4].pk).update(state=State.VERIFIED)
        refresh()
        assert (counts()["firms"], counts(verified=True)["firms"]) == (15, 5)

    def test_a_breakdown_waits_for_its_own_rows(self) -> None:
        rows(20, above_scale=True)
        rows(20, above_scale=False)
        refresh(now=NOW)
        rows(5, above_scale=True)
        row(above_scale=False)
        refresh(now=NOW + timedelta(days=1))
        figures = counts()
        assert (figures["firms"], figures["scale"]["as_of"]) == (46, "2026-11-24")
        assert sum(figures["scale"]["rows"]["below"].values()) == 20
        rows(5, above_scale=False)
        refresh(now=NOW + timedelta(days=2))
        figures = counts()
        assert (figures["scale"]["as_of"], sum(figures["scale"]["rows"]["below"].values())) == ("2026-11-26", 26)

    def test_outcomes_of_a_type_wait_for_five_of_it(self) -> None:
        rows(20, answers={"production_efficiency": 5})
        rows(6, type="full_process", answers={"production_efficiency": 20})
        refresh(now=NOW)
        row(type="full_process", answers={"production_efficiency": 90})
        rows(5, answers={"production_efficiency": 5})
        refresh(now=NOW + timedelta(days=1))
        by_type = counts()["by_type"]
        assert by_type["full_process"]["values"]["production_efficiency"] == {"20": 6}
        assert by_type["single_point"]["values"]["production_efficiency"] == {"5": 25}
        assert counts()["types"]["full_process"] == 7

    def test_the_past_is_published_once_by_quarters(self) -> None:
        firm = row(submitted_at=NOW - timedelta(days=300), type="not_started")
        rows(9, submitted_at=NOW - timedelta(days=300))
        rows(10, submitted_at=NOW - timedelta(days=100))
        row(firm.company, submitted_at=NOW - timedelta(days=2), type="full_process")
        refresh(now=NOW)
        assert [(f"{timezone.localtime(one.as_of):%Y-%m-%d}", one.firms) for one in
                ClusterFigures.objects.order_by("as_of")] == [("2026-03-31", 10), ("2026-09-30", 20)]
        assert counts()["types"]["not_started"] == 1  # one firm has changed since
        rows(4)
        refresh(now=NOW)
        assert (counts()["types"]["not_started"], counts()["firms"]) == (0, 24)

    @pytest.mark.parametrize(
        ("day", "end"), [((2026, 1, 1), "2026-03-31"), ((2026, 3, 31), "2026-03-31"), ((2026, 12, 31), "2026-12-31")]
    )
    def test_quarters_end_at_midnight_here(self, day: tuple[int, int, int], end: str) -> None:
        found = timezone.localtime(quarter_end(datetime(*day, 23, 59, tzinfo=timezone.get_default_timezone())))
        assert f"{found:%Y-%m-%d %H:%M}" == f"{end} 23:59"


class TestCost:
    def test_as_many_queries_for_more_firms_and_clusters_that_do_not_change(self) -> None:
        rows(6)
        refresh()
        with CaptureQueriesContext(connection) as few:
            refresh()
        rows(4)
        rows(4, cluster=CRAFTS)
        with CaptureQueriesContext(connection) as more:
            refresh()
        assert len(few) == len(more)

    def test_answers_are_read_once(self) -> None:
        rows(6)
        refresh()
        before = set(DiagnosisFacts.objects.values_list("pk", flat=True))
        refresh()
        assert set(DiagnosisFacts.objects.values_list("pk", flat=True)) == before


class TestConstraints:
    @pytest.mark.parametrize("wrong", [{"firms": 4}, {"cluster": "elsewhere"}, {"as_of": NOW + timedelta(days=9_000)}])
    def test_figures(self, wrong: dict[str, Any]) -> None:
        fields = {"cluster": FOOTWEAR, "verified": False, "as_of": NOW, "published_at": NOW, "firms": 5, "counts": {}}
        with pytest.raises(IntegrityError), transaction.atomic():
            ClusterFigures.objects.create(**{**fields, **wrong})

    def test_one_publication_stands(self) -> None:
        fields = {"cluster": FOOTWEAR, "verified": False, "as_of": NOW, "published_at": NOW, "firms": 5, "counts": {}}
        ClusterFigures.objects.create(**fields)
        with pytest.raises(IntegrityError), transaction.atomic():
            ClusterFigures.objects.create(**fields)

    @pytest.mark.parametrize("wrong", [{"scale": "huge"}, {"tier": "middle"}, {"stage": 6}])
    def test_facts(self, wrong: dict[str, Any]) -> None:
        row()
        rows(4)
        refresh()
        with pytest.raises(IntegrityError), transaction.atomic():
            DiagnosisFacts.objects.update(**wrong)
