"""Campaigns, invitations and lists of firms for tests."""

from __future__ import annotations

import io
from collections.abc import Sequence
from itertools import count
from typing import Any

import xlsxwriter
from django.utils import timezone

from clusters.models import ClusterId
from diagnosis.invitation_codes import new_code
from diagnosis.models import Campaign, Invitation, Submission
from tests.factories import make_officer, make_submission, make_uscc

_numbers = count(1)
HEADING = ("company_name", "uscc", "cluster", "county", "size_class", "contact", "email", "language")


def make_campaign(cluster: str = ClusterId.FOOTWEAR, **fields: Any) -> Campaign:
    given = {"name": f"round {next(_numbers)}", "created_by": make_officer(cluster), **fields}
    return Campaign.objects.create(cluster=cluster, **given)


def make_invitation(campaign: Campaign, **fields: Any) -> Invitation:
    number = next(_numbers)
    given = {
        "company_name": f"晋江市第{number}鞋材有限公司", "uscc": make_uscc(), "county": "jinjiang", "code": new_code(),
        "email": f"firm{number}@example.org", **fields,
    }
    return Invitation.objects.create(campaign=campaign, **given)


def days_ago(days: float) -> Any:
    return timezone.now() - timezone.timedelta(days=days)


def hand_in(invitation: Invitation, cluster: str = "") -> Submission:
    """The firm hands in by itself, with its own code."""
    return make_submission(cluster or invitation.campaign.cluster, uscc=invitation.uscc)


def row(**cells: Any) -> list[Any]:
    """One firm as an officer types it."""
    given: dict[str, Any] = {
        "company_name": f"石狮市第{next(_numbers)}鞋厂", "uscc": make_uscc(), "cluster": "footwear", "county": "石狮市",
        "size_class": "small", "contact": "王经理 0595-1", "email": "a@example.org", "language": "", **cells,
    }
    return [given[id] for id in HEADING]


def firms_xlsx(*rows: Sequence[Any], heading: Sequence[str] = HEADING) -> bytes:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet()
        for number, cells in enumerate((heading, *rows)):
            sheet.write_row(number, 0, cells)
    return target.getvalue()
