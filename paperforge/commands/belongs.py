"""An online edit of a generated file -> what was changed, and the source where it belongs."""

from __future__ import annotations

import difflib
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

WIDEST = 88
"""Characters of a changed line that are shown, around the change."""
FEW = 4
"""So many changes of a file are shown."""


@dataclass(frozen=True, slots=True)
class Change:
    """One changed line, clipped to the change."""

    line: int
    """Its number in the file as it was generated, from 1."""
    old: str
    new: str
    source: str
    """Where it belongs, as far as that can be told: a row of a store, a key of paper.toml."""


def changes(path: str, before: bytes, after: bytes, folder: Path) -> list[Change]:
    """What was changed in a generated text; `folder` is the build that it came from."""
    old = before.decode("utf-8", "replace").splitlines()
    new = after.decode("utf-8", "replace").splitlines()
    table = _sidecar(folder / path) if "/tables/" in f"/{path}" else {}
    found = []
    for tag, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        for place in range(max(b - a, d - c)):
            was = old[a + place] if a + place < b else ""
            now = new[c + place] if c + place < d else ""
            source = _cell(was, now, table) or _key(was) or _label(was, now, table)
            one, other = _clipped(was, now)
            found.append(Change(min(a + place, b) + 1, one, other, source))
    return found


def _sidecar(file: Path) -> dict[str, Any]:
    """The JSON beside a table: its columns and rows, and the rows of the store under each cell."""
    try:
        loaded = json.loads(file.with_suffix(".json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return loaded if isinstance(loaded, dict) else {}


def _cell(was: str, now: str, table: dict[str, Any]) -> str:
    """The rows of the store that a changed cell was made of."""
    old, new = was.split("&"), now.split("&")
    row = next((r for r in table.get("rows", ()) if _says(old[0], r["label"])), None)
    if row is None or len(old) != len(new) or len(old) < 2:  # noqa: PLR2004  a label and a cell
        return ""
    for place, (one, other) in enumerate(zip(old[1:], new[1:], strict=True)):
        if one != other and place < len(row["cells"]):
            cell = row["cells"][place]
            rows = [str(run) for run in cell.get("runs") or ()]
            named = ", ".join(str(cell[key]) for key in ("method", "dataset") if cell.get(key))
            more = f" and {len(rows) - 1} more rows" if len(rows) > 1 else ""
            return f"{named}: {rows[0]}{more}" if rows else named
    return ""


def _label(was: str, now: str, table: dict[str, Any]) -> str:
    """The key of paper.toml that names what a changed label stands for."""
    for one, other in zip(was.split("&"), now.split("&"), strict=False):
        if one == other:
            continue
        for column in table.get("columns", ()):
            if _says(one, column["label"]) and column.get("dataset"):
                return f"paper.toml, [datasets], the label of {column['dataset']}"
        for row in table.get("rows", ()):
            method = next((c.get("method") for c in row["cells"] if c.get("method")), None)
            if _says(one, row["label"]) and method:
                return f"paper.toml, [methods], the label of {method}"
    return ""


def _key(was: str) -> str:
    """The number that a line of macros.tex defines."""
    found = re.match(r"\\pf\w*\{([\w./:@+-]+)\}", was)
    return f"the number {found[1]} of the results" if found else ""


def _says(tex: str, label: str) -> bool:
    """Whether a cell of TeX prints a label and nothing else, but for its commands."""
    plain = re.sub(r"\\([&%$#_{}])", r"\1", tex)
    plain = re.sub(r"\\[a-zA-Z]+\*?|[{}]", " ", plain).replace("\\\\", " ")
    return bool(label) and " ".join(plain.split()) == " ".join(label.split())


def _clipped(was: str, now: str) -> list[str]:
    """Both lines around the place where they part."""
    at = next((n for n, (a, b) in enumerate(zip(was, now, strict=False)) if a != b), 0)
    start = max(at - WIDEST // 3, 0)
    shown = []
    for text in (was, now):
        cut = text[start : start + WIDEST].strip()
        more = "…" if len(text) > start + WIDEST else ""
        shown.append(("…" if start and cut else "") + cut + more)
    return shown
