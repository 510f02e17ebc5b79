"""deploy/nginx.conf in front of the real web server as it is deployed: run by a real nginx, with a certificate."""

from __future__ import annotations

import shutil
import ssl
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from http.client import HTTPConnection, HTTPSConnection
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode

import pytest

from config.local.paths import ROOT
from config.local.processes import Child, wait_for
from tests.factories import make_uscc
from tests.stack.checks import check_ready
from tests.stack.owner import CONSENT, HIDDEN
from tests.stack.site import Site, free_port

NAME = "diagnosis.example.org"
NGINX = shutil.which("nginx", path="/usr/sbin:/usr/bin:/sbin:/bin")
pytestmark = pytest.mark.skipif(
    not (NGINX and shutil.which("openssl")), reason="nginx or openssl is not installed (Debian: nginx-light, openssl)"
)
CERTIFICATE = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={NAME}"]
TRUSTED = {"HTTPS": "yes", "TRUSTED_PROXY_COUNT": "1", "ALLOWED_HOSTS": f"{NAME},127.0.0.1", "METRICS_TOKEN": "t" * 40}


@dataclass(frozen=True)
class Proxy:
    plain: int
    secure: int
    folder: Path


@dataclass
class Browser:
    """Speaks to the proxy by its name, trusts its certificate, keeps cookies."""

    proxy: Proxy
    cookies: dict[str, str] = field(default_factory=dict)
    set_cookies: list[str] = field(default_factory=list)
    hidden: dict[str, str] = field(default_factory=dict)

    def send(self, method: str, path: str, body: bytes = b"", **headers: str) -> tuple[int, dict[str, str], bytes]:
        trusted = ssl.create_default_context(cafile=str(self.proxy.folder / "fullchain.pem"))
        trusted.check_hostname = False  # it is called by its number
        connection = HTTPSConnection("127.0.0.1", self.proxy.secure, context=trusted, timeout=40)
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        shown = {"Host": NAME, "Cookie": cookie, "Accept-Language": "en", "Referer": f"https://{NAME}/"}
        shown["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            connection.request(method, path, body=body or None, headers={**shown, **headers})
            response = connection.getresponse()
            data = response.read()
        finally:
            connection.close()
        for line in response.headers.get_all("Set-Cookie", []):
            self.set_cookies.append(line)
            self.cookies |= {name: morsel.value for name, morsel in SimpleCookie(line).items()}
        self.hidden |= dict(HIDDEN.findall(data.decode(errors="replace")))
        return response.status, dict(response.headers), data

    def fill_in(self, path: str, **values: str) -> str:
        """Show a form and send it; returns where it leads."""
        assert self.send("GET", path)[0] == 200
        status, headers, data = self.send("POST", path, urlencode({**self.hidden, **values}).encode())
        assert status == 302, data
        return headers["Location"]


def configuration(folder: Path, *, plain: int, secure: int, web: int) -> str:
    """The file as it is, with this test's addresses and places."""
    text = (ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8")
    for before, after in (
        ("listen 80;", f"listen 127.0.0.1:{plain};"), ("listen 443 ssl", f"listen 127.0.0.1:{secure} ssl"),
        ("127.0.0.1:8000 fail", f"127.0.0.1:{web} fail"), ("/var/log/nginx", str(folder)),
        ("/etc/ssl/chain", str(folder)),
        ("rate=60r/m", "rate=1r/m"), ("burst=120 nodelay", "burst=5 nodelay"),  # met soon, however slow the machine is
    ):
        assert before in text, before
        text = text.replace(before, after)
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    places = "".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)
    return (
        f"daemon off; pid {folder}/pid; error_log {folder}/error.log; worker_processes 1;"
        f"events {{ worker_connections 256; }} http {{ {places} {text} }}"
    )


@pytest.fixture(scope="module")
def proxy(one_site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    one_site.mend()
    folder, web_port = tmp_path_factory.mktemp("nginx"), free_port()
    found = Proxy(plain=free_port(), secure=free_port(), folder=folder)
    files = ["-keyout", str(folder / "key.pem"), "-out", str(folder / "fullchain.pem")]
    subprocess.run([*CERTIFICATE, *files], check=True, capture_output=True)
    text = configuration(folder, plain=found.plain, secure=found.secure, web=web_port)
    (folder / "nginx.conf").write_text(text, encoding="utf-8")
    command = [part.replace(f":{one_site.port}", f":{web_port}") for part in one_site.web.command]
    web = replace(
        one_site.web, command=command, process=None, log=folder / "web.log",
        environment={**one_site.web.environment, **TRUSTED},
    )
    nginx = Child(
        name="nginx", log=folder / "nginx.log",
        command=[str(NGINX), "-c", str(folder / "nginx.conf"), "-e", str(folder / "error.log"), "-g", "user root;"],
    )
    try:
        web.start()
        nginx.start()
        wait_for(lambda: _well(found), nginx, seconds=90)
        yield found
    finally:
        nginx.stop()
        web.stop()


def _well(proxy: Proxy) -> bool:
    try:
        return Browser(proxy).send("GET", "/readyz")[0] == 200
    except OSError:
        return False


def test_http_leads_to_https(proxy: Proxy) -> None:
    connection = HTTPConnection("127.0.0.1", proxy.plain, timeout=20)
    connection.request("GET", "/d/x/?a=1", headers={"Host": NAME})
    response = connection.getresponse()
    assert (response.status, response.headers["Location"]) == (301, f"https://{NAME}/d/x/?a=1")
    connection.close()


def test_an_owner_hands_in_through_it(site: Site, proxy: Proxy) -> None:
    browser = Browser(proxy)
    assert browser.send("GET", "/")[0] == 200
    status, headers, _ = browser.send("POST", "/start/", urlencode(browser.hidden).encode())
    assert status == 302
    reference = headers["Location"].split("/")[2]
    page = f"/d/{reference}/"
    browser.fill_in(f"{page}p/q_firm/", cluster="footwear", employees="86", revenue="3200")
    browser.fill_in(f"{page}p/company/", company_name="踏浪鞋业有限公司", uscc=make_uscc())
    assert browser.fill_in(f"{page}review/", **CONSENT) == f"{page}result/"
    check_ready(site, [reference])
    status, headers, data = browser.send("GET", f"{page}report-en.pdf")
    assert (status, data[:5], headers["Cache-Control"]) == (200, b"%PDF-", "private, no-store")
    secure = [line for line in browser.set_cookies if line.startswith("__Host-")]
    assert secure and all("Secure" in line for line in secure)
    assert "max-age=" in headers["Strict-Transport-Security"]
    logged = (proxy.folder / "chain.log").read_text() + (proxy.folder / "error.log").read_text()
    assert "POST 302" in logged
    assert reference not in logged


def test_the_limits_count_the_visitor_and_not_the_proxy(site: Site, proxy: Proxy) -> None:
    """Also when a visitor invents addresses: they do not reach the site."""
    browser = Browser(proxy)
    browser.send("GET", "/accounts/login/")
    for number in range(3):
        body = urlencode({**browser.hidden, "login": "nobody@example.org", "password": "x"}).encode()
        browser.send("POST", "/accounts/login/", body, **{"X-Forwarded-For": f"203.0.113.{number}"})
    keys = [row["cache_key"] for row in site.rows("SELECT cache_key FROM cache WHERE cache_key LIKE '%%login%%'")]
    assert any("127.0.0.1" in key for key in keys), keys
    assert not any("203.0.113" in key for key in keys), keys


def test_who_says_https_without_it_is_not_believed(proxy: Proxy) -> None:
    """And who names another host gets nowhere."""
    browser = Browser(proxy)
    assert browser.send("GET", "/", Host="evil.example.com")[0] == 400
    status, _, data = browser.send("GET", "/", **{"X-Forwarded-Host": "evil.example.com"})
    assert (status, b"evil.example.com" in data) == (200, False)


def test_bodies_are_limited(proxy: Proxy) -> None:
    browser = Browser(proxy)
    status, _, _ = browser.send("POST", "/start/", b"", **{"Content-Length": str(13 * 1024 * 1024)})
    assert status == 413


def test_machines_are_slowed_down(proxy: Proxy) -> None:
    """Who begins diagnoses without end is told to wait; other pages still come."""
    seen = [Browser(proxy).send("POST", "/start/")[0] for _ in range(10)]
    assert (seen[0], 429 in seen) == (403, True)  # 403: without the form's token
    assert Browser(proxy).send("GET", "/")[0] == 200


def test_figures_stay_inside(proxy: Proxy) -> None:
    assert Browser(proxy).send("GET", "/metrics", Authorization=f"Bearer {'t' * 40}")[0] == 404
