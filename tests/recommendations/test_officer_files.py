"""Officers' files as jobs: asked for, made once, faults that pass and faults that do not, tidied up."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, BinaryIO

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings as site_settings
from django.core.exceptions import PermissionDenied
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.utils import timezone, translation
from kombu.exceptions import OperationalError as BrokerError

from clusters.models import AuditEvent, AuditKind, ClusterId, Membership, Role, User
from diagnosis.models import EventKind, Submission
from recommendations import actions, file_actions, tasks
from recommendations.file_words import fault_in_words
from recommendations.jobs import Progress
from recommendations.models import OfficerFile, OfficerFileKind, ReportState
from recommendations.officer_files import MAKERS, CannotBeMade, Maker, files_of
from tests.factories import make_officer, make_owner, make_report, make_submission
from tests.recommendations.file_jobs import ask, logged, make_officer_file, on_disk
from tests.recommendations.jobs import ago

pytestmark = pytest.mark.django_db
READY, FAILED, QUEUED, BUILDING = ReportState.READY, ReportState.FAILED, ReportState.QUEUED, ReportState.BUILDING


@pytest.fixture
def officer() -> User:
    return make_officer(ClusterId.FOOTWEAR)


@pytest.fixture
def submission() -> Submission:
    return make_report(make_submission()).submission


def maker(monkeypatch: pytest.MonkeyPatch, write: Any) -> None:
    """Another way to make the ZIP."""
    plain = MAKERS[OfficerFileKind.REPORTS]
    other = Maker(write=write, file_name=plain.file_name, media_type=plain.media_type)
    monkeypatch.setitem(MAKERS, OfficerFileKind.REPORTS, other)


def half_then(error: BaseException) -> Any:
    def write(file: OfficerFile, target: BinaryIO, progress: Progress) -> None:
        target.write(b"half a file")
        progress(1, 2)
        raise error

    return write


def build(file: OfficerFile) -> bool:
    made = actions.build_officer_file(file_id=file.pk)
    file.refresh_from_db()
    return made


# --- asking ---------------------------------------------------------------------------------


def test_asked_for_and_made_once(officer: User, submission: Submission) -> None:
    file = ask(officer, submission)
    assert (file.state, file.requested_by, file.clusters) == (QUEUED, officer, [ClusterId.FOOTWEAR])
    assert build(file)
    assert not build(file)
    assert (file.state, file.attempt, file.done, file.total) == (READY, 1, 1, 1)
    assert on_disk() == {file.name}
    assert file.size == default_storage.size(file.name)
    assert logged() == [AuditKind.FILE_ASKED, AuditKind.FILE_READY]
    event = AuditEvent.objects.first()
    assert event is not None
    assert (event.actor, event.clusters) == (officer, [ClusterId.FOOTWEAR])
    assert event.detail == {"file": file.pk, "kind": "reports", "firms": 1, "name": file.file_name, "attempt": 1}


def test_a_double_click_asks_once(officer: User, submission: Submission) -> None:
    file = ask(officer, submission)
    assert ask(officer, submission) == file
    assert ask(make_officer(ClusterId.FOOTWEAR), submission) != file
    assert build(file)
    assert ask(officer, submission) != file


@pytest.mark.parametrize("clusters", [[], [ClusterId.ELECTRONICS], [ClusterId.FOOTWEAR, ClusterId.ELECTRONICS]])
def test_clusters_out_of_sight_are_refused(officer: User, clusters: list[str]) -> None:
    wish: dict[str, Any] = {"submissions": [], "files": []}
    with pytest.raises(PermissionDenied):
        actions.ask_for_file(
            kind=OfficerFileKind.REPORTS, by=officer, wish=wish, clusters=clusters, language="en"
        )
    assert (OfficerFile.objects.count(), logged()) == (0, [])


@pytest.mark.parametrize("who", [make_owner, lambda: make_officer(ClusterId.FOOTWEAR, is_active=False)])
def test_nobody_else_asks(who: Any, submission: Submission) -> None:
    with pytest.raises(PermissionDenied):
        ask(who(), submission)


def test_the_broker_is_down(
    officer: User, submission: Submission, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    """Asked for all the same; the sweeper rings again and then it is made."""

    def down(*args: Any, **kwargs: Any) -> None:
        raise BrokerError("refused")

    with monkeypatch.context() as trouble:
        trouble.setattr(tasks.build_officer_file, "apply_async", down)
        with django_capture_on_commit_callbacks(execute=True):
            file = ask(officer, submission)
    OfficerFile.objects.update(queued_at=ago(site_settings.REPORT_RESEND_SECONDS + 1))
    rung: list[int] = []
    monkeypatch.setattr(file_actions, "_ring", rung.append)
    with django_capture_on_commit_callbacks(execute=True):
        tasks.resend_reports()
    assert rung == [file.pk]
    assert build(file)


def test_tasks_understand_messages_of_other_releases(officer: User, submission: Submission) -> None:
    file = ask(officer, submission)
    tasks.build_officer_file(file_id=file.pk, priority=1)
    tasks.build_officer_file(file_id=file.pk + 1_000)
    tasks.remove_old_files(since="yesterday")
    file.refresh_from_db()
    assert file.state == READY


def test_a_long_file_ends_before_the_broker_delivers_again() -> None:
    limits = tasks.build_officer_file.soft_time_limit, tasks.build_officer_file.time_limit
    assert limits[0] < limits[1] < site_settings.CELERY_BROKER_TRANSPORT_OPTIONS["visibility_timeout"]


# --- making: scope, progress, language ------------------------------------------------------------


def lose_cluster(officer: User) -> None:
    Membership.objects.filter(user=officer).delete()


def lose_role(officer: User) -> None:
    User.objects.filter(pk=officer.pk).update(role=Role.OWNER, is_staff=False)


def be_deactivated(officer: User) -> None:
    User.objects.filter(pk=officer.pk).update(is_active=False)


LOSSES = [lose_cluster, lose_role, be_deactivated]


@pytest.mark.parametrize("loss", LOSSES)
def test_scope_is_checked_when_it_is_made(officer: User, submission: Submission, loss: Any) -> None:
    file = ask(officer, submission)
    loss(officer)
    assert not build(file)
    assert (file.state, file.tries, on_disk()) == (FAILED, 1, set())
    assert fault_in_words(file.error) == "You may no longer see all clusters of this file."
    assert logged() == [AuditKind.FILE_ASKED, AuditKind.FILE_FAILED]


@pytest.mark.parametrize("loss", LOSSES)
def test_what_was_made_is_out_of_sight_at_once_and_goes(officer: User, loss: Any) -> None:
    file = make_officer_file(officer)
    assert list(files_of(officer)) == [file]
    loss(officer)
    assert not files_of(User.objects.get(pk=officer.pk)).exists()
    assert actions.remove_old_files() == 1
    assert (OfficerFile.objects.count(), on_disk()) == (0, set())


def test_one_of_two_clusters_lost(officer: User) -> None:
    Membership.objects.create(user=officer, cluster=ClusterId.CRAFTS)
    both = make_officer_file(officer, clusters=[ClusterId.FOOTWEAR, ClusterId.CRAFTS])
    one = make_officer_file(officer)
    assert set(files_of(officer)) == {both, one}
    Membership.objects.filter(user=officer, cluster=ClusterId.CRAFTS).delete()
    assert list(files_of(officer)) == [one]


def test_progress_is_stored_and_holds_the_job(
    officer: User, submission: Submission, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[int, int]] = []

    def write(file: OfficerFile, target: BinaryIO, progress: Progress) -> None:
        for done in range(3):
            shortened = timezone.now() + timedelta(seconds=1)
            OfficerFile.objects.update(lease_until=shortened)
            progress(done, 2)
            row = OfficerFile.objects.get()
            assert row.lease_until and row.lease_until > shortened
            seen.append((row.done, row.total))
        target.write(b"made")

    maker(monkeypatch, write)
    assert build(ask(officer, submission))
    assert seen == [(0, 2), (1, 2), (2, 2)]


def test_made_in_the_language_of_the_file(
    officer: User, submission: Submission, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write(file: OfficerFile, target: BinaryIO, progress: Progress) -> None:
        target.write(translation.get_language().encode())  # type: ignore[union-attr]

    maker(monkeypatch, write)
    for language in ("en", "zh-hans"):
        file = ask(officer, submission, language=language)
        assert build(file)
        with default_storage.open(file.name) as stored:
            assert stored.read().decode() == language


# --- faults ---------------------------------------------------------------------------------


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), OSError(27, "File too large")])
def test_a_full_disk(officer: User, submission: Submission, monkeypatch: pytest.MonkeyPatch, error: OSError) -> None:
    """Tried again by itself, then given up with words; what was begun is removed; asked again it is made."""
    file = ask(officer, submission)
    with monkeypatch.context() as trouble:
        maker(trouble, half_then(error))
        for _ in range(site_settings.REPORT_MAX_ATTEMPTS):
            assert not build(file)
            assert on_disk() == set()
    assert (file.state, file.tries) == (FAILED, site_settings.REPORT_MAX_ATTEMPTS)
    with translation.override("en"):
        assert fault_in_words(file.error).startswith("There is no room on the server")
    assert actions.retry_file(file=file, by=officer)
    assert build(file)
    assert (file.state, file.error, on_disk()) == (READY, "", {file.name})
    asked, ready = AuditKind.FILE_ASKED, AuditKind.FILE_READY
    assert logged() == [asked, AuditKind.FILE_FAILED, asked, ready]


def test_a_fault_that_does_not_pass(officer: User, submission: Submission, monkeypatch: pytest.MonkeyPatch) -> None:
    file = ask(officer, submission)
    maker(monkeypatch, half_then(ValueError("a technical word")))
    assert not build(file)
    assert (file.state, file.tries, on_disk()) == (FAILED, 1, set())
    assert "technical" not in fault_in_words(file.error)


@pytest.mark.parametrize(("error", "words"), [
    (CannotBeMade("words for people"), "words for people"), (SoftTimeLimitExceeded(), "fewer firms"),
])
def test_words_for_people(
    officer: User, submission: Submission, monkeypatch: pytest.MonkeyPatch, error: Exception, words: str
) -> None:
    file = ask(officer, submission)
    maker(monkeypatch, half_then(error))
    assert not build(file)
    with translation.override("en"):
        assert words in fault_in_words(file.error)


def test_an_empty_file_is_a_fault(officer: User, submission: Submission, monkeypatch: pytest.MonkeyPatch) -> None:
    file = ask(officer, submission)
    maker(monkeypatch, lambda file, target, progress: None)
    assert not build(file)
    assert (file.state, on_disk()) == (FAILED, set())


def test_what_a_killed_worker_left_is_removed_by_the_next(
    officer: User, submission: Submission, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = ask(officer, submission)
    with monkeypatch.context() as trouble:
        maker(trouble, half_then(KeyboardInterrupt()))  # as good as killed: nothing is caught, nothing tidied
        with pytest.raises(KeyboardInterrupt):
            build(file)
    assert len(on_disk()) == 1
    OfficerFile.objects.update(lease_until=ago(1))
    assert build(file)
    assert (file.attempt, on_disk()) == (2, {file.name})


def test_taken_over_past_its_lease(officer: User, submission: Submission, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever took it over is right; what the sleeper wrote goes."""
    file = ask(officer, submission)
    second: list[bool] = []

    def sleep_too_long(row: OfficerFile, target: BinaryIO, progress: Progress) -> None:
        target.write(b"made")
        if not second:
            second.append(True)
            OfficerFile.objects.update(lease_until=ago(1))
            second[0] = actions.build_officer_file(file_id=row.pk)
        progress(1, 1)

    maker(monkeypatch, sleep_too_long)
    assert not build(file)
    assert (second, file.state, file.attempt, on_disk()) == ([True], READY, 2, {file.name})
    assert logged().count(AuditKind.FILE_READY) == 1


def test_taken_over_by_a_worker_still_at_it(
    officer: User, submission: Submission, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The attempt is the fence: the sleeper neither finishes nor prolongs what another worker is making."""
    file = ask(officer, submission)

    def sleep_too_long(row: OfficerFile, target: BinaryIO, progress: Progress) -> None:
        target.write(b"made")
        OfficerFile.objects.update(attempt=2, tries=2, lease_until=ago(-60))
        progress(1, 1)

    maker(monkeypatch, sleep_too_long)
    assert not build(file)
    assert (file.state, file.attempt, file.done, on_disk()) == (BUILDING, 2, 0, set())


def test_deleted_while_it_is_made(
    officer: User, submission: Submission, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    file = ask(officer, submission)

    def write(row: OfficerFile, target: BinaryIO, progress: Progress) -> None:
        target.write(b"half")
        with django_capture_on_commit_callbacks(execute=True):
            actions.delete_file(file=row, by=officer)
        progress(1, 2)

    maker(monkeypatch, write)
    assert not actions.build_officer_file(file_id=file.pk)
    assert (OfficerFile.objects.count(), on_disk()) == (0, set())


def test_a_lost_file_is_made_again(officer: User, submission: Submission) -> None:
    file = ask(officer, submission)
    assert build(file)
    assert not actions.retry_file(file=file, by=officer)
    default_storage.delete(file.name)
    assert actions.retry_file(file=file, by=officer)
    file.refresh_from_db()
    assert (file.state, file.size, file.done) == (QUEUED, None, 0)
    assert build(file)
    assert default_storage.exists(file.name)


# --- the database -----------------------------------------------------------------------------


@pytest.mark.parametrize("fault", [
    {"kind": "anything"}, {"clusters": []}, {"clusters": ["atlantis"]}, {"state": "made"}, {"size": None},
    {"size": 0}, {"sha256": ""}, {"file_name": ""}, {"expires_at": None}, {"ready_at": None},
    {"lease_until": timezone.now()}, {"state": "failed"}, {"state": "building"}, {"state": "queued"},
])
def test_constraints(officer: User, fault: dict[str, Any]) -> None:
    file = make_officer_file(officer)
    with pytest.raises(IntegrityError), transaction.atomic():
        OfficerFile.objects.filter(pk=file.pk).update(**fault)


def test_each_firm_knows_that_its_report_went_out(officer: User, submission: Submission) -> None:
    file = ask(officer, submission)
    assert not submission.events.filter(kind=EventKind.EXPORTED).exists()  # type: ignore[attr-defined]
    assert build(file)
    event = submission.events.get(kind=EventKind.EXPORTED)  # type: ignore[attr-defined]
    assert (event.actor, event.detail) == (officer, {"file": file.pk})
