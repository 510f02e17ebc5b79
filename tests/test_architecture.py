"""docs/architecture.md shows the imports as they are: every arrow is there, and no other."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from fnmatch import fnmatch
from functools import cache
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
TEXT = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
FLOORS = ("config", "recommendations", "diagnosis", "clusters")
ARROW = re.compile(r"^  (\w+) --(?: \w+ --)?> (\w+)$", re.M)
OUTSIDE = {"browser", "proxy", "mail"}

Arrow = tuple[str, str]


def chapter(heading: str) -> str:
    return TEXT.split(f"\n## {heading}\n")[1].split("\n## ")[0]


def drawn(heading: str) -> set[Arrow]:
    [picture] = re.findall(r"```mermaid\n(.*?)```", chapter(heading), re.S)
    arrows = ARROW.findall(picture)
    assert len(arrows) == len(picture.splitlines()) - 1, "a line of the picture is not understood"
    return set(arrows)


@cache
def modules() -> dict[str, Path]:
    """Module names with their files; migrations are frozen history."""
    paths = [path for floor in FLOORS for path in (ROOT / floor).rglob("*.py") if "migrations" not in path.parts]
    return {".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path for path in paths}


def names_in(path: Path) -> Iterator[str]:
    """Everything a file imports, as modules where they are ours, at its top or inside a function."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.module and not node.level, f"{path}: a relative import"
            inner = [f"{node.module}.{alias.name}" for alias in node.names]
            yield from (name if name in modules() else node.module for name in inner)


@cache
def imports() -> tuple[Arrow, ...]:
    """Pairs of modules of ours, importing and imported."""
    found = ((name, other) for name, path in modules().items() for other in names_in(path) if other in modules())
    return tuple(dict.fromkeys(found))


def floor_of(module: str) -> str:
    """The commands of manage.py are ways into the house, wherever Django wants them to lie."""
    floor, *inner = module.split(".")
    return "config" if inner[:1] == ["management"] else floor


@cache
def table() -> dict[str, tuple[str, ...]]:
    """The modules named for each layer; the layer of all others has none."""
    rows = re.findall(r"^\| `(\w+)` \| [^|]* \| ([^|]*) \|$", chapter("Layers"), re.M)
    return {layer: tuple(re.findall(r"`([^`]+)`", named)) for layer, named in rows}


def layers_of(module: str) -> list[str]:
    floor, first = module.split(".")[:2]
    return [
        layer for layer, named in table().items()
        if any(fnmatch(f"{floor}/{first}.py" if "/" in name else first, name) for name in named)
    ] or ["actions"]


def has_layer(module: str) -> bool:
    """`config` stands above the layers; a bare package holds nothing."""
    return floor_of(module) != "config" and "." in module


def offenders(wrong: set[Arrow], place: dict[str, str]) -> list[str]:
    return [f"{one} imports {other}" for one, other in imports() if (place.get(one), place.get(other)) in wrong]


def test_floors() -> None:
    place = {module: floor_of(module) for module in modules()}
    found = {(place[one], place[other]) for one, other in imports() if place[one] != place[other]}
    assert not offenders(found - drawn("Floors"), place)
    assert drawn("Floors") - found == set(), "drawn without an import"


def test_layers() -> None:
    place = {module: layers_of(module)[0] for module in modules() if has_layer(module)}
    between = {(place[one], place[other]) for one, other in imports() if one in place and other in place}
    found = {(one, other) for one, other in between if one != other}
    assert not offenders(found - drawn("Layers"), place)
    assert drawn("Layers") - found == set(), "drawn without an import"


def test_the_bell_is_the_only_circle() -> None:
    """Without it, layers can be put into one order."""
    arrows = drawn("Layers") - {("actions", "tasks")}
    assert not {(one, other) for one, other in arrows if (other, one) in arrows}
    left = {name for arrow in arrows for name in arrow}
    while left:
        free = {name for name in left if not any(one == name and other in left for one, other in arrows)}
        assert free, f"a circle among {left}"
        left -= free


def test_every_module_has_one_layer() -> None:
    assert not [module for module in modules() if has_layer(module) and len(layers_of(module)) > 1]


def test_every_layer_and_module_named_is_there() -> None:
    assert set(table()) == {name for arrow in drawn("Layers") for name in arrow}
    firsts = {f"{floor_of(module)}/{module.split('.')[1]}.py" for module in modules() if has_layer(module)}
    named = [name if "/" in name else f"*/{name}.py" for names in table().values() for name in names]
    assert not [name for name in named if not any(fnmatch(first, name) for first in firsts)]


@pytest.mark.parametrize("floor", FLOORS[1:])
def test_domain_is_plain_python(floor: str) -> None:
    """No Django, no Celery, no clock in the rules; the document lists the packages they may use."""
    allowed = set(re.findall(r"`(\w+)`", chapter("Layers").split("\n`domain` imports nothing but")[1].split(".\n")[0]))
    for path in (ROOT / floor / "domain").rglob("*.py"):
        outer = {name.split(".")[0] for name in names_in(path)} - set(sys.stdlib_module_names) - set(FLOORS)
        assert outer <= allowed, path
        ours = {name for name in names_in(path) if name in modules()}
        assert all(name.split(".")[1] == "domain" for name in ours), path
        assert "now()" not in path.read_text(encoding="utf-8"), path


def test_running_parts_are_those_that_are_deployed() -> None:
    compose = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text(encoding="utf-8"))
    parts = {name for arrow in drawn("Running parts") for name in arrow}
    services = {name.split("-")[0] for name in compose["services"]}  # two kinds of worker are one part
    assert parts - OUTSIDE == {*services, "reports"} - {"migrate"}
    assert parts == set(re.findall(r"^\| `(\w+)` \|", chapter("Running parts"), re.M))
