"""One file's rows in the shape of the tidy relation: wide tables unfolded, cells read."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from paperforge import names
from paperforge.engine import identifier, literal, pairs
from paperforge.errors import InputError
from paperforge.numbers import REFUSED, Style, number, trimmed, word, words
from paperforge.stores.hydra import JOB

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import duckdb

    from paperforge.results.sources import Input

TEXTS = ("run", "method", "dataset", "seed", "fold", "split", "metric", "example", "cluster")
"""The roles whose values are names."""
BAD_STEP = "bad step"
"""The status of a row whose step is no number, until it is refused."""
SOUND = "('finished', 'unknown', 'running', 'quoted')"
"""SQL: the states of runs whose numbers may be used."""
GONE = "('deleted', 'parent')"
"""SQL: the states of a tracker's runs that do not count."""


@dataclass(frozen=True, slots=True)
class Select:
    """How one file becomes rows of `tidy_rows`."""

    sql: str
    relation: str
    """What the texts are read from, filtered."""
    texts: Mapping[str, str]
    """Role -> SQL of its text over `relation`."""
    fixed: Mapping[str, tuple[str, ...]]
    """Role -> the only texts that it can have."""


def select(
    engine: duckdb.DuckDBPyConnection,
    file: int,
    one: Input,
    told: Mapping[str, Sequence[str]] = MappingProxyType({}),
) -> Select:
    """SQL for one file's rows. Raises InputError where a filter or metric finds nothing.

    `told`: more columns, or another `step`, as SQL for each value column.
    """
    roles = one.mapped.roles
    texts = {role: text(one, role) for role in TEXTS if role in roles}
    several = len(one.file.found.files) > 1
    if "run" not in roles and (several or not one.file.alone) and _is_run(one):
        # A file of a folder that names no run is one.
        texts["run"] = literal(one.source.shown) + (" || __unit" if several else "")
        if JOB in one.raw.said:
            texts["run"] = f"coalesce({identifier(JOB)}, {texts['run']})"
    if "split" in roles:
        texts["split"] = (
            f"coalesce({pairs(names.splits())}[lower({texts['split']})], {texts['split']})"
        )
    relation = f"{identifier(one.raw.table)} WHERE {where(engine, one)}"
    rest = {
        "step": "NULL",
        "bad_step": "NULL",
        "state": "NULL",
        "record": "NULL",
        "summary": "NULL",
    }
    if "step" in roles:
        rest |= _step(identifier(roles["step"]), one.types[roles["step"]])
    if "status" in roles:
        state = f"lower({trimmed(identifier(roles['status']) + '::VARCHAR')})"
        rest["state"] = f"nullif({pairs(words()['status'])}[{state}], '')"
    if "__unit" in one.types:
        texts["unit"] = "__unit"
        rest["record"] = "__at"
    if one.raw.summary:
        rest["summary"] = "__summary"
    rest = {name: sql for name, sql in rest.items() if name not in told}
    shape = _wide if one.mapped.values else _long
    rows, fixed = shape(engine, texts, rest, one, relation, told)
    return Select(_finished(rows, file, told), relation, texts, fixed)


def text(one: Input, role: str) -> str:
    """SQL for the name that a row has in a role."""
    column = one.mapped.roles[role]
    return _text(identifier(column), one.types[column], role)


def _text(column: str, kind: str, role: str) -> str:
    """SQL for a name; where numbers number things, 1.0, 01 and +1 are 1."""
    raw = column + "::VARCHAR"
    text = f"nullif({trimmed(raw)}, '')"
    if role not in ("seed", "fold") and kind not in ("DOUBLE", "FLOAT"):
        return text
    # Asked for first: most seeds are plain, and the pattern is slow.
    odd = f"contains({raw}, '.') OR starts_with({raw}, '0') OR starts_with({raw}, '+')"
    plain = f"regexp_replace({text}, '^[+]?0*([0-9]+)([.]0*)?$', '\\1')"
    return f"CASE WHEN {odd} THEN {plain} ELSE {text} END"


def _is_run(one: Input) -> bool:
    """Whether a file is one run: it has its history, or its place says what was run."""
    roles = one.mapped.roles
    placed = any(roles.get(role) in one.raw.said for role in ("method", "dataset", "seed"))
    return placed or ("seed" not in roles and bool({"step", "example"} & set(roles)))


def _step(column: str, kind: str) -> dict[str, str]:
    step = number(column, Style(typed=kind != "VARCHAR"))
    text = trimmed(f"{column}::VARCHAR")
    return {
        "step": f"CASE WHEN isfinite({step}) THEN {step} END",
        "bad_step": f"CASE WHEN {step} IS NULL AND {text} <> '' THEN '{BAD_STEP}' END",
    }


def where(engine: duckdb.DuckDBPyConnection, one: Input) -> str:
    """SQL for the rows of a file to keep. Raises InputError where a filter leaves none."""
    tests = ["true"]
    for name, value in one.source.where.items():
        column = one.mapped.column_of(name) or names.resolve(
            name, one.raw.columns, one.source.shown
        )
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
    columns = {role: texts.get(role, "NULL") for role in (*TEXTS, "unit")} | dict(rest)
    return ", ".join(f"{sql} AS {name}" for name, sql in columns.items() if name != without)


def _wide(
    _: duckdb.DuckDBPyConnection,
    texts: dict[str, str],
    rest: Mapping[str, str],
    one: Input,
    relation: str,
    told: Mapping[str, Sequence[str]],
) -> tuple[str, dict[str, tuple[str, ...]]]:
    """A row for every value column of a row."""
    values = one.mapped.values
    read = []
    for n, value in enumerate(values):
        column, style = identifier(value.column), one.styles[value.column]
        read.append(f"{number(column, style)} AS __n{n}")
        read.append(f"CASE WHEN __n{n} IS NULL THEN {word(column, style)} END AS __w{n}")
        read += [f"{sqls[n]} AS __{name}_{n}" for name, sqls in told.items()]
    inner = f"SELECT __row, {_picked(texts, rest, 'metric')}, {', '.join(read)} FROM {relation}"
    fixed = {"metric": tuple(v.metric for v in values)}
    lists = {
        "metric": [literal(v.metric) for v in values],
        "value": [f"__n{n}" for n in range(len(values))],
        "word": [f"__w{n}" for n in range(len(values))],
        **{name: [f"__{name}_{n}" for n in range(len(values))] for name in told},
    }
    dropped = []
    if "split" not in one.mapped.roles:
        lists["split"] = [literal(v.split) for v in values]
        fixed["split"] = tuple(v.split for v in values)
        dropped.append("split")
    if any(v.dataset for v in values):
        lists["dataset"] = [literal(v.dataset) for v in values]
        fixed["dataset"] = tuple(v.dataset for v in values)
        dropped.append("dataset")
    unnested = ", ".join(f"unnest([{', '.join(items)}]) AS {name}" for name, items in lists.items())
    rest_of = f" EXCLUDE ({', '.join(dropped)})" if dropped else ""
    return f"SELECT *{rest_of}, {unnested} FROM ({inner})", fixed


def _long(  # noqa: PLR0917  as _wide
    engine: duckdb.DuckDBPyConnection,
    texts: dict[str, str],
    rest: Mapping[str, str],
    one: Input,
    relation: str,
    told: Mapping[str, Sequence[str]],
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
    more = "".join(f", {sqls[0]} AS {name}" for name, sqls in told.items())
    return (
        f"SELECT __row, {_picked(texts, rest)}{more}, {number(value, style)} AS value, "
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
        missing = not any(name in (full, short) for full, (short, _) in parts.items())
        # Another store of the folder may have it.
        if missing and one.file.alone:
            near = names.alike(name, list(dict.fromkeys(short for short, _ in parts.values())))
            raise InputError(
                f"there is no metric {name!r}; there is {', '.join(listed[:20])}",
                one.source.shown,
                f"did you mean {' or '.join(near)}?" if near else "",
            )
    return {
        full: (short, split)
        for full, (short, split) in parts.items()
        if (not wanted and not (tracked and names.is_tracked_setting(full)))
        or full in wanted
        or short in wanted
    }


def _finished(rows: str, file: int, told: Iterable[str]) -> str:
    """The last touches that both shapes share: status and kept."""
    status = (
        f"CASE WHEN bad_step IS NOT NULL THEN bad_step WHEN word = '{REFUSED}' THEN word "
        f"WHEN state IN {GONE} THEN state "
        f"WHEN word IS NOT NULL AND (word <> 'not reported' OR state IS NULL OR state IN {SOUND}) "
        "THEN word ELSE state END"
    )
    texts = ", ".join("nullif(split, '') AS split" if t == "split" else t for t in TEXTS)
    more = "".join(f", {name}" for name in told if name != "step")
    # A logger leaves the cells of a step empty that it did not measure.
    return (
        f"SELECT {texts}, {status} AS status, unit, record, step, value, summary, "
        "state IS DISTINCT FROM 'deleted' AS kept, "
        f"coalesce(state NOT IN {GONE}, true) AS used, {file} AS file, "
        f"__row AS row{more} "
        f"FROM ({rows}) WHERE NOT (value IS NULL AND word = 'not reported' AND step IS NOT NULL)"
    )
