"""What is said to an officer about a file: which clusters, how far, what went wrong."""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clusters.models import ClusterId
from recommendations.jobs import STOPPED, CannotBeMade
from recommendations.models import OfficerFile

DISK: Final = gettext_lazy(
    "There is no room on the server for this file. Tell the administrator; after that it can be made again."
)
# A part of the stored error -> what it means. The first that fits counts.
FAULTS: Final[dict[str, Any]] = {
    "No space left": DISK,
    "File too large": DISK,
    "quota": DISK,
    "SoftTimeLimitExceeded": gettext_lazy("It took too long. Ask for fewer firms at a time."),
    STOPPED: gettext_lazy("The worker stopped in the middle, every time it was tried. Try again later."),
    "OSError": gettext_lazy("The server could not store the file. Try again later, or tell the administrator."),
    "": gettext_lazy("The file could not be made. Try again later, or tell the administrator."),
}


def fault_in_words(error: str) -> str:
    """Why a file could not be made; no technical words but those a maker wrote for people."""
    name, _colon, words = error.partition(": ")
    if name == CannotBeMade.__name__:
        return words
    return str(next(words for part, words in FAULTS.items() if part in error))


def clusters_in_words(file: OfficerFile) -> str:
    if set(file.clusters) == set(ClusterId.values):
        return _("all clusters")
    return " · ".join(str(cluster.label) for cluster in ClusterId if cluster in file.clusters)
