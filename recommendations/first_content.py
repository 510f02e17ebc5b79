"""Live rows a new installation starts with; rows that exist are the officers' and stay as they are."""

from django.db import transaction

from recommendations.content import get_first_programmes
from recommendations.models import PolicyProgramme, ProgrammeStatus


@transaction.atomic
def load_first_content() -> int:
    """Add the first recorded programmes that are not there yet; returns how many were added."""
    added = 0
    for programme in get_first_programmes():
        rule = programme.model_dump(mode="json", exclude={"id", "verified_on"}, exclude_none=True, by_alias=True)
        _, created = PolicyProgramme.objects.get_or_create(
            key=programme.id, defaults={"rule": rule, "status": ProgrammeStatus.PUBLISHED}
        )
        added += created
    return added
