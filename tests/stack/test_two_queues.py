"""As on a server, a worker for each queue: officers' files take long and owners want their reports meanwhile."""

from __future__ import annotations

from tests.stack.checks import FILES, check_ready
from tests.stack.owner import Owner
from tests.stack.site import Site, kill, until
from tests.stack.test_officer_files import ask, check_made, row, worker_waits_at


def handed_in(site: Site) -> str:
    owner = Owner(site.port)
    owner.fill_in()
    assert owner.hand_in().status == 302
    return owner.reference


def test_owners_do_not_wait_behind_files(site: Site) -> None:
    """As many long files as one worker for all queues has processes; a report handed in meanwhile is made."""
    references = [handed_in(site), handed_in(site)]
    check_ready(site, references)
    workers = site.workers_as_on_servers()
    assert len(workers) == 2
    stored = next(
        file["name"] for file in site.rows(FILES, references[0])
        if (file["kind"], file["language"], file["format"]) == ("report", "zh-hans", "pdf")
    )
    with worker_waits_at(site.reports / stored):
        files = [ask(site, order) for order in (references, references[::-1])]
        until(lambda: any(row(site, file)["attempt"] for file in files), site.state)
        check_ready(site, [handed_in(site)])
        assert "ready" not in [row(site, file)["state"] for file in files]
        for worker in workers:
            kill(worker)
    site.worker.start()
    for file in files:
        check_made(site, file, references)
