"""The tidy relation: one row a measured number, whatever shape the store had.

`tidy_rows` holds what is there, compactly; the view `tidy` shows it under TIDY_COLUMNS.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from paperforge.engine import identifier, literal
from paperforge.errors import InputError
from paperforge.model import Diagnostic, Severity
from paperforge.numbers import REFUSED, prepare, refusal, trimmed, words
from paperforge.results.shapes import BAD_STEP, GONE, SOUND, TEXTS, Select, select
from paperforge.spec import TIDY_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Sequence

    import duckdb

    from paperforge.results.sources import Input

BIG = 8 << 20
"""Bytes of input from which texts are stored as codes: in memory, 20 million rows count."""
MOST_CODES = 10_000
"""A role with more texts than this in a sample is stored as text."""
STRIDE = 10**12
"""Order of a row over all files: file x STRIDE + row."""

OWN = (
    "record BIGINT, step DOUBLE, value DOUBLE, summary BOOLEAN, kept BOOLEAN, used BOOLEAN, "
    "file SMALLINT, row BIGINT"
)
"""The columns of tidy_rows that are no texts."""
_STANDS_FOR = {
    "n": "1",
    "first": "row",
    "finite": "coalesce(isfinite(value), false)::BIGINT",
    "bad": "coalesce(NOT isfinite(value), false)::BIGINT",
    "low": "value",
    "high": "value",
    "most": "example",
}
"""What a row says of the rows that it stands for (condensed.py): here itself alone."""
_ALONE = ", ".join(
    f"{name} {'DOUBLE' if sql == 'value' else 'VARCHAR' if sql == 'example' else 'BIGINT'} "
    f"GENERATED ALWAYS AS ({sql}) VIRTUAL"
    for name, sql in _STANDS_FOR.items()
)
_BAD = f"('{REFUSED}', '{BAD_STEP}')"
_SAMPLE = 200_000
_RUNNING = "status::VARCHAR = 'running'"
_SHOWN = 6
USABLE = f"(status IS NULL OR status IN {SOUND})"
"""SQL: the row's number may be used."""
SOURCE = (
    "s.shown || CASE WHEN t.unit IS NULL THEN ' ' || s.word || ' ' || t.row "
    "ELSE t.unit::VARCHAR || coalesce(' ' || s.word || ' ' || t.record, '') END"
)
"""SQL over tidy_rows t and sources s: where a row came from."""
_AS = {
    **{role: f"t.{role}::VARCHAR" for role in TEXTS},
    "status": "coalesce(t.status::VARCHAR, 'unknown')",
    "kept": "t.kept::TINYINT",
    "source": SOURCE,
}
SHOWN = ", ".join(f"{_AS.get(name, f't.{name}')} AS {name}" for name in TIDY_COLUMNS)
"""SQL over tidy_rows t and sources s: the tidy columns."""
_DIVERGED = "--diverged METRIC=VALUE (diverged = VALUE in paper.toml) counts such a run as a score"


def build(engine: duckdb.DuckDBPyConnection, inputs: Sequence[Input]) -> None:
    """Make `tidy_rows`, `tidy` and `sources` in the engine.

    Raises InputError at the first row whose number is none, whose step is none, or that names no
    method or dataset where the others do.
    """
    prepare(engine)
    selects = [select(engine, number, one) for number, one in enumerate(inputs)]
    types = _types(engine, inputs, selects)
    texts = ", ".join(f"{role} {kind}" for role, kind in types.items())
    engine.execute(f"CREATE TABLE tidy_rows ({texts}, {OWN}, {_ALONE})")
    engine.execute("CREATE TABLE sources (file SMALLINT, shown VARCHAR, word VARCHAR)")
    for file, (one, chosen) in enumerate(zip(inputs, selects, strict=True)):
        named = [file, one.source.shown, one.raw.place]
        engine.execute("INSERT INTO sources VALUES (?, ?, ?)", named)
        engine.execute(f"INSERT INTO tidy_rows BY NAME {chosen.sql}")
    _refuse(engine, inputs)
    settle(engine, inputs)
    show(engine)


def show(engine: duckdb.DuckDBPyConnection) -> None:
    """Make the view `tidy` of all rows."""
    engine.execute(
        f"CREATE VIEW tidy AS SELECT {SHOWN} FROM tidy_rows t JOIN sources s USING (file) "
        "ORDER BY t.file, t.row, t.rowid"
    )


def size(inputs: Sequence[Input]) -> int:
    """Bytes of the files that were read."""
    return sum(path.stat().st_size for one in inputs for path in one.file.found.files)


def _types(
    engine: duckdb.DuckDBPyConnection, inputs: Sequence[Input], selects: Sequence[Select]
) -> dict[str, str]:
    """The column types: codes for texts that come again and again in a big input."""
    types = dict.fromkeys((*TEXTS, "status", "unit"), "VARCHAR")
    if size(inputs) < BIG:
        return types
    texts: dict[str, set[str]] = {role: set() for role in types}
    states = {*words()["missing"].values(), *words()["status"].values(), REFUSED, BAD_STEP}
    texts["status"] = states - {""}
    for chosen in selects:
        for role, members in chosen.fixed.items():
            texts[role] |= set(members) - {""}
        roles = [role for role in chosen.texts if role not in chosen.fixed]
        for role in _many(engine, chosen, roles):
            roles.remove(role)
            texts.pop(role, None)
        lists = ", ".join(f"list(DISTINCT {chosen.texts[role]})" for role in roles)
        row = engine.execute(f"SELECT {lists} FROM {chosen.relation}").fetchone() if roles else ()
        for role, found in zip(roles, row or (), strict=True):
            if role in texts:
                texts[role] |= {text for text in found or () if text is not None}
    for role, found in texts.items():
        codes = ", ".join(literal(text) for text in sorted(found))
        engine.execute(f"CREATE TYPE code_{role} AS ENUM ({codes})")
        types[role] = f"code_{role}"
    return types


def _many(engine: duckdb.DuckDBPyConnection, select: Select, roles: Sequence[str]) -> list[str]:
    """Roles with so many different texts that a list of them would not be small."""
    if not roles:
        return []
    counts = ", ".join(f"count(DISTINCT {role})" for role in roles)
    picked = ", ".join(f"{select.texts[role]} AS {role}" for role in roles)
    found = engine.execute(
        f"SELECT {counts} FROM (SELECT {picked} FROM {select.relation} LIMIT {_SAMPLE})"
    ).fetchone()
    return [role for role, n in zip(roles, found or (), strict=True) if n > MOST_CODES]


def _refuse(engine: duckdb.DuckDBPyConnection, inputs: Sequence[Input]) -> None:
    """Raise InputError for the first value or step that is no number."""
    if engine.execute(f"SELECT 1 FROM tidy_rows WHERE status IN {_BAD} LIMIT 1").fetchone() is None:
        return
    bad = engine.execute(
        f"SELECT t.file, t.row, {SOURCE}, "
        "t.status::VARCHAR, t.metric::VARCHAR, coalesce(t.split::VARCHAR, ''), t.dataset::VARCHAR, "
        f"(SELECT count(DISTINCT (file, row)) FROM tidy_rows WHERE status IN {_BAD}) "
        f"FROM tidy_rows t JOIN sources s USING (file) WHERE t.status IN {_BAD} "
        "ORDER BY t.file, t.row, t.rowid LIMIT 1"
    ).fetchone()
    assert bad is not None
    file, row, where, status, metric, split, dataset, count = bad
    one = inputs[file]
    column = one.mapped.roles.get("step" if status == BAD_STEP else "value", "")
    if one.mapped.values and status == REFUSED:
        fits = (
            v.column
            for v in one.mapped.values
            if v.metric == metric and v.split in ("", split) and v.dataset in ("", dataset)
        )
        column = next(fits)
    text = engine.execute(
        f"SELECT left({trimmed(identifier(column))}, 80) FROM {identifier(one.raw.table)} "
        "WHERE __row = ?",
        [row],
    ).fetchone()
    shown = str(text[0]) if text else ""
    message, hint = (
        (f"{shown!r} is not a number", "steps are numbers; empty means no step")
        if status == BAD_STEP
        else refusal(shown, one.styles[column], "*" if len(one.styles) > 1 else column)
    )
    more = count - 1
    also = f" ({more} more row{'s' if more > 1 else ''} like this)" if more else ""
    raise InputError(f"{column}: {message}{also}", where, hint)


def settle(engine: duckdb.DuckDBPyConnection, inputs: Sequence[Input]) -> None:
    """Put aside a tracker's runs that do not count.

    Raises InputError at the first row of a table that names no method or dataset where others do.
    """
    _require(engine, inputs)
    _put_aside_running(engine, inputs)


def _require(engine: duckdb.DuckDBPyConnection, inputs: Sequence[Input]) -> None:
    """A table's rows must all name method and dataset; a tracker's stray runs are put aside."""
    for file, one in enumerate(inputs):
        for role in ("method", "dataset"):
            if role not in one.mapped.roles:
                continue
            if "run" in one.raw.known:
                engine.execute(
                    f"UPDATE tidy_rows SET used = false WHERE file = {file} AND {role} IS NULL"
                )
                continue
            nameless = f"FROM tidy_rows WHERE file = {file} AND {role} IS NULL"
            if engine.execute(f"SELECT 1 {nameless} LIMIT 1").fetchone():
                empty = engine.execute(
                    f"SELECT min(row), count(DISTINCT row) {nameless}"
                ).fetchone()
                assert empty is not None
                raise InputError(
                    f"{one.mapped.roles[role]} is empty"
                    + (f" (in {empty[1]} rows)" if empty[1] > 1 else ""),
                    f"{one.source.shown} {one.raw.place} {empty[0]}",
                    f"every row must name its {role}, also where the row above names the same one",
                )


def _put_aside_running(engine: duckdb.DuckDBPyConnection, inputs: Sequence[Input]) -> None:
    """A tracker's unfinished runs do not count, unless there are no others."""
    tracked = ", ".join(str(n) for n, one in enumerate(inputs) if "run" in one.raw.known)
    if not tracked:
        return
    running = f"SELECT DISTINCT file, run FROM tidy_rows WHERE {_RUNNING} AND file IN ({tracked})"
    others = f"used AND value IS NOT NULL AND {USABLE} AND (file, run) NOT IN ({running})"
    if engine.execute(f"SELECT 1 FROM tidy_rows WHERE {others} LIMIT 1").fetchone():
        engine.execute(f"UPDATE tidy_rows SET used = false WHERE (file, run) IN ({running})")


def _unfinished(engine: duckdb.DuckDBPyConnection, inputs: Sequence[Input]) -> list[Diagnostic]:
    """That runs were put aside because they are still running."""
    rows = engine.execute(
        "SELECT s.shown, list(coalesce(t.place, t.run::VARCHAR) ORDER BY t.row) "
        "FROM (SELECT file, run, any_value(unit)::VARCHAR AS place, min(row) AS row FROM tidy_rows "
        f"WHERE {_RUNNING} AND NOT used GROUP BY file, run) t "
        "JOIN sources s USING (file) WHERE t.run IS NOT NULL "
        "GROUP BY t.file, s.shown ORDER BY t.file"
    ).fetchall()
    tracked = {one.source.shown for one in inputs if "run" in one.raw.known}
    found = []
    for shown, places in rows:
        if shown not in tracked:
            continue
        names = [str(place).removeprefix(" run ").removeprefix("/") for place in places]
        text = (
            f"left out: {len(names)} run{'s' if names[1:] else ''} still running: "
            + ", ".join(names[:_SHOWN])
            + (", …" if names[_SHOWN:] else "")
        )
        found.append(Diagnostic(Severity.NOTE, shown, text))
    return found


def notes(engine: duckdb.DuckDBPyConnection, inputs: Sequence[Input]) -> list[Diagnostic]:
    """What the reader should know of runs without a name, of failed and of unfinished runs."""
    found = []
    for file, one in enumerate(inputs):
        for role in ("method", "dataset"):
            column = one.mapped.roles.get(role)
            if column is None or "run" not in one.raw.known:
                continue
            row = engine.execute(
                f"SELECT count(DISTINCT run) FROM tidy_rows WHERE file = {file} "
                f"AND {role} IS NULL AND (status IS NULL OR status NOT IN {GONE})"
            ).fetchone()
            if row and row[0]:
                count = f"{row[0]} run{'s' if row[0] > 1 else ''}"
                text = f"left out: {count} without {column}"
                hint = (
                    f"--path '{{{role}}}/…' takes it from the folders' names, --map COLUMN={role} "
                    "from elsewhere"
                )
                found.append(Diagnostic(Severity.WARNING, one.source.shown, text, hint))
    if not engine.execute("SELECT 1 FROM tidy_rows WHERE status IS NOT NULL LIMIT 1").fetchone():
        return found
    found += _unfinished(engine, inputs)
    states = engine.execute(
        "SELECT status::VARCHAR, count(DISTINCT coalesce(run::VARCHAR, file || ' ' || row)), "
        "count(run) > 0 FROM tidy_rows WHERE used AND status IS NOT NULL GROUP BY 1 ORDER BY 1"
    ).fetchall()
    said = {
        "crashed": "{} crashed and counts as missing",
        "out of memory": "{} out of memory, without a number",
        "diverged": "{} marked as diverged: no score is taken from it",
        "running": "{} still running: numbers are not final",
    }
    for status, count, runs in states:
        if status in said:
            what = ("run" if runs else "row") + ("s" if count > 1 else "")
            text = said[status].format(f"{count} {what}")
            text = text.replace("counts", "count") if count > 1 else text
            severity = Severity.WARNING if status == "running" else Severity.NOTE
            text = text.replace("from it", "from them") if count > 1 else text
            hint = _DIVERGED if status == "diverged" else ""
            found.append(Diagnostic(severity, _everywhere(inputs), text, hint))
    return found


def _everywhere(inputs: Sequence[Input]) -> str:
    more = f" and {len(inputs) - 1} more" if len(inputs) > 1 else ""
    return inputs[0].source.shown + more
