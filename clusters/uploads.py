"""Lists brought by officers: the form to choose one, and the file kept between its preview and the yes."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from typing import Any, Final

from django import forms
from django.core.cache import cache
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clusters.list_reader import Fault
from clusters.workbook import MOST_BYTES

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
KEPT_SECONDS: Final = 15 * 60  # between preview and confirmation
SHOWN_FAULTS: Final = 100
TOKEN: Final = re.compile(r"[\w-]{1,40}", re.ASCII)


class UploadForm(forms.Form):
    """The list to be taken over."""

    file = forms.FileField(
        label=gettext_lazy("XLSX file"), widget=forms.FileInput(attrs={"accept": f".xlsx,{XLSX}"}),
        help_text=gettext_lazy("At most 2 MB and 5,000 rows."),
    )

    def clean_file(self) -> bytes:
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError(_("The file is larger than 2 MB."))
        return bytes(file.read())


def _key(request: HttpRequest, purpose: str, token: str) -> str:
    return f"{purpose}:{request.user.pk}:{token}"


def keep(request: HttpRequest, purpose: str, data: bytes) -> str:
    """Keep a checked file for this person; returns the token that gives it back."""
    token = secrets.token_urlsafe(16)
    cache.set(_key(request, purpose, token), data, KEPT_SECONDS)
    return token


def kept(request: HttpRequest, purpose: str, token: str) -> bytes | None:
    found: bytes | None = cache.get(_key(request, purpose, token)) if TOKEN.fullmatch(token) else None
    return found


def forget(request: HttpRequest, purpose: str, token: str) -> None:
    cache.delete(_key(request, purpose, token))


def shown_faults(faults: Sequence[Fault]) -> dict[str, Any]:
    """The first faults, and how many more there are."""
    return {"faults": faults[:SHOWN_FAULTS], "more_faults": max(0, len(faults) - SHOWN_FAULTS)}
