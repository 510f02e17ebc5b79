"""What is left out of Bootstrap's style sheet matches nothing on our pages."""

from __future__ import annotations

import gzip
import re

import pytest

from config.assets import _package
from config.used_styles import CLASS, used_rules, words_in_use

SHEET = (_package() / "css" / "bootstrap.min.css").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("sheet", "left"),
    [
        (".a{x:1}.b{x:2}", ".a{x:1}"),
        (".a .b{x:1}.b,p .a{x:2}", "p .a{x:2}"),
        ("p:not(.a,.b){x:1}h1,h2{x:2}", "h1,h2{x:2}"),
        ("@media (width){.b{x:1}}@media print{.b{x:1}.a{x:2}}", "@media print{.a{x:2}}"),
        ("@keyframes b{from{x:1}}", "@keyframes b{from{x:1}}"),
        ('@charset "UTF-8";/*! Licence */.a{x:1}/* b */', "/*! Licence */.a{x:1}"),
    ],
)
def test_rules(sheet: str, left: str) -> None:
    assert used_rules(sheet, {"a"}) == left


def test_every_class_we_name_keeps_its_rules() -> None:
    """Also those of states a page rarely shows."""
    words = words_in_use()
    left = used_rules(SHEET, words)
    alone = {name for name in re.findall(r"[,}{]\.(-?[A-Za-z_][\w-]*)[,{]", SHEET) if name in words}
    assert alone <= set(CLASS.findall(left))
    assert {"btn", "btn-outline-danger", "btn-link", "form-control", "form-select", "table"} <= alone
    assert ".form-control.is-invalid" in left
    assert left.count("{") == left.count("}")


def test_it_is_light_and_says_whose_it_is() -> None:
    left = used_rules(SHEET, words_in_use())
    assert left.startswith("/*!")
    assert "Licensed under MIT" in left[:300]
    assert ".carousel" in SHEET
    assert ".carousel" not in left
    assert len(gzip.compress(left.encode())) < 12 * 1024 < len(gzip.compress(SHEET.encode()))
