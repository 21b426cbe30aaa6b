"""The numbers of runs and of examples: samples of a prompt averaged, the prompt is the unit.

The mean of a run (or of a method) is the mean over its prompts of the prompts' means, whatever the
number of samples of each: pass@1 where samples are right or wrong (Chen et al. 2021, Evaluating
Large Language Models Trained on Code, arXiv:2107.03374, section 2.1, for k = 1).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    import duckdb

_RUN = "metric, method, dataset, key, keyed"
_NUMBERS = "value, finite, bad"
_PROMPT = "regexp_replace(example, '/[^/]*$', '')"
"""SQL: the prompt of a sample (nested.py names it prompt/sample)."""


def views(engine: duckdb.DuckDBPyConnection, sampled: Sequence[int], *, whole: bool) -> None:
    """Make `final_runs` (what the runs' numbers are means of) and `final_examples` over `final`.

    sampled: numbers of the files whose examples are samples of prompts; only where `whole`.
    """
    examples = "SELECT *, 0::DOUBLE AS within FROM final WHERE example IS NOT NULL"
    if not whole:
        examples = (
            "SELECT e.* REPLACE (coalesce(dataset, '') AS dataset) FROM example_cells e "
            "JOIN chosen_splits c ON e.metric = c.metric AND coalesce(e.split, '') = c.split"
        )
    if not sampled:
        engine.execute(f"CREATE VIEW final_runs AS SELECT {_RUN}, {_NUMBERS} FROM final")
        engine.execute(f"CREATE VIEW final_examples AS {examples}")
        return
    files = f"file IN ({', '.join(map(str, sampled))}) AND example IS NOT NULL"
    engine.execute(f"CREATE TABLE final_prompts AS {_averaged(engine, files)}")
    engine.execute(
        f"CREATE VIEW final_runs AS SELECT {_RUN}, {_NUMBERS} FROM final WHERE NOT ({files}) "
        f"UNION ALL SELECT {_RUN}, {_NUMBERS} FROM final_prompts"
    )
    chosen = f"{_RUN}, example, cluster, {_NUMBERS}"
    engine.execute(
        f"CREATE VIEW final_examples AS SELECT {chosen}, 0::DOUBLE AS within FROM final "
        f"WHERE example IS NOT NULL AND NOT ({files}) "
        f"UNION ALL SELECT {chosen}, within FROM final_prompts"
    )


def _averaged(engine: duckdb.DuckDBPyConnection, files: str) -> str:
    """SQL of one row a run and prompt: the mean of its samples.

    `finite` counts the samples and `within` is their sum of squares around their mean, as of the
    runs behind an example (Sample.repeats, Sample.within). Beside seeds those are the seeds, so a
    seed's prompt counts once there.
    """
    several = engine.execute(
        f"SELECT 1 FROM final WHERE {files} GROUP BY metric, method, dataset "
        "HAVING min(key) < max(key) LIMIT 1"
    ).fetchone()
    n = "count(value) FILTER (finite > 0)"
    count, within = n, f"coalesce(var_pop(value) FILTER (finite > 0) * {n}, 0)"
    if several:
        count, within = f"least({n}, 1)", "0::DOUBLE"
    return (
        f"SELECT metric, method, dataset, key, bool_and(keyed) AS keyed, {_PROMPT} AS prompt, "
        "prompt AS example, nullif(min(cluster), prompt) AS cluster, "
        "coalesce(favg(value) FILTER (finite > 0), 'nan'::DOUBLE) AS value, "
        f"({count})::BIGINT AS finite, sum(bad)::BIGINT AS bad, {within} AS within "
        f"FROM final WHERE {files} GROUP BY metric, method, dataset, key, prompt"
    )
