"""Officers' files that are old, unnamed or deleted leave the disk."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings as site_settings
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, default_storage

from clusters.models import ClusterId, User
from recommendations import actions, tasks
from recommendations.models import OfficerFile, ReportState
from recommendations.officer_files import files_of
from tests.factories import make_officer
from tests.recommendations.file_jobs import make_officer_file, on_disk
from tests.recommendations.jobs import ago

pytestmark = pytest.mark.django_db
READY, FAILED, QUEUED, BUILDING = ReportState.READY, ReportState.FAILED, ReportState.QUEUED, ReportState.BUILDING


@pytest.fixture
def officer() -> User:
    return make_officer(ClusterId.FOOTWEAR)


def test_old_files_go_and_others_stay(officer: User) -> None:
    old = make_officer_file(officer, expires_at=ago(1))
    failed = make_officer_file(
        officer, state=FAILED, queued_at=ago(86_400 * site_settings.OFFICER_FILE_DAYS + 60)
    )
    kept = {make_officer_file(officer, state=state) for state in (READY, FAILED, QUEUED)}
    assert not files_of(officer).filter(pk=old.pk).exists()
    tasks.remove_old_files()
    assert set(OfficerFile.objects.all()) == kept
    assert not OfficerFile.objects.filter(pk=failed.pk).exists()
    assert on_disk() == {file.name for file in kept if file.name}


def test_what_no_row_names_goes(officer: User) -> None:
    ready, building = make_officer_file(officer), make_officer_file(officer, state=BUILDING)
    for name in (f"{ready.pk}/0", f"{building.pk}/1", "987654/1", "not-a-number/1"):
        default_storage.save(f"officer-files/{name}", ContentFile(b"left"))
    default_storage.save("ab/report.pdf", ContentFile(b"a report"))
    assert actions.remove_old_files() == 0
    assert on_disk() == {ready.name, f"officer-files/{building.pk}/1"}
    assert default_storage.exists("ab/report.pdf")


def test_nothing_was_ever_made() -> None:
    assert actions.remove_old_files() == 0


def test_deleting_takes_the_file_along_and_only_the_own_one(
    officer: User, django_capture_on_commit_callbacks: Any
) -> None:
    file, other = make_officer_file(officer), make_officer_file(make_officer(ClusterId.FOOTWEAR))
    with django_capture_on_commit_callbacks(execute=True):
        actions.delete_file(file=file, by=officer)
    assert on_disk() == {other.name}
    with django_capture_on_commit_callbacks(execute=True):
        actions.delete_file(file=other, by=officer)
    assert OfficerFile.objects.get() == other


def test_a_folder_that_cannot_be_removed_does_not_hold_up_the_others(
    officer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_officer_file(officer, expires_at=ago(1))
    monkeypatch.setattr(FileSystemStorage, "delete", lambda self, name: (_ for _ in ()).throw(OSError("not empty")))
    assert actions.remove_old_files() == 1
    assert not OfficerFile.objects.exists()
