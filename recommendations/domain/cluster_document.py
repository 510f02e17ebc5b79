"""The cluster view as one document with both languages: what the officers' page, its CSV and the report print.

Plain JSON, texts as {"zh", "en"}. It is made of views only (diagnosis.domain.cluster_view), so it holds nothing
that may not be shown. Group: {"id", "title": T, "intro": T, "figures": [figure], "after": T | None, "day": day of
an older part | None}; a figure is described in cluster_numbers.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from clusters.domain.languages import enumerated, in_all
from diagnosis.domain.chain import LINKS, VIEW
from diagnosis.domain.cluster_cells import Cell
from diagnosis.domain.cluster_facts import BARRIERS, LINK_COUNT, OUTCOMES
from diagnosis.domain.cluster_view import COVERED, Table, View
from diagnosis.domain.disclosure import THRESHOLD
from diagnosis.domain.wording import Said, Wording
from recommendations.domain.cluster_numbers import Figure, Words
from recommendations.domain.policy import money

Part = dict[str, Any]
STAGES: Final = range(6)
FAR: Final = ("3", "4", "5")  # stages from data interconnection on
MOST_MEASURES: Final = 10
PATHWAYS: Final = ("inclusive_empowerment", "technology_adaptation", "data_collaboration", "policy_support")
# The paper's coverage of one trade, beside the cluster it is a part of.
TRADE_COVERAGE: Final[Mapping[str, str]] = {
    "textiles_garments": "coverage_textiles_footwear", "footwear": "coverage_textiles_footwear",
    "crafts": "coverage_stone_carving",
}
PAPER_SINGLE: Final = ("single.share", "nothing", "single.links", "single.efficiency", "single.outcome",
                       "single.outcome", "single.outcome", "single.who", "nothing")
PAPER_FULL: Final = ("full.share", "nothing", "full.links", "full.efficiency", "full.cost", "full.better",
                     "full.better", "full.who", "nothing")


@dataclass(frozen=True, kw_only=True)
class Names:
    """What things are called: questions, types, stages and pathways by id; measures and programmes."""

    questions: Mapping[str, Said]
    wording: Wording
    measures: Mapping[str, Said] = field(default_factory=dict)
    programmes: Mapping[str, Said] = field(default_factory=dict)

    def measure(self, id: str) -> Said:
        return self.measures.get(id, in_all(id))

    def programme(self, id: str) -> Said:
        return self.programmes.get(id, in_all(id))


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the view is of. `left_out`: clusters without figures; `before_day`: day of the figures compared with."""

    scope: Said
    cluster: str  # empty for several
    verified: bool
    day: date | None
    made_on: date
    left_out: tuple[Said, ...] = ()
    before_day: date | None = None


def cluster_document(
    words: Words, names: Names, asked: Asked, view: View | None, before: View | None = None, *, too_few: bool = False
) -> Part:
    """The whole document; without a view only what it would be of, and why there is nothing."""
    basis = words.say("basis.verified" if asked.verified else "basis.reported")
    head = {
        "schema": 1, "title": words.say("title"), "report_title": words.say("report_title"), "scope": asked.scope,
        "basis": basis, "verified": asked.verified, "made_on": asked.made_on.isoformat(),
        "as_of": asked.day.isoformat() if asked.day else None, "left_out": _left_out(words, asked),
    }
    if view is None:
        text = words.say("status.too_few", basis=basis, least=THRESHOLD) if too_few else words.say("status.none")
        return {**head, "status": "too_few" if too_few else "none", "status_text": text}
    return {**head, "status": "shown", **_parts(words, names, asked, view, before, basis)}


def _parts(
    words: Words, names: Names, asked: Asked, view: View, before: View | None, basis: Said
) -> Part:
    return {
        "firms": words.say("firms_many", count=f"{view.firms:,}"), "legend": words.say("legend"),
        "table1": _table1(words, names, view),
        "coverage": _coverage(words, asked, view),
        "stages": _stages(words, names, view),
        "chain": _chain(words, names, view),
        "barriers": _barriers(words, names, view),
        "contradictions": [_coverage_and_effect(words, view), _leaders_and_tail(words, view), _depth(words, view)],
        "needs": _needs(words, names, view),
        "measures": _measures(words, names, view),
        "grants": _grants(words, names, view),
        "change": _change(words, names, asked, view, before),
        "limits": _limits(words, asked),
        "sources": _sources(words, asked, view, basis),
        "titles": {part: words.say(f"part.{part}") for part in ("contradictions", "policy", "limits", "sources")},
    }


def _left_out(words: Words, asked: Asked) -> Said | None:
    if not asked.left_out:
        return None
    return words.say("left_out", names=enumerated(asked.left_out), least=THRESHOLD)


def _group(words: Words, id: str, figures: Iterable[Figure], *, after: Said | None = None, day: str = "") -> Part:
    return {
        "id": id, "title": words.say(f"part.{id}"), "intro": words.say(f"intro.{id}"), "figures": list(figures),
        "after": after, "day": words.say("as_of_older", day=day) if day else None,
    }


# --- Table 1 --------------------------------------------------------------------------------


def _table1(words: Words, names: Names, view: View) -> Part:
    """Rows are features; columns the two types here and in the paper."""
    features: list[Said] = [
        words.say("table1.share"), words.say("table1.share_all"), words.say("table1.links"),
        *(names.questions[id] for id in OUTCOMES), words.say("table1.above"), words.say("table1.leaders"),
    ]
    columns = {type_: _type_column(words, view, type_) for type_ in COVERED}
    paper = {
        type_: [words.say(f"paper.{key}") for key in keys]
        for type_, keys in zip(COVERED, (PAPER_SINGLE, PAPER_FULL), strict=True)
    }
    return {
        "title": words.say("part.table1"), "intro": words.say("intro.table1"), "section": "2.2.2",
        "day": _day(words, view, *COVERED),
        "types": [names.wording.say(f"type.{type_}") for type_ in COVERED],
        "heads": {"feature": words.say("table1.feature"), "here": words.say("table1.here"),
                  "paper": words.say("table1.paper")},
        "rows": [
            {"name": feature, "cells": [cell for type_ in COVERED for cell in (columns[type_][at], paper[type_][at])]}
            for at, feature in enumerate(features)
        ],
    }


def _day(words: Words, view: View, *parts: str) -> Said | None:
    """The day of a part that is older than the rest."""
    days = [view.days[part] for part in parts if part in view.days]
    return words.say("as_of_older", day=min(days)) if days else None


def _type_column(words: Words, view: View, type_: str) -> list[Said]:
    covered = view.types.part(*COVERED) if view.types else None
    figures = (
        words.figure(type_, {}, view.types, type_, of=covered), words.figure(type_, {}, view.types, type_),
    )
    spread = view.outcomes.get(f"{type_}.{LINK_COUNT}")
    links = words.say("hidden") if spread is None else words.say("links_spread", middle=spread.quarter(2, grid=1))
    outcomes = [words.spread(view.outcomes.get(f"{type_}.{id}")) for id in OUTCOMES]
    who = [_who(words, view, row, type_) for row in ("scale.above", "tier.leaders")]
    return [*(_cell(words, figure) for figure in figures), links, *outcomes, *who]


def _cell(words: Words, figure: Figure) -> Said:
    """A share with its count and whole in one text."""
    if figure["state"] == "hidden":
        return words.say("hidden")
    of = words.say("of", count=figure["of"])
    return words.say("share_of", share=figure["share"], count=figure["count"], of=of)


def _who(words: Words, view: View, row: str, type_: str) -> Said:
    """How many firms of a type are in a row of a breakdown."""
    inside, whole = view.rows.get(row), view.rows.get(f"{row.split('.')[0]}.all")
    if inside is None or whole is None:
        return words.say("hidden")
    part, of = inside.part(type_), whole.part(type_)
    table = Table(cells={"yes": part, "no": Cell(max(0, of.low - part.high), of.high - part.low)}, of=of)
    return _cell(words, words.figure(type_, {}, table))


# --- groups of figures ------------------------------------------------------------------------


def _coverage(words: Words, asked: Asked, view: View) -> Part:
    trade = TRADE_COVERAGE.get(asked.cluster)
    folded = "scale.unknown" not in view.rows and "scale.below" in view.rows
    below = words.say("coverage.below_folded" if folded else "coverage.below")
    figures = [
        words.figure("all", words.say("coverage.all"), view.types, *COVERED, paper=trade),
        words.figure("above", words.say("coverage.above"), view.rows.get("scale.above"), *COVERED,
                     paper="coverage_above_scale"),
        words.figure("below", below, view.rows.get("scale.below"), *COVERED, paper="coverage_below_scale"),
    ]
    if "scale.unknown" in view.rows:
        figures.append(words.figure("unknown", words.say("coverage.unknown"), view.rows["scale.unknown"], *COVERED))
    if asked.cluster == "food_beverages":
        figures.append(words.figure("quality", words.say("coverage.quality"), view.traits.get("quality"),
                                    paper="coverage_food_quality_control"))
    return _group(words, "coverage", figures, day=view.days.get("scale", ""))


def _stages(words: Words, names: Names, view: View) -> Part:
    figures = [
        words.figure(str(stage), _numbered(stage, names.wording.say(f"stage.{stage}")), view.stages, str(stage))
        for stage in STAGES
    ]
    return _group(words, "stages", figures)


def _numbered(stage: int, name: Said) -> Said:
    return {lang: f"{stage} {text}" if stage else text for lang, text in name.items()}


def _barriers(words: Words, names: Names, view: View) -> Part:
    figures = [words.figure(id, names.questions[id], view.traits.get(id)) for id in BARRIERS]
    return _group(words, "barriers", sorted(figures, key=lambda figure: (figure["state"] == "hidden", -figure["low"])))


def _needs(words: Words, names: Names, view: View) -> Part:
    figures = [
        words.figure(id, names.wording.say(f"need.{id}"), view.needs, id)
        for id in PATHWAYS if view.needs is None or id in view.needs.cells
    ]
    if view.needs and "none" in view.needs.cells:
        figures.append(words.figure("none", words.say("needs.none"), view.needs, "none"))
    return _group(words, "needs", sorted(figures, key=lambda figure: (figure["id"] == "none", -figure["low"])))


def _measures(words: Words, names: Names, view: View) -> Part:
    figures = [words.figure(id, names.measure(id), table) for id, table in view.measures.items()]
    most = sorted(figures, key=lambda figure: (-figure["low"], figure["id"]))[:MOST_MEASURES]
    return _group(words, "measures", most, after=None if most else words.say("measures.none"))


def _grants(words: Words, names: Names, view: View) -> Part:
    figures = []
    for id, grant in sorted(view.grants.items()):
        if grant.amount is not None:
            amount = words.say("amount", amount=money(grant.amount).to_dict())
            figures.append({**words.figure(id, names.programme(id), grant.firms), "amount": amount})
    return _group(words, "grants", figures, after=None if figures else words.say("grants.none"))


# --- the chain --------------------------------------------------------------------------------


def _chain(words: Words, names: Names, view: View) -> Part:
    links = [
        {**words.figure(link, names.questions[link], view.traits.get(link)), "ends": list(ends), "worst": False}
        for link, ends in LINKS.items()
    ]
    worst = _worst(links)
    for link in links:
        link["worst"] = link["id"] in {one["id"] for one in worst}
    return {
        "title": words.say("part.chain"), "intro": words.say("intro.chain"), "figures": links,
        "view": words.figure(VIEW, names.questions[VIEW], view.traits.get(VIEW)),
        "areas": [{"id": area, "name": names.wording.say(f"domain.{area}")} for area in
                  ("design", "production", "supply_chain", "marketing")],
        "sentence": _worst_sentence(words, worst), "note": words.say("chain.own_design"),
        "mark": words.say("chain.worst_mark"),
    }


def _worst(links: list[Part]) -> list[Part]:
    """The links that may be the most broken one; none when all of them may, or none is known."""
    known = [link for link in links if link["state"] != "hidden"]
    if not known:
        return []
    least = min(link["high"] for link in known)
    found = [link for link in known if link["low"] <= least]
    return found if len(found) < len(known) else []


def _worst_sentence(words: Words, worst: list[Part]) -> Said:
    if not worst:
        return words.say("chain.hidden")
    if len(worst) > 1:
        return words.say("chain.several", links=enumerated(link["name"] for link in worst))
    return words.say("chain.weakest", link=worst[0]["name"], share=worst[0]["share"])


# --- the three contradictions (paper, section 3) ----------------------------------------------


def _contradiction(
    words: Words, number: int, figures: list[Figure], *, after: Said | None = None, day: Said | None = None
) -> Part:
    return {
        "id": f"contradiction_{number}", "number": number, "section": f"3.{number}",
        "title": words.say(f"contradiction.{number}"), "intro": words.say(f"contradiction.{number}.paper"),
        "figures": figures, "after": after, "day": day,
    }


def _coverage_and_effect(words: Words, view: View) -> Part:
    covered = view.types.part(*COVERED) if view.types else None
    figures = [
        words.figure("covered", words.say("row.covered"), view.types, *COVERED, paper="coverage_above_scale"),
        words.figure("full", words.say("row.full"), view.types, "full_process"),
        words.figure("full_of_covered", words.say("row.full_of_covered"), view.types, "full_process", of=covered,
                     paper="share_full_process"),
    ]
    spreads = {type_: words.spread(view.outcomes.get(f"{type_}.production_efficiency")) for type_ in COVERED}
    after = words.say("row.effect", full=spreads["full_process"], single=spreads["single_point"])
    return _contradiction(words, 1, figures, after=after)


def _leaders_and_tail(words: Words, view: View) -> Part:
    tables = {row: view.rows.get(f"tier.{row}") for row in ("leaders", "tail")}
    papers = {"leaders": "coverage_above_scale", "tail": "coverage_below_scale"}
    covered = [
        words.figure(f"{row}_covered", words.say(f"row.{row}_covered"), table, *COVERED, paper=papers[row])
        for row, table in tables.items()
    ]
    full = [
        words.figure(f"{row}_full", words.say(f"row.{row}_full"), table, "full_process")
        for row, table in tables.items()
    ]
    gaps = words.difference(*covered), words.difference(*full)
    after = words.say("row.gap", covered=gaps[0], full=gaps[1]) if gaps[0] and gaps[1] else None
    return _contradiction(words, 2, [*covered, *full], after=after, day=_day(words, view, "tier"))


def _depth(words: Words, view: View) -> Part:
    rows = {
        "ecosystem": ("ecosystem", None), "platform": ("chain_platform", None), "any_link": ("any_link", None),
        "five_g": ("five_g_use", "five_g_use"), "cloud": ("cloud_collaboration", None),
    }
    figures = [
        words.figure(id, words.say(f"row.{id}"), view.traits.get(trait), paper=paper)
        for id, (trait, paper) in rows.items()
    ]
    figures[-1]["paper"] = {**(words.paper("cloud_collaboration") or {}), "percent": None}  # not a share of firms
    full = words.figure("full", words.say("row.full"), view.types, "full_process", paper="share_full_process")
    return _contradiction(words, 3, [*figures, full])


# --- change, limits, sources --------------------------------------------------------------------


def _followed(words: Words, names: Names, view: View) -> list[Figure]:
    """The figures whose change is shown."""
    return [
        words.figure("covered", words.say("row.covered"), view.types, *COVERED),
        words.figure("full", words.say("row.full"), view.types, "full_process"),
        words.figure("stage3", words.say("change.stage3"), view.stages, *FAR),
        words.figure("any_link", words.say("row.any_link"), view.traits.get("any_link")),
        *(words.figure(id, names.questions[id], view.traits.get(id)) for id in (*LINKS, VIEW)),
        words.figure("ecosystem", words.say("row.ecosystem"), view.traits.get("ecosystem")),
    ]


def _change(words: Words, names: Names, asked: Asked, view: View, before: View | None) -> Part:
    part: Part = {"title": words.say("part.change"), "rows": [], "intro": words.say("change.none")}
    if before is None or asked.before_day is None:
        return part
    if before == view:
        return {**part, "intro": words.say("change.same")}
    heads = {"figure": words.say("column.figure"), **{id: words.say(f"change.{id}") for id in _HEADS}}
    rows = [
        {"id": now["id"], "name": now["name"], "then": _cell(words, then), "now": _cell(words, now),
         "difference": words.difference(now, then) or words.say("hidden")}
        for then, now in zip(_followed(words, names, before), _followed(words, names, view), strict=True)
    ]
    return {**part, "intro": words.say("intro.change", day=asked.before_day.isoformat()), "heads": heads, "rows": rows}


_HEADS: Final = ("then", "now", "difference")


def _limits(words: Words, asked: Asked) -> list[Said]:
    basis = "verified" if asked.verified else "reported"
    return [words.say(f"limit.{id}") for id in ("sample", basis, "latest", "unknown", "cause", "paper", "hidden")]


def _sources(words: Words, asked: Asked, view: View, basis: Said) -> list[Said]:
    firms = words.say("firms_many", count=f"{view.firms:,}")
    day = asked.day.isoformat() if asked.day else ""
    return [
        words.say("source.live", basis=basis, day=day, firms=firms), words.say("source.paper"),
        words.say("source.measures"),
    ]
