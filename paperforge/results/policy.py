"""What counts as a run's final value: the last step, the best on validation, the store's summary.

The best step is chosen on validation data only: a maximum over test would be a number that no new
data could repeat.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from paperforge.engine import literal
from paperforge.errors import InputError
from paperforge.model import Diagnostic, Severity
from paperforge.names import is_cost, split_of, well_known
from paperforge.results.tidy import USABLE
from paperforge.spec import Direction

if TYPE_CHECKING:
    from collections.abc import Sequence

    import duckdb

    from paperforge.results.duplicates import Replicates
    from paperforge.spec import Project

_BEST = "best"
_SHOWN = 5
_COUNTED = f"used AND value IS NOT NULL AND {USABLE} AND summary IS NOT true"
_RUN = (
    "t.method::VARCHAR = on_method AND coalesce(t.dataset::VARCHAR, '') = on_dataset "
    "AND {name} = on_name"
)


@dataclass(frozen=True, slots=True)
class Policy:
    """Which rows of tidy_rows `t` may be final, in SQL."""

    name: str
    where: str
    notes: tuple[Diagnostic, ...] = ()


def choose(
    engine: duckdb.DuckDBPyConnection,
    known: Replicates,
    project: Project,
    last_is_summary: Sequence[int] = (),
) -> Policy:
    """The policy that the project declares (DesignSpec.final).

    `last_is_summary`: the files whose store's summary holds the last value (Raw).

    "best" makes the relation `best_steps`: on_method, on_dataset, on_name, on_step. Raises
    InputError where there is no validation value to choose by, where its direction is not known, or
    where a summary is asked for and no store has one.
    """
    policy = project.design.final
    if policy == "summary":
        return _summary(engine, known, last_is_summary)
    if policy.partition(":")[0] == _BEST:
        return _best(engine, known, project, policy.partition(":")[2].strip())
    return Policy("last", "t.summary IS NOT true")


def _summary(
    engine: duckdb.DuckDBPyConnection, known: Replicates, last_is_summary: Sequence[int]
) -> Policy:
    """The store's own summary; a number without a step is the only one that its run has."""
    where = "(t.summary OR t.step IS NULL)"
    if last_is_summary:
        files = ", ".join(map(str, last_is_summary))
        where = f"({where} OR (t.summary IS NULL AND t.file IN ({files})))"
    rows = f"FROM tidy_rows t WHERE used AND value IS NOT NULL AND {USABLE}"
    if engine.execute(f"SELECT 1 {rows} AND {where} LIMIT 1").fetchone() is None:
        raise InputError(
            "the final value is to be that of the store's summary, and no store has one",
            "final = summary",
            "--final last takes the last step, --final best the best on validation",
        )
    left = engine.execute(
        f"SELECT metric::VARCHAR, count(*), list(shown ORDER BY shown)[:{_SHOWN}] FROM ("
        f"SELECT metric, concat_ws(', ', method, dataset, nullif({known.name}, '')) AS shown "
        f"{rows} AND metric IS NOT NULL GROUP BY metric, method, dataset, "
        f"{known.name} HAVING NOT bool_or({where})) GROUP BY 1 ORDER BY 1"
    ).fetchall()
    said = [Diagnostic(Severity.NOTE, "results", "the final value of a run is its store's summary")]
    for metric, count, names in left:
        runs = f"{count} run{'s have' if count > 1 else ' has'}"
        text = f"{runs} no summary of it and {'are' if count > 1 else 'is'} left out: "
        text += "; ".join(names) + ("; …" if count > len(names) else "")
        said.append(Diagnostic(Severity.WARNING, metric, text, "--final last takes the last step"))
    return Policy("summary", where, tuple(said))


def _best(
    engine: duckdb.DuckDBPyConnection, known: Replicates, project: Project, wanted: str
) -> Policy:
    """The step at which a metric is best on validation; of equal ones the first."""
    metric, split = split_of(wanted) if wanted else (_candidate(engine, project), "")
    if split not in ("", "val"):
        raise InputError(
            f"the best step is chosen on validation, never on {split}",
            f"final = best:{wanted}",
            f"write --final best:{metric}",
        )
    _check(engine, metric)
    direction = _direction(metric, project)
    if direction is None:
        raise InputError(
            f"which values of {metric} are better is not known, so its best step is not either",
            f"final = best:{metric}",
            f"say it: --higher {metric} or --lower {metric}",
        )
    sign = "-" if direction is Direction.HIGHER else ""
    engine.execute(
        "CREATE TABLE best_steps AS SELECT on_method, on_dataset, on_name, "
        f"arg_min(at_step, ({sign}mean, at_step)) AS on_step FROM ("
        f"SELECT method::VARCHAR AS on_method, coalesce(dataset::VARCHAR, '') AS on_dataset, "
        f"{known.name} AS on_name, step AS at_step, favg(value) AS mean FROM tidy_rows t "
        f"WHERE {_COUNTED} AND isfinite(value) AND step IS NOT NULL "
        f"AND metric::VARCHAR = {literal(metric)} AND split::VARCHAR = 'val' "
        "GROUP BY ALL) GROUP BY ALL"
    )
    joined = _RUN.format(name=known.name)
    at_best = f"(SELECT 1 FROM best_steps WHERE {joined} AND t.step = on_step)"
    costs = _names(engine, "step IS NULL")
    bare = ", ".join(literal(name) for name in costs if is_cost(name))
    where = f"EXISTS {at_best}"
    if bare:
        # What a run costs belongs to the run, not to one of its steps.
        where = f"({where} OR (t.step IS NULL AND t.metric::VARCHAR IN ({bare})))"
    best = "highest" if sign else "lowest"
    text = (
        f"the final value of a run is that at the step where {metric} is best ({best}) on val; "
        "of equal steps, the first"
    )
    said = [Diagnostic(Severity.NOTE, "results", text)]
    return Policy(_BEST, where, (*said, *_without(engine, known, where, metric)))


def _candidate(engine: duckdb.DuckDBPyConnection, project: Project) -> str:
    """The metric to choose by where none is named: the first declared, else the only one."""
    found = _names(engine, "step IS NOT NULL AND split::VARCHAR = 'val'")
    if not found:
        raise InputError(
            "no metric has steps on validation, so no step can be the best one",
            "final = best",
            "--final last takes the last step",
        )
    fit = [name for name in found if not is_cost(name) and _direction(name, project)]
    declared = [name for name in project.metrics if name in fit]
    if declared or len(fit) == 1:
        return (declared or fit)[0]
    raise InputError(
        f"several metrics could say which step is the best: {', '.join(fit or found)}",
        "final = best",
        f"name one: best:{(fit or found)[0]}",
    )


def _check(engine: duckdb.DuckDBPyConnection, metric: str) -> None:
    """Raise InputError unless the metric has steps on validation."""
    name = literal(metric)
    found = engine.execute(
        "SELECT DISTINCT coalesce(split::VARCHAR, ''), step IS NOT NULL FROM tidy_rows t "
        f"WHERE {_COUNTED} AND metric::VARCHAR = {name} ORDER BY ALL"
    ).fetchall()
    if ("val", True) in found:
        return
    where = f"final = best:{metric}"
    if not found:
        names = _names(engine, "step IS NOT NULL AND split::VARCHAR = 'val'")
        there = f"on validation there is: {', '.join(names)}" if names else ""
        raise InputError(f"there is no metric {metric!r} to choose a step by", where, there)
    if ("val", False) in found:
        raise InputError(f"{metric} has no steps on val", where, "--final last needs none")
    splits = " and ".join(dict.fromkeys(split or "an unnamed split" for split, _ in found))
    raise InputError(
        f"{metric} is measured on {splits} only, and the best step is chosen on validation only",
        where,
        f"log it on validation data as val/{metric}, or use --final last",
    )


def _names(engine: duckdb.DuckDBPyConnection, where: str) -> list[str]:
    """Metrics that have such rows, by name."""
    found = engine.execute(
        f"SELECT DISTINCT metric::VARCHAR FROM tidy_rows t WHERE {_COUNTED} AND {where} "
        "AND metric IS NOT NULL ORDER BY 1"
    ).fetchall()
    return [row[0] for row in found]


def _direction(metric: str, project: Project) -> Direction | None:
    declared = project.metrics.get(metric, {}).get("direction")
    if declared:
        return Direction(str(declared))
    found = well_known(metric)
    return found[1] if found else None


def _without(
    engine: duckdb.DuckDBPyConnection, known: Replicates, where: str, metric: str
) -> list[Diagnostic]:
    """Runs that stay without a number: no validation value, or none of a metric at the step."""
    found = engine.execute(
        "SELECT metric::VARCHAR, count(*), count(*) FILTER (NOT chosen), "
        f"list(shown ORDER BY shown)[:{_SHOWN}] "
        "FROM (SELECT t.metric, bool_or(on_name IS NOT NULL) AS chosen, "
        f"concat_ws(', ', t.method, t.dataset, nullif({known.name}, '')) AS shown "
        "FROM tidy_rows t JOIN chosen_splits c "
        "ON t.metric = c.metric AND coalesce(t.split, '') = c.split "
        f"LEFT JOIN best_steps ON {_RUN.format(name=known.name)} WHERE {_COUNTED} "
        f"GROUP BY t.metric, t.method, t.dataset, {known.name} HAVING NOT bool_or({where})) "
        "GROUP BY 1 ORDER BY 1"
    ).fetchall()
    said = []
    for name, count, unchosen, runs in found:
        plural = "s have" if count > 1 else " has"
        why = f"no val/{metric}" if unchosen == count else f"no value where val/{metric} is best"
        text = f"{count} run{plural} {why} and {'are' if count > 1 else 'is'} left out: "
        text += "; ".join(runs) + ("; …" if count > len(runs) else "")
        hint = "log both at the same steps, or use --final last"
        said.append(Diagnostic(Severity.WARNING, name, text, hint))
    return said
