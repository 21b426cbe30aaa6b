"""Big CSV files in one pass of the engine: nothing is looked at before, everything is after.

`csv.read` looks at all bytes and lets the engine split all rows before anything is asked of them.
Where one pass (results/condensed.py) asks all there is to ask, that would be two passes more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from paperforge.engine import identifier, literal
from paperforge.model import Diagnostic, Raw, Severity
from paperforge.stores import line_starts, packed, seeds
from paperforge.stores.csv_dialect import sniff

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import duckdb

    from paperforge.model import Found
    from paperforge.stores.csv_dialect import Dialect


def glance(found: Found, engine: duckdb.DuckDBPyConnection, table: str) -> Raw | None:
    """What `csv.read` gives for a plain UTF-8 file; None for others, as far as the start shows.

    The engine raises its own errors where rows are damaged. Raises InputError as csv.read does.
    """
    path = found.files[0]
    if found.files[1:] or packed.is_packed(path):
        return None
    dialect = sniff(path, "utf-8")
    if any(name.startswith("column ") for name in dialect.names) or seeds.columns(dialect.names)[1]:
        return None
    # A window over nothing streams in the order of the file.
    engine.execute(
        f"CREATE VIEW {identifier(table)} AS SELECT *, {1 + dialect.skip} + row_number() OVER () "
        f"AS __row FROM ({_rows(path, dialect, {})})"
    )
    notes: tuple[Diagnostic, ...] = ()
    if dialect.skip:
        count = f"{dialect.skip} line{'s' if dialect.skip > 1 else ''}"
        said = f"{count} above the header: not read"
        notes = (Diagnostic(Severity.NOTE, path.name, said),)
    return Raw(table, dialect.names, notes=notes, place="line", streamed=True, castable=True)


def typed(found: Found, kinds: Mapping[str, str]) -> str:
    """SQL of the same rows without their numbers, columns as the engine's types `kinds`.

    Where a cell is not of its type the engine raises; an empty one is NULL.
    """
    path = found.files[0]
    return _rows(path, sniff(path, "utf-8"), kinds)


def _rows(path: Path, dialect: Dialect, kinds: Mapping[str, str]) -> str:
    columns = ", ".join(
        f"{identifier(f'c{i}')}: '{kinds.get(name, 'VARCHAR')}'"
        for i, name in enumerate(dialect.names)
    )
    renamed = ", ".join(f"c{i} AS {identifier(name)}" for i, name in enumerate(dialect.names))
    return (
        f"SELECT {renamed} FROM read_csv({literal(str(path))}, auto_detect = false, header = true, "
        f"delim = {literal(dialect.delimiter)}, quote = '\"', escape = '\"', "
        f"encoding = 'utf-8', skip = {dialect.skip}, columns = {{{columns}}})"
    )


def first_rows(found: Found, columns: Sequence[str]) -> list[dict[str, int]] | None:
    """Where each text of some columns stands first: numbers that grow along the file.

    None where the file is not sorted by them (line_starts), or where lines are not rows (quoted
    fields).
    """
    path = found.files[0]
    dialect = sniff(path, "utf-8")
    places = [dialect.names.index(name) for name in columns]
    last, delimiter = max(places) + 1, dialect.delimiter.encode()
    if last >= len(dialect.names) or dialect.surplus:
        return None

    def take(line: bytes) -> tuple[list[str], int] | None:
        fields = line.split(delimiter, last)
        if len(fields) <= last:
            return None
        texts = [fields[place].decode("utf-8", "replace") for place in places]
        return texts, sum(map(len, fields[:last])) + last

    return line_starts.first_rows(path, take, len(columns), dialect.skip + 1, refused=b'"')
