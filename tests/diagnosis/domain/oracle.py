"""The definitions of methodology section 3, worked out the slow way and without the code under test."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from itertools import product

State = tuple[int, ...]

PAIRS = {
    "link_design_production": "DP",
    "link_design_supply": "DS",
    "link_design_marketing": "DM",
    "link_production_supply": "PS",
    "link_production_marketing": "PM",
    "link_supply_marketing": "SM",
}
CORES = {
    "D": ["product_design"],
    "P": ["production_control"],
    "S": ["purchasing", "warehousing"],
    "M": ["marketing"],
}
ALL_SCENES = [
    "product_design", "process_design", "marketing", "after_sales", "scheduling", "production_control",
    "quality", "equipment", "safety", "energy", "purchasing", "warehousing", "finance", "hr", "office",
    "decision_support",
]  # fmt: skip
HIGHEST = {
    **dict.fromkeys(ALL_SCENES, 4),
    **dict.fromkeys(PAIRS, 3),
    "management_view": 3,
    "equipment_digitised": 4,
    "equipment_networked": 4,
}


def plain_type(answers: Mapping[str, object]) -> str:
    """The type of answers without unknowns."""
    letters = "PSM" if answers["product_design"] == "not_applicable" else "DPSM"

    def at_least_two(id: str) -> bool:
        value = answers[id]
        return isinstance(value, int) and value >= 2

    reached = {"P"}
    for _ in letters:
        for link, (a, b) in PAIRS.items():
            if a in letters and b in letters and at_least_two(link) and reached & {a, b}:
                reached |= {a, b}
    scenes_fit = all(at_least_two(scene) for letter in letters for scene in CORES[letter])
    if scenes_fit and reached == set(letters) and at_least_two("management_view"):
        return "full_process"
    bands = answers["equipment_digitised"] == 0 and answers["equipment_networked"] == 0
    if bands and not any(at_least_two(scene) for scene in ALL_SCENES):
        return "not_started"
    return "single_point"


def completions(answers: Mapping[str, object]) -> Iterator[dict[str, object]]:
    """Every way the unknown answers could turn out."""
    unknown = [id for id, value in answers.items() if value == "unknown"]
    for values in product(*(range(HIGHEST[id] + 1) for id in unknown)):
        yield {**answers, **dict(zip(unknown, values, strict=True))}


def pivotal_answers(answers: Mapping[str, object]) -> set[str]:
    """Unknown answers for which some outcome of the others leaves the type to them alone."""
    found = set()
    for id in [id for id, value in answers.items() if value == "unknown"]:
        others: dict[tuple[object, ...], set[str]] = {}
        for world in completions(answers):
            key = tuple(value for name, value in world.items() if name != id)
            others.setdefault(key, set()).add(plain_type(world))
        if any(len(types) > 1 for types in others.values()):
            found.add(id)
    return found


def _neighbours(state: State, ranges: tuple[range, ...]) -> Iterator[State]:
    for index, value in enumerate(state):
        for changed in (value - 1, value + 1):
            if changed in ranges[index]:
                yield (*state[:index], changed, *state[index + 1 :])


def changes_to(goal: Callable[[State], bool], ranges: tuple[range, ...]) -> dict[State, int]:
    """Least number of one-level changes from every state to one that fits `goal` (breadth first)."""
    found = {state: 0 for state in product(*ranges) if goal(state)}
    queue = deque(found)
    while queue:
        state = queue.popleft()
        for near in _neighbours(state, ranges):
            if near not in found:
                found[near] = found[state] + 1
                queue.append(near)
    return found
