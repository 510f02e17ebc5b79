"""Inputs nobody should send: texts, numbers, names and bytes, and how they are mixed.

MARK and PRODUCT tell whether a text was run instead of shown: a page must never hold the tag MARK as a tag, and no
page, file or header the PRODUCT of the sum that a template language would compute.
"""

from __future__ import annotations

from random import Random
from typing import Final
from urllib.parse import quote

MARK: Final = "<script>fuzzed"
PRODUCT: Final = "651283"

PLAIN: Final = (
    "晋江踏浪鞋业有限公司",
    "Wave Shoes Co., Ltd.",
    "石狮𠮷利服装厂",
    "堃喆昇垚赟",
    'O\'Neill & Söhne "GmbH"',
    "é",
    "Ångström",
)
SIGNS: Final = (
    "👟",
    "👨‍👩‍👧‍👦",
    "🇨🇳",
    "a\u0301\u0323\u0327",
    "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢",
    "ﷺ",
    "\u200b",
    "\u200d",
    "\u2066x\u2069",
    "‮gnp.exe",
    "\ufeff",
    "\u00ad",
    "\ue000",
    "\U000f0000",
    "\ufffe",
    "\uffff",
    "\ufdd0",
    "\U0001fffe",
    "\u2028",
    "\u2029",
    "\x85",
    "\xa0",
    "ＡＢＣ１２３",
    "İıẞß",
    "𝟙𝟚",
    "Ⅷ",
    "㈱",
    "\ud800",
    "\udfff\ud800",
    "\U0010ffff",
    "\u3164",
    "᠎",
)
CONTROLS: Final = (
    "\0",
    "a\0b",
    "\x01\x02",
    "\x1b[31m",
    "\x7f",
    "\t",
    "\r",
    "\n",
    "\r\nX-Injected: 1",
    "\x0b\x0c",
    "\x9f",
)
FORMULAS: Final = (
    "=1+1",
    "==1+1",
    "+1",
    "-1+1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "＝1+1",
    "＋1",
    "－1",
    "＠SUM(1)",
    "=cmd|' /C calc'!A0",
    "'=1",
    "\u200b=1",
    '=HYPERLINK("http://x.example","y")',
)
PROGRAMS: Final = (
    "{{71*9173}}",
    "{% load fuzzed %}",
    "{%",
    "{#",
    "#{71*9173}",
    "${71*9173}",
    "%s%d%n",
    "{0}{name}",
    "%(x)s",
    "{}",
    "%",
    '#read("/etc/passwd")',
    '#eval("71*9173")',
    "$71 * 9173$",
    "#let x = 1",
    "*b* _i_ `c` = h",
    "<label> @ref",
    f"{MARK}</script>",
    f'"><img src=x onerror={MARK}>',
    "javascript:alert(1)",
    "<svg onload=alert(1)>",
    "]]>",
    "<!--",
    '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
    "&lt;&amp;&#0;&#x110000;",
    "' OR 1=1 --",
    "'; DROP TABLE diagnosis_submission; --",
    "\\",
    "\\'",
    "%00",
    "%27",
    "\\x00",
    "\\u0000",
    "../../etc/passwd",
    "..\\..\\",
    "/",
    "//x.example/",
    "http://x.example/",
    "null",
    "None",
    "undefined",
    "true",
    "[]",
    "__proto__",
    "$ne",
)
NUMBERS: Final = (
    "0",
    "-0",
    "-1",
    "1",
    "2",
    "3.5",
    "007",
    "1e3",
    "1e400",
    "-1e400",
    "1e-400",
    "9e999999",
    "9e999999万",
    "1e99999999999",
    "NaN",
    "sNaN",
    "nan",
    "Infinity",
    "-inf",
    "９９",
    "１.５",
    "٣",
    "१२",
    "1_000",
    "1,000",
    "1.000.000",
    "0x10",
    "1 2",
    "½",
    "²",
    "−5",
    "9" * 18,
    "9" * 19,
    "2147483648",
    "9223372036854775807",
    "9223372036854775808",
    "9" * 40,
    "9" * 5000,
    "+1",
    "--1",
    "1-",
    "50%",
    "5万",
    "¥ 5",
    "1.0000000000000000000001",
    "0.1",
    "1/3",
    "2026-13-45",
    "0000-00-00",
    "9999-12-31",
    "2026-11-24",
)
SHORT: Final = (*PLAIN, *SIGNS, *CONTROLS, *FORMULAS, *PROGRAMS, *NUMBERS, "", " ", "\u3000")
LENGTHS: Final = (79, 80, 81, 119, 120, 121, 200, 201, 255, 256, 1000, 5000, 20_000)


def text(random: Random, longest: int = 20_000) -> str:
    """One awkward text: as it stands, joined with another, inside a name, very long, or of random characters."""
    kind = random.randrange(10)
    if kind < 5:
        return random.choice(SHORT)[:longest]
    if kind < 7:
        return (random.choice(SHORT) + random.choice(SHORT))[:longest]
    if kind == 7:
        return f"{random.choice(PLAIN)}{random.choice(SHORT)}有限公司"[:longest]
    if kind == 8:
        return (random.choice(("x", "长", "👟", "é", "a ", "=", "\u0301", "<")) * random.choice(LENGTHS))[:longest]
    return "".join(chr(random.randrange(0x110000)) for _ in range(random.randrange(1, 30)))


def sendable(value: str) -> str:
    """What of a text a form in UTF-8 can carry: half a surrogate pair arrives as the sign for a broken character."""
    return value.encode("utf-8", "replace").decode()


def path_piece(random: Random) -> str:
    """One piece between two slashes of an address, escaped or with broken escapes."""
    if random.random() < 0.15:
        return random.choice(("%", "%zz", "%ff%fe", "%c0%80", "%ed%a0%80", "%2e%2e", ";x", "%2f", "%5c"))
    return quote(text(random, 300).encode("utf-8", "surrogatepass"), safe="") or "-"


def header(random: Random) -> str:
    """A header's value as a web server hands it on: bytes read as Latin-1, without line ends and NUL."""
    raw = text(random, 3000).encode("utf-8", "surrogatepass").decode("latin-1")
    return "".join(sign for sign in raw if sign not in "\0\r\n")


def content(random: Random) -> bytes:
    """Bytes of no special kind."""
    return random.choice(
        (
            b"",
            b"\0",
            b"\xff\xfe",
            b"{",
            b"[" * 5000,
            b"a=%",
            b"&&&=&",
            b"%00=%00",
            b"--",
            b"<a/>",
            random.randbytes(50),
        )
    )
