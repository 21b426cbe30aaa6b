"""The map as a test: who may import whom, and that the map names every room."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "paperforge"

FLOOR = {"__init__": 0, "spec": 0, "errors": 0, "terminal": 0, "model": 1, "sums": 1, "latex": 2}
"""What every stage stands on, lowest first."""
RIM = {
    "generated": 3.5,
    "overleaf": 3.5,
    "pipeline": 4,
    "commands": 5,
    "options": 6,
    "cli": 7,
    "__main__": 8,
}
STAGE = 3
FAMILIES = [
    {"compile", "texlog"},
    {"results", "stores", "columns", "engine", "names", "numbers"},
    {"project", "protocol"},
]
"""Rooms of one stage: TeX and its log; the reading of results; what an author writes in TOML."""


def _rooms() -> list[str]:
    return sorted(
        {p.stem if p.is_file() else p.name for p in PACKAGE.iterdir()}
        - {"__pycache__", "data", "templates"}
    )


def _files(room: str) -> list[Path]:
    path = PACKAGE / f"{room}.py"
    return [path] if path.exists() else sorted((PACKAGE / room).rglob("*.py"))


def _level(room: str) -> int:
    return FLOOR.get(room, RIM.get(room, STAGE))


def imports(source: str) -> set[str]:
    """The rooms of paperforge that a module imports, wherever in it."""
    rooms = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names = [a.name for a in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module == "paperforge":
            names = [f"paperforge.{a.name}" for a in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        else:
            continue
        rooms |= {n.split(".")[1] for n in names if n.startswith("paperforge.")}
    return {r for r in rooms if (PACKAGE / r).exists() or (PACKAGE / f"{r}.py").exists()}


def _allowed(room: str, other: str) -> bool:
    if room == other or any({room, other} <= family for family in FAMILIES):
        return True
    # The commands use the rim's own tools beside the pipeline: they write files.
    return _level(other) < _level(room)


@pytest.mark.parametrize("room", _rooms())
def test_a_room_imports_only_what_stands_below_it(room):
    for file in _files(room):
        for other in imports(file.read_text(encoding="utf-8")):
            assert _allowed(room, other), f"{file.relative_to(ROOT)} imports paperforge.{other}"


def test_the_layer_test_sees_an_import_inside_a_function():
    assert imports("def f():\n    from paperforge import stats") == {"stats"}
    assert not _allowed("tables", "stats")
    assert not _allowed("latex", "model") or _level("model") < _level("latex")


def test_the_map_names_every_room():
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    missing = [room for room in _rooms() if not room.startswith("__") and f"{room}" not in text]
    assert not missing
