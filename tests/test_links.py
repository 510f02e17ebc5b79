"""Secret addresses: of use for what they were made for and nothing else, and looked at without harm."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from diagnosis.access import SESSION_KEY
from diagnosis.actions import make_link
from diagnosis.models import Invitation, Submission
from tests.diagnosis.campaign_cast import make_campaign, make_invitation
from tests.factories import make_draft

pytestmark = pytest.mark.django_db
DOORS = ("diagnosis:open_link", "diagnosis:invitation", "diagnosis:invitation_stop")


@pytest.fixture
def token() -> str:
    """Of a private link."""
    return make_link(submission=make_draft(), by=None)


@pytest.fixture
def invitation() -> Invitation:
    return make_invitation(make_campaign())


def at(door: str, secret: str) -> str:
    return reverse(door, args=[secret])


@pytest.mark.parametrize("method", ["head", "get"])
def test_a_scanner_uses_nothing_up(token: str, invitation: Invitation, method: str) -> None:
    before = list(Submission.objects.values()), list(Invitation.objects.values())
    scanner = Client()
    for door, secret in zip(DOORS, (token, invitation.code, invitation.code), strict=True):
        for _ in range(2):
            assert getattr(scanner, method)(at(door, secret)).status_code == 200
    assert (list(Submission.objects.values()), list(Invitation.objects.values())) == before
    assert SESSION_KEY not in scanner.session
    assert Client().post(at("diagnosis:open_link", token)).status_code == 302


def test_each_opens_its_own_door_only(token: str, invitation: Invitation) -> None:
    wrong = [(DOORS[0], invitation.code), (DOORS[1], token), (DOORS[2], token)]
    for door, secret in wrong:
        assert Client().get(at(door, secret)).status_code == 404
        assert Client().post(at(door, secret)).status_code == 404
    invitation.refresh_from_db()
    assert (invitation.submission, invitation.stopped_at) == (None, None)


@pytest.mark.parametrize("place", [0, 20, -1])
def test_one_character_changed(token: str, invitation: Invitation, place: int) -> None:
    for door, secret in zip(DOORS, (token, invitation.code, invitation.code), strict=True):
        at_place = place % len(secret)
        other = "2" if secret[at_place] != "2" else "3"
        assert Client().post(at(door, secret[:at_place] + other + secret[at_place + 1 :])).status_code == 404
