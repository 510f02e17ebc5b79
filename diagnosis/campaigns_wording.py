"""What page, mail and letter say of an invitation, in the language in force."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from diagnosis.campaigns import closed
from diagnosis.content import get_questionnaire
from diagnosis.invitation_codes import spaced
from diagnosis.localised import short_language
from diagnosis.models import Campaign, Invitation


def minutes() -> dict[str, int]:
    """How long the first result and the whole take."""
    pages = get_questionnaire().pages
    return {
        "quick_minutes": round(sum(page.minutes for page in pages if page.quick)),
        "all_minutes": round(sum(page.minutes for page in pages)),
    }


def note(campaign: Campaign) -> str:
    """The officers' own words; in the other language rather than none."""
    first, second = campaign.note_zh, campaign.note_en
    return (second or first) if short_language() == "en" else (first or second)


def contact(campaign: Campaign) -> str:
    """Who answers questions: as the campaign says, else the officer who made it."""
    officer = campaign.created_by
    if campaign.contact or officer is None:
        return campaign.contact
    return f"{officer.name} {officer.email}".strip()


def personal_address(invitation: Invitation) -> str:
    return settings.SITE_URL + reverse("diagnosis:invitation", args=[invitation.code])


def invitation_words(invitation: Invitation) -> dict[str, Any]:
    campaign = invitation.campaign
    return {
        **minutes(), "company": invitation.company_name, "cluster": campaign.get_cluster_display(),
        "note": note(campaign), "contact": contact(campaign), "closes_on": campaign.closes_on,
        "closed": closed(campaign, timezone.localdate()), "address": personal_address(invitation),
        "code": spaced(invitation.code), "uscc": invitation.uscc,
        "by_code": settings.SITE_URL + reverse("diagnosis:invited"),
    }
