"""The application data sheet: what the firm already said, arranged for one support programme.

Sheet: plain data for print, made from the frozen report document and one programme in it; nothing is
assessed again. Texts are {"zh": ..., "en": ...}. A programme the firm is not eligible for has no sheet.
Papers and conditions are those an officer recorded; the call's own text decides, and the sheet says so.
No official level is worked out (methodology section 9): scenes carry the owner's own answers.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from clusters.domain.content_file import Text
from clusters.domain.languages import in_all
from diagnosis.domain.wording import Part, Wording

WITH_SHEET: Final = ("eligible", "unsure")
PROGRAMME_KEYS: Final = (
    "id", "name", "issuer", "number", "source", "verdict", "verified", "recorded_on", "issued_on", "verified_on",
    "benefit", "how", "amount", "amount_text",
)  # fmt: skip
OFFICIAL_KEYS: Final = ("foundation", "management", "results", "total", "items", "scenes")

Document = Mapping[str, Any]


class NoSheet(Exception):
    """The document has no such programme, or the firm is not eligible for it."""


def programmes_with_sheet(document: Document) -> tuple[str, ...]:
    """Ids of the programmes the firm may apply for, in the order of the report."""
    return tuple(one["id"] for one in document.get("policies") or () if one["verdict"] in WITH_SHEET)


def _programme(document: Document, id: str) -> Part:
    if id not in programmes_with_sheet(document):
        raise NoSheet(id)
    return next(one for one in document["policies"] if one["id"] == id)


def _facts(company: Part, words: Mapping[str, Text]) -> list[Part]:
    """Name, the facts of the questionnaire, and code and size class unless they are among these."""
    facts = [{"name": one["name"], "value": one["value"]} for one in company.get("facts") or ()]
    said = [fact["value"] for fact in facts]
    code, size = company.get("uscc"), company.get("size_class")
    more = [("sheet_uscc", in_all(code) if code else None), ("sheet_size", size and size["name"])]
    name = {"name": words["sheet_name"].to_dict(), "value": company["name"]}
    added = [{"name": words[key].to_dict(), "value": value} for key, value in more if value and value not in said]
    return [name, *facts, *added]


def _condition(reason: Part) -> Part:
    """`answers` is empty where the questionnaire does not ask and the owner has to confirm."""
    answers = [{"name": one["name"], "text": one["text"]} for one in reason.get("answers") or ()]
    return {"text": reason["text"], "state": reason["state"], "answers": answers}


def _spend(roadmap: Part | None) -> Part:
    """Measures of the roadmap that count for support, with planned cost in RMB and quarters."""
    measures = [
        {key: one[key] for key in ("id", "title", "start", "end", "cost")}
        for one in (roadmap or {}).get("measures") or ()
        if one.get("grantable")
    ]
    return {"measures": measures, "total": sum(one["cost"] for one in measures)}


def application_sheet(document: Document, programme: str, words: Wording) -> Part:
    """The sheet of one programme; raises NoSheet. `words` are those of content/print_words.yaml."""
    chosen = _programme(document, programme)
    conditions = [_condition(reason) for reason in chosen.get("reasons") or ()]
    official = document.get("official_sheet")
    return {
        "reference": document["reference"],
        "submitted_on": document["submitted_on"],
        "content_version": document["content_version"],
        "company": {"name": document["company"]["name"]},
        "words": {key: text.to_dict() for key, text in words.texts.items() if key.startswith("sheet_")},
        "programme": {key: chosen.get(key) for key in PROGRAMME_KEYS},
        "facts": _facts(document["company"], words.texts),
        "conditions": conditions,
        "open": any(one["state"] == "unknown" for one in conditions),
        "spend": _spend(document.get("roadmap")),
        "official": {key: official.get(key) for key in OFFICIAL_KEYS} if official else None,
        "papers": chosen.get("documents") or [],
    }


__all__ = ["WITH_SHEET", "NoSheet", "application_sheet", "programmes_with_sheet"]
