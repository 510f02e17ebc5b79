"""Hands a diagnosis in, in a transaction the database then refuses.

Run as a program; prints the reference and the number the report would have had.
"""

from __future__ import annotations

from contextlib import suppress


def main() -> None:
    import django

    django.setup()
    from django.db import IntegrityError, transaction

    from diagnosis.models import Submission
    from recommendations.actions import submit
    from tests.factories import make_draft

    draft = make_draft()
    with suppress(IntegrityError), transaction.atomic():
        report = submit(submission=draft, consent_statistics=True, by=None)
        Submission.objects.filter(pk=draft.pk).update(state="unknown")
    print(draft.reference, report.pk, flush=True)


if __name__ == "__main__":
    main()
