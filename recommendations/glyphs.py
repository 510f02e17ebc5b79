"""Text that the report font can print.

Words
clean        composed (NFC) text without characters that have no glyph by nature: control characters
             except the line break, format and direction marks, lone surrogates, private use,
             non-characters, variation selectors
stand-in     U+3013 〓, the mark of Chinese typesetting for a character that is missing in the font
breakable    a run of more than LONGEST_WORD characters without a place to break a line gets one
             (U+200B) after every CHUNK characters

The PDF/UA standard refuses a whole file for one missing glyph, so the texts are made printable first.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import manimgx_fonts_cjk
from fontTools.ttLib import TTCollection

FONT_FOLDER = Path(manimgx_fonts_cjk.__file__).parent
FONT_FILE = FONT_FOLDER / "NotoSansCJK-VF.otf.ttc"
FONT_FAMILY = "Noto Sans CJK SC"

STAND_IN = "\u3013"
ZERO_WIDTH_SPACE = "\u200b"
ELLIPSIS = "…"
LONGEST_WORD = 20
CHUNK = 10

LINE_BREAKS = re.compile("\r\n|[\r\u0085\u2028\u2029]")
SPACES = re.compile("[\t\u00a0\u1680\u2000-\u200a\u202f\u205f]")
# Format marks (Cf) include the direction marks, U+FEFF and the joiners of emoji sequences.
REMOVED_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co"})
NONCHARACTERS = re.compile("[\ufdd0-\ufdef\ufffe\uffff]")
VARIATION_SELECTORS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
# Between ideographs or Hangul syllables a line may break anyway; everything else may form a long word.
UNBROKEN = re.compile(
    rf"[^\s\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\U00020000-\U0003ffff]{{{LONGEST_WORD + 1},}}"
)
WIDE = frozenset("WF")


@lru_cache(maxsize=1)
def printable_characters() -> frozenset[str]:
    """The characters for which the report font has a glyph (44,810 of them), and the line break."""
    with TTCollection(str(FONT_FILE), lazy=True) as collection:
        font = next(font for font in collection.fonts if font["name"].getDebugName(1) == FONT_FAMILY)
        return frozenset(map(chr, font.getBestCmap())) | {"\n"}


def clean(text: str) -> str:
    """The text in composed form and without characters that have no glyph by nature."""
    text = SPACES.sub(" ", LINE_BREAKS.sub("\n", text))
    kept = (char for char in text if char == "\n" or unicodedata.category(char) not in REMOVED_CATEGORIES)
    without_selectors = VARIATION_SELECTORS.sub("", "".join(kept))
    return unicodedata.normalize("NFC", NONCHARACTERS.sub("", without_selectors))


def with_stand_ins(text: str) -> str:
    """The text with 〓 for every character that the report font lacks."""
    if printable_characters().issuperset(text):
        return text
    return "".join(char if char in printable_characters() else STAND_IN for char in text)


def breakable(text: str) -> str:
    """The text with places to break a line inside very long words."""
    return UNBROKEN.sub(lambda run: _chunked(run[0]), text)


def _chunked(word: str) -> str:
    return ZERO_WIDTH_SPACE.join(word[start : start + CHUNK] for start in range(0, len(word), CHUNK))


def printable(value: Any) -> Any:
    """A JSON value with every string made clean, printable and breakable; keys stay as they are."""
    if isinstance(value, str):
        return breakable(with_stand_ins(clean(value)))
    if isinstance(value, Mapping):
        return {key: printable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [printable(item) for item in value]
    return value


def columns(text: str) -> int:
    """Width of the text in half-em columns: two for a Chinese character, one for a Latin letter."""
    return sum(2 if unicodedata.east_asian_width(char) in WIDE else 1 for char in text)


def shortened(text: str, limit: int) -> str:
    """The text on one line, cut with … so that it fills at most `limit` columns."""
    line = " ".join(text.split())
    if columns(line) <= limit:
        return line
    kept, used = [], columns(ELLIPSIS)
    for char in line:
        used += columns(char)
        if used > limit:
            break
        kept.append(char)
    return "".join(kept).rstrip() + ELLIPSIS
