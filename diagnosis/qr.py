"""QR codes as inline SVG."""

from io import BytesIO

import qrcode
from django.utils.safestring import SafeString, mark_safe
from qrcode.image.svg import SvgPathImage


def qr_svg(address: str) -> SafeString:
    """A QR code of `address`; the SVG holds a path only, no text of the address."""
    image = qrcode.make(address, image_factory=SvgPathImage, box_size=8, border=2)
    buffer = BytesIO()
    image.save(buffer)
    svg = buffer.getvalue().decode()
    return mark_safe(svg[svg.index("<svg") :])  # nosec # numbers of a path, no text
