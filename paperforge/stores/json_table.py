"""JSON documents: a table, or one object a file (metrics.json), in any form that forms.py knows.

In a folder most .json files are no results (configs, tokenizers, manifests): there a file counts
only if it holds a number under a well-known metric's name. Given by itself, it is read or refused.
The bare NaN and Infinity of Python's writer are read (https://docs.python.org/3/library/json.html).
"""

from __future__ import annotations

import json
import re
import sys
from functools import lru_cache
from typing import TYPE_CHECKING

from paperforge.errors import InputError
from paperforge.model import Diagnostic, Raw, Severity
from paperforge.stores import folders, forms, jsonl, together
from paperforge.stores.nothing import NothingToRead
from paperforge.stores.records import Records

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import duckdb

    from paperforge.model import Found

NAME = "JSON"
TOGETHER = False
SUFFIXES = (".json",)
LARGEST = 16 << 20
"""Bytes of a document that Python parses: its objects take up to fifty times as much."""
_LOOKED_AT = 4 << 20
"""In a folder, larger documents than this are not parsed to see whether they hold results."""
_REMEMBERED = 16 << 10
_SETTINGS = frozenset(
    (
        *folders.CONFIGS,
        *("package.json", "package-lock.json", "tsconfig.json", "composer.json", "manifest.json"),
        *("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "vocab.json"),
        *("added_tokens.json", "generation_config.json", "adapter_config.json", "modules.json"),
        *("preprocessor_config.json", "dataset_info.json", "dataset_infos.json", "state.json"),
        *("model.safetensors.index.json", "pytorch_model.bin.index.json", "model_index.json"),
    )
)


def recognises(path: Path) -> bool:
    """A .json file that holds results under a name that is not known for something else."""
    name = path.name.lower()
    if path.suffix.lower() not in SUFFIXES or name in _SETTINGS or name.endswith("config.json"):
        return False
    try:
        if path.stat().st_size > _LOOKED_AT:
            return jsonl.is_array_of_objects(path)
        return forms.is_plausible(_table(path, path.name)[0])
    except (InputError, OSError):
        return False


def groups(files: Sequence[Path]) -> list[tuple[Path, ...]]:
    """Documents of equal keys, which are read as one table."""
    return together.groups(files, _header)


def _header(path: Path) -> together.Header:
    try:
        if path.stat().st_size > _LOOKED_AT:
            return frozenset()
        records = _table(path, path.name)[0].records
    except (InputError, OSError):
        return frozenset()
    return frozenset(name for record in records for name in record)


def read(found: Found, engine: duckdb.DuckDBPyConnection, table: str) -> Raw:
    """A table of text columns, a row for every record of the documents.

    Raises InputError where a document is no JSON, too large, or of no form that can be told.
    """
    if len(found.files) == 1 and _is_large_array(found.files[0]):
        return jsonl.read(found, engine, table)
    rows = Records(engine, table, found.root.name)
    notes: list[Diagnostic] = []
    single = True
    for file in found.files:
        where = together.where(found, file)
        try:
            document, damage = _table(file, where)
        except NothingToRead as error:
            if not found.files[1:]:
                raise
            notes.append(Diagnostic(Severity.WARNING, where, f"skipped: {error.message}"))
            continue
        single = single and document.single
        notes += [Diagnostic(Severity.NOTE, where, text) for text in document.notes]
        if damage:
            notes.append(Diagnostic(Severity.WARNING, where, damage, _INTERRUPTED))
        unit = together.unit(found, file)
        for number, record in enumerate(document.records, 1):
            rows.add(record, unit, None if document.single else number)
    rows.flush()
    if not rows.rows:
        raise NothingToRead("holds no rows", found.root.name, _INTERRUPTED)
    return Raw(table, rows.names, notes=tuple(notes), place="record")


_INTERRUPTED = "was the run that writes it interrupted?"


def _table(path: Path, where: str) -> tuple[forms.Table, str]:
    """The records of a document, and what is damaged in it."""
    try:
        status = path.stat()
        if status.st_size > _REMEMBERED:
            return _parsed(path)
        return _remembered(path, status.st_mtime_ns, status.st_size)
    except OSError as error:
        raise InputError(f"cannot be opened: {error.strerror or error}", where) from None
    except InputError as error:
        place = where + error.where.removeprefix(path.name)
        raise type(error)(error.message, place, error.hint) from None


@lru_cache(maxsize=1024)
def _remembered(path: Path, _time: int, _size: int) -> tuple[forms.Table, str]:
    """Small documents are looked at to recognise, to group and to read them: parsed once."""
    return _parsed(path)


def _parsed(path: Path) -> tuple[forms.Table, str]:
    text, where = _text(path), path.name
    try:
        return forms.table_of(_DECODER.decode(text), where), ""
    except json.JSONDecodeError as error:
        documents, end = _pieces(text)
        if not documents:
            line = f"{where} line {error.lineno}"
            raise InputError(f"is not JSON: {error.msg}", line, _INTERRUPTED) from None
        what = f"damaged at line {end}: the {len(documents)} records before it are kept"
        return forms.table_of(documents, where), what if end else ""
    except RecursionError:
        raise InputError("is JSON that is nested too deep", where) from None
    except ValueError as error:
        most = f"{sys.get_int_max_str_digits()} digits"
        is_long = "digits" in str(error)
        what = f"holds a number with more than {most}" if is_long else f"is odd JSON: {error}"
        raise InputError(what, where) from None


def _text(path: Path) -> str:
    if path.stat().st_size > LARGEST:
        raise InputError(
            f"is too large to be read as one document ({path.stat().st_size >> 20} MB)",
            path.name,
            "write one object a line (JSONL), or Parquet",
        )
    data = path.read_bytes()[: LARGEST + 1]
    try:
        return data.decode(json.detect_encoding(data))
    except UnicodeDecodeError:
        raise InputError("is not UTF-8 text", path.name, "save it as UTF-8") from None


def _pieces(text: str) -> tuple[list[object], int]:
    """The sound values of a damaged list, or of objects one behind the other.

    Also the line where the damage is; 0: there is none.
    """
    found: list[object] = []
    opened = _SPACE.match(text).end()  # type: ignore[union-attr]  # it matches nothing too
    in_list = text[opened : opened + 1] == "["
    at = opened + in_list
    while True:
        at = _SPACE.match(text, at).end()  # type: ignore[union-attr]  # as above
        if at >= len(text) or (in_list and text[at] == "]"):
            sound = at < len(text) or not in_list
            return found, 0 if sound else text.count("\n", 0, at) + 1
        try:
            value, at = _DECODER.raw_decode(text, at)
        except (ValueError, RecursionError):
            return found, text.count("\n", 0, at) + 1
        found.append(value)


_SPACE = re.compile(r"[\s,]*")


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """An object of which every key is there once: of two values neither is known to be right."""
    found = dict(pairs)
    if len(found) < len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]  # add gives None
        raise ValueError(f"the key {twice!r} is twice in one object")
    return found


_DECODER = json.JSONDecoder(object_pairs_hook=_unique)


def _is_large_array(path: Path) -> bool:
    """A list of objects that the engine had better stream."""
    return path.stat().st_size > _LOOKED_AT and jsonl.is_array_of_objects(path)
