"""What owners see when the database goes away at different moments of a request."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db import InterfaceError, OperationalError
from django.http import HttpResponse
from django.test import Client

from diagnosis import actions

GONE = [OperationalError("server closed the connection unexpectedly"), InterfaceError("connection already closed")]


def failing(error: Exception) -> Any:
    def fail(*_: Any, **__: Any) -> None:
        raise error

    return fail


def check_pause(response: HttpResponse) -> None:
    page = response.content.decode()
    assert response.status_code == 503
    assert int(response["Retry-After"]) > 0
    assert "请稍等一下" in page
    assert 'href="/"' in page


@pytest.fixture
def client() -> Client:
    return Client(raise_request_exception=False)


@pytest.mark.django_db
@pytest.mark.parametrize("error", GONE)
def test_in_the_view(client: Client, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    monkeypatch.setattr(actions, "start", failing(error))
    check_pause(client.post("/start/"))


@pytest.mark.django_db
@pytest.mark.parametrize("error", GONE)
def test_when_the_session_is_read(client: Client, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    client.post("/start/")
    monkeypatch.setattr(SessionStore, "_get_session_from_db", failing(error))
    check_pause(client.get("/mine/"))


@pytest.mark.django_db
@pytest.mark.parametrize("error", GONE)
@pytest.mark.parametrize("known", [False, True])
def test_when_the_session_is_kept(
    client: Client, monkeypatch: pytest.MonkeyPatch, error: Exception, known: bool
) -> None:
    """After the page is made: the browser would lose the way to its diagnosis, so it is told to try again."""
    if known:
        client.post("/start/")
    monkeypatch.setattr(Session, "save", failing(error))
    check_pause(client.post("/start/"))


@pytest.mark.django_db
def test_a_fault_of_ours_is_no_pause(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "start", failing(ValueError("a mistake")))
    response = client.post("/start/")
    assert response.status_code == 500
    assert "Retry-After" not in response


@pytest.mark.django_db
def test_a_session_ended_meanwhile_is_no_pause(client: Client) -> None:
    """Signed out in another window: asking again would not help."""
    client.post("/start/")
    real = SessionStore.save

    def ended(self: SessionStore, must_create: bool = False) -> None:
        type(self).get_model_class().objects.all().delete()
        real(self, must_create)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(SessionStore, "save", ended)
        response = client.post("/start/")
    assert response.status_code == 400
