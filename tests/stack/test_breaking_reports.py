"""Reports that break the worker that prints them: they end as failed, and everybody else is served."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings

from tests.stack.checks import check_nothing_doubled, check_ready
from tests.stack.owner import Owner
from tests.stack.site import Site, kill, until
from tests.stack.traps import KILLS, NEVER_ENDS

IMPATIENT = {  # the soft limit is no help: it is not heard inside the typesetter
    "CELERY_TASK_SOFT_TIME_LIMIT": None, "CELERY_TASK_TIME_LIMIT": 6, "REPORT_LEASE_SECONDS": 7,
    "REPORT_MAX_ATTEMPTS": 2,
}


def handed_in(site: Site, name: str = "踏浪鞋业有限公司") -> Owner:
    owner = Owner(site.port)
    owner.fill_in(name)
    assert owner.hand_in().status == 302
    return owner


def check_given_up(site: Site, owner: Owner, tries: int) -> None:
    """Tried so often and no more; the owner is told and may ask again."""
    until(lambda: site.report(owner.reference)["state"] == "failed", site.state, seconds=120)
    failed = site.report(owner.reference)
    assert failed["tries"] == failed["attempt"] == tries
    assert "worker stopped" in failed["error"]
    assert site.events(owner.reference, "report_failed") == 1
    assert f'action="{owner.page}retry/"' in owner.result().text


@pytest.mark.parametrize(("word", "values"), [
    (KILLS, {"REPORT_LEASE_SECONDS": 2}),  # as a text on which the typesetter crashes
    (NEVER_ENDS, IMPATIENT),  # as a text on which it works for hours
], ids=["kills its worker each time", "never ends"])
def test_given_up_while_others_are_served(site: Site, word: str, values: dict[str, Any]) -> None:
    kill(site.worker)
    worker = site.another_worker(**values)
    with site.traps_open():
        breaking, other = handed_in(site, f"{word}鞋业有限公司"), handed_in(site)
        check_ready(site, [other.reference])
        check_given_up(site, breaking, values.get("REPORT_MAX_ATTEMPTS", settings.REPORT_MAX_ATTEMPTS))
        check_ready(site, [handed_in(site).reference])
    assert worker.running  # its children were lost, it was not
    assert breaking.post(f"{breaking.page}retry/").status == 302  # after the fault was mended
    check_ready(site, [breaking.reference])
    check_nothing_doubled(site, breaking.reference)
