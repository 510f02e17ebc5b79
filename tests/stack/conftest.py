"""One site for all tests of this folder; each test finds it whole and leaves no report open."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stack.checks import check_nothing_open
from tests.stack.owner import Owner
from tests.stack.site import Site, whole_site

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.stack)


@pytest.fixture(scope="session")
def one_site() -> Iterator[Site]:
    with whole_site() as site:
        yield site


@pytest.fixture
def site(one_site: Site) -> Iterator[Site]:
    one_site.mend()
    before = one_site.newest_report()
    yield one_site
    one_site.mend()
    check_nothing_open(one_site, since=before)


@pytest.fixture
def owner(site: Site) -> Owner:
    """An owner whose answers are complete and who looks at the review page."""
    owner = Owner(site.port)
    owner.fill_in()
    return owner


@pytest.fixture
def owners(site: Site) -> list[Owner]:
    """Ten of them."""
    ten = [Owner(site.port) for _ in range(10)]
    for owner in ten:
        owner.fill_in()
    return ten
