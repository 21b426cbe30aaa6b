"""The tidy relation: one row a measured number, whatever shape the store had.

`tidy_rows` holds what is there, compactly; the view `tidy` shows it under TIDY_COLUMNS.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from paperforge import names
from paperforge.engine import identifier, literal, pairs
from paperforge.errors import InputError
from paperforge.model import Diagnostic, Severity
from paperforge.numbers import REFUSED, Style, number, refusal, trimmed, word, words
from paperforge.spec import TIDY_COLUMNS



if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import duckdb

    from paperforge.results.sources import Input

BIG = 32 << 20
"""Bytes of input from which texts are stored as codes: in memory, 20 million rows count."""
MOST_CODES = 10_000
STRIDE = 10**12
"""Order of a row over all files: file x STRIDE + row."""

_TEXTS = ("run", "method", "dataset", "seed", "fold", "split", "metric", "example", "cluster")
_BAD_STEP = "bad step"
_BAD = f"('{REFUSED}', '{_BAD_STEP}')"
_GONE = "('deleted', 'parent')"
_SAMPLE = 200_000
USABLE = "(status IS NULL OR status = 'running')"
"""SQL: the row's number may be used."""


@dataclass(frozen=True, slots=True)
class _Select:
    """How one file becomes rows of `tidy_rows`."""

    sql: str
    relation: str
    """What the texts are read from, filtered."""
    texts: Mapping[str, str]
    """Role -> SQL of its text over `relation`."""
    fixed: Mapping[str, tuple[str, ...]]
    """Role -> the only texts that it can have."""


def build(engine: duckdb.DuckDBPyConnection, inputs: Sequence[Input]) -> None:
    """Make `tidy_rows`, `tidy` and `sources` in the engine.

    Raises InputError at the first row whose number is none, whose step is none, or that names no
    method or dataset where the others do.
    """
    selects = [_select(engine, number, one) for number, one in enumerate(inputs)]
    types = _types(engine, inputs, selects)
    texts = ", ".join(f"{role} {kind}" for role, kind in types.items())
    engine.execute(
        f"CREATE TABLE tidy_rows ({texts}, step DOUBLE, value DOUBLE, kept BOOLEAN, "
        "file SMALLINT, row BIGINT)"
    )
    engine.execute("CREATE TABLE sources (file SMALLINT, shown VARCHAR, word VARCHAR)")
    for file, (one, select) in enumerate(zip(inputs, selects, strict=True)):
        named = [file, one.source.shown, one.raw.place]
        engine.execute("INSERT INTO sources VALUES (?, ?, ?)", named)
        engine.execute(f"INSERT INTO tidy_rows BY NAME {select.sql}")
    _refuse(engine, inputs)
    _require(engine, inputs)
    shown = {
        **{role: f"t.{role}::VARCHAR AS {role}" for role in (*_TEXTS, "status")},
        "source": "s.shown || ' ' || coalesce(t.place, s.word || ' ' || t.row) AS source",
    }
    columns = ", ".join(shown.get(name, f"t.{name}") for name in TIDY_COLUMNS)
    engine.execute(
        f"CREATE VIEW tidy AS SELECT {columns} FROM tidy_rows t JOIN sources s USING (file) "
        "ORDER BY t.file, t.row, t.rowid"
    )


def _select(engine: duckdb.DuckDBPyConnection, file: int, one: Input) -> _Select:
    roles = one.mapped.roles
    texts = {
        role: _text(identifier(roles[role]), one.types[roles[role]], role)
        for role in _TEXTS
        if role in roles
    }
    if not {"run", "seed"} & set(roles) and {"step", "example"} & set(roles) and not one.file.alone:
        # A file of a folder that names no run is one.
        texts["run"] = literal(one.source.shown)
    if "split" in roles:
        texts["split"] = (
            f"coalesce({pairs(names.splits())}[lower({texts['split']})], {texts['split']})"
        )
    relation = f"{identifier(one.raw.table)} WHERE {_where(engine, one)}"
    rest = {"step": "NULL", "bad_step": "NULL", "state": "NULL"}
    if "step" in roles:
        rest |= _step(identifier(roles["step"]), one.types[roles["step"]])
    if "status" in roles:
        state = f"lower({trimmed(identifier(roles['status']) + '::VARCHAR')})"
        rest["state"] = f"nullif({pairs(words()['status'])}[{state}], '')"
    if not one.raw.place:
        texts["place"] = "__source"
    shape = _wide if one.mapped.values else _long
    rows, fixed = shape(engine, texts, rest, one, relation)
    return _Select(_finished(rows, file), relation, texts, fixed)


def _text(column: str, kind: str, role: str) -> str:
    """SQL for a name; where numbers number things, 1.0, 01 and 1e0 are 1."""
    text = f"nullif({trimmed(column + '::VARCHAR')}, '')"
    if role not in ("seed", "fold") and kind not in ("DOUBLE", "FLOAT"):
        return text
    number_ = f"TRY_CAST({text} AS DOUBLE)"
    whole = f"{number_} = floor({number_}) AND abs({number_}) < 9e15"
    odd = " OR ".join(
        [
            *(f"contains({text}, '{c}')" for c in ".eE"),
            f"starts_with({text}, '0') AND {text} <> '0'",
        ]
    )
    # Asked for first: most seeds are plain, and the cast is slow.
    return f"CASE WHEN ({odd}) AND {whole} THEN {number_}::BIGINT::VARCHAR ELSE {text} END"


def _step(column: str, kind: str) -> dict[str, str]:
    step = number(column, Style(typed=kind != "VARCHAR"))
    text = trimmed(f"{column}::VARCHAR")
    return {
        "step": f"CASE WHEN isfinite({step}) THEN {step} END",
        "bad_step": f"CASE WHEN {step} IS NULL AND {text} <> '' THEN '{_BAD_STEP}' END",
    }


def _where(engine: duckdb.DuckDBPyConnection, one: Input) -> str:
    """SQL for the rows to keep. Raises InputError where a filter leaves none."""
    from paperforge.columns import resolve

    tests = ["true"]
    for name, value in one.source.where.items():
        column = one.mapped.roles.get(name) or resolve(name, one.raw.columns, one.source.shown)
        text = trimmed(f"{identifier(column)}::VARCHAR")
        test = f"{text} = {literal(value)}"
        table = identifier(one.raw.table)
        if not engine.execute(f"SELECT 1 FROM {table} WHERE {test} LIMIT 1").fetchone():
            found = engine.execute(f"SELECT DISTINCT {text} AS x FROM {table} ORDER BY x LIMIT 9")
            values = ", ".join(repr(row[0]) for row in found.fetchall())
            raise InputError(
                f"no row has {value!r} in column {column!r}",
                one.source.shown,
                f"there is {values}",
            )
        tests.append(test)
    used = [*one.mapped.roles.values(), *(v.column for v in one.mapped.values)]
    # Spreadsheets write rows of nothing but delimiters.
    filled = " OR ".join(f"{identifier(c)}::VARCHAR <> ''" for c in dict.fromkeys(used))
    return f"{' AND '.join(tests)} AND ({filled})"


def _picked(texts: Mapping[str, str], rest: Mapping[str, str], without: str = "") -> str:
    """SQL of the columns that every shape has."""
    columns = {role: texts.get(role, "NULL") for role in (*_TEXTS, "place")} | dict(rest)
    return ", ".join(f"{sql} AS {name}" for name, sql in columns.items() if name != without)


def _wide(
    _: duckdb.DuckDBPyConnection,
    texts: dict[str, str],
    rest: Mapping[str, str],
    one: Input,
    relation: str,
) -> tuple[str, dict[str, tuple[str, ...]]]:
    """A row for every value column of a row."""
    values = one.mapped.values
    read = []
    for n, value in enumerate(values):
        column, style = identifier(value.column), one.styles[value.column]
        read.append(f"{number(column, style)} AS __n{n}")
        read.append(f"CASE WHEN __n{n} IS NULL THEN {word(column, style)} END AS __w{n}")
    inner = f"SELECT __row, {_picked(texts, rest, 'metric')}, {', '.join(read)} FROM {relation}"
    fixed = {"metric": tuple(v.metric for v in values)}
    lists = {
        "metric": [literal(v.metric) for v in values],
        "value": [f"__n{n}" for n in range(len(values))],
        "word": [f"__w{n}" for n in range(len(values))],
    }
    dropped = ""
    if "split" not in one.mapped.roles:
        lists["split"] = [literal(v.split) for v in values]
        fixed["split"] = tuple(v.split for v in values)
        dropped = " EXCLUDE (split)"
    unnested = ", ".join(f"unnest([{', '.join(items)}]) AS {name}" for name, items in lists.items())
    return f"SELECT *{dropped}, {unnested} FROM ({inner})", fixed


def _long(
    engine: duckdb.DuckDBPyConnection,
    texts: dict[str, str],
    rest: Mapping[str, str],
    one: Input,
    relation: str,
) -> tuple[str, dict[str, tuple[str, ...]]]:
    """One row a row; the split may be in the metric's name."""
    column = one.mapped.roles["value"]
    value, style = identifier(column), one.styles[column]
    metric = texts["metric"]
    chosen = _metric_names(engine, metric, one)
    fixed = {"metric": tuple(m for m, _ in chosen.values())}
    if chosen and "split" not in one.mapped.roles:
        texts["split"] = f"{pairs({full: s for full, (_, s) in chosen.items()})}[{metric}]"
        fixed["split"] = tuple(s for _, s in chosen.values())
    if any(full != short for full, (short, _) in chosen.items()):
        texts["metric"] = f"{pairs({full: m for full, (m, _) in chosen.items()})}[{metric}]"
    listed = ", ".join(literal(full) for full in chosen)
    wanted = f"({metric} IN ({listed}) OR {metric} IS NULL)" if listed else f"{metric} IS NULL"
    return (
        f"SELECT __row, {_picked(texts, rest)}, {number(value, style)} AS value, "
        f"CASE WHEN {number(value, style)} IS NULL THEN {word(value, style)} END AS word "
        f"FROM {relation} AND {wanted}"
    ), fixed


def _metric_names(
    engine: duckdb.DuckDBPyConnection, metric: str, one: Input
) -> dict[str, tuple[str, str]]:
    """Used metric names -> (name, split). Raises InputError where a wanted one is missing."""
    table = identifier(one.raw.table)
    found = engine.execute(f"SELECT DISTINCT {metric} FROM {table}").fetchall()
    listed = sorted(row[0] for row in found if row[0] is not None)
    parts = {name: names.split_of(name) for name in listed}
    if "split" in one.mapped.roles:
        parts = {name: (name, "") for name in listed}
    tracked = "metric" in one.raw.known
    wanted = one.source.metrics
    for name in wanted:
        if not any(name in (full, short) for full, (short, _) in parts.items()):
            raise InputError(
                f"there is no metric {name!r}",
                one.source.shown,
                f"there is {', '.join(listed[:20])}",
            )
    return {
        full: (short, split)
        for full, (short, split) in parts.items()
        if (not wanted and not (tracked and names.is_tracked_setting(full)))
        or full in wanted
        or short in wanted
    }


def _finished(rows: str, file: int) -> str:
    """The last touches that both shapes share: status and kept."""
    status = (
        f"CASE WHEN bad_step IS NOT NULL THEN bad_step WHEN word = '{REFUSED}' THEN word "
        f"WHEN state IN {_GONE} THEN state "
        "WHEN word IS NOT NULL AND (word <> 'not reported' OR state IS NULL OR state = 'running') "
        "THEN word ELSE state END"
    )
    texts = ", ".join("nullif(split, '') AS split" if t == "split" else t for t in _TEXTS)
    # A logger leaves the cells of a step empty that it did not measure.
    return (
        f"SELECT {texts}, {status} AS status, place, step, value, "
        f"coalesce(state NOT IN {_GONE}, true) AS kept, {file} AS file, __row AS row "
        f"FROM ({rows}) WHERE NOT (value IS NULL AND word = 'not reported' AND step IS NOT NULL)"
    )


def _types(
    engine: duckdb.DuckDBPyConnection, inputs: Sequence[Input], selects: Sequence[_Select]
) -> dict[str, str]:
    """The column types: codes for texts that come again and again in a big input."""
    types = dict.fromkeys((*_TEXTS, "status", "place"), "VARCHAR")
    if sum(one.source.path.stat().st_size for one in inputs) < BIG:
        return types
    texts: dict[str, set[str]] = {role: set() for role in types}
    states = {*words()["missing"].values(), *words()["status"].values(), REFUSED, _BAD_STEP}
    texts["status"] = states - {""}
    for select in selects:
        for role, members in select.fixed.items():
            texts[role] |= set(members) - {""}
        roles = [role for role in select.texts if role not in select.fixed]
        for role in _many(engine, select, roles):
            roles.remove(role)
            texts.pop(role, None)
        lists = ", ".join(f"list(DISTINCT {select.texts[role]})" for role in roles)
        row = engine.execute(f"SELECT {lists} FROM {select.relation}").fetchone() if roles else ()
        for role, found in zip(roles, row or (), strict=True):
            if role in texts:
                texts[role] |= set(found or ())
    for role, found in texts.items():
        codes = ", ".join(literal(text) for text in sorted(found))
        engine.execute(f"CREATE TYPE code_{role} AS ENUM ({codes})")
        types[role] = f"code_{role}"
    return types


def _many(engine: duckdb.DuckDBPyConnection, select: _Select, roles: Sequence[str]) -> list[str]:
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
        "SELECT t.file, t.row, s.shown || ' ' || coalesce(t.place, s.word || ' ' || t.row), "
        "t.status::VARCHAR, t.metric::VARCHAR, coalesce(t.split::VARCHAR, ''), "
        f"(SELECT count(DISTINCT (file, row)) FROM tidy_rows WHERE status IN {_BAD}) "
        f"FROM tidy_rows t JOIN sources s USING (file) WHERE t.status IN {_BAD} "
        "ORDER BY t.file, t.row, t.rowid LIMIT 1"
    ).fetchone()
    assert bad is not None
    file, row, where, status, metric, split, count = bad
    one = inputs[file]
    column = one.mapped.roles.get("step" if status == _BAD_STEP else "value", "")
    if one.mapped.values and status == REFUSED:
        fits = (
            v.column for v in one.mapped.values if v.metric == metric and v.split in ("", split)
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
        if status == _BAD_STEP
        else refusal(shown, one.styles[column])
    )
    more = count - 1
    also = f" ({more} more row{'s' if more > 1 else ''} like this)" if more else ""
    raise InputError(f"{column}: {message}{also}", where, hint)


def _require(engine: duckdb.DuckDBPyConnection, inputs: Sequence[Input]) -> None:
    """A table's rows must all name method and dataset; a tracker's stray runs are put aside."""
    for file, one in enumerate(inputs):
        for role in ("method", "dataset"):
            if role not in one.mapped.roles:
                continue
            if "run" in one.raw.known:
                engine.execute(
                    f"UPDATE tidy_rows SET kept = false WHERE file = {file} AND {role} IS NULL"
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
                f"AND {role} IS NULL AND (status IS NULL OR status NOT IN {_GONE})"
            ).fetchone()
            if row and row[0]:
                count = f"{row[0]} run{'s' if row[0] > 1 else ''}"
                text = f"left out: {count} without {column}"
                found.append(Diagnostic(Severity.WARNING, one.source.shown, text))
    if not engine.execute("SELECT 1 FROM tidy_rows WHERE status IS NOT NULL LIMIT 1").fetchone():
        return found
    states = engine.execute(
        "SELECT status::VARCHAR, count(DISTINCT coalesce(run::VARCHAR, file || ' ' || row)), "
        "count(run) > 0 FROM tidy_rows WHERE kept AND status IS NOT NULL GROUP BY 1 ORDER BY 1"
    ).fetchall()
    said = {
        "crashed": "{} crashed, without a number",
        "out of memory": "{} out of memory, without a number",
        "diverged": "{} marked as diverged, without a number",
        "running": "{} still running: numbers are not final",
    }
    for status, count, runs in states:
        if status in said:
            what = ("run" if runs else "row") + ("s" if count > 1 else "")
            text = said[status].format(f"{count} {what}")
            severity = Severity.WARNING if status == "running" else Severity.NOTE
            found.append(Diagnostic(severity, _everywhere(inputs), text))
    return found


def _everywhere(inputs: Sequence[Input]) -> str:
    more = f" and {len(inputs) - 1} more" if len(inputs) > 1 else ""
    return inputs[0].source.shown + more
