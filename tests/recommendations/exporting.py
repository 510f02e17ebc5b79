"""Exports as an officer asks for them, and what comes back."""

from __future__ import annotations

import csv
import io
from typing import Any

from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from clusters.models import AuditEvent, AuditKind, ClusterId, User
from recommendations import actions
from recommendations.models import OfficerFile
from tests.factories import make_officer

OWN, FOREIGN = ClusterId.FOOTWEAR, ClusterId.ELECTRONICS
PAGE = "admin:diagnosis_submission_export"
WISH = {"columns": "facts", "cells": "words", "language": "en", "format": "csv"}


def sign_in(client: Client) -> User:
    """An officer of one cluster, in English."""
    officer = make_officer(OWN, name="林专员")
    client.force_login(officer)
    client.cookies["language"] = "en"
    return officer


def address(**query: str) -> str:
    return reverse(PAGE, query=query) if query else reverse(PAGE)


def asked(client: Client, query: dict[str, str] | None = None, **wish: str) -> Any:
    return client.post(address(**(query or {})), {**WISH, **wish})


def rows_of(response: Any) -> list[dict[str, str]]:
    """The lines of a CSV answer by heading."""
    assert response.status_code == 200, response.content[:500]
    data = b"".join(response.streaming_content).decode()
    assert data.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(data[1:])))


def made(officer: User, file: OfficerFile) -> dict[str, list[tuple[Any, ...]]]:
    """The sheets of a file a worker made."""
    assert actions.build_officer_file(file_id=file.pk), OfficerFile.objects.get(pk=file.pk).error
    with default_storage.open(OfficerFile.objects.get(pk=file.pk).name) as stored:
        book = load_workbook(io.BytesIO(stored.read()))
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book.worksheets}


def logged(kind: str = AuditKind.LIST_EXPORTED) -> list[dict[str, Any]]:
    return list(AuditEvent.objects.filter(kind=kind).order_by("pk").values_list("detail", flat=True))
