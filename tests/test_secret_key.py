"""Changing SECRET_KEY: what was signed with the one before stays valid while it is named, and not longer."""

from __future__ import annotations

from typing import Any

import pytest
from django.core import signing
from django.test import Client

from clusters.models import ClusterId
from diagnosis.actions import make_link
from recommendations.programme_conditions import SEAL
from tests.factories import make_draft, make_officer
from tests.journeys import browser_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def change_key(settings: Any) -> Any:
    def change(*, fallbacks: bool) -> None:
        settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY] if fallbacks else []
        settings.SECRET_KEY = "new-" * 20

    return change


@pytest.mark.parametrize(("fallbacks", "status"), [(True, 200), (False, 302)])
def test_an_officer(client: Client, change_key: Any, fallbacks: bool, status: int) -> None:
    client.force_login(make_officer(ClusterId.FOOTWEAR))
    assert client.get("/admin/").status_code == 200
    change_key(fallbacks=fallbacks)
    assert client.get("/admin/").status_code == status


def test_an_officer_after_the_old_key_is_named_no_more(client: Client, change_key: Any, settings: Any) -> None:
    """One click in the meantime signs the session anew."""
    client.force_login(make_officer(ClusterId.FOOTWEAR))
    change_key(fallbacks=True)
    assert client.get("/admin/").status_code == 200
    settings.SECRET_KEY_FALLBACKS = []
    assert client.get("/admin/").status_code == 200


@pytest.mark.parametrize(("fallbacks", "status"), [(True, 200), (False, 404)])
def test_an_owner_without_an_account(change_key: Any, fallbacks: bool, status: int) -> None:
    draft = make_draft()
    browser = browser_of(draft)
    change_key(fallbacks=fallbacks)
    assert browser.get(f"/d/{draft.reference}/review/").status_code == status


def test_a_private_link_needs_no_key(change_key: Any) -> None:
    token = make_link(submission=make_draft(), by=None)
    change_key(fallbacks=False)
    assert Client().get(f"/l/{token}/").status_code == 200


@pytest.mark.parametrize("fallbacks", [True, False])
def test_a_sealed_rule(change_key: Any, fallbacks: bool) -> None:
    sealed = signing.dumps({"is": ["yes"]}, salt=SEAL)
    change_key(fallbacks=fallbacks)
    if fallbacks:
        assert signing.loads(sealed, salt=SEAL) == {"is": ["yes"]}
    else:
        with pytest.raises(signing.BadSignature):
            signing.loads(sealed, salt=SEAL)
