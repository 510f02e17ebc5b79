"""Strict reading of content files (YAML): every fault is refused with file and line.

Scalars are read as strings and typed by the model, so that `no`, `1.10` and dates keep
their spelling; duplicate keys and unknown keys are errors.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from clusters.domain.languages import LANGUAGES

NonEmpty = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Location = tuple[str | int, ...]


class ContentError(Exception):
    """A content file that cannot be used; the message names file, line and fault."""


class ContentModel(BaseModel):
    """Base of everything read from content files: frozen, no unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Text(ContentModel):
    """One text in all languages; none may be empty."""

    zh: NonEmpty
    en: NonEmpty

    def to_dict(self) -> dict[str, str]:
        return {language.key: getattr(self, language.key) for language in LANGUAGES}


@dataclass(frozen=True, kw_only=True)
class Source:
    """Plain data of one file and the line on which each value stands."""

    path: Path
    data: Any
    lines: dict[Location, int] = field(repr=False)

    def fault(self, location: Sequence[str | int], message: str) -> ContentError:
        where = tuple(location)
        while where and where not in self.lines:
            where = where[:-1]
        spelled = ".".join(str(part) for part in location)
        return ContentError(f"{self.path}:{self.lines.get(where, 1)}: {spelled}: {message}")


def _convert(node: yaml.Node, path: Path, at: Location, lines: dict[Location, int]) -> Any:
    lines[at] = node.start_mark.line + 1
    if isinstance(node, yaml.ScalarNode):
        return node.value
    if isinstance(node, yaml.SequenceNode):
        return [_convert(child, path, (*at, index), lines) for index, child in enumerate(node.value)]
    assert isinstance(node, yaml.MappingNode)
    result: dict[str, Any] = {}
    for key_node, value_node in node.value:
        key = str(key_node.value)
        if key in result:
            raise ContentError(f"{path}:{key_node.start_mark.line + 1}: duplicate key '{key}'")
        result[key] = _convert(value_node, path, (*at, key), lines)
    return result


def read_yaml(path: Path) -> Source:
    """Read one YAML file as strings, lists and mappings."""
    try:
        node = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
    except OSError as error:
        raise ContentError(f"{path}:1: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ContentError(f"{path}:1: not UTF-8: {error.reason}") from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise ContentError(f"{path}:{mark.line + 1 if mark else 1}: not YAML: {error}") from error
    if node is None:
        raise ContentError(f"{path}:1: the file is empty")
    lines: dict[Location, int] = {}
    return Source(path=path, data=_convert(node, path, (), lines), lines=lines)


Model = TypeVar("Model", bound=BaseModel)


def load_model(path: Path, model: type[Model]) -> Model:
    """Read `path` as `model`; raises ContentError for the first fault."""
    source = read_yaml(path)
    try:
        return model.model_validate(source.data)
    except ValidationError as error:
        first = error.errors()[0]
        raise source.fault(first["loc"], first["msg"]) from error
