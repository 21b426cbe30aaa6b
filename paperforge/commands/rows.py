"""The tidy rows as CSV, JSON, Parquet or aligned text, batch by batch: memory stays bounded."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from paperforge.commands.text import cells, elide, joined, printable
from paperforge.spec import TIDY_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import BinaryIO

    import pyarrow as pa

RIGHT = ("seed", "fold", "step", "value", "kept")
"""Columns of numbers, as text."""
NUMBERS = ("step", "value", "kept")
"""Columns that are numbers in the relation."""
NOTHING = "-"
"""An empty cell, as text."""
FIRST_TO_GO = ("cluster", "status", "kept", "run", "example", "fold", "split", "step", "seed")
"""Columns that a narrow terminal does without, in this order."""
NARROWEST = {"method": 9, "dataset": 9, "metric": 9, "source": 12}
"""Letters that a name is never cut below; of the others six."""
_DIGITS = 8
"""Of a value, as text; the other formats have all of them."""
_FEW_DIGITS = 6
"""On a terminal."""
_UNPRINTABLE = r"[^\x20-\x7e]"
_ODD = {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}


def csv(batches: Iterable[pa.RecordBatch]) -> Iterator[str]:
    """A header, then a line a row. Empty cells are empty; NaN, Infinity and -Infinity are words."""
    yield ",".join(TIDY_COLUMNS) + "\n"
    for batch in batches:
        columns = [_each(batch, name, _csv, r'[",\r\n]|^\s|\s$') for name in TIDY_COLUMNS]
        yield "\n".join([*_side_by_side(columns, ",", nothing="").to_pylist(), ""])


def json_array(batches: Iterable[pa.RecordBatch]) -> Iterator[str]:
    """An array of one record a line; NaN and the infinities are texts, for JSON has none."""
    between = "[\n"
    for batch in batches:
        parts: list[Any] = []
        for place, name in enumerate(TIDY_COLUMNS):
            column = _each(batch, name, _json, r'["\\\x00-\x1f]')
            is_text = name not in NUMBERS
            parts += [f"{', ' if place else '{'}{json.dumps(name)}: "]
            parts += [_side_by_side(['"', column, '"'], "") if is_text else column]
        lines = _side_by_side([*parts, "}"], "", nothing="null").to_pylist()
        if lines:
            yield between + ",\n".join(lines)
            between = ",\n"
    yield "[]\n" if between.startswith("[") else "\n]\n"


def parquet(batches: Iterable[pa.RecordBatch], stream: BinaryIO) -> None:
    """A Parquet file, a row group for each batch."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    numbers = {"step": pa.float64(), "value": pa.float64(), "kept": pa.int8()}
    schema = pa.schema([(name, numbers.get(name, pa.string())) for name in TIDY_COLUMNS])
    with pq.ParquetWriter(pa.PythonFile(stream, mode="w"), schema, compression="zstd") as writer:
        for batch in batches:
            writer.write_batch(batch.select(list(TIDY_COLUMNS)).cast(schema))


def text(batches: Callable[[], Iterable[pa.RecordBatch]]) -> Iterator[str]:
    """All rows as aligned columns: read once for the widths and once for the rows."""
    import pyarrow.compute as pc

    widths = [max(cells(name), cells(NOTHING)) for name in TIDY_COLUMNS]
    for batch in batches():
        for place, name in enumerate(TIDY_COLUMNS):
            column = _each(batch, name, _plain, _UNPRINTABLE)
            longest = pc.max(pc.binary_length(column)).as_py() or 0
            if longest > widths[place]:
                found = (cells(text) for text in column.unique().to_pylist() if text is not None)
                widths[place] = max(widths[place], *found)
    left = {place for place, name in enumerate(TIDY_COLUMNS) if name not in RIGHT}
    yield joined(TIDY_COLUMNS, widths, left) + "\n"
    for batch in batches():
        columns = [
            _padded(_each(batch, name, _plain, _UNPRINTABLE), widths[place], left=place in left)
            for place, name in enumerate(TIDY_COLUMNS)
        ]
        lines = _side_by_side(columns, "  ")
        yield "\n".join([*(line.rstrip() for line in lines.to_pylist()), ""])


def screenful(
    batches: Iterable[pa.RecordBatch], rows: int, width: int
) -> tuple[list[str], int, list[str]]:
    """The first rows within a terminal's width: lines, how many rows, the columns left out.

    Columns in which these rows hold nothing are left out silently; long cells are cut.
    """
    head = next(iter(batches), None)
    if head is None:
        return [], 0, []
    head = head.slice(0, rows)
    table = {
        name: [
            NOTHING if v is None else _plain(v, name, _FEW_DIGITS)
            for v in head.column(name).to_pylist()
        ]
        for name in TIDY_COLUMNS
    }
    names = [n for n in TIDY_COLUMNS if head.column(n).null_count < head.num_rows]
    widths = {n: max(cells(n), *(cells(cell) for cell in table[n])) for n in names}
    dropped = _dropped(widths, width)
    shown = _fitted({n: w for n, w in widths.items() if n not in dropped}, width)
    lines = [_cut({name: name for name in shown}, shown)]
    lines += [
        _cut({name: table[name][place] for name in shown}, shown) for place in range(head.num_rows)
    ]
    return lines, head.num_rows, dropped


def _cut(row: dict[str, str], widths: dict[str, int]) -> str:
    """A line of cells that are cut to these widths; a place is told by its end."""
    short = [
        elide(cell, widths[name], keep="end" if name == "source" else "both")
        for name, cell in row.items()
    ]
    left = {place for place, name in enumerate(row) if name not in RIGHT}
    return joined(short, list(widths.values()), left)


def _least(name: str, width: int) -> int:
    """How narrow a column may get; numbers stay whole."""
    return width if name in RIGHT else min(width, NARROWEST.get(name, 6))


def _dropped(widths: dict[str, int], room: int) -> list[str]:
    """The columns that a terminal is too narrow for."""
    left, dropped = dict(widths), []
    for name in FIRST_TO_GO:
        if sum(_least(n, w) for n, w in left.items()) + 2 * (len(left) - 1) <= room:
            break
        if left.pop(name, None) is not None:
            dropped.append(name)
    return dropped


def _fitted(widths: dict[str, int], room: int) -> dict[str, int]:
    """Narrower columns, the widest first, until they fit."""
    fitted = dict(widths)
    while sum(fitted.values()) + 2 * (len(fitted) - 1) > room:
        able = [n for n, w in fitted.items() if w > _least(n, widths[n])]
        if not able:
            break
        fitted[max(able, key=lambda n: fitted[n])] -= 1
    return fitted


def _side_by_side(columns: Sequence[Any], between: str, nothing: str | None = None) -> pa.Array:
    """Texts joined row by row; with None for nothing, a row without a text has none either."""
    import pyarrow.compute as pc

    if nothing is None:
        return pc.binary_join_element_wise(*columns, between)
    return pc.binary_join_element_wise(
        *columns, between, null_handling="replace", null_replacement=nothing
    )


def _padded(column: pa.Array, width: int, *, left: bool) -> pa.Array:
    """Texts of one width, with a sign for those that are none."""
    import pyarrow as pa
    import pyarrow.compute as pc

    column = column.fill_null(NOTHING)
    if pc.all(pc.string_is_ascii(column)).as_py():
        return (pc.utf8_rpad if left else pc.utf8_lpad)(column, width)
    blanks = (" " * (width - cells(text)) for text in column.to_pylist())
    space = pa.array(blanks, pa.string())
    return _side_by_side([column, space] if left else [space, column], "")


def _each(batch: pa.RecordBatch, name: str, write: Callable[[Any, str], str], odd: str) -> pa.Array:
    """A column as texts. Texts that match `odd`, and numbers where one is odd, are written anew.

    Each different value is written once.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    column = batch.column(name)
    if name not in NUMBERS and not pc.any(pc.match_substring_regex(column, odd)).as_py():
        return column
    if (
        name in NUMBERS
        and write is not _plain
        and pc.all(pc.is_finite(column)).as_py() is not False
    ):
        return column.cast(pa.string())
    coded = column.dictionary_encode()
    written = [None if v is None else write(v, name) for v in coded.dictionary.to_pylist()]
    return pa.array(written, pa.string()).take(coded.indices)


def _exact(value: object) -> str:
    """A value with all its digits; whole ones without a point."""
    if not isinstance(value, float):
        return str(value)
    text = repr(value)
    return _ODD.get(text, text.removesuffix(".0"))


def _csv(value: object, _: str) -> str:
    """A cell, quoted where it must be (RFC 4180)."""
    text = _exact(value)
    if any(c in text for c in ',"\r\n') or text != text.strip():
        return '"' + text.replace('"', '""') + '"'
    return text


def _json(value: object, _: str) -> str:
    """A number, or what stands between the quotes of a text."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)[1:-1]
    text = _exact(value)
    return json.dumps(text) if text in _ODD.values() else text


def _plain(value: object, name: str, digits: int = _DIGITS) -> str:
    """A cell for people."""
    if isinstance(value, float) and not (name == "step" and value.is_integer()):
        return f"{value:.{digits}g}"
    return printable(_exact(value))
