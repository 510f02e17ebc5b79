"""Wrong requests made from right ones: fields changed, left out, doubled, added; bodies of other kinds, cut short."""

from __future__ import annotations

import json
from random import Random
from typing import Any, Final
from urllib.parse import quote, urlencode

from tests.fuzz.forms_of_pages import Fields
from tests.fuzz.payloads import content, header, text

METHODS: Final = ("PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "get", "FOO")
FORM: Final = "application/x-www-form-urlencoded"
BOUNDARY: Final = "fuzzed-boundary"
TYPES: Final = (
    FORM,
    f"{FORM}; charset=utf-8",
    f"{FORM}; charset=gbk",
    f"{FORM}; charset=utf-16",
    f"{FORM}; charset=base64",
    "multipart/form-data",
    "multipart/form-data; boundary=",
    f"multipart/form-data; boundary={BOUNDARY}; charset=hex",
    f"multipart/form-data; boundary={BOUNDARY}; charset=utf-7",
    f"multipart/form-data; boundary={'b' * 300}",
    'multipart/form-data; boundary="é"',
    "application/json",
    "text/plain; charset=idna",
    "application/xml",
    "",
    "/",
    ";;=",
    "image/png; charset=undefined",
    "text/html; charset=rot13",
)
# Names many pages know, whether their own form shows them or not.
COMMON: Final = (
    "go",
    "from",
    "seen",
    "language",
    "next",
    "copy",
    "q",
    "p",
    "o",
    "e",
    "_popup",
    "_to_field",
    "action",
    "_selected_action",
    "select_across",
    "index",
    "plan",
    "cluster",
    "state",
    "officer",
    "text",
    "reason",
    "token",
    "file",
    "at",
    "page",
    "_save",
    "_continue",
    "_saveasnew",
    "all",
    "field_name",
    "model_name",
    "app_label",
    "csrfmiddlewaretoken",
    "also",
)
Pairs = list[tuple[str, str]]


def changed(fields: Fields, random: Random) -> Pairs:
    """The fields with a few of them wrong."""
    pairs = [(name, value) for name, values in fields.items() for value in values]
    for _ in range(random.choice((0, 1, 1, 2, 3, 5))):
        name = random.choice([*fields, random.choice(COMMON), random.choice(COMMON)])
        if random.random() < 0.7:
            pairs = [pair for pair in pairs if pair[0] != name]
        if random.random() < 0.85:
            pairs.append((name, text(random)))
    if random.random() < 0.1:
        pairs += [(text(random, 50), text(random, 50)), *random.sample(pairs, min(3, len(pairs)))]
    return pairs


def encoded(pairs: Pairs) -> str:
    return urlencode([(name.encode("utf-8", "replace"), value.encode("utf-8", "replace")) for name, value in pairs])


def query(random: Random, fields: Fields | None = None) -> str:
    """What follows the question mark, well formed or not."""
    if random.random() < 0.15:
        return random.choice(
            ("%", "%00", "&&=&", "a=%ff%fe", "=", "q=" + "x" * 3000, "?" * 9, quote(text(random, 99), errors="replace"))
        )
    known = {name: [] for name in COMMON} | (fields or {})
    return encoded([(name, text(random, 2000)) for name in random.sample(list(known), random.randrange(1, 4))])


def multipart(pairs: Pairs, random: Random, files: dict[str, bytes] | None = None) -> bytes:
    """A form with files; now and then a header of a part is broken."""
    parts = [(f'form-data; name="{name}"', value.encode("utf-8", "replace")) for name, value in pairs]
    for name, data in (files or {}).items():
        parts.append((f'form-data; name="{name}"; filename="{header(random)[:300]}"', data))
    lines = []
    for disposition, data in parts:
        label = "Content-Disposition" if random.random() < 0.95 else "Content-" + "Disposition: " * random.randrange(3)
        extra = random.choice(
            ("", "", "", "Content-Transfer-Encoding: base64\r\n", "Content-Type: text/plain; charset=hex\r\n")
        )
        shown = disposition.encode("utf-8", "replace").replace(b"\r\n", b" ")
        lines.append(f"--{BOUNDARY}\r\n{label}: ".encode() + shown + f"\r\n{extra}\r\n".encode() + data + b"\r\n")
    return b"".join(lines) + f"--{BOUNDARY}--\r\n".encode()


def body(fields: Fields, random: Random) -> tuple[str, bytes, Any]:
    """Content type, bytes, and what to print with a failure."""
    pairs = changed(fields, random)
    kind = random.randrange(10)
    if kind < 6:
        return FORM, encoded(pairs).encode(), pairs
    files = {random.choice(("file", "evidence", "photo", *fields)): content(random)} if random.random() < 0.5 else {}
    data = multipart(pairs, random, files)
    if kind < 8:
        return f"multipart/form-data; boundary={BOUNDARY}", data, pairs
    if kind == 8:
        short = data[: random.randrange(len(data) + 1)]
        return f"multipart/form-data; boundary={BOUNDARY}", short, ("cut", short[-200:])
    raw = random.choice((content(random), json.dumps(dict(pairs)).encode(), data, encoded(pairs).encode()))
    return random.choice(TYPES), raw, ("raw", raw[:200])
