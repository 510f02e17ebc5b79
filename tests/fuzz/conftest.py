"""The queue is not reached from here: what would be sent to it is in the database, where it is watched."""

from __future__ import annotations

import pytest

from recommendations import actions, file_actions


@pytest.fixture(autouse=True)
def no_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "_ring", lambda report_id: None)
    monkeypatch.setattr(file_actions, "_ring", lambda file_id: None)
