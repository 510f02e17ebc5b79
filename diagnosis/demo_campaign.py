"""A demonstration campaign: firms that do not exist, in every state an invitation can be in."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from django.db import transaction
from django.utils import timezone
from stdnum.cn import uscc as social_credit_code

from clusters.models import ClusterId, Role, User
from diagnosis import invitations
from diagnosis.benchmarks import HANDED_IN
from diagnosis.invitation_codes import new_code
from diagnosis.models import Campaign, Invitation, Submission

CLUSTER: Final = ClusterId.FOOTWEAR
# County, size, and how many days ago things happened.
FIRMS: Final[tuple[tuple[str, str, dict[str, int]], ...]] = (
    ("jinjiang", "small", {}), ("jinjiang", "micro", {}), ("jinjiang", "small", {"mailed_at": 9}),
    ("jinjiang", "medium", {"mailed_at": 9}), ("shishi", "small", {"mailed_at": 9, "opened_at": 8}),
    ("shishi", "small", {"mailed_at": 9, "opened_at": 7}),
    ("shishi", "micro", {"mailed_at": 18, "reminded_at": 2}), ("nanan", "small", {"mailed_at": 18, "stopped_at": 3}),
    ("nanan", "micro", {"printed_at": 9}), ("huian", "small", {"printed_at": 9}), ("huian", "micro", {}),
    ("", "", {"mailed_at": 9}),
)


def make_demo_campaign() -> None:
    """Once; and only where the demonstration officer is."""
    officer = User.objects.filter(role=Role.OFFICER, memberships__cluster=CLUSTER).first()
    if officer is not None and not Campaign.objects.exists():
        _make(officer)


@transaction.atomic
def _make(officer: User) -> None:
    now = timezone.now()
    campaign = Campaign.objects.create(
        name="演示：鞋业第一轮邀请 / Demonstration", cluster=CLUSTER, created_by=officer,
        created_at=now - timedelta(days=20),
        note_zh="填写有困难的企业，专员可以上门帮忙。", note_en="An officer can come and help with the questions.",
        closes_on=timezone.localdate() + timedelta(days=21),
    )
    for number, (county, size, days) in enumerate(FIRMS, start=1):
        _invite(campaign, number, county=county, size_class=size, **_moments(days))
    begun = Invitation.objects.filter(campaign=campaign, opened_at__isnull=False, stopped_at=None).first()
    if begun is not None:
        invitations.begin(invitation=begun, language="zh-hans", by=None)
    for firm in Submission.objects.filter(cluster=CLUSTER, state__in=HANDED_IN).order_by("pk")[:3]:
        Invitation.objects.create(
            campaign=campaign, company_name=firm.company_name, uscc=firm.uscc, county=firm.county, code=new_code(),
            size_class=firm.size_class, created_at=campaign.created_at, **_moments({"mailed_at": 18}),
        )


def _moments(days: dict[str, int]) -> dict[str, Any]:
    moments: dict[str, Any] = {name: timezone.now() - timedelta(days=past) for name, past in days.items()}
    return {**moments, "reminders": 1} if "reminded_at" in days else moments


def _invite(campaign: Campaign, number: int, **fields: Any) -> None:
    body = f"91350582MA9DEM{number:03d}"
    letter = "printed_at" in fields or number == 2
    Invitation.objects.create(
        campaign=campaign, company_name=f"演示鞋厂 {number:02d}", uscc=body + social_credit_code.calc_check_digit(body),
        contact="演示联系人", email="" if letter else f"firm{number:02d}@demo.example", code=new_code(),
        created_at=campaign.created_at, **fields,
    )
