"""Owners and officers at once, for Locust (bench/load/drive.py starts it; never by hand against another site).

An owner opens the start page with its style sheets, fills in every page (two of five only the quick check and the
firm's facts), looks at the quick result and the review, hands in, asks how far the report is every second as the page
does, reads the result and fetches the PDF; then the next owner comes. An officer signs in once, then lists, filters,
searches, opens a diagnosis, looks at the cluster view and now and then exports a CSV file. Requests are counted by
kind. LOAD_THINK is the mean pause in seconds between two pages; 0 is as fast as the site can.
"""

from __future__ import annotations

import itertools
import json
import os
import random
import re
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import gevent
from locust import FastHttpUser, task
from locust.exception import StopUser

FOLDER = Path(os.environ["LOAD_FOLDER"])
THINK = float(os.environ.get("LOAD_THINK", "2"))
OWNERS = json.loads((FOLDER / "owners.json").read_text())
OFFICERS = json.loads((FOLDER / "officers.json").read_text())
HIDDEN = re.compile(r'<input type="hidden" name="(csrfmiddlewaretoken|seen)" value="([^"]*)"')
ASSET = re.compile(r'(?:href|src)="(/static/[^"]+)"')
OPENED = re.compile(r'href="(/admin/diagnosis/submission/\d+/change/)')
ENOUGH = ("q_", "company")  # pages that must be answered before handing in
FORM = {"Content-Type": "application/x-www-form-urlencoded", "Accept-Language": "zh-CN"}
SHORT_WAY = 0.4
MOST_POLLS = 60
SEARCHES = ("有限公司", "鞋业", "00000777", "不在这里")
FILTERS = ({"county": "jinjiang"}, {"type": "single_point"}, {"state": "waiting", "order": "oldest"}, {"flag": "any"})
_owner = itertools.count(random.randrange(len(OWNERS)))
_officer = itertools.count()

if urlsplit(os.environ["LOAD_HOST"]).hostname != "127.0.0.1":
    raise SystemExit("Load is for this computer only: the address must be 127.0.0.1.")


class Person(FastHttpUser):
    """A browser: cookies, the hidden fields of the page shown last, no redirect followed unseen."""

    abstract = True
    host = os.environ["LOAD_HOST"]

    def wait_time(self) -> float:
        return random.uniform(0.5, 1.5) * THINK

    def think(self) -> None:
        gevent.sleep(self.wait_time())

    def see(self, kind: str, path: str, expected: int = 200) -> Any:
        return self._expect(expected, self.client.get(path, name=kind, allow_redirects=False, catch_response=True))

    def press(self, kind: str, path: str, shown: str, expected: int = 302, **values: Any) -> Any:
        body = urlencode({**dict(HIDDEN.findall(shown)), **values}, doseq=True)
        send = self.client.post(
            path, data=body, headers=FORM, name=kind, allow_redirects=False, catch_response=True
        )
        return self._expect(expected, send)

    def _expect(self, expected: int, sent: Any) -> Any:
        with sent as reply:
            if reply.status_code == expected:
                reply.success()
                return reply
            reply.failure(f"status {reply.status_code} instead of {expected}")
        gevent.sleep(1)  # a site that is down is not hammered
        raise Lost


class Lost(Exception):
    """This way ends here; the next one begins at the start."""


class Owner(Person):
    weight = 9

    @task
    def diagnose(self) -> None:
        with suppress(Lost):
            self._diagnose(OWNERS[next(_owner) % len(OWNERS)], short=random.random() < SHORT_WAY)
        self.client.cookiejar.clear()

    def _diagnose(self, pages: list[tuple[str, dict[str, Any]]], short: bool) -> None:
        home = self.see("start page", "/").text
        for asset in sorted(set(ASSET.findall(home))):
            self.see("static file", asset)
        started = self.press("start", "/start/", home).headers["Location"]
        root = started.split("/p/")[0]
        self.think()
        for page, values in pages:
            if short and not page.startswith(ENOUGH):
                continue
            self._answer(f"{root}/p/{page}/", values)
            if page == "q_links":
                self.see("quick result", f"{root}/quick/")
                self.think()
        self._hand_in(root)

    def _answer(self, path: str, values: dict[str, Any]) -> None:
        shown = self.see("question page", path).text
        self.think()
        self.press("save answers", path, shown, **values)

    def _hand_in(self, root: str) -> None:
        review = self.see("review", f"{root}/review/").text
        self.think()
        self.press("hand in", f"{root}/review/", review, consent_use="on", consent_statistics="on")
        self.see("result, not ready", f"{root}/result/")
        for _ in range(MOST_POLLS):
            gevent.sleep(1)
            if self._is_ready(root):
                self.see("result", f"{root}/result/")
                self.think()
                self.see("PDF", f"{root}/report-zh-hans.pdf")
                return

    def _is_ready(self, root: str) -> bool:
        with self.client.get(f"{root}/status/", name="how far", catch_response=True) as reply:
            if reply.status_code not in (200, 204):
                reply.failure(f"status {reply.status_code}")
                raise Lost
            reply.success()
            return bool(reply.headers.get("HX-Refresh") == "true")


class Officer(Person):
    weight = 1

    def on_start(self) -> None:
        person = OFFICERS[next(_officer) % len(OFFICERS)]
        try:
            page = self.see("sign-in page", "/accounts/login/").text
            self.press("sign in", "/accounts/login/", page, login=person["email"], password=person["password"])
        except Lost as error:
            raise StopUser from error

    def _list(self, kind: str, **query: str) -> str:
        address = "/admin/diagnosis/submission/?" + urlencode(query)
        return str(self.see(kind, address).text)

    @task(4)
    def look(self) -> None:
        self._way(lambda: self._open(self._list("list")))

    @task(3)
    def filter(self) -> None:
        self._way(lambda: self._list("list, filtered", **random.choice(FILTERS)))

    @task(2)
    def search(self) -> None:
        self._way(lambda: self._list("list, searched", q=random.choice(SEARCHES)))

    @task(2)
    def desk(self) -> None:
        self._way(lambda: self.see("officers' start page", "/admin/"))

    @task(1)
    def cluster(self) -> None:
        self._way(lambda: self.see("cluster view", "/admin/cluster-view/"))

    @task(1)
    def export(self) -> None:
        self._way(self._export)

    def _export(self) -> None:
        address = "/admin/diagnosis/submission/export/?county=dehua"
        page = self.see("export page", address).text
        self.think()
        wish = {"columns": "answers", "cells": "words", "language": "zh-hans", "format": "csv"}
        self.press("CSV with answers", address, page, expected=200, **wish)

    def _open(self, shown: str) -> None:
        self.think()
        for address in OPENED.findall(shown)[:1]:
            self.see("a diagnosis", address)

    def _way(self, go: Any) -> None:
        with suppress(Lost):
            go()
        self.think()
