"""Every address of the site, read from the resolver: a new one is fuzzed without being entered anywhere.

The right address of each comes from the casts of the two access tables (tests/test_access_matrix.py and
tests/test_officer_matrix.py), which fail for an address without a rule; a wrong one has pieces replaced.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from random import Random
from typing import Any, Final

from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from clusters.models import Role
from diagnosis.actions import make_link
from tests import test_access_matrix as owners
from tests import test_officer_matrix as officers
from tests.diagnosis.campaign_cast import make_invitation
from tests.factories import make_officer
from tests.fuzz.payloads import path_piece
from tests.journeys import browser_of

# What stands for the changing parts of addresses that are in neither table.
PARTS: Final = {
    "uidb36": "1",
    "key": "set-password",
    "content_type_id": "1",
    "object_id": "1",
    "app_label": "diagnosis",
    "url": "x",
}
CHANGING: Final = re.compile(r"<(?:\w+:)?(\w+)>|\(\?P<(\w+)>(?:[^()]|\([^)]*\))*\)")


def _walk(patterns: Sequence[Any], route: str = "", space: str = "") -> Iterator[tuple[str, str]]:
    for each in patterns:
        whole = route + str(each.pattern).removeprefix("^").removesuffix("$")
        if isinstance(each, URLResolver):
            yield from _walk(each.url_patterns, whole, f"{space}{each.namespace}:" if each.namespace else space)
        elif isinstance(each, URLPattern):
            yield f"{space}{each.name or whole}", whole


def routes() -> dict[str, str]:
    """The pattern of every address by its name; by the pattern itself where it has no name."""
    return dict(_walk(get_resolver().url_patterns))


def kind(name: str) -> str:
    """Whose address it is; officers, owners, accounts or others."""
    if name.startswith("admin:"):
        return "officers"
    if name.startswith(("diagnosis:", "recommendations:")):
        return "owners"
    return "accounts" if name.startswith(("account_", "mfa_")) else "others"


def names(*kinds: str) -> list[str]:
    return [name for name in routes() if kind(name) in kinds]


class People:
    """Both casts, and the right address of everything."""

    def __init__(self) -> None:
        self.owners, self.officers, self.routes = owners.make_cast(), officers.Cast(), routes()
        code = make_invitation(self.officers.campaign).code
        self.parts = {**PARTS, "token": make_link(submission=self.owners.draft, by=None), "code": code}

    def address(self, name: str) -> str:
        short = name.removeprefix("admin:")
        if name in owners.RULES and owners.RULES[name].who != owners.LINK:
            return self.owners.address(name)
        if short != name and short in officers.RULES:
            return self.officers.address(short)
        filled = CHANGING.sub(lambda part: self.parts.get(part[1] or part[2], "1"), self.routes[name])
        return "/" + filled.replace("\\", "")

    def visitor(self, name: str) -> str:
        """Who may open the address: owner, officer or city administrator."""
        if kind(name) != "officers":
            return "owner"
        rule = officers.RULES.get(name.removeprefix("admin:"))
        return "officer" if rule is None or "own officer" in rule.may else "city"

    def client(self, visitor: str) -> Client:
        """The browser of one of them."""
        client = browser_of(self.owners.draft, self.owners.handed_in, raise_request_exception=False)
        if visitor != "owner":
            client.force_login(self.officers.own if visitor == "officer" else make_officer(role=Role.CITY_ADMIN))
        return client


def wrong(address: str, random: Random) -> str:
    """The address with one or two of its pieces replaced, doubled or dropped."""
    pieces = address.strip("/").split("/")
    for _ in range(random.choice((1, 1, 2))):
        place = random.randrange(len(pieces))
        pieces[place : place + 1] = random.choice(([path_piece(random)], [path_piece(random)], [pieces[place]] * 2, []))
        pieces = pieces or [path_piece(random)]
    return "/" + "/".join(pieces) + random.choice(("/", "/", "", "//"))


__all__ = ["People", "kind", "names", "routes", "wrong"]
