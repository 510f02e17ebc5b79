"""`manage.py forget`: what an owner asks to have deleted is gone, rows and files; what is anonymous stays."""

from __future__ import annotations

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import models

from clusters.models import AuditEvent, AuditKind, ClusterId, Membership, User
from diagnosis import benchmarks, cluster_statistics, evidence
from diagnosis.actions import log
from diagnosis.models import (
    ClusterFigures,
    Comment,
    Company,
    DiagnosisFacts,
    Event,
    EventKind,
    GroupStatistics,
    Invitation,
    Mail,
    MailKind,
    Revision,
    State,
    Submission,
    VerifiedLevel,
)
from recommendations import actions
from recommendations import forget as forgetting
from recommendations.models import OfficerFile, OfficerFileKind, Plan, PlanFile, Report, ReportAdvice, ReportFile
from recommendations.officer_files import place
from tests.diagnosis.campaign_cast import make_campaign, make_invitation
from tests.diagnosis.cluster_firms import rows
from tests.factories import make_draft, make_file, make_officer, make_owner, make_report, make_submission
from tests.pictures import picture
from tests.recommendations.file_jobs import make_officer_file

pytestmark = pytest.mark.django_db
NAME = "泉州被遗忘鞋业有限公司"


def run(*words: str) -> str:
    out = StringIO()
    call_command("forget", *words, stdout=out)
    return out.getvalue()


def stored_files() -> set[str]:
    root = Path(default_storage.location)  # type: ignore[attr-defined]
    return {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}


def folders() -> set[str]:
    root = Path(default_storage.location)  # type: ignore[attr-defined]
    return {str(path.relative_to(root)) for path in root.glob("*/*") if path.is_dir()}


def make_full_firm(**answers: Any) -> Submission:
    """A verified diagnosis with something in every table that hangs on it, and files of every kind."""
    owner, officer = make_owner(), make_officer(ClusterId.FOOTWEAR)
    submission = make_submission(owner=owner, state=State.VERIFIED, company_name=NAME, **answers)
    report = make_report(submission, state="queued")
    actions.build(report_id=report.pk)
    folder = ReportFile.objects.filter(report=report).values_list("name", flat=True)[0].rsplit("/", 1)[0]
    make_file(Report.objects.get(pk=report.pk), "en", revision=7)
    default_storage.save(f"{folder}/left-by-a-killed-worker.pdf", ContentFile(b"%PDF"))
    plan = Plan.objects.create(submission=submission, wish={}, document={})
    name = default_storage.save("plan.pdf", ContentFile(b"%PDF"))
    PlanFile.objects.create(plan=plan, language="en", format="pdf", name=name, size=4, sha256="0" * 64)
    photograph = SimpleUploadedFile("photo.png", picture())
    kept = evidence.keep(photograph, reference=submission.reference)
    VerifiedLevel.objects.create(
        submission=submission, revision=1, question="quality", level=1, reason="seen", evidence=kept.evidence,
        evidence_name="photo.png", evidence_type="image/png", evidence_size=20,
    )
    Comment.objects.create(submission=submission, revision=1, text=f"{NAME}?", author=officer)
    Mail.objects.create(submission=submission, kind=MailKind.RETURNED, to=owner)
    ReportAdvice.objects.create(submission=submission, revision=1, measures=[], grants=[])
    Revision.objects.create(
        submission=submission, number=1, content_version="1", answers=submission.answers, verdict={},
        submitted_at=submission.submitted_at,
    )
    return submission


def hanging_on(model: type[models.Model]) -> set[type[models.Model]]:
    """All models whose rows cannot be without a row of this one."""
    direct = {
        relation.related_model for relation in model._meta.related_objects
        if relation.on_delete is models.CASCADE  # type: ignore[union-attr]
    }
    return direct.union(*(hanging_on(one) for one in direct)) if direct else set()  # type: ignore[arg-type]


class TestWhatGoes:
    def test_everything_of_the_firm_and_nothing_of_others(self) -> None:
        other = make_full_firm()
        before, others_files = _counts(), stored_files()
        officer, firm = make_officer(), make_full_firm()
        assert all(_counts()[model] > before[model] for model in hanging_on(Submission) if model is not DiagnosisFacts)
        assert len(stored_files()) > len(others_files) + 6
        assert "Deleted" in run(firm.reference, "--yes")
        assert {model for model in before if _counts()[model] != before[model]} == {
            AuditEvent, User, Membership,  # the officers stay
        }
        assert User.objects.filter(pk=officer.pk).exists() and not User.objects.filter(pk=firm.owner_id).exists()
        assert stored_files() == others_files
        plain = firm.reference.replace("-", "")
        assert not any(plain in folder for folder in folders())
        assert Submission.objects.get() == other

    def test_by_social_credit_code_all_diagnoses_drafts_and_invitations(self) -> None:
        first = make_submission(company_name=NAME)
        make_submission(company_name=NAME, uscc=first.uscc)
        make_draft(uscc=first.uscc)
        invitation = make_invitation(make_campaign(), uscc=first.uscc)
        others = make_submission(), make_draft(), make_invitation(invitation.campaign)
        run(f" {first.uscc.lower()} ", "--yes")
        assert set(Submission.objects.all()) == set(others[:2])
        assert Invitation.objects.get() == others[2]
        assert Company.objects.get() == others[0].company

    def test_a_firm_that_was_invited_only(self) -> None:
        invitation = make_invitation(make_campaign())
        run(invitation.uscc, "--yes")
        assert not Invitation.objects.exists()

    def test_one_of_two_diagnoses_leaves_firm_account_and_invitation(self) -> None:
        owner = make_owner()
        first = make_submission(owner=owner)
        second = make_submission(owner=owner, uscc=first.uscc)
        invitation = make_invitation(make_campaign(), uscc=first.uscc, submission=first)
        run(first.reference, "--yes")
        assert Submission.objects.get() == second
        assert Company.objects.get() == second.company
        assert User.objects.filter(pk=owner.pk).exists()
        invitation.refresh_from_db()
        assert invitation.submission is None

    def test_an_officer_who_owns_a_diagnosis_keeps_the_account(self) -> None:
        officer = make_officer(ClusterId.FOOTWEAR)
        run(make_submission(owner=officer).reference, "--yes")
        assert User.objects.filter(pk=officer.pk).exists()

    def test_files_of_officers_that_may_hold_the_firm(self) -> None:
        officer, submission = make_officer(ClusterId.FOOTWEAR, ClusterId.CRAFTS), make_submission()
        invitation = make_invitation(make_campaign(), uscc=submission.uscc)
        holding = [
            make_officer_file(officer, wish={"submissions": [submission.pk], "files": []}),
            make_officer_file(officer, kind=OfficerFileKind.SUBMISSIONS, wish={"query": ""}),
            make_officer_file(officer, kind=OfficerFileKind.LETTERS, wish={"invitations": [invitation.pk]}),
            make_officer_file(officer, state="building", wish={"submissions": [submission.pk], "files": []}),
        ]
        others = [
            make_officer_file(officer, wish={"submissions": [0], "files": []}),
            make_officer_file(
                officer, kind=OfficerFileKind.SUBMISSIONS, wish={"query": ""}, clusters=[ClusterId.CRAFTS]
            ),
            make_officer_file(officer, kind=OfficerFileKind.CLUSTER_REPORT, wish={}),
        ]
        run(submission.uscc, "--yes")
        assert set(OfficerFile.objects.all()) == set(others)
        assert stored_files() == {place(file) for file in others}
        assert not {f"officer-files/{file.pk}" for file in holding} & folders()


def _counts() -> dict[type[models.Model], int]:
    apps_of_ours = [apps.get_app_config(name) for name in ("clusters", "diagnosis", "recommendations")]
    return {model: model._default_manager.count() for app in apps_of_ours for model in app.get_models()}


class TestWhatStays:
    def test_one_entry_without_names(self) -> None:
        submission = make_submission(company_name=NAME)
        run(submission.uscc, "--yes")
        event = AuditEvent.objects.get()
        assert (event.kind, event.clusters, event.actor) == (AuditKind.FORGOTTEN, [ClusterId.FOOTWEAR], None)
        assert event.detail == {"diagnoses": 1, "invitations": 0, "files": 0, "accounts": 0}

    def test_published_figures_and_no_way_from_them_to_the_firm(self) -> None:
        firms = rows(7, verdict={"dimensions": {"technological_integration": 2.5}})
        benchmarks.refresh_all()
        cluster_statistics.refresh()
        gone = firms[0]
        run(gone.reference, "--yes")
        assert GroupStatistics.objects.filter(firms__contains=[gone.company_id]).exists()
        assert not Company.objects.filter(pk=gone.company_id).exists()
        assert not DiagnosisFacts.objects.filter(company=gone.company_id).exists()
        assert ClusterFigures.objects.get(standing=True).firms == 7

    def test_the_next_figures_do_not_single_out_who_left(self) -> None:
        """Five firms below scale come, one above scale is deleted: a new breakdown would show that one's type."""
        above = rows(19, above_scale=True)
        lonely = rows(1, above_scale=True, type="not_started")[0]
        rows(20, above_scale=False)
        cluster_statistics.refresh()
        run(lonely.reference, "--yes")
        rows(5, above_scale=False)
        cluster_statistics.refresh()
        standing = ClusterFigures.objects.get(standing=True)
        assert standing.firms == 44
        assert standing.counts["scale"]["rows"]["above"]["not_started"] == 1  # as it was published before
        for one in above[:4]:
            run(one.reference, "--yes")
        rows(5, above_scale=False)
        cluster_statistics.refresh()
        assert ClusterFigures.objects.get(standing=True).counts["scale"]["rows"]["above"]["not_started"] == 0

    def test_outcomes_of_a_type_wait_for_others_too(self) -> None:
        leaving = rows(6, type="full_process", answers={"production_efficiency": 90})
        rows(20, answers={"production_efficiency": 5})
        cluster_statistics.refresh()
        run(leaving[0].reference, "--yes")
        rows(5, answers={"production_efficiency": 5})
        cluster_statistics.refresh()
        assert self._outcomes() == {"90": 6}
        rows(4, type="full_process", answers={"production_efficiency": 90})  # with the one that left: five
        rows(1, answers={"production_efficiency": 5})
        cluster_statistics.refresh()
        assert self._outcomes() == {"90": 9}

    @staticmethod
    def _outcomes() -> dict[str, int]:
        by_type = ClusterFigures.objects.get(standing=True).counts["by_type"]
        return dict(by_type["full_process"]["values"]["production_efficiency"])


class TestTheCommand:
    def test_says_what_it_would_do_and_does_nothing(self) -> None:
        submission = make_full_firm()
        before, files = _counts(), stored_files()
        said = run(submission.reference)
        assert submission.reference in said and NAME in said and "Nothing was deleted" in said
        assert f"{len(files):>5} files on the disk" in said
        assert (_counts(), stored_files()) == (before, files)

    @pytest.mark.parametrize("mark", ["", "AAAA-AAAA", "91350582MA000000XX", "%", "'; --", "a" * 500])
    def test_nobody(self, mark: str) -> None:
        make_draft()
        with pytest.raises(CommandError, match="No diagnosis"):
            run(mark, "--yes")
        assert Submission.objects.count() == 1

    def test_a_file_that_cannot_be_removed_stops_everything(self, monkeypatch: pytest.MonkeyPatch) -> None:
        submission = make_full_firm()
        real = default_storage.delete

        def delete(name: str) -> None:
            if name.endswith(".png"):
                raise PermissionError(13, "Permission denied")
            real(name)

        monkeypatch.setattr(forgetting.default_storage, "delete", delete)
        with pytest.raises(CommandError, match="Run it again"):
            run(submission.reference, "--yes")
        assert Submission.objects.get() == submission
        monkeypatch.undo()
        run(submission.reference, "--yes")
        assert not (Submission.objects.exists() or stored_files())

    def test_a_worker_that_still_prints_loses_the_job(self) -> None:
        submission = make_submission()
        report = make_report(submission, state="queued")
        found = forgetting.find(submission.reference)
        real, done = actions.make_document, []

        def make_document(one: Submission) -> dict[str, Any]:
            document = real(one)
            forgetting.forget(found)
            done.append(one)
            return document

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(actions, "make_document", make_document)
            assert not actions.build(report_id=report.pk)
        assert done and not (Report.objects.exists() or Event.objects.exists() or stored_files())

    def test_events_of_others_stay(self) -> None:
        other, submission = make_submission(), make_submission()
        log(other, EventKind.VIEWED, by=None)
        run(submission.reference, "--yes")
        assert set(Event.objects.values_list("submission", flat=True)) == {other.pk}
