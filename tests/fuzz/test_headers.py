"""Headers nobody should send, to pages of every kind: nothing breaks, no page is another's, no header is added."""

from __future__ import annotations

from random import Random
from typing import Any, Final

import pytest

from tests.fuzz.addresses import People
from tests.fuzz.budget import cases
from tests.fuzz.payloads import PROGRAMS, header
from tests.fuzz.watching import Watched, rows_now
from tests.recommendations.jobs import stored_files

pytestmark = pytest.mark.django_db
PAGES: Final = (
    "diagnosis:home",
    "diagnosis:page",
    "recommendations:result",
    "recommendations:what_if",
    "recommendations:status",
    "recommendations:download",
    "diagnosis:open_link",
    "diagnosis:invitation",
    "admin:diagnosis_submission_changelist",
    "admin:index",
    "account_login",
    "healthz",
    "metrics",
)
NAMES: Final = (
    "Accept",
    "Accept-Encoding",
    "Accept-Language",
    "Authorization",
    "Connection",
    "Content-Length",
    "Content-Type",
    "Cookie",
    "Host",
    "HX-Request",
    "HX-Boosted",
    "HX-Current-URL",
    "HX-Target",
    "HX-Trigger",
    "HX-Prompt",
    "HX-History-Restore-Request",
    "If-Match",
    "If-Modified-Since",
    "If-None-Match",
    "Origin",
    "Range",
    "Referer",
    "Sec-Fetch-Mode",
    "Sec-Fetch-Dest",
    "User-Agent",
    "X-CSRFToken",
    "X-Forwarded-For",
    "X-Forwarded-Host",
    "X-Forwarded-Proto",
    "X-HTTP-Method-Override",
    "X-Original-URL",
    "X-Request-Id",
    "X-Requested-With",
    "Transfer-Encoding",
    "Upgrade",
    "Expect",
)
LIKELY: Final = (
    "zh-Hans;q=nan, en;q=1e400, *;q=",
    "en" * 3000,
    "zh-" * 200,
    "*" * 600,
    "127.0.0.1, ::1, x",
    "[::1",
    "a.example",
    "..",
    ":80",
    "testserver:99999999",
    "testserver\\evil.example",
    "gzip;q=0, *;q=abc",
    "br, " * 300,
    "bytes=0-, -5, 9-1",
    "Sun, 99 Foo 99999 99:99:99 GMT",
    '"a", W/"',
    "chunked",
    "text/html; charset=hex",
    "multipart/form-data",
    'session="\\000\\377aaaaaaa"',
    "session=; session==; ;;=",
    "language=../../x",
    "csrf=" + "x" * 5000,
    "messages=[[]]",
    "true; false",
    "http://[::1",
    "javascript:alert(1)",
    "-1",
    "1e400",
)


def some_headers(random: Random) -> dict[str, str]:
    chosen = random.sample(NAMES, random.choice((1, 1, 2, 3)))
    return {name: random.choice((random.choice(LIKELY), header(random), random.choice(PROGRAMS))) for name in chosen}


def test_headers_break_nothing() -> None:
    people, browsers = People(), dict[str, Watched]()
    clients = {who: people.client(who) for who in ("owner", "officer")}
    rows, files = rows_now(), stored_files()
    for who, client in clients.items():
        browsers[who] = Watched(client, rows, files)
    with cases("headers") as each:
        for number, random in enumerate(each):
            name, headers = PAGES[number % len(PAGES)], some_headers(random)
            if random.random() < 0.3 and "Cookie" not in headers:
                headers["Cookie"] = (
                    f"{random.choice(('session', 'csrf', 'language', 'messages', 'x'))}={header(random)}"
                )
            response = browsers[people.visitor(name)].send("GET", people.address(name), headers, headers=headers)
            check_alone(response, headers)


def check_alone(response: Any, headers: dict[str, str]) -> None:
    """A foreign host is refused and stands in no address; the request's number is ours."""
    if "Host" in headers and response.status_code == 200:
        assert headers["Host"].split(":")[0].strip(".") in ("testserver", "localhost", "127.0.0.1", "[")
    assert "evil.example" not in response.get("Location", "")
    assert response["X-Request-Id"].isalnum()
