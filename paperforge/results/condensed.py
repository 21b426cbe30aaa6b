"""Big inputs in one pass: `tidy_rows` with one row for all rows of a cell's replicate.

The rows of one run on one dataset, metric and split differ by step, example and value only. What
the stages behind this one ask of them is computed while the file is read: how many they are, the
value at the last step, the mean over the examples. Whatever is unusual (a value that is no number,
the same measurement twice, rows without a name, several splits of one row) raises Odd: then
everything is read again row by row (tidy.py), so that the two ways cannot differ.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from paperforge.numbers import prepare
from paperforge.results import shapes, tidy
from paperforge.results.cells import Cells, Lean, Odd, Unproven
from paperforge.results.tidy import USABLE

if TYPE_CHECKING:
    from collections.abc import Sequence

    import duckdb

    from paperforge.results.duplicates import Replicates
    from paperforge.results.sources import Input

__all__ = ["MEMORY", "Cells", "Lean", "Odd", "Unproven", "build", "check", "keep_examples"]

MEMORY = "350MB"
"""Of the engine: one pass needs its buffers and the cells."""
_TOLD = {
    "n": "BIGINT",
    "first": "BIGINT",
    "finite": "BIGINT",
    "bad": "BIGINT",
    "low": "DOUBLE",
    "high": "DOUBLE",
    "most": "VARCHAR",
}


def build(
    engine: duckdb.DuckDBPyConnection, inputs: Sequence[Input], *, lean: bool = True
) -> tuple[Cells, ...]:
    """Make `tidy_rows`, `sources` and an empty `example_cells` (see Cells.keep_examples).

    `lean`: the engine may take texts for numbers while it splits rows, and all of them are finite.
    Raises Lean where that is not so, Unproven, Odd, or InputError as tidy.build does.
    """
    prepare(engine)
    texts = ", ".join(f"{role} VARCHAR" for role in (*shapes.TEXTS, "status", "unit"))
    told = ", ".join(f"{name} {kind}" for name, kind in _TOLD.items())
    engine.execute(f"CREATE TABLE tidy_rows ({texts}, {tidy.OWN}, {told})")
    engine.execute("CREATE TABLE sources (file SMALLINT, shown VARCHAR, word VARCHAR)")
    engine.execute(
        "CREATE TABLE example_cells (metric VARCHAR, method VARCHAR, dataset VARCHAR, "
        "split VARCHAR, example VARCHAR, cluster VARCHAR, value DOUBLE, finite BIGINT, bad BIGINT, "
        "within DOUBLE)"
    )
    found = []
    for file, one in enumerate(inputs):
        named = [file, one.source.shown, one.raw.place]
        engine.execute("INSERT INTO sources VALUES (?, ?, ?)", named)
        found.append(Cells(engine, file, one, lean=lean))
        found[-1].insert()
    tidy.settle(engine, inputs)
    return tuple(found)


def keep_examples(cells: Sequence[Cells]) -> None:
    """Fill `example_cells`, in one more pass over each input. Raises Odd (Cells.keep_examples)."""
    for one in cells:
        one.keep_examples()


def check(engine: duckdb.DuckDBPyConnection, known: Replicates) -> None:
    """Raise Odd where rows of several cells could be one measurement, or do not count."""
    kept = f"FROM (SELECT *, {known.name} AS name FROM tidy_rows) WHERE kept"
    rerun = (
        f"{kept} AND used GROUP BY method, dataset, metric, split, name "
        "HAVING count(DISTINCT coalesce(run, '')) > 1"
    )
    questions = {
        "a row that nothing names": f"{kept} AND name IS NULL",
        "a measurement twice": f"{kept} GROUP BY method, dataset, split, metric, run, fold, "
        "summary, name HAVING count(*) > 1",
        "several runs of one seed": rerun if known.by == "seed" and known.runs else "",
        "steps and examples": "FROM tidy_rows HAVING count(step) > 0 AND count(example) > 0",
        "some rows with examples": f"{kept} AND value IS NOT NULL GROUP BY metric, method, dataset "
        "HAVING count(example) NOT IN (0, count(*))",
        "examples that do not count": "FROM tidy_rows WHERE example IS NOT NULL "
        f"AND NOT (used AND {USABLE})",
        "rows with a state of their own": "FROM tidy_rows WHERE run IS NULL "
        "AND status NOT IN ('finished', 'unknown', 'quoted')",
        "a number quoted": "FROM tidy_rows WHERE status = 'quoted'",
    }
    for what, rows in questions.items():
        if rows and engine.execute(f"SELECT 1 {rows} LIMIT 1").fetchone():
            raise Odd(what)
