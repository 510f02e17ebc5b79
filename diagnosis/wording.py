"""The diagnosis in words with this installation's content: see diagnosis.domain.wording."""

from functools import cache
from typing import Any

from clusters.content import get_places
from diagnosis import benchmarks
from diagnosis.content import FOLDER, get_questionnaire
from diagnosis.domain import wording as parts
from diagnosis.domain.answers import Answers
from diagnosis.domain.diagnosis import Diagnosis
from diagnosis.domain.peers import FIGURES
from diagnosis.domain.peers_wording import load_peer_words, peers_part
from diagnosis.models import Submission


@cache
def get_wording() -> parts.Wording:
    return parts.load_wording(FOLDER)


@cache
def get_peer_words() -> parts.Wording:
    return load_peer_words(FOLDER)


def annex(answers: Answers) -> list[dict[str, Any]]:
    return parts.annex_part(get_questionnaire(), get_wording(), answers)


def flags(diagnosis: Diagnosis) -> list[dict[str, Any]]:
    return parts.flags_part(get_questionnaire(), get_wording(), diagnosis)


def verdict(answers: Answers, diagnosis: Diagnosis) -> dict[str, Any]:
    return parts.verdict_part(get_questionnaire(), get_wording(), answers, diagnosis)


def peers(submission: Submission) -> dict[str, Any] | None:
    """The firm beside its peers, as they stand published now."""
    benchmarks.refresh_missing(submission.cluster, submission.size_class)
    found = benchmarks.peer_groups(submission)
    assert submission.verdict is not None
    frozen = {**submission.verdict["dimensions"], **submission.verdict}
    return peers_part(
        get_peer_words(), cluster=get_places().cluster[submission.cluster].name.to_dict(),
        own={figure: frozen.get(figure) for figure in FIGURES},
        reported=found.get(False), verified=found.get(True),
    )
