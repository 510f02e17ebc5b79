"""The list of firms of a campaign as XLSX: an empty one to fill in, and a filled one checked and taken over.

A firm is known by its social credit code. One fault anywhere: nothing is stored. Firms recorded already
are left as they are, or, if the officer says so, brought up to date with what the list says: then a column
that is missing leaves what is recorded, and an empty cell empties it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clusters.audit import record
from clusters.columns import Column, Refused, Vocabulary, allowed_rows, as_ids, as_text, county_names, enum_names, key
from clusters.domain.content_file import Text
from clusters.list_reader import Fault, HasFaults, ListReader
from clusters.models import AuditKind, ClusterId, User
from clusters.workbook import Sheet, write_workbook
from diagnosis.firm_facts import NotAFact, stated
from diagnosis.invitation_codes import new_code
from diagnosis.models import Campaign, Invitation, SizeClass

LANGUAGES: Final[Mapping[str, Text]] = {
    "zh-hans": Text(zh="中文", en="Chinese"), "en": Text(zh="英文", en="English"),
}
# Full-width letters, digits and spaces; the full-width brackets of a firm's name stay as they are.
NARROW: Final = {ord(wide): unicodedata.normalize("NFKC", wide) for wide in map(chr, range(0xFF10, 0xFF5B))
                 if unicodedata.normalize("NFKC", wide).isalnum()} | {0x3000: " "}


def one_line(text: str) -> str:
    return " ".join(text.translate(NARROW).split())


def _answer(question: str, value: str) -> str:
    """The value as the questionnaire would take it from the owner."""
    try:
        return stated(question, value)
    except NotAFact as error:
        raise Refused(str(error)) from error


def _as_name(column: Column, value: Any, vocabulary: Vocabulary) -> str:
    return _answer("company_name", one_line(as_text(value)))


def _as_uscc(column: Column, value: Any, vocabulary: Vocabulary) -> str:
    if isinstance(value, int | float):
        raise Refused(_("The cell holds a number, and its last digits may be lost. Format the column as text."))
    return _answer("uscc", as_text(value))


def _as_line(column: Column, value: Any, vocabulary: Vocabulary) -> str:
    text = one_line(as_text(value))
    if len(text) > 120:
        raise Refused(_("This text is longer than 120 characters."))
    return text


def _as_county(column: Column, value: Any, vocabulary: Vocabulary) -> str:
    """Also without the last character of the Chinese name: 晋江 for 晋江市."""
    text = as_text(value)
    spellings = [text, *(f"{text}{ending}" for ending in "市县区")] if text else []
    found = next((id for spelling in spellings if (id := vocabulary.spellings.get(key(spelling)))), None)
    if found is None and text:
        return as_ids(column, value, vocabulary)[0]
    return found or ""


def _as_email(column: Column, value: Any, vocabulary: Vocabulary) -> str:
    text = "".join(unicodedata.normalize("NFKC", as_text(value)).split())
    try:
        if text:
            validate_email(text)
    except ValidationError as error:
        raise Refused(_("“%(value)s” is not an e-mail address.") % {"value": text[:60]}) from error
    if len(text) > 254:
        raise Refused(_("“%(value)s” is not an e-mail address.") % {"value": text[:60]})
    return text


COLUMNS: Final = (
    Column(
        id="company_name", label=gettext_lazy("Name"), required=True, width=36, read=_as_name,
        aliases=("name", "company", "company name", "企业名称", "企业", "公司名称", "单位名称", "名称"),
    ),
    Column(
        id="uscc", label=gettext_lazy("Unified social credit code"), required=True, width=24, read=_as_uscc,
        aliases=("code", "social credit code", "统一社会信用代码", "社会信用代码", "信用代码", "代码"),
    ),
    Column(
        id="cluster", label=gettext_lazy("Cluster"), allowed=lambda: enum_names(ClusterId), width=20,
        aliases=("cluster", "集群", "所属集群", "产业集群"),
    ),
    Column(
        id="county", label=gettext_lazy("County"), allowed=county_names, width=16, read=_as_county,
        aliases=("county", "district", "县区", "县市区", "县（市、区）", "所在县区", "所在县（市、区）"),
    ),
    Column(
        id="size_class", label=gettext_lazy("Size"), allowed=lambda: enum_names(SizeClass), width=10,
        aliases=("size", "size class", "规模", "企业规模"),
    ),
    Column(
        id="contact", label=gettext_lazy("Contact"), width=24, read=_as_line,
        aliases=("contact", "联系人", "联系方式", "联系人及电话"),
    ),
    Column(
        id="email", label=gettext_lazy("E-mail"), width=28, read=_as_email,
        aliases=("email", "e-mail", "mail", "邮箱", "电子邮箱", "电子邮件"),
    ),
    Column(
        id="language", label=gettext_lazy("Language"), allowed=lambda: LANGUAGES, width=10,
        aliases=("language", "语言"),
    ),
)
BY_ID: Final = {column.id: column for column in COLUMNS}
STORED: Final = ("company_name", "county", "size_class", "contact", "email", "language")


def template_workbook() -> bytes:
    """An empty list with its heading, and a second sheet of the values the columns may hold."""
    labels = [str(column.label) for column in COLUMNS]
    return write_workbook([
        Sheet(title=_("Firms"), heading=labels, rows=(), widths=[column.width for column in COLUMNS]),
        Sheet(
            title=_("Allowed values"), heading=[_("Column"), _("Id"), "中文", "English"], rows=allowed_rows(COLUMNS),
            widths=(24, 28, 28, 32),
        ),
    ])


@dataclass(frozen=True, kw_only=True)
class Change:
    """A firm recorded already that the list describes differently; `fields` are the labels of what differs."""

    invitation: Invitation
    fields: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ImportPlan:
    """What taking the list over would do. With faults it does nothing. `readdressed` are keys of firms that
    get another e-mail address: what waits to be mailed to the old one is dropped."""

    added: tuple[Invitation, ...] = ()
    changed: tuple[Change, ...] = ()
    unchanged: int = 0
    readdressed: tuple[int, ...] = ()
    faults: tuple[Fault, ...] = ()


class _Reader(ListReader):
    def __init__(self, campaign: Campaign) -> None:
        super().__init__(COLUMNS)
        self.campaign = campaign
        self.recorded = {one.uscc: one for one in Invitation.objects.filter(campaign=campaign)}
        self.added: list[Invitation] = []
        self.changed: list[Change] = []
        self.readdressed: list[int] = []
        self.unchanged = 0

    def take(self, number: int, values: Mapping[str, Any]) -> None:
        if not self._belongs(number, values.get("cluster", "")):
            return
        first = self.first_row_of(number, values["uscc"])
        if first is not None:
            self.fault(number, BY_ID["uscc"], _("The same code stands in row %(row)s.") % {"row": first})
            return
        given = {id: values[id] for id in STORED if id in values}
        if "language" in given:
            given["language"] = given["language"] or "zh-hans"
        self._sort_in(values["uscc"], given)

    def _belongs(self, number: int, cluster: str) -> bool:
        """A row without a cluster is taken to be of the campaign's."""
        if cluster in ("", self.campaign.cluster):
            return True
        self.fault(number, BY_ID["cluster"], _("This firm belongs to %(its)s, the campaign to %(ours)s.") % {
            "its": ClusterId(cluster).label, "ours": self.campaign.get_cluster_display(),
        })
        return False

    def _sort_in(self, uscc: str, given: Mapping[str, Any]) -> None:
        known = self.recorded.get(uscc)
        if known is None:
            self.added.append(Invitation(campaign=self.campaign, uscc=uscc, code=new_code(), **given))
            return
        differing = [id for id, value in given.items() if getattr(known, id) != value]
        if not differing:
            self.unchanged += 1
            return
        for id in differing:
            setattr(known, id, given[id])
        if "email" in differing:
            self.readdressed.append(known.pk)
        self.changed.append(Change(invitation=known, fields=tuple(str(BY_ID[id].label) for id in differing)))

    def plan(self) -> ImportPlan:
        if self.faults:
            return ImportPlan(faults=tuple(self.faults))
        return ImportPlan(
            added=tuple(self.added), changed=tuple(self.changed), unchanged=self.unchanged,
            readdressed=tuple(self.readdressed),
        )


def plan_import(campaign: Campaign, data: bytes) -> ImportPlan:
    """What the list would do, without doing it."""
    reader = _Reader(campaign)
    reader.read(data)
    return reader.plan()


@transaction.atomic
def import_firms(*, campaign: Campaign, data: bytes, update: bool, by: User) -> ImportPlan:
    """Take the whole list over, or nothing of it; raises HasFaults.

    With `update` firms recorded already are brought up to date, else they are left as they are.
    """
    Campaign.objects.select_for_update(of=("self",)).get(pk=campaign.pk)  # no other list and no mailing meanwhile
    plan = plan_import(campaign, data)
    if plan.faults:
        raise HasFaults(plan)
    Invitation.objects.bulk_create(plan.added, batch_size=500)
    if update:
        Invitation.objects.filter(pk__in=plan.readdressed).update(mail_state="", mail_fault="")
        Invitation.objects.bulk_update([change.invitation for change in plan.changed], STORED, batch_size=500)
    record(
        AuditKind.LIST_IMPORTED, by=by, clusters=(campaign.cluster,), campaign=campaign.pk, added=len(plan.added),
        changed=len(plan.changed) if update else 0, skipped=0 if update else len(plan.changed),
        unchanged=plan.unchanged,
    )
    return plan


__all__ = ["COLUMNS", "Change", "ImportPlan", "import_firms", "plan_import", "template_workbook"]
