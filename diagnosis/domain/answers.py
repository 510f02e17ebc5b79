"""One set of answers: immutable, keyed by question id, with the two special answers.

`unknown` ("I don't know") and an unanswered question mean the same: missing.
`not_applicable` is an answer of its own where the questionnaire allows it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from diagnosis.domain.questionnaire import NOT_APPLICABLE, UNKNOWN

Value = int | float | str | tuple[str, ...]


@dataclass(frozen=True)
class Answers(Mapping[str, Value]):
    """Values: int for scales, int or float for numbers, str for choices and texts, tuple for ticks and lists."""

    values_by_id: Mapping[str, Value]

    def __getitem__(self, key: str) -> Value:
        return self.values_by_id[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self.values_by_id)

    def __len__(self) -> int:
        return len(self.values_by_id)

    def __hash__(self) -> int:
        return hash(frozenset(self.values_by_id.items()))

    def is_unknown(self, key: str) -> bool:
        return self.values_by_id.get(key, UNKNOWN) == UNKNOWN

    def is_na(self, key: str) -> bool:
        return self.values_by_id.get(key) == NOT_APPLICABLE

    def level(self, key: str) -> int | None:
        """Position on the scale; None when unknown, unanswered or not applicable."""
        value = self.values_by_id.get(key)
        return value if isinstance(value, int) else None

    def number(self, key: str) -> float | None:
        value = self.values_by_id.get(key)
        return float(value) if isinstance(value, int | float) else None

    def choice(self, key: str) -> str | None:
        """A choice or text; None when unknown, unanswered or not applicable."""
        value = self.values_by_id.get(key)
        return value if isinstance(value, str) and value not in (UNKNOWN, NOT_APPLICABLE) else None

    def ticks(self, key: str) -> frozenset[str] | None:
        """The ticked options (none ticked is an empty set); None when unknown or unanswered."""
        value = self.values_by_id.get(key)
        return frozenset(value) if isinstance(value, tuple) else None

    def replace(self, **changes: Value) -> Answers:
        return Answers({**self.values_by_id, **changes})

    def to_json(self) -> dict[str, Any]:
        return {key: list(value) if isinstance(value, tuple) else value for key, value in self.values_by_id.items()}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Answers:
        """Stored answers back: lists become tuples. The data were checked when they were stored."""
        return cls({key: tuple(value) if isinstance(value, list) else value for key, value in data.items()})
