"""What all tests of this folder share."""

from __future__ import annotations

import pytest

from config.readable import ReadableRequest
from recommendations import actions, file_actions


@pytest.fixture(autouse=True)
def no_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    """The queue is not reached from here: what would be sent to it is in the database, where it is watched."""
    monkeypatch.setattr(actions, "_ring", lambda report_id: None)
    monkeypatch.setattr(file_actions, "_ring", lambda file_id: None)


@pytest.fixture(autouse=True)
def as_a_web_server_calls_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Django's test client makes requests of Django's own class; the site has one of its own."""
    monkeypatch.setattr("django.test.client.WSGIRequest", ReadableRequest)
