"""What to do: the four pathways with their measures, the roadmap, and the support programmes."""

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
from recommendations.print_words import DASH, Words, name_of, number, reason_mark

BAR: Final = "■■■"

Part = Mapping[str, Any]


# Pathways -----------------------------------------------------------------------------------------


def pathways(body: Body, document: Part, words: Words) -> None:
    needs = document.get("needs") or ()
    if not needs:
        return
    body.chapter(words.say("ch_pathways"))
    body.small(words.say("pathways_help"))
    body.small(document.get("providers_note"))
    for place, need in enumerate(needs, start=1):
        _pathway(body, need, place, words)


def _pathway(body: Body, need: Part, place: int, words: Words) -> None:
    score = muted(f"    {words.say('need_score')} {number(need['score'], 0)}")
    body.heading(f"{place}  {need['name']}", score)
    body.text(need.get("summary"))
    because = need.get("because") or ()
    if because:
        body.caption(words.say("because"))
        body.bullets(joined(strong(one["name"]), words.stop, one.get("text")) for one in because)
    measures = need.get("measures") or ()
    if not measures:
        body.small(words.say("no_measures"))
    for measure in measures:
        _measure(body, measure, words)


def _measure(body: Body, measure: Part, words: Words) -> None:
    paper = muted(f"  {words.say('paper', section=measure['paper'])}") if measure.get("paper") else None
    body.heading(measure["title"], paper, level=3)
    _standing(body, measure, words)
    body.text(measure.get("why"))
    if measure.get("trade"):
        body.text(accent(words.say("trade") + words.stop), measure["trade"])
    body.table(
        (48, 26, 52, 42),
        [words.say(key) for key in ("cost_band", "duration", "effort", "helpers")],
        [_measure_facts(measure, words)],
    )
    if measure.get("steps"):
        body.caption(words.say("what_to_do"))
        body.steps(measure["steps"])
    effects = measure.get("effects") or ()
    if effects:
        body.caption(words.say("effects"))
        body.bullets(joined(strong(one["name"]), f" → {one.get('to_text') or ''}") for one in effects)
    if measure.get("providers"):
        body.caption(words.say("directory"))
        body.bullets(_provider(one, words) for one in measure["providers"])
    _evidence(body, measure.get("evidence"), words)


def _standing(body: Body, measure: Part, words: Words) -> None:
    """When it can start: after what, or that it is there already."""
    waits = [_wait(one, words) for one in measure.get("waits") or ()]
    if waits:
        body.text(accent(words.say("starts_after") + words.stop), words.listed(waits))
    elif measure.get("standing") == "in_place":
        body.small(words.say("in_place"))


def _wait(wait: Part, words: Words) -> str:
    quarter = wait.get("quarter")
    return wait["text"] if quarter is None else wait["text"] + words.bracketed(words.say("quarter", n=quarter))


def _provider(provider: Part, words: Words) -> Xml:
    """One record of the directory of helpers."""
    day = provider.get("verified_on")
    verified = words.say("verified_on", day=words.day(day)) if day else None
    about = (provider.get("kind"), provider.get("contact"), provider.get("website"), verified)
    return joined(strong(provider["name"]), *(f" · {one}" for one in about if one))


def _measure_facts(measure: Part, words: Words) -> list[Inline]:
    cost = measure.get("cost") or {}
    planned = cost.get("planned")
    return [
        joined(
            strong(words.money_range(cost.get("low"), cost.get("high"))),
            joined(line_break(), muted(words.say("planned", cost=words.money(planned)))) if planned else None,
        ),
        words.months(measure.get("months")),
        measure.get("effort") or DASH,
        words.listed(measure.get("helpers") or ()),
    ]


def _evidence(body: Body, proof: Part | None, words: Words) -> None:
    if proof:
        label = words.say("evidence", section=proof.get("section") or DASH)
        figures = [f"{one['name']} {one['value']}" for one in proof.get("figures") or ()]
        came = f" · {words.semicolon.join(figures)}" if figures else None
        body.text(accent(label + words.stop), proof.get("text"), came, style="SmallText")


# Roadmap ------------------------------------------------------------------------------------------


def roadmap(body: Body, document: Part, words: Words) -> None:
    plan = document.get("roadmap")
    if not plan:
        return
    measures, quarters = plan.get("measures") or (), plan.get("quarters") or ()
    body.chapter(words.say("ch_roadmap"))
    _headline(body, plan, words)
    _missing(body, plan.get("missing"), words)
    if measures and quarters:
        _chart(body, plan, _grant_is_open(document), words)
        _by_quarter(body, quarters, words)
    elif not plan.get("reached"):
        body.text(words.say("no_plan"))
    if not plan.get("optimal", True):
        body.small(words.say("not_optimal"))
    for key in ("note", "cost_note"):
        body.small(plan.get(key))
    if document.get("net_cost") is not None:
        body.text(words.say("net_cost"), words.stop, strong(words.money(document["net_cost"])))


def _headline(body: Body, plan: Part, words: Words) -> None:
    reached = accent(f"✓ {words.say('reached_yes')}") if plan.get("reached") else signal(f"× {words.say('reached_no')}")
    budget = words.say("no_budget") if plan.get("budget") is None else words.money(plan["budget"])
    body.table(
        (80, 44, 44),
        [words.say(key) for key in ("target", "total_cost", "budget")],
        [
            (
                joined(strong(plan.get("target") or DASH), line_break(), reached),
                strong(words.money(plan.get("total_cost"))),
                budget,
            )
        ],
    )


def _missing(body: Body, gap: Part | None, words: Words) -> None:
    if not gap:
        return
    left = gap.get("distance")
    steps = words.say("missing_steps", steps=words.steps(left)) + words.stop if left is not None else None
    body.text(
        signal(words.say("missing")), line_break(), strong(steps) if steps else None, gap.get("text"), style="Warning"
    )


def period(measure: Part, words: Words) -> str:
    """The quarters a measure takes."""
    start, end = measure["start"], measure["end"]
    return words.say("quarter", n=start) if start == end else words.say("quarters_from_to", start=start, end=end)


def _chart(body: Body, plan: Part, open_grant: bool, words: Words) -> None:
    """The quarter chart as a table: one row a measure, one column a quarter, the cost at the end."""
    count = len(plan["quarters"])
    width = min(18.0, 84 / count)
    rows = [_chart_row(one, count, open_grant, words) for one in plan["measures"]]
    total: list[Inline] = [strong(words.say("total_cost")), *[""] * count, strong(words.money(plan.get("total_cost")))]
    quarters = [words.say("quarter", n=number) for number in range(1, count + 1)]
    body.table(
        (142 - width * count, *[width] * count, 26), [words.say("measure"), *quarters, words.say("cost")],
        [*rows, total], figures=(count + 1,),
    )  # fmt: skip


def _chart_row(measure: Part, count: int, open_grant: bool, words: Words) -> list[Inline]:
    granted = muted(f"  {words.say('grantable')}") if open_grant and measure.get("grantable") else None
    running = range(measure["start"], measure["end"] + 1)
    bars = [accent(BAR) if quarter in running else "" for quarter in range(1, count + 1)]
    return [joined(measure["title"], granted), *bars, words.money(measure["cost"])]


def _grant_is_open(document: Part) -> bool:
    """A programme may pay a grant to this firm."""
    policies = document.get("policies") or ()
    return any(one["verdict"] != "not_eligible" and not one.get("expired") for one in policies)


def _by_quarter(body: Body, quarters: Sequence[Part], words: Words) -> None:
    keys = ("quarter_head", "starts_here", "type_after", "distance_after", "quarter_cost", "spent")
    rows = [
        (
            strong(words.say("quarter", n=one["quarter"])),
            _started(one, words),
            words.cased(name_of(one["type"])),
            words.steps_left(one["distance"]),
            words.money(one["cost"]),
            strong(words.money(one["spent"])),
        )
        for one in quarters
    ]
    body.table((15, 57, 28, 18, 25, 25), [words.say(key) for key in keys], rows, figures=(4, 5))


def _started(quarter: Part, words: Words) -> Xml | str:
    starting = [one["title"] for one in quarter.get("measures") or () if one.get("starts", True)]
    return "\n".join(starting) if starting else muted(words.say("carries_on"))


# Programmes ---------------------------------------------------------------------------------------


def grants(body: Body, document: Part, words: Words) -> None:
    body.chapter(words.say("ch_grants"))
    policies = document.get("policies") or ()
    if not policies:
        body.text(words.say("no_policies"))
    for policy in policies:
        _programme(body, policy, words)


def verdict_word(policy: Part, words: Words) -> Xml:
    paint = {"eligible": accent, "not_eligible": signal}.get(policy["verdict"], strong)
    return paint(words.say(f"verdict_{policy['verdict']}"))


def caution(policy: Part, words: Words) -> str | None:
    """A rule not to be relied on says so."""
    if policy.get("expired"):
        return words.say("expired")
    return None if policy.get("verified", True) else words.say("unverified")


def dates(policy: Part, words: Words) -> str:
    recorded = words.say("recorded_on", day=words.day(policy.get("recorded_on")))
    verified = policy.get("verified_on")
    return f"{recorded} · {words.say('verified_on', day=words.day(verified))}" if verified else recorded


def reason_sign(state: str) -> Xml:
    paint = {"met": accent, "failed": signal}.get(state, muted)
    return paint(reason_mark(state))


def _programme(body: Body, policy: Part, words: Words) -> None:
    body.heading(policy["name"])
    origin = " · ".join(policy[key] for key in ("issuer", "number") if policy.get(key))
    body.text(verdict_word(policy, words), muted(f"  {origin}") if origin else None)
    body.text(caution(policy, words), style="Warning")
    reasons = policy.get("reasons") or ()
    if reasons:
        body.caption(words.say("conditions"))
        body.marked((reason_sign(one["state"]), one["text"]) for one in reasons)
    amount = policy.get("amount")
    body.caption(words.say("amount"))
    body.text(strong(DASH if amount is None else words.money(amount)))
    body.small(policy.get("amount_text"))
    possible = policy["verdict"] != "not_eligible"
    for key in ("benefit", "how") if possible else ("benefit",):
        if policy.get(key):
            body.caption(words.say(key))
            body.text(policy[key])
    if policy.get("documents") and possible:
        body.caption(words.say("documents"))
        body.bullets(policy["documents"])
    if policy.get("source"):
        body.small(words.say("source"), words.stop, policy["source"])
    body.small(dates(policy, words))
