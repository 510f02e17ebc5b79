"""The events of a submission in words: what each entry's detail says, on the page and in the exported file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from django.conf import settings
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clusters.csv_out import csv_lines
from clusters.models import User
from diagnosis.content import get_questionnaire
from diagnosis.localised import said
from diagnosis.models import Event, MailKind, State, Submission

Names = Mapping[int, str]
Say = Callable[[Any, Names], str]
PEOPLE: Final = ("officer", "person")  # details that name a person by number


def _plain(value: Any, names: Names) -> str:
    return str(value)


def _state(value: Any, names: Names) -> str:
    return str(State(value).label) if value in State.values else str(value)


def _language(value: Any, names: Names) -> str:
    return str(dict(settings.LANGUAGES).get(value, value))


def _format(value: Any, names: Names) -> str:
    return str(value).upper()


def _person(value: Any, names: Names) -> str:
    return _("nobody") if value is None else names.get(value, f"#{value}")


def _question(value: Any, names: Names) -> str:
    question = get_questionnaire().questions.get(value)
    return said(question.name) if question else str(value or _("the whole"))


def _reported(value: Any, names: Names) -> str:
    special = {"unknown": _("not known"), "not_applicable": _("not applicable"), None: _("not answered")}
    return special.get(value) or str(value)


def _mail(value: Any, names: Names) -> str:
    return str(MailKind(value).label) if value in MailKind.values else str(value)


# Key of the detail -> what it is called and how it is said. A key that is not here is shown as it is stored.
WORDS: Final[Mapping[str, tuple[str | Promise, Say]]] = {
    "from": (gettext_lazy("from"), _state),
    "to": (gettext_lazy("to"), _state),
    "reason": (gettext_lazy("reason"), _plain),
    "comments": (gettext_lazy("comments"), _plain),
    "question": (gettext_lazy("question"), _question),
    "reported": (gettext_lazy("reported"), _reported),
    "level": (gettext_lazy("level"), _plain),
    "officer": (gettext_lazy("officer"), _person),
    "person": (gettext_lazy("recipient"), _person),
    "mail": (gettext_lazy("what"), _mail),
    "revision": (gettext_lazy("revision"), _plain),
    "language": (gettext_lazy("language"), _language),
    "format": (gettext_lazy("format"), _format),
    "answers": (gettext_lazy("all answers"), lambda value, names: _("yes") if value else _("no")),
    "programme": (gettext_lazy("programme"), _plain),
    "attempt": (gettext_lazy("attempt"), _plain),
    "plan": (gettext_lazy("plan"), _plain),
}
HIDDEN: Final = frozenset({"comment"})  # numbers that say nothing to a reader


def _detail(detail: Mapping[str, Any], names: Names) -> str:
    parts = []
    for key in sorted(detail, key=lambda key: list(WORDS).index(key) if key in WORDS else len(WORDS)):
        if key not in HIDDEN:
            word, say = WORDS.get(key, (key, _plain))
            parts.append(f"{word}: {say(detail[key], names)}")
    return " · ".join(parts)


def event_rows(submission: Submission) -> list[dict[str, Any]]:
    """When, what, who and detail of every event, oldest first."""
    events: Iterable[Event] = submission.events.select_related("actor")  # type: ignore[attr-defined]
    events = list(events)
    people = {event.detail.get(key) for event in events for key in PEOPLE} - {None}
    names = {person.pk: str(person) for person in User.objects.filter(pk__in=people)}
    return [
        {
            "at": event.at, "what": event.get_kind_display(), "who": str(event.actor) if event.actor else "–",
            "detail": _detail(event.detail, names),
        }
        for event in events
    ]


def events_file(submission: Submission) -> str:
    """The same as CSV; no cell can be taken for a formula."""
    rows = (
        (f"{timezone.localtime(row['at']):%Y-%m-%d %H:%M:%S}", row["what"], row["who"], row["detail"])
        for row in event_rows(submission)
    )
    return "".join(csv_lines([_("When"), _("What"), _("Who"), _("Detail")], rows))


__all__ = ["event_rows", "events_file"]
