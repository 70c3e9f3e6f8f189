"""Imports point down only, and importing loads nothing heavy."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import ecomlab

CHAPTERS = {"market", "pricing", "branding", "membership", "supply", "mining"}
FLOORS = {"cli": 3, "labs": 2, "classroom": 2, "truth": 2, **dict.fromkeys(CHAPTERS, 1)}
FLOORS |= {"shop": 0, "terms": 0}
# What stands beside the folders as a single file is the ground, as the shop is.
FLOORS |= {file.stem: 0 for file in Path(ecomlab.__file__).parent.glob("[!_]*.py")}
HEAVY = {"pandas", "sklearn", "statsmodels", "scipy.stats", "matplotlib", "pyarrow", "duckdb"}


def rooms(root: Path) -> Iterator[tuple[str, Path]]:
    """Every module of the package with the room it stands in."""
    package = root / "ecomlab"
    for file in sorted(package.rglob("*.py")):
        room = file.relative_to(package).parts[0].removesuffix(".py")
        if room not in ("__init__", "__main__"):
            yield room, file


def imported(file: Path, root: Path) -> Iterator[tuple[int, str]]:
    """The rooms that a module imports from, with the lines."""
    folder = file.relative_to(root).parent.parts
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            above = folder[: len(folder) - node.level + 1] if node.level else ()
            base = ".".join([*above, *filter(None, [node.module])])
            names = [f"{base}.{alias.name}" for alias in node.names]
        else:
            continue
        for name in names:
            parts = name.split(".")
            if parts[0] == "ecomlab" and len(parts) > 1 and parts[1] in FLOORS:
                yield node.lineno, parts[1]


def fault(room: str, other: str) -> str | None:
    """What is wrong with one room's importing from another, if anything."""
    if room == other:
        return None
    if other == "labs":
        return "nothing imports labs, save notebooks"
    if room == "classroom" and other in CHAPTERS:
        return "classroom knows nothing of any chapter"
    if {room, other} <= CHAPTERS:
        return None if room == "mining" else "chapters do not import each other, save mining"
    if FLOORS[room] == FLOORS[other] == 0 or FLOORS[other] < FLOORS[room]:
        return None
    return "imports point down only"


def test_every_room_has_a_floor(root):
    assert {room for room, _ in rooms(root)} <= set(FLOORS)
    assert {FLOORS[room] for room in ("arguments", "frames", "style", "terms", "shop")} == {0}


def test_imports_point_down_only(root):
    wrong = [
        f"{file.relative_to(root)}:{line} imports {other}: {why}"
        for room, file in rooms(root)
        for line, other in imported(file, root)
        if (why := fault(room, other))
    ]
    assert not wrong


@pytest.mark.parametrize(
    ("room", "text", "why"),
    [
        ("shop", "from ecomlab.market import growth", "imports point down only"),
        ("market", "import ecomlab.supply.costs", "chapters do not import each other, save mining"),
        ("classroom", "from ecomlab import market", "classroom knows nothing of any chapter"),
        ("cli", "from ecomlab.labs import growth", "nothing imports labs, save notebooks"),
        ("classroom", "from ecomlab.cli import UsageError", "imports point down only"),
        ("style", "from .market import growth", "imports point down only"),
        ("mining", "from ecomlab.market import growth", None),
        ("labs", "def f():\n    from ecomlab.market.growth import cagr", None),
        ("supply", "from ecomlab import frames, say", None),
    ],
)
def test_a_wrong_import_would_be_seen(tmp_path, room, text, why):
    file = tmp_path / "ecomlab" / ("style.py" if room == "style" else f"{room}/module.py")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    assert [fault(room, other) for _, other in imported(file, tmp_path)] == [why]


def loaded_by(statement: str) -> set[str]:
    """The heavy modules that a fresh Python has loaded after a statement."""
    code = f"{statement}\nimport sys; print(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(ran.stdout.split())


def test_importing_the_package_loads_nothing_but_itself():
    loaded = loaded_by("import ecomlab; dir(ecomlab)")
    assert not loaded & (HEAVY | {"numpy", "narwhals", "scipy"})
    assert {name for name in loaded if name.startswith("ecomlab")} == {"ecomlab"}


def test_importing_a_section_loads_nothing_heavy(root):
    package = root / "ecomlab"
    files = [file for room, file in rooms(root) if FLOORS[room] <= 1]
    names = {
        ".".join(file.relative_to(package.parent).with_suffix("").parts).removesuffix(".__init__")
        for file in files
    }
    assert len(names) > 10
    assert not loaded_by("import " + ", ".join(sorted(names))) & HEAVY


@pytest.mark.parametrize("name", ecomlab.__all__)
def test_every_name_of_the_package_has_its_home(name):
    assert getattr(ecomlab, name).__name__ == name
    assert name in dir(ecomlab)


def test_a_name_that_is_not_there_is_named():
    with pytest.raises(AttributeError, match="module 'ecomlab' has no attribute 'shopping'"):
        _ = ecomlab.shopping
