"""The cast of the tests: people, firms, submissions and reports that satisfy every constraint."""

from __future__ import annotations

from hashlib import sha256
from itertools import count
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone
from stdnum.cn import uscc as social_credit_code

from clusters.models import ClusterId, Membership, Role, User
from diagnosis.access import new_reference
from diagnosis.actions import freeze
from diagnosis.content import get_questionnaire
from diagnosis.models import State, Submission
from diagnosis.reading import result_parts
from recommendations.documents import make_document
from recommendations.models import FileFormat, PolicyProgramme, ProgrammeStatus, Report, ReportFile, ReportState

PASSWORD = "long enough 2026"
PDF = b"%PDF-1.7 printed"
_numbers = count(1)

# A firm with some systems, one automatic link and one answer not known: single-point, verdict open to no other type.
SINGLE_POINT: dict[str, Any] = {
    "county": "jinjiang", "employees": 86, "revenue": 3200, "above_scale": "yes", "chain_role": "contract_maker",
    "product_design": 1, "production_control": 2, "marketing": 1, "purchasing": 2, "warehousing": 1,
    "quality": "unknown", "link_production_supply": 2, "link_production_marketing": 1, "link_supply_marketing": 0,
    "link_design_production": 1, "link_design_supply": 0, "link_design_marketing": 0, "management_view": 1,
    "equipment_digitised": 2, "equipment_networked": 1, "systems_coverage": 2, "network": ["floor_control"],
    "production_efficiency": 10, "wishes": ["按时交货"],
}


def make_uscc() -> str:
    """A code with a right check character; a new one each time."""
    body = f"91350582MA{next(_numbers):07d}"
    return body + social_credit_code.calc_check_digit(body)


def make_answers(cluster: str = ClusterId.FOOTWEAR, **answers: Any) -> dict[str, Any]:
    number = next(_numbers)
    facts = {"company_name": f"晋江市第{number}鞋业有限公司", "uscc": make_uscc(), "cluster": str(cluster)}
    return {**facts, **SINGLE_POINT, **answers}


def make_draft(cluster: str = ClusterId.FOOTWEAR, *, owner: User | None = None, **answers: Any) -> Submission:
    return Submission.objects.create(
        reference=new_reference(), content_version=get_questionnaire().version, owner=owner,
        answers=make_answers(cluster, **answers),
    )


def make_submission(
    cluster: str = ClusterId.FOOTWEAR, *, state: str = State.SUBMITTED, owner: User | None = None, **answers: Any
) -> Submission:
    """A diagnosis in any state; all but drafts are handed in the way an owner does it."""
    draft = make_draft(cluster, owner=owner, **answers)
    if state == State.DRAFT:
        return draft
    submission = freeze(submission=draft, consent_statistics=True, by=owner)
    if state != State.SUBMITTED:
        Submission.objects.filter(pk=submission.pk).update(state=state)
        submission.refresh_from_db()
    return submission


def _document(submission: Submission, full: bool) -> dict[str, Any]:
    return make_document(submission) if full else result_parts(submission.answer_set())


def make_report(submission: Submission, *, state: str = ReportState.READY, full: bool = False) -> Report:
    """A report in any state. A ready one has two files and, unless `full`, only what officers' pages show."""
    ready = state == ReportState.READY
    report = Report.objects.create(
        submission=submission, state=state, tries=1, attempt=1,
        document=_document(submission, full) if ready else None, ready_at=timezone.now() if ready else None,
        lease_until=timezone.now() if state == ReportState.BUILDING else None,
        error="OSError: no space left" if state == ReportState.FAILED else "",
    )
    if ready:
        for language in ("zh-hans", "en"):
            make_file(report, language)
    return report


def make_file(report: Report, language: str, data: bytes = PDF, **purpose: Any) -> ReportFile:
    """A stored file of the report, or with `kind` and `programme` of an application data sheet."""
    data = data + language.encode()
    name = default_storage.save(f"{report.submission.reference}-{language}.pdf", ContentFile(data))
    return ReportFile.objects.create(
        report=report, language=language, format=FileFormat.PDF, name=name, size=len(data),
        sha256=sha256(data).hexdigest(), **purpose,
    )


def make_owner(**fields: Any) -> User:
    return User.objects.create_user(email=f"owner{next(_numbers)}@example.org", **fields)


def make_officer(*clusters: str, role: str = Role.OFFICER, password: str | None = None, **fields: Any) -> User:
    """Staff of any role; an officer with the clusters given. Give a PASSWORD only where it is used: hashing is slow."""
    email = fields.pop("email", f"{role}{next(_numbers)}@example.org")
    officer = User.objects.create_user(email=email, password=password, role=role, is_staff=True, **fields)
    Membership.objects.bulk_create([Membership(user=officer, cluster=cluster) for cluster in clusters])
    return officer


RULE: dict[str, Any] = {
    "name": {"zh": "试点城市支持", "en": "Pilot-city support"},
    "issuer": {"zh": "泉州市工业和信息化局", "en": "Quanzhou Bureau of Industry and Information Technology"},
    "recorded_on": "2026-11-24", "valid_from": "2025-01-24", "valid_to": "",
    "conditions": [{
        "id": "above_scale", "text": {"zh": "规上企业", "en": "Above-scale"},
        "rule": {"answer": "above_scale", "is": ["yes"]},
    }],
    "benefit": {"rate": "0.5"},
    "benefit_text": {"zh": "支出的一半", "en": "Half of the spending"},
    "how": {"zh": "向集群专员核实", "en": "Check with the cluster officer"},
}


def make_programme(**fields: Any) -> PolicyProgramme:
    rule = {**RULE, **fields.pop("rule", {})}
    key = fields.pop("key", f"programme_{next(_numbers)}")
    return PolicyProgramme.objects.create(**{"key": key, "rule": rule, "status": ProgrammeStatus.PUBLISHED, **fields})
