"""Headers and markup every page keeps to: strict content policy, nothing inline, cookies closed."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from secrets import token_urlsafe
from typing import Any

import pytest
from django.test import Client

from diagnosis.actions import make_link
from diagnosis.content import get_questionnaire
from diagnosis.models import Submission
from recommendations.models import ReportState
from tests.factories import make_draft, make_officer, make_report, make_submission
from tests.journeys import browser_of, elements, page_url, url

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parent.parent


def _draft(name: str, **answers: Any) -> Callable[[], Any]:
    def get() -> Any:
        draft = make_draft(**answers)
        return browser_of(draft).get(url(name, draft))

    return get


def _result(state: str, name: str = "recommendations:result") -> Callable[[], Any]:
    def get() -> Any:
        submission = make_submission()
        make_report(submission, state=state, full=True)
        return browser_of(submission).get(url(name, submission))

    return get


def _public(path: str) -> Callable[[], Any]:
    return lambda: Client().get(path)


def _question(page_id: str) -> Callable[[], Any]:
    def get() -> Any:
        draft = make_draft()
        return browser_of(draft).get(page_url(draft, page_id))

    return get


def _refused() -> Any:
    draft = make_draft()
    return browser_of(draft).post(page_url(draft), {"employees": "<b style='x'>viele</b>"})


def _review_refused() -> Any:
    draft = make_draft()
    Submission.objects.filter(pk=draft.pk).update(answers={})
    return browser_of(draft).post(url("recommendations:review", draft))


def _link_made() -> Any:
    draft = make_draft()
    return browser_of(draft).post(url("diagnosis:link", draft))


def _open_link() -> Any:
    return Client().get(f"/l/{make_link(submission=make_draft(), by=None)}/")


PAGES: dict[str, Callable[[], Any]] = {
    **{path: _public(path) for path in (
        "/", "/about/", "/privacy/", "/mine/", "/nowhere/", "/accounts/login/", "/accounts/signup/",
        "/accounts/password/reset/",
    )},
    **{f"page {page.id}": _question(page.id) for page in get_questionnaire().pages},
    "page refused": _refused, "quick": _draft("diagnosis:quick"), "link": _draft("diagnosis:link"),
    "link made": _link_made, "open link": _open_link, "review": _draft("recommendations:review"),
    "review, odd": _draft("recommendations:review", equipment_digitised=0, equipment_networked=4),
    "review refused": _review_refused,
    **{f"result {state}": _result(state) for state in ReportState.values},
    "what if": _result(ReportState.READY, "recommendations:what_if"),
    "again": _result(ReportState.READY, "diagnosis:again"),
}


def policy(response: Any) -> dict[str, list[str]]:
    parts = (part.split() for part in response["Content-Security-Policy"].split(";") if part.strip())
    return {name: sources for name, *sources in parts}


@pytest.mark.parametrize("name", PAGES)
def test_page(name: str) -> None:
    response = PAGES[name]()
    assert response["Content-Type"].startswith("text/html")
    rules = policy(response)
    assert rules["script-src"] == rules["style-src"] == ["'self'"]
    assert rules["default-src"] == rules["frame-ancestors"] == rules["object-src"] == rules["base-uri"] == ["'none'"]
    assert rules["form-action"] == ["'self'"]
    assert "unsafe" not in response["Content-Security-Policy"]
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Frame-Options"] == "DENY"
    assert response["Referrer-Policy"] in ("same-origin", "strict-origin")
    assert response["Cross-Origin-Opener-Policy"] == response["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "camera=()" in response["Permissions-Policy"] and "geolocation=()" in response["Permissions-Policy"]
    shown = elements(response)
    assert not shown.all("style")
    for tag, attributes in shown.tags:
        assert "style" not in attributes, tag
        assert not [key for key in attributes if key.startswith("on")], tag
        assert not attributes.get("href", "").lower().startswith("javascript:"), tag
        loading = ("src", "action", "href") if tag == "link" else ("src", "action")
        loaded = [attributes.get(key, "") for key in loading]
        assert not any(address.startswith(("http:", "https:", "//")) for address in loaded), tag
    assert all(script.get("src") for script in shown.all("script"))


def test_every_input_has_a_label_and_every_page_a_title_and_one_heading() -> None:
    for name, get in PAGES.items():
        shown = elements(get())
        assert shown.texts["title"].strip(" –"), name
        assert len(shown.all("h1")) == 1, name
        ids = [attributes["id"] for _, attributes in shown.tags if attributes.get("id")]
        assert len(ids) == len(set(ids)), (name, sorted({one for one in ids if ids.count(one) > 1}))


def test_pages_with_answers_are_not_cached() -> None:
    for name in ("page q_firm", "quick", "link", "review", "result ready", "what if", "/mine/"):
        assert "no-store" in PAGES[name]()["Cache-Control"], name


def test_cookies_are_out_of_reach_of_scripts() -> None:
    client = Client()
    client.get("/")
    client.post("/start/")
    client.post("/language/", {"language": "en"})
    assert {"session", "csrf", "language"} <= set(client.cookies)
    for name, cookie in client.cookies.items():
        assert cookie["httponly"], name
        assert cookie["samesite"] == "Lax", name


@pytest.mark.parametrize("address", ["/accounts/logout/", "/admin/logout/"])
def test_signing_out_leaves_nothing_in_the_browser(client: Client, address: str) -> None:
    client.force_login(make_officer("footwear"))
    assert "Clear-Site-Data" not in client.post("/start/")
    assert "Clear-Site-Data" not in client.get(address)
    assert client.post(address)["Clear-Site-Data"] == '"cache", "storage"'


def test_files_and_refusals_carry_the_same() -> None:
    elsewhere = Client().get("/", headers={"Host": "elsewhere.example"})
    for answer in (Client().get("/healthz"), Client().put("/"), elsewhere):
        assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
        assert "camera=()" in answer["Permissions-Policy"]


@pytest.mark.parametrize("host", ["elsewhere.example", "testserver@elsewhere.example", "testserver:80:80", "x" * 300])
def test_an_unknown_host_gets_the_plain_page(host: str) -> None:
    """Nothing of ours is kept by a cache under a name somebody else chose."""
    answer = Client(raise_request_exception=False).get("/", headers={"Host": host})
    assert answer.status_code == 400
    assert host not in answer.content.decode()


def test_an_unknown_host_is_refused_with_the_policy_before_it_is_sent_on_to_https(settings: Any) -> None:
    settings.SECURE_SSL_REDIRECT = True
    answer = Client(raise_request_exception=False).get("/", headers={"Host": "elsewhere.example"})
    assert answer.status_code == 400
    assert "default-src 'none'" in answer["Content-Security-Policy"]


DEPLOYED = """
import django; django.setup()
from django.conf import settings as s
assert s.SESSION_COOKIE_SECURE and s.CSRF_COOKIE_SECURE and s.LANGUAGE_COOKIE_SECURE
assert s.SESSION_COOKIE_NAME == "__Host-session" and s.CSRF_COOKIE_NAME == "__Host-csrf"
assert s.LANGUAGE_COOKIE_NAME == "__Host-language" and s.LANGUAGE_COOKIE_PATH == "/" and not s.LANGUAGE_COOKIE_DOMAIN
assert s.SECURE_HSTS_SECONDS >= 31_536_000 and s.SECURE_SSL_REDIRECT
from django.core.management import call_command
call_command("check", deploy=True, fail_level="WARNING")
"""


def test_deployed_settings_close_everything() -> None:
    environment = {
        "PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "config.settings", "SECRET_KEY": token_urlsafe(50),
        "DATABASE_URL": os.environ.get("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none"),
        "REDIS_URL": "redis://127.0.0.1:1/0", "ALLOWED_HOSTS": "diagnosis.example", "VAR_DIR": os.environ["VAR_DIR"],
    }
    done = subprocess.run(
        [sys.executable, "-c", DEPLOYED], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
