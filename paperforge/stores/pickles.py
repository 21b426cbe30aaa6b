"""Pickles (.pkl, .joblib, ...): refused, with the reason and the way out.

Loading a pickle runs whatever code its writer put in
(https://docs.python.org/3/library/pickle.html), so paperforge never does.
"""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING, NoReturn

from paperforge.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb

    from paperforge.model import Found

NAME = "pickle"
ALONE = True
TOGETHER = False
SUFFIXES = (".pkl", ".pickle", ".p", ".joblib", ".jbl", ".dill")
_PACKED = (".gz", ".bz2", ".xz", ".zst", ".zip", ".lzma", ".z")
_OPCODES = (b"\x80\x02", b"\x80\x03", b"\x80\x04\x95", b"\x80\x05\x95")


def recognises(path: Path) -> bool:
    """A file with a pickle's name, packed or not, or with a pickle's first bytes."""
    name = path.name.lower()
    for packed in _PACKED:
        name = name.removesuffix(packed)
    if name.endswith(SUFFIXES):
        return True
    try:
        with path.open("rb") as stream:
            return stream.read(3).startswith(_OPCODES)
    except OSError:
        return False


def read(
    found: Found,
    engine: duckdb.DuckDBPyConnection,  # noqa: ARG001  the contract of stores
    table: str,  # noqa: ARG001  likewise
) -> NoReturn:
    """Raises InputError always: why, and the line that exports a file that its owner trusts."""
    name = found.files[0].name
    stem = name.split(".")[0] or "results"
    if any(part in name.lower() for part in (".joblib", ".jbl")):
        load = f"import joblib, pandas as pd; pd.DataFrame(joblib.load({quoted(name)}))"
    else:
        load = f"import pandas as pd; pd.DataFrame(pd.read_pickle({quoted(name)}))"
    program = f"{load}.to_csv({quoted(stem + '.csv')}, index=False)"
    raise InputError(
        "is a pickle, and loading a pickle runs any code that its writer put in; it is not read",
        name,
        f"if you trust the file, export its results yourself: {line(program)}",
    )


def quoted(name: str) -> str:
    """A file's name as Python writes a text; in double quotes where it can be."""
    return json.dumps(name) if name.isascii() else repr(name)


def line(program: str) -> str:
    """A program as a line for the shell, safe to copy whatever names a stranger put into it."""
    return f"python -c {shlex.quote(program)}"
