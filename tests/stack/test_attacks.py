"""Guessing by many at once, and secrets that must not stand in any log."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

from clusters.limits import LIMITS
from config.local.paths import ROOT
from diagnosis.invitation_codes import new_code
from tests.factories import PASSWORD
from tests.stack.owner import Owner, Reply
from tests.stack.site import Site

EMAIL = "guessed@example.org"
MAKE_OFFICER = f"""
import django; django.setup()
from tests.factories import make_officer
make_officer("footwear", email={EMAIL!r}, password={PASSWORD!r})
"""
LOGIN = "/accounts/login/"
TRIES = 5  # wrong passwords an account takes in five minutes
ADDRESS = re.compile(r'id="address"[^>]*value="[^"]*(/l/([^/"]+)/)"|value="[^"]*(/l/([^/"]+)/)"[^>]*id="address"')


def sign_in(port: int, password: str, number: int) -> Reply:
    browser = Owner(port)
    browser.forged = f"203.0.113.{number}"
    browser.get(LOGIN)
    return browser.post(LOGIN, login=EMAIL, password=password)


def test_passwords_guessed_forty_at_once(site: Site) -> None:
    """From forty addresses, if the header were believed: as many are looked at as from one."""
    subprocess.run(
        [sys.executable, "-c", MAKE_OFFICER], cwd=ROOT, env={**os.environ, **site.web.environment}, check=True
    )
    with ThreadPoolExecutor(40) as pool:
        replies = list(pool.map(lambda number: sign_in(site.port, f"wrong {number}", number), range(40)))
    assert not [reply.status for reply in replies if reply.status >= 500]
    looked_at = [reply for reply in replies if "not correct" in reply.text]
    assert 0 < len(looked_at) <= TRIES
    assert sign_in(site.port, PASSWORD, 99).status != 302


def test_invitation_codes_guessed_forty_at_once(site: Site) -> None:
    most = LIMITS["unknown_code"].address[0][0]

    def guess(number: int) -> int:
        browser = Owner(site.port)
        browser.forged = f"203.0.113.{number}"
        return browser.get(f"/i/{new_code()}/").status

    with ThreadPoolExecutor(40) as pool:
        statuses = list(pool.map(guess, range(2 * most)))
    assert set(statuses) <= {404, 429}
    assert statuses.count(404) <= most
    assert guess(99) == 429


def test_no_log_holds_a_private_link(site: Site, owner: Owner) -> None:
    owner.get(f"{owner.page}link/")
    shown = owner.post(f"{owner.page}link/").text
    found = ADDRESS.search(shown)
    assert found, shown
    path, token = [part for part in found.groups() if part][:2]
    stranger = Owner(site.port)
    assert [stranger.send(method, path).status for method in ("HEAD", "GET")] == [200, 200]
    assert stranger.send("POST", path).status == 403  # without the form's token: refused, and logged
    assert stranger.get(path + "more").status == 404
    assert stranger.get(path).status == 200
    assert stranger.post(path).location == owner.page
    for log in site.paths.logs.iterdir():
        assert token not in log.read_text(errors="replace"), log.name
    assert "open_link" in site.web.log.read_text()  # the visits themselves are there
