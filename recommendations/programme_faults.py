"""What keeps a record from being a programme, in the language of the page and at the entry it belongs to.

The form finds nearly all of it itself. This is the net below: whatever recommendations.domain.policy would
refuse, in the words of the table, at the entry named by its place.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import ValidationError

from clusters.domain.content_file import Location
from diagnosis.content import get_questionnaire
from recommendations.domain.conditions import Fault
from recommendations.domain.policy import Programme, rule_faults
from recommendations.domain.strict import in_the_file

# By the code of recommendations.domain.conditions.Fault.
OF_A_RULE: Final = {
    "no_question": gettext_lazy("The questionnaire has no question “%(question)s”. Choose what this is tested by."),
    "no_order": gettext_lazy("The answers to “%(question)s” cannot be compared. Choose what this is tested by."),
    "out_of_range": gettext_lazy("%(bound)s is not between %(lowest)s and %(highest)s, the bounds of “%(question)s”."),
    "wrong_kind": gettext_lazy("The question “%(question)s” has no such options. Choose what this is tested by."),
    "no_option": gettext_lazy("“%(question)s” has no option “%(option)s”. Choose what this is tested by."),
}
# By the kind pydantic reports. Other kinds are said in general.
OF_AN_ENTRY: Final = {
    "caps_fall": gettext_lazy("A higher level may not bring less than a lower one."),
    "ends_first": gettext_lazy("The programme ends before it starts."),
    "same_id": gettext_lazy("Two conditions have the same id."),
    "condition": gettext_lazy("This rule cannot be read. Choose what the condition is tested by."),
    "string_pattern_mismatch": gettext_lazy("Only small letters, digits and _, starting with a letter."),
}
IN_GENERAL: Final = gettext_lazy("This entry cannot be used (%(place)s).")


def in_words(fault: Fault) -> str:
    return str(OF_A_RULE[fault.code]) % fault.values


def faults_of(record: Mapping[str, Any]) -> Iterator[tuple[Location, str]]:
    """Every fault with its place in the record."""
    try:
        programme = Programme.model_validate(record)
    except ValidationError as error:
        for fault in error.errors():
            at = in_the_file(fault["loc"])
            place = " › ".join(str(part + 1) if isinstance(part, int) else part for part in at)
            yield at, str(OF_AN_ENTRY.get(fault["type"], IN_GENERAL)) % {"place": place or _("record")}
        return
    for at, rule_fault in rule_faults(programme, get_questionnaire()):
        yield at, in_words(rule_fault)


__all__ = ["faults_of", "in_words"]
