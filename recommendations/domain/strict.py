"""Content files read as pydantic models together with the lines their values stand on.

Used where a file is checked further after it has been typed (against the questionnaire,
against other files), so that those faults name file and line too.
"""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from clusters.domain.content_file import ContentError, Location, Source, read_yaml

Model = TypeVar("Model", bound=BaseModel)


def read_model(path: Path, model: type[Model]) -> tuple[Source, Model]:
    """Read `path` as `model`, keeping its source; raises ContentError for the first fault."""
    source = read_yaml(path)
    try:
        return source, model.model_validate(source.data)
    except ValidationError as error:
        raise _first_fault(source, error) from error


def _first_fault(source: Source, error: ValidationError) -> ContentError:
    first = error.errors()[0]
    return source.fault(in_the_file(first["loc"]), first["msg"].removeprefix("Value error, "))


def in_the_file(location: Location) -> Location:
    """A pydantic location without the names of union members, which do not stand in the file."""
    return tuple(part for part in location if not (isinstance(part, str) and part.startswith("<")))
