"""“My files” in the officers' pages: who sees what, progress, fetching with ranges, asking again, deleting."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clusters.models import AuditEvent, AuditKind, ClusterId, Membership, Role, User
from recommendations import file_actions
from recommendations.models import OfficerFile, ReportState
from tests.factories import make_officer, make_owner
from tests.recommendations.file_jobs import logged, make_officer_file, on_disk
from tests.recommendations.jobs import ago

pytestmark = pytest.mark.django_db
LIST = "admin:recommendations_officerfile_changelist"
DATA = b"0123456789"


@pytest.fixture(autouse=True)
def no_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_actions, "_ring", lambda file_id: None)


@pytest.fixture
def officer(client: Client) -> User:
    officer = make_officer(ClusterId.FOOTWEAR)
    client.force_login(officer)
    client.cookies["language"] = "en"
    return officer


def at(door: str, file: OfficerFile) -> str:
    return reverse(f"admin:recommendations_officerfile_{door}", args=[file.pk])


def body(response: Any) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content


def page(client: Client) -> str:
    response = client.get(reverse(LIST))
    assert response.status_code == 200
    return response.content.decode()


# --- the list -----------------------------------------------------------------------------------


def test_the_list_shows_own_files_only(client: Client, officer: User) -> None:
    own = make_officer_file(officer)
    others = [make_officer_file(make_officer(ClusterId.FOOTWEAR)), make_officer_file(make_officer(role="city_admin"))]
    text = page(client)
    assert at("download", own) in text
    for other in others:
        assert at("download", other) not in text
        assert at("delete", other) not in text


@pytest.mark.parametrize("role", [Role.CITY_ADMIN, Role.AUDITOR])
def test_those_who_see_all_clusters_see_own_files_only(client: Client, role: str) -> None:
    other = make_officer_file(make_officer(ClusterId.FOOTWEAR))
    person = make_officer(role=role)
    own = make_officer_file(person)
    client.force_login(person)
    text = page(client)
    assert at("download", own) in text
    assert at("download", other) not in text
    assert client.get(at("download", other)).status_code == 404
    assert body(client.get(at("download", own))) == DATA


def test_states_in_words(client: Client, officer: User) -> None:
    make_officer_file(officer, state=ReportState.BUILDING, done=3, total=8)
    make_officer_file(officer, state=ReportState.FAILED, error="OSError: [Errno 28] No space left on device")
    make_officer_file(officer, state=ReportState.QUEUED, error="OperationalError: gone")
    make_officer_file(officer)
    text = page(client)
    for words in (
        '<progress max="8" value="3"', "3 / 8", "There is no room on the server", "tried again by itself", "Waiting",
        "诊断报告.zip", "kept until", "Make it again", "Stop and delete", "Footwear",
    ):
        assert words in text
    assert "Errno" not in text


def test_a_row_follows_by_itself_while_it_is_open(client: Client, officer: User) -> None:
    file, other = make_officer_file(officer, state=ReportState.QUEUED), make_officer_file(officer)
    text = page(client)
    assert f'hx-get="{at("progress", file)}"' in text
    assert at("progress", other) not in text
    assert 'http-equiv="refresh"' in text
    assert "htmx-2.min.js" in text
    part = client.get(at("progress", file)).content.decode()
    assert part.lstrip().startswith("<tr")
    assert "hx-get" in part
    assert '<p role="status" class="small" id="open-files" hx-swap-oob="true">1 file is being made' in part
    OfficerFile.objects.filter(pk=file.pk).update(state=ReportState.FAILED, error="ValueError: broken")
    part = client.get(at("progress", file)).content.decode()
    assert "hx-get" not in part
    assert "is being made" not in part
    assert at("retry", file) in part
    text = page(client)
    assert "http-equiv" not in text
    assert "htmx" not in text


def test_the_list_asks_as_often_for_one_file_as_for_many(client: Client, officer: User) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            page(client)
        return len(captured)

    make_officer_file(officer)
    page(client)
    one = queries()
    for state in ReportState.values:
        make_officer_file(officer, state=state)
    assert queries() == one


def test_nothing_asked_for_yet(client: Client, officer: User) -> None:
    assert "No files." in page(client)


# --- fetching ---------------------------------------------------------------------------------


def test_fetched_whole(client: Client, officer: User) -> None:
    file = make_officer_file(officer)
    response = client.get(at("download", file))
    assert (response.status_code, body(response)) == (200, DATA)
    assert response["Content-Length"] == "10"
    assert response["Content-Type"] == "application/zip"
    assert response["Accept-Ranges"] == "bytes"
    assert response["ETag"] == f'"{file.sha256}"'
    assert {"private", "no-store"} <= set(response["Cache-Control"].split(", "))
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Disposition"] == (
        "attachment; filename*=utf-8''%E8%AF%8A%E6%96%AD%E6%8A%A5%E5%91%8A.zip"
    )
    assert "Content-Range" not in response
    event = AuditEvent.objects.get()
    assert (event.kind, event.actor, event.clusters) == (AuditKind.FILE_DOWNLOADED, officer, [ClusterId.FOOTWEAR])
    assert event.detail["file"] == file.pk
    assert "range" not in event.detail


RANGES = [
    ("bytes=0-3", b"0123", "bytes 0-3/10"), ("bytes=4-", b"456789", "bytes 4-9/10"),
    ("bytes=-3", b"789", "bytes 7-9/10"),
    ("bytes=8-99", b"89", "bytes 8-9/10"), ("bytes=0-", DATA, "bytes 0-9/10"), ("bytes=-99", DATA, "bytes 0-9/10"),
    ("bytes=9-9", b"9", "bytes 9-9/10"),
]


@pytest.mark.parametrize(("asked", "data", "content_range"), RANGES, ids=[row[0] for row in RANGES])
def test_a_part(client: Client, officer: User, asked: str, data: bytes, content_range: str) -> None:
    response = client.get(at("download", make_officer_file(officer)), headers={"Range": asked})
    assert (response.status_code, body(response)) == (206, data)
    assert response["Content-Range"] == content_range
    assert response["Content-Length"] == str(len(data))
    assert AuditEvent.objects.get().detail["range"] == content_range


@pytest.mark.parametrize("asked", [
    "bytes=0-1,4-5", "bytes=5-2", "bytes=-", "lines=0-3", "bytes=a-b", "bytes 0-3", "0-3", "bytes=" + "9" * 30 + "-",
])
def test_no_single_range_is_no_range(client: Client, officer: User, asked: str) -> None:
    response = client.get(at("download", make_officer_file(officer)), headers={"Range": asked})
    assert (response.status_code, body(response)) == (200, DATA)


@pytest.mark.parametrize("asked", ["bytes=10-", "bytes=10-20", "bytes=-0", "bytes=999999999999-"])
def test_behind_the_end(client: Client, officer: User, asked: str) -> None:
    response = client.get(at("download", make_officer_file(officer)), headers={"Range": asked})
    assert (response.status_code, body(response)) == (416, b"")
    assert response["Content-Range"] == "bytes */10"
    assert logged() == []


def test_going_on_only_with_the_same_file(client: Client, officer: User) -> None:
    file = make_officer_file(officer)
    for mark, status, data in (
        (f'"{file.sha256}"', 206, b"456789"), ('"another"', 200, DATA), (f'W/"{file.sha256}"', 200, DATA),
        ("Tue, 24 Nov 2026 08:00:00 GMT", 200, DATA),
    ):
        response = client.get(at("download", file), headers={"Range": "bytes=4-", "If-Range": mark})
        assert (response.status_code, body(response)) == (status, data), mark


def test_head(client: Client, officer: User) -> None:
    response = client.head(at("download", make_officer_file(officer)), headers={"Range": "bytes=0-3"})
    assert (response.status_code, body(response)) == (200, b"")
    assert (response["Content-Length"], response["Accept-Ranges"]) == ("10", "bytes")
    assert logged() == []


def test_a_large_file_is_read_in_pieces(client: Client, officer: User) -> None:
    file = make_officer_file(officer, data=b"x" * 300_000)
    response = client.get(at("download", file))
    pieces = list(response.streaming_content)  # type: ignore[attr-defined]
    assert sum(map(len, pieces)) == 300_000
    assert max(map(len, pieces)) <= 65_536
    part = client.get(at("download", file), headers={"Range": "bytes=65535-65536"})
    assert body(part) == b"xx"


def test_the_file_is_closed_with_the_answer(client: Client, officer: User) -> None:
    response = client.get(at("download", make_officer_file(officer)))
    source = next(iter(response._resource_closers)).__self__.source  # type: ignore[attr-defined]
    assert not source.closed
    response.close()
    assert source.closed


@pytest.mark.parametrize("left", [None, b"", b"half"])
def test_lost_on_the_disk(client: Client, officer: User, left: bytes | None) -> None:
    """Gone, or cut short as after a machine lost its power."""
    file = make_officer_file(officer)
    default_storage.delete(file.name)
    if left is not None:
        default_storage.save(file.name, ContentFile(left))
    response = client.get(at("download", file), follow=True)
    assert response.redirect_chain == [(reverse(LIST), 302)]
    text = response.content.decode()
    assert "The file is no longer on the server. It can be made again." in text
    assert at("retry", file) in text
    assert logged() == []


@pytest.mark.parametrize("state", [ReportState.QUEUED, ReportState.BUILDING, ReportState.FAILED])
def test_before_it_is_ready(client: Client, officer: User, state: str) -> None:
    assert client.get(at("download", make_officer_file(officer, state=state))).status_code == 404


def test_kept_long_enough(client: Client, officer: User) -> None:
    """Out of reach when its time is over, whether or not it was tidied up yet."""
    file = make_officer_file(officer, expires_at=ago(1))
    assert client.get(at("download", file)).status_code == 404
    assert at("download", file) not in page(client)


# --- asking again, deleting ---------------------------------------------------------------------


def test_asked_for_again(client: Client, officer: User) -> None:
    file = make_officer_file(officer, state=ReportState.FAILED)
    response = client.post(at("retry", file), follow=True)
    assert "being made again" in response.content.decode()
    file.refresh_from_db()
    assert (file.state, file.tries, file.error) == (ReportState.QUEUED, 0, "")
    assert "Nothing to do" in client.post(at("retry", file), follow=True).content.decode()
    assert logged() == [AuditKind.FILE_ASKED]


def test_deleted(client: Client, officer: User, django_capture_on_commit_callbacks: Any) -> None:
    file = make_officer_file(officer)
    assert client.get(at("delete", file)).status_code == 200
    assert on_disk()
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(at("delete", file), {"post": "yes"}).status_code == 302
    assert (OfficerFile.objects.count(), on_disk()) == (0, set())


def test_a_file_has_no_page_of_its_own(client: Client, officer: User) -> None:
    response = client.get(at("change", make_officer_file(officer)))
    assert (response.status_code, response["Location"]) == (302, reverse(LIST))


# --- refusals -----------------------------------------------------------------------------------

DOORS: dict[str, str] = {
    "download": "get", "progress": "get", "retry": "post", "delete": "post", "change": "get", "history": "get",
}
STRANGERS: dict[str, Callable[[], User]] = {
    "officer of the same cluster": lambda: make_officer(ClusterId.FOOTWEAR),
    "officer of another cluster": lambda: make_officer(ClusterId.CRAFTS),
    "city administrator": lambda: make_officer(role=Role.CITY_ADMIN),
    "auditor": lambda: make_officer(role=Role.AUDITOR),
}


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("stranger", STRANGERS)
def test_a_file_of_somebody_else(client: Client, door: str, stranger: str) -> None:
    states = (ReportState.READY, ReportState.FAILED)
    files = [make_officer_file(make_officer(ClusterId.FOOTWEAR), state=state) for state in states]
    client.force_login(STRANGERS[stranger]())
    for file in files:
        assert getattr(client, DOORS[door])(at(door, file), {"post": "yes"}).status_code == 404
    assert OfficerFile.objects.count() == 2
    assert logged() == []


def lose_cluster(officer: User) -> int:
    Membership.objects.filter(user=officer).delete()
    return 404


def deactivated(officer: User) -> int:
    User.objects.filter(pk=officer.pk).update(is_active=False)
    return 302


def lose_role(officer: User) -> int:
    User.objects.filter(pk=officer.pk).update(role=Role.OWNER, is_staff=False)
    return 302


@pytest.mark.parametrize("loss", [lose_cluster, deactivated, lose_role])
@pytest.mark.parametrize("door", DOORS)
def test_the_own_file_after_a_loss(client: Client, officer: User, door: str, loss: Callable[[User], int]) -> None:
    """Signed in still, and refused from the next request on."""
    file = make_officer_file(officer, state=ReportState.READY)
    status = loss(officer)
    response = getattr(client, DOORS[door])(at(door, file), {"post": "yes"})
    assert response.status_code == status
    if status == 302:
        assert response["Location"].startswith("/admin/login/")
    assert (OfficerFile.objects.count(), logged()) == (1, [])


@pytest.mark.parametrize("who", [None, make_owner])
def test_those_who_are_no_officers(client: Client, who: Any) -> None:
    file = make_officer_file(make_officer(ClusterId.FOOTWEAR))
    if who:
        client.force_login(who())
    addresses = [at(door, file) for door in DOORS]
    for address in (*addresses, reverse(LIST)):
        assert client.get(address)["Location"].startswith("/admin/login/")


def test_methods(client: Client, officer: User) -> None:
    file = make_officer_file(officer, state=ReportState.FAILED)
    assert client.get(at("retry", file)).status_code == 405
    assert client.post(at("download", file)).status_code == 405
    assert client.post(reverse(LIST)).status_code == 405
    assert client.post(at("progress", file)).status_code == 405
    assert client.get(reverse("admin:recommendations_officerfile_add")).status_code == 403


def test_the_form_is_refused_without_its_token(officer: User) -> None:
    file = make_officer_file(officer, state=ReportState.FAILED)
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(officer)
    assert strict.post(at("retry", file)).status_code == 403
    file.refresh_from_db()
    assert file.state == ReportState.FAILED
