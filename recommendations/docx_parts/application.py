"""The application data sheet as an editable file: the same parts in the same order as application.typ."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from recommendations.docx_parts.advice import caution, dates, period, reason_sign, verdict_word
from recommendations.docx_parts.markup import Body, Inline, joined, muted, strong
from recommendations.docx_parts.records import sheet_tables
from recommendations.print_words import Words

Part = Mapping[str, Any]


def application(body: Body, sheet: Part, words: Words) -> None:
    programme = sheet["programme"]
    body.text(words.say("sheet_title"), style="Subtitle")
    body.text(programme["name"], style="Title")
    body.small(words.say("sheet_intro"))
    body.text(strong(words.say("sheet_note")), style="Panel")
    _programme(body, programme, words)
    _facts(body, sheet, words)
    _conditions(body, sheet, words)
    _spend(body, sheet["spend"], words)
    if sheet.get("official"):
        body.chapter(words.say("sheet_official"))
        sheet_tables(body, sheet["official"], words)
    _papers(body, sheet, words)


def _programme(body: Body, programme: Part, words: Words) -> None:
    body.chapter(words.say("sheet_programme"))
    origin = " · ".join(programme[key] for key in ("issuer", "number") if programme.get(key))
    body.text(verdict_word(programme, words), muted(f"  {origin}") if origin else None)
    body.text(caution(programme, words), style="Warning")
    for key in ("benefit", "amount", "how"):
        text = programme.get("amount_text" if key == "amount" else key)
        if text:
            body.caption(words.say(key))
            body.text(text)
    if programme.get("source"):
        body.small(words.say("source"), words.stop, programme["source"])
    body.small(dates(programme, words))


def _facts(body: Body, sheet: Part, words: Words) -> None:
    body.chapter(words.say("sheet_facts"))
    body.table((60, 108), (), [(muted(one["name"]), one["value"]) for one in sheet["facts"]])


def _conditions(body: Body, sheet: Part, words: Words) -> None:
    body.chapter(words.say("sheet_conditions"))
    head = [words.say(f"sheet_{key}") for key in ("condition", "answer", "check")]
    body.table((74, 64, 30), head, [_condition(one, words) for one in sheet["conditions"]])
    if sheet["open"]:
        body.text(words.say("sheet_open"), style="Warning")


def _condition(condition: Part, words: Words) -> tuple[Inline, ...]:
    said = [f"{one['name']}{words.stop}{one['text']}" for one in condition["answers"]]
    state = condition["state"]
    return (
        condition["text"],
        "\n".join(said) or (muted(words.say("sheet_confirm")) if state == "unknown" else ""),
        joined(reason_sign(state), f" {words.say('sheet_' + state)}"),
    )


def _spend(body: Body, spend: Part, words: Words) -> None:
    body.chapter(words.say("sheet_spend"))
    if not spend["measures"]:
        body.text(words.say("sheet_spend_none"))
        return
    body.small(words.say("sheet_spend_help"))
    rows: list[tuple[Inline, ...]] = [
        (one["title"], period(one, words), words.money(one["cost"]), "") for one in spend["measures"]
    ]
    rows.append((strong(words.say("sheet_total")), "", strong(words.money(spend["total"])), ""))
    head = [words.say(key) for key in ("measure", "period", "sheet_planned", "sheet_own_amount")]
    body.table((78, 26, 30, 34), head, rows, figures=(2,))


def _papers(body: Body, sheet: Part, words: Words) -> None:
    body.chapter(words.say("sheet_papers"))
    if sheet["papers"]:
        body.marked(("□", one) for one in sheet["papers"])
    else:
        body.text(words.say("sheet_papers_none"))
