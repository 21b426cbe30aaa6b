"""Arrow's IPC files and streams, which Feather is too: typed columns, copied batch by batch.

A file starts and ends with ARROW1; a stream starts with the length of its schema
(https://arrow.apache.org/docs/format/Columnar.html#serialization-and-interprocess-communication-ipc).
What a hostile file says of lengths is checked before anything is unpacked, and its offsets before
anything is read (pyarrow trusts both).
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from paperforge.engine import identifier
from paperforge.errors import InputError
from paperforge.model import Diagnostic, Raw, Severity
from paperforge.stores import arrow, arrow_messages
from paperforge.stores.nothing import NothingToRead
from paperforge.stores.records import MOST_COLUMNS, check_name

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import duckdb
    import pyarrow as pa

    from paperforge.model import Found

NAME = "Arrow"
TOGETHER = False
SUFFIXES = (".arrow", ".feather", ".ipc", ".arrows", ".ft")
_FILE = b"ARROW1"
_PADDED = 8
"""Where the first message of a file starts."""
_OLD = b"FEA1"
_STREAM = b"\xff\xff\xff\xff"
_INDEX = "__index_level_"
_MOST_ROWS = 1 << 16
"""Rows that are handed over at once."""


def recognises(path: Path) -> bool:
    """By the first bytes; a stream, which has no magic, by its name too."""
    try:
        with path.open("rb") as stream:
            start = stream.read(6)
    except OSError:
        return False
    if path.suffix.lower() in SUFFIXES:
        return start == _FILE or start[:4] in (_OLD, _STREAM)
    return start == _FILE


def read(found: Found, engine: duckdb.DuckDBPyConnection, table: str) -> Raw:
    """A table of the file's rows.

    Raises InputError where the file is damaged from its start, is Feather of version 1, or holds
    nothing that a table can hold.
    """
    import duckdb
    import pyarrow as pa

    path = found.files[0]
    rows, damage = 0, ""
    left_out: list[str] = []
    names: tuple[str, ...] = ()
    try:
        with _opened(path) as (schema, batches):
            kept, left_out = _columns(schema, path)
            names = tuple(schema.field(n).name for n in kept)
            for batch in batches:
                rows += _add(engine, table, batch, kept, rows)
    except InputError as error:
        if not rows:
            raise
        damage = error.message
    except (pa.ArrowException, OSError, ValueError, TypeError, OverflowError, MemoryError) as error:
        damage = str(error).splitlines()[0] if str(error) else "damaged"
    except duckdb.Error as error:
        damage = str(error).splitlines()[0]
    if not rows and damage:
        raise InputError(f"is not a sound Arrow file ({damage})", path.name, _INTERRUPTED)
    if not rows:
        raise NothingToRead("the file has columns and no rows", path.name)
    notes = [Diagnostic(Severity.NOTE, path.name, text) for text in left_out]
    if damage:
        text = f"damaged ({damage}): the {rows} rows before it are kept"
        notes.append(Diagnostic(Severity.WARNING, path.name, text, _INTERRUPTED))
    return Raw(table, names, notes=tuple(notes), place="row")


_INTERRUPTED = "write it again; was the copy or the run that wrote it interrupted?"


@contextmanager
def _opened(path: Path) -> Iterator[tuple[pa.Schema, Iterator[pa.RecordBatch]]]:
    """The schema, and the batches one by one."""
    import pyarrow as pa

    with path.open("rb") as stream:
        start = stream.read(6)
    if start[:4] == _OLD:
        raise InputError(
            "is Feather of version 1, which is no longer written",
            path.name,
            "write it again as version 2, or as Parquet",
        )
    arrow_messages.check(path, _PADDED if start == _FILE else 0)
    with pa.memory_map(str(path)) as source:
        if start == _FILE:
            try:
                reader = pa.ipc.open_file(source)
            except pa.ArrowInvalid:
                # A file that is cut off lacks its index; in front of that it is a stream.
                source.seek(_PADDED)
            else:
                count = reader.num_record_batches
                yield reader.schema, (reader.get_batch(n) for n in range(count))
                return
        stream_reader = pa.ipc.open_stream(source)
        yield stream_reader.schema, iter(stream_reader)


def _columns(schema: pa.Schema, path: Path) -> tuple[list[int], list[str]]:
    """The numbers of the columns that can be read, and what is said of the others."""
    import pyarrow as pa

    if len(schema) > MOST_COLUMNS:
        raise InputError(f"has more than {MOST_COLUMNS} columns", path.name)
    kept: list[int] = []
    other: list[str] = []
    folded: dict[str, str] = {}
    for number, field in enumerate(schema):
        if field.name.startswith(_INDEX):
            continue
        kind = field.type.value_type if pa.types.is_dictionary(field.type) else field.type
        if not _is_single(kind):
            other.append(field.name)
            continue
        check_name(field.name, folded, path.name)
        kept.append(number)
    names = [schema.field(n).name for n in kept]
    if len(set(names)) < len(names) or "" in names:
        raise InputError("has two columns of one name, or one without a name", path.name)
    if not kept:
        raise InputError("has no columns of numbers or texts", path.name)
    said = f"left out: {', '.join(other)} (lists, records or bytes)"
    return kept, [said] if other else []


def _is_single(kind: Any) -> bool:  # noqa: ANN401  pyarrow has no types
    """Whether values of an Arrow type are numbers, texts, truths, or times."""
    import pyarrow as pa

    tests = ("boolean", "integer", "floating", "decimal", "string", "large_string", "temporal")
    return any(getattr(pa.types, f"is_{name}")(kind) for name in tests) or kind == pa.string_view()


def _add(
    engine: duckdb.DuckDBPyConnection, table: str, batch: pa.RecordBatch, kept: list[int], rows: int
) -> int:
    """Check a batch and append its rows; how many they are."""
    import numpy as np
    import pyarrow as pa

    batch.validate(full=True)
    for start in range(0, batch.num_rows, _MOST_ROWS):
        part = batch.slice(start, _MOST_ROWS)
        numbers = arrow.numbers(np.arange(part.num_rows) + (rows + start + 1))
        columns = {f"c{n}": _plain(part.column(n)) for n in kept}
        called = {n: identifier(batch.schema.field(n).name) for n in kept}
        names = ", ".join(f"c{n} AS {name}" for n, name in called.items())
        engine.register("__batch", pa.RecordBatch.from_pydict({**columns, "__row": numbers}))
        try:
            first = not rows and not start
            verb = "CREATE TABLE {} AS" if first else "INSERT INTO {}"
            into = verb.format(identifier(table))
            engine.execute(f"{into} SELECT {names}, __row FROM __batch")
        finally:
            engine.unregister("__batch")
    return int(batch.num_rows)


def _plain(column: Any) -> Any:  # noqa: ANN401  pyarrow has no types
    """A column of values: categories and times as text, halves as numbers."""
    import pyarrow as pa

    kind = column.type
    if pa.types.is_dictionary(kind):
        return _plain(column.dictionary_decode())
    if pa.types.is_temporal(kind) or kind == pa.string_view() or pa.types.is_large_string(kind):
        return column.cast(pa.string())
    if pa.types.is_float16(kind):
        return column.cast(pa.float32())
    return column
