"""Where the firm stands: verdict with the chain map as a table, stage, scores, scenes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from recommendations.docx_parts.markup import (
    Body,
    Inline,
    Xml,
    accent,
    joined,
    line_break,
    muted,
    signal,
    strong,
)
from recommendations.print_words import DASH, Words, name_of, number

CORNERS: Final = ("design", "production", "supply_chain", "marketing")

Document = Mapping[str, Any]


def open_verdict(body: Body, verdict: Mapping[str, Any], words: Words) -> None:
    if not verdict.get("settled", True):
        types = words.say("either").join(name_of(one) for one in verdict["possible_types"])
        body.text(words.say("open_verdict"), words.stop, strong(types), style="Warning")


def _area_level(area: Mapping[str, Any], words: Words) -> str:
    return words.level(area["level"], "known" if area.get("applicable", True) else "not_applicable")


# Verdict ------------------------------------------------------------------------------------------


def verdict(body: Body, document: Document, words: Words) -> None:
    found = document["verdict"]
    body.chapter(words.say("ch_verdict"))
    open_verdict(body, found, words)
    if found.get("borderline"):
        body.text(found.get("borderline_text") or words.say("borderline"), style="Warning")
    _chain_map(body, found, words)
    _links(body, found, words)
    _steps(body, found, words)
    _questions(body, found.get("find_out") or (), words)
    _flags(body, document.get("flags") or (), words)


def _shown_state(state: str, words: Words) -> Xml:
    paint = {"joined": accent, "broken": signal}.get(state, muted)
    return paint(words.state(state))


def _chain_map(body: Body, found: Mapping[str, Any], words: Words) -> None:
    """The map as a table: areas against areas, the state of their link in the cell."""
    areas = [one for one in found["domains"] if one["id"] in CORNERS]
    states = {frozenset(link["ends"]): link["state"] for link in found["links"]}

    def cell(row: Mapping[str, Any], column: Mapping[str, Any]) -> Inline:
        state = states.get(frozenset((row["id"], column["id"])))
        return _shown_state(state, words) if state else DASH

    body.heading(words.say("chain_title"))
    body.small(words.say("chain_table_help"))
    rows = [
        [joined(strong(row["name"]), line_break(), muted(_area_level(row, words))), *(cell(row, one) for one in areas)]
        for row in areas
    ]
    share = 124 / max(len(areas), 1)
    body.table((44, *(share for _ in areas)), [words.say("area"), *(one["name"] for one in areas)], rows)
    view = found["view"]
    body.text(strong(view["name"]), words.stop, _shown_state(view["state"], words))


def _links(body: Body, found: Mapping[str, Any], words: Words) -> None:
    body.heading(words.say("links_title"))
    body.table(
        (44, 28, 24, 72),
        [words.say(key) for key in ("link", "state", "level_head_links", "today")],
        [
            (strong(row["name"]), _shown_state(row["state"], words), _level(row["level"]), row.get("text") or DASH)
            for row in (*found["links"], found["view"])
        ],
    )


def _level(level: int | None) -> Xml:
    return strong(DASH if level is None else level)


def _steps(body: Body, found: Mapping[str, Any], words: Words) -> None:
    body.heading(words.say("steps_title"))
    if not found["steps"]:
        body.text(words.say("steps_done"))
        return
    reach = accent(words.say("distance") + words.stop + words.steps(found["distance"]))
    body.text(reach, " · ", words.distance_note(found))
    body.table(
        (44, 62, 62),
        [words.say(key) for key in ("step", "from", "to")],
        [
            (
                joined(strong(one["name"]), "  ", muted(words.say("kind_" + one["kind"]))),
                joined(strong(one["from"]), "  ", one.get("from_text")),
                joined(accent(one["to"]), "  ", one.get("to_text")),
            )
            for one in found["steps"]
        ],
    )


def _questions(body: Body, questions: Sequence[Mapping[str, Any]], words: Words) -> None:
    if questions:
        body.heading(words.say("find_out"))
        body.small(words.say("find_out_help"))
        body.marked((accent("?"), joined(strong(one["name"]), words.stop, one.get("ask"))) for one in questions)


def _flags(body: Body, flags: Sequence[Mapping[str, Any]], words: Words) -> None:
    if flags:
        body.heading(words.say("flags"))
        body.marked((signal("!"), joined(one["text"], "  ", _about(one, words))) for one in flags)


def _about(flag: Mapping[str, Any], words: Words) -> Xml | None:
    answers = flag.get("answers") or ()
    return muted(words.enumerated(one["name"] for one in answers)) if answers else None


# Stage, dimensions, scenes ------------------------------------------------------------------------


def scores(body: Body, document: Document, words: Words) -> None:
    body.chapter(words.say("ch_scores"))
    body.heading(words.say("stage_title"))
    body.table(
        (14, 44, 86, 24),
        [words.say(key) for key in ("stage_number", "stage_name", "condition", "state")],
        [
            (
                strong(one["number"]),
                strong(words.cased(one["name"])),
                one.get("condition") or "",
                accent(words.say("met")) if one["met"] else muted(words.say("not_met")),
            )
            for one in document["stage"]["stages"]
        ],
    )
    body.heading(words.say("dimensions"))
    _dimensions(body, document["dimensions"], words, notes=True)


def _dimensions(body: Body, dimensions: Sequence[Mapping[str, Any]], words: Words, *, notes: bool) -> None:
    rows = [
        [
            strong(one["name"]),
            accent(words.say("not_scored") if one["value"] is None else number(one["value"], 0)),
            *([one.get("note") or ""] if notes else []),
        ]
        for one in dimensions
    ]
    body.table((60, 24, 84) if notes else (144, 24), (), rows)
    body.small(words.say("dimensions_scale"))


def scenes(body: Body, document: Document, words: Words) -> None:
    body.chapter(words.say("ch_scenes"))
    body.small(words.say("core_help"))
    rows: list[Sequence[Inline]] = []
    for area in document["verdict"]["domains"]:
        level = words.say("domain_level", level=_area_level(area, words)) if area["id"] in CORNERS else ""
        rows.append([joined(strong(area["name"]), "  ", muted(level))])
        rows += [_scene(scene, words) for scene in area["scenes"]]
    body.table((50, 24, 94), [words.say(key) for key in ("scene", "level_head", "today")], rows)


def _scene(scene: Mapping[str, Any], words: Words) -> tuple[Inline, ...]:
    core = accent(f"  {words.say('core')}") if scene.get("core") else None
    state = scene.get("state") or "known"
    known = scene.get("text") or words.level(scene["level"])
    shown = known if state == "known" else muted(words.say("state_" + state))
    return (joined(scene["name"], core), _level(scene["level"]), shown)
