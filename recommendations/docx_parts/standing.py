"""Where the firm stands: cover, summary, verdict with the chain map in words, stage, scores, scenes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from recommendations.docx_parts.markup import (
    Body,
    Inline,
    Xml,
    accent,
    contents,
    joined,
    line_break,
    muted,
    page_break,
    signal,
    strong,
)
from recommendations.glyphs import shortened
from recommendations.print_words import DASH, Words, name_of, number

COVER_COLUMNS: Final = 200  # two for a Chinese character; the annex holds the whole name
MOST_STEPS, MOST_NEEDS = 6, 3  # in the summary
CORNERS: Final = ("design", "production", "supply_chain", "marketing")

Document = Mapping[str, Any]


# Cover --------------------------------------------------------------------------------------------


def cover(body: Body, document: Document, words: Words, chapters: Sequence[str]) -> None:
    verdict, company = document["verdict"], document["company"]
    body.small(name_of(company.get("cluster")))
    body.text(words.say("report_title"), style="Subtitle")
    body.text(shortened(company["name"], COVER_COLUMNS) or DASH, style="Title")
    body.text(accent(words.cased(name_of(verdict["type"]))), f"  {verdict.get('headline') or ''}")
    _facts(body, company, words)
    body.text(words.say("contents"), style="CoverHeading")
    body.add(contents(chapters))
    body.text("", style="AfterTable")
    body.table((56, 56, 56), [words.say(key) for key in ("date", "reference", "version")], [_imprint(document, words)])
    body.add(page_break())


def _facts(body: Body, company: Mapping[str, Any], words: Words) -> None:
    rows = [(fact["name"], fact["value"]) for fact in company.get("facts") or ()]
    if company.get("uscc") and all(value != company["uscc"] for _, value in rows):
        rows.append((words.say("uscc"), company["uscc"]))
    if rows:
        body.text(words.say("company_facts"), style="CoverHeading")
        body.table((60, 108), (), [(muted(name), value) for name, value in rows])


def _imprint(document: Document, words: Words) -> list[Inline]:
    revision = document.get("revision") or 1
    version = [document["content_version"], *([words.say("revision", n=revision)] if revision > 1 else [])]
    return [words.day(document["submitted_on"]), strong(document["reference"]), " · ".join(version)]


# Summary ------------------------------------------------------------------------------------------


def summary(body: Body, document: Document, words: Words) -> None:
    verdict = document["verdict"]
    body.chapter(words.say("ch_summary"))
    body.text(
        accent(words.cased(name_of(verdict["type"]))), line_break(), strong(verdict.get("headline") or ""),
        line_break(), verdict.get("sentence"), style="Panel",
    )  # fmt: skip
    _open(body, verdict, words)
    figures = _key_figures(document, words)
    body.table(
        (56, 56, 56), [label for label, _, _ in figures],
        [[accent(value) for _, value, _ in figures], [muted(note) for _, _, note in figures]],
    )  # fmt: skip
    body.heading(words.say("chain"))
    body.text(chain_in_words(verdict, words))
    body.heading(words.say("dimensions"))
    _dimensions(body, document["dimensions"], words, notes=False)
    _next_steps(body, verdict, words)
    _top_needs(body, document, words)
    _first_quarter(body, document, words)


def _open(body: Body, verdict: Mapping[str, Any], words: Words) -> None:
    if not verdict.get("settled", True):
        types = words.say("either").join(name_of(one) for one in verdict["possible_types"])
        body.text(words.say("open_verdict"), words.stop, strong(types), style="Warning")


def _key_figures(document: Document, words: Words) -> list[tuple[str, str, str]]:
    """Label, value and note of distance, stage and cost."""
    verdict, stage, plan = document["verdict"], document["stage"], document.get("roadmap") or {}
    reached, quarters = stage["reached"], len(plan.get("quarters") or ())
    return [
        (words.say("distance"), words.steps(verdict["distance"]), _distance_note(verdict, words)),
        (
            words.say("stage"),
            words.cased(stage["name"]) if reached else words.say("stage_before"),
            words.say("stage_of", n=reached) if reached else "",
        ),
        (
            words.say("plan_cost"),
            words.money(plan["total_cost"]) if quarters else DASH,
            _cost_note(document.get("net_cost"), plan, words),
        ),
    ]


def _distance_note(verdict: Mapping[str, Any], words: Words) -> str:
    distance, best = verdict["distance"], verdict.get("distance_best")
    if distance == 0:
        return ""
    if best is not None and best < distance:
        return words.say("distance_best", n=best)
    return words.say("distance_help")


def _cost_note(net: float | None, plan: Mapping[str, Any], words: Words) -> str:
    quarters = len(plan.get("quarters") or ())
    if not quarters:
        return words.say("no_plan")
    if net is not None and net != plan["total_cost"]:
        return f"{words.say('net_cost')} {words.money(net)}"
    return words.say("plan_quarter" if quarters == 1 else "plan_quarters", n=quarters)


def chain_in_words(verdict: Mapping[str, Any], words: Words) -> str:
    """What the drawing of the PDF says to those who cannot see it."""
    areas = [one for one in verdict["domains"] if one["id"] in CORNERS]
    return words.say(
        "chain_alt",
        domains=words.enumerated(f"{one['name']} {_area_level(one, words)}" for one in areas),
        links=words.enumerated(f"{one['name']} {words.say('state_' + one['state'])}" for one in verdict["links"]),
        view=f"{verdict['view']['name']}{words.stop}{words.say('state_' + verdict['view']['state'])}",
    )


def _area_level(area: Mapping[str, Any], words: Words) -> str:
    return words.level(area["level"], "known" if area.get("applicable", True) else "not_applicable")


def _next_steps(body: Body, verdict: Mapping[str, Any], words: Words) -> None:
    body.heading(words.say("steps_title"))
    steps = verdict["steps"]
    if not steps:
        body.small(words.say("steps_done"))
        return
    body.steps(
        [
            joined(one["name"], "  ", muted(f"{words.say('kind_' + one['kind'])} {one['from']} → {one['to']}"))
            for one in steps[:MOST_STEPS]
        ]
    )
    if len(steps) > MOST_STEPS:
        body.small(words.say("more_steps", n=len(steps) - MOST_STEPS))


def _top_needs(body: Body, document: Document, words: Words) -> None:
    needs = document.get("needs") or []
    if needs:
        body.heading(words.say("top_needs"))
        score = words.say("need_score")
        rows = [
            (joined(strong(one["name"]), line_break(), f"{score} {number(one['score'], 0)}"), one.get("summary") or "")
            for one in needs[:MOST_NEEDS]
        ]
        body.table((52, 116), (), rows)


def _first_quarter(body: Body, document: Document, words: Words) -> None:
    body.heading(words.say("first_quarter"))
    quarters = (document.get("roadmap") or {}).get("quarters") or []
    measures = quarters[0].get("measures") if quarters else None
    if not measures:
        body.small(words.say("no_plan"))
        return
    first = quarters[0]
    body.bullets([strong(one["title"]) for one in measures])
    facts = (
        ("quarter_cost", words.money(first["cost"])),
        ("type_after", words.cased(name_of(first["type"]))),
        ("distance_after", words.steps_left(first["distance"])),
    )
    body.text(*(part for key, value in facts for part in (words.say(key), words.stop, strong(value), "    ")))


# Verdict ------------------------------------------------------------------------------------------


def verdict(body: Body, document: Document, words: Words) -> None:
    found = document["verdict"]
    body.chapter(words.say("ch_verdict"))
    body.text(strong(found.get("headline") or name_of(found["type"])))
    body.text(found.get("sentence"))
    _open(body, found, words)
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
    body.text(reach, " · ", _distance_note(found, words))
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
