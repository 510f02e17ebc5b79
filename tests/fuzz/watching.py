"""One request with everything checked that must hold for any input, and undone afterwards.

Never an answer of 500 or above, nothing logged as an error; a refused request leaves every row and every stored file
as it was; nothing of the owner's text is run, by a browser, a template or as a second header.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Final

from django.core.signals import request_finished
from django.db import close_old_connections, connection, transaction
from django.test import Client

from tests.fuzz.payloads import MARK, PRODUCT
from tests.recommendations.jobs import stored_files

# Tables that say nothing about firms: who is signed in, how often somebody tried, what is kept for a moment.
FLEETING: Final = frozenset({"django_session", "cache"})
WRITES: Final = ("INSERT", "UPDATE", "DELETE", "COPY")
WRONG_IN_FORM: Final = (b'class="errornote', b'class="errorlist', b"invalid-feedback", b"error-summary")


class _Errors(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.name.startswith("django.security"):
            return  # refused by Django, which calls its own refusals errors
        reason = record.exc_info[1] if record.exc_info else None
        self.lines.append(f"{record.getMessage()} {reason!r}")


@contextmanager
def errors_logged() -> Iterator[list[str]]:
    """The lines logged as errors meanwhile."""
    handler = _Errors()
    logging.getLogger().addHandler(handler)
    try:
        yield handler.lines
    finally:
        logging.getLogger().removeHandler(handler)


def rows_now() -> dict[str, str]:
    """What every table holds, but for the fleeting ones."""
    tables = [name for name in connection.introspection.table_names() if name not in FLEETING]
    parts = (
        f"SELECT '{name}', md5(coalesce(string_agg(t::text, '' ORDER BY t::text), '')) FROM {name} t" for name in tables
    )
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts))
        return dict(cursor.fetchall())


def was_refused(response: Any) -> bool:
    """By its status, or because the form is shown again with what is wrong."""
    if response.status_code >= 400:
        return True
    return (
        response.status_code == 200
        and not response.streaming
        and any(sign in response.content for sign in WRONG_IN_FORM)
    )


def close(response: Any) -> None:
    """The files of an answer whose body nobody took; without the end of a request, which would close the database."""
    request_finished.disconnect(close_old_connections)
    response.close()
    request_finished.connect(close_old_connections)


@dataclass
class Watched:
    """A browser whose requests are watched. `rows` and `files` are how all is now, and must be after a refusal."""

    client: Client
    rows: dict[str, str]
    files: set[str]
    wrote: bool = False

    def __post_init__(self) -> None:
        self.cookies = deepcopy(self.client.cookies)

    def send(self, method: str, path: str, what: Any = "", **more: Any) -> Any:
        """The answer; `what` is printed with a failure."""
        self.client.cookies, self.wrote = deepcopy(self.cookies), False
        with errors_logged() as lines, transaction.atomic():
            with connection.execute_wrapper(self._note):
                response = self.client.generic(method, path, **more)
                body = b"".join(response.streaming_content) if response.streaming else response.content
                close(response)
            try:
                self._check(response, body, lines)
            except AssertionError as error:
                error.add_note(f"{method} {path[:300]!a} {what!a:.2000} -> {response.status_code} {lines}")
                raise
            finally:
                transaction.set_rollback(True)
        return response

    def _note(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        self.wrote |= sql.startswith(WRITES)
        return execute(sql, params, many, context)

    def _check(self, response: Any, body: bytes, lines: list[str]) -> None:
        assert response.status_code < 500
        assert not lines
        assert MARK.encode() not in body or "text/html" not in response.get("Content-Type", "")
        assert PRODUCT.encode() not in body
        assert not [name for name in response.headers if name.lower().startswith("x-injected")]
        if was_refused(response) and self.wrote:
            assert rows_now() == self.rows
            assert stored_files() == self.files
