"""The final value of each run: the last step, on test where there is a test split."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from paperforge.errors import InputError
from paperforge.model import SPLIT, Diagnostic, Severity
from paperforge.names import is_cost
from paperforge.results import items, percents, policy, samples
from paperforge.results.tidy import STRIDE, USABLE
from paperforge.spec import ROLES

if TYPE_CHECKING:
    from collections.abc import Sequence

    import duckdb

    from paperforge.results.duplicates import Replicates
    from paperforge.spec import Project

OWN = 4 * 10**18
"""Keys of replicates that have no name start here, far from every seed."""
_MANY = 20
"""From so many rows a cell on, rows of 0 and 1 are examples rather than runs."""
_PREFERRED = ("test", "val", "")
_COLUMNS = "metric, method, dataset, name, example, own"


@dataclass(frozen=True, slots=True)
class Facts:
    """What the results hold."""

    varies: frozenset[str]
    present: frozenset[str]
    shared_runs: bool
    rows: int


def build(
    engine: duckdb.DuckDBPyConnection,
    known: Replicates,
    project: Project,
    *,
    by_column: bool = False,
    history: bool = True,
    whole: bool = True,
    last_is_summary: Sequence[int] = (),
    sampled: Sequence[int] = (),
    summed: Sequence[int] = (),
) -> list[Diagnostic]:
    """Make the relation `final`: one row a metric, cell, replicate (and example).

    Its columns: metric, method, dataset, key (the replicate's integer), keyed, example, cluster,
    seed, fold, value (may be NaN or infinite), quoted, file, row, and what it stands for
    (tidy_rows). `by_column`: the split is a column, which a filter can choose; `history`: the
    stores were asked for all steps; `whole`: tidy_rows has every row; `last_is_summary`: of these
    files (Raw); `sampled`: the examples of these files are samples of prompts (nested.py);
    `summed`: rows of these files that name no run are means (columns/beside.py). Raises InputError
    where it cannot be told which split or which step is meant.
    """
    items.declare(engine, project.design.ids)
    notes = _choose_splits(engine)
    chosen = policy.choose(engine, known, project, last_is_summary)
    notes += chosen.notes
    notes += _uncovered(engine, by_column=by_column)
    mixed = _mixed(engine)
    rows = (
        f"SELECT t.*, {known.name} AS name, CASE WHEN {known.name} IS NULL "
        f"THEN file::BIGINT * {STRIDE} + row END AS own FROM tidy_rows t JOIN chosen_splits c "
        "ON t.metric = c.metric AND coalesce(t.split, '') = c.split "
        f"WHERE used AND value IS NOT NULL AND {USABLE} AND {chosen.where}"
    )
    if mixed:
        rows += " AND (example IS NOT NULL OR (t.metric, method, coalesce(dataset, '')) NOT IN "
        rows += "(SELECT (metric, method, dataset) FROM by_example))"
        notes.append(mixed)
    if _has(engine, "status::VARCHAR = 'quoted'"):
        rows, told = _one_quoted(engine, rows)
        rows, scaled = percents.build(engine, rows, project)
        notes += told + scaled
    if chosen.name == "last":
        notes += _step_notes(engine, rows, history=history)
    last = _latest() if _has(engine, "step IS NOT NULL") else "SELECT * FROM rows"
    kind = "TABLE" if "max_by" in last else "VIEW"
    engine.execute(
        f"CREATE {kind} final AS WITH rows AS ({rows}) "
        "SELECT metric::VARCHAR AS metric, method::VARCHAR AS method, "
        "coalesce(dataset::VARCHAR, '') AS dataset, "
        f"coalesce(k.key, {OWN} + file::BIGINT * {STRIDE} + row) AS key, "
        "k.key IS NOT NULL AND l.name <> '' AS keyed, "
        "example::VARCHAR AS example, cluster::VARCHAR AS cluster, seed::VARCHAR AS seed, "
        "fold::VARCHAR AS fold, value, coalesce(status::VARCHAR = 'quoted', false) AS quoted, "
        f"finite, bad, low, high, most::VARCHAR AS most, file, row, first FROM ({last}) l "
        "LEFT JOIN replicate_keys k ON k.name = l.name"
    )
    _find_examples(engine, sampled, whole=whole)
    return [*notes, *_unnamed(engine, known, summed)]


def _latest() -> str:
    """SQL over `rows`: of each run's steps the last, and of equal ones the row written last."""
    order = f"(coalesce(step, 'infinity'), file::BIGINT * {STRIDE} + row)"
    latest = ", ".join(
        f"max_by({c}, {order}) AS {c}"
        for c in ("value", "cluster", "seed", "fold", "file", "row", "status")
    )
    return (
        "SELECT *, isfinite(value)::BIGINT AS finite, 1 - finite AS bad, value AS low, "
        "value AS high, example AS most, row AS first "
        f"FROM (SELECT {_COLUMNS}, {latest} FROM rows GROUP BY {_COLUMNS})"
    )


def _choose_splits(engine: duckdb.DuckDBPyConnection) -> list[Diagnostic]:
    """The split that the paper's numbers come from, for each metric."""
    found = engine.execute(
        "SELECT metric::VARCHAR, list_sort(list(DISTINCT coalesce(split::VARCHAR, ''))) "
        "FROM tidy_rows WHERE used AND metric IS NOT NULL GROUP BY 1 ORDER BY 1"
    ).fetchall()
    engine.execute("CREATE TABLE chosen_splits (metric VARCHAR, split VARCHAR)")
    said: dict[str, list[str]] = {}
    for metric, splits in found:
        split = _best(metric, splits)
        engine.execute("INSERT INTO chosen_splits VALUES (?, ?)", [metric, split])
        if len(splits) > 1 or split in ("train", "val"):
            others = ", ".join(s or "unnamed" for s in splits if s != split)
            text = (
                f"the numbers are those of split {split!r}"
                if split
                else "the numbers name no split"
            )
            said.setdefault(f"{text}; not used: {others}" if others else text, []).append(metric)
    return [
        Diagnostic(
            Severity.WARNING
            if "'train'" in text.partition(";")[0] and not all(map(is_cost, metrics))
            else Severity.NOTE,
            ", ".join(metrics[:6]) + (", …" if metrics[6:] else ""),
            text,
            check=SPLIT,
        )
        for text, metrics in said.items()
    ]


def _uncovered(engine: duckdb.DuckDBPyConnection, *, by_column: bool) -> list[Diagnostic]:
    """Cells that have numbers on a split which is not the chosen one only: they stay empty."""
    found = engine.execute(
        "WITH cells AS (SELECT t.metric::VARCHAR AS metric, c.split AS used, "
        "bool_or(coalesce(t.split::VARCHAR, '') = c.split) AS covered, "
        "list(DISTINCT coalesce(t.split::VARCHAR, '')) AS splits "
        "FROM tidy_rows t JOIN chosen_splits c ON t.metric = c.metric "
        f"WHERE used AND value IS NOT NULL AND {USABLE} "
        "GROUP BY t.metric, c.split, method, dataset) "
        "SELECT metric, used, count(*) FILTER (covered), count(*), "
        "list_sort(list_distinct(flatten(list(splits) FILTER (NOT covered)))) FROM cells "
        "GROUP BY 1, 2 HAVING NOT bool_and(covered) ORDER BY 1"
    ).fetchall()
    said = []
    for metric, used, covered, cells, others in found:
        other = next((s for s in (*_PREFERRED, *others) if s and s in others), "")
        shown = f"of split {used!r}, which covers" if used else "without a split, which cover"
        hint = f"--where split={other} uses the other" if other and by_column else ""
        text = f"the numbers are those {shown} {covered} of {cells} method-dataset cells"
        said.append(Diagnostic(Severity.WARNING, metric, text, hint, SPLIT))
    return said


def _best(metric: str, splits: list[str]) -> str:
    for split in _PREFERRED:
        if split in splits:
            return split
    others = [split for split in splits if split != "train"]
    if len(others) > 1:
        raise InputError(
            f"{metric} has the splits {', '.join(others)}, and none is called test or val",
            "results",
            f"keep one: --where split={others[0]}; or compare them: --map split=dataset",
        )
    return others[0] if others else "train"


def _mixed(engine: duckdb.DuckDBPyConnection) -> Diagnostic | None:
    """Cells with values per example and other values too: the examples are the data."""
    summary = "example IS NULL AND value IS NOT NULL"
    if not _has(engine, "example IS NOT NULL") or not _has(engine, summary):
        return None
    engine.execute(
        "CREATE TABLE by_example AS SELECT DISTINCT metric::VARCHAR AS metric, "
        "method::VARCHAR AS method, coalesce(dataset::VARCHAR, '') AS dataset "
        "FROM tidy_rows WHERE used AND example IS NOT NULL"
    )
    found = engine.execute(
        f"SELECT count(*) FROM tidy_rows WHERE used AND {summary} "
        "AND (metric::VARCHAR, method::VARCHAR, coalesce(dataset::VARCHAR, '')) IN "
        "(SELECT (metric, method, dataset) FROM by_example)"
    ).fetchone()
    if not found or not found[0]:
        return None
    return Diagnostic(
        Severity.NOTE,
        "results",
        f"{found[0]} numbers name no example in cells that have numbers per example; not used",
    )


def _one_quoted(engine: duckdb.DuckDBPyConnection, rows: str) -> tuple[str, list[Diagnostic]]:
    """A quoted number stands alone in its cell, and only where nothing was measured."""
    order = f"file::BIGINT * {STRIDE} + row"
    kept = (
        f"SELECT * FROM (SELECT *, status::VARCHAR IS NOT DISTINCT FROM 'quoted' AS quoted, "
        "bool_and(quoted) OVER cell AS alone, row_number() OVER (cell "
        f"ORDER BY quoted, {order} DESC) AS place FROM ({rows}) "
        "WINDOW cell AS (PARTITION BY metric, method, dataset)) "
        "WHERE NOT quoted OR (alone AND place = 1)"
    )
    found = engine.execute(
        "SELECT metric::VARCHAR, method::VARCHAR, dataset::VARCHAR, bool_and(quoted), count(*), "
        "count(*) OVER () FROM (SELECT *, status::VARCHAR IS NOT DISTINCT FROM 'quoted' AS quoted "
        f"FROM ({rows})) GROUP BY 1, 2, 3 HAVING bool_or(quoted) AND count(*) > 1 ORDER BY 1, 2, 3"
    ).fetchall()
    said = []
    for metric, method, dataset, alone, _, cells in found[:1]:
        cell = ", ".join(filter(None, (method, dataset)))
        more = f" and in {cells - 1} other cells" if cells > 1 else ""
        text = (
            f"several numbers are quoted for {cell}{more}: the last one is used"
            if alone
            else f"a number is quoted for {cell}{more}, which has runs of its own: they are used"
        )
        severity = Severity.WARNING if alone else Severity.NOTE
        said.append(Diagnostic(severity, metric, text))
    return kept, said


def _step_notes(engine: duckdb.DuckDBPyConnection, rows: str, *, history: bool) -> list[Diagnostic]:
    """That the last step counts, and where runs stop at different steps."""
    if not _has(engine, "step IS NOT NULL"):
        return []
    ends = engine.execute(
        f"WITH rows AS ({rows}), ends AS (SELECT metric, method, dataset, name, max(step) AS last, "
        "sum(n) AS n FROM rows WHERE step IS NOT NULL GROUP BY 1, 2, 3, 4) "
        "SELECT metric::VARCHAR, min(last), max(last), max(n) FROM ends "
        "GROUP BY metric, dataset ORDER BY 1, 2, 3"
    ).fetchall()
    found = []
    if ends and (not history or any(n > 1 for *_, n in ends)):
        found.append(
            Diagnostic(
                Severity.NOTE, "results", "the final value of a run is that of its last step"
            )
        )
    uneven = [(m, low, high) for m, low, high, _ in ends if low < high]
    if uneven:
        metric, low, high = uneven[0]
        text = f"the runs end at different steps, {metric} between {low:g} and {high:g}"
        found.append(
            Diagnostic(
                Severity.NOTE, "results", text, "were some stopped early, or did they crash?"
            )
        )
    return found


def _find_examples(
    engine: duckdb.DuckDBPyConnection, sampled: Sequence[int], *, whole: bool
) -> None:
    """Make `final_runs` and `final_examples`: the values of examples, on the split that counts."""
    samples.views(engine, sampled, whole=whole)
    if engine.execute("SELECT 1 FROM final_examples LIMIT 1").fetchone():
        items.number(engine)


def _unnamed(
    engine: duckdb.DuckDBPyConnection, known: Replicates, summed: Sequence[int]
) -> list[Diagnostic]:
    """Replicates that nothing names: in all rows, or in some while others name theirs."""
    unnamed = "FROM final WHERE NOT keyed AND example IS NULL AND NOT quoted"
    if summed:  # alone in its cell it is a mean
        files = ", ".join(map(str, summed))
        cell = "count(*) OVER (PARTITION BY metric, method, dataset)"
        unnamed = (
            f"FROM (SELECT *, file IN ({files}) AND {cell} = 1 AS mean FROM final) "
            "WHERE NOT keyed AND example IS NULL AND NOT quoted AND NOT mean"
        )
    if not engine.execute(f"SELECT 1 {unnamed} LIMIT 1").fetchone():
        return []
    found = engine.execute(
        "SELECT count(*), min_by(s.shown || ' ' || s.word || ' ' || f.row, "
        f"f.file::BIGINT * {STRIDE} + f.row) FROM (SELECT * {unnamed}) f "
        "JOIN sources s USING (file)"
    ).fetchone()
    count, where = found or (0, "")
    if not count or (not known.by and not _several(engine)):
        return []
    if not known.by:
        metric = _answers(engine)
        if metric:
            text = f"{metric} is 0 or 1 in every row: this looks like one row an example"
            hint = "--map COLUMN=example pairs the examples of the methods"
            return [Diagnostic(Severity.WARNING, "results", text, hint)]
        text = "no column names a seed or run: each row counts as a run of its own, never paired"
        return [Diagnostic(Severity.NOTE, "results", text, "--map COLUMN=seed names them")]
    numbers = f"{count} number{'s name' if count > 1 else ' names'} no {known.by}"
    text = f"{numbers}: each counts as a replicate of its own and is never paired"
    return [Diagnostic(Severity.WARNING, where, text, f"fill the column for the {known.by}")]


def _answers(engine: duckdb.DuckDBPyConnection) -> str:
    """A metric of which many rows a cell hold nothing but 0 and 1; empty: there is none."""
    found = engine.execute(
        "SELECT metric FROM (SELECT metric, method, dataset, sum(finite + bad) AS n, "
        "bool_and(value IN (0, 1)) AS bits FROM final GROUP BY 1, 2, 3) "
        f"GROUP BY metric HAVING bool_and(bits) AND min(n) >= {_MANY} ORDER BY 1 LIMIT 1"
    ).fetchone()
    return str(found[0]) if found else ""


def _several(engine: duckdb.DuckDBPyConnection) -> bool:
    """Whether a cell has more than one replicate."""
    return (
        engine.execute(
            "SELECT 1 FROM final GROUP BY metric, method, dataset "
            "HAVING min(key) < max(key) LIMIT 1"
        ).fetchone()
        is not None
    )


def _has(engine: duckdb.DuckDBPyConnection, where: str) -> bool:
    return (
        engine.execute(f"SELECT 1 FROM tidy_rows WHERE used AND {where} LIMIT 1").fetchone()
        is not None
    )


def facts(engine: duckdb.DuckDBPyConnection, known: Replicates) -> Facts:
    """Which roles the results hold, and which vary among the final values."""
    counts = ", ".join(f"count({role})" for role in ROLES)
    held = engine.execute(f"SELECT sum(n), {counts} FROM tidy_rows").fetchone() or ()
    present = frozenset(role for role, n in zip(ROLES, held[1:], strict=True) if n)
    looked = [r for r in ("seed", "fold", "example", "cluster") if r in present]
    varied: set[str] = set()
    if looked:
        several = {
            "example": "least(min(example), min(most)) < greatest(max(example), max(most))",
            "cluster": "(SELECT min(cluster) < max(cluster) FROM final_examples)",
        }
        distinct = ", ".join(several.get(r, f"min({r}) < max({r})") for r in looked)
        found = engine.execute(f"SELECT {distinct} FROM final").fetchone() or ()
        varied = {role for role, several in zip(looked, found, strict=True) if several}
    if not varied & {"seed", "fold"} and _several(engine):
        varied.add("run")
    return Facts(frozenset(varied), present, known.shared_runs, int(held[0]))
