"""Prints the current files of the oldest and newest ready reports once more, in a process of its own; stores nothing.

Run as a program; prints how many there are, or the names of those that have become other files.
"""

from __future__ import annotations

from hashlib import sha256

EACH = 4  # of both; all would take minutes


def main() -> None:
    import django

    django.setup()
    from recommendations.models import FileFormat, Report, ReportState
    from recommendations.printing import Print, print_file

    same, other = 0, []
    ready = Report.objects.filter(state=ReportState.READY).select_related("submission")
    for report in {*ready.order_by("pk")[:EACH], *ready.order_by("-pk")[:EACH]}:
        for file in report.current_files():
            wanted = Print(file.language, FileFormat(file.format), file.programme)
            printed = print_file(report.document or {}, wanted)
            if sha256(printed.data).hexdigest() == file.sha256:
                same += 1
            else:
                other.append(file.name)
    print(same, *other, flush=True)


if __name__ == "__main__":
    main()
