"""Asking for invitation letters."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from clusters.models import User
from diagnosis.models import Campaign
from recommendations.file_actions import ask_for_file
from recommendations.letters import LETTERS_PER_FILE
from recommendations.models import OfficerFileKind


@transaction.atomic
def ask_for_letters(*, campaign: Campaign, invitations: Sequence[int], by: User, language: str) -> int:
    """Ask for the letters of these invitations, in as many files as they need. Returns how many files."""
    parts = [
        list(invitations[start : start + LETTERS_PER_FILE]) for start in range(0, len(invitations), LETTERS_PER_FILE)
    ]
    for number, part in enumerate(parts, start=1):
        ask_for_file(
            kind=OfficerFileKind.LETTERS, by=by, clusters=[campaign.cluster], language=language,
            wish={"campaign": campaign.pk, "invitations": part, "part": number, "parts": len(parts)},
        )
    return len(parts)
