"""A JSON document that is itself the source: read whatever its name, or refused with a reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

from paperforge.stores import json_table

if TYPE_CHECKING:
    from pathlib import Path

NAME = "JSON"
ALONE = True
TOGETHER = False
_LOOSE = (".json", ".txt", ".log", "")

read = json_table.read


def recognises(path: Path) -> bool:
    """A .json file, or a text that starts with an object or a list of objects."""
    if path.suffix.lower() not in _LOOSE:
        return False
    with path.open("rb") as stream:
        start = b"".join(stream.read(256).removeprefix(b"\xef\xbb\xbf").split())
    return path.suffix.lower() == ".json" or start.startswith((b'{"', b'[{"'))
