"""Replicates that were made and have no number: failed, diverged, or without a score."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from paperforge.model import Missing, Sample

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import duckdb

    from paperforge.spec import Dataset, Method

    Query = Callable[[str, Sequence[object]], duckdb.DuckDBPyConnection]

_FAILED = "status IN ('crashed', 'out of memory', 'diverged')"
_EMPTY = "status = 'not reported'"
WORST_FIRST = (
    Missing.OUT_OF_MEMORY,
    Missing.CRASHED,
    Missing.DIVERGED,
    Missing.NOT_FINITE,
    Missing.NOT_APPLICABLE,
    Missing.NOT_REPORTED,
    Missing.NOT_RUN,
)
_NAME = (
    "coalesce(run::VARCHAR, seed::VARCHAR || coalesce('/' || fold::VARCHAR, ''), "
    "file || ' ' || row)"
)
"""SQL: the same for the rows of one replicate."""
_SEED = "seed::VARCHAR || coalesce(' fold ' || fold::VARCHAR, '')"
"""SQL: what a run is called in replicate_keys where seeds tell runs apart."""


class Lost(NamedTuple):
    """How many replicates of a cell have no number, and why."""

    failed: int = 0
    """Crashed or out of memory."""
    diverged: int = 0
    unreported: int = 0
    """The row is there, and its number is not; a run that has one of some examples is not lost."""
    keys: tuple[int, ...] = ()
    """Of these replicates, as far as their seeds say which they are."""

    @property
    def any(self) -> bool:
        """Whether there is any."""
        return bool(self.failed or self.diverged or self.unreported)


NONE = Lost()


def some(query: Query) -> bool:
    """Whether any row says that it has no number."""
    sql = f"SELECT 1 FROM tidy_rows WHERE used AND ({_FAILED} OR {_EMPTY}) LIMIT 1"
    return query(sql, []).fetchone() is not None


def counts(query: Query, metric: str) -> dict[tuple[str, str], Lost]:
    """(method, dataset) -> the replicates of a metric without a number."""
    found = query(
        "SELECT method::VARCHAR, coalesce(dataset::VARCHAR, ''), "
        "count(*) FILTER (failed), count(*) FILTER (diverged AND NOT failed), "
        "count(*) FILTER (unreported AND NOT failed AND NOT diverged), "
        "coalesce(list(key ORDER BY key) FILTER (failed OR diverged OR unreported), []) "
        f"FROM (SELECT method, dataset, {_NAME} AS name, any_value(k.key) AS key, "
        "coalesce(bool_or(status IN ('crashed', 'out of memory')), false) AS failed, "
        "coalesce(bool_or(status = 'diverged'), false) AS diverged, "
        "bool_and(coalesce(status = 'not reported', false) AND example IS NULL) AS unreported "
        f"FROM tidy_rows LEFT JOIN replicate_keys k ON k.name = {_SEED} "
        "WHERE used AND method IS NOT NULL AND (metric IS NULL "
        "OR metric::VARCHAR = $1) GROUP BY method, dataset, 3) GROUP BY 1, 2",
        [metric],
    ).fetchall()
    return {
        (method, dataset): Lost(failed, diverged, empty, tuple(k for k in keys if k is not None))
        for method, dataset, failed, diverged, empty, keys in found
    }


def with_empty(
    samples: Sequence[Sample],
    metric: str,
    methods: Sequence[Method],
    datasets: Sequence[Dataset],
    holes: Mapping[tuple[str, str], Lost],
) -> tuple[Sample, ...]:
    """The samples of a metric with one of no value for each cell whose runs are all lost.

    Methods and datasets in the paper's order. Where no method has a number on a dataset, a run
    without a score there has lost none: the metric is not measured on it.
    """
    import numpy as np

    have = {(s.method, s.dataset): s for s in samples}
    measured = {dataset for (_, dataset), s in have.items() if len(s.values)}
    made = []
    for at in ((m.name, d.name) for m in methods for d in datasets):
        gone = holes.get(at, NONE)
        if gone.unreported and at[1] not in measured:
            gone = gone._replace(unreported=0)
        if at not in have and gone.any:
            keys, values = np.empty(0, np.int64), np.empty(0, np.float64)
            made.append(
                Sample(
                    metric,
                    *at,
                    keys,
                    values,
                    not_finite=gone.diverged,
                    failed=gone.failed,
                    unreported=gone.unreported,
                    lost=gone.keys,
                )
            )
        elif at in have:
            made.append(have[at])
    return tuple(made)


def reason(text: str | None) -> Missing:
    """What a status says; a finite number that was not used (of another split) says nothing."""
    return Missing(text) if text in set(Missing) else Missing.NOT_REPORTED
