"""A picture read whole and written anew: nothing but its points is kept.

A telephone writes into each photograph where and when it was taken and with what; none of this is stored
(OWASP ASVS 5.0, 14.2.8). What cannot be read to its end is no picture (5.2.2), and one that would fill the
memory is not read at all.
"""

from __future__ import annotations

from io import BytesIO
from typing import IO, Final

from PIL import Image, ImageOps

MOST_POINTS: Final = 64_000_000
MOST_SIDE: Final = 4096  # points; larger ones are made smaller, more than enough to read a screen in the picture
KEPT: Final = ("transparency", "icc_profile")  # without them the colours are others


class TooManyPoints(ValueError):
    """More than MOST_POINTS."""


class Damaged(ValueError):
    """It cannot be read as a picture of its kind."""


def without_metadata(file: IO[bytes], kind: str) -> bytes:
    """The picture upright and alone, at most MOST_SIDE points wide and high; `kind` is JPEG or PNG.

    Raises TooManyPoints and Damaged.
    """
    target = BytesIO()
    try:
        with Image.open(file, formats=[kind]) as found:
            if found.width * found.height > MOST_POINTS:
                raise TooManyPoints
            found.thumbnail((MOST_SIDE, MOST_SIDE))
            picture = ImageOps.exif_transpose(found)
            picture.info = {name: value for name, value in found.info.items() if name in KEPT}
            picture.save(target, kind, quality=90)
    except (TooManyPoints, Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise TooManyPoints from None
    except Exception as fault:  # a broken file makes Pillow raise errors of nearly every kind
        raise Damaged from fault
    return target.getvalue()


__all__ = ["MOST_POINTS", "MOST_SIDE", "Damaged", "TooManyPoints", "without_metadata"]
