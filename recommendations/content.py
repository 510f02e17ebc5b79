"""The only door from Django to measures and first programmes: read once per process."""

from functools import cache
from pathlib import Path

from clusters.content import get_cases
from diagnosis.content import get_questionnaire
from recommendations.domain.catalogue import Catalogue, load_catalogue
from recommendations.domain.policy import Programme, load_programmes
from recommendations.domain.report_words import ReportWords, load_report_words

FOLDER = Path(__file__).parent / "content"


@cache
def get_catalogue() -> Catalogue:
    return load_catalogue(FOLDER, get_questionnaire(), cases={case.id for case in get_cases()})


@cache
def get_first_programmes() -> tuple[Programme, ...]:
    """The programmes a new installation starts with; officers keep the live rows."""
    return load_programmes(FOLDER / "policies.yaml", get_questionnaire())


@cache
def get_report_words() -> ReportWords:
    return load_report_words(FOLDER)
