"""Repeatable chance for simulated firms: the same seed gives the same draws on every machine and Python version.

Only `Random.random()` is drawn from, whose sequence Python promises to keep; everything else is worked
out here. Weights need not add up to 1.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import exp, log
from random import Random


class Chance:
    """Draws that depend on nothing but the words it was made with."""

    def __init__(self, *seed: str | int) -> None:
        self._random = Random("/".join(str(part) for part in seed))  # nosec B311 # repeatable on purpose, no secret

    def happens(self, probability: float) -> bool:
        return self._random.random() < probability

    def between(self, low: float, high: float) -> float:
        """Evenly from `low` to `high`."""
        return low + (high - low) * self._random.random()

    def spread(self, low: float, high: float) -> float:
        """From `low` to `high`, evenly on a logarithmic scale: small values are common, large ones rare."""
        return exp(self.between(log(low), log(high)))

    def level(self, weights: Sequence[float]) -> int:
        """A position in `weights`."""
        left = self._random.random() * sum(weights)
        for position, weight in enumerate(weights):
            left -= weight
            if left < 0:
                return position
        return max(position for position, weight in enumerate(weights) if weight)

    def one(self, options: Sequence[str]) -> str:
        return options[min(int(self._random.random() * len(options)), len(options) - 1)]

    def weighed(self, weights: Mapping[str, float]) -> str:
        return list(weights)[self.level(list(weights.values()))]

    def around(self, middle: float, top: int, width: float = 1.0) -> int:
        """A level 0..`top` near `middle` (0..1 of the scale), most often within `width` levels of it."""
        offset = self.between(-width, width) + self.between(-width, width)
        return max(0, min(top, round(middle * top + offset / 2)))

    def ticks(self, options: Sequence[str], probability: float) -> tuple[str, ...]:
        return tuple(option for option in options if self.happens(probability))
