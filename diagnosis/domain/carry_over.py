"""Answers given once, taken over into the questionnaire in use.

An answer is taken over when its question is still asked and still accepts it; anything else is left
out and so counts as unknown. The same answers and questionnaire give the same result.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from diagnosis.domain.answers import Answers, Value
from diagnosis.domain.answers_file import subsector_fault
from diagnosis.domain.questionnaire import Group, Questionnaire
from diagnosis.domain.values import BadValue, check_value


def carried_over(
    stored: Mapping[str, Any],
    questionnaire: Questionnaire,
    cluster_of: Mapping[str, str],
    *,
    group: Group | None = None,
) -> Answers:
    """The stored answers that still hold, all of them or those of one group of questions.

    `cluster_of` gives the cluster each sub-sector belongs to.
    """
    values: dict[str, Value] = {}
    for id, question in questionnaire.questions.items():
        if id not in stored or group not in (None, question.group):
            continue
        try:
            values[id] = check_value(question, stored[id])
        except BadValue:
            continue
    if subsector_fault(values, cluster_of):
        del values["subsector"]
    return Answers(values)
