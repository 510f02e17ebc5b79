"""manage.py seal_factors: seeds of second factors and recovery codes, sealed anew with the present SECRET_KEY."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from clusters.factor_secrets import seal_all


class Command(BaseCommand):
    help = "Seal stored second factors with the present SECRET_KEY; run it before a fallback key is taken away."

    def handle(self, *args: Any, **options: Any) -> None:
        done, lost = seal_all()
        self.stdout.write(f"{done} sealed")
        if lost:
            numbers = ", ".join(map(str, sorted(set(lost))))
            raise CommandError(
                f"No key opens those of the accounts {numbers}. Add the former SECRET_KEY to SECRET_KEY_FALLBACKS, "
                "or remove their second factor on the page of people."
            )
