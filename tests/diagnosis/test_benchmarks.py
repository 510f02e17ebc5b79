"""Peer figures with real rows: who counts, what is published, and that one firm never shows."""

from __future__ import annotations

import random
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clusters.models import ClusterId
from diagnosis import benchmarks
from diagnosis.domain.peers import EVERYBODY, FIGURES, WHOLE_GROUP, Group
from diagnosis.models import Company, GroupStatistics, State, Submission
from diagnosis.tasks import refresh_statistics
from diagnosis.wording import peers

pytestmark = pytest.mark.django_db
FOOTWEAR, CRAFTS = ClusterId.FOOTWEAR, ClusterId.CRAFTS
_numbers = count(1)


def make_company() -> Company:
    number = next(_numbers)
    return Company.objects.create(uscc=f"{number:018d}", name=f"Firm {number}", cluster=FOOTWEAR)


def hand_in(
    company: Company | None = None, *, distance: int = 4, score: float | None = 40.0, **fields: Any
) -> Submission:
    """A submitted diagnosis; only what statistics read of it is filled in with care."""
    company = company or make_company()
    dimensions = dict.fromkeys(FIGURES[:3], score)
    return Submission.objects.create(**{
        "reference": f"T{next(_numbers)}", "state": State.SUBMITTED, "content_version": "1", "company": company,
        "company_name": company.name, "uscc": company.uscc, "cluster": FOOTWEAR, "size_class": "small",
        "type": "full_process" if distance == 0 else "single_point", "distance": distance, "stage": 2,
        "consent_version": "1", "consent_statistics": True, "submitted_at": timezone.now(),
        "verdict": {"distance": distance, "stage": 2, "dimensions": dimensions},
        **fields,
    })


def several(number: int, **fields: Any) -> list[Submission]:
    return [hand_in(**fields) for _ in range(number)]


def standing(**where: Any) -> list[tuple[Any, ...]]:
    """What anybody can know of the published figures."""
    of = ("figure", "verified", "cluster", "size_class")
    rows = GroupStatistics.objects.filter(standing=True, **where).order_by(*of)
    return list(rows.values_list(*of, "quartiles", "published_at"))


def group_of(submission: Submission, *, verified: bool = False) -> Group | None:
    found = benchmarks.peer_groups(submission).get(verified)
    return found.figures[0].group if found else None


class TestWhoCounts:
    def test_the_latest_handing_in_of_each_firm(self) -> None:
        company = make_company()
        now = timezone.now()
        hand_in(company, submitted_at=now - timedelta(days=2))
        latest = hand_in(company, submitted_at=now)
        hand_in(company, submitted_at=now - timedelta(days=1))
        assert list(benchmarks.counted_submissions()) == [latest]

    def test_of_two_at_the_same_moment_the_later_row(self) -> None:
        company, now = make_company(), timezone.now()
        hand_in(company, submitted_at=now)
        latest = hand_in(company, submitted_at=now)
        assert list(benchmarks.counted_submissions()) == [latest]

    def test_nobody_who_did_not_agree(self) -> None:
        hand_in(consent_statistics=False)
        assert not benchmarks.counted_submissions().exists()

    def test_a_firm_that_no_longer_agrees_is_out_not_older(self) -> None:
        company = make_company()
        hand_in(company, submitted_at=timezone.now() - timedelta(days=1))
        hand_in(company, consent_statistics=False)
        assert not benchmarks.counted_submissions().exists()

    def test_a_withdrawn_one_leaves_the_one_before(self) -> None:
        company = make_company()
        before = hand_in(company, submitted_at=timezone.now() - timedelta(days=1))
        hand_in(company, state=State.WITHDRAWN)
        assert list(benchmarks.counted_submissions()) == [before]

    def test_a_draft_changes_nothing(self) -> None:
        handed_in = hand_in()
        Submission.objects.create(reference="DRAFT", content_version="1", company=handed_in.company)
        assert list(benchmarks.counted_submissions()) == [handed_in]


class TestGroups:
    def test_nothing_with_four_others(self) -> None:
        own = several(5)[0]
        benchmarks.refresh_all()
        assert benchmarks.peer_groups(own) == {}
        assert peers(own) is None

    def test_five_others_of_the_same_size(self) -> None:
        own = several(6)[0]
        benchmarks.refresh_all()
        assert group_of(own) == Group(FOOTWEAR, "small")

    def test_five_who_are_all_others(self) -> None:
        """A newcomer is compared with five, one of the five only with four and so with nobody."""
        five = several(5)
        benchmarks.refresh_all()
        newcomer = hand_in()
        assert group_of(newcomer) == Group(FOOTWEAR, "small")
        assert group_of(five[0]) is None

    def test_widens_to_the_cluster_then_to_all(self) -> None:
        several(6, size_class="micro")
        own = hand_in()
        stranger = hand_in(cluster=CRAFTS)
        benchmarks.refresh_all()
        assert group_of(own) == Group(FOOTWEAR)
        assert group_of(stranger) == EVERYBODY

    def test_verified_diagnoses_stand_apart(self) -> None:
        several(7, distance=2)
        own = several(6, distance=9, state=State.VERIFIED)[0]
        part = peers(own)
        assert part is not None and part["verified"] is not None
        assert [row["median"] for row in part["figures"] if row["id"] == "distance"] == [2]
        assert [row["median"] for row in part["verified"]["figures"] if row["id"] == "distance"] == [9]

    def test_verified_alone(self) -> None:
        own = several(6, state=State.VERIFIED)[0]
        part = peers(own)
        assert part is not None
        assert (part["group"], part["figures"], part["verified"]["size"]) == (None, [], 5)

    def test_a_score_few_firms_have_is_left_out(self) -> None:
        several(4)
        own = several(10, score=None)[0]
        part = peers(own)
        assert part is not None
        assert [row["id"] for row in part["figures"]] == ["distance", "stage"]


class TestPart:
    def test_what_the_report_says(self) -> None:
        several(11, distance=6, score=63.0)
        part = peers(hand_in(distance=3, score=None))
        assert part is not None
        assert part["size"] == 10  # twelve firms, rounded down
        assert part["group"]["en"] == "Footwear, small firms"
        assert part["as_of"] == timezone.localdate().isoformat()
        rows = {row["id"]: row for row in part["figures"]}
        assert rows["distance"]["quartiles"] == [6, 6, 6]
        assert rows["distance"]["place"]["en"] == "Ahead of about three quarters of them"
        assert rows["model_innovation"]["quartiles"] == [65, 65, 65]
        assert (rows["model_innovation"]["value"], rows["model_innovation"]["place"]["zh"]) == (
            None, "您的这一项还没有分数",
        )

    def test_every_text_has_both_languages(self) -> None:
        part = peers(several(6)[0])
        assert part is not None
        texts = [part["group"], part["note"], *(row[key] for row in part["figures"] for key in ("name", "place"))]
        assert all(set(text) == {"zh", "en"} and all(text.values()) and "{" not in str(text.values()) for text in texts)


class TestPublishing:
    def test_a_report_need_not_wait_for_the_regular_refresh(self) -> None:
        own = several(6)[0]
        benchmarks.refresh_missing(own.cluster, own.size_class)
        assert group_of(own) == Group(FOOTWEAR, "small")
        before = standing()
        benchmarks.refresh_missing(own.cluster, own.size_class)
        assert standing() == before

    @pytest.mark.parametrize("seed", range(6))
    def test_one_firm_more_or_less_shows_nothing(self, seed: int) -> None:
        """Everybody is published; then up to four firms come, leave or change: no figure moves."""
        chance = random.Random(seed)
        firms = [
            hand_in(
                distance=chance.randint(0, 12), score=chance.uniform(0, 100), size_class=size, cluster=cluster,
            )
            for size, cluster in (("micro", FOOTWEAR), ("small", FOOTWEAR), ("small", CRAFTS))
            for _ in range(chance.randint(5, 12))
        ]
        benchmarks.refresh_all()
        before = standing()
        for turn in range(4):
            _change(chance, firms, turn)
            benchmarks.refresh_all()
            for firm in firms:
                benchmarks.refresh_missing(firm.cluster, firm.size_class)
            assert standing() == before

    def test_firms_that_waited_enter_together(self) -> None:
        """Four crafts firms wait; the fifth brings all five into the figures of all firms, never one alone."""
        several(8)
        several(4, cluster=CRAFTS, size_class="")
        benchmarks.refresh_all()
        everybody = GroupStatistics.objects.filter(figure=WHOLE_GROUP, cluster="", standing=True)
        assert everybody.get().size == 8
        hand_in(cluster=CRAFTS, size_class="")
        benchmarks.refresh_all()
        assert everybody.get().size == 13

    def test_five_firms_more_are_published(self) -> None:
        several(6, distance=2)
        benchmarks.refresh_all()
        before = standing(figure=WHOLE_GROUP, size_class="small")
        several(5, distance=9)
        refresh_statistics()
        after = standing(figure=WHOLE_GROUP, size_class="small")
        assert before[0][4] == [2, 2, 2] and after[0][4] == [2, 2, 9]

    def test_what_was_published_is_kept_as_a_record(self) -> None:
        several(6)
        benchmarks.refresh_all()
        several(5)
        benchmarks.refresh_all()
        rows = GroupStatistics.objects.filter(figure=WHOLE_GROUP, cluster=FOOTWEAR, size_class="small")
        assert sorted(rows.values_list("size", "standing")) == [(6, False), (11, True)]

    def test_a_verified_group_does_not_single_out_the_one_left(self) -> None:
        """Six published, then five of them verified: the difference would be one firm."""
        firms = several(6)
        benchmarks.refresh_all()
        Submission.objects.filter(pk__in=[one.pk for one in firms[:5]]).update(state=State.VERIFIED)
        benchmarks.refresh_all()
        assert not GroupStatistics.objects.filter(verified=True).exists()
        Submission.objects.filter(pk=firms[5].pk).update(state=State.VERIFIED)
        benchmarks.refresh_all()
        assert GroupStatistics.objects.filter(verified=True, standing=True).exists()

    def test_only_one_refresh_at_a_time(self, monkeypatch: pytest.MonkeyPatch) -> None:
        several(6)
        monkeypatch.setattr(benchmarks, "begin_alone", lambda lock: False)
        assert benchmarks.refresh_all() == benchmarks.refresh_cluster(FOOTWEAR) == 0
        assert not GroupStatistics.objects.exists()


def _change(chance: random.Random, firms: list[Submission], turn: int) -> None:
    chosen = chance.choice(firms)
    if turn == 0:
        firms.append(hand_in(distance=12, score=99.0, size_class=chosen.size_class, cluster=chosen.cluster))
    elif turn == 1:
        hand_in(chosen.company, distance=0, score=0.0, cluster=chosen.cluster, size_class=chosen.size_class)
    elif turn == 2:
        Submission.objects.filter(company=chosen.company).update(state=State.WITHDRAWN)
    else:
        Submission.objects.filter(pk=chosen.pk).update(consent_statistics=False)


class TestTable:
    @staticmethod
    def _row(**fields: Any) -> GroupStatistics:
        size = fields.pop("size", 5)
        ids = list(range(fields.pop("members", size)))
        return GroupStatistics(**{
            "figure": WHOLE_GROUP, "verified": False, "size": size, "quartiles": [1, 2, 3], "firms": ids,
            "marks": ids, "values": [float(id) for id in ids], **fields,
        })

    @pytest.mark.parametrize(
        "wrong", [{"size": 4}, {"size": 6, "members": 5}, {"quartiles": [1, 2]}, {"figure": "revenue"}]
    )
    def test_the_database_refuses(self, wrong: dict[str, Any]) -> None:
        with pytest.raises(IntegrityError), transaction.atomic():
            self._row(**wrong).save()

    def test_one_figure_stands_for_a_group(self) -> None:
        self._row().save()
        with pytest.raises(IntegrityError), transaction.atomic():
            self._row().save()
        self._row(standing=False).save()

    def test_columns_of_the_dimensions_follow_the_verdict(self) -> None:
        submission = hand_in(score=41.5)
        submission.refresh_from_db()
        assert submission.model_innovation == 41.5
        Submission.objects.filter(pk=submission.pk).update(verdict={"dimensions": {"model_innovation": None}})
        submission.refresh_from_db()
        assert submission.model_innovation is None and submission.technological_integration is None


class TestSpeed:
    def test_reading_is_one_query_however_many_firms(self) -> None:
        own = several(7)[0]
        benchmarks.refresh_all()
        several(40)
        with CaptureQueriesContext(connection) as seen:
            assert benchmarks.peer_groups(own)
        assert len(seen) == 1
        assert "firms" not in seen[0]["sql"]
