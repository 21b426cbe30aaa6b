"""Result stores: one file a format. What they read is untrusted; they know nothing of statistics.

A relation that a store makes has, besides the store's own columns, `__source` (where the row came
from: "line 41") and `__row` (a whole number that grows along the store).
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, cast

from paperforge.errors import InputError
from paperforge.stores import csv, jsonl, mlflow, parquet
from paperforge.stores.nothing import NothingToRead

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import duckdb

    from paperforge.model import Raw, Store

STORES: Mapping[str, Store] = {
    "mlflow": cast("Store", mlflow),
    "parquet": cast("Store", parquet),
    "jsonl": cast("Store", jsonl),
    # Last: any text may be a table.
    "csv": cast("Store", csv),
}

_COMPRESSED = {
    ".gz": "gunzip",
    ".bz2": "bunzip2",
    ".xz": "unxz",
    ".zst": "unzstd",
    ".zip": "unzip",
}
"""The name of a compressed file -> what unpacks it."""
READABLE = "CSV or TSV, JSONL, Parquet and MLflow's SQLite store (mlflow.db)"


def recognise(path: Path) -> Store:
    """The store that reads this file: by its name, then by its first bytes.

    Raises InputError where the file is missing, unreadable, empty or of no known format.
    """
    check_readable(path)
    if path.suffix.lower() in _COMPRESSED:
        raise InputError(
            f"the file is compressed ({path.suffix})",
            path.name,
            f"unpack it first: {_COMPRESSED[path.suffix.lower()]} {path.name}",
        )
    for store in STORES.values():
        if store.recognises(path):
            return store
    what = (
        "is an SQLite database, but not MLflow's"
        if mlflow.is_sqlite(path)
        else "is of no known format"
    )
    raise InputError(f"the file {what}", path.name, f"readable are {READABLE}")


def read(path: Path, engine: duckdb.DuckDBPyConnection, table: str) -> Raw:
    """Make the file's content a relation called `table` in the engine.

    Raises InputError where the file cannot be read, is damaged or is of no known format.
    """
    return recognise(path).read(path, engine, table)


def files(path: Path) -> tuple[Path, ...]:
    """The result files of a source: itself, or those inside a folder, sorted.

    Only files with a result store's name count in a folder (a README.txt does not); hidden ones
    and links that lead out of the folder are left alone. Raises InputError where there is none.
    """
    if not path.is_dir():
        check_readable(path)
        return (path,)
    root = path.resolve()
    found = [
        file
        for file in sorted(path.rglob("*"))
        if file.suffix.lower() in SUFFIXES
        and not any(part.startswith(".") for part in file.relative_to(path).parts)
        and file.is_file()
        and file.resolve().is_relative_to(root)
        and any(store.recognises(file) for store in STORES.values())
    ]
    if not found:
        raise InputError(
            "the folder holds no results that can be read", path.name, f"readable are {READABLE}"
        )
    return tuple(found)


SUFFIXES = frozenset((*mlflow.SUFFIXES, *parquet.SUFFIXES, *jsonl.SUFFIXES, *csv.SUFFIXES))
"""The names that count inside a folder."""


def check_readable(path: Path) -> None:
    """Raise InputError unless the path is a file that can be opened and holds something."""
    if path.is_dir():
        raise InputError("is a folder, not a file", path.name)
    if not path.exists():
        folder = path.parent
        names = [p.name for p in folder.iterdir()] if folder.is_dir() else []
        near = get_close_matches(path.name, names, 1)
        raise InputError(
            "there is no such file",
            path.name,
            f"did you mean {near[0]}?" if near else f"the folder is {folder}",
        )
    if not path.is_file():
        raise InputError("is not a regular file", path.name, "save the results to a file first")
    try:
        with path.open("rb") as stream:
            start = stream.read(1)
    except OSError as error:
        raise InputError(f"cannot be opened: {error.strerror or error}", path.name) from None
    if not start:
        raise NothingToRead(
            "the file is empty", path.name, "was the run that writes it interrupted?"
        )
