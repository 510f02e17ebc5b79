"""Who gets in where. Every address of the owners' pages stands in RULES; a new one without a rule fails.

Four people knock: a stranger without an account, the browser that began the diagnosis, another owner
signed in, and the officer of the firm's own cluster (whose door is the admin, not this one).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse
from django.utils import timezone

from diagnosis import urls as diagnosis_urls
from diagnosis.actions import make_link
from diagnosis.models import Revision, Submission
from recommendations import actions
from recommendations import urls as recommendations_urls
from recommendations.documents import make_plan
from recommendations.domain.owner_plan import Asked
from recommendations.models import FileFormat, FileKind, Plan, PlanFile, Report, ReportFile, ReportState
from tests.factories import make_draft, make_file, make_officer, make_owner, make_report, make_submission
from tests.journeys import browser_of

pytestmark = pytest.mark.django_db
PUBLIC, OWNER, LINK = "public", "owner", "link"
GET, POST = "get", "post"


@dataclass(frozen=True)
class Rule:
    """Who may, with which method; `draft` says which of the two diagnoses the address is tried with."""

    who: str
    method: str = GET
    draft: bool = False
    arguments: tuple[str, ...] = ()


RULES: dict[str, Rule] = {
    "diagnosis:home": Rule(PUBLIC),
    "diagnosis:about": Rule(PUBLIC),
    "diagnosis:privacy": Rule(PUBLIC),
    "diagnosis:start": Rule(PUBLIC, POST),
    "diagnosis:mine": Rule(PUBLIC),  # each sees the own list; tests/diagnosis/test_mine_resume.py
    "diagnosis:open_link": Rule(LINK),  # whoever holds the token
    "diagnosis:invited": Rule(PUBLIC),
    "diagnosis:invitation": Rule(LINK),  # whoever holds the code; tests/diagnosis/test_campaign_invitation_views.py
    "diagnosis:invitation_stop": Rule(LINK),
    "diagnosis:resume": Rule(OWNER, draft=True),
    "diagnosis:quick": Rule(OWNER, draft=True),
    "diagnosis:link": Rule(OWNER, draft=True),
    "diagnosis:again": Rule(OWNER),
    "diagnosis:withdraw": Rule(OWNER),
    "diagnosis:page": Rule(OWNER, draft=True, arguments=("q_firm",)),
    "recommendations:review": Rule(OWNER, draft=True),
    "recommendations:result": Rule(OWNER),
    "recommendations:status": Rule(OWNER),
    "recommendations:retry": Rule(OWNER, POST),
    "recommendations:download": Rule(OWNER, arguments=("en", "pdf")),
    "recommendations:download_application": Rule(OWNER, arguments=("programme", "en", "pdf")),
    "recommendations:earlier": Rule(OWNER, arguments=("revision",)),
    "recommendations:earlier_file": Rule(OWNER, arguments=("revision", "earlier_file")),
    "recommendations:what_if": Rule(OWNER),
    "recommendations:plan_status": Rule(OWNER, arguments=("plan",)),
    "recommendations:plan_retry": Rule(OWNER, POST, arguments=("plan",)),
    "recommendations:plan_download": Rule(OWNER, arguments=("plan", "en")),
}
OWNERS_ONLY = [name for name, rule in RULES.items() if rule.who == OWNER]
# Addresses outside the two apps: health, language, accounts and admin have their own tests.
ELSEWHERE = {"healthz", "readyz", "metrics", "set_language", "accounts/", "admin/"}


@pytest.fixture(autouse=True)
def no_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "_ring", lambda report_id: None)


@dataclass
class Cast:
    draft: Submission
    handed_in: Submission
    plan: Plan
    earlier_file: ReportFile

    def address(self, name: str) -> str:
        rule = RULES[name]
        if rule.who == PUBLIC:
            return reverse(name)
        submission = self.draft if rule.draft else self.handed_in
        ids = {"plan": self.plan.pk, "revision": 1, "earlier_file": self.earlier_file.pk}
        arguments = [ids.get(part, part) for part in rule.arguments]
        return reverse(name, args=[submission.reference, *arguments])


def _ready_plan(report: Report) -> Plan:
    plan = Plan.objects.create(
        submission=report.submission, wish=Asked().to_json(), state=ReportState.READY, ready_at=timezone.now(),
        document=make_plan(report.submission, report.document or {}, Asked()),
    )
    name = default_storage.save("plan.pdf", ContentFile(b"%PDF-"))
    PlanFile.objects.create(plan=plan, language="en", format=FileFormat.PDF, name=name, size=5, sha256="0" * 64)
    return plan


def _corrected_once(report: Report) -> ReportFile:
    """The submission is at revision 2; of revision 1 its document and a file are kept."""
    submission = report.submission
    Revision.objects.create(
        submission=submission, number=1, content_version="1", answers=submission.answers, document=report.document,
        verdict=submission.verdict, submitted_at=submission.submitted_at,
    )
    Submission.objects.filter(pk=submission.pk).update(revision=2)
    report.files.update(revision=2)  # type: ignore[attr-defined]
    return make_file(report, "fr", revision=1)


def make_cast() -> Cast:
    owner = make_owner()
    handed_in = make_submission(owner=owner)
    report = make_report(handed_in, full=True)
    make_file(report, "en", kind=FileKind.APPLICATION, programme="programme")
    return Cast(make_draft(owner=owner), handed_in, _ready_plan(report), _corrected_once(report))


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def knock(client: Client, cast: Cast, name: str) -> int:
    """The status of the answer, by the method of the rule."""
    response = getattr(client, RULES[name].method)(cast.address(name))
    if response.streaming:
        b"".join(response.streaming_content)
    return int(response.status_code)


def strangers(cast: Cast) -> Iterator[tuple[str, Client]]:
    yield "stranger", Client()
    yield "another browser", browser_of(make_draft())
    yield "other owner", signed_in(make_owner())
    yield "officer of the cluster", signed_in(make_officer(cast.handed_in.cluster))
    yield "city administrator", signed_in(make_officer(role="city_admin"))


def test_every_address_has_a_rule() -> None:
    named = {
        f"{module.app_name}:{pattern.name}"
        for module in (diagnosis_urls, recommendations_urls) for pattern in module.urlpatterns
    }
    assert named == set(RULES)


def test_no_other_address_leads_to_the_owners_pages() -> None:
    apps = (diagnosis_urls, recommendations_urls)
    for pattern in get_resolver().url_patterns:
        if isinstance(pattern, URLPattern):
            assert pattern.name in ELSEWHERE, pattern
        else:
            assert str(pattern.pattern) in ELSEWHERE or pattern.urlconf_module in apps, pattern


@pytest.mark.parametrize("name", [name for name, rule in RULES.items() if rule.who == PUBLIC])
def test_public(name: str, cast: Cast) -> None:
    for who, client in strangers(cast):
        assert knock(client, cast, name) in (200, 302), who


@pytest.mark.parametrize("name", OWNERS_ONLY)
def test_the_owner_gets_in(name: str, cast: Cast) -> None:
    """By the browser that began it, and by the person who owns it."""
    owner = cast.draft.owner
    for client in (browser_of(cast.draft, cast.handed_in), signed_in(owner)):
        assert knock(client, cast, name) in (200, 204, 302)


@pytest.mark.parametrize("name", OWNERS_ONLY)
def test_everybody_else_finds_nothing(name: str, cast: Cast) -> None:
    for who, client in strangers(cast):
        assert knock(client, cast, name) == 404, who


@pytest.mark.parametrize("name", OWNERS_ONLY)
def test_a_diagnosis_without_owner_belongs_to_nobody_signed_in(name: str, cast: Cast) -> None:
    Submission.objects.update(owner=None)
    for who, client in strangers(cast):
        assert knock(client, cast, name) == 404, who


@pytest.mark.parametrize("name", ["plan_status", "plan_retry", "plan_download"])
def test_a_plan_opens_under_its_own_diagnosis_only(name: str, cast: Cast) -> None:
    other = make_submission()
    make_report(other)
    rule = RULES[f"recommendations:{name}"]
    arguments = [cast.plan.pk if part == "plan" else part for part in rule.arguments]
    address = reverse(f"recommendations:{name}", args=[other.reference, *arguments])
    assert getattr(browser_of(other), rule.method)(address).status_code == 404


def test_the_private_link_lets_in_whoever_holds_it(cast: Cast) -> None:
    token = make_link(submission=cast.draft, by=None)
    for who, client in strangers(cast):
        assert client.get(reverse("diagnosis:open_link", args=[token])).status_code == 200, who
        assert client.get(reverse("diagnosis:open_link", args=[token + "x"])).status_code == 404, who
