"""Log lines and metrics: what they say, and what they must not say."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest
from django.conf import settings
from django.http import HttpRequest
from django.test import Client, RequestFactory
from pytest_django.fixtures import Settings

from config.logs import ErrorHook, JsonLines, RequestLog, WithoutPath
from diagnosis.actions import make_link
from tests.factories import make_draft, make_report, make_submission

TOKEN = "t" * 40


def lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.name == "config.requests"]


@pytest.fixture
def at_info(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.INFO, logger="config.requests")
    return caplog


# Log ------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_request_is_named_by_its_view(client: Client, at_info: pytest.LogCaptureFixture) -> None:
    draft = make_draft()
    token = make_link(submission=draft, by=None)
    client.get(f"/l/{token}/?name=secret")
    client.get(f"/d/{draft.reference}/nowhere/")
    said = "\n".join(lines(at_info))
    assert "GET diagnosis:open_link 200" in said
    assert "GET - 404" in said
    assert token not in said and "secret" not in said and draft.reference not in said


@pytest.mark.django_db
def test_every_answer_has_its_own_id(client: Client) -> None:
    first, second = (client.get("/")["X-Request-Id"] for _ in range(2))
    assert len(first) == 16 and first != second


def test_healthy_answers_to_machines_are_not_logged(client: Client, at_info: pytest.LogCaptureFixture) -> None:
    client.get("/healthz")
    assert lines(at_info) == []


def record(message: str, *args: Any, **extra: Any) -> logging.LogRecord:
    made = logging.LogRecord("chain", logging.ERROR, __file__, 1, message, args, None)
    made.__dict__.update(extra)
    return made


def test_json_line() -> None:
    line = json.loads(JsonLines().format(record("report %s：%s", 7, "磁盘满")))
    said = [line[key] for key in ("message", "level", "logger", "request")]
    assert said == ["report 7：磁盘满", "ERROR", "chain", "-"]
    assert line["time"].endswith("+00:00")


def test_json_line_keeps_to_one_line() -> None:
    assert "\n" not in JsonLines().format(record("first\nsecond"))


def test_a_line_inside_a_request_has_its_id(rf: RequestFactory) -> None:
    seen: list[str] = []

    def view(request: HttpRequest) -> Any:
        from django.http import HttpResponse

        seen.append(json.loads(JsonLines().format(record("inside")))["request"])
        return HttpResponse()

    response = RequestLog(view)(rf.get("/"))
    assert seen == [response["X-Request-Id"]]


def test_django_does_not_name_the_path(rf: RequestFactory) -> None:
    made = record("%s: %s", "Not Found", "/l/secret/", request=rf.get("/l/secret/"))
    WithoutPath().filter(made)
    assert made.getMessage() == "Not Found: -"
    assert all("without_path" in handler["filters"] for handler in settings.LOGGING["handlers"].values())


CAUGHT: list[str] = []


def hook(line: str, record: logging.LogRecord) -> None:
    CAUGHT.append(line)


def broken_hook(line: str, record: logging.LogRecord) -> None:
    raise RuntimeError("the error server is away")


def test_errors_reach_the_hook(settings: Settings) -> None:
    CAUGHT.clear()
    settings.ERROR_HOOK = f"{__name__}.hook"
    ErrorHook().handle(record("disk full"))
    assert CAUGHT == ["disk full"]


def test_a_broken_hook_stops_nothing(settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
    settings.ERROR_HOOK = f"{__name__}.broken_hook"
    ErrorHook().handle(record("disk full"))
    assert "ERROR_HOOK failed: RuntimeError" in caplog.text


# Metrics --------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("token", "shown"), [("", ""), ("", "Bearer "), (TOKEN, ""), (TOKEN, "Bearer x"), (TOKEN, TOKEN)]
)
def test_metrics_are_not_there_without_the_token(
    client: Client, settings: Settings, token: str, shown: str
) -> None:
    settings.METRICS_TOKEN = token
    assert client.get("/metrics", headers={"Authorization": shown}).status_code == 404


@pytest.mark.django_db
def test_metrics(client: Client, settings: Settings) -> None:
    settings.METRICS_TOKEN = TOKEN
    make_draft()
    make_report(make_submission(), state="queued")
    make_report(make_submission(), state="failed")
    client.get("/")
    text = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).content.decode()
    assert 'chain_submissions{state="draft"} 1.0' in text
    assert 'chain_submissions{state="submitted"} 2.0' in text
    assert 'chain_jobs{kind="report",state="queued"} 1.0' in text
    assert 'chain_jobs{kind="report",state="failed"} 1.0' in text
    assert 'chain_oldest_job_seconds{kind="plan"} 0.0' in text
    assert 'chain_requests_total{method="GET",status="200",view="diagnosis:home"}' in text


@pytest.mark.django_db
def test_metrics_take_no_post(client: Client) -> None:
    assert client.post("/metrics").status_code == 405
