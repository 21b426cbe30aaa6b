"""What the rows hold, as counts: runs of each method on each dataset, and what is wrong with some.

Read from `tidy_rows` by `paperforge runs`; it decides nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from paperforge.results.shapes import GONE, SOUND
from paperforge.results.tidy import SOURCE, USABLE

if TYPE_CHECKING:
    from collections.abc import Mapping

    import duckdb

_MOST_SEEDS = 200
"""With more different seeds than this the missing ones are not listed."""
_FEW = 3
_LONGEST = 28
_SHORT = 8
"""Letters of a run's name, where it is longer than the longest (an id in hexadecimal)."""
_SAID = ("crashed", "out of memory", "diverged", "running", "deleted", "parent")


@dataclass(frozen=True, slots=True)
class Cell:
    """One method on one dataset, measured by one metric on the split that counts."""

    runs: int = 0
    """Replicates with a finite number that is used."""
    seeds: frozenset[str] = frozenset()
    """Theirs, where they are known and few enough to list."""
    examples: int = 0
    """The most examples of one of them; 0: the numbers are no examples'."""
    status: str = ""
    """Where there is no number: what became of a run ("crashed"); "not finite"; empty: nothing."""


@dataclass(frozen=True, slots=True)
class Failed:
    """Runs of one status that gives no numbers."""

    status: str
    count: int
    few: tuple[str, ...]
    """The first of them: "lora on digits, seed 3 (run a1b2)"."""


@dataclass(frozen=True, slots=True)
class Survey:
    """What the rows hold."""

    rows: int
    runs: int
    seeds: int
    metrics: tuple[str, ...]
    methods: tuple[str, ...]
    datasets: tuple[str, ...]
    """All in order of appearance; "" where rows name none."""
    cells: Mapping[tuple[str, str, str], Cell]
    """(metric, method, dataset) -> what is there; where nothing is, there is no entry."""
    replaced: int
    """Rows that a later write of the same measurement replaces."""
    replaced_at: str
    not_finite: int
    not_finite_at: str
    failed: tuple[Failed, ...]


def survey(engine: duckdb.DuckDBPyConnection) -> Survey:
    """Count what `tidy_rows` holds."""
    replaced = f"NOT kept AND coalesce(status::VARCHAR, '') NOT IN {GONE}"
    odd = "NOT isfinite(value)"
    counts = engine.execute(
        f"SELECT count(*), count(*) FILTER ({replaced}), coalesce(count(*) FILTER ({odd}), 0), "
        "count(DISTINCT seed) FROM tidy_rows"
    ).fetchone() or (0, 0, 0, 0)
    listed = counts[3] <= _MOST_SEEDS
    found = _cells(engine, listed=listed)
    return Survey(
        rows=counts[0],
        runs=_runs(engine),
        seeds=counts[3],
        metrics=_names(engine, "metric"),
        methods=_names(engine, "method"),
        datasets=_names(engine, "dataset"),
        cells=found,
        replaced=counts[1],
        replaced_at=_first(engine, replaced) if counts[1] else "",
        not_finite=counts[2],
        not_finite_at=_first(engine, odd) if counts[2] else "",
        failed=tuple(_failed(engine)),
    )


def _names(engine: duckdb.DuckDBPyConnection, role: str) -> tuple[str, ...]:
    found = engine.execute(
        f"SELECT coalesce({role}::VARCHAR, '') AS name FROM tidy_rows WHERE method IS NOT NULL "
        + ("AND metric IS NOT NULL " if role == "metric" else "")
        + "GROUP BY 1 ORDER BY min((file, row))"
    ).fetchall()
    return tuple(row[0] for row in found)


_REPLICATE = "method, dataset, seed, fold, run"
_OWN = (
    "CASE WHEN seed IS NULL AND fold IS NULL AND run IS NULL AND step IS NULL AND example IS NULL "
    "THEN (file, row) END"
)
"""SQL: rows that name no replicate are replicates of their own."""
_SAME = "CASE WHEN seed IS NOT NULL THEN (seed, fold, NULL, NULL) ELSE (NULL, fold, run, own) END"
"""SQL: what is equal for runs of one replicate, the seed where it is known."""
_ASIDE = "(coalesce(status::VARCHAR, '') = 'running' AND NOT used)"
"""SQL: rows of runs that do not count yet."""


def _runs(engine: duckdb.DuckDBPyConnection) -> int:
    """By the runs' own names where there are some, else by what is replicated.

    A run whose numbers are in files of several kinds (a job's CSV and JSON) is one.
    """
    found = engine.execute(
        f"WITH replicates AS (SELECT DISTINCT CASE WHEN run IS NOT NULL THEN file END AS file, "
        f"{_REPLICATE}, {_OWN} AS own FROM tidy_rows WHERE method IS NOT NULL), "
        "named AS (SELECT DISTINCT run, list_sort(list(DISTINCT (method, dataset, seed))) AS what "
        "FROM replicates WHERE run IS NOT NULL GROUP BY file, run) "
        "SELECT (SELECT count(*) FROM named), "
        "(SELECT count(*) FROM replicates WHERE run IS NULL)"
    ).fetchone()
    return sum(found) if found else 0


def _cells(engine: duckdb.DuckDBPyConnection, *, listed: bool) -> dict[tuple[str, str, str], Cell]:
    used = f"kept AND chosen AND isfinite(value) AND {USABLE} AND NOT {_ASIDE}"
    seeds = "list(DISTINCT seed::VARCHAR) FILTER (ok AND seed IS NOT NULL)" if listed else "[]"
    found = engine.execute(
        f"WITH rows AS (SELECT t.*, coalesce(t.split::VARCHAR, '') = c.split AS chosen "
        "FROM tidy_rows t LEFT JOIN chosen_splits c ON c.metric = t.metric::VARCHAR "
        "WHERE t.method IS NOT NULL), "
        f"replicates AS (SELECT metric, {_REPLICATE}, {_OWN} AS own, "
        f"coalesce(bool_or({used}), false) AS ok, "
        f"count(DISTINCT example) FILTER ({used}) AS examples, "
        "max(CASE WHEN chosen AND NOT isfinite(value) THEN 'not finite' "
        f"WHEN status NOT IN {SOUND} OR {_ASIDE} THEN status::VARCHAR END) AS status "
        f"FROM rows GROUP BY metric, {_REPLICATE}, own) "
        "SELECT coalesce(metric::VARCHAR, ''), method::VARCHAR, coalesce(dataset::VARCHAR, ''), "
        f"count(DISTINCT {_SAME}) FILTER (ok), {seeds}, max(examples), "
        "coalesce(max(status) FILTER (NOT ok), '') "
        "FROM replicates GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"
    ).fetchall()
    return {
        (metric, method, dataset): Cell(runs, frozenset(known or ()), examples or 0, status)
        for metric, method, dataset, runs, known, examples, status in found
    }


def _first(engine: duckdb.DuckDBPyConnection, where: str) -> str:
    found = engine.execute(
        f"SELECT {SOURCE} FROM "
        f"(SELECT * FROM tidy_rows WHERE {where} ORDER BY file, row LIMIT 1) t "
        "JOIN sources s USING (file)"
    ).fetchone()
    return str(found[0]) if found else ""


def _failed(engine: duckdb.DuckDBPyConnection) -> list[Failed]:
    """Runs that crashed, are running or were deleted, and the first few of each."""
    wanted = ", ".join(f"'{status}'" for status in _SAID)
    found = engine.execute(
        "WITH runs AS (SELECT status::VARCHAR AS status, method::VARCHAR AS method, "
        "dataset::VARCHAR AS dataset, seed::VARCHAR AS seed, run::VARCHAR AS run, "
        f"min((file, row)) AS first FROM tidy_rows WHERE status::VARCHAR IN ({wanted}) "
        "GROUP BY ALL) "
        "SELECT * FROM (SELECT *, row_number() OVER (PARTITION BY status ORDER BY first) AS place, "
        "count(*) OVER (PARTITION BY status) AS count FROM runs) "
        f"WHERE place <= {_FEW} ORDER BY place"
    ).fetchall()
    few: dict[str, list[str]] = {}
    counts: dict[str, int] = {}
    for status, method, dataset, seed, run, _, _, count in found:
        few.setdefault(status, []).append(_named(method, dataset, seed, run))
        counts[status] = count
    return [Failed(s, counts[s], tuple(few[s])) for s in _SAID if s in counts]


def _named(method: str | None, dataset: str | None, seed: str | None, run: str | None) -> str:
    where = (method or "") + (f" on {dataset}" if dataset else "")
    name = ", ".join(filter(None, (where.strip(), f"seed {seed}" if seed else "")))
    if not run or run == name:
        return name or "a run without a name"
    short = run if len(run) <= _LONGEST else f"{run[:_SHORT]}…"
    return f"{name} (run {short})" if name else f"run {short}"
