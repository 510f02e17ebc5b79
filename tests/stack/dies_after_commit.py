"""Hands a diagnosis in, in a process that dies after the commit and before the message to the workers.

Run as a program; prints the reference and ends with the code DEAD.
"""

from __future__ import annotations

import os
import sys
from typing import Any, NoReturn

DEAD = 7


def _die(*_: Any, **__: Any) -> NoReturn:
    os._exit(DEAD)


def main() -> None:
    import django

    django.setup()
    from celery import Task

    from recommendations.actions import submit
    from tests.factories import make_draft

    Task.apply_async = _die  # type: ignore[method-assign]
    draft = make_draft()
    print(draft.reference, flush=True)
    submit(submission=draft, consent_statistics=True, by=None)
    sys.exit("the message went out")


if __name__ == "__main__":
    main()
