"""Lists an officer wants to see again: the filters in use, kept under a name for that person alone.

Only what `diagnosis.list_filters.read` understood is kept, never the address itself.
"""

from __future__ import annotations

from typing import Final

from django.db import transaction

from clusters.models import User
from diagnosis.list_filters import Wanted
from diagnosis.models import SavedFilter

MOST: Final = 30
LONGEST_NAME: Final = 60
LONGEST_QUERY: Final = 1000


class Refused(Exception):
    """Nothing was saved; the subclass says why."""


class NameRefused(Refused):
    """No name, or a longer one than LONGEST_NAME."""


class NothingToSave(Refused):
    """No filter is in use, or a value of one is wrong, or they are too long together."""


class TooMany(Refused):
    """This person keeps MOST already."""


@transaction.atomic
def save_filter(*, name: str, wanted: Wanted, by: User) -> SavedFilter:
    """Keep the filters under the name; what was kept under that name before is replaced. Raises a Refused."""
    name, query = " ".join(name.split()), wanted.query
    if not name or len(name) > LONGEST_NAME or "\0" in name:
        raise NameRefused
    if not query or wanted.faults or len(query) > LONGEST_QUERY:
        raise NothingToSave
    User.objects.select_for_update().only("pk").get(pk=by.pk)
    others = SavedFilter.objects.filter(user=by).exclude(name=name)
    if others.count() >= MOST:
        raise TooMany
    return SavedFilter.objects.update_or_create(user=by, name=name, defaults={"query": query})[0]


@transaction.atomic
def delete_filter(*, pk: int, by: User) -> bool:
    """Forget one of one's own. False when there is none of that number."""
    deleted, _rows = SavedFilter.objects.filter(pk=pk, user=by).delete()
    return bool(deleted)


__all__ = ["LONGEST_NAME", "MOST", "NameRefused", "NothingToSave", "Refused", "TooMany", "delete_filter", "save_filter"]
