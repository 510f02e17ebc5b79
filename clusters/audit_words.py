"""The detail of logged events in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

# Key of the detail -> what it is called. A key that is not here is shown as it is stored.
WORDS: Final[Mapping[str, Any]] = {
    "file": gettext_lazy("file no."),
    "kind": gettext_lazy("kind"),
    "name": gettext_lazy("name"),
    "firms": gettext_lazy("firms"),
    "attempt": gettext_lazy("attempt"),
    "range": gettext_lazy("part"),
    "rows": gettext_lazy("rows"),
    "list": gettext_lazy("list"),
    "filters": gettext_lazy("filters"),
    "format": gettext_lazy("format"),
    "answers": gettext_lazy("all answers"),
    "ids": gettext_lazy("as ids"),
    "step": gettext_lazy("step"),
    "whole": gettext_lazy("to the end"),
    "campaign": gettext_lazy("campaign"),
    "what": gettext_lazy("kind of mail"),
    "added": gettext_lazy("new firms"),
    "changed": gettext_lazy("firms changed"),
    "skipped": gettext_lazy("left as they were"),
    "unchanged": gettext_lazy("as recorded"),
    "person": gettext_lazy("person"),
    "account": gettext_lazy("account no."),
    "address": gettext_lazy("network address"),
    "how": gettext_lazy("how"),
    "role": gettext_lazy("role"),
    "diagnoses": gettext_lazy("diagnoses"),
    "invitations": gettext_lazy("invitations"),
    "files": gettext_lazy("files"),
    "accounts": gettext_lazy("accounts"),
}
# Key -> stored value -> what it is called.
VALUES: Final[Mapping[str, Mapping[str, Any]]] = {
    "kind": {
        "reports": gettext_lazy("Reports as a ZIP"),
        "submissions": gettext_lazy("Submissions as a table"),
        "cluster_report": gettext_lazy("Cluster report"),
        "letters": gettext_lazy("Invitation letters"),
    },
    "how": {
        "changed": gettext_lazy("by the person"), "by_mail": gettext_lazy("by mail"),
        "set_up": gettext_lazy("set up"), "removed": gettext_lazy("removed"), "new_codes": gettext_lazy("new codes"),
        "over": gettext_lazy("the session was over"),
        "new_password": gettext_lazy("new password"), "factor_removed": gettext_lazy("second factor removed"),
    },
    "step": {"begun": gettext_lazy("begun"), "ended": gettext_lazy("ended")},
    "list": {
        "log": gettext_lazy("log"), "submissions": gettext_lazy("submissions"),
        "campaign": gettext_lazy("firms of a campaign"),
    },
    "what": {
        "new": gettext_lazy("invitations"), "again": gettext_lazy("invitations once more"),
        "remind": gettext_lazy("reminder mails"),
    },
}


def detail_in_words(detail: Mapping[str, Any]) -> str:
    """`key: value · key: value`, in the order of WORDS; what is empty is left out."""
    order = list(WORDS)
    keys = sorted(detail, key=lambda key: (order.index(key) if key in WORDS else len(order), key))
    parts = [(WORDS.get(key, key), _said(key, detail[key])) for key in keys]
    return " · ".join(f"{word}: {said}" for word, said in parts if said)


def _said(key: str, value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, Mapping):
        return ", ".join(f"{name}={_said(name, one)}" for name, one in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(_said(key, one) for one in value)
    return str(VALUES.get(key, {}).get(value, "" if value is None else value))
