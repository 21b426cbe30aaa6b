"""Which rows are the same measurement twice: the last one written is kept, and it is said.

A replicate is known by its seed and fold, else by its run. Rows that name neither, nor a step or an
example, are replicates of their own: nothing says that they are the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from shlex import quote
from typing import TYPE_CHECKING

from paperforge.engine import identifier
from paperforge.model import Diagnostic, Severity
from paperforge.names import is_setting, listed, plain
from paperforge.results import settings
from paperforge.results.tidy import SOURCE, STRIDE, USABLE

if TYPE_CHECKING:
    from collections.abc import Sequence

    import duckdb

    from paperforge.results.sources import Input

_ORDER = f"(file::BIGINT * {STRIDE} + row)"
_CELL = "method, dataset, metric, split"
_MEASURED = "method, dataset, split, metric, step, fold, example, run, summary"
"""What a later write at the same replaces an earlier one of."""


@dataclass(frozen=True, slots=True)
class Replicates:
    """How the replicates of these results are told apart."""

    name: str
    """SQL over tidy_rows: a text, the same for rows of one replicate; NULL: the row is its own."""
    by: str
    """"seed", "run", "fold" or "": what tells them apart."""
    runs: bool
    """Whether any run has a name."""
    shared_runs: bool
    """Whether a run, by its own id, is measured on several datasets."""


def replicates(engine: duckdb.DuckDBPyConnection, *, resplit: bool = False) -> Replicates:
    """Find out what tells replicates apart, and store their integer keys in `replicate_keys`.

    A fold that a cell has of several seeds (or runs) is one replicate, whose value is their mean:
    the same folds again are no new data. `resplit`: every seed has split the data anew.
    """
    seeds, one_seed, runs, folds = engine.execute(
        "SELECT count(seed), min(seed) = max(seed), count(run), count(fold) FROM tidy_rows"
    ).fetchone() or (0, False, 0, 0)
    # A run "0" of every method is a number, not an id.
    ids = runs and not _exists(engine, "run IS NOT NULL", "run", "count(DISTINCT method) > 1")
    shared = bool(ids) and _exists(engine, "run IS NOT NULL", "run", "count(DISTINCT dataset) > 1")
    constant = one_seed and ids
    rerun = constant and _exists(
        engine, "run IS NOT NULL", f"{_CELL}, seed, fold", "count(DISTINCT run) > 1"
    )
    of_fold = " || coalesce(' fold ' || fold::VARCHAR, '')" if folds else ""
    by_seed = "seed::VARCHAR" + of_fold
    several = (
        runs and folds and _exists(engine, "run IS NOT NULL", "run", "count(DISTINCT fold) > 1")
    )
    of_run = of_fold if several else ""
    quoted = engine.execute("SELECT 1 FROM tidy_rows WHERE status::VARCHAR = 'quoted' LIMIT 1")
    cases = [
        # A number quoted from a paper is nobody's replicate.
        *(["WHEN status::VARCHAR = 'quoted' THEN NULL"] if quoted.fetchone() else []),
        *(["WHEN seed IS NOT NULL THEN " + by_seed] if seeds and not rerun else []),
        *(["WHEN run IS NOT NULL THEN 'run ' || run::VARCHAR" + of_run] if runs else []),
        *(["WHEN fold IS NOT NULL THEN fold::VARCHAR"] if folds else []),
        "WHEN example IS NOT NULL OR step IS NOT NULL THEN ''",
    ]
    name = f"CASE {' '.join(cases)} END"
    by = "seed" if seeds and not rerun else "run" if runs else "fold" if folds else ""
    _number(engine, name, by_fold=bool(folds) and not resplit and _folds_again(engine, name))
    return Replicates(name, by, bool(runs), shared)


def _exists(engine: duckdb.DuckDBPyConnection, where: str, group: str, having: str) -> bool:
    sql = f"SELECT 1 FROM tidy_rows WHERE used AND {where} GROUP BY {group} HAVING {having} LIMIT 1"
    return engine.execute(sql).fetchone() is not None


def _folds_again(engine: duckdb.DuckDBPyConnection, name: str) -> bool:
    """Whether a cell of several folds has one of them more than once."""
    found = engine.execute(
        "SELECT 1 FROM (SELECT metric, method, dataset, split, fold, "
        f"count(DISTINCT {name}) AS n FROM tidy_rows WHERE used AND fold IS NOT NULL GROUP BY ALL) "
        "GROUP BY metric, method, dataset, split HAVING count(*) > 1 AND max(n) > 1 LIMIT 1"
    )
    return found.fetchone() is not None


def _number(engine: duckdb.DuckDBPyConnection, name: str, *, by_fold: bool) -> None:
    """Seeds that are whole numbers keep them; other names are numbered in their order.

    `shown` is what stands for all names of one key: of `by_fold` the fold.
    """
    unit = "coalesce(fold::VARCHAR, name || ' without a fold')" if by_fold else "name"
    engine.execute(
        "CREATE TABLE replicate_keys AS "
        f"WITH found AS (SELECT DISTINCT name, {unit} AS shown, TRY_CAST(shown AS BIGINT) AS whole "
        f"FROM (SELECT {name} AS name, fold FROM tidy_rows) WHERE name IS NOT NULL) "
        "SELECT name, shown, "
        "CASE WHEN (SELECT bool_and(whole IS NOT NULL AND whole::VARCHAR = shown) FROM found) "
        "THEN whole ELSE dense_rank() OVER (ORDER BY whole, shown) - 1 END AS key FROM found"
    )


def resolve(
    engine: duckdb.DuckDBPyConnection, known: Replicates, inputs: Sequence[Input]
) -> list[Diagnostic]:
    """Set kept = false for all but the last of equal measurements, and say what was dropped.

    A column of the inputs without a role may tell the measurements apart: it is named.
    """
    found = _reruns(engine, known, inputs) if known.by == "seed" and known.runs else []
    if known.by == "run":
        found += settings.notes(engine, inputs)
    return found + _repeats(engine, known, inputs)


def _setting_of(engine: duckdb.DuckDBPyConnection, inputs: Sequence[Input], beaten: str) -> str:
    """How to keep or compare the setting in which a cell's reruns differ; empty: none is found."""
    rows = engine.execute(
        "SELECT file, list(row ORDER BY row) FROM (SELECT t.file, t.run, min(t.row) AS row "
        f"FROM tidy_rows t JOIN (SELECT * FROM ({beaten}) ORDER BY file, row LIMIT 1) b "
        "ON t.method = b.method AND t.dataset IS NOT DISTINCT FROM b.dataset "
        "AND t.seed IS NOT DISTINCT FROM b.seed AND t.file = b.file WHERE t.used "
        "GROUP BY t.file, t.run) GROUP BY file"
    ).fetchone()
    told = settings.apart(engine, inputs[rows[0]], rows[1]) if rows else None
    if told is None:
        return ""
    column, values = told
    return f"they differ in {column}: {settings.way_out(column, values)}"


def _reruns(
    engine: duckdb.DuckDBPyConnection, known: Replicates, inputs: Sequence[Input]
) -> list[Diagnostic]:
    """Several runs of one method, dataset and seed: the last that did not fail counts."""
    groups = f"{_CELL}, name"
    engine.execute(
        f"CREATE TABLE reruns AS SELECT {groups}, "
        f"max_by(coalesce(run::VARCHAR, ''), {_ORDER} + CASE WHEN {USABLE} "
        f"THEN {STRIDE}::HUGEINT * {STRIDE} ELSE 0 END) AS last, "
        "count(DISTINCT coalesce(run::VARCHAR, '')) AS runs "
        f"FROM (SELECT *, {known.name} AS name FROM tidy_rows) WHERE used AND name IS NOT NULL "
        f"GROUP BY {groups} HAVING runs > 1"
    )
    cells = _one(engine, "SELECT count(*) FROM (SELECT DISTINCT method, dataset, name FROM reruns)")
    if not cells:
        return []
    beaten = (
        f"SELECT t.rowid AS id, t.* FROM (SELECT rowid, *, {known.name} AS name FROM tidy_rows) t "
        "JOIN reruns r ON t.method = r.method AND t.metric = r.metric AND t.name = r.name "
        "AND t.dataset IS NOT DISTINCT FROM r.dataset AND t.split IS NOT DISTINCT FROM r.split "
        "WHERE t.used AND coalesce(t.run::VARCHAR, '') <> r.last"
    )
    method, dataset, name = engine.execute(
        f"SELECT method::VARCHAR, dataset::VARCHAR, name FROM ({beaten}) ORDER BY file, row LIMIT 1"
    ).fetchone() or ("", "", "")
    where = _place(
        engine, f"SELECT file, row, unit, record FROM ({beaten}) ORDER BY file, row LIMIT 1"
    )
    hint = _setting_of(engine, inputs, beaten)
    engine.execute(f"UPDATE tidy_rows SET used = false WHERE rowid IN (SELECT id FROM ({beaten}))")
    cell = ", ".join(filter(None, (method, dataset, f"seed {name}")))
    several = f"and in {cells - 1} other places " if cells > 1 else ""
    return [
        Diagnostic(
            Severity.WARNING,
            where,
            f"several runs have the same method, dataset and seed ({cell}) {several}"
            "and the last one that did not fail is used",
            hint
            or "if they are different methods or datasets, say what tells them apart: "
            "--map COLUMN=method, or --path '{dataset}/{method}/seed={seed}' for folders",
        )
    ]


def _repeats(
    engine: duckdb.DuckDBPyConnection, known: Replicates, inputs: Sequence[Input]
) -> list[Diagnostic]:
    """The same measurement twice in one run."""
    key = f"hash({_MEASURED}, {known.name})"
    rows = f"FROM tidy_rows WHERE kept AND {known.name} IS NOT NULL"
    unique = engine.execute(f"SELECT count(*) = count(DISTINCT {key}) {rows}").fetchone()
    if unique and unique[0]:
        return []
    engine.execute(
        "CREATE TABLE repeats AS SELECT rowid AS id, file, row, unit, record, value, status, "
        "rank() OVER same_latest AS age, min(rowid) OVER same AS first FROM ("
        f"SELECT rowid, *, {known.name} AS name {rows} "
        f"AND {key} IN (SELECT {key} {rows} GROUP BY 1 HAVING count(*) > 1)) "
        f"WINDOW same AS (PARTITION BY {_MEASURED}, name), "
        f"same_latest AS (PARTITION BY {_MEASURED}, name "
        "ORDER BY file DESC, row DESC, rowid DESC)"
    )
    dropped = _one(engine, "SELECT count(*) FROM repeats WHERE age > 1")
    if not dropped:
        return []
    engine.execute(
        "UPDATE tidy_rows SET kept = false, used = false "
        "WHERE rowid IN (SELECT id FROM repeats WHERE age > 1)"
    )
    contradicting = (
        "SELECT first FROM repeats GROUP BY first "
        "HAVING count(DISTINCT coalesce(value::VARCHAR, status::VARCHAR, '')) > 1"
    )
    wrong = _one(engine, f"SELECT count(*) FROM ({contradicting})")
    chosen = (
        f"WHERE first = (SELECT min(first) FROM ({contradicting}))"
        if wrong
        else ("WHERE first = (SELECT min(first) FROM repeats WHERE age > 1)")
    )
    pick = f"SELECT file, row, unit, record FROM repeats {chosen} ORDER BY file, row"
    first, second = _place(engine, f"{pick} LIMIT 1"), _place(engine, f"{pick} LIMIT 1 OFFSET 1")
    tracked = ", ".join(str(n) for n, one in enumerate(inputs) if "run" in one.raw.known)
    others = f"SELECT count(*) FROM repeats WHERE file NOT IN ({tracked or '-1'})"
    if wrong and not _one(engine, others):
        # A tracker's own id says that it is one run.
        count = "a number is" if dropped == 1 else f"{dropped} numbers are"
        text = f"{count} written again by the same run, first here and at {second}"
        return [Diagnostic(Severity.NOTE, first, f"{text}; the last one written is used")]
    hint = _way_out(engine, inputs, chosen) if wrong else ""
    return [_said(dropped, wrong, first, second, hint)]


def _way_out(engine: duckdb.DuckDBPyConnection, inputs: Sequence[Input], chosen: str) -> str:
    """What tells the rows apart: a setting (keep one, or compare), else a name for the run."""
    rows = engine.execute(
        f"SELECT DISTINCT file, row FROM repeats {chosen} ORDER BY ALL"
    ).fetchall()
    file = rows[0][0]
    if any(other != file for other, _ in rows):
        return "keep one of the files, or the rows that are meant"
    one, places = inputs[file], ", ".join(str(row) for _, row in rows)
    for is_wanted in (True, False):
        for column in one.spare:
            if is_setting(column) is not is_wanted or plain(column) in listed("bookkeeping"):
                continue
            name = identifier(column)
            values = engine.execute(
                f"SELECT {name}::VARCHAR FROM {identifier(one.raw.table)} "
                f"WHERE __row IN ({places}) AND {name} IS NOT NULL GROUP BY 1 ORDER BY min(__row)"
            ).fetchall()
            if len(values) < len(rows):
                continue
            if is_wanted:
                value = f"{column}={values[-1][0]}"
                return (
                    f"{column!r} tells the rows apart: --where {quote(value)} keeps one setting, "
                    f"--map {quote(column + '=method')} compares them"
                )
            if plain(column) in {*listed("prompts"), *listed("row_example")}:
                return f"if they are different examples, say so: --map {quote(column + '=example')}"
            option = f"--map {quote(column + '=seed')}"
            return f"if they are different runs, say so: {option} (or run, fold, method)"
    return "if they are different runs, map the column that tells them apart: --map COLUMN=seed"


def _said(dropped: int, wrong: int, first: str, second: str, hint: str) -> Diagnostic:
    count = "a number is" if dropped == 1 else f"{dropped} numbers are"
    if not wrong:
        text = f"{count} there again with the same value, first here and at {second}"
        return Diagnostic(Severity.NOTE, first, text)
    return Diagnostic(
        Severity.WARNING,
        first,
        f"{count} there again with contradictory values ({wrong} "
        f"case{'s' if wrong > 1 else ''}), first here and at {second}; the last one is used",
        hint,
    )


def _place(engine: duckdb.DuckDBPyConnection, rows: str) -> str:
    found = engine.execute(
        f"SELECT {SOURCE} FROM ({rows}) t JOIN sources s USING (file)"
    ).fetchone()
    return str(found[0]) if found else ""


def _one(engine: duckdb.DuckDBPyConnection, sql: str) -> int:
    found = engine.execute(sql).fetchone()
    return int(found[0]) if found else 0
