"""An owner with a browser, as far as the pages need one: cookies, the form's token, no redirects followed."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from email.message import Message
from http.client import HTTPConnection
from http.cookies import SimpleCookie
from urllib.parse import urlencode

from tests.factories import make_uscc

HIDDEN = re.compile(r'<input type="hidden" name="(csrfmiddlewaretoken|seen)" value="([^"]*)"')
CONSENT = {"consent_use": "on", "consent_statistics": "on"}


@dataclass(frozen=True, kw_only=True)
class Reply:
    """One answer of the web server; `seconds` is how long it took."""

    status: int
    headers: Message
    data: bytes
    seconds: float

    @property
    def text(self) -> str:
        return self.data.decode()

    @property
    def location(self) -> str:
        return self.headers["Location"] or ""


@dataclass
class Owner:
    """One browser. `reference` is its diagnosis once started."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)
    hidden: dict[str, str] = field(default_factory=dict)
    reference: str = ""
    forged: str = ""  # the network address it pretends to come from

    def send(self, method: str, path: str, body: str = "", timeout: float = 40.0) -> Reply:
        headers = {
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "Content-Type": "application/x-www-form-urlencoded", "Accept-Language": "en",
            **({"X-Forwarded-For": self.forged} if self.forged else {}),
        }
        began = time.monotonic()
        connection = HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            connection.request(method, path, body=body or None, headers=headers)
            response = connection.getresponse()
            data = response.read()
        finally:
            connection.close()
        for line in response.headers.get_all("Set-Cookie", []):
            self.cookies |= {name: morsel.value for name, morsel in SimpleCookie(line).items()}
        return Reply(status=response.status, headers=response.headers, data=data, seconds=time.monotonic() - began)

    def get(self, path: str) -> Reply:
        reply = self.send("GET", path)
        if reply.headers.get_content_type() == "text/html":
            self.hidden |= dict(HIDDEN.findall(reply.text))
        return reply

    def post(self, path: str, **values: str) -> Reply:
        """Send the form shown last."""
        return self.send("POST", path, urlencode({**self.hidden, **values}))

    @property
    def page(self) -> str:
        return f"/d/{self.reference}/"

    def start(self) -> None:
        assert self.get("/").status == 200
        self.reference = self.post("/start/").location.split("/")[2]

    def answer(self, page_id: str, **values: str) -> None:
        path = f"{self.page}p/{page_id}/"
        assert self.get(path).status == 200
        reply = self.post(path, **values)
        assert reply.status == 302, reply.text

    def fill_in(self, name: str = "踏浪鞋业有限公司") -> str:
        """Start a diagnosis and answer what must be known; returns its reference."""
        self.start()
        self.answer("q_firm", cluster="footwear", employees="86", revenue="3200")
        self.answer("q_making", product_design="1", production_control="2")
        self.answer("company", company_name=name, uscc=make_uscc())
        self.open_review()
        return self.reference

    def open_review(self) -> None:
        assert self.get(f"{self.page}review/").status == 200

    def hand_in(self) -> Reply:
        """Press "Hand in" on the review page shown last."""
        return self.post(f"{self.page}review/", **CONSENT)

    def result(self) -> Reply:
        return self.get(f"{self.page}result/")
