"""What else browsers are told with every answer, refusals and static files too.

No page uses camera, position or the like; no other site may load anything of ours; whoever signs out leaves nothing
in the browser's cache.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from django.http import HttpRequest
from django.http.response import HttpResponseBase

UNUSED: Final = (
    "accelerometer", "camera", "display-capture", "geolocation", "gyroscope", "magnetometer", "microphone", "midi",
    "payment", "usb",
)
ALWAYS: Final = {
    "Permissions-Policy": ", ".join(f"{feature}=()" for feature in UNUSED),
    "Cross-Origin-Resource-Policy": "same-origin",
}
SIGN_OUT: Final = ("account_logout", "admin:logout")


class MoreHeaders:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        for name, value in ALWAYS.items():
            response.headers.setdefault(name, value)
        match = request.resolver_match
        if request.method == "POST" and match is not None and match.view_name in SIGN_OUT:
            response["Clear-Site-Data"] = '"cache", "storage"'
        return response
