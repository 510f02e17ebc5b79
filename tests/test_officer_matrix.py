"""Who gets in where in the officers' pages. Every address of the admin stands in RULES; a new one without a
rule fails, whatever model it belongs to.

Everything in the cast belongs to one cluster. An own officer works there, a foreign one elsewhere. Three
answers are told apart: out of sight (404), in sight and not allowed (403), let in. Whoever is no officer is
sent to sign in, at every address. Each page's own tests say what else it refuses.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.contrib import admin
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, reverse

from clusters.audit import record
from clusters.models import AuditKind, ClusterId, Provider, Role, User
from diagnosis.models import Campaign, Comment, SavedFilter, State, Submission, VerifiedLevel
from recommendations import actions, file_actions
from recommendations.models import FileKind, Report, ReportFile, ReportState
from tests.factories import make_file, make_officer, make_owner, make_programme, make_report, make_submission
from tests.recommendations.file_jobs import make_officer_file

pytestmark = pytest.mark.django_db
OWN, FOREIGN = ClusterId.FOOTWEAR, ClusterId.CRAFTS
GET, POST = "get", "post"

OUTSIDE: dict[str, Callable[[], User | None]] = {
    "anonymous": lambda: None,
    "owner": make_owner,
    "inactive officer": lambda: make_officer(OWN, is_active=False),
    "officer who lost the role": lambda: make_owner(is_superuser=True),
}
INSIDE: dict[str, Callable[[], User]] = {
    "own officer": lambda: make_officer(OWN),
    "foreign officer": lambda: make_officer(FOREIGN, is_superuser=True),
    "officer without cluster": make_officer,
    "auditor": lambda: make_officer(role=Role.AUDITOR),
    "city admin": lambda: make_officer(role=Role.CITY_ADMIN),
}
ALL = frozenset(INSIDE)
OWN_OFFICER, CITY = frozenset({"own officer"}), frozenset({"city admin"})
SEE = OWN_OFFICER | CITY | {"auditor"}  # who sees the rows of the cluster
CHANGE = SEE - {"auditor"}
ALL_BUT_AUDITOR = ALL - {"auditor"}
NOBODY: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Rule:
    """`may`: who is let in. Of the others, those in `sees` are refused and the rest find nothing.

    `row` names the thing of the cast whose number stands in the address, `rest` what follows it: a text, or
    the name of another thing. `data` is what is sent.
    """

    may: frozenset[str]
    sees: frozenset[str] = ALL
    row: str = ""
    rest: tuple[str, ...] = ()
    method: str = GET
    data: tuple[tuple[str, str], ...] = ()


def model(
    name: str, row: str, *, sees: frozenset[str], listed: frozenset[str] = ALL, view: frozenset[str] | None = None,
    add: frozenset[str] = NOBODY, delete: frozenset[str] = NOBODY,
) -> dict[str, Rule]:
    """The five addresses every model has."""
    view = sees if view is None else view
    return {
        f"{name}_changelist": Rule(listed),
        f"{name}_add": Rule(add),
        f"{name}_change": Rule(view, sees, row),
        f"{name}_history": Rule(view, sees, row),
        f"{name}_delete": Rule(delete, sees, row),
    }


def submission(
    may: frozenset[str], *rest: str, method: str = GET, data: tuple[tuple[str, str], ...] = ()
) -> Rule:
    return Rule(may, SEE, "submission", rest, method, data)


def campaign(may: frozenset[str], *rest: str, method: str = GET) -> Rule:
    return Rule(may, SEE, "campaign", rest, method)


def file(*, method: str = GET) -> Rule:
    """A file of the own officer."""
    return Rule(OWN_OFFICER, OWN_OFFICER, "file", method=method)


RULES: dict[str, Rule] = {
    **model("clusters_user", "user", sees=CITY, listed=CITY, add=CITY),
    **model("clusters_provider", "provider", sees=ALL, add=CITY, delete=CITY),
    **model("clusters_auditevent", "event", sees=SEE),
    **model("diagnosis_submission", "submission", sees=SEE),
    **model("diagnosis_campaign", "campaign", sees=SEE, add=ALL_BUT_AUDITOR),
    **model("recommendations_officerfile", "file", sees=OWN_OFFICER, delete=OWN_OFFICER),
    **model("recommendations_policyprogramme", "programme", sees=ALL, add=CITY),
    "clusters_provider_export": Rule(ALL),
    "clusters_provider_import": Rule(CITY),
    "clusters_provider_confirm": Rule(CITY, method=POST),
    "clusters_auditevent_export": Rule(ALL),
    "diagnosis_submission_retry": submission(CHANGE, method=POST),
    "diagnosis_submission_download": submission(SEE, "en", "pdf"),
    "diagnosis_submission_download_application": submission(SEE, "pilot_city", "en", "pdf"),
    "diagnosis_submission_earlier_file": submission(SEE, "1", "earlier"),
    "diagnosis_submission_export": Rule(ALL),
    "diagnosis_submission_move": submission(CHANGE, "verify", method=POST),
    "diagnosis_submission_assign": submission(CHANGE, method=POST, data=(("officer", "nobody"),)),
    "diagnosis_submission_comment": submission(CHANGE, method=POST, data=(("text", "?"),)),
    "diagnosis_submission_take_back": submission(CHANGE, "comment", method=POST),
    "diagnosis_submission_events": submission(SEE),
    "diagnosis_submission_levels": submission(SEE),
    "diagnosis_submission_level": submission(CHANGE, "production_control"),
    "diagnosis_submission_level_back": submission(CHANGE, "level", method=POST),
    "diagnosis_submission_evidence": submission(SEE, "level"),
    "diagnosis_submission_save_filter": Rule(ALL, method=POST),
    "diagnosis_submission_delete_filter": Rule(OWN_OFFICER, OWN_OFFICER, "filter", method=POST),
    "diagnosis_campaign_letters": campaign(CHANGE, method=POST),
    "diagnosis_campaign_edit": campaign(CHANGE),
    "diagnosis_campaign_import": campaign(CHANGE),
    "diagnosis_campaign_confirm": campaign(CHANGE, method=POST),
    "diagnosis_campaign_template": campaign(SEE),
    "diagnosis_campaign_mail": campaign(CHANGE, "new", method=POST),
    "diagnosis_campaign_export": campaign(SEE, "csv"),
    "recommendations_officerfile_progress": file(),
    "recommendations_officerfile_download": file(),
    "recommendations_officerfile_retry": file(method=POST),
    # One firm is too few for figures, so there is neither a table nor a report to be had, for anybody.
    "cluster_view": Rule(SEE | {"officer without cluster"}, NOBODY, data=(("cluster", OWN),)),
    "cluster_view_csv": Rule(NOBODY, NOBODY, data=(("cluster", OWN),)),
    "cluster_view_report": Rule(NOBODY, NOBODY, method=POST, data=(("cluster", OWN),)),
    "guide": Rule(ALL),
    "index": Rule(ALL),
    "jsi18n": Rule(ALL),
    "password_change": Rule(ALL),
    "password_change_done": Rule(ALL),
    "logout": Rule(ALL, method=POST),
}
# Django's own addresses that lead nowhere by themselves: their tests are in tests/clusters/test_scoping.py.
ELSEWHERE = {"login", "autocomplete", "view_on_site", "app_list"}


@pytest.fixture(autouse=True)
def no_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "_ring", lambda report_id: None)
    monkeypatch.setattr(file_actions, "_ring", lambda file_id: None)


def _reviewed() -> Submission:
    """In review for the second time, with reports of both revisions."""
    report = make_report(make_submission(OWN, state=State.IN_REVIEW))
    make_file(report, "en", kind=FileKind.APPLICATION, programme="pilot_city")
    Submission.objects.filter(pk=report.submission_id).update(revision=2)
    for kept in list(report.files.exclude(language="zh-hans")):
        kept.pk, kept.revision = None, 2
        kept.save()
    return Submission.objects.get(pk=report.submission_id)


def _found_on_a_visit(submission: Submission) -> VerifiedLevel:
    from django.core.files.base import ContentFile
    from django.core.files.storage import default_storage

    name = default_storage.save("evidence/photo.pdf", ContentFile(b"%PDF-1.7"))
    return VerifiedLevel.objects.create(
        submission=submission, revision=2, question="production_control", level=1, reported=2, reason="seen",
        evidence=name, evidence_name="photo.pdf", evidence_type="application/pdf", evidence_size=8,
        evidence_sha256="0" * 64,
    )


class Cast:
    """One thing of every kind, all of the own cluster; `own` is the officer who has a file and a saved filter."""

    def __init__(self) -> None:
        self.own = INSIDE["own officer"]()
        self.user = make_officer(OWN)
        self.provider = Provider.objects.create(
            kind="provider", name="甲", topics=["mes"], contact="1", source="2026", clusters=[OWN]
        )
        self.event = record(AuditKind.FILE_ASKED, by=self.user, clusters=[OWN])
        self.programme = make_programme()
        self.submission = _reviewed()
        self.earlier = ReportFile.objects.get(
            report__submission=self.submission, revision=1, language="en", kind=FileKind.REPORT
        )
        self.comment = Comment.objects.create(submission=self.submission, revision=2, text="?", author=self.user)
        self.level = _found_on_a_visit(self.submission)
        self.campaign = Campaign.objects.create(name="2026", cluster=OWN, created_by=self.user)
        self.file = make_officer_file(self.own, clusters=[OWN])
        self.filter = SavedFilter.objects.create(user=self.own, name="mine", query="state=submitted")

    def address(self, name: str) -> str:
        rule = RULES[name]
        if not rule.row:
            return reverse(f"admin:{name}")
        parts = [part if getattr(self, part, None) is None else getattr(self, part).pk for part in rule.rest]
        return reverse(f"admin:{name}", args=[getattr(self, rule.row).pk, *parts])

    def inside(self) -> Iterator[tuple[str, User]]:
        for who, make in INSIDE.items():
            yield who, self.own if who == "own officer" else make()


@pytest.fixture
def cast() -> Cast:
    return Cast()


def knock(user: User | None, cast: Cast, name: str) -> Any:
    """The answer to this person; whatever it changed is undone."""
    client, rule = Client(), RULES[name]
    if user is not None:
        client.force_login(user)
    with transaction.atomic():
        response = getattr(client, rule.method)(cast.address(name), dict(rule.data))
        if response.streaming:
            b"".join(response.streaming_content)
        transaction.set_rollback(True)
    return response


def to_sign_in(response: Any) -> bool:
    return response.status_code == 302 and response["Location"].startswith("/admin/login/")


def addresses() -> Iterator[tuple[str | None, str]]:
    """Name and pattern of everything under the admin, the pages of models included."""
    for pattern in admin.site.urls[0]:
        if isinstance(pattern, URLPattern):
            yield pattern.name, str(pattern.pattern)
        else:
            yield from ((each.name, str(each.pattern)) for each in pattern.url_patterns)


def test_every_address_has_a_rule() -> None:
    assert {name for name, _pattern in addresses() if name} == set(RULES) | ELSEWHERE


def test_addresses_without_a_name_lead_nowhere_new() -> None:
    """Django's catch-all, and the old form of a row's address, which leads to its page."""
    assert {pattern for name, pattern in addresses() if not name} == {"<path:object_id>/", "(?P<url>.*)$"}


@pytest.mark.parametrize("name", RULES)
def test_whoever_is_no_officer_is_sent_to_sign_in(name: str, cast: Cast) -> None:
    for who, make in OUTSIDE.items():
        response = knock(make(), cast, name)
        assert to_sign_in(response) or name == "logout", (who, response.status_code)


@pytest.mark.parametrize("name", RULES)
def test_officers(name: str, cast: Cast) -> None:
    rule = RULES[name]
    for who, user in cast.inside():
        response = knock(user, cast, name)
        status = response.status_code
        if who in rule.may:
            assert status < 500, (who, status)
            assert status not in (403, 404, 405), (who, status)
            assert not to_sign_in(response), who
        else:
            assert status == (403 if who in rule.sees else 404), (who, status)
            assert cast.submission.company_name not in response.content.decode(), who


def test_a_report_that_failed_is_made_again_by_those_who_may_change_only(cast: Cast) -> None:
    """The one rule above that a state hides: what the button does when there is something to do."""
    Report.objects.filter(submission=cast.submission).update(
        state=ReportState.FAILED, ready_at=None, error="ValueError: broken"
    )
    for who, user in cast.inside():
        client = Client()
        client.force_login(user)
        with transaction.atomic():
            client.post(cast.address("diagnosis_submission_retry"))
            queued = Report.objects.get(submission=cast.submission).state == ReportState.QUEUED
            transaction.set_rollback(True)
        assert queued == (who in CHANGE), who
