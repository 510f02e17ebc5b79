"""An officer who asks for the reports of some firms as a ZIP, in a process of its own.

Run as a program with their references; prints the number of the file.
"""

from __future__ import annotations

import sys


def main(*references: str) -> None:
    import django

    django.setup()
    from clusters.models import ClusterId, User
    from diagnosis.models import Submission
    from recommendations.actions import ask_for_file
    from recommendations.models import OfficerFileKind
    from tests.factories import make_officer

    email = f"{references[0].lower()}@example.org"
    officer = User.objects.filter(email=email).first() or make_officer(ClusterId.FOOTWEAR, email=email)
    ids = [Submission.objects.get(reference=reference).pk for reference in references]
    file = ask_for_file(
        kind=OfficerFileKind.REPORTS, by=officer, wish={"submissions": ids, "files": [["zh-hans", "pdf"]]},
        clusters=[ClusterId.FOOTWEAR], language="zh-hans",
    )
    print(file.pk, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
