"""System checks: content and translations can be used."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from clusters import content
from clusters.domain.content_file import ContentError


def content_check(check_id: str, *loaders: Callable[[], object]) -> Callable[..., list[CheckMessage]]:
    """A system check that runs content loaders and reports the first fault of each."""

    def check(**kwargs: Any) -> list[CheckMessage]:
        faults: list[CheckMessage] = []
        for loader in loaders:
            try:
                loader()
            except ContentError as error:
                faults.append(Error(str(error), hint="See docs/content.md.", id=check_id))
        return faults

    return check


register(content_check("clusters.E001", content.get_places, content.get_references, content.get_cases))


@register()
def check_translations(**kwargs: Any) -> list[CheckMessage]:
    folder = settings.LOCALE_PATHS[0]
    if all(path.with_suffix(".mo").exists() for path in folder.glob("*/LC_MESSAGES/*.po")):
        return []
    return [Error("The translations are not compiled.", hint="Run: make translations", id="clusters.E002")]
