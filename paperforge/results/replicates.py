"""The final values of replicates and examples, as SQL, and without the noise of adding up."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

_SIGNIFICANT = 14
CELLS = (
    "(SELECT m.name AS method, m.i AS m, d.name AS dataset, d.i AS d FROM "
    "(SELECT unnest($2::VARCHAR[]) AS name, generate_subscripts($2::VARCHAR[], 1) AS i) m, "
    "(SELECT unnest($3::VARCHAR[]) AS name, generate_subscripts($3::VARCHAR[], 1) AS i) d)"
)
_NUMBERS = (
    "favg(value) FILTER (finite > 0) AS value, sum(finite)::BIGINT AS n, sum(bad)::BIGINT AS bad"
)
_METRICS = "(SELECT unnest($1::VARCHAR[]) AS metric, generate_subscripts($1::VARCHAR[], 1) AS k)"
BY_REPLICATE = (
    f"SELECT k, c.m, c.d, key, bool_and(keyed) AS keyed, {_NUMBERS} FROM final_runs f "
    f"JOIN {_METRICS} USING (metric) JOIN {{cells}} c USING (method, dataset) "
    "GROUP BY k, c.m, c.d, key ORDER BY 1, 2, 3, 4"
)
BY_EXAMPLE = (
    f"SELECT c.m, c.d, e.key, true AS keyed, any_value(e.cluster) AS cluster, {_NUMBERS}, "
    "sum(within) + coalesce(var_pop(value) FILTER (finite > 0), 0) * sum(finite) AS within "
    "FROM final_examples f JOIN {cells} c USING (method, dataset) "
    "JOIN example_keys e USING (dataset, example) WHERE metric = $1[1] "
    "GROUP BY c.m, c.d, e.key ORDER BY 1, 2, 3"
)
BY_BOTH = (
    "SELECT c.m, c.d, f.key AS run, e.key AS example, favg(value) AS value "
    "FROM final_examples f JOIN {cells} c USING (method, dataset) "
    "JOIN example_keys e USING (dataset, example) WHERE metric = $1[1] AND finite > 0 "
    "GROUP BY c.m, c.d, f.key, e.key ORDER BY 1, 2, 3, 4"
)
SCORED = (
    "SELECT DISTINCT method::VARCHAR, coalesce(dataset::VARCHAR, '') FROM final_examples "
    "WHERE metric = $1 AND finite > 0"
)


def cells_of(method: np.ndarray, dataset: np.ndarray) -> list[slice]:
    """Where each cell's rows are, of rows in order of their cells."""
    import numpy as np

    edges = np.flatnonzero((np.diff(method) != 0) | (np.diff(dataset) != 0)) + 1
    if not len(method):
        return []
    return [slice(*ends) for ends in pairwise([0, *edges.tolist(), len(method)])]


def not_finite(bad: np.ndarray, finite: np.ndarray, whole: bool) -> tuple[int, int]:
    """How many replicates of a cell are not finite, and of the others how many of their scores.

    bad: values of every replicate that are not finite; finite: whether it has others. A run whose
    mean leaves a few examples out has a number. whole: every value is a replicate's or a run's own
    (of examples, of seeds on one fold), and counts.
    """
    if whole:
        return int(bad.sum()), 0
    return int((bad[~finite] > 0).sum()), int(bad[finite].sum())


def rounded(values: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Averages without the noise of the order in which the engine's threads added them up."""
    import numpy as np

    values = np.asarray(np.ma.filled(values, np.nan), dtype=np.float64)
    averaged = np.flatnonzero(np.asarray(counts) > 1)
    if len(averaged):
        texts = [f"{x:.{_SIGNIFICANT}g}" for x in values[averaged].tolist()]
        values = values.copy()
        values[averaged] = np.array(texts, dtype=np.float64)
    return values
