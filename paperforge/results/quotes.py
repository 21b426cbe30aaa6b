"""What papers print beside the numbers that are quoted from them: spread, n, digits, citation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from paperforge.engine import identifier, literal

if TYPE_CHECKING:
    from collections.abc import Sequence

    import duckdb

    from paperforge.results.sources import Input

PRINTED = ("spread", "kind", "n", "digits", "cite")
_MARK = "quoted.value"


def build(engine: duckdb.DuckDBPyConnection, inputs: Sequence[Input]) -> None:
    """Make `quotes`: what was printed beside each final number that is quoted, as texts."""
    columns = ", ".join(f"{name} VARCHAR" for name in PRINTED)
    engine.execute(
        f"CREATE TABLE quotes (metric VARCHAR, method VARCHAR, dataset VARCHAR, {columns})"
    )
    for number, one in enumerate(inputs):
        if _MARK not in one.raw.columns:
            continue
        chosen = ", ".join(
            f"r.{identifier(f'quoted.{name}')}::VARCHAR"
            if f"quoted.{name}" in one.raw.columns
            else "NULL"
            for name in PRINTED
        )
        engine.execute(
            f"INSERT INTO quotes SELECT f.metric, f.method, f.dataset, {chosen} FROM final f "
            f"JOIN {identifier(one.raw.table)} r ON r.__row = f.row "
            f"WHERE f.quoted AND f.file = {literal(str(number))}::SMALLINT"
        )
