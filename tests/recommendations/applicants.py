"""Reports of one small footwear firm with the first programmes, as its answers make them; no database."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

from clusters.content import get_places
from diagnosis.content import get_questionnaire
from diagnosis.domain.answers_file import parse_answers
from recommendations.content import get_first_programmes
from recommendations.documents import library_with
from recommendations.domain.report import advise, build_document

EXAMPLE = Path(__file__).parents[2] / "examples" / "single_point_workshop.json"
PROGRAMME = "quanzhou_pilot_city_2025"
ELIGIBLE = {"subsector": "leisure_sports_goods", "above_scale": "yes"}


def report_of(**profile: Any) -> dict[str, Any]:
    """The report of the example firm with other facts; eligible for the first programme if none is given."""
    data = json.loads(EXAMPLE.read_text(encoding="utf-8"))
    data["profile"] |= ELIGIBLE | profile
    answers = parse_answers(data, get_questionnaire(), get_places().cluster_of_subsector)
    library, today = library_with(get_first_programmes()), date(2026, 11, 24)
    advice = advise(library, answers, today=today)
    return build_document(library, advice, reference="7KQ2-9FDM", submitted_on=today, revision=1)
