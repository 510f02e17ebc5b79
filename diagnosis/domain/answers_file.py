"""An answers file (methodology section 12): {"profile": {...}, "answers": {...}}, JSON in UTF-8.

Profile facts stand under `profile`, everything else under `answers`; what is left out is unknown.
Fault: one thing wrong, with its path in the file (`$` is the whole file), what is wrong and what is
allowed. All faults are found at once, and nothing but AnswersFileError is raised.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from clusters.domain.content_file import Text
from clusters.domain.languages import Lang
from diagnosis.domain.answers import Answers, Value
from diagnosis.domain.questionnaire import UNKNOWN, Question, Questionnaire
from diagnosis.domain.values import BadValue, check_value, shown

SECTIONS: Final = ("profile", "answers")
WHOLE_FILE: Final = "$"
MOST_BYTES: Final = 1_000_000  # an answers file has some thousand
LONGEST_PATH: Final = 200  # characters of the way to a value in a message
MOST_DIGITS: Final = 30  # a longer whole number is out of every range and would only cost time


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One thing wrong with an answers file."""

    path: str
    wrong: Text
    allowed: Text

    def line(self, lang: Lang) -> str:
        """The fault on one line: `path: what is wrong; what is allowed`."""
        return f"{self.path}: {getattr(self.wrong, lang)}; {getattr(self.allowed, lang)}"


class AnswersFileError(ValueError):
    """An answers file with faults; `faults` lists all of them."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__(f"{len(faults)} faults")
        self.faults = faults


_OBJECT = Text(zh='应为 JSON 对象 {"profile": {...}, "answers": {...}}', en='use {"profile": {...}, "answers": {...}}')


# The file as JSON ---------------------------------------------------------------------------------


class _Object(dict[str, Any]):
    """A JSON object that remembers the keys written more than once."""

    repeated: tuple[str, ...] = ()


def _object(pairs: list[tuple[str, Any]]) -> _Object:
    found = _Object(pairs)
    if len(found) < len(pairs):
        found.repeated = tuple(key for key, times in Counter(key for key, _ in pairs).items() if times > 1)
    return found


def _whole_number(digits: str) -> int | float:
    return int(digits) if len(digits) <= MOST_DIGITS else math.inf


def _unusable(wrong: Text, allowed: Text = _OBJECT) -> AnswersFileError:
    return AnswersFileError((Fault(path=WHOLE_FILE, wrong=wrong, allowed=allowed),))


def load_json(raw: bytes) -> Any:
    """The data of one file; raises AnswersFileError when it is not JSON in UTF-8."""
    if len(raw) > MOST_BYTES:
        size = Text(zh="最多 1 MB", en="use at most 1 MB")
        raise _unusable(Text(zh="文件太大", en="the file is too large"), size)
    try:
        return json.loads(raw.decode("utf-8-sig"), object_pairs_hook=_object, parse_int=_whole_number)
    except UnicodeDecodeError as error:
        wrong = Text(zh=f"第 {error.start + 1} 个字节不是 UTF-8", en=f"byte {error.start + 1} is not UTF-8")
        raise _unusable(wrong, Text(zh="请以 UTF-8 编码保存", en="save the file as UTF-8")) from error
    except json.JSONDecodeError as error:
        line, column = error.lineno, error.colno
        wrong = Text(zh=f"第 {line} 行第 {column} 列不是 JSON", en=f"not JSON at line {line}, column {column}")
        raise _unusable(wrong) from error
    except RecursionError as error:
        raise _unusable(Text(zh="嵌套太深", en="nested too deeply")) from error


def _shortened(path: str) -> str:
    """The end of a long path: whole paths of a file nested on purpose would take far more room than the file."""
    return path if len(path) <= LONGEST_PATH else f"…{path[-LONGEST_PATH:]}"


def _repeated_keys(data: Any) -> Iterator[Fault]:
    """Keys written twice, of which JSON readers silently keep one; without recursion, so at any depth."""
    waiting: list[tuple[str, Any]] = [("", data)] if isinstance(data, dict | list) else []
    while waiting:
        path, value = waiting.pop()
        inside = value.items() if isinstance(value, dict) else enumerate(value)
        deeper = [(key, item) for key, item in inside if isinstance(item, dict | list)]
        waiting += [(_shortened(f"{path}{shown(str(key))}."), item) for key, item in reversed(deeper)]
        for key in value.repeated if isinstance(value, _Object) else ():
            yield Fault(
                path=f"{path}{shown(key)}",
                wrong=Text(zh="写了不止一次", en="written more than once"),
                allowed=Text(zh="每个编号只写一次", en="use every identifier once"),
            )


# The answers in it --------------------------------------------------------------------------------


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
        path = f"{section}.{shown(str(key))}"
        if key not in known:
            faults.append(_unknown_key(path, list(known)))
            continue
        try:
            values[key] = check_value(known[key], raw)
        except BadValue as bad:
            faults.append(Fault(path=path, wrong=bad.wrong, allowed=bad.allowed))


def subsector_fault(values: Mapping[str, Value], cluster_of: Mapping[str, str]) -> Fault | None:
    """A sub-sector belongs to one cluster; the two answers must agree."""
    cluster, subsector = values.get("cluster", UNKNOWN), values.get("subsector", UNKNOWN)
    if UNKNOWN in (cluster, subsector) or cluster_of.get(str(subsector)) == cluster:
        return None
    fitting = [id for id, home in cluster_of.items() if home == cluster]
    return Fault(
        path="profile.subsector",
        wrong=Text(zh="细分行业不属于所选集群", en="this sub-sector is not part of the cluster"),
        allowed=Text(zh=f"可用：{'、'.join(fitting)}", en=f"allowed: {', '.join(fitting)}"),
    )


def parse_answers(data: Any, questionnaire: Questionnaire, cluster_of: Mapping[str, str]) -> Answers:
    """The answers of one file; raises AnswersFileError with every fault found.

    `cluster_of` gives the cluster each sub-sector belongs to.
    """
    if not isinstance(data, Mapping):
        raise _unusable(Text(zh="不是 JSON 对象", en="not a JSON object"))
    values: dict[str, Value] = {}
    faults = [_unknown_key(shown(str(key)), list(SECTIONS)) for key in data if key not in SECTIONS]
    for section in SECTIONS:
        _read_section(section, data.get(section, {}), questionnaire, values, faults)
    mismatch = subsector_fault(values, cluster_of)
    if mismatch:
        faults.append(mismatch)
    if faults:
        raise AnswersFileError(tuple(faults))
    return Answers(values)


def read_answers(raw: bytes, questionnaire: Questionnaire, cluster_of: Mapping[str, str]) -> Answers:
    """The answers in the bytes of one file; raises AnswersFileError with every fault found."""
    data = load_json(raw)
    faults = {fault.path: fault for fault in _repeated_keys(data)}
    try:
        answers = parse_answers(data, questionnaire, cluster_of)
    except AnswersFileError as error:
        others = [fault for fault in error.faults if fault.path not in faults]
        raise AnswersFileError((*faults.values(), *others)) from error
    if faults:
        raise AnswersFileError(tuple(faults.values()))
    return answers


__all__ = ["AnswersFileError", "Fault", "load_json", "parse_answers", "read_answers", "subsector_fault"]
