"""The only door from Django to measures and first programmes: read once per process."""

from functools import cache
from pathlib import Path

from clusters.content import get_cases
from clusters.domain.content_file import load_model
from diagnosis.content import get_questionnaire
from diagnosis.domain.wording import Wording
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


@cache
def get_print_words() -> Wording:
    """Words of printed files that are not in the Typst templates."""
    return load_model(FOLDER / "print_words.yaml", Wording)


@cache
def get_directory_words() -> Wording:
    """Kinds of helpers, sub-lines they may serve, and what the report says about the directory."""
    return load_model(FOLDER / "directory.yaml", Wording)


@cache
def get_cluster_words() -> Wording:
    """Words of the cluster view and the cluster report."""
    return load_model(FOLDER / "cluster_view.yaml", Wording)
