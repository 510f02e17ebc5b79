"""Invitation letters as one PDF: a page a firm, with its QR code and its invitation code.

`wish`: {"campaign": id, "invitations": [ids], "part": 1, "parts": 2}. A file holds at most LETTERS_PER_FILE
letters, so that the time and memory of one file do not grow with the campaign. Firms that answered or want no
more mail in the meantime are left out. When the file is ready its letters are marked as printed.
"""

from __future__ import annotations

from typing import Any, BinaryIO, Final

from django.utils import timezone
from django.utils.translation import gettext as _

from clusters.content import get_places
from diagnosis.campaigns import to_print, visible_campaigns, with_progress
from diagnosis.campaigns_wording import contact, invitation_words
from diagnosis.localised import said, short_language
from diagnosis.models import Campaign, Invitation
from diagnosis.qr import qr_svg
from recommendations.glyphs import printable
from recommendations.jobs import CannotBeMade, Progress
from recommendations.models import OfficerFile
from recommendations.rendering import TEMPLATE_FOLDER, render_data

TEMPLATE: Final = TEMPLATE_FOLDER / "letters.typ"
LETTERS_PER_FILE: Final = 250
STEP: Final = 10  # letters between two notes of the progress


def letters_name(file: OfficerFile) -> str:
    part = f"-{file.wish['part']}" if file.wish["parts"] > 1 else ""
    return f"{_('invitation letters')}-{timezone.localtime(file.created_at):%Y-%m-%d-%H%M}{part}.pdf"


def _rows(file: OfficerFile) -> list[Invitation]:
    """The letters to print, in the order of the wish."""
    campaign = visible_campaigns(Campaign.objects.all(), file.requested_by).filter(pk=file.wish["campaign"])
    rows = with_progress(Invitation.objects.filter(campaign__in=campaign, campaign__cluster__in=file.clusters))
    chosen: list[int] = file.wish["invitations"]
    found = to_print(rows, "selected", chosen).select_related("campaign__created_by").in_bulk(chosen)
    return [found[id] for id in chosen if id in found]


def write_letters(file: OfficerFile, target: BinaryIO, progress: Progress) -> None:
    rows = _rows(file)
    if not rows:
        raise CannotBeMade(_("None of these firms is to get a letter any more."))
    firms = []
    for number, row in enumerate(rows, start=1):
        firms.append(_firm(row))
        if number % STEP == 0:
            progress(number, len(rows))
    data = _common(rows[0]) | {"firms": firms}
    target.write(render_data(data, short_language(), template=TEMPLATE, day=timezone.localdate()).data)  # type: ignore[arg-type]
    progress(len(rows), len(rows))


def mark_printed(file: OfficerFile) -> None:
    Invitation.objects.filter(pk__in=[row.pk for row in _rows(file)]).update(printed_at=timezone.now())


def _firm(row: Invitation) -> dict[str, str]:
    county = get_places().county.get(row.county)
    words = invitation_words(row)
    said_of = {"name": row.company_name, "county": said(county.name) if county else "", "contact": row.contact}
    # The drawing is no text: it must not be made breakable.
    return {**printable(said_of), "code": words["code"], "qr": str(qr_svg(words["address"]))}


def _common(row: Invitation) -> dict[str, Any]:
    words, campaign = invitation_words(row), row.campaign
    texts = {"cluster": str(words["cluster"]), "note": words["note"], "contact": contact(campaign)}
    return {
        **printable(texts), "quick_minutes": words["quick_minutes"], "all_minutes": words["all_minutes"],
        "site_name": _("Chain diagnosis"), "by_code": words["by_code"], "made_on": f"{timezone.localdate()}",
        "closes_on": f"{campaign.closes_on or ''}",
    }


__all__ = ["LETTERS_PER_FILE", "letters_name", "mark_printed", "write_letters"]
