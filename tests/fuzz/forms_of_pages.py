"""The forms of a page as a browser would send them: for each address the values of its fields."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin

Fields = dict[str, list[str]]


class _Forms(HTMLParser):
    """Collects `forms`: address -> fields. A choice without a chosen option takes its last one."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self.address, self.forms, self._fields = address, dict[str, Fields](), Fields()
        self._select = self._text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        name = given.get("name", "")
        if tag == "form":
            self._fields = self.forms.setdefault(urljoin(self.address, given.get("action", "")).split("#")[0], {})
        elif tag in ("input", "button") and name:
            self._fields.setdefault(name, []).append(given.get("value", "on"))
        elif tag in ("select", "textarea"):
            self._select, self._text = (name, "") if tag == "select" else ("", name)
            self._fields.setdefault(name, [])
        elif tag == "option" and self._select:
            chosen = self._fields[self._select]
            chosen[0 if "selected" in given else len(chosen) :] = [given.get("value", "")]

    def handle_data(self, data: str) -> None:
        if self._text:
            self._fields[self._text] = [data.strip()]

    def handle_endtag(self, tag: str) -> None:
        if tag in ("select", "textarea"):
            self._select = self._text = ""
        if tag == "form":
            self._fields = Fields()


def forms_in(response: Any, address: str) -> dict[str, Fields]:
    """Fields by the address a form is sent to; every field has one value, what it held or could hold."""
    if not response.get("Content-Type", "").startswith("text/html") or response.streaming:
        return {}
    reader = _Forms(address)
    reader.feed(response.content.decode())
    return {to: {name: values[-1:] for name, values in fields.items()} for to, fields in reader.forms.items()}
