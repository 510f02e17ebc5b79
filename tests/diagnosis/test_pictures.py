"""What is kept of a photograph, and what is refused."""

from __future__ import annotations

import zlib
from io import BytesIO

import pytest
from PIL import Image, PngImagePlugin

from diagnosis.pictures import MOST_SIDE, Damaged, TooManyPoints, without_metadata
from tests.pictures import picture

GPS, CAMERA, ORIENTATION, UPRIGHT_TURNED = 0x8825, 0x0110, 0x0112, 6
SECRETS = (b"Huawei P70", b"24.8741", b"factory hall", b"Exif", b"xmpmeta")


def from_a_camera(kind: str) -> bytes:
    written = Image.Exif()
    written[CAMERA] = "Huawei P70"
    written[ORIENTATION] = UPRIGHT_TURNED
    written.get_ifd(GPS).update({1: "N", 2: (24.0, 52.0, 26.0), 29: "24.8741"})
    if kind == "JPEG":
        return picture(kind, exif=written, comment=b"factory hall", xmp=b"<x:xmpmeta>24.8741</x:xmpmeta>")
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Comment", "factory hall")
    texts.add_itxt("XML:com.adobe.xmp", "<x:xmpmeta>24.8741</x:xmpmeta>")
    return picture(kind, exif=written, pnginfo=texts)


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_place_time_and_camera_are_not_kept(kind: str) -> None:
    taken = from_a_camera(kind)
    assert all(secret in taken for secret in SECRETS if not (kind == "PNG" and secret == b"Exif"))
    kept = without_metadata(BytesIO(taken), kind)
    assert not any(secret in kept for secret in SECRETS)
    found = Image.open(BytesIO(kept))
    assert not found.getexif() and found.format == kind and not set(found.info) & {"comment", "xmp", "Comment"}


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_the_picture_stays_upright(kind: str) -> None:
    """How the telephone was held is in the metadata, too: the points are turned before it goes."""
    found = Image.open(BytesIO(without_metadata(BytesIO(from_a_camera(kind)), kind))).convert("RGB")
    assert found.size == (30, 40)
    red, green, _ = found.getpixel((28, 1))  # type: ignore[misc]
    assert red > 200 and green < 60  # the corner is at the top right now


def test_the_points_are_the_same() -> None:
    for mode in ("1", "L", "LA", "P", "RGB", "RGBA"):
        taken = picture(mode=mode)
        before, after = Image.open(BytesIO(taken)), Image.open(BytesIO(without_metadata(BytesIO(taken), "PNG")))
        assert before.convert("RGBA").tobytes() == after.convert("RGBA").tobytes()
    see_through = picture(mode="P", transparency=0)
    kept = Image.open(BytesIO(without_metadata(BytesIO(see_through), "PNG"))).convert("RGBA")
    assert kept.tobytes() == Image.open(BytesIO(see_through)).convert("RGBA").tobytes()


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
def test_photographs_of_every_mode(mode: str) -> None:
    kept = Image.open(BytesIO(without_metadata(BytesIO(picture("JPEG", mode=mode)), "JPEG")))
    assert (kept.mode, kept.size) == (mode, (40, 30))


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_large_ones_are_made_smaller(kind: str) -> None:
    kept = Image.open(BytesIO(without_metadata(BytesIO(picture(kind, (2 * MOST_SIDE, 40))), kind)))
    assert kept.size == (MOST_SIDE, 20)


def bomb(side: int) -> bytes:
    """A PNG that says it has side x side points and holds none of them."""
    data = bytearray(picture())
    data[16:24] = side.to_bytes(4, "big") * 2
    data[29:33] = zlib.crc32(data[12:29]).to_bytes(4, "big")
    return bytes(data)


@pytest.mark.parametrize("side", [8_001, 12_000, 60_000])
def test_a_picture_that_would_fill_the_memory_is_not_read(side: int) -> None:
    with pytest.raises(TooManyPoints):
        without_metadata(BytesIO(bomb(side)), "PNG")


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_damaged_ones(kind: str) -> None:
    whole = picture(kind, (300, 300))
    for data in (whole[: len(whole) // 2], whole[:20], whole[:12] + b"\xff" * 200, picture("GIF"), b""):
        with pytest.raises(Damaged):
            without_metadata(BytesIO(data), kind)
    with pytest.raises(Damaged):
        without_metadata(BytesIO(picture("JPEG" if kind == "PNG" else "PNG")), kind)
