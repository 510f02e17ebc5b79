"""Filling texts with the firm's own facts, and the fixed sentences of the report."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from clusters.domain.content_file import Text, load_model
from clusters.domain.languages import BY_KEY
from diagnosis.domain.answers import Answers
from diagnosis.domain.questionnaire import Questionnaire
from diagnosis.domain.wording import Said, Wording, answer_text
from recommendations.domain.measure import PLACEHOLDER

ReportWords = Wording


def load_report_words(folder: Path) -> ReportWords:
    return load_model(folder / "report_words.yaml", Wording)


def filler(
    questionnaire: Questionnaire, wording: Wording, answers: Answers, company: dict[str, Any]
) -> Callable[[Text], Said]:
    """A function that fills {company}, {cluster}, {employees} and {answer.<id>} of a text."""

    def value(name: str, lang: str) -> str:
        if name == "company":
            return str(company["name"])
        if name == "cluster":
            return str(company["cluster"]["name"][lang]) if company["cluster"] else ""
        answer = answer_text(wording, questionnaire.questions[name.removeprefix("answer.")], answers)
        return answer[lang].removesuffix(BY_KEY[lang].stop)

    def fill(text: Text) -> Said:
        return {
            lang: PLACEHOLDER.sub(lambda found: value(found.group(1), lang), said)  # noqa: B023
            for lang, said in text.to_dict().items()
        }

    return fill
