"""Say how the installation is."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from config.status import Health, findings


class Command(BaseCommand):
    help = (
        "One line for each part: database, clock, migrations, broker, beat and workers, jobs, report store, content. "
        "Ends with 0 (well), 1 (a warning) or 2 (something is broken), as Nagios reads it."
    )
    requires_system_checks = ()
    requires_migrations_checks = False

    def handle(self, **options: Any) -> None:
        found = findings()
        for one in found:
            self.stdout.write(f"{one.health.name:8}{one.part}: {one.said}")
        worst = max(one.health for one in found)
        if worst is not Health.OK:
            said = "broken" if worst is Health.BROKEN else "a warning"
            raise CommandError(f"The installation is not well: {said}.", returncode=int(worst))
