"""What a diagnosis says, as plain data with both languages in it.

These are parts of the frozen document that page, PDF and DOCX show. A text is always
{"zh": ..., "en": ...}; `clusters.domain.localise` picks one language of all of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from clusters.domain.content_file import ContentModel, Text, load_model
from clusters.domain.languages import in_all, listed
from diagnosis.domain.amounts import with_unit
from diagnosis.domain.answers import Answers, Value
from diagnosis.domain.chain import DOMAINS, LINKS, MANAGEMENT, SCENES, SYSTEM_LEVEL, VIEW
from diagnosis.domain.diagnosis import Diagnosis
from diagnosis.domain.questionnaire import NOT_APPLICABLE, UNKNOWN, Page, Question, Questionnaire

Said = dict[str, str]
Part = dict[str, Any]


class Wording(ContentModel):
    """All texts by key, with {placeholders}."""

    texts: Mapping[str, Text]

    def say(self, key: str, **filled: Said | str | int) -> Said:
        text = self.texts[key]
        return {lang: _fill(said, lang, filled) for lang, said in text.to_dict().items()}


def _fill(text: str, lang: str, filled: Mapping[str, Said | str | int]) -> str:
    for name, value in filled.items():
        text = text.replace("{" + name + "}", str(value[lang] if isinstance(value, dict) else value))
    return text


def load_wording(folder: Path) -> Wording:
    return load_model(folder / "wording.yaml", Wording)


def option_text(question: Question, value: Value) -> Said:
    """One chosen option in words."""
    return question.options_by_id[str(value)].label.to_dict()


def answer_text(wording: Wording, question: Question, answers: Answers) -> Said:
    """The owner's answer in words: option, number with unit, ticks, text, or the special answer."""
    value = answers.get(question.id)
    if value is None:
        return wording.say("state.unanswered")
    if value in (UNKNOWN, NOT_APPLICABLE):
        return wording.say(f"state.{value}")
    if question.kind in ("scale", "choice"):
        return option_text(question, value)
    if question.kind == "number":
        assert question.unit is not None
        return with_unit(value, question.unit)  # type: ignore[arg-type]
    if isinstance(value, tuple):
        return _list_text(wording, question, value)
    return in_all(str(value))


def _list_text(wording: Wording, question: Question, items: tuple[str, ...]) -> Said:
    if not items:
        return wording.say("state.none_ticked" if question.kind == "ticks" else "state.unanswered")
    if question.kind == "text_list":
        return listed(in_all(item) for item in items)
    return listed(option_text(question, item) for item in items)


def _state(answers: Answers, id: str) -> str:
    if answers.is_na(id):
        return "not_applicable"
    return "unknown" if answers.level(id) is None else "known"


def _graded(questionnaire: Questionnaire, wording: Wording, answers: Answers, id: str) -> Part:
    """A scene, link or view with its level and the owner's answer."""
    question = questionnaire.questions[id]
    return {
        "id": id,
        "name": question.name.to_dict(),
        "level": answers.level(id),
        "state": _state(answers, id),
        "text": answer_text(wording, question, answers),
    }


def _link(
    questionnaire: Questionnaire, wording: Wording, answers: Answers, id: str, applicable: tuple[str, ...]
) -> Part:
    part = _graded(questionnaire, wording, answers, id)
    if not set(LINKS[id]) <= set(applicable):
        part["state"] = "not_applicable"
    elif part["state"] == "known":
        part["state"] = "joined" if part["level"] >= SYSTEM_LEVEL else "broken"
    return {**part, "ends": list(LINKS[id])}


def _domain(questionnaire: Questionnaire, wording: Wording, answers: Answers, diagnosis: Diagnosis, id: str) -> Part:
    scenes = [
        {**_graded(questionnaire, wording, answers, scene), "core": questionnaire.questions[scene].core}
        for scene, home in SCENES.items()
        if home == id
    ]
    verdict = diagnosis.verdict
    return {
        "id": id,
        "name": wording.say(f"domain.{id}"),
        "level": verdict.domains.get(id),
        "applicable": id == MANAGEMENT or id in verdict.applicable_domains,
        "scenes": scenes,
    }


def _step(questionnaire: Questionnaire, answer: str, start: int, end: int) -> Part:
    question = questionnaire.questions[answer]
    kind = "link" if answer in LINKS else "view" if answer == VIEW else "scene"
    return {
        "answer": answer,
        "name": question.name.to_dict(),
        "kind": kind,
        "from": start,
        "to": end,
        "from_text": option_text(question, start),
        "to_text": option_text(question, end),
    }


def named(wording: Wording, kind: str, id: str) -> Part:
    return {"id": id, "name": wording.say(f"{kind}.{id}")}


def _sentence(wording: Wording, diagnosis: Diagnosis, steps: list[Part]) -> Said:
    verdict = diagnosis.verdict
    if not verdict.settled:
        low, high = (wording.say(f"type.{type}") for type in verdict.possible_types)
        return wording.say("open.sentence", count=len(verdict.find_out), low=low, high=high)
    key = f"sentence.{verdict.type}"
    if verdict.type == "full_process" and len(verdict.applicable_domains) < len(DOMAINS):
        key = "sentence.full_process_three"
    first = steps[0]["name"] if steps else ""
    return wording.say(key, distance=verdict.distance, first=first)


def verdict_part(questionnaire: Questionnaire, wording: Wording, answers: Answers, diagnosis: Diagnosis) -> Part:
    """The verdict with chain map, steps and open questions."""
    verdict = diagnosis.verdict
    links = [_link(questionnaire, wording, answers, id, verdict.applicable_domains) for id in LINKS]
    steps = [_step(questionnaire, step.answer, step.from_level, step.to_level) for step in verdict.steps]
    side = "inside" if verdict.type == "full_process" else "outside"
    return {
        "type": named(wording, "type", verdict.type),
        "headline": wording.say(f"headline.{verdict.type}"),
        "sentence": _sentence(wording, diagnosis, steps),
        "settled": verdict.settled,
        "possible_types": [named(wording, "type", type) for type in verdict.possible_types],
        "find_out": [question_part(questionnaire.questions[id]) for id in verdict.find_out],
        "distance": verdict.distance,
        "distance_best": verdict.distance_best,
        "margin": verdict.margin,
        "borderline": verdict.borderline,
        "borderline_text": wording.say(f"borderline.{side}") if verdict.borderline else None,
        "steps": steps,
        "domains": [_domain(questionnaire, wording, answers, diagnosis, id) for id in (*DOMAINS, MANAGEMENT)],
        "links": links,
        "view": _view(questionnaire, wording, answers),
        "chain_title": wording.say(f"chain_title.{_chain_title(diagnosis, links)}"),
    }


def _chain_title(diagnosis: Diagnosis, links: list[Part]) -> str:
    """What the chain map shows of this firm; an open verdict promises nothing."""
    verdict = diagnosis.verdict
    if not verdict.settled:
        return "open"
    if verdict.type == "single_point" and not any(link["state"] == "broken" for link in links):
        return "missing"
    return verdict.type


def _view(questionnaire: Questionnaire, wording: Wording, answers: Answers) -> Part:
    part = _graded(questionnaire, wording, answers, VIEW)
    if part["state"] == "known":
        part["state"] = "joined" if part["level"] >= SYSTEM_LEVEL else "broken"
    return part


def question_part(question: Question) -> Part:
    return {"answer": question.id, "name": question.name.to_dict(), "ask": question.ask.to_dict()}


def stage_part(wording: Wording, diagnosis: Diagnosis) -> Part:
    stage = diagnosis.stage
    return {
        "reached": stage.reached,
        "name": wording.say(f"stage.{stage.reached}"),
        "stages": [
            {
                "number": number,
                "name": wording.say(f"stage.{number}"),
                "met": met,
                "condition": wording.say(f"stage_condition.{number}"),
            }
            for number, met in enumerate(stage.met, start=1)
        ],
    }


def dimensions_part(wording: Wording, diagnosis: Diagnosis) -> list[Part]:
    return [
        {
            **named(wording, "dimension", id),
            "value": value,
            "note": wording.say(f"dimension_note.{id if value is not None else 'missing'}"),
        }
        for id, value in diagnosis.dimensions.to_dict().items()
    ]


def flags_part(questionnaire: Questionnaire, wording: Wording, diagnosis: Diagnosis) -> list[Part]:
    return [
        {
            "id": flag.id,
            "text": wording.say(f"flag.{flag.id}"),
            "answers": [question_part(questionnaire.questions[id]) for id in flag.answers],
        }
        for flag in diagnosis.flags
    ]


def sheet_part(questionnaire: Questionnaire, wording: Wording, answers: Answers, diagnosis: Diagnosis) -> Part:
    """The official preparation sheet; never an official level (methodology section 9)."""
    sheet = diagnosis.official_sheet
    return {
        "foundation": sheet.foundation,
        "management": sheet.management,
        "results": sheet.results,
        "total": sheet.total,
        "items": [
            {
                "id": item.id,
                "part": item.part,
                "name": questionnaire.questions[item.id].name.to_dict(),
                "points": item.points,
                "max": item.maximum,
                "missing": item.missing,
                "text": answer_text(wording, questionnaire.questions[item.id], answers),
            }
            for item in sheet.items
        ],
        "scenes": [_graded(questionnaire, wording, answers, scene) for scene in SCENES],
        "note": wording.say("sheet.note"),
    }


def annex_part(questionnaire: Questionnaire, wording: Wording, answers: Answers) -> list[Part]:
    """Every question with the owner's answer, page by page."""

    def row(question: Question) -> Part:
        return {**question_part(question), "value": answer_text(wording, question, answers)}

    def rows(page: Page) -> list[Part]:
        return [row(questionnaire.questions[id]) for id in page.questions]

    return [{"id": page.id, "title": page.title.to_dict(), "rows": rows(page)} for page in questionnaire.pages]


def company_part(questionnaire: Questionnaire, wording: Wording, answers: Answers, diagnosis: Diagnosis) -> Part:
    def choice(id: str) -> Part | None:
        chosen = answers.choice(id)
        return {"id": chosen, "name": option_text(questionnaire.questions[id], chosen)} if chosen else None

    size = diagnosis.size_class
    return {
        "name": answers.choice("company_name") or "",
        "uscc": answers.choice("uscc") or "",
        "cluster": choice("cluster"),
        "subsector": choice("subsector"),
        "county": choice("county"),
        "employees": answers.number("employees"),
        "revenue": answers.number("revenue"),
        "size_class": named(wording, "size", size) if size else None,
        "facts": [
            {"answer": question.id, "name": question.name.to_dict(), "value": answer_text(wording, question, answers)}
            for question in questionnaire.group("profile")
            if question.id not in ("company_name",)
        ],
    }
