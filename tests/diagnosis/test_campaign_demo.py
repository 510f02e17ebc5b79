"""The demonstration campaign shows every state, and is made once."""

from __future__ import annotations

import pytest

from clusters.models import ClusterId
from diagnosis.campaigns import Progress, counts_by_progress, with_progress
from diagnosis.demo_campaign import make_demo_campaign
from diagnosis.models import Campaign, Invitation
from tests.factories import make_officer, make_submission

pytestmark = pytest.mark.django_db


def test_every_state_once_made() -> None:
    make_officer(ClusterId.FOOTWEAR)
    make_submission()
    make_demo_campaign()
    make_demo_campaign()
    assert Campaign.objects.count() == 1
    counts = counts_by_progress(with_progress(Invitation.objects.all()))
    assert counts.keys() == set(Progress.values)


def test_not_without_an_officer() -> None:
    make_demo_campaign()
    assert not Campaign.objects.exists()
