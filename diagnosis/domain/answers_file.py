"""An answers file (methodology section 12): {"profile": {...}, "answers": {...}}.

Profile facts stand under `profile`, everything else under `answers`; what is left out is unknown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from clusters.domain.content_file import Text
from diagnosis.domain.answers import Answers, Value
from diagnosis.domain.questionnaire import UNKNOWN, Question, Questionnaire
from diagnosis.domain.values import BadValue, check_value

SECTIONS = ("profile", "answers")


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One thing wrong with an answers file."""

    path: str
    wrong: Text
    allowed: Text


class AnswersFileError(ValueError):
    """An answers file with faults; `faults` lists all of them."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__(f"{len(faults)} faults")
        self.faults = faults


_OBJECT = Text(zh='应为 JSON 对象 {"profile": {...}, "answers": {...}}', en='use {"profile": {...}, "answers": {...}}')


def _section(question: Question) -> str:
    return "profile" if question.group == "profile" else "answers"


def _unknown_key(path: str, known: list[str]) -> Fault:
    return Fault(
        path=path,
        wrong=Text(zh="没有这个编号", en="no such identifier"),
        allowed=Text(zh=f"可用：{'、'.join(known)}", en=f"allowed: {', '.join(known)}"),
    )


def _read_section(
    section: str, data: Any, questionnaire: Questionnaire, values: dict[str, Value], faults: list[Fault]
) -> None:
    known = {id: question for id, question in questionnaire.questions.items() if _section(question) == section}
    if not isinstance(data, Mapping):
        faults.append(Fault(path=section, wrong=Text(zh="不是 JSON 对象", en="not a JSON object"), allowed=_OBJECT))
        return
    for key, raw in data.items():
        if key not in known:
            faults.append(_unknown_key(f"{section}.{key}", list(known)))
            continue
        try:
            values[key] = check_value(known[key], raw)
        except BadValue as bad:
            faults.append(Fault(path=f"{section}.{key}", wrong=bad.wrong, allowed=bad.allowed))


def subsector_fault(values: Mapping[str, Value], cluster_of: Mapping[str, str]) -> Fault | None:
    """A sub-sector belongs to one cluster; the two answers must agree."""
    cluster, subsector = values.get("cluster", UNKNOWN), values.get("subsector", UNKNOWN)
    if UNKNOWN in (cluster, subsector) or cluster_of.get(str(subsector)) == cluster:
        return None
    fitting = ", ".join(id for id, home in cluster_of.items() if home == cluster)
    return Fault(
        path="profile.subsector",
        wrong=Text(zh="细分行业不属于所选集群", en="this sub-sector is not part of the cluster"),
        allowed=Text(zh=f"可用：{fitting}", en=f"allowed: {fitting}"),
    )


def parse_answers(data: Any, questionnaire: Questionnaire, cluster_of: Mapping[str, str]) -> Answers:
    """The answers of one file; raises AnswersFileError with every fault found.

    `cluster_of` gives the cluster each sub-sector belongs to.
    """
    faults: list[Fault] = []
    values: dict[str, Value] = {}
    if not isinstance(data, Mapping):
        raise AnswersFileError((Fault(path="$", wrong=Text(zh="不是 JSON 对象", en="not a JSON object"), allowed=_OBJECT),))
    faults.extend(_unknown_key(str(key), list(SECTIONS)) for key in data if key not in SECTIONS)
    for section in SECTIONS:
        _read_section(section, data.get(section, {}), questionnaire, values, faults)
    mismatch = subsector_fault(values, cluster_of)
    if mismatch:
        faults.append(mismatch)
    if faults:
        raise AnswersFileError(tuple(faults))
    return Answers(values)
