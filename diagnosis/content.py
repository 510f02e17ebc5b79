"""The only door from Django to the questionnaire: read once per process."""

from functools import cache
from pathlib import Path

from clusters.content import get_places
from diagnosis.domain.answers import Answers
from diagnosis.domain.diagnosis import Diagnosis, diagnose
from diagnosis.domain.questionnaire import Questionnaire, load_questionnaire

FOLDER = Path(__file__).parent / "content"


@cache
def get_questionnaire() -> Questionnaire:
    return load_questionnaire(FOLDER)


@cache
def cluster_bounds() -> dict[str, tuple[tuple[float, float], tuple[float, float]]]:
    """Widest plausible (employees, revenue per head in 10,000 RMB) of each cluster."""
    return {id: (cluster.employees, cluster.revenue_per_head) for id, cluster in get_places().cluster.items()}


def diagnose_answers(answers: Answers, *, eligible_programmes: int = 0) -> Diagnosis:
    """The diagnosis of one set of answers with this installation's content."""
    return diagnose(
        get_questionnaire(), answers, cluster_bounds=cluster_bounds(), eligible_programmes=eligible_programmes
    )
