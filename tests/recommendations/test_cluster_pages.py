"""The cluster view in the officers' pages: who sees what, what is offered, the CSV, asking for the report."""

from __future__ import annotations

import csv
import io
import re
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from clusters.models import AuditEvent, AuditKind, ClusterId
from diagnosis.models import ClusterFigures, Submission
from recommendations import actions, file_actions
from recommendations.cluster_advice import refresh_cluster_figures
from recommendations.models import OfficerFile, OfficerFileKind, Report, ReportAdvice, ReportState
from recommendations.tasks import refresh_cluster_figures as refresh_task
from tests.diagnosis.cluster_firms import hand_in_simulated, row, rows
from tests.factories import make_officer, make_owner, make_report
from tests.recommendations.cluster_counts import counts

pytestmark = pytest.mark.django_db
FOOTWEAR, CRAFTS = ClusterId.FOOTWEAR, ClusterId.CRAFTS
ADDRESSES = ("cluster_view", "cluster_view_csv")


@pytest.fixture(autouse=True)
def no_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_actions, "_ring", lambda pk: None)


def publish(cluster: str = FOOTWEAR, *, verified: bool = False, day: datetime | None = None, **changes: Any) -> int:
    """A publication as the worker would have made it; the one before stands no longer."""
    as_of = day or timezone.now()
    ClusterFigures.objects.filter(cluster=cluster, verified=verified).update(standing=False)
    made = counts(**changes)
    return ClusterFigures.objects.create(
        cluster=cluster, verified=verified, as_of=as_of, published_at=timezone.now(), firms=made["firms"], counts=made
    ).pk


def signed_in(user: Any, language: str = "en") -> Client:
    client = Client()
    client.force_login(user)
    client.cookies["language"] = language
    return client


def officer(*clusters: str, **fields: Any) -> Client:
    return signed_in(make_officer(*(clusters or (FOOTWEAR,)), **fields))


def page(client: Client, **query: str) -> str:
    response = client.get(reverse("admin:cluster_view"), query)
    assert response.status_code == 200
    return response.content.decode()


def text(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def table(client: Client, **query: str) -> list[dict[str, str]]:
    response = client.get(reverse("admin:cluster_view_csv"), query)
    assert response.status_code == 200
    return list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))


class TestWhoGetsIn:
    @pytest.mark.parametrize("name", ADDRESSES)
    def test_nobody_but_officers(self, name: str) -> None:
        publish()
        for client in (Client(), signed_in(make_owner())):
            assert client.get(reverse(f"admin:{name}")).status_code == 302

    @pytest.mark.parametrize("name", ADDRESSES)
    def test_a_foreign_cluster_is_not_there(self, name: str) -> None:
        publish()
        publish(CRAFTS)
        client = officer(FOOTWEAR)
        assert client.get(reverse(f"admin:{name}"), {"cluster": CRAFTS}).status_code == 404
        assert client.get(reverse(f"admin:{name}"), {"cluster": "all"}).status_code == 404
        assert client.get(reverse(f"admin:{name}"), {"cluster": "elsewhere"}).status_code == 404
        assert client.get(reverse(f"admin:{name}"), {"cluster": FOOTWEAR}).status_code == 200

    def test_the_report_of_a_foreign_cluster_cannot_be_asked_for(self) -> None:
        publish(CRAFTS)
        response = officer(FOOTWEAR).post(reverse("admin:cluster_view_report"), {"cluster": CRAFTS})
        assert response.status_code == 404
        assert not OfficerFile.objects.exists()

    def test_figures_of_own_clusters_only(self) -> None:
        publish()
        publish(CRAFTS, firms=320, types={"not_started": 20, "single_point": 200, "full_process": 100})
        publish(ClusterId.ELECTRONICS)
        found = text(page(officer(FOOTWEAR, CRAFTS)))
        assert "2 clusters together" in found and "640 firms" in found
        assert "9 clusters" in text(page(officer(role="city_admin")))
        assert "960 firms" in text(page(officer(role="auditor")))

    def test_an_officer_without_clusters_is_told(self) -> None:
        publish()
        client = signed_in(make_officer())
        assert "No cluster is assigned to you yet" in page(client)
        assert client.get(reverse("admin:cluster_view_csv")).status_code == 404

    def test_the_start_page_leads_there(self) -> None:
        assert reverse("admin:cluster_view") in officer().get(reverse("admin:index")).content.decode()

    @pytest.mark.parametrize(
        ("name", "method"), [*((name, "post") for name in ADDRESSES), ("cluster_view_report", "get")]
    )
    def test_wrong_methods(self, name: str, method: str) -> None:
        publish()
        assert getattr(officer(), method)(reverse(f"admin:{name}")).status_code == 405


class TestPage:
    @pytest.mark.parametrize(
        ("language", "words"),
        [
            ("en", ("Footwear", "Self-reported", "320 firms", "The most broken link is", "about 80%", "Numbers")),
            ("zh-hans", ("鞋业", "企业自报", "320家", "断点最多的是", "约80%", "三个矛盾")),
        ],
    )
    def test_what_it_says(self, language: str, words: tuple[str, ...]) -> None:
        publish()
        client = signed_in(make_officer(FOOTWEAR), language)
        found = text(page(client))
        for one in words:
            assert one in found, one

    def test_every_chart_has_its_table(self) -> None:
        publish()
        html = page(officer())
        assert html.count('<ul class="bars">') == html.count('<details class="view-table">') == 10
        assert 'role="img"' in html and " style=" not in html and "<script" not in html.split("<main")[-1]

    def test_nothing_yet(self) -> None:
        found = text(page(officer()))
        assert "There are no figures yet" in found
        assert "Figures as CSV" not in found

    def test_three_firms_show_nothing_and_the_reason(self) -> None:
        rows(3)
        refresh_cluster_figures()
        client = officer()
        found = text(page(client))
        assert "fewer than 5 firms are counted" in found
        assert client.get(reverse("admin:cluster_view_csv")).status_code == 404
        assert client.post(reverse("admin:cluster_view_report"), {}).status_code == 404

    def test_verified_apart(self) -> None:
        publish()
        publish(verified=True, firms=40, types={"not_started": 5, "single_point": 20, "full_process": 15})
        found = text(page(officer(), basis="verified"))
        assert "Verified by an officer" in found and "40 firms" in found and "320 firms" not in found

    @pytest.mark.parametrize(
        "query", [{"basis": "guessed"}, {"until": "2020-03-31"}, {"until": "yesterday"}, {"before": "2026-13-45"}]
    )
    def test_only_what_is_offered(self, query: dict[str, str]) -> None:
        publish()
        for name in ADDRESSES:
            assert officer().get(reverse(f"admin:{name}"), query).status_code == 404

    def test_clusters_without_figures_are_named(self) -> None:
        publish()
        assert "Not included: Crafts" in text(page(officer(FOOTWEAR, CRAFTS)))

    def test_the_same_queries_for_more_firms_and_publications(self) -> None:
        publish(day=timezone.now() - timedelta(days=200))
        publish(CRAFTS)
        client = officer(FOOTWEAR, CRAFTS)
        page(client)
        with CaptureQueriesContext(connection) as few:
            page(client)
        for days in (150, 120, 90, 60):
            publish(day=timezone.now() - timedelta(days=days))
        publish(firms=90_000)
        rows(7)
        with CaptureQueriesContext(connection) as more:
            page(client)
        assert len(few) == len(more) < 15


class TestPeriods:
    @pytest.fixture
    def past(self) -> date:
        """The end of a quarter before today, with other figures then."""
        day = timezone.now() - timedelta(days=200)
        publish(day=day, firms=200, types={"not_started": 150, "single_point": 40, "full_process": 10})
        publish()
        (earlier,) = {one.as_of for one in ClusterFigures.objects.filter(standing=False)}
        assert earlier == day
        return timezone.localdate(day)

    def offered(self, html: str) -> list[str]:
        return re.findall(r'<option value="(\d{4}-\d\d-\d\d)"', html.split('id="view-until"')[1].split("</select>")[0])

    def test_ends_of_quarters_are_offered(self, past: date) -> None:
        days = [date.fromisoformat(day) for day in self.offered(page(officer()))]
        assert days and all(past <= day < timezone.localdate() for day in days)
        assert all((day + timedelta(days=1)).day == 1 and day.month % 3 == 0 for day in days)

    def test_as_it_stood_then(self, past: date) -> None:
        client = officer()
        oldest = self.offered(page(client))[-1]
        found = text(page(client, until=oldest))
        assert "200 firms" in found and f"as of {past.isoformat()}" in found
        assert "There are no earlier figures to compare with" in found

    def test_change_between_then_and_now(self, past: date) -> None:
        found = text(page(officer()))
        assert "Compared with the figures as of" in found
        assert "5% (10 of 200) 13.8% (44 of 320) +8.8 points" in found

    def test_later_days_cannot_be_compared_with(self, past: date) -> None:
        client = officer()
        days = self.offered(page(client))
        response = client.get(reverse("admin:cluster_view"), {"until": days[-1], "before": days[0]})
        assert response.status_code == (404 if len(days) > 1 else 200)


class TestExport:
    def test_figures_and_log(self) -> None:
        publish()
        client = officer()
        found = {(line["Part"], line["Figure"]): line for line in table(client)}
        line = found["Coverage", "All firms"]
        assert (line["Firms"], line["Of"], line["Share"], line["Paper"]) == ("220", "320", "68.8%", "62% (2.2.2)")
        assert (line["Cluster"], line["Basis"]) == ("Footwear", "Self-reported")
        event = AuditEvent.objects.get(kind=AuditKind.LIST_EXPORTED)
        assert (event.clusters, event.detail) == ([FOOTWEAR], {"list": "cluster_view", "basis": "reported"})

    def test_looking_is_not_logged(self) -> None:
        publish()
        page(officer())
        assert not AuditEvent.objects.exists()

    def test_small_groups_are_hidden_in_it(self) -> None:
        publish(types={"not_started": 100, "single_point": 217, "full_process": 3})
        lines = table(officer())
        (line,) = [one for one in lines if one["Figure"] == "Full-process" and one["Part"].startswith("Broad")]
        assert (line["Firms"], line["Share"]) == ("<5", "0.3–1.3%")
        assert not [one for one in lines if one["Firms"] in ("1", "2", "3", "4")]

    def test_no_cell_is_a_formula(self) -> None:
        publish()
        for line in table(officer()):
            assert not [cell for cell in line.values() if cell[:1] in "=+-@\t" and cell]

    def test_auditors_may(self) -> None:
        publish()
        assert table(officer(role="auditor"), cluster=FOOTWEAR)


class TestReport:
    def ask(self, client: Client, **query: str) -> OfficerFile:
        response = client.post(reverse("admin:cluster_view_report"), query)
        assert response.status_code == 302
        assert response["Location"] == reverse("admin:recommendations_officerfile_changelist")
        return OfficerFile.objects.latest("pk")

    @pytest.mark.parametrize(("language", "words"), [("en", "Cluster report"), ("zh-hans", "集群报告")])
    def test_the_worker_makes_it(self, language: str, words: str) -> None:
        publish()
        file = self.ask(officer(), language=language)
        assert (file.kind, file.clusters, file.language) == (OfficerFileKind.CLUSTER_REPORT, [FOOTWEAR], language)
        assert actions.build_officer_file(file_id=file.pk)
        file.refresh_from_db()
        assert file.file_name.endswith(".pdf")
        with default_storage.open(file.name) as stored:
            assert words in PdfReader(stored).pages[0].extract_text()

    def test_it_is_of_the_figures_that_stood_when_it_was_asked_for(self) -> None:
        publish()
        file = self.ask(officer(), language="en")
        publish(firms=999, types={"not_started": 333, "single_point": 333, "full_process": 333})
        actions.build_officer_file(file_id=file.pk)
        file.refresh_from_db()
        with default_storage.open(file.name) as stored:
            found = PdfReader(stored).pages[0].extract_text()
        assert "320" in found and "999" not in found

    def test_asked_twice_is_made_once(self) -> None:
        publish()
        client = officer()
        assert self.ask(client) == self.ask(client)
        assert AuditEvent.objects.filter(kind=AuditKind.FILE_ASKED).count() == 1

    def test_a_language_it_does_not_have(self) -> None:
        publish()
        assert officer().post(reverse("admin:cluster_view_report"), {"language": "fr"}).status_code == 404

    def test_who_lost_the_cluster_gets_nothing(self) -> None:
        publish()
        user = make_officer(FOOTWEAR)
        file = self.ask(signed_in(user))
        user.memberships.all().delete()
        assert not actions.build_officer_file(file_id=file.pk)
        file.refresh_from_db()
        assert file.state == ReportState.FAILED


class TestAdvice:
    def reported(self, measures: tuple[str, ...], amount: int | None = None, **fields: Any) -> Submission:
        submission = row(**fields)
        policies = [
            {"id": "grant", "verdict": "eligible" if amount else "unsure", "amount": amount, "expired": False},
            {"id": "old", "verdict": "eligible", "amount": 5, "expired": True},
        ]
        Report.objects.create(
            submission=submission, state=ReportState.READY, tries=1, attempt=1, ready_at=timezone.now(),
            document={"roadmap": {"measures": [{"id": id} for id in measures]}, "policies": policies},
        )
        return submission

    def advice(self) -> dict[str, Any]:
        return dict(ClusterFigures.objects.get(cluster=FOOTWEAR, standing=True).counts["advice"])

    def test_measures_and_grants_of_the_counted_reports(self) -> None:
        for number in range(6):
            self.reported(("one", "two") if number else ("two", "two"), 100_000 * number or None)
        self.reported(("one",), consent_statistics=False)
        row()
        refresh_cluster_figures()
        assert self.advice() == {
            "measures": {"one": 5, "two": 6}, "grants": {"grant": {"firms": 5, "amount": 1_500_000}}
        }

    def test_real_documents(self) -> None:
        submissions = [hand_in_simulated(index) for index in range(6)]
        documents = [make_report(submission, full=True).document or {} for submission in submissions]
        refresh_cluster_figures()
        expected: dict[str, int] = {}
        for document in documents:
            for measure in document["roadmap"]["measures"]:
                expected[measure["id"]] = expected.get(measure["id"], 0) + 1
        assert expected and self.advice()["measures"] == expected

    def test_a_report_that_comes_later_is_counted_next_time(self) -> None:
        submissions = rows(6)
        refresh_cluster_figures()
        assert self.advice()["measures"] == {}
        for submission in submissions[:5]:
            Report.objects.create(
                submission=submission, state=ReportState.READY, tries=1, attempt=1, ready_at=timezone.now(),
                document={"roadmap": {"measures": [{"id": "one"}]}, "policies": []},
            )
        rows(5)
        refresh_cluster_figures()
        assert self.advice()["measures"] == {"one": 5}

    def test_documents_are_read_once(self) -> None:
        for _ in range(5):
            self.reported(("one",))
        refresh_task()
        read = set(ReportAdvice.objects.values_list("pk", flat=True))
        rows(5)
        refresh_task()
        assert set(ReportAdvice.objects.values_list("pk", flat=True)) == read
