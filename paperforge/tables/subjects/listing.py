"""A small file of the author's as a table: statistics of the datasets, hyper-parameters.

CSV (commas, semicolons or tabs; the first row is the header) or TOML (a table a row, or an array
of tables, or plain keys). Numbers keep the digits that they have in the file.
"""

from __future__ import annotations

import csv
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from paperforge.errors import InputError
from paperforge.latex.escape import plain
from paperforge.model import Cell, Column, Note, Row
from paperforge.tables import parts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from paperforge.model import Analysis, Table
    from paperforge.spec import TableSpec

LARGEST = 1 << 20
"""Bytes of the file."""
WIDEST = 40
"""Columns."""
EMPTY = "–"
FIRST_GROUPED = 10_000
"""From here on the thousands of a whole column are parted, as those of results are."""
_NUMBER = re.compile(r"[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?|[+-]?\.\d+")
_SCIENTIFIC = re.compile(r"[+-]?\d+(?:\.\d+)?[eE][+-]?\d+")
_UNIT = re.compile(r"(.+?)\s*\[([^\[\]]+)\]")
_MARK = "\ufeff"


@dataclass(frozen=True, slots=True)
class Content:
    """A file's header and rows, every row as long as the header."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def arrange(spec: TableSpec, root: Path, analysis: Analysis | None = None) -> Table:
    """The file's columns, or those that `spec.columns` names; the first one names the rows.

    `analysis`: methods and datasets are called as everywhere in the paper. Raises InputError where
    the file is not there, leads out of the paper's folder, or is no table.
    """
    path = locate(spec, root)
    content = _checked(read(path, spec.file), spec)
    names = _labels(analysis)
    at = _columns(content, spec)
    columns = [_column(content.header[i], [row[i] for row in content.rows]) for i in at]
    cells = [_cells([row[i] for row in content.rows]) for i in at]
    rows = [
        Row(names.get(row[0], plain(row[0])), tuple(column[n] for column in cells))
        for n, row in enumerate(content.rows)
    ]
    hint = "a table has room for some; put the others into an appendix of their own"
    empty = any(cell.printed == EMPTY for row in rows for cell in row.cells)
    parts.limited(len(rows), spec, "rows", hint)
    return parts.made(
        spec,
        _titled(content.header[0]),
        columns,
        rows,
        caption=f"{plain(Path(spec.file).stem).replace('_', ' ')}.",
        said=[Note("not given", EMPTY)] if empty else [],
    )


def locate(spec: TableSpec, root: Path) -> Path:
    """The file, inside the paper's folder. Raises InputError where it is not."""
    where = f"table {spec.name}"
    if not spec.file:
        hint = 'file = "datasets.csv" in paper.toml, or paperforge table FILE --layout listing'
        raise InputError("no file is named", where, hint)
    written = spec.file.replace("\\", "/")
    path = root / written
    try:
        outside = Path(written).is_absolute() or not path.resolve().is_relative_to(root.resolve())
    except (OSError, ValueError, RuntimeError) as error:
        raise InputError(f"{spec.file!r} cannot be opened: {error}", where) from None
    if outside:
        hint = "copy the file into the folder: the paper travels with it"
        raise InputError(f"{spec.file!r} leads out of the paper's folder", where, hint)
    if not path.is_file():
        raise InputError(f"{spec.file!r} is not there", where, f"it is looked for in {root}")
    return path


def read(path: Path, shown: str) -> Content:
    """A CSV or TOML file. Raises InputError where it is damaged, or too large to be a table."""
    try:
        data = path.read_bytes() if path.stat().st_size <= LARGEST else None
    except OSError as error:
        raise InputError(f"it cannot be read: {error}", shown) from None
    if data is None:
        raise InputError("it is larger than 1 MB: that is data, not a table", shown)
    try:
        text = data.decode("utf-8").removeprefix(_MARK)
    except UnicodeDecodeError as error:
        raise InputError(f"it is no UTF-8 (byte {error.start})", shown) from None
    return _toml(text, shown) if path.suffix.lower() == ".toml" else _csv(text, shown)


def _csv(text: str, shown: str) -> Content:
    first = text.lstrip().partition("\n")[0]
    comma = max((",", ";", "\t"), key=first.count)
    try:
        records = list(csv.reader(text.splitlines(keepends=True), delimiter=comma, strict=True))
    except csv.Error as error:
        raise InputError(f"it is no CSV: {error}", shown) from None
    records = [[field.strip() for field in record] for record in records]
    filled = [(n, record) for n, record in enumerate(records, 1) if any(record)]
    if len(filled) <= 1:
        raise InputError("it has no row under its header", shown)
    header = filled[0][1]
    for number, record in filled[1:]:
        if len(record) != len(header):
            text = f"{len(record)} fields under a header of {len(header)}"
            raise InputError(text, f"{shown} record {number}", "quote fields that hold commas")
    return Content(tuple(header), tuple(tuple(record) for _, record in filled[1:]))


def _toml(text: str, shown: str) -> Content:
    try:
        data = tomllib.loads(text, parse_float=str)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"it is no TOML: {error}", shown) from None
    if not data:
        raise InputError("it is empty", shown)
    lone = next(iter(data.values()))
    if len(data) == 1 and isinstance(lone, list) and all(isinstance(x, dict) for x in lone):
        records: list[Mapping[str, Any]] = lone
        keys = list(dict.fromkeys(key for record in records for key in record))
        rows = [tuple(_said(record.get(key)) for key in keys) for record in records]
        return Content(tuple(keys), tuple(rows))
    if all(isinstance(value, dict) for value in data.values()):
        keys = list(dict.fromkeys(key for record in data.values() for key in record))
        rows = [(name, *(_said(r.get(key)) for key in keys)) for name, r in data.items()]
        return Content(("Name", *keys), tuple(rows))
    return Content(("Name", "Value"), tuple((name, _said(value)) for name, value in data.items()))


def _said(value: object) -> str:
    """A value of TOML as text; lists with commas."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(_said, value))
    if isinstance(value, dict):
        return ", ".join(f"{key} {_said(inner)}" for key, inner in value.items())
    return str(value)


def _checked(content: Content, spec: TableSpec) -> Content:
    if len(content.header) > WIDEST and not spec.columns:
        text = f"{len(content.header)} columns: a table has room for {WIDEST}"
        raise InputError(text, spec.file, "columns = [...] names those to show")
    return content


def _columns(content: Content, spec: TableSpec) -> list[int]:
    """Which columns stand beside the first, by place."""
    if not spec.columns:
        return list(range(1, len(content.header)))
    found = []
    for name in spec.columns:
        if name not in content.header:
            have = ", ".join(map(plain, content.header))
            raise InputError(f'it has no column "{plain(name)}"', spec.file, f"it has {have}")
        found.append(content.header.index(name))
    return [i for i in dict.fromkeys(found) if i]


def _labels(analysis: Analysis | None) -> Mapping[str, str]:
    if analysis is None:
        return {}
    return {**parts.labels(analysis.datasets), **parts.labels(analysis.methods)}


def _titled(name: str) -> str:
    """A header: its unit in round brackets, where the file has it in square ones."""
    found = _UNIT.fullmatch(plain(name))
    return f"{found[1]} ({found[2]})" if found else plain(name)


def _column(name: str, texts: Sequence[str]) -> Column:
    return Column(_titled(name), words=not all(_is_number(t) for t in texts if t))


def _is_number(text: str) -> bool:
    return bool(_NUMBER.fullmatch(text))


def _cells(texts: Sequence[str]) -> list[Cell]:
    """One column: numbers with the thousands parted in all of them or in none, or words."""
    filled = [text for text in texts if text]
    if not all(map(_is_number, filled)):
        return [parts.words(_word(text)) if text else parts.words(EMPTY) for text in texts]
    values = [float(text.replace(",", "")) for text in filled]
    grouped = any(abs(v) >= FIRST_GROUPED for v in values) or any("," in text for text in filled)
    shown = dict(zip(filled, _printed(filled, grouped=grouped), strict=True))
    return [
        parts.number(float(text.replace(",", "")), shown[text]) if text else parts.words(EMPTY)
        for text in texts
    ]


def _printed(texts: Sequence[str], *, grouped: bool) -> Iterator[str]:
    """Numbers with the digits that they have, a zero before the point, and no plus sign."""
    for text in texts:
        sign = "-" if text.startswith("-") else ""
        whole, point, decimals = text.lstrip("+-").replace(",", "").partition(".")
        whole = f"{int(whole or '0'):,}" if grouped else whole or "0"
        yield f"{sign}{whole}{point}{decimals}"


def _word(text: str) -> str:
    """A text; a number among words with a minus sign."""
    if _is_number(text) or _SCIENTIFIC.fullmatch(text):
        return text.replace("-", parts.MINUS)
    return plain(text)


__all__ = ["arrange", "locate", "read"]
