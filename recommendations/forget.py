"""Deletes a diagnosis, or all there is of a firm, when its owner asks for it.

A reference names one diagnosis; a unified social credit code names the firm: all its diagnoses, drafts among
them, and its invitations. With them go everything that hangs on them (answers, events, mails, comments, earlier
revisions, verified levels, plans, report), their files on the disk, the files officers asked for that may hold
the firm, the company, and the accounts of owners who have no other diagnosis.

What stays: figures of groups of firms that were published (GroupStatistics, ClusterFigures). They name firms by
numbers of rows that are gone, so nobody can tell any more which firm a number was, and the small-group rule
(diagnosis.domain.disclosure) needs them: without them the next figure, compared with the last, would single the
firm out. And one entry in the log, with numbers only.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.db.models import Q, QuerySet

from clusters.audit import record
from clusters.models import AuditKind, Role, User
from diagnosis.models import Company, Invitation, Submission, VerifiedLevel
from recommendations.models import OfficerFile, OfficerFileKind, PlanFile, ReportFile
from recommendations.officer_files import FOLDER

USCC_LENGTH: Final = 18


class NothingFound(Exception):
    """No diagnosis has this reference, no firm this code."""


class MayNotDelete(Exception):
    """The database role of the site may not delete what was logged (deploy/database_role.sql)."""


@dataclass(frozen=True, kw_only=True)
class Found:
    """What would be deleted: numbers of rows, and the clusters they belong to."""

    submissions: tuple[int, ...]
    companies: tuple[int, ...]
    invitations: tuple[int, ...]
    accounts: tuple[int, ...]
    officer_files: tuple[int, ...]
    clusters: tuple[str, ...]

    @property
    def folders(self) -> tuple[str, ...]:
        """Where its files lie."""
        references = Submission.objects.filter(pk__in=self.submissions).values_list("reference", flat=True)
        plain = (reference.replace("-", "") for reference in references)
        return (*(f"{one[:2]}/{one}" for one in plain), *(f"{FOLDER}/{pk}" for pk in self.officer_files))

    @property
    def stored(self) -> tuple[str, ...]:
        """Every file that belongs to it, also what killed workers left."""
        return tuple(dict.fromkeys((*_named(self.submissions), *_files_in(self.folders))))


def find(mark: str) -> Found:
    """What belongs to a reference or a unified social credit code, however it is typed. Raises NothingFound."""
    plain = "".join(unicodedata.normalize("NFKC", mark).upper().split())
    submissions, invitations = _of_firm(plain) if len(plain) == USCC_LENGTH else _of_reference(plain)
    pks = tuple(submissions.order_by("pk").values_list("pk", flat=True))
    companies = Company.objects.filter(Q(submissions__in=pks) | Q(uscc=plain)).distinct()
    invited = tuple(invitations.values_list("pk", flat=True))
    clusters = _clusters(pks, companies, invited)
    if not (pks or invited or companies):
        raise NothingFound
    return Found(
        submissions=pks, invitations=invited, clusters=clusters,
        companies=tuple(one.pk for one in companies if not one.submissions.exclude(pk__in=pks).exists()),  # type: ignore[attr-defined]
        accounts=_accounts(pks), officer_files=tuple(_officer_files(set(pks), set(invited), set(clusters))),
    )


def forget(found: Found) -> None:
    """Delete it for good. Raises MayNotDelete, or OSError when a file cannot be removed: then call it again.

    The files go first: as long as one of them is there, the rows still say what it is.
    """
    _refuse_without_the_right()
    folders, stored = found.folders, found.stored
    _remove(stored)
    _delete_rows(found, len(stored))
    _remove((*_files_in(folders), *folders))  # what a worker wrote meanwhile, and the empty folders


def _of_reference(reference: str) -> tuple[QuerySet[Submission], QuerySet[Invitation]]:
    return Submission.objects.filter(reference=reference), Invitation.objects.none()


def _of_firm(uscc: str) -> tuple[QuerySet[Submission], QuerySet[Invitation]]:
    named = Q(uscc=uscc) | Q(company__uscc=uscc) | Q(answers__uscc=uscc)
    return Submission.objects.filter(named), Invitation.objects.filter(uscc=uscc)


def _clusters(pks: Iterable[int], companies: QuerySet[Company], invited: Iterable[int]) -> tuple[str, ...]:
    found = set(Submission.objects.filter(pk__in=pks).exclude(cluster="").values_list("cluster", flat=True))
    found |= set(companies.values_list("cluster", flat=True))
    found |= set(Invitation.objects.filter(pk__in=invited).values_list("campaign__cluster", flat=True))
    return tuple(sorted(found))


def _accounts(pks: tuple[int, ...]) -> tuple[int, ...]:
    """Owners, never officers, who have nothing else here."""
    owners = User.objects.filter(submissions__in=pks, role=Role.OWNER, is_staff=False).distinct()
    others = Submission.objects.exclude(pk__in=pks).exclude(owner=None)
    return tuple(owners.exclude(pk__in=others.values("owner")).values_list("pk", flat=True))


def _officer_files(pks: set[int], invited: set[int], clusters: set[str]) -> Iterator[int]:
    """Files officers asked for that hold the firm, or may: a table says its filters, not its rows."""
    for file in OfficerFile.objects.order_by("pk"):
        holds = {
            OfficerFileKind.REPORTS: pks & set(file.wish.get("submissions") or ()),
            OfficerFileKind.LETTERS: invited & set(file.wish.get("invitations") or ()),
            OfficerFileKind.SUBMISSIONS: pks and clusters & set(file.clusters),
        }
        if holds.get(OfficerFileKind(file.kind)):
            yield file.pk


def _named(pks: tuple[int, ...]) -> Iterator[str]:
    yield from ReportFile.objects.filter(report__submission__in=pks).values_list("name", flat=True)
    yield from PlanFile.objects.filter(plan__submission__in=pks).values_list("name", flat=True)
    evidence = VerifiedLevel.objects.filter(submission__in=pks).exclude(evidence="")
    yield from evidence.values_list("evidence", flat=True)


def _files_in(folders: Iterable[str]) -> Iterator[str]:
    for folder in folders:
        if default_storage.exists(folder):
            yield from (f"{folder}/{name}" for name in default_storage.listdir(folder)[1])


def _remove(names: Iterable[str]) -> None:
    for name in names:
        default_storage.delete(name)  # one that is gone already is no fault


def _refuse_without_the_right() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_security_active('diagnosis_event')")
        if cursor.fetchone()[0]:
            raise MayNotDelete


@transaction.atomic
def _delete_rows(found: Found, files: int) -> None:
    list(Submission.objects.select_for_update().filter(pk__in=found.submissions).values_list("pk"))
    record(
        AuditKind.FORGOTTEN, by=None, clusters=found.clusters, diagnoses=len(found.submissions),
        invitations=len(found.invitations), files=files, accounts=len(found.accounts),
    )
    OfficerFile.objects.filter(pk__in=found.officer_files).delete()
    Invitation.objects.filter(pk__in=found.invitations).delete()
    Submission.objects.filter(pk__in=found.submissions).delete()
    Company.objects.filter(pk__in=found.companies).delete()
    people = ContentType.objects.get_for_model(User)
    LogEntry.objects.filter(content_type=people, object_id__in=[str(pk) for pk in found.accounts]).delete()
    User.objects.filter(pk__in=found.accounts).delete()


__all__ = ["Found", "MayNotDelete", "NothingFound", "find", "forget"]
