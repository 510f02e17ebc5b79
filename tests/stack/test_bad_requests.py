"""Bytes that are no request, or half of one, on the real web server: it never answers 500 and goes on serving."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPConnection

import pytest

from tests.stack.site import Site, members, until

STATUS = re.compile(rb"HTTP/1\.[01] (\d{3}) ")
HEAD = b"Host: 127.0.0.1\r\n"
FORM = b"Content-Type: application/x-www-form-urlencoded\r\n"
CHUNKED = b"POST /invited/ HTTP/1.1\r\n" + HEAD + FORM + b"Transfer-Encoding: chunked\r\n\r\n"
STOP = b"POST /i/23456789ABCD/stop/ HTTP/1.1\r\n" + HEAD + FORM
MULTIPART = b"Content-Type: multipart/form-data; boundary=b\r\n"
PART = b'--b\r\nContent-Disposition: form-data; name="code"\r\n\r\nx'


def get(line: bytes, *headers: bytes) -> bytes:
    return line + b"\r\n" + b"".join(header + b"\r\n" for header in headers) + b"\r\n"


def named(charset: bytes) -> bytes:
    """A question with a form's encoding, read before any page is asked."""
    return get(b"GET /?a=%C3%A9 HTTP/1.1", HEAD.strip(), b"Content-Type: text/plain; charset=" + charset)


# What is sent, then the connection's sending side is closed; and the answers allowed, none at all among them.
REFUSED = {0, 400, 403, 404, 405, 408, 411, 413, 414, 417, 422, 429, 431, 501, 505}
CASES: dict[str, tuple[bytes, set[int]]] = {
    "nothing": (b"", {0}),
    "no line": (b"\r\n\r\n", REFUSED),
    "one word": (b"GET\r\n\r\n", REFUSED),
    "no version": (b"GET /\r\n\r\n", REFUSED),
    "bytes": (bytes(range(256)) * 4, REFUSED),
    "NULs": (b"\0" * 5000, REFUSED),
    "of TLS": (b"\x16\x03\x01\x02\0\x01\0\x01", REFUSED),
    "HTTP/2": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", REFUSED),
    "HTTP/9": (get(b"GET / HTTP/9.9", b"Host: 127.0.0.1"), REFUSED),
    "lower case": (get(b"get / http/1.1", b"Host: 127.0.0.1"), REFUSED),
    "spaces": (get(b"GET  /  HTTP/1.1", b"Host: x"), REFUSED),
    "tabs": (get(b"GET\t/\tHTTP/1.1", b"Host: 127.0.0.1"), REFUSED),
    "strange method": (get(b"F%O / HTTP/1.1", b"Host: x"), REFUSED),
    "star": (get(b"OPTIONS * HTTP/1.1", b"Host: 127.0.0.1"), REFUSED | {200}),
    "connect": (get(b"CONNECT a:1 HTTP/1.1", b"Host: a"), REFUSED),
    "absolute": (get(b"GET http://evil.example/ HTTP/1.1", b"Host: 127.0.0.1"), REFUSED | {200}),
    "no slash": (get(b"GET home HTTP/1.1", b"Host: 127.0.0.1"), REFUSED),
    "raw bytes": (get(b"GET /\xff\xfe HTTP/1.1", b"Host: 127.0.0.1"), REFUSED),
    "NUL in the line": (get(b"GET /\0 HTTP/1.1", b"Host: 127.0.0.1"), REFUSED),
    "escaped NUL": (get(b"GET /d/%00/ HTTP/1.1", b"Host: 127.0.0.1"), REFUSED),
    "climbing": (get(b"GET /static/../../etc/passwd HTTP/1.1", b"Host: 127.0.0.1"), REFUSED),
    "escaped climbing": (get(b"GET /static/%2e%2e/%2e%2e/etc/passwd HTTP/1.1", b"Host: 127.0.0.1"), REFUSED),
    "long line": (get(b"GET /" + b"a" * 70_000 + b" HTTP/1.1", b"Host: 127.0.0.1"), REFUSED),
    "long header": (get(b"GET / HTTP/1.1", b"Host: 127.0.0.1", b"X: " + b"a" * 70_000), REFUSED),
    "many headers": (
        get(b"GET / HTTP/1.1", b"Host: 127.0.0.1", *(b"X-%d: a" % number for number in range(3000))),
        REFUSED,
    ),
    "header without colon": (get(b"GET / HTTP/1.1", b"Host: 127.0.0.1", b"abc"), REFUSED),
    "NUL in a header": (get(b"GET / HTTP/1.1", b"Host: 127.0.0.1", b"X: a\0b"), REFUSED),
    "folded header": (get(b"GET / HTTP/1.1", b"Host: 127.0.0.1", b"X: a\r\n b"), REFUSED | {200}),
    "header half sent": (b"GET / HTTP/1.1\r\nHost: 127.", REFUSED),
    "no host": (get(b"GET / HTTP/1.1"), REFUSED | {200}),
    "wrong host": (get(b"GET / HTTP/1.1", b"Host: evil.example"), {400}),
    "two hosts": (get(b"GET / HTTP/1.1", b"Host: 127.0.0.1", b"Host: x"), REFUSED),
    "host of signs": (get(b"GET / HTTP/1.1", b"Host: <script>@[::1"), {400}),
    "wrong host at health": (get(b"GET /healthz HTTP/1.1", b"Host: evil.example"), REFUSED | {200}),
    "chunk of no size": (CHUNKED + b"zz\r\nabc\r\n0\r\n\r\n", REFUSED),
    "chunk too short": (CHUNKED + b"ff\r\nabc", REFUSED),
    "huge chunk": (CHUNKED + b"f" * 40 + b"\r\nabc\r\n", REFUSED),
    "negative chunk": (CHUNKED + b"-1\r\nabc\r\n0\r\n\r\n", REFUSED),
    "chunks without end": (CHUNKED + b"3\r\na=b\r\n", REFUSED),
    "chunk to a page without a form's mark": (STOP + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n", REFUSED),
    "unknown coding": (b"POST /invited/ HTTP/1.1\r\n" + HEAD + b"Transfer-Encoding: gzip, x\r\n\r\n", REFUSED),
    "length and chunks": (
        b"POST /invited/ HTTP/1.1\r\n" + HEAD + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        REFUSED,
    ),
    "length of words": (STOP + b"Content-Length: many\r\n\r\n", REFUSED),
    "negative length": (STOP + b"Content-Length: -1\r\n\r\n", REFUSED),
    "two lengths": (STOP + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab", REFUSED),
    "huge length": (STOP + b"Content-Length: 99999999999999999999\r\n\r\n", REFUSED),
    "body cut short": (STOP + b"Content-Length: 500\r\n\r\na=b", REFUSED),
    "multipart cut short": (
        b"POST /i/23456789ABCD/stop/ HTTP/1.1\r\n" + HEAD + MULTIPART + b"Content-Length: 900\r\n\r\n" + PART,
        REFUSED,
    ),
    "multipart without end": (
        b"POST /invited/ HTTP/1.1\r\n" + HEAD + MULTIPART + b"Content-Length: %d\r\n\r\n" % len(PART) + PART,
        REFUSED,
    ),
    "codec of bytes": (named(b"hex"), {400}),
    "codec of nothing": (named(b"undefined"), {400}),
    "codec of names": (named(b"idna"), {400}),
    "other encoding": (named(b"utf-16"), {400}),
    "cookie with a NUL": (get(b"GET /mine/ HTTP/1.1", b"Host: 127.0.0.1", b'Cookie: session="\\000aaaaaaaaa"'), {400}),
    "upgrade": (
        get(b"GET / HTTP/1.1", b"Host: 127.0.0.1", b"Connection: Upgrade", b"Upgrade: websocket", b"Connection: close"),
        REFUSED | {200, 101},
    ),
    "expect": (STOP + b"Expect: nonsense\r\nContent-Length: 0\r\n\r\n", REFUSED),
}


@contextmanager
def connected(site: Site) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", site.port), timeout=60) as line:
        yield line


def answers(line: socket.socket) -> list[int]:
    """The statuses of everything that comes until the server closes."""
    found = b""
    with suppress(ConnectionError):  # closed with bytes of ours unread
        while piece := line.recv(65_536):
            found += piece
    return [int(status) for status in STATUS.findall(found)]


def sent(site: Site, data: bytes) -> list[int]:
    with connected(site) as line:
        with suppress(ConnectionError):
            line.sendall(data)
            line.shutdown(socket.SHUT_WR)
        return answers(line)


def serves(site: Site) -> bool:
    connection = HTTPConnection("127.0.0.1", site.port, timeout=60)
    try:
        connection.request("GET", "/", headers={"Connection": "close"})
        return connection.getresponse().status == 200
    finally:
        connection.close()


def workers(site: Site) -> list[int]:
    return sorted(members(site.web))


@pytest.mark.parametrize("name", CASES)
def test_bytes_that_are_no_good_request(site: Site, name: str) -> None:
    data, allowed = CASES[name]
    found = sent(site, data)
    assert set(found or [0]) <= allowed, found
    assert serves(site)


def test_no_process_of_the_server_ends_by_it(site: Site) -> None:
    before = workers(site)
    for data, _allowed in CASES.values():
        sent(site, data)
    assert workers(site) == before
    log = site.web.log.read_text(errors="replace")
    assert "Error handling request" not in log and "Internal Server Error" not in log, log[-3000:]


def test_ten_requests_at_once_on_one_connection_are_all_answered(site: Site) -> None:
    one = get(b"GET /healthz HTTP/1.1", b"Host: 127.0.0.1")
    last = get(b"GET /healthz HTTP/1.1", b"Host: 127.0.0.1", b"Connection: close")
    assert sent(site, one * 9 + last) in ([200] * 10, [200])  # or closed after the first: the browser asks again


def test_what_follows_a_refused_body_is_no_request(site: Site) -> None:
    """A second request hidden in the rest of a broken one is not carried out."""
    hidden = get(b"GET /about/ HTTP/1.1", b"Host: 127.0.0.1")
    assert 200 not in sent(site, CHUNKED + b"zz\r\n" + hidden)


def test_slow_senders_do_not_keep_others_out(site: Site) -> None:
    """Some send half a header or half a body and wait. Fewer than one process has threads: against many the proxy
    in front, which hands on whole requests only, is the means."""
    half = (b"GET / HTTP/1.1\r\nHost: 127", STOP + b"Content-Length: 50\r\n\r\na=", CHUNKED + b"5\r\nab")
    lines = [socket.create_connection(("127.0.0.1", site.port), timeout=60) for _ in half]
    try:
        for line, data in zip(lines, half, strict=True):
            line.sendall(data)
        until(lambda: serves(site), lambda: "others are kept out")
    finally:
        for line in lines:
            line.close()
    until(lambda: serves(site))
