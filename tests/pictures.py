"""Pictures as a camera or a scanner writes them."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from PIL import Image


def picture(kind: str = "PNG", size: tuple[int, int] = (40, 30), mode: str = "RGB", **saved: Any) -> bytes:
    """A grey one with a red corner at the top left."""
    target = BytesIO()
    grey = Image.new("RGB", size, (128, 128, 128))
    grey.paste((255, 0, 0), (0, 0, size[0] // 4, size[1] // 4))
    grey.convert(mode).save(target, kind, **saved)
    return target.getvalue()
