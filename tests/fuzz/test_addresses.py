"""Wrong requests to every address of the site: nothing breaks, and what is refused changes nothing."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from tests.fuzz.addresses import People, names, wrong
from tests.fuzz.budget import cases
from tests.fuzz.forms_of_pages import Fields, forms_in
from tests.fuzz.mixing import METHODS, body, query
from tests.fuzz.payloads import header
from tests.fuzz.watching import Watched, close, rows_now
from tests.recommendations.jobs import stored_files

pytestmark = pytest.mark.django_db
PARTS = 4
# Where the forms stand whose own address shows none.
PAGES = (
    "admin:diagnosis_submission_change",
    "admin:diagnosis_submission_levels",
    "admin:diagnosis_submission_level",
    "admin:diagnosis_submission_changelist",
    "admin:diagnosis_campaign_change",
    "recommendations:result",
    "diagnosis:home",
    "admin:cluster_view",
    "admin:clusters_provider_import",
)
HEADERS = ("HX-Request", "HX-Target", "HX-Current-URL", "Referer", "Accept-Language", "X-Requested-With", "Sec-Purpose")


class Visitors:
    """Whoever may go to an address goes there, with the forms that the site shows."""

    def __init__(self, found: list[str]) -> None:
        self.people = People()
        clients = {who: self.people.client(who) for who in ("owner", "officer", "city")}
        self.forms: dict[str, Fields] = {}
        for name in (*PAGES, *found):
            address = self.people.address(name)
            response = clients[self.people.visitor(name)].get(address)
            shown = forms_in(response, address)
            close(response)
            self.forms |= {to: fields | self.forms.get(to, {}) for to, fields in shown.items()}
        rows, files = rows_now(), stored_files()
        self.browsers = {who: Watched(client, rows, files) for who, client in clients.items()}


def request(visitors: Visitors, name: str, random: Random) -> Any:
    """One request to the address, or near it."""
    address = visitors.people.address(name)
    fields, browser = visitors.forms.get(address, {}), visitors.browsers[visitors.people.visitor(name)]
    extra = {random.choice(HEADERS): header(random)} if random.random() < 0.3 else {}
    kind = random.randrange(10)
    if kind < 2:
        return browser.send("GET", wrong(address, random), headers=extra)
    if kind < 5:
        return browser.send("GET", address, QUERY_STRING=query(random, fields), headers=extra)
    if kind == 5:
        method = random.choice(METHODS)
        return browser.send(method, address, data=random.choice((b"", body(fields, random)[1])), headers=extra)
    content_type, data, what = body(fields, random)
    return browser.send("POST", address, what, data=data, content_type=content_type, headers=extra)


def visit(budget: str, kinds: tuple[str, ...], part: int, parts: int) -> None:
    """The cases of one part, spread evenly over its addresses."""
    found = names(*kinds)[part::parts]
    visitors = Visitors(found)
    with cases(budget, part, parts) as each:
        for number, random in enumerate(each):
            request(visitors, found[number % len(found)], random)


@pytest.mark.parametrize("part", range(PARTS))
def test_officers(part: int) -> None:
    visit("officer addresses", ("officers",), part, PARTS)


@pytest.mark.parametrize("part", range(2))
def test_owners(part: int) -> None:
    visit("other owner addresses", ("owners", "others"), part, 2)


def test_accounts() -> None:
    visit("accounts", ("accounts",), 0, 1)
