"""Load the first policy programmes into an installation; safe to run again."""

from typing import Any

from django.core.management.base import BaseCommand

from recommendations.first_content import load_first_content


class Command(BaseCommand):
    help = "Add the first recorded policy programmes that are missing. Changes no row that exists."

    def handle(self, **options: Any) -> None:
        self.stdout.write(f"{load_first_content()} programmes added")
