"""The directory in the officers' pages: who reads, who keeps, and the way of a list through it."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from clusters.models import ClusterId, Provider, ProviderKind, Role, User
from clusters.provider_sheets import export_providers
from clusters.topics import get_topics
from recommendations.content import get_catalogue, get_directory_words
from recommendations.documents import make_document
from recommendations.domain.measure import SUBLINES
from tests.factories import make_officer, make_owner, make_submission

pytestmark = pytest.mark.django_db
PEOPLE: dict[str, Callable[[], User | None]] = {
    "anonymous": lambda: None,
    "owner": make_owner,
    "officer": lambda: make_officer(ClusterId.FOOTWEAR),
    "superuser as officer": lambda: make_officer(ClusterId.FOOTWEAR, is_superuser=True),
    "auditor": lambda: make_officer(role=Role.AUDITOR),
    "city admin": lambda: make_officer(role=Role.CITY_ADMIN),
}
OUTSIDE = {"anonymous", "owner"}
FIELDS: dict[str, Any] = {
    "kind": "provider", "name": "泉州甲软件", "clusters": ["footwear"], "counties": [], "topics": ["trade_saas"],
    "contact": "王工 0595-1", "website": "", "source": "专员登记", "verified_on": "", "active": "on",
}


def make_provider(**fields: Any) -> Provider:
    plain = {key: value for key, value in FIELDS.items() if key not in ("verified_on", "active")}
    return Provider.objects.create(**{**plain, **fields})


def listed(**fields: Any) -> bytes:
    """A list with one helper that is not recorded."""
    new = {"kind": "platform", "name": "新平台", "topics": ["five_g"], "contact": "x", "source": "y", **fields}
    return export_providers([*Provider.objects.all(), Provider(**new)])


def at(name: str, *args: Any) -> str:
    return reverse(f"admin:clusters_provider_{name}", args=args)


def upload(data: bytes, name: str = "list.xlsx") -> dict[str, Any]:
    return {"file": SimpleUploadedFile(name, data)}


@pytest.fixture(params=PEOPLE)
def person(request: pytest.FixtureRequest, client: Client) -> str:
    user = PEOPLE[request.param]()
    if user is not None:
        client.force_login(user)
    return str(request.param)


@pytest.fixture
def admin_client(client: Client) -> Client:
    client.force_login(make_officer(role=Role.CITY_ADMIN))
    return client


def expected(person: str, *, keeper: int, reader: int) -> int:
    return 302 if person in OUTSIDE else keeper if person == "city admin" else reader


class TestDoors:
    def test_pages(self, client: Client, person: str) -> None:
        provider = make_provider()
        for url, keeper, reader in (
            (at("changelist"), 200, 200), (at("change", provider.pk), 200, 200), (at("export"), 200, 200),
            (at("history", provider.pk), 200, 200), (at("add"), 200, 403), (at("delete", provider.pk), 200, 403),
            (at("import"), 200, 403),
        ):
            response = client.get(url)
            assert response.status_code == expected(person, keeper=keeper, reader=reader), url
            if person in OUTSIDE:
                assert response["Location"].startswith("/admin/login/")

    def test_changing(self, client: Client, person: str) -> None:
        provider = make_provider()
        response = client.post(at("change", provider.pk), {**FIELDS, "contact": "changed"})
        assert response.status_code == expected(person, keeper=302, reader=403)
        provider.refresh_from_db()
        assert (provider.contact == "changed") == (person == "city admin")

    def test_taking_over(self, client: Client, person: str) -> None:
        data = listed()
        for url, content in ((at("import"), upload(data)), (at("confirm"), {"token": "x"})):
            response = client.post(url, content)
            keeper = 200 if url == at("import") else 302
            assert response.status_code == expected(person, keeper=keeper, reader=403)
        assert not Provider.objects.exists()

    def test_methods(self, admin_client: Client) -> None:
        assert admin_client.post(at("export")).status_code == 405
        assert admin_client.get(at("confirm")).status_code == 405


class TestKeeping:
    def test_add(self, admin_client: Client) -> None:
        assert admin_client.post(at("add"), FIELDS).status_code == 302
        provider = Provider.objects.get()
        assert (provider.clusters, provider.topics, provider.active) == (["footwear"], ["trade_saas"], True)

    @pytest.mark.parametrize(
        "wrong",
        [
            {"topics": []}, {"topics": ["nothing"]}, {"clusters": ["moon"]}, {"counties": ["xiamen"]},
            {"kind": "friend"}, {"website": "javascript:alert(1)"}, {"contact": ""}, {"source": ""},
            {"verified_on": "2099-01-01"}, {"name": "x" * 121},
        ],
    )
    def test_bad_values(self, admin_client: Client, wrong: dict[str, Any]) -> None:
        response = admin_client.post(at("add"), {**FIELDS, **wrong})
        assert response.status_code == 200
        assert set(response.context["adminform"].form.errors) == set(wrong)
        assert not Provider.objects.exists()

    def test_the_same_helper_twice(self, admin_client: Client) -> None:
        make_provider()
        assert admin_client.post(at("add"), FIELDS).status_code == 200
        assert Provider.objects.count() == 1

    def test_filter_by_cluster_shows_those_for_all_clusters_too(self, admin_client: Client) -> None:
        make_provider()
        everywhere = make_provider(name="b", clusters=[])
        shown = admin_client.get(at("changelist"), {"cluster": "crafts"}).context["cl"].result_list
        assert list(shown) == [everywhere]

    def test_list_costs_the_same_with_more_rows(self, admin_client: Client, django_assert_num_queries: Any) -> None:
        make_provider()
        admin_client.get(at("changelist"))
        with CaptureQueriesContext(connection) as seen:
            admin_client.get(at("changelist"))
        make_provider(name="b")
        with django_assert_num_queries(len(seen)):
            admin_client.get(at("changelist"))

    @pytest.mark.parametrize(
        "wrong",
        [{"kind": "friend"}, {"name": ""}, {"contact": ""}, {"source": ""}, {"topics": []}, {"clusters": ["moon"]}],
    )
    def test_the_database_refuses(self, wrong: dict[str, Any]) -> None:
        with pytest.raises(IntegrityError), transaction.atomic():
            make_provider(**wrong)


class TestList:
    def test_export_is_a_workbook_nobody_caches(self, admin_client: Client) -> None:
        make_provider(name="=1+1")
        response = admin_client.get(at("export"))
        assert "no-store" in response["Cache-Control"]
        assert "attachment" in response["Content-Disposition"]
        book = load_workbook(io.BytesIO(response.content))
        assert book.worksheets[0]["B2"].value == "'=1+1"
        assert {cell.data_type for row in book.worksheets[0].iter_rows() for cell in row} <= {"s", "n"}

    def test_preview_then_confirm(self, admin_client: Client) -> None:
        make_provider()
        page = admin_client.post(at("import"), upload(listed(name="<b>新平台</b>")))
        assert page.status_code == 200
        assert "&lt;b&gt;新平台" in page.content.decode() and "<b>新平台" not in page.content.decode()
        assert Provider.objects.count() == 1
        answer = admin_client.post(at("confirm"), {"token": page.context["token"]})
        assert answer.status_code == 302
        assert Provider.objects.count() == 2
        admin_client.post(at("confirm"), {"token": page.context["token"]})
        assert Provider.objects.count() == 2

    def test_a_preview_is_for_whoever_saw_it(self, admin_client: Client) -> None:
        token = admin_client.post(at("import"), upload(listed())).context["token"]
        other = Client()
        other.force_login(make_officer(role=Role.CITY_ADMIN))
        assert other.post(at("confirm"), {"token": token}).status_code == 302
        assert not Provider.objects.exists()

    def test_an_expired_preview_says_so(self, admin_client: Client) -> None:
        response = admin_client.post(at("confirm"), {"token": "gone"}, follow=True)
        assert response.redirect_chain == [(at("import"), 302)]
        assert len(list(response.context["messages"])) == 1

    def test_what_became_wrong_since_the_preview(self, admin_client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        token = admin_client.post(at("import"), upload(listed())).context["token"]
        monkeypatch.setattr("clusters.provider_columns.get_topics", dict)
        response = admin_client.post(at("confirm"), {"token": token})
        assert response.status_code == 422
        assert not Provider.objects.exists()

    def test_faults_are_shown_with_row_and_column(self, admin_client: Client) -> None:
        response = admin_client.post(at("import"), upload(listed(kind="friend")))
        assert response.status_code == 422
        assert [fault.row for fault in response.context["faults"]] == [2]
        assert "chain_leader" in response.content.decode()

    @pytest.mark.parametrize("data", [b"", b"x" * (2 * 1024 * 1024 + 1), b"kind,name"])
    def test_unusable_files(self, admin_client: Client, data: bytes) -> None:
        assert admin_client.post(at("import"), upload(data)).status_code == 422

    def test_no_file(self, admin_client: Client) -> None:
        assert admin_client.post(at("import"), {}).status_code == 422

    def test_nothing_is_kept_of_a_faulty_file(self, admin_client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        kept: list[Any] = []
        monkeypatch.setattr(cache, "set", lambda *args, **kwargs: kept.append(args))
        admin_client.post(at("import"), upload(b"kind,name"))
        assert kept == []


class TestReport:
    @staticmethod
    def _measures(document: dict[str, Any]) -> list[dict[str, Any]]:
        return [measure for need in document["needs"] for measure in need["measures"]]

    def test_an_empty_directory_is_said_to_be_empty(self) -> None:
        document = make_document(make_submission())
        assert all(measure["providers"] == [] for measure in self._measures(document))
        assert document["providers_note"] == get_directory_words().say("note.none")

    def test_named_beside_the_measures_it_helps_with(self) -> None:
        submission = make_submission()
        first = self._measures(make_document(submission))[0]
        subline = get_catalogue().measures[first["id"]].subline
        make_provider(name="by measure", topics=[first["id"]], clusters=[])
        make_provider(name="by sub-line, own county", topics=[subline], counties=["jinjiang"])
        make_provider(name="other cluster", topics=[first["id"]], clusters=["crafts"])
        make_provider(name="not shown", topics=[first["id"]], active=False)
        document = make_document(submission)
        measures = {measure["id"]: measure for measure in self._measures(document)}
        assert [one["name"] for one in measures[first["id"]]["providers"]] == ["by sub-line, own county", "by measure"]
        assert measures[first["id"]]["providers"][0]["kind"] == {"zh": "服务商", "en": "Service provider"}
        assert document["providers_note"] == get_directory_words().say("note.some")

    def test_no_more_than_three(self) -> None:
        submission = make_submission()
        first = self._measures(make_document(submission))[0]["id"]
        for number in range(5):
            make_provider(name=f"helper {number}", topics=[first])
        [measure] = [one for one in self._measures(make_document(submission)) if one["id"] == first]
        assert [one["name"] for one in measure["providers"]] == ["helper 0", "helper 1", "helper 2"]


def test_every_measure_and_sub_line_is_a_topic_and_every_kind_has_a_name() -> None:
    sublines = {subline for of_pathway in SUBLINES.values() for subline in of_pathway}
    measures = {measure.id for measure in get_catalogue().active}
    assert set(get_topics()) == sublines | measures and not sublines & measures
    words = get_directory_words().texts
    assert {key for key in words if key.startswith("kind.")} == {f"kind.{kind}" for kind in ProviderKind.values}
