"""For comparison and for the file: peers, reference figures, cases, official preparation sheet, changes,
use of data, all answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from recommendations.docx_parts.markup import Body, Inline, Xml, accent, joined, muted, strong
from recommendations.print_words import DASH, Words, name_of, number

FULL_POINTS: Final = (("foundation", 50), ("management", 30), ("results", 20), ("total", 100))

Part = Mapping[str, Any]


# Comparison ---------------------------------------------------------------------------------------


def comparison(body: Body, document: Part, words: Words) -> None:
    body.chapter(words.say("ch_compare"))
    _peers(body, document.get("peers") or {}, words)
    _references(body, document.get("references") or (), words)
    _cases(body, document.get("cases") or (), words)


def _peers(body: Body, peers: Part, words: Words) -> None:
    """Diagnoses as firms filled them in, and apart from them those an officer has checked."""
    body.heading(words.say("peers"))
    kinds = (("reported", peers), ("verified", peers.get("verified") or {}))
    known = [(kind, group) for kind, group in kinds if group.get("figures")]
    if not known:
        body.text(words.say("no_peers"), style="Panel")
    for kind, group in known:
        _peer_group(body, kind, group, words)
    body.small(peers.get("note"))


def _peer_group(body: Body, kind: str, group: Part, words: Words) -> None:
    day = group.get("as_of")
    about = (
        words.say(kind),
        group.get("group"),
        words.say("firms", n=group.get("size") or DASH),
        words.say("as_of", day=words.day(day)) if day else None,
    )
    body.small(" · ".join(one for one in about if one))
    head = [words.say(key) for key in ("figure", "own", "median", "middle_half", "place")]
    body.table((52, 18, 24, 24, 50), head, [_peer_figure(one) for one in group["figures"]], figures=(1, 2, 3))


def _peer_figure(figure: Part) -> tuple[Inline, ...]:
    own, median = strong(number(figure.get("value"))), number(figure.get("median"))
    return (figure["name"], own, median, _middle_half(figure.get("quartiles") or ()), figure.get("place") or DASH)


def _middle_half(quartiles: Sequence[float]) -> str:
    if len(quartiles) != 3:
        return DASH
    low, high = number(quartiles[0]), number(quartiles[2])
    return low if low == high else f"{low}–{high}"


def _references(body: Body, references: Sequence[Part], words: Words) -> None:
    if references:
        body.heading(words.say("references"))
        body.small(words.say("references_help"))
        rows = [(one["name"], strong(one["value"]), one.get("section") or DASH) for one in references]
        body.table((92, 52, 24), [words.say(key) for key in ("figure", "value", "section")], rows)


def _cases(body: Body, cases: Sequence[Part], words: Words) -> None:
    if cases:
        body.heading(words.say("cases"))
    for case in cases:
        section = muted(f"  {words.say('paper', section=case['section'])}") if case.get("section") else None
        body.heading(case.get("title") or case.get("name"), section, level=3)
        body.small(accent(_case_reason(case, words)))
        body.text(case.get("text"))
        body.bullets(joined(one["name"], words.stop, strong(one["value"])) for one in case.get("figures") or ())
        if case.get("lesson"):
            body.text(accent(words.say("lesson") + words.stop), case["lesson"])


def _case_reason(case: Part, words: Words) -> str:
    """Why it is shown: it is of the firm's own cluster, or shows measures advised above."""
    origin = words.say("case_own" if case.get("own_cluster", True) else "case_other")
    titles = [one["title"] for one in case.get("measures") or ()]
    return words.say("case_measures", origin=origin) + words.stop + words.listed(titles) if titles else origin


# Official preparation sheet -----------------------------------------------------------------------


def sheet(body: Body, document: Part, words: Words) -> None:
    official = document.get("official_sheet")
    if not official:
        return
    body.chapter(words.say("ch_sheet"))
    body.text(strong(official.get("note") or words.say("sheet_note")), style="Panel")
    sheet_tables(body, official, words)


def sheet_tables(body: Body, official: Part, words: Words) -> None:
    """Points by part and item, then the levels of the scenes."""
    totals = [
        accent(words.say("out_of", n=number(official.get(key), 2), max=top)) for key, top in FULL_POINTS
    ]  # fmt: skip
    body.table((42,) * 4, [words.say(key) for key, _ in FULL_POINTS], [totals])
    items = official.get("items") or ()
    head = [words.say(key) for key in ("item", "answer", "points_head")]
    rows = [(one["name"], one.get("text") or "", _points(one, words)) for one in items]
    body.table((60, 76, 32), head, rows, figures=(2,))
    body.heading(words.say("sheet_scenes"))
    head = [words.say(key) for key in ("scene", "level_head", "today")]
    body.table((60, 32, 76), head, [_scene(one, words) for one in official.get("scenes") or ()])


def _points(item: Part, words: Words) -> Xml | str:
    if item["points"] is None:
        return muted(words.say("unknown"))
    return words.say("out_of", n=number(item["points"], 3), max=number(item["max"], 3))


def _scene(scene: Part, words: Words) -> tuple[Inline, ...]:
    state = scene.get("state") or "known"
    level = muted(words.say("state_" + state)) if state != "known" else strong(scene["level"])
    return (scene["name"], level, scene.get("text") or "")


# Changes, privacy, answers ------------------------------------------------------------------------


def changes(body: Body, document: Part, words: Words) -> None:
    since = document.get("changes")
    if not since:
        return
    body.chapter(words.say("ch_changes"))
    if since.get("since"):
        body.small(words.say("since", day=words.day(since["since"]), reference=since.get("reference") or DASH))
    rows = [(strong(name), before, accent(after)) for name, before, after in _change_rows(since, words)]
    body.table((46, 61, 61), [words.say(key) for key in ("question", "before", "now")], rows)
    if since.get("plan"):
        body.heading(words.say("earlier_roadmap"))
        body.marked(_earlier(one, words) for one in since["plan"])
    if since.get("not_compared"):
        body.small(words.say("not_compared", n=since["not_compared"]))


def _change_rows(since: Part, words: Words) -> list[tuple[str, str, str]]:
    rows = []
    if since.get("type_before"):
        types = [name_of(since.get(key), DASH) for key in ("type_before", "type_after")]
        rows.append((words.say("verdict_type"), *types))
    if since.get("distance_before") is not None:
        steps = [words.steps(since.get(key)) for key in ("distance_before", "distance_after")]
        rows.append((words.say("distance"), *steps))
    listed = [*(since.get("figures") or ())[len(rows) :], *(since.get("answers") or ())]
    return rows + [(one["name"], one.get("before") or DASH, one.get("after") or DASH) for one in listed]


def _earlier(measure: Part, words: Words) -> tuple[Inline, Inline]:
    if measure["done"]:
        return accent("✓"), joined(measure["title"], muted(f"  {words.say('done')}"))
    return muted(DASH), joined(measure["title"], muted(f"  {words.say('not_done')}"))


def privacy(body: Body, document: Part, words: Words) -> None:
    if document.get("privacy"):
        body.chapter(words.say("ch_privacy"))
        body.text(document["privacy"])


def annex(body: Body, document: Part, words: Words) -> None:
    groups = document.get("annex") or ()
    if not groups:
        return
    body.chapter(words.say("ch_annex"))
    rows: list[Sequence[Inline]] = []
    for group in groups:
        rows.append([strong(group["title"])])
        rows += [
            (strong(row["name"]), muted(row.get("ask") or ""), row.get("value") or words.say("blank"))
            for row in group.get("rows") or ()
        ]
    body.table((34, 64, 70), [words.say(key) for key in ("topic", "question", "answer")], rows)
