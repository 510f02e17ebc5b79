"""Fill a new site for the load: static files, a thousand firms, officers; and what its owners will type.

    python -m bench.load.prepare FOLDER     writes FOLDER/owners.json and FOLDER/officers.json
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

FIRMS = 1000  # in the officers' lists from the beginning
OWNERS = 200  # different sets of answers; more owners than that share them
OFFICERS = 20
PASSWORD = "only on this computer"  # the site listens on the loopback address alone
CITY_ADMINS = 5


def typed(answers: Any) -> list[tuple[str, dict[str, Any]]]:
    """What a firm's owner types, page by page: the form's own values of its answers."""
    from diagnosis.content import get_questionnaire
    from diagnosis.forms import PageForm

    pages = []
    for page in get_questionnaire().pages:
        initial = PageForm(page=page, answers=answers).initial
        values = {name: "on" if value is True else value for name, value in initial.items()}
        pages.append((page.id, values))
    return pages


def owners() -> list[Any]:
    from clusters.content import get_places
    from diagnosis.content import get_questionnaire
    from diagnosis.domain.population import Population

    population = Population(questionnaire=get_questionnaire(), places=get_places())
    return [typed(population.firm(99, number, 0)) for number in range(OWNERS)]


def officers() -> list[dict[str, str]]:
    from clusters.models import ClusterId, Membership, Role, User

    made = []
    for number in range(OFFICERS):
        role = Role.CITY_ADMIN if number < CITY_ADMINS else Role.OFFICER
        email = f"officer{number}@load.example"
        user = User.objects.create_user(email=email, password=PASSWORD, role=role, is_staff=True)
        if role == Role.OFFICER:
            Membership.objects.create(user=user, cluster=ClusterId.values[number % len(ClusterId.values)])
        made.append({"email": email, "password": PASSWORD})
    return made


def main(folder: Path) -> None:
    import django

    django.setup()
    from django.core.management import call_command

    call_command("collectstatic", interactive=False, verbosity=0)
    call_command("simulate", count=FIRMS, verbosity=0)
    (folder / "owners.json").write_text(json.dumps(owners()))
    (folder / "officers.json").write_text(json.dumps(officers()))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
