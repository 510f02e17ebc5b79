"""The first page, which can stand alone, and what follows it: facts about the firm and the contents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from recommendations.docx_parts.advice import verdict_word
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
from recommendations.docx_parts.standing import open_verdict
from recommendations.glyphs import shortened
from recommendations.print_words import DASH, Words, mark, name_of

TITLE_COLUMNS: Final = 200  # two for a Chinese character; the annex holds the whole name
MOST_LINES, MOST_GRANTS, MOST_HELPERS = 7, 2, 2

Part = Mapping[str, Any]


def summary(body: Body, document: Part, words: Words) -> None:
    verdict = document["verdict"]
    _masthead(body, document, words)
    body.chapter(words.say("ch_summary"))
    body.text(
        accent(words.cased(name_of(verdict["type"]))), line_break(), strong(verdict.get("headline") or ""),
        line_break(), verdict.get("sentence"), style="Panel",
    )  # fmt: skip
    open_verdict(body, verdict, words)
    figures = _key_figures(document, words)
    body.table(
        (56, 56, 56), [label for label, _, _ in figures],
        [[accent(value) for _, value, _ in figures], [muted(note) for _, _, note in figures]],
    )  # fmt: skip
    _chain(body, verdict, words)
    _next_steps(body, document.get("next") or (), words)
    _grants(body, document.get("policies") or (), words)


def _masthead(body: Body, document: Part, words: Words) -> None:
    company = document["company"]
    body.text(words.say("report_title"), style="Subtitle")
    body.text(shortened(company["name"], TITLE_COLUMNS) or DASH, style="Title")
    about = (name_of(company.get(key)) for key in ("cluster", "subsector", "county", "size_class"))
    body.small(" · ".join(words.cased(one) for one in about if one))
    body.table((56, 56, 56), [words.say(key) for key in ("date", "reference", "version")], [_imprint(document, words)])


def _imprint(document: Part, words: Words) -> list[Inline]:
    revision = document.get("revision") or 1
    version = [document["content_version"], *([words.say("revision", n=revision)] if revision > 1 else [])]
    return [words.day(document["submitted_on"]), strong(document["reference"]), " · ".join(version)]


def _key_figures(document: Part, words: Words) -> list[tuple[str, str, str]]:
    """Label, value and note of distance, stage and cost."""
    verdict, stage, plan = document["verdict"], document["stage"], document.get("roadmap") or {}
    reached, quarters = stage["reached"], len(plan.get("quarters") or ())
    return [
        (words.say("distance"), words.steps(verdict["distance"]), words.distance_note(verdict)),
        (
            words.say("stage"),
            words.cased(stage["name"]) if reached else words.say("stage_before"),
            words.say("stage_of", n=reached) if reached else "",
        ),
        (
            words.say("plan_cost"),
            words.money(plan["total_cost"]) if quarters else DASH,
            _cost_note(document, plan, words),
        ),
    ]


def _cost_note(document: Part, plan: Part, words: Words) -> str:
    quarters, net = len(plan.get("quarters") or ()), document.get("net_cost")
    if not quarters:
        return words.say("no_plan" if document["verdict"]["distance"] else "plan_done")
    if net is not None and net != plan["total_cost"]:
        return f"{words.say('net_cost')} {words.money(net)}"
    return words.say("plan_quarter" if quarters == 1 else "plan_quarters", n=quarters)


# The chain ----------------------------------------------------------------------------------------


def _chain(body: Body, verdict: Part, words: Words) -> None:
    """What is broken or not known first, then the scenes to raise, then what holds."""
    body.heading(verdict.get("chain_title") or words.say("chain_title"))
    links = [one for one in (*verdict["links"], verdict["view"]) if one["state"] != "not_applicable"]
    scenes = [one for one in verdict["steps"] if one["kind"] == "scene"]
    raised = [(signal("↑"), _named(one, one.get("to_text"), words)) for one in scenes]
    weak = [_link(one, words) for one in links if one["state"] != "joined"]
    held = [_link(one, words) for one in links if one["state"] == "joined"]
    body.marked([*weak, *raised, *held][:MOST_LINES])


def _named(part: Part, text: str | None, words: Words) -> Xml:
    return joined(strong(part["name"]), words.stop, text)


def _link(link: Part, words: Words) -> tuple[Inline, Inline]:
    paint = {"joined": accent, "broken": signal}.get(link["state"], muted)
    return paint(mark(link["state"])), _named(link, link.get("text"), words)


# What to do ---------------------------------------------------------------------------------------


def _next_steps(body: Body, steps: Sequence[Part], words: Words) -> None:
    body.heading(words.say("next_title"))
    if not steps:
        body.small(words.say("no_plan"))
        return
    head = [words.say(key) for key in ("measure", "when", "price", "helpers")]
    body.table((68, 20, 28, 52), head, [_next_step(one, words) for one in steps], figures=(2,))


def _next_step(step: Part, words: Words) -> tuple[Inline, ...]:
    quarter = step.get("quarter")
    when = words.say("any_time") if quarter is None else words.say("quarter", n=quarter)
    helpers = words.listed((step.get("helpers") or ())[:MOST_HELPERS])
    return (strong(step["title"]), when, words.money(step["cost"]), helpers)


def _grants(body: Body, policies: Sequence[Part], words: Words) -> None:
    body.heading(words.say("ch_grants"))
    if not policies:
        body.small(words.say("no_policies"))
    for policy in policies[:MOST_GRANTS]:
        about = _about_grant(policy, words)
        body.text(verdict_word(policy, words), "  ", strong(policy["name"]), f" · {about}" if about else None)


def _about_grant(policy: Part, words: Words) -> str | None:
    failed = [one["text"] for one in policy.get("reasons") or () if one["state"] == "failed"]
    if policy.get("expired"):
        return words.say("expired")
    if policy.get("amount") is not None:
        return f"{words.say('amount')}{words.stop}{words.money(policy['amount'])}"
    return f"{words.say('reason_failed')}{words.stop}{failed[0]}" if failed else None


# Facts and contents -------------------------------------------------------------------------------


def about(body: Body, document: Part, words: Words, chapters: Sequence[str]) -> None:
    body.add(page_break())
    _facts(body, document["company"], words)
    body.text(words.say("contents"), style="CoverHeading")
    body.add(contents(chapters))
    body.text("", style="AfterTable")


def _facts(body: Body, company: Part, words: Words) -> None:
    rows = [(fact["name"], fact["value"]) for fact in company.get("facts") or ()]
    if company.get("uscc") and all(value != company["uscc"] for _, value in rows):
        rows.append((words.say("uscc"), company["uscc"]))
    if rows:
        body.text(words.say("company_facts"), style="CoverHeading")
        body.table((60, 108), (), [(muted(name), value) for name, value in rows])
